//! The most points that anybody can have, and what is refused because nobody can have it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::random::race;
use common::{
    UNROUNDED, UP, against, d, draft, faults, leaf, marks, node, not_applicable, sum, value,
};
use engine::{
    Adjustments, Aspect, Colouring, Completion, Edge, Grade, Graded, GradedAspect, Grading, Item,
    Method, Node, Outcomes, QuotaRounding, Rule, Segment, Side, SlopeSide, Slopes, Track,
    TrackDraft, Worth,
};
use proptest::prelude::*;

fn most(root: Node) -> Option<String> {
    common::unrounded(root).most_points().map(|it| it.normalize().to_string())
}

fn capped(id: &str, weight: &str, cap: &str) -> Node {
    leaf(id, weight, UP, Method::Completion(Completion { cap: d(cap) }))
}

/// Bonuses of at most so much, on top of a sum.
fn ledger(base: &str, cap: Option<&str>, side: Side) -> Node {
    let item = Item {
        item_id: "praised".to_owned(),
        display_name: "praised".to_owned(),
        side,
        aspect: "work".to_owned(),
        worth: Worth::Fixed(d("2")),
        cap: cap.map(d),
    };
    let aspect =
        Aspect { aspect_id: "work".to_owned(), display_name: "work".to_owned(), cap: None };
    let ledger = Adjustments {
        base: d(base),
        levels: vec![],
        aspects: vec![aspect],
        items: vec![item],
        bonus_cap: None,
        deduction_cap: None,
    };
    node("list", "0", Rule::Adjustments(ledger))
}

fn slopes(cap: Option<&str>, width: Option<&str>) -> Node {
    let segment = Segment { width: width.map(d), slope: d("0.5") };
    let over = SlopeSide { segments: vec![segment], cap: cap.map(d) };
    let method = Method::Slopes(Slopes {
        at: Some(d("100")),
        percent: false,
        base: d("60"),
        over: Box::new(over),
        short: Box::new(SlopeSide::default()),
    });
    leaf("s", "100", UP, method)
}

#[test]
fn the_most_is_what_the_parts_can_give() {
    let whole = || vec![marks("m", "60"), marks("n", "40")];
    let with = |extra: Node| whole().into_iter().chain([extra]).collect::<Vec<_>>();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(most(sum("t", "100", whole())), some("100"));
    assert_eq!(most(sum("t", "100", with(ledger("0", Some("5"), Side::Bonus)))), some("105"));
    assert_eq!(most(sum("t", "100", with(ledger("3", None, Side::Deduction)))), some("103"));
    assert_eq!(most(sum("t", "100", with(ledger("0", None, Side::Bonus)))), None);
    let mut bounded = sum("t", "100", with(ledger("0", None, Side::Bonus)));
    bounded.max_points = Some(d("110"));
    assert_eq!(most(bounded), some("110"));
    // Whoever has no part in n has all points of m, and more.
    assert_eq!(
        most(sum("t", "100", vec![capped("m", "60", "1.2"), marks("n", "40")])),
        some("120")
    );
    assert_eq!(most(capped("m", "60", "1.2")), some("72"));
    assert_eq!(most(slopes(None, None)), None);
    assert_eq!(most(slopes(Some("20"), None)), some("80"));
    assert_eq!(most(slopes(None, Some("10"))), some("65"));
    let product = |parts| node("t", "100", Rule::Product(parts));
    assert_eq!(most(product(whole())), some("100"));
    assert_eq!(
        most(product(vec![capped("m", "60", "1.2"), capped("n", "40", "1.5")])),
        some("180")
    );
    // What is rounded may be lifted: a total to the next place, parts by half of one each, and
    // more where weights are spread over them.
    let rounded = |root| common::track(root).most_points();
    assert_eq!(rounded(marks("m", "99.996")), Some(d("100")));
    assert_eq!(rounded(sum("t", "100", whole())), Some(d("100.01")));
    let graded = |factor: &str| {
        let aspect = GradedAspect {
            aspect_id: "difficulty".to_owned(),
            display_name: "difficulty".to_owned(),
            weight: d("1"),
            factors: vec![("A".to_owned(), d(factor)), ("B".to_owned(), d("1"))],
            unmarked: d("0.8"),
        };
        let child = Box::new(marks("m", "100"));
        let aspects = vec![aspect];
        node("t", "100", Rule::Graded(Graded { child, indicator: "m".to_owned(), aspects }))
    };
    assert_eq!(most(graded("1.35")), some("135"));
}

