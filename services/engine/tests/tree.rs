//! Combination, what is left out, missing values, bounds, rounding, and what cannot be scored.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{
    UP, against, d, draft, leaf, marks, node, not_applicable, policy, score, sheet, sum, total,
    tree,
};
use common::{track, troubles, unrounded, value};
use engine::{
    Completion, Explained, Fact, Flag, Method, MissingPolicy, Node, Rounding, RoundingMode, Rule,
    Track,
};

fn lines(tree: &Explained) -> Vec<String> {
    let points = tree.points.map_or("-".to_owned(), |points| points.to_string());
    let flags: Vec<&str> = tree.flags.iter().map(|flag| flag.as_str()).collect();
    let mut all =
        vec![format!("{} {} {points} {}", tree.node_id, tree.effective_weight, flags.join("+"))];
    all.extend(tree.children.iter().flat_map(lines));
    all
}

fn two_parts() -> Node {
    let first = sum("first", "40", vec![marks("a", "10"), marks("b", "30")]);
    let second = sum("second", "60", vec![marks("c", "20"), marks("e", "40")]);
    sum("total", "100", vec![first, second])
}

#[test]
fn a_sum_adds_what_is_printed() {
    // H1: each leaf is rounded, and the total adds the rounded leaves.
    let facts =
        [("a", value("3.335")), ("b", value("20.005")), ("c", value("1.004")), ("e", value("0"))];
    let result = score(&track(two_parts()), vec![sheet("s", &facts)]);
    assert_eq!(
        lines(&tree(&result, "s")),
        [
            "total 100 24.35 ",
            "first 40 23.35 ",
            "a 10 3.34 ",
            "b 30 20.01 ",
            "second 60 1 ",
            "c 20 1 ",
            "e 40 0 "
        ]
    );
}

#[test]
fn the_weight_of_what_does_not_apply_is_spread_over_its_siblings_at_every_level() {
    let facts = [
        ("a", not_applicable()),
        ("b", not_applicable()),
        ("c", value("10")),
        ("e", not_applicable()),
    ];
    let result = score(&track(two_parts()), vec![sheet("s", &facts)]);
    assert_eq!(
        lines(&tree(&result, "s")),
        [
            "total 100 50 ",
            "first 0 - LEFT_OUT",
            "a 0 - NOT_APPLICABLE+LEFT_OUT",
            "b 0 - NOT_APPLICABLE+LEFT_OUT",
            "second 100 50 SPREAD",
            "c 100 50 SPREAD",
            "e 0 - NOT_APPLICABLE+LEFT_OUT"
        ]
    );
}

#[test]
fn a_subject_to_whom_nothing_applies_has_no_score() {
    let facts = ["a", "b", "c", "e"].map(|id| (id, not_applicable()));
    let full = ["a", "b", "c", "e"].map(|id| (id, value("1")));
    let result = score(&track(two_parts()), vec![sheet("none", &facts), sheet("some", &full)]);
    assert_eq!((result.ranked, result.subjects[0].subject.as_str()), (1, "some"));
    let none = &result.subjects[1];
    assert_eq!((none.total, none.rank, none.colour), (None, None, None));
}

#[test]
fn missing_is_not_zero() {
    let parts =
        |missing| sum("total", "30", vec![policy(marks("a", "10"), missing), marks("b", "20")]);
    let facts = |fact| vec![sheet("s", &[("a", fact), ("b", value("12"))])];
    let zero = score(&track(parts(MissingPolicy::ZeroPoints)), facts(Fact::Missing));
    assert_eq!(lines(&tree(&zero, "s")), ["total 30 12 ", "a 10 0 MISSING", "b 20 12 "]);
    let reported = score(&track(parts(MissingPolicy::ZeroPoints)), facts(value("0")));
    assert_eq!(lines(&tree(&reported, "s")), ["total 30 12 ", "a 10 0 ", "b 20 12 "]);
    let out = score(&track(parts(MissingPolicy::LeaveOut)), facts(Fact::Missing));
    assert_eq!(
        lines(&tree(&out, "s")),
        ["total 30 18 ", "a 0 - MISSING+LEFT_OUT", "b 30 18 SPREAD"]
    );
    let blocked = troubles(&track(parts(MissingPolicy::Block)), facts(Fact::Missing));
    assert_eq!(
        (blocked.len(), blocked[0].reason, blocked[0].node_id.as_str()),
        (1, "MISSING_VALUE", "a")
    );
}

#[test]
fn unverified_and_partial_values_count_and_are_marked() {
    let fact = Fact::Value {
        value: d("4"),
        verified: false,
        partial: true,
        sources: vec!["o1".to_owned()],
    };
    let result = score(&track(marks("a", "10")), vec![sheet("s", &[("a", fact)])]);
    assert_eq!(lines(&tree(&result, "s")), ["a 10 4 UNVERIFIED+PARTIAL"]);
    assert_eq!(
        result.subjects[0].flags().into_iter().collect::<Vec<_>>(),
        [Flag::Unverified, Flag::Partial]
    );
}

#[test]
fn a_sum_with_full_marks_of_its_own_is_scaled() {
    // 20 points, marked out of 100.
    let mut part = sum("part", "20", vec![marks("a", "60"), marks("b", "40")]);
    part.full_marks = Some(d("100"));
    let root = sum("total", "50", vec![part, marks("c", "30")]);
    let facts = [("a", value("45")), ("b", value("40")), ("c", value("30"))];
    let result = score(&track(root.clone()), vec![sheet("s", &facts)]);
    assert_eq!(lines(&tree(&result, "s"))[..2], ["total 50 47 ", "part 20 17 "]);
    // What is left out beside it makes it worth more, its own scale stays.
    let facts = [("a", value("45")), ("b", value("40")), ("c", not_applicable())];
    let result = score(&track(root), vec![sheet("s", &facts)]);
    assert_eq!(
        lines(&tree(&result, "s"))[..3],
        ["total 50 42.5 ", "part 50 42.5 SPREAD", "a 60 45 "]
    );
}

