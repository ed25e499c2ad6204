//! The policies, in Cedar, and the schema that is made from the contract to hold them against.
//!
//! The floor is part of the build: that it fits the contract is shown by tests
//! ([`Policies::misfits`]), not at every start, for which it is much work. What a deployment adds
//! is held against the schema when its process starts.
//!
//! A principal is one grant of somebody: `User::"account"` in `Role::"unit-head"`, with the
//! `unit` it is bound to. An action is a permission; `Action::"registry"` and
//! `Action::"registry.units"` stand for all below, `Action::"registry.read"` and
//! `Action::"registry.write"` for all that read or write. A resource is a `District`, a `Unit`
//! of one, or the `Suite` itself.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;
use std::str::FromStr as _;

use cedar_policy::{
    Authorizer, Context, Decision, Effect, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    Policy, PolicyId, PolicySet, Request, RestrictedExpression, Schema, ValidationMode, Validator,
};

use super::rights::{Right, roles};

/// The kit's own.
const KIT: &str = include_str!("../../access.cedar");

/// The floor that a deployment's services bring, and what its districts forbid beside.
#[derive(Debug)]
pub struct Policies {
    set: PolicySet,
    authorizer: Authorizer,
}

/// What somebody wants to act on.
#[derive(Clone, Copy, Debug)]
pub(super) enum Resource<'a> {
    Suite,
    District(&'a str),
    Unit(&'a str, &'a str),
}

/// What the policies say of one request.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    pub(super) permitted: bool,
    /// The policies that decided.
    pub(super) policies: Vec<String>,
}

impl Policies {
    /// Reads the services' policies and a deployment's own, which may only forbid. What is wrong
    /// is named with the place it stands at.
    pub fn read(services: &[&str], own: &str) -> Result<Self, String> {
        let mut set = PolicySet::new();
        for text in services.iter().copied().chain([KIT]) {
            add(&mut set, text, |_| Ok(()))?;
        }
        let mut added = PolicySet::new();
        add(&mut added, own, |policy| match policy.effect() {
            Effect::Forbid => Ok(()),
            Effect::Permit => Err("permits: a district's own may only forbid".to_owned()),
        })?;
        if !added.is_empty() {
            fit(&added)?;
            add(&mut set, own, |_| Ok(()))?;
        }
        Ok(Self { set, authorizer: Authorizer::new() })
    }

    /// What in these policies does not fit the contract; nothing where all does.
    pub fn misfits(&self) -> Option<String> {
        fit(&self.set).err()
    }

    /// Whether a grant suffices. What Cedar cannot evaluate is refused.
    pub(super) fn judge(
        &self,
        account: &str,
        (role, unit): (&str, Option<(&str, &str)>),
        permission: &str,
        resource: Resource<'_>,
    ) -> Verdict {
        self.ask(account, (role, unit), permission, resource).unwrap_or_default()
    }

    fn ask(
        &self,
        account: &str,
        (role, unit): (&str, Option<(&str, &str)>),
        permission: &str,
        resource: Resource<'_>,
    ) -> Option<Verdict> {
        let user = uid("User", account)?;
        let role = uid("Role", role)?;
        let mut attributes = HashMap::from([(
            "account".to_owned(),
            RestrictedExpression::new_string(account.to_owned()),
        )]);
        if let Some((district, unit)) = unit {
            let unit = unit_uid(district, unit)?;
            attributes.insert("unit".to_owned(), RestrictedExpression::new_entity_uid(unit));
        }
        let mut entities = vec![Entity::new(user.clone(), attributes, HashSet::from([role])).ok()?];
        let resource = match resource {
            Resource::Suite => uid("Suite", "saima")?,
            Resource::District(district) => uid("District", district)?,
            Resource::Unit(district, unit) => {
                let (district_uid, unit) = (uid("District", district)?, unit_uid(district, unit)?);
                let parents = HashSet::from([district_uid]);
                entities.push(Entity::new(unit.clone(), HashMap::new(), parents).ok()?);
                unit
            }
        };
        // What the contract does not know, nobody may.
        let (_, right) = Right::all().get(permission)?;
        let action = uid("Action", permission)?;
        let groups = groups(right).iter().map(|group| uid("Action", group)).collect::<Option<_>>();
        entities.push(Entity::new(action.clone(), HashMap::new(), groups?).ok()?);
        let entities = Entities::from_entities(entities, None).ok()?;
        let request = Request::new(user, action, resource, Context::empty(), None).ok()?;
        let response = self.authorizer.is_authorized(&request, &self.set, &entities);
        Some(Verdict {
            permitted: response.decision() == Decision::Allow,
            policies: response.diagnostics().reason().map(ToString::to_string).collect(),
        })
    }
}