#[test]
fn the_most_is_reached_by_whoever_has_no_weak_part() {
    let root = sum("t", "100", vec![capped("m", "60", "1.2"), marks("n", "40")]);
    let track = common::track(root);
    let mut sheet = against("a", "m", "150", "100");
    let cell = engine::Cell { fact: not_applicable(), ..engine::Cell::default() };
    sheet.cells.insert("n".into(), cell);
    assert_eq!(common::total(&common::score(&track, vec![sheet]), "a"), d("120"));
    let whole = common::sheet("a", &[("m", value("60")), ("n", value("40"))]);
    let track = common::track(sum("t", "100", vec![marks("m", "60"), marks("n", "40")]));
    assert_eq!(common::total(&common::score(&track, vec![whole]), "a"), d("100"));
}

fn graded_from(limit: &str) -> TrackDraft {
    let grade = |id: &str, at_least: Option<&str>| Grade {
        grade_id: id.to_owned(),
        display_name: id.to_owned(),
        at_least: at_least.map(d),
        quota: None,
        outright: vec![],
    };
    let grading = Grading::Grades {
        grades: vec![grade("excellent", Some(limit)), grade("other", None)],
        rounding: QuotaRounding::Floor,
        edge: Edge::AllIn,
    };
    let outcomes = Outcomes { grading: Some(grading), ..Outcomes::default() };
    let parts = vec![marks("m", "60"), marks("n", "40"), ledger("0", Some("5"), Side::Bonus)];
    TrackDraft { outcomes, ..draft(sum("t", "100", parts)) }
}

#[test]
fn what_nobody_can_reach_is_refused() {
    assert!(Track::check(graded_from("105"), UNROUNDED).is_ok());
    let refused = "grading.grades.grades[0].at_least UNREACHABLE_GRADE";
    assert_eq!(faults(graded_from("105.1")), [refused]);
    let found = Track::check(graded_from("106"), UNROUNDED).unwrap_err();
    assert_eq!(
        found[0].message,
        "no total is above 105, so nobody reaches 106; ask for 105 at most, or let the parts of \
         the tree give more"
    );
    // Where the lowest score ranks first, a grade asks for less.
    let mut ascending = graded_from("106");
    ascending.ranking.ascending = true;
    assert!(Track::check(ascending, common::USUAL).is_ok());
    let coloured = |green: &str| {
        let (green_at_least, yellow_at_least) = (d(green), d("60"));
        let colouring = Colouring::ByThreshold { green_at_least, yellow_at_least };
        TrackDraft { colouring: Some(colouring), ..graded_from("90") }
    };
    assert!(Track::check(coloured("105"), common::USUAL).is_ok());
    assert_eq!(
        faults(coloured("105.5")),
        ["colouring.by_threshold.green_at_least UNREACHABLE_COLOUR"]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    // Whatever the rulebook and the facts: grades beyond the bound are refused, so it must hold.
    #[test]
    fn nobody_has_more_than_the_most((track, sheets) in race(0..=7)) {
        let Some(most) = track.most_points() else { return Ok(()) };
        for subject in common::score(&track, sheets).subjects {
            let total = subject.total.unwrap_or_default().round_dp(9);
            prop_assert!(total <= most, "{total} is above {most}");
        }
    }
}
