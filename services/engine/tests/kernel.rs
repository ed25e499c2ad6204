//! Issue 3, H1: scores by columns are those of the tree, bit for bit. Two thousand random
//! rulebooks where nothing is said; `KERNEL_CASES=20000` for more.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::random::{columnar_race, race};
use common::{DOWN, UP, cohort, d, leaf, marks, node, not_applicable, sheet, sum, value};
use engine::{
    Accumulation, Bounds, Completion, Condition, Edge, Efficacy, Fact, Gate, GateEffect, Grade,
    Grading, Kernel, Kind, Method, MinMax, NumberRange, Outcomes, Points, Quota, QuotaRounding,
    Rule, Sheet, Span, State, Table, TableColumn, Track, TrackDraft, TrackSummary, WarningRules,
};
use proptest::prelude::*;
use rust_decimal::Decimal;

/// Both ways, which must agree; the columns' own points besides, where they know the track.
fn agrees(track: &Track, sheets: Vec<Sheet>) -> TrackSummary {
    let cohort = cohort(sheets);
    let tree = engine::score(track, &cohort).unwrap().summary();
    let columns = engine::summarize(track, &cohort).unwrap();
    assert_eq!(columns, tree);
    // Not only equal: the same digits, so that what is stored and digested is the same text.
    assert_eq!(format!("{columns:?}"), format!("{tree:?}"));
    let provisional = engine::provisional(track, &cohort).unwrap().summary();
    assert_eq!(engine::summarize_provisional(track, &cohort).unwrap(), provisional);
    tree
}

/// The columns answer by themselves.
fn by_columns(track: &Track, sheets: &[Sheet]) -> bool {
    let cohort = cohort(sheets.to_vec());
    let table = Table::of(track, &cohort);
    table.is_some_and(|table| Kernel::of(track).score(&table, &mut Points::default()).is_some())
}

fn cases() -> u32 {
    std::env::var("KERNEL_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(2000)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn columns_score_as_the_tree_does((track, sheets) in race(0..=7)) {
        agrees(&track, sheets);
    }

    #[test]
    fn sums_and_means_are_scored_by_columns_alone((track, sheets) in columnar_race(0..=2)) {
        prop_assert!(by_columns(&track, &sheets));
        agrees(&track, sheets);
    }
}

#[test]
fn a_number_too_long_for_a_column_is_the_trees() {
    // 10^19 and more with 20 places has more than 128 bits.
    let method = Method::MinMax(MinMax {
        bounds: Bounds::Fixed { low: d("0"), high: d("0.0000000003") },
        unclamped: true,
    });
    let track = common::unrounded(sum("t", "7", vec![leaf("a", "7", UP, method)]));
    let sheets = ["0.1", "999999999.5", "-77777777.3"]
        .map(|it| sheet(&format!("s{it}"), &[("a", value(it))]));
    assert!(!by_columns(&track, &sheets));
    agrees(&track, sheets.to_vec());
}

#[test]
fn values_without_a_common_scale_are_the_trees() {
    let track = common::track(sum("t", "5", vec![marks("a", "5")]));
    let sheets = ["0.00000000000000000000000001", "7999999999999999999999999999"]
        .map(|it| sheet(&format!("s{it}"), &[("a", value(it))]));
    assert!(!by_columns(&track, &sheets));
    agrees(&track, sheets.to_vec());
}

#[test]
fn one_subject_too_long_leaves_the_others_in_their_columns() {
    // The mean of the odd one needs more than 128 bits, its points do not.
    let method = Method::MinMax(MinMax {
        bounds: Bounds::Fixed { low: d("0"), high: d("999999999999999999") },
        unclamped: false,
    });
    let part = leaf("a", "99999999.99", UP, method);
    let track = common::unrounded(node("t", "17.77", Rule::WeightedMean(vec![part])));
    let sheets =
        ["1", "987654321098765432.123456"].map(|it| sheet(&format!("s{it}"), &[("a", value(it))]));
    agrees(&track, sheets.to_vec());
}

