//! One list from the faults of reading and those that the engine finds.
//!
//! A number that could not be read stands in the engine's draft as some other number. What
//! the engine then says about its relation to others is no news and is dropped.

use engine::Fault;
use kit::Violation;

/// Reasons that compare one field with another.
const RELATIONS: [&str; 18] = [
    "INDICATOR_REQUIRED",
    "POINTS_ORDER",
    "BOUNDS_ORDER",
    "STEPS_ORDER",
    "STEPS_END",
    "RANK_TABLE",
    "COLOURING_ORDER",
    "DIRECTION",
    "FULL_MARKS",
    "FIGURE",
    "RANK_BANDS",
    "KNOTS",
    "SEGMENTS",
    "CURVE",
    "LATENESS",
    "PRECONDITION",
    "BALLOT_MARKS",
    "DIVISION_BY_ZERO",
];

/// The engine knows one list of tie-breaks where the contract has two, of which the first holds
/// `listed`.
pub(super) fn of_second_list(mut fault: Fault, listed: usize) -> Fault {
    let place = fault.path.strip_prefix("ranking.tie_break[").and_then(|it| it.strip_suffix(']'));
    if let Some(place) = place.and_then(|place| place.parse::<usize>().ok())
        && place >= listed
    {
        fault.path = format!("ranking.tie_breaks[{}]", place - listed);
    }
    fault
}

/// The faults of a track at `path`: those of reading first.
pub(super) fn merge(path: &str, read: Vec<Violation>, found: Vec<Fault>) -> Vec<Violation> {
    let mut all = read;
    let count = all.len();
    for fault in found {
        let field = format!("{path}.{}", fault.path);
        if !follows(&field, fault.reason, &all[..count]) {
            all.push(Violation { field, reason: fault.reason, message: fault.message });
        }
    }
    all
}

/// Whether a fault is, or may be, only a consequence of what could not be read.
fn follows(field: &str, reason: &str, read: &[Violation]) -> bool {
    let node = scope(field);
    read.iter().any(|violation| {
        if violation.field == field {
            return true;
        }
        if reason == "WEIGHT_SUM" {
            return is_summand(&violation.field, field, node);
        }
        RELATIONS.contains(&reason) && scope(&violation.field) == node
    })
}

/// Whether the field at fault is a weight that the sum `children` of `node` adds or adds up to.
fn is_summand(at_fault: &str, children: &str, node: &str) -> bool {
    let own = ["weight", "full_marks"].iter().any(|own| at_fault == format!("{node}.{own}"));
    let child = at_fault.strip_prefix(children).and_then(|rest| rest.strip_prefix('['));
    let weight =
        child.and_then(|rest| rest.split_once("].")).is_some_and(|(_, rest)| rest == "weight");
    own || weight
}

/// The node that a field belongs to; outside the tree, the part of the track.
fn scope(field: &str) -> &str {
    let inner = field.rfind(".children[").and_then(|at| Some(at + field[at..].find(']')? + 1));
    let root = field.find(".root").map(|at| at + ".root".len());
    let part = || {
        let track = field.find("].").map_or(0, |at| at + 2);
        field[track..].find('.').map_or(field.len(), |at| track + at)
    };
    &field[..inner.or(root).unwrap_or_else(part)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_belongs_to_the_node_it_stands_in() {
        let node = "scheme.tracks[1].root.sum.children[0]";
        assert_eq!(scope(&format!("{node}.leaf.steps.steps[2].points")), node);
        assert_eq!(scope(&format!("{node}.weight")), node);
        assert_eq!(scope("scheme.tracks[1].root.sum.children"), "scheme.tracks[1].root");
        assert_eq!(
            scope("scheme.tracks[1].colouring.by_pace.red_behind"),
            "scheme.tracks[1].colouring"
        );
    }

    #[test]
    fn a_weight_that_cannot_be_read_is_not_also_a_wrong_sum() {
        let violation = |field: &str| Violation {
            field: field.to_owned(),
            reason: "DECIMAL_FORMAT",
            message: String::new(),
        };
        let sum = "t.root.sum.children";
        assert!(follows(sum, "WEIGHT_SUM", &[violation("t.root.sum.children[3].weight")]));
        assert!(follows(sum, "WEIGHT_SUM", &[violation("t.root.weight")]));
        assert!(!follows(sum, "WEIGHT_SUM", &[violation("t.root.sum.children[3].max_points")]));
        assert!(!follows(
            sum,
            "WEIGHT_SUM",
            &[violation("t.root.sum.children[3].sum.children[0].weight")]
        ));
    }
}
