//! What a run would have come to (推演): its pinned input with other values, weights or rules.

mod given;
mod more;

use std::sync::Arc;

use kit::field::Fields;
use kit::name::Name;
use kit::{Error, Result};
use proto::google::r#type as wire;
use proto::registry::v1 as registry;
use proto::scoring::v1 as pb;
use rulebook::{Indicators, Subjects};
use tonic::Code;

use crate::assignment::{INDICATOR, PERIOD, SCHEME};
use crate::cell::Standing;
use crate::input::{Input, Marked, Pinned};
use crate::mark::Object;
use crate::report::Reading;
use crate::rpc::assignment::Definitions;
use crate::rpc::mark::Graded;
use crate::rpc::run::score::{Scored, score};
use crate::rpc::{Rpc, report};
use crate::run::NAME;
use crate::sheet::{Key, Sheets};
use crate::subject;
use more::More;

const MOST: usize = 1000;

/// What is to be otherwise.
pub(super) struct Wanted {
    /// In the order of the request.
    facts: Vec<Given>,
    marks: Vec<(Object, String)>,
    weights: Vec<pb::SimulatedWeight>,
    more: More,
    /// Id of the scheme that takes the place of the run's.
    pub(super) scheme: Option<String>,
}

/// A value to put in the place of what was reported.
struct Given {
    unit: String,
    period: String,
    indicator: String,
    reading: Reading,
}

/// Reads what is to be otherwise in which run.
pub(super) fn read(request: &pb::SimulateRunRequest) -> Result<(Name, Wanted)> {
    let mut fields = Fields::default();
    let name = fields.name("name", &NAME, &request.name);
    let district = name.id("district");
    fields.number("observations", request.observations.len(), 0..=MOST);
    fields.number("weights", request.weights.len(), 0..=MOST);
    let mut facts = Vec::new();
    for (place, given) in request.observations.iter().take(MOST).enumerate() {
        let path = format!("observations[{place}].");
        let at = |field: &str| format!("{path}{field}");
        facts.push(Given {
            period: fields.member(at("period"), &PERIOD, &given.period, district),
            unit: subject::member(&mut fields, at("unit"), &given.unit, district),
            indicator: fields.member(at("indicator"), &INDICATOR, &given.indicator, district),
            reading: report::reading(&mut fields, &path, given.presence, &given.value),
        });
    }
    for (place, given) in request.weights.iter().take(MOST).enumerate() {
        fields.id(format_args!("weights[{place}].track_id"), &given.track_id);
        fields.id(format_args!("weights[{place}].node_id"), &given.node_id);
        fields.decimal(format_args!("weights[{place}].weight"), &given.weight);
    }
    fields.number("marks", request.marks.len(), 0..=MOST);
    let mut marks = Vec::new();
    for (place, given) in request.marks.iter().take(MOST).enumerate() {
        let at = |field: &str| format!("marks[{place}].{field}");
        let object = Object {
            period: String::new(),
            unit: subject::member(&mut fields, at("unit"), &given.unit, district),
            indicator: fields.member(at("indicator"), &INDICATOR, &given.indicator, district),
            aspect: fields.id(at("aspect_id"), &given.aspect_id),
        };
        marks.push((object, fields.text(at("mark"), &given.mark, 0..=63)));
    }
    let scheme = fields.optional_member("scheme", &SCHEME, &request.scheme, district);
    let more = More::read(&mut fields, request, district);
    fields.check()?;
    Ok((name, Wanted { facts, marks, weights: request.weights.clone(), more, scheme }))
}

impl Rpc {
    /// The scheme of an id, be it a draft: UNKNOWN_SCHEME when registry has none.
    pub(super) async fn scheme(
        &self,
        district: &str,
        id: Option<&str>,
    ) -> Result<Option<registry::Scheme>> {
        let Some(id) = id else { return Ok(None) };
        let name = SCHEME.format(&[district, id]);
        let request = registry::GetSchemeRequest { name: name.clone() };
        match self.schemes.clone().get_scheme(request).await {
            Ok(reply) => Ok(Some(reply.into_inner())),
            Err(status) if status.code() == Code::NotFound => {
                let message = format!("there is no {name}");
                Err(Error::invalid("scheme", "UNKNOWN_SCHEME", message))
            }
            Err(status) => Err(status.into()),
        }
    }
}

