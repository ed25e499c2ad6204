//! Marks as they were given, which say nothing of another weight.

use engine::Method;
use kit::decimal;
use proto::scoring::v1 as pb;
use rulebook::Rulebook;
use rust_decimal::Decimal;

/// The leaves of a period that are scored by marks as given and would weigh otherwise.
pub(super) fn marks_as_given(
    before: &Rulebook,
    after: &Rulebook,
    period: &str,
) -> Vec<pb::MarksAsGiven> {
    let mut found = Vec::new();
    for entry in &after.entries {
        let id = entry.track.track_id();
        let Some((old, new)) = before.track_in(id, period).zip(after.track_in(id, period)) else {
            continue;
        };
        for (node, leaf) in new.all_leaves() {
            let was = old
                .all_leaves()
                .into_iter()
                .find(|(_, it)| is_marks(&it.method) && it.indicator == leaf.indicator);
            let Some(was) = was.map(|(node, _)| node.weight) else { continue };
            if is_marks(&leaf.method) && was != node.weight {
                found.push(as_given(id, &node.node_id, was, node.weight));
            }
        }
    }
    found
}

fn is_marks(method: &Method) -> bool {
    matches!(method, Method::Marks(_))
}

fn as_given(track: &str, node: &str, before: Decimal, after: Decimal) -> pb::MarksAsGiven {
    pb::MarksAsGiven {
        track_id: track.to_owned(),
        node_id: node.to_owned(),
        weight_before: Some(decimal::to_proto(before)),
        weight_after: Some(decimal::to_proto(after)),
    }
}
