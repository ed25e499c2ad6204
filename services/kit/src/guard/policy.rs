//! The policies, in Cedar, held against a schema that is made from the contract.
//!
//! A principal is one grant of somebody: `User::"account"` in `Role::"unit-head"`, with the
//! `unit` it is bound to. An action is a permission; `Action::"registry"` and
//! `Action::"registry.units"` stand for all below, `Action::"registry.read"` and
//! `Action::"registry.write"` for all that read or write. A resource is a `District`, a `Unit`
//! of one, or the `Suite` itself.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;
use std::str::FromStr as _;

use cedar_policy::{
    Authorizer, Context, Decision, Effect, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    PolicySet, Request, RestrictedExpression, Schema, ValidationMode, Validator,
};

use super::rights::{Right, roles};

/// The kit's own.
const KIT: &str = include_str!("../../access.cedar");

/// The floor that a deployment's services bring, and what its districts forbid beside.
#[derive(Debug)]
pub struct Policies {
    set: PolicySet,
    schema: Schema,
    actions: Entities,
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
        let (schema, _) = Schema::from_cedarschema_str(&schema())
            .map_err(|error| format!("the schema: {error}"))?;
        let mut set = PolicySet::new();
        let floor = services.iter().copied().chain([KIT]).map(|text| (text, false));
        let all = floor.chain([(own, true)]);
        for (text, forbids_only) in all {
            let read = PolicySet::from_str(text)
                .map_err(|error| format!("a policy cannot be read: {:?}", miette_text(&error)))?;
            for policy in read.policies() {
                let id = policy.annotation("id").map(str::to_owned);
                let id = id.ok_or_else(|| format!("a policy has no @id: {policy}"))?;
                if forbids_only && policy.effect() != Effect::Forbid {
                    return Err(format!(
                        "the policy {id} permits: a district's own may only forbid"
                    ));
                }
                let policy = policy.new_id(cedar_policy::PolicyId::new(&id));
                set.add(policy).map_err(|_| format!("there are two policies {id}"))?;
            }
        }
        let judged = Validator::new(schema.clone()).validate(&set, ValidationMode::Strict);
        if !judged.validation_passed() {
            let errors: Vec<String> = judged.validation_errors().map(ToString::to_string).collect();
            return Err(format!("the policies do not fit the contract: {}", errors.join("; ")));
        }
        let actions = schema.action_entities().map_err(|error| error.to_string())?;
        Ok(Self { set, schema, actions, authorizer: Authorizer::new() })
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
        let entities = self.actions.clone().add_entities(entities, Some(&self.schema)).ok()?;
        let action = uid("Action", permission)?;
        let request = Request::new(user, action, resource, Context::empty(), Some(&self.schema));
        let response = self.authorizer.is_authorized(&request.ok()?, &self.set, &entities);
        Some(Verdict {
            permitted: response.decision() == Decision::Allow,
            policies: response.diagnostics().reason().map(ToString::to_string).collect(),
        })
    }
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
    let mut groups = BTreeSet::new();
    let mut actions = BTreeMap::new();
    for (permission, (_, right)) in Right::all() {
        let mut segments = permission.split('.');
        let (service, collection) = (segments.next().unwrap_or(""), segments.next().unwrap_or(""));
        let manner = if right.reads { "read" } else { "write" };
        let own =
            [service.to_owned(), format!("{service}.{collection}"), format!("{service}.{manner}")];
        groups.extend(own.iter().cloned());
        actions.insert(permission, own);
    }
    for group in groups {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "action {group:?};");
    }
    for (permission, groups) in actions {
        let _ = writeln!(
            text,
            "action {permission:?} in {groups:?} appliesTo \
             {{ principal: [User], resource: [Suite, District, Unit] }};"
        );
    }
    text
}
