//! Differences on the wire.

use std::collections::{BTreeMap, BTreeSet};

use kit::Result;
use kit::decimal;
use kit::field::Fields;
use kit::name::Name;
use kit::page::Page;
use proto::scoring::v1 as pb;

use crate::comparison::{Difference, NodeDifference, Side};
use crate::rpc::{result, sequence};
use crate::run::NAME;
use crate::subject;

/// Reads which runs are compared: the later, the one that it is held against, page.
pub(super) fn comparison(request: &pb::CompareRunsRequest) -> Result<(Name, Option<i64>, Page)> {
    let mut fields = Fields::default();
    let name = fields.name("name", &NAME, &request.name);
    let base = fields.optional_member("base", &NAME, &request.base, name.id("district"));
    fields.check()?;
    // A run that no number names is none.
    let base = base.map(|_| {
        let read = NAME.read(&request.base);
        read.and_then(|name| sequence(&name, "run").ok()).unwrap_or_default()
    });
    let bound: [&dyn std::fmt::Display; 2] = [&request.name, &request.base];
    let page = Page::parse(request.page_size, &request.page_token, &bound)?;
    Ok((name, base, page))
}

/// The page's differences beside their subjects' ids, with one more where there is one.
pub(super) fn after(
    all: &[(String, pb::ResultDifference)],
    page: &Page,
) -> Vec<(String, pb::ResultDifference)> {
    let limit = usize::try_from(page.limit()).unwrap_or_default();
    let behind = |(id, _): &&(String, _)| page.after().is_none_or(|after| &**id > after);
    all.iter().filter(behind).take(limit).cloned().collect()
}

/// The subject's id.
pub(super) fn key<'a>(difference: &Difference<'a>) -> &'a str {
    difference.latest().map_or("", |outcome| &outcome.unit)
}

/// How many subjects there are on either side.
pub(super) fn all(before: &BTreeMap<&str, Side<'_>>, after: &BTreeMap<&str, Side<'_>>) -> usize {
    before.keys().chain(after.keys()).collect::<BTreeSet<_>>().len()
}

/// What differs for a subject. A side that is of no run has a result without a name.
pub(super) fn to_proto(
    district: &str,
    before: Option<i64>,
    after: Option<i64>,
    difference: &Difference<'_>,
) -> pb::ResultDifference {
    let result = |run: Option<i64>, side: &Side<'_>| {
        let result = result::to_proto(district, run.unwrap_or_default(), side.outcome);
        let name = if run.is_some() { result.name.clone() } else { String::new() };
        pb::Result { name, ..result }
    };
    let latest = difference.latest();
    pb::ResultDifference {
        unit: latest.map(|it| subject::name(district, &it.unit)).unwrap_or_default(),
        unit_display_name: latest.map(|it| it.unit_display_name.clone()).unwrap_or_default(),
        before: difference.before.as_ref().map(|side| result(before, side)),
        after: difference.after.as_ref().map(|side| result(after, side)),
        nodes: difference.nodes.iter().map(node).collect(),
    }
}

fn node(difference: &NodeDifference<'_>) -> pb::NodeDifference {
    let NodeDifference { before, after } = difference;
    let latest = difference.latest();
    let (gone, new) = difference.flags();
    pb::NodeDifference {
        node_id: latest.map(|it| it.node_id.clone()).unwrap_or_default(),
        display_name: latest.map(|it| it.display_name.clone()).unwrap_or_default(),
        points_before: before.and_then(|it| it.points).map(decimal::to_proto),
        points_after: after.and_then(|it| it.points).map(decimal::to_proto),
        weight_before: before.map(|it| decimal::to_proto(it.effective_weight)),
        weight_after: after.map(|it| decimal::to_proto(it.effective_weight)),
        flags_gone: gone.iter().map(ToString::to_string).collect(),
        flags_new: new.iter().map(ToString::to_string).collect(),
    }
}
