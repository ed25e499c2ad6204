//! H1: a rulebook that cannot be scored cannot be built, and every fault has its place.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{DOWN, UP, d, draft, faults, leaf, marks, node, sum};
use engine::{
    Bounds, Colouring, Completion, Control, DeductPerEvent, Efficacy, Method, MinMax, Node,
    RankTable, Rule, Step, Steps, TieBreak, Track,
};

fn method(direction: engine::Direction, method: Method) -> Vec<String> {
    faults(draft(leaf("i", "10", direction, method)))
}

fn tree(root: Node) -> Vec<String> {
    faults(draft(root))
}

#[test]
fn weights_of_a_sum_add_up() {
    let parts = || vec![marks("a", "33.3"), marks("b", "33.3"), marks("c", "33.3")];
    assert_eq!(tree(sum("t", "100", parts())), ["root.sum.children WEIGHT_SUM"]);
    assert!(Track::check(draft(sum("t", "99.9", parts())), common::USUAL).is_ok());
    let mut scaled = sum("t", "100", parts());
    scaled.full_marks = Some(d("99.90"));
    assert!(Track::check(draft(scaled), common::USUAL).is_ok());
    // Weights below a mean are relative.
    assert!(
        Track::check(draft(node("t", "1", Rule::WeightedMean(parts()))), common::USUAL).is_ok()
    );
    let message =
        &Track::check(draft(sum("t", "100", parts())), common::USUAL).unwrap_err()[0].message;
    assert_eq!(
        message,
        "the weights below t add up to 99.9, not to 100; raise them by 0.1 in all, or set its full_marks to 99.9"
    );
}

#[test]
fn every_fault_of_a_tree_is_found_at_its_place() {
    let mut odd = marks("odd id", "0");
    odd.full_marks = Some(d("5"));
    odd.min_points = Some(d("3"));
    odd.max_points = Some(d("2"));
    let mut nameless = marks("b", "5");
    if let Rule::Leaf(leaf) = &mut nameless.rule {
        leaf.indicator.clear();
    }
    let inner = node("a", "5", Rule::GeometricMean(vec![odd, nameless]));
    let root = sum("t", "10", vec![inner, sum("a", "5", Vec::new())]);
    let place = "root.sum.children[0]";
    assert_eq!(
        tree(root),
        [
            format!("{place}.geometric_mean.children[0].node_id NODE_ID"),
            format!("{place}.geometric_mean.children[0].weight PARAMETER_RANGE"),
            format!("{place}.geometric_mean.children[0].full_marks FULL_MARKS"),
            format!("{place}.geometric_mean.children[0].min_points POINTS_ORDER"),
            format!("{place}.geometric_mean.children[1].leaf.indicator INDICATOR_REQUIRED"),
            "root.sum.children[1].node_id DUPLICATE_NODE".to_owned(),
            "root.sum.children[1].sum.children NO_CHILDREN".to_owned(),
        ]
    );
}

#[test]
fn node_ids_are_short_and_plain() {
    for id in ["-a", ".a", "a b", "经济", "a/b", &"x".repeat(64)] {
        assert_eq!(tree(marks(id, "1")), ["root.node_id NODE_ID"], "{id}");
    }
    for id in ["a", "7", "a.b-c_D", &"x".repeat(63)] {
        assert!(Track::check(draft(marks(id, "1")), common::USUAL).is_ok(), "{id}");
    }
}

#[test]
fn a_tree_has_its_limits() {
    let deep = |levels: usize| {
        (1..levels)
            .fold(marks("m", "1"), |below, level| sum(&format!("n{level}"), "1", vec![below]))
    };
    assert!(Track::check(draft(deep(engine::MAX_DEPTH)), common::USUAL).is_ok());
    let found = tree(deep(engine::MAX_DEPTH + 1));
    assert_eq!((found.len(), found[0].ends_with("children[0] TREE_SIZE")), (1, true));
    let wide = |leaves: usize| {
        let leaves: Vec<Node> =
            (0..leaves).map(|number| marks(&format!("m{number}"), "1")).collect();
        node("t", "1", Rule::WeightedMean(leaves))
    };
    assert!(Track::check(draft(wide(engine::MAX_NODES - 1)), common::USUAL).is_ok());
    assert_eq!(tree(wide(engine::MAX_NODES + 5)), ["root.weighted_mean.children[1999] TREE_SIZE"]);
}