/// What would be.
pub(super) struct Simulated {
    pub(super) scored: Scored,
    pub(super) marks_as_given: Vec<pb::MarksAsGiven>,
}

/// Scores the pinned input as it would be.
pub(super) async fn score_as(
    district: &str,
    input: &[u8],
    wanted: Wanted,
    scheme: Option<registry::Scheme>,
) -> Result<Simulated> {
    let mut input = Input::from_bytes(input)?;
    let pinned = Definitions::decode(&input.assignment)?;
    replace_facts(&pinned, &mut input.facts.sheets, wanted.facts)?;
    let before = pinned.rulebook(&input.scheme).cloned();
    let definitions = match (scheme, wanted.weights.is_empty()) {
        (None, true) => pinned,
        (scheme, _) => {
            let name = SCHEME.format(&[district, &input.scheme]);
            redefine(pinned.wire, &name, scheme, &wanted.weights)?
        }
    };
    replace_marks(&definitions, &mut input.facts.marks, wanted.marks)?;
    wanted.more.replace(district, &definitions, &input.scheme, &mut input.facts)?;
    let after = definitions.rulebook(&input.scheme);
    let period = &*definitions.assignment.period.id;
    let marks_as_given = match (&before, after) {
        (Some(before), Some(after)) => given::marks_as_given(before, after, period),
        _ => Vec::new(),
    };
    let scored = score(district, Arc::new(definitions), &input.scheme, &input.facts).await?;
    Ok(Simulated { scored, marks_as_given })
}

/// Puts values in the place of those that were pinned, each checked as a report is.
fn replace_facts(
    definitions: &Definitions,
    pinned: &mut Vec<Pinned>,
    wanted: Vec<Given>,
) -> Result<()> {
    if wanted.is_empty() {
        return Ok(());
    }
    let assignment = &definitions.assignment;
    let mut sheets = Sheets::default();
    for sheet in &*pinned {
        let key = Key { year: sheet.year, unit: sheet.unit.clone() };
        sheets.insert(key, sheet.unpack()?);
    }
    let mut fields = Fields::default();
    for (place, fact) in wanted.into_iter().enumerate() {
        let at = |field: &str| format!("observations[{place}].{field}");
        let kind = assignment.kind_of(&fact.period);
        let Some(kind) = kind else {
            let message = format!("{} is no part of {}", fact.period, assignment.period.id);
            fields.violation(at("period"), "UNKNOWN_PERIOD", message);
            continue;
        };
        let placed = assignment.place_for(&fact.unit, &fact.indicator, kind);
        let placed = placed.and_then(|it| assignment.bounds(it, &fact.reading));
        if let Err(violation) = placed {
            fields.violation(at(&violation.field), violation.reason, violation.message);
            continue;
        }
        let Given { unit, period, indicator, reading } = &fact;
        sheets.put([unit, period, indicator], 0, *reading, false);
        sheets.judge([unit, period, indicator], 0, Standing::Verified);
    }
    for sheet in Pinned::touched(&sheets) {
        pinned.retain(|it| (it.year, &it.unit) != (sheet.year, &sheet.unit));
        pinned.push(sheet);
    }
    fields.check()
}

/// Puts marks in the place of those that were pinned, each checked as one that is given.
fn replace_marks(
    definitions: &Definitions,
    marks: &mut Vec<Marked>,
    wanted: Vec<(Object, String)>,
) -> Result<()> {
    if wanted.is_empty() {
        return Ok(());
    }
    let graded = Graded::of(definitions);
    let period = &definitions.assignment.period.id;
    let mut fields = Fields::default();
    for (place, (object, mark)) in wanted.into_iter().enumerate() {
        let object = Object { period: period.to_string(), ..object };
        if let Err(it) = graded.check(&object, Some(&*mark).filter(|mark| !mark.is_empty())) {
            let field = format!("marks[{place}].{}", it.field);
            fields.violation(field, it.reason, it.message);
        }
        let Object { unit, indicator, aspect, .. } = object;
        let same =
            |it: &Marked| (&it.unit, &it.indicator, &it.aspect) == (&unit, &indicator, &aspect);
        marks.retain(|it| !same(it));
        if !mark.is_empty() {
            marks.push(Marked { unit, indicator, aspect, mark, sequence: 0 });
        }
    }
    fields.check()
}