#[test]
fn what_is_left_out_spreads_alike() {
    let efficacy = |bounds| {
        Method::Efficacy(Efficacy { bounds, base: d("60"), unclamped: false, exponential: None })
    };
    let inner =
        sum("i", "30", vec![marks("c", "20"), leaf("e", "10", DOWN, efficacy(Bounds::Cohort))]);
    let mut scaled = sum("s", "50", vec![marks("f", "60"), marks("g", "40")]);
    scaled.full_marks = Some(d("100"));
    scaled.max_points = Some(d("33.3"));
    let track = common::track(sum("t", "100", vec![marks("a", "20"), inner, scaled]));
    let ids = ["a", "c", "e", "f", "g"];
    // Every pattern of what applies, and one to whom nothing does.
    let sheets = (0..32_u32).map(|pattern| {
        let fact = |place: usize| {
            let shown = format!("{}.{place}", pattern % 9 + 1);
            if pattern >> place & 1 == 1 { not_applicable() } else { value(&shown) }
        };
        let facts: Vec<_> = ids.iter().enumerate().map(|(place, id)| (*id, fact(place))).collect();
        sheet(&format!("s{pattern:02}"), &facts)
    });
    let summary = agrees(&track, sheets.collect());
    assert_eq!((summary.ranked, summary.subjects.len()), (31, 32));
}

#[test]
fn what_forbids_a_score_is_said_alike() {
    let completion = Method::Completion(Completion { cap: d("1") });
    let blocks = common::policy(marks("b", "5"), engine::MissingPolicy::Block);
    let track = common::track(sum("t", "15", vec![leaf("a", "10", UP, completion), blocks]));
    let cohort = cohort(vec![sheet("one", &[("a", value("3"))]), sheet("two", &[])]);
    let troubles = engine::score(&track, &cohort).unwrap_err();
    assert_eq!(troubles.len(), 3);
    assert_eq!(engine::summarize(&track, &cohort).unwrap_err(), troubles);
    let provisional = engine::provisional(&track, &cohort).unwrap().summary();
    assert_eq!(engine::summarize_provisional(&track, &cohort).unwrap(), provisional);
}

fn month() -> impl Strategy<Value = Fact> {
    let value = ((-9999..99_999_i64, 0..4_u32), any::<bool>(), any::<bool>()).prop_map(
        |((units, places), verified, partial)| Fact::Value {
            value: Decimal::new(units, places),
            verified,
            partial,
            sources: Vec::new(),
        },
    );
    let out = any::<bool>().prop_map(|verified| Fact::NotApplicable {
        reason: String::new(),
        verified,
        sources: Vec::new(),
    });
    prop_oneof![8 => value, 1 => Just(Fact::Missing), 1 => out]
}

/// A fact in units of the third place, and what is to be said of it.
fn taken_apart(fact: &Fact) -> (i64, State) {
    match fact {
        Fact::Value { value, verified, partial, .. } => {
            let units = (*value * Decimal::ONE_THOUSAND).normalize().mantissa() as i64;
            (
                units,
                State {
                    kind: Kind::Value,
                    unverified: !verified,
                    partial: *partial,
                    ..State::default()
                },
            )
        }
        Fact::Missing => (0, State { kind: Kind::Missing, ..State::default() }),
        Fact::NotApplicable { verified, .. } => {
            (0, State { kind: Kind::NotApplicable, unverified: !verified, ..State::default() })
        }
    }
}

proptest! {
    // B1, B5: months make quarters alike, one by one and a column at a time.
    #[test]
    fn columns_of_months_accumulate_as_facts_do(
        months in (1..14_usize, 1..6_usize).prop_flat_map(|(months, units)| {
            prop::collection::vec(prop::collection::vec(month(), units), months)
        }),
        plain in any::<bool>(),
        how in prop_oneof![
            Just(Accumulation::Sum), Just(Accumulation::Cumulative),
            Just(Accumulation::Mean), Just(Accumulation::Latest),
        ],
    ) {
        let whole = |fact: &Fact| match fact {
            Fact::Value { value, .. } if plain => Fact::Value {
                value: *value, verified: true, partial: false, sources: Vec::new(),
            },
            _ if plain => value("7.25"),
            other => other.clone(),
        };
        let months: Vec<Vec<Fact>> =
            months.iter().map(|month| month.iter().map(whole).collect()).collect();
        let apart: Vec<(Vec<i64>, Vec<State>)> =
            months.iter().map(|month| month.iter().map(taken_apart).unzip()).collect();
        let parts: Vec<Span<'_>> = apart
            .iter()
            .map(|(values, states)| Span {
                scale: 3, values, states: if plain { &[] } else { states },
            })
            .collect();
        let size = months[0].len();
        let mut column = TableColumn::default();
        column.accumulate(how, size, &parts).unwrap();
        for place in 0..size {
            let facts: Vec<Fact> = months.iter().map(|month| month[place].clone()).collect();
            let fact = engine::accumulate(how, facts.iter()).unwrap();
            let state = column.states.get(place).copied().unwrap_or_default();
            prop_assert_eq!(state, taken_apart(&fact).1);
            if let Fact::Value { value, .. } = fact {
                let units = column.values.get(place);
                let found = Decimal::from_i128_with_scale(units, column.scale);
                prop_assert_eq!(found, value);
            }
        }
    }
}

