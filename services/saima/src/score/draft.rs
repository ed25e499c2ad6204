//! What a scheme file may leave out when nothing but a table is to be scored.

use std::collections::BTreeMap;

use proto::registry::v1::figure::Source;
use proto::registry::v1::leaf::Method;
use proto::registry::v1::node::Rule;
use proto::registry::v1::{
    Accumulation, Direction, Frequency, Indicator, IndicatorKind, Members, Node, Scheme,
};

use crate::names;
use crate::pack::Pack;
use crate::problem::Item;

/// The scheme with what only a district needs filled in.
pub(crate) fn complete(scheme: &Item<Scheme>) -> Item<Scheme> {
    let mut whole = scheme.clone();
    let value = &mut whole.value;
    let district = names::district(&value.name).to_owned();
    fill(&mut value.name, format!("districts/{district}/schemes/offline"));
    fill(&mut value.display_name, "offline".to_owned());
    fill(&mut value.series, "offline".to_owned());
    fill(&mut value.effective_period, format!("districts/{district}/periods/2000"));
    for track in &mut value.tracks {
        let id = track.track_id.clone();
        fill(&mut track.display_name, id.clone());
        // The table says who runs; the rulebook only asks that somebody does.
        track.members.get_or_insert_with(|| Members { categories: vec![id], ..Members::default() });
        track.root.iter_mut().chain(&mut track.asides).for_each(name_parts);
    }
    whole
}

/// The indicators of the scheme, those that are not described as plainly as can be.
pub(crate) fn indicators(pack: &Pack, scheme: &Scheme) -> Vec<Indicator> {
    let mut indicators = BTreeMap::new();
    let trees = scheme.tracks.iter().flat_map(|it| it.root.iter().chain(&it.asides));
    for name in trees.flat_map(named) {
        indicators
            .insert(name.to_owned(), Indicator { name: name.to_owned(), ..Indicator::default() });
    }
    for item in &pack.indicators {
        indicators.insert(item.value.name.clone(), item.value.clone());
    }
    indicators.into_values().map(plain).collect()
}

fn plain(mut indicator: Indicator) -> Indicator {
    let district = names::district(&indicator.name).to_owned();
    fill(&mut indicator.display_name, names::id(&indicator.name).to_owned());
    fill(&mut indicator.evaluating_unit, format!("districts/{district}/units/office"));
    fill_choice(&mut indicator.kind, IndicatorKind::Specific as i32);
    fill_choice(&mut indicator.direction, Direction::HigherIsBetter as i32);
    fill_choice(&mut indicator.frequency, Frequency::Yearly as i32);
    fill_choice(&mut indicator.accumulation, Accumulation::Latest as i32);
    indicator
}

/// The indicators that a tree names, but for those in formulas, which must be described.
fn named(node: &Node) -> Vec<&str> {
    match &node.rule {
        Some(Rule::Leaf(leaf)) => {
            let mut names = vec![&leaf.indicator];
            match leaf.figure.as_ref().and_then(|it| it.source.as_ref()) {
                Some(Source::BestOf(it) | Source::WorstOf(it)) => names.extend(&it.indicators),
                Some(Source::Reconciled(it)) => names.push(&it.verified),
                Some(Source::Difficulty(it)) => names.push(&it.factor),
                _ => {}
            }
            match &leaf.method {
                Some(Method::CaseHandling(it)) => {
                    names.extend(it.kinds.iter().map(|kind| &kind.indicator));
                }
                Some(Method::Steps(it)) => {
                    let conditions = it.steps.iter().filter_map(|it| it.precondition.as_ref());
                    names.extend(conditions.map(|it| &it.indicator));
                }
                _ => {}
            }
            names.into_iter().map(String::as_str).filter(|name| !name.is_empty()).collect()
        }
        _ => node.children().iter().flat_map(named).collect(),
    }
}

/// Gives every part that has no name its id as one; leaves take their indicator's.
fn name_parts(node: &mut Node) {
    if let Some(Rule::Leaf(_)) | None = node.rule {
        return;
    }
    node.children_mut().iter_mut().for_each(name_parts);
    fill(&mut node.display_name, node.node_id.clone());
}

fn fill(field: &mut String, value: String) {
    if field.is_empty() {
        *field = value;
    }
}

fn fill_choice(field: &mut i32, value: i32) {
    if *field == 0 {
        *field = value;
    }
}
