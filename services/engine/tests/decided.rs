//! What holds for gates, grades, awards and references whatever the figures.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::collections::BTreeSet;

use common::{cohort, d, draft, marks, sheet, sum, value};
use engine::{
    Award, Condition, Edge, End, Gate, GateEffect, Grade, GradeBy, Grading, Measure, NumberRange,
    Outcomes, Pick, Places, Quota, QuotaRounding, Sheet, TieBreak, Track, TrackResult, Won,
};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn edge() -> impl Strategy<Value = Edge> {
    prop_oneof![
        Just(Edge::AllIn),
        Just(Edge::AllOut),
        Just(Edge::TieBreak(vec![TieBreak::Points("n".to_owned())])),
        Just(Edge::TieBreak(vec![TieBreak::CountBack(vec!["m".to_owned(), "n".to_owned()])])),
    ]
}

fn rounding() -> impl Strategy<Value = QuotaRounding> {
    prop_oneof![Just(QuotaRounding::Floor), Just(QuotaRounding::Ceil), Just(QuotaRounding::HalfUp)]
}

/// Few different scores, so that ties are common; some subjects have an award that counts.
fn sheets() -> impl Strategy<Value = Vec<Sheet>> {
    prop::collection::vec((0..6_u32, 0..6_u32, prop::bool::weighted(0.1)), 1..25).prop_map(|all| {
        let sheet = |(number, (m, n, won)): (usize, (u32, u32, bool))| {
            let facts = [("m", value(&m.to_string())), ("n", value(&n.to_string()))];
            let award = Won {
                name: format!("award {number}"),
                award: "special/first".to_owned(),
                class: String::new(),
                level: String::new(),
                sources: vec![],
            };
            let awards = if won { vec![award] } else { vec![] };
            Sheet { awards, ..sheet(&format!("s{number:02}"), &facts) }
        };
        all.into_iter().enumerate().map(sheet).collect()
    })
}

fn grade(id: &str, quota: Option<Decimal>, outright: bool) -> Grade {
    Grade {
        grade_id: id.to_owned(),
        display_name: id.to_owned(),
        at_least: None,
        quota: quota.map(Quota::Share),
        outright: if outright { vec!["special/first".to_owned()] } else { vec![] },
    }
}

/// Nobody with fewer than 2 in m is good; the award goes to the best three over a bar.
fn track(share: u32, rounding: QuotaRounding, edge: Edge, end: End) -> Track {
    let below = NumberRange { below: Some(d("2")), ..NumberRange::default() };
    let bar = Gate {
        gate_id: "bar".to_owned(),
        display_name: "bar".to_owned(),
        when: Condition::Points { node_id: "m".to_owned(), limits: below, percent: false },
        effect: GateEffect::Bar("good".to_owned()),
    };
    let grades = vec![
        grade("good", Some(share.into()), true),
        grade("fair", Some(d("30")), false),
        grade("poor", None, false),
    ];
    let pick = Pick {
        end,
        by: Measure::Ranking,
        places: Places::Within(Quota::Count(3), QuotaRounding::Floor),
        when: Some(Condition::Total(NumberRange { above: Some(d("1")), ..NumberRange::default() })),
        unless: None,
        successors: true,
        edge: edge.clone(),
    };
    let (award_id, display_name) = ("prize".to_owned(), "prize".to_owned());
    let award = Award { award_id, display_name, class: String::new(), level: String::new(), pick };
    let mut draft = draft(sum("t", "10", vec![marks("m", "5"), marks("n", "5")]));
    draft.outcomes = Outcomes {
        gates: vec![bar],
        grading: Some(Grading::Grades { grades, rounding, edge }),
        awards: vec![award],
        cards: vec![],
    };
    Track::check(draft, common::USUAL).unwrap()
}

fn run(track: &Track, sheets: Vec<Sheet>) -> TrackResult {
    engine::score(track, &cohort(sheets)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    // H9, B10: quotas are kept, outright grades stand outside them, bars close what they name.
    #[test]
    fn quotas_are_kept(
        sheets in sheets(), share in 1..=60_u32, rounding in rounding(), edge in edge(),
    ) {
        let result = run(&track(share, rounding, edge.clone(), End::Best), sheets);
        let places = Quota::Share(share.into()).places(result.ranked, rounding);
        let good: Vec<_> = result.subjects.iter()
            .filter(|it| it.grade.as_ref().unwrap().grade_id == "good").collect();
        let earned = good.iter().filter(|it| it.grade.as_ref().unwrap().by == GradeBy::Quota);
        if edge != Edge::AllIn {
            prop_assert!(earned.count() <= places);
        }
        for subject in &result.subjects {
            let given = subject.grade.as_ref().unwrap();
            let barred = !subject.gates.is_empty();
            prop_assert!(!barred || given.grade_id != "good");
            prop_assert_eq!(barred, given.gates.contains(&"bar".to_owned()));
        }
    }

    // Nobody is graded below somebody who stands behind, unless a gate or an award says so.
    #[test]
    fn grades_follow_the_order(
        sheets in sheets(), share in 1..=60_u32, rounding in rounding(), edge in edge(),
    ) {
        let result = run(&track(share, rounding, edge, End::Best), sheets);
        let plain = result.subjects.iter().filter(|it| {
            it.gates.is_empty() && !matches!(it.grade.as_ref().unwrap().by, GradeBy::Outright(_))
        });
        let place = |id: &str| ["good", "fair", "poor"].iter().position(|it| *it == id).unwrap();
        let plain: Vec<_> =
            plain.map(|it| (it.rank, place(&it.grade.as_ref().unwrap().grade_id))).collect();
        for pair in plain.windows(2) {
            // Tied subjects may be parted by the edge's tie-break, in its own order.
            prop_assert!(pair[0].0 == pair[1].0 || pair[0].1 <= pair[1].1, "{plain:?}");
        }
    }

    #[test]
    fn an_award_goes_to_the_best_who_fit(sheets in sheets(), edge in edge(), worst in any::<bool>()) {
        let end = if worst { End::Worst } else { End::Best };
        let result = run(&track(30, QuotaRounding::Floor, edge.clone(), end), sheets);
        let picked: BTreeSet<&str> =
            result.awards[0].picked.iter().map(|it| it.subject.as_str()).collect();
        // Whoever is barred may still be the worst, but never the best.
        let fits = |it: &&engine::SubjectResult| {
            it.total > Some(Decimal::ONE) && (worst || it.gates.is_empty())
        };
        let fit: Vec<_> = result.subjects.iter().filter(fits).collect();
        if edge == Edge::AllIn {
            prop_assert!(picked.len() >= 3.min(fit.len()));
        } else {
            prop_assert!(picked.len() <= 3);
        }
        for subject in &fit {
            let better = |other: &&&engine::SubjectResult| {
                if worst { other.total < subject.total } else { other.total > subject.total }
            };
            let before = fit.iter().filter(better).count();
            // Whoever stands strictly within the places with all equals is picked.
            let equal = fit.iter().filter(|it| it.total == subject.total).count();
            let inside = before + equal <= 3;
            let picked = picked.contains(subject.subject.as_str());
            prop_assert!(!inside || picked);
            prop_assert!(before < 3 || !picked);
        }
    }

    #[test]
    fn outcomes_do_not_depend_on_the_order_of_subjects(sheets in sheets(), edge in edge()) {
        let track = track(30, QuotaRounding::Ceil, edge, End::Worst);
        let mut turned = sheets.clone();
        turned.reverse();
        prop_assert_eq!(run(&track, sheets), run(&track, turned));
    }
}