/// Adds the policies of a text, each under the id it gives itself.
fn add(
    set: &mut PolicySet,
    text: &str,
    judge: impl Fn(&Policy) -> Result<(), String>,
) -> Result<(), String> {
    let read = PolicySet::from_str(text)
        .map_err(|error| format!("a policy cannot be read: {:?}", miette_text(&error)))?;
    for policy in read.policies() {
        let id = policy.annotation("id").map(str::to_owned);
        let id = id.ok_or_else(|| format!("a policy has no @id: {policy}"))?;
        judge(policy).map_err(|error| format!("the policy {id} {error}"))?;
        let policy = policy.new_id(PolicyId::new(&id));
        set.add(policy).map_err(|_| format!("there are two policies {id}"))?;
    }
    Ok(())
}

/// Refuses policies that do not fit the contract.
fn fit(set: &PolicySet) -> Result<(), String> {
    let (schema, _) =
        Schema::from_cedarschema_str(&schema()).map_err(|error| format!("the schema: {error}"))?;
    let judged = Validator::new(schema).validate(set, ValidationMode::Strict);
    if judged.validation_passed() {
        return Ok(());
    }
    let errors: Vec<String> = judged.validation_errors().map(ToString::to_string).collect();
    Err(format!("the policies do not fit the contract: {}", errors.join("; ")))
}

/// The actions that stand for a permission and others.
fn groups(right: &Right) -> [String; 3] {
    let mut segments = right.permission.split('.');
    let (service, collection) = (segments.next().unwrap_or(""), segments.next().unwrap_or(""));
    let manner = if right.reads { "read" } else { "write" };
    [service.to_owned(), format!("{service}.{collection}"), format!("{service}.{manner}")]
}

fn uid(kind: &str, id: &str) -> Option<EntityUid> {
    let kind = EntityTypeName::from_str(kind).ok()?;
    Some(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

fn unit_uid(district: &str, unit: &str) -> Option<EntityUid> {
    uid("Unit", &format!("districts/{district}/units/{unit}"))
}

/// A parser's complaint with the line it speaks of.
fn miette_text(error: &cedar_policy::ParseErrors) -> String {
    error.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// The schema: roles and permissions as the contract declares them.
fn schema() -> String {
    let names: Vec<String> = roles().iter().map(|role| format!("{role:?}")).collect();
    let mut text = format!(
        "entity Role enum [{}];\n\
         entity Suite enum [\"saima\"];\n\
         entity District;\n\
         entity Unit in [District];\n\
         entity User in [Role] = {{ account: String, unit?: Unit }};\n",
        names.join(", ")
    );
    let rights = Right::all().values().map(|(_, right)| *right);
    let stand_for: BTreeSet<String> = rights.clone().flat_map(groups).collect();
    for group in stand_for {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "action {group:?};");
    }
    for right in rights {
        let (permission, groups) = (&right.permission, groups(right));
        let _ = writeln!(
            text,
            "action {permission:?} in {groups:?} appliesTo \
             {{ principal: [User], resource: [Suite, District, Unit] }};"
        );
    }
    text
}