#[test]
fn numbers_no_rulebook_needs_are_refused() {
    assert_eq!(tree(marks("m", "0.00000000001")), ["root.weight PARAMETER_SIZE"]);
    assert_eq!(tree(marks("m", "1000000000000000000")), ["root.weight PARAMETER_SIZE"]);
    assert!(Track::check(draft(marks("m", "0.100000000000")), common::USUAL).is_ok());
}

#[test]
fn parameters_have_their_range() {
    let completion = |cap| method(UP, Method::Completion(Completion { cap: d(cap) }));
    assert_eq!(completion("0.99"), ["root.leaf.completion.cap PARAMETER_RANGE"]);
    let base = |base| {
        Method::Efficacy(Efficacy {
            bounds: Bounds::Cohort,
            base: d(base),
            unclamped: false,
            exponential: None,
        })
    };
    assert_eq!(method(UP, base("99.5")), ["root.leaf.efficacy.base PARAMETER_RANGE"]);
    assert_eq!(method(DOWN, base("-1")), ["root.leaf.efficacy.base PARAMETER_RANGE"]);
    let deduct = |deduction, floor| {
        method(
            DOWN,
            Method::DeductPerEvent(DeductPerEvent { deduction: d(deduction), floor: d(floor) }),
        )
    };
    assert_eq!(
        deduct("0", "10.5"),
        [
            "root.leaf.deduct_per_event.deduction PARAMETER_RANGE",
            "root.leaf.deduct_per_event.floor PARAMETER_RANGE"
        ]
    );
    for equal in ["5", "5.0"] {
        let bounds = Bounds::Fixed { low: d("5"), high: d(equal) };
        let found = method(UP, Method::MinMax(MinMax { bounds, unclamped: false }));
        assert_eq!(found, ["root.leaf.min_max.bounds.fixed.high BOUNDS_ORDER"]);
    }
}

#[test]
fn methods_fit_the_direction() {
    let deduct = DeductPerEvent { deduction: d("1"), floor: d("0") };
    for (direction, wrong) in [
        (DOWN, Method::Marks(engine::Marks {})),
        (DOWN, Method::Completion(Completion { cap: d("1") })),
        (UP, Method::Control(Control {})),
        (UP, Method::DeductPerEvent(deduct)),
    ] {
        assert_eq!(
            method(direction, wrong.clone()),
            [format!("root.leaf.{} DIRECTION", wrong.name())]
        );
    }
}

#[test]
fn steps_stand_in_order_and_catch_everything() {
    let steps = |direction, steps: &[(Option<&str>, &str)]| {
        let step = |(threshold, points): &(Option<&str>, &str)| Step {
            threshold: threshold.map(d),
            points: d(points),
            precondition: None,
        };
        let found =
            method(direction, Method::Steps(Steps { steps: steps.iter().map(step).collect() }));
        found.iter().map(|fault| fault.replace("root.leaf.steps.", "")).collect::<Vec<_>>()
    };
    assert_eq!(steps(UP, &[]), ["steps STEPS_END"]);
    assert_eq!(steps(UP, &[(Some("5"), "3")]), ["steps STEPS_END"]);
    assert_eq!(steps(UP, &[(None, "3"), (None, "1")]), ["steps[0].threshold STEPS_ORDER"]);
    let rising = [(Some("5"), "3"), (Some("7"), "2"), (None, "0")];
    assert_eq!(steps(UP, &rising), ["steps[1].threshold STEPS_ORDER"]);
    let falling = [(Some("7"), "3"), (Some("5"), "2"), (None, "0")];
    assert_eq!(steps(DOWN, &falling), ["steps[1].threshold STEPS_ORDER"]);
    let equal = [(Some("7"), "3"), (Some("7.0"), "2"), (None, "0")];
    assert_eq!(steps(DOWN, &equal), ["steps[1].threshold STEPS_ORDER"]);
    assert_eq!(steps(UP, &[(Some("7"), "3"), (None, "4")]), ["steps[1].points STEPS_ORDER"]);
    assert_eq!(
        steps(UP, &[(Some("7"), "10.01"), (None, "-1")]),
        ["steps[0].points PARAMETER_RANGE", "steps[1].points PARAMETER_RANGE"]
    );
}