#[test]
fn means_weigh_shares() {
    let parts = || vec![marks("a", "1"), marks("b", "3")];
    let facts = [("a", value("0.5")), ("b", value("2.4"))];
    let mean = unrounded(node("total", "100", Rule::WeightedMean(parts())));
    assert_eq!(total(&score(&mean, vec![sheet("s", &facts)]), "s"), d("72.5"));
    // 100·0.5^0.25·0.8^0.75 to 60 digits by another program, cut at the 20th place.
    let geometric = unrounded(node("total", "100", Rule::GeometricMean(parts())));
    let points = total(&score(&geometric, vec![sheet("s", &facts)]), "s");
    assert_eq!(points.to_string(), "71.13117640155691204901");
    // A part left out takes no part; a share of nothing spoils the whole.
    let one_out = [("a", not_applicable()), ("b", value("2.4"))];
    assert_eq!(total(&score(&mean, vec![sheet("s", &one_out)]), "s"), d("80"));
    assert_eq!(total(&score(&geometric, vec![sheet("s", &one_out)]), "s"), d("80"));
    let nothing = [("a", value("0")), ("b", value("2.4"))];
    assert_eq!(total(&score(&geometric, vec![sheet("s", &nothing)]), "s"), d("0"));
}

#[test]
fn points_are_bounded_before_they_are_rounded() {
    let mut part = marks("a", "20");
    part.max_points = Some(d("7.775"));
    part.min_points = Some(d("2.5"));
    let track = track(part);
    let points = |mark| {
        let result = score(&track, vec![sheet("s", &[("a", value(mark))])]);
        let tree = tree(&result, "s");
        (tree.points.unwrap().to_string(), tree.flags.contains(&Flag::Bounded))
    };
    assert_eq!(points("19"), ("7.78".to_owned(), true));
    assert_eq!(points("1"), ("2.5".to_owned(), true));
    assert_eq!(points("5"), ("5".to_owned(), false));
}

#[test]
fn bounds_grow_with_the_weight() {
    let mut part = marks("a", "20");
    part.max_points = Some(d("10"));
    let track = track(sum("total", "40", vec![part, marks("b", "20")]));
    let result = score(&track, vec![sheet("s", &[("a", value("20")), ("b", not_applicable())])]);
    assert_eq!(lines(&tree(&result, "s"))[1], "a 40 20 SPREAD+BOUNDED");
}

#[test]
fn every_node_may_round_in_its_own_way() {
    let modes = [
        (RoundingMode::HalfUp, "2.35", "-2.35"),
        (RoundingMode::HalfEven, "2.34", "-2.34"),
        (RoundingMode::Down, "2.34", "-2.34"),
        (RoundingMode::Up, "2.35", "-2.35"),
        (RoundingMode::None, "2.345", "-2.345"),
    ];
    for (mode, above, below) in modes {
        let bounds = engine::Bounds::Fixed { low: d("0"), high: d("10") };
        let method = Method::MinMax(engine::MinMax { bounds, unclamped: true });
        let mut part = leaf("a", "10", UP, method);
        part.rounding = Rounding::new(mode, 2);
        let track = unrounded(part);
        let points = |mark| total(&score(&track, vec![sheet("s", &[("a", value(mark))])]), "s");
        assert_eq!((points("2.345"), points("-2.345")), (d(above), d(below)), "{mode:?}");
    }
}

#[test]
fn the_cut_of_a_quotient_never_moves_a_later_rounding() {
    // 3·(1/600) = 0.005 exactly, and just below it with the smallest step a report can take.
    let track = track(leaf("i", "3", UP, Method::Completion(Completion { cap: d("1") })));
    let points =
        |actual, target| total(&score(&track, vec![against("s", "i", actual, target)]), "s");
    assert_eq!(points("1", "600"), d("0.01"));
    assert_eq!(points("999999999999999999", "600000000000000000000"), d("0"));
    assert_eq!(points("999999999999999999.999999", "600000000000000000000"), d("0"));
}

#[test]
fn a_number_too_long_is_refused_and_named() {
    let bounds = engine::Bounds::Fixed { low: d("0"), high: d("0.0000000001") };
    let method = Method::MinMax(engine::MinMax { bounds, unclamped: true });
    let mean = node("total", "10", Rule::WeightedMean(vec![leaf("i", "10", UP, method)]));
    let track = unrounded(mean);
    let found = troubles(&track, vec![sheet("s", &[("i", value("999999999999999999.5"))])]);
    let found: Vec<_> = found.iter().map(|it| (it.node_id.as_str(), it.reason)).collect();
    assert_eq!(found, [("i", "OVERFLOW")]);
}

#[test]
fn a_subject_runs_once() {
    let twice =
        engine::Cohort::new(vec![sheet("s", &[]), sheet("t", &[]), sheet("s", &[])]).unwrap_err();
    assert_eq!((twice.reason, twice.subject.as_str()), ("DUPLICATE_SUBJECT", "s"));
}

#[test]
fn a_root_of_its_own_rounding_keeps_it() {
    let mut root = sum("total", "10", vec![marks("a", "10")]);
    root.rounding = Rounding::new(RoundingMode::Down, 0);
    let track = Track::check(draft(root), common::USUAL).unwrap();
    assert_eq!(total(&score(&track, vec![sheet("s", &[("a", value("9.99"))])]), "s"), d("9"));
}