/// Three grades: a quota of the ranked for the best, a band for the second, and a gate each
/// for the veto and the bar.
fn graded(track: &Track, share: u32, limit: Decimal, edge: Edge) -> Track {
    let last = track.root().walk().last().unwrap().node_id.clone();
    // Bounds would put grades out of reach, which is refused.
    let mut root = track.root().clone();
    (root.min_points, root.max_points) = (None, None);
    let below = |limit| NumberRange { below: Some(limit), ..NumberRange::default() };
    let gate = |gate_id: &str, when, effect| Gate {
        gate_id: gate_id.to_owned(),
        display_name: String::new(),
        when,
        effect,
    };
    let grade = |id: &str, at_least, quota| Grade {
        grade_id: id.to_owned(),
        display_name: String::new(),
        at_least,
        quota,
        outright: Vec::new(),
    };
    let when = Condition::Points { node_id: last, limits: below(limit), percent: false };
    // A grade that nobody can reach would be refused.
    let most = common::track(root.clone()).most_points().unwrap_or(Decimal::MAX);
    let outcomes = Outcomes {
        gates: vec![
            gate("veto", Condition::Total(below(limit)), GateEffect::LowestGrade),
            gate("bar", when, GateEffect::Bar("a".to_owned())),
        ],
        grading: Some(Grading::Grades {
            grades: vec![
                grade("a", None, Some(Quota::Share(share.into()))),
                grade("b", Some(most.min(limit / d("2"))), None),
                grade("c", None, None),
            ],
            rounding: QuotaRounding::Ceil,
            edge,
        }),
        ..Outcomes::default()
    };
    let draft = TrackDraft {
        track_id: "track".to_owned(),
        display_name: String::new(),
        root,
        asides: Vec::new(),
        limits: std::collections::BTreeMap::new(),
        ranking: track.ranking().clone(),
        colouring: None,
        warnings: WarningRules::default(),
        outcomes,
    };
    Track::check(draft, common::USUAL).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases() / 4))]

    // H9, Q6: the grades of the columns are those of the board.
    #[test]
    fn columns_are_graded_as_the_board_is(
        (track, sheets) in columnar_race(0..=2), share in 1..=99_u32, limit in 1..90_i64,
        edge in prop_oneof![Just(Edge::AllIn), Just(Edge::AllOut)],
    ) {
        let limit = track.root().weight * Decimal::new(limit, 2);
        let track = graded(&track, share, limit, edge);
        let cohort = cohort(sheets);
        let table = Table::of(&track, &cohort).unwrap();
        let (kernel, mut points) = (Kernel::of(&track), Points::default());
        kernel.score(&table, &mut points).unwrap();
        let order = kernel.order(&points).unwrap();
        let grades = kernel.grades(&points, &order).unwrap();
        let ids = grades.iter().map(|grade| grade.map(|place| ["a", "b", "c"][place].to_owned()));
        let board = engine::score(&track, &cohort).unwrap().subjects;
        let theirs = board.iter().map(|it| it.grade.as_ref().map(|grade| grade.grade_id.clone()));
        prop_assert_eq!(ids.collect::<Vec<_>>(), theirs.collect::<Vec<_>>());
        agrees(&track, cohort.sheets().to_vec());
    }
}