#[test]
fn rank_tables_never_rise() {
    let listed = |points: &[&str]| {
        method(UP, Method::RankTable(RankTable::Listed(points.iter().map(|it| d(it)).collect())))
    };
    assert_eq!(listed(&[]), ["root.leaf.rank_table.points RANK_TABLE"]);
    assert_eq!(listed(&["9", "8", "8.5"]), ["root.leaf.rank_table.points[2] RANK_TABLE"]);
    assert_eq!(listed(&["11", "8"]), ["root.leaf.rank_table.points[0] PARAMETER_RANGE"]);
    let falling = |start, step, floor| {
        method(
            UP,
            Method::RankTable(RankTable::Falling {
                start: d(start),
                step: d(step),
                floor: d(floor),
            }),
        )
    };
    assert_eq!(falling("11", "1", "0"), ["root.leaf.rank_table.start PARAMETER_RANGE"]);
    assert_eq!(falling("9", "-1", "0"), ["root.leaf.rank_table.step PARAMETER_RANGE"]);
    assert_eq!(falling("9", "1", "9.5"), ["root.leaf.rank_table.floor PARAMETER_RANGE"]);
}

#[test]
fn what_follows_from_the_order_is_checked() {
    let with = |change: &dyn Fn(&mut engine::TrackDraft)| {
        let mut draft = draft(marks("m", "10"));
        change(&mut draft);
        faults(draft)
    };
    let breaks = |breaks: &[&str]| {
        with(&|draft| {
            draft.ranking.tie_break =
                breaks.iter().map(|it| TieBreak::Points((*it).to_owned())).collect()
        })
    };
    assert_eq!(breaks(&["m", "x"]), ["ranking.tie_break[1] UNKNOWN_TIE_BREAK"]);
    assert_eq!(breaks(&["m", "m"]), ["ranking.tie_break[1] DUPLICATE_TIE_BREAK"]);
    let colours = |rule: Colouring| with(&|draft| draft.colouring = Some(rule.clone()));
    assert_eq!(
        colours(Colouring::ByPace { yellow_behind: d("40"), red_behind: d("30") }),
        ["colouring.by_pace.red_behind COLOURING_ORDER"]
    );
    assert_eq!(
        colours(Colouring::ByPace { yellow_behind: d("0"), red_behind: d("101") }),
        [
            "colouring.by_pace.yellow_behind PARAMETER_RANGE",
            "colouring.by_pace.red_behind PARAMETER_RANGE"
        ]
    );
    let thresholds = Colouring::ByThreshold { green_at_least: d("6"), yellow_at_least: d("6") };
    assert_eq!(
        colours(thresholds.clone()),
        ["colouring.by_threshold.yellow_at_least COLOURING_ORDER"]
    );
    assert_eq!(
        colours(Colouring::ByRankShare { green_share: d("60"), red_share: d("40.1") }),
        ["colouring.by_rank_share.red_share COLOURING_ORDER"]
    );
    let ascending = with(&|draft| {
        draft.ranking.ascending = true;
        draft.colouring =
            Some(Colouring::ByThreshold { green_at_least: d("60"), yellow_at_least: d("50") });
    });
    assert_eq!(ascending, ["colouring.by_threshold COLOURING_DIRECTION"]);
    let beyond = Colouring::ByThreshold { green_at_least: d("11"), yellow_at_least: d("6") };
    assert_eq!(colours(beyond), ["colouring.by_threshold.green_at_least UNREACHABLE_COLOUR"]);
    let behind = |measure| with(&|draft| draft.warnings.behind_schedule = Some(d(measure)));
    assert_eq!(behind("0"), ["warnings.behind_schedule PARAMETER_RANGE"]);
    assert_eq!(behind("100.5"), ["warnings.behind_schedule PARAMETER_RANGE"]);
}