/// The definitions with other rules: another scheme under the name of the run's, then other
/// weights.
fn redefine(
    mut wire: registry::Assignment,
    name: &str,
    scheme: Option<registry::Scheme>,
    weights: &[pb::SimulatedWeight],
) -> Result<Definitions> {
    let indicators = Indicators::from_proto(&wire.indicators);
    let replaced = scheme.is_some();
    let Some(held) = wire.schemes.iter_mut().find(|it| it.name == name) else {
        return Err(Error::internal(format!("{name} is not among the definitions")));
    };
    if let Some(scheme) = scheme {
        *held = registry::Scheme { name: name.to_owned(), ..scheme };
    }
    let period = wire.period.as_ref().map_or("", |period| &period.name);
    let period = PERIOD.parse("period", period)?;
    let themes = rulebook::parse(held, &indicators)?;
    let theme = themes.theme(period.id("period")).map(|theme| theme.theme_id.as_str());
    reweigh(held, theme, weights)?;
    let rulebook = rulebook::parse(held, &indicators)?;
    if replaced {
        let subjects = Subjects {
            units: wire.units.clone(),
            projects: wire.projects.clone(),
            posts: wire.posts.clone(),
        };
        wire.entrants.retain(|it| it.scheme != name);
        wire.entrants.extend(rulebook.place(&subjects).into_iter().map(|it| registry::Entrant {
            scheme: name.to_owned(),
            track_id: it.track_id,
            unit: it.unit,
        }));
    }
    Definitions::try_from(wire)
}

/// Gives nodes other weights in the run's period: those of its theme, where it has one and the
/// node weighs otherwise in it.
fn reweigh(
    scheme: &mut registry::Scheme,
    theme: Option<&str>,
    weights: &[pb::SimulatedWeight],
) -> Result<()> {
    let mut fields = Fields::default();
    for (place, given) in weights.iter().enumerate() {
        let Some(track) = scheme.tracks.iter_mut().find(|it| it.track_id == given.track_id) else {
            let message = format!("there is no track {}", given.track_id);
            fields.violation(format_args!("weights[{place}].track_id"), "UNKNOWN_TRACK", message);
            continue;
        };
        let node = track.root.as_mut().and_then(|root| find(root, &given.node_id));
        match node {
            Some(node) => weigh(node, theme, &given.weight),
            None => {
                let message = format!("the track {} has no node {}", given.track_id, given.node_id);
                fields.violation(format_args!("weights[{place}].node_id"), "UNKNOWN_NODE", message);
            }
        }
    }
    fields.check()
}

fn weigh(node: &mut registry::Node, theme: Option<&str>, weight: &Option<wire::Decimal>) {
    let themed = node.themes.iter_mut().find(|it| Some(&*it.theme) == theme);
    match themed {
        Some(themed) => themed.weight.clone_from(weight),
        None => node.weight.clone_from(weight),
    }
}

/// The node of that id, here or below.
fn find<'a>(node: &'a mut registry::Node, id: &str) -> Option<&'a mut registry::Node> {
    if node.node_id == id {
        return Some(node);
    }
    children(node).iter_mut().find_map(|child| find(child, id))
}

fn children(node: &mut registry::Node) -> &mut [registry::Node] {
    use registry::node::Rule;
    match &mut node.rule {
        Some(Rule::Sum(rule)) => &mut rule.children,
        Some(Rule::WeightedMean(rule)) => &mut rule.children,
        Some(Rule::GeometricMean(rule)) => &mut rule.children,
        Some(Rule::Minimum(rule)) => &mut rule.children,
        Some(Rule::Maximum(rule)) => &mut rule.children,
        Some(Rule::Product(rule)) => &mut rule.children,
        Some(Rule::LinkedSum(rule)) => &mut rule.children,
        Some(Rule::Graded(rule)) => {
            rule.child.as_mut().map(|child| std::slice::from_mut(&mut **child)).unwrap_or_default()
        }
        Some(Rule::Leaf(_) | Rule::Reference(_) | Rule::Adjustments(_) | Rule::AwardPoints(_))
        | None => &mut [],
    }
}
