//! What holds of ballots, milestones, cases and formulas, whatever was counted: points within
//! 0..w, never fewer for what is better, the same in any order.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::collections::BTreeMap;

use common::random::{milestones, of_many, tally};
use common::{UNROUNDED, UP, draft, node};
use engine::{
    Ballots, Cell, Comparison, Direction, Expression, ExpressionPoints, Fact, Figure, Leaf, Method,
    Milestones, MissingPolicy, Name, OfCohort, Operation, Quantity, Rule, Sheet, Tally, Track,
    Truth,
};
use proptest::prelude::*;
use rust_decimal::Decimal;

const WEIGHT: Decimal = Decimal::TEN;

fn track(method: Method, figure: Figure) -> Track {
    let leaf = Leaf {
        indicator: "i".to_owned(),
        direction: UP,
        missing: MissingPolicy::ZeroPoints,
        figure,
        method,
    };
    let mut root = node("t", "10", Rule::Leaf(leaf));
    root.weight = WEIGHT;
    Track::check(draft(root), UNROUNDED).unwrap()
}

fn points(track: &Track, sheet: Sheet) -> Decimal {
    common::total(&common::score(track, vec![sheet]), "s")
}

/// A sheet of whole numbers.
fn counted(counts: &[(&str, u32)]) -> Sheet {
    let cell = |count: u32| {
        let value = count.into();
        let fact = Fact::Value { value, verified: true, partial: false, sources: Vec::new() };
        Cell { fact, ..Cell::default() }
    };
    let cells = counts.iter().map(|(indicator, count)| ((*indicator).into(), cell(*count)));
    Sheet { subject: "s".to_owned(), cells: cells.collect(), ..Sheet::default() }
}

fn rated(tally: &Tally) -> Sheet {
    let tallies = BTreeMap::from([("i".to_owned(), tally.clone())]);
    Sheet { subject: "s".to_owned(), tallies, ..Sheet::default() }
}

fn scheduled(all: &Milestones) -> Sheet {
    let milestones = BTreeMap::from([("i".to_owned(), all.clone())]);
    Sheet { subject: "s".to_owned(), milestones, ..Sheet::default() }
}

fn only<T: std::fmt::Debug>(
    fits: fn(&Method) -> bool,
    with: impl Strategy<Value = T>,
) -> impl Strategy<Value = (Method, T)> {
    let method = of_many().prop_map(|(_, method): (Direction, Method)| method);
    (method.prop_filter("another method", fits), with)
}

/// Cases in all, and those of the two kinds of [`of_many`] among them.
fn cases() -> impl Strategy<Value = (u32, u32, u32)> {
    (0..40_u32, 0..40_u32, 0..40_u32)
}

/// A formula that only rises with the value of `i`.
fn rising() -> impl Strategy<Value = Quantity> {
    let name = || Quantity::Name(Name::Value("i".to_owned()));
    let own = prop_oneof![
        Just(name()),
        (-40..40_i64).prop_map(|units| Quantity::Constant(Decimal::new(units, 1))),
    ];
    own.prop_recursive(3, 12, 2, move |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            pair.clone().prop_map(|(one, two)| arithmetic(Operation::Add, one, two)),
            (inner.clone(), 1..9_i64).prop_map(|(one, by)| {
                arithmetic(Operation::Multiply, one, Quantity::Constant(by.into()))
            }),
            pair.prop_map(|(one, two)| Quantity::Call(engine::Function::Min, vec![one, two])),
            (inner, 1..30_i64).prop_map(move |(one, from)| {
                let reached = Truth::Compare(
                    Comparison::AtLeast,
                    Box::new(Quantity::Name(Name::Value("i".to_owned()))),
                    Box::new(Quantity::Constant(from.into())),
                );
                let more =
                    arithmetic(Operation::Add, one.clone(), Quantity::Constant(Decimal::ONE));
                Quantity::If(Box::new(reached), Box::new(more), Box::new(one))
            }),
        ]
    })
}

fn arithmetic(operation: Operation, one: Quantity, two: Quantity) -> Quantity {
    Quantity::Arithmetic(operation, Box::new(one), Box::new(two))
}

fn formula(quantity: &Quantity) -> Track {
    let figure = Figure::Expression(Expression::new(String::new(), quantity.clone()));
    track(Method::ExpressionPoints(ExpressionPoints { unclamped: false }), figure)
}

fn within(points: Decimal) -> bool {
    points >= Decimal::ZERO && points <= WEIGHT
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_better_mark_never_loses_points(
        (method, tally) in only(|it| matches!(it, Method::Ballots(_)), tally()),
        group in 0..2_usize, from in 0..2_usize,
    ) {
        let track = track(method, Figure::Value);
        let before = points(&track, rated(&tally));
        prop_assert!(within(before), "{before}");
        // One ballot of a group rises by a mark.
        let (mut better, ranks) = (tally, ["poor", "fair", "good"]);
        let Some(marks) = better.groups.get_mut(["leaders", "masses"][group]) else { return Ok(()) };
        match marks.get_mut(ranks[from]) {
            Some(count) if *count > 0 => *count -= 1,
            _ => return Ok(()),
        }
        *marks.entry(ranks[from + 1].to_owned()).or_default() += 1;
        let after = points(&track, rated(&better));
        prop_assert!(before <= after && within(after), "{before} became {after}");
    }

    // Ballots are counted: who cast them when, and how they are split into lists, is all one.
    #[test]
    fn groups_weigh_the_same_in_any_order(
        (method, tally) in only(|it| matches!(it, Method::Ballots(_)), tally()),
    ) {
        let Method::Ballots(given) = &method else { unreachable!() };
        let mut turned = given.clone();
        turned.groups.reverse();
        turned.marks.reverse();
        let turned = Method::Ballots(Ballots { ..turned });
        prop_assert_eq!(
            points(&track(method.clone(), Figure::Value), rated(&tally)),
            points(&track(turned, Figure::Value), rated(&tally))
        );
    }

    #[test]
    fn an_earlier_milestone_never_loses_points(
        (method, all) in only(|it| matches!(it, Method::MilestonePoints(_)), milestones()),
        which in 0..5_usize, earlier in 0..40_i64,
    ) {
        let track = track(method, Figure::Value);
        let total = |all: &Milestones| {
            common::score(&track, vec![scheduled(all)]).subjects[0].total.unwrap_or_default()
        };
        let before = total(&all);
        prop_assert!(within(before), "{before}");
        let mut turned = all.clone();
        turned.list.reverse();
        prop_assert_eq!(total(&turned), before);
        let mut better = all;
        let as_of = better.as_of;
        let Some(milestone) = better.list.get_mut(which) else { return Ok(()) };
        milestone.reached = Some((milestone.reached.unwrap_or(as_of) - earlier).max(0));
        let after = total(&better);
        prop_assert!(before <= after && within(after), "{before} became {after}");
    }

    #[test]
    fn a_case_handled_better_never_loses_points(
        (method, (all, first, second)) in only(|it| matches!(it, Method::CaseHandling(_)), cases()),
    ) {
        let Method::CaseHandling(given) = &method else { unreachable!() };
        let (better, worse) = match given.kinds[0].credit >= given.kinds[1].credit {
            true => ("0up", "1up"),
            false => ("1up", "0up"),
        };
        let track = track(method.clone(), Figure::Value);
        let of = |good, bad| points(&track, counted(&[("i", all), (better, good), (worse, bad)]));
        let before = of(first, second);
        prop_assert!(within(before), "{before}");
        if second > 0 {
            let after = of(first + 1, second - 1);
            prop_assert!(before <= after && within(after), "{before} became {after}");
        }
    }

    #[test]
    fn a_rising_formula_never_loses_points(
        quantity in rising(), value in 0..60_u32, more in 0..60_u32,
    ) {
        let track = formula(&quantity);
        let before = points(&track, counted(&[("i", value)]));
        let after = points(&track, counted(&[("i", value + more)]));
        prop_assert!(within(before) && within(after), "{before} and {after}");
        prop_assert!(before <= after, "{before} became {after}");
    }

    // A number of the cohort is the same in whatever order the subjects come.
    #[test]
    fn a_formula_of_the_cohort_knows_no_order(
        values in prop::collection::vec(0..60_u32, 1..6), by in 0..6_usize,
    ) {
        let own = || Quantity::Name(Name::Value("i".to_owned()));
        let best = Quantity::OfCohort(OfCohort::Max, Box::new(own()));
        let best = Quantity::Call(engine::Function::Max, vec![best, Quantity::Constant(1.into())]);
        let share = arithmetic(Operation::Divide, own(), best);
        let track = formula(&arithmetic(Operation::Multiply, share, Quantity::Constant(WEIGHT)));
        let sheet = |(number, value): (usize, &u32)| Sheet {
            subject: format!("s{number}"),
            ..counted(&[("i", *value)])
        };
        let sheets: Vec<Sheet> = values.iter().enumerate().map(sheet).collect();
        let mut turned = sheets.clone();
        turned.rotate_left(by % values.len());
        prop_assert_eq!(common::score(&track, sheets), common::score(&track, turned));
    }
}
