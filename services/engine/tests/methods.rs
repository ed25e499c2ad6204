//! Every method by worked examples and at its edges.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{
    DOWN, UP, against, d, leaf, marks, of, policy, score, sheet, total, tree, troubles, unrounded,
    value,
};
use engine::{
    Bounds, Completion, Control, DeductPerEvent, Direction, Efficacy, Fact, Flag, Method, MinMax,
    MissingPolicy, RankTable, Step, Steps,
};
use rust_decimal::Decimal;

/// Points of `actual` against `target` out of `weight`, unrounded.
fn against_target(method: &Method, weight: &str, actual: &str, target: &str) -> Decimal {
    let direction = if matches!(method, Method::Control(_)) { DOWN } else { UP };
    let track = unrounded(leaf("i", weight, direction, method.clone()));
    total(&score(&track, vec![against("a", "i", actual, target)]), "a")
}

/// Points of each value out of `weight`, all in one cohort, unrounded.
fn in_cohort(method: &Method, weight: &str, direction: Direction, values: &[&str]) -> Vec<String> {
    let track = unrounded(leaf("i", weight, direction, method.clone()));
    let subject = |place: usize| format!("s{place:02}");
    let sheets =
        values.iter().enumerate().map(|(place, it)| sheet(&subject(place), &[("i", value(it))]));
    let result = score(&track, sheets.collect());
    (0..values.len()).map(|place| total(&result, &subject(place)).to_string()).collect()
}

fn flags(method: &Method, direction: Direction, values: &[&str]) -> Vec<Flag> {
    let track = unrounded(leaf("i", "10", direction, method.clone()));
    let sheets = values
        .iter()
        .enumerate()
        .map(|(place, it)| sheet(&format!("s{place}"), &[("i", value(it))]));
    let result = score(&track, sheets.collect());
    of(&result, "s0").flags().into_iter().collect()
}

#[test]
fn marks_are_the_points_within_the_weight() {
    let values = ["0", "7.25", "10", "10.01", "-1"];
    assert_eq!(
        in_cohort(&Method::Marks(engine::Marks {}), "10", UP, &values),
        ["0", "7.25", "10", "10", "0"]
    );
    assert_eq!(flags(&Method::Marks(engine::Marks {}), UP, &["10"]), []);
    assert_eq!(flags(&Method::Marks(engine::Marks {}), UP, &["10.01"]), [Flag::Clamped]);
}

#[test]
fn completion_counts_up_to_the_cap() {
    let plain = Method::Completion(Completion { cap: d("1") });
    let capped = Method::Completion(Completion { cap: d("1.2") });
    assert_eq!(against_target(&plain, "20", "850", "1000"), d("17"));
    assert_eq!(against_target(&plain, "20", "1300", "1000"), d("20"));
    assert_eq!(against_target(&capped, "20", "1100", "1000"), d("22"));
    assert_eq!(against_target(&capped, "20", "1300", "1000"), d("24"));
    assert_eq!(against_target(&plain, "20", "-5", "1000"), d("0"));
    // Two thirds, cut at the 20th place.
    assert_eq!(against_target(&plain, "1", "2", "3"), d("0.66666666666666666666"));
    assert_eq!(against_target(&plain, "1", "5", "6"), d("0.83333333333333333333"));
    // 0.55555… would be cut to …5, which is raised to …6 so that a later rounding sees more than a half.
    assert_eq!(against_target(&plain, "1", "5", "9"), d("0.55555555555555555556"));
}

#[test]
fn completion_at_the_largest_reported_values_is_exact() {
    let plain = Method::Completion(Completion { cap: d("1") });
    let actual = "123456789012345678.123456";
    let target = "987654321098765432.654321";
    // 100·A/T in whole numbers: 12345678901234567812345600 × 10^20 ÷ 987654321098765432654321.
    assert_eq!(against_target(&plain, "100", actual, target), d("12.49999988609374991578"));
}

#[test]
fn control_gives_full_points_up_to_the_target_and_none_from_twice_of_it() {
    let control = Method::Control(Control {});
    let points = |actual| against_target(&control, "10", actual, "200");
    assert_eq!(points("150"), d("10"));
    assert_eq!(points("200"), d("10"));
    assert_eq!(points("250"), d("7.5"));
    assert_eq!(points("400"), d("0"));
    assert_eq!(points("900"), d("0"));
    assert_eq!(points("-3"), d("10"));
}

#[test]
fn a_method_that_divides_by_a_target_needs_one_above_zero() {
    let track = unrounded(leaf("i", "10", UP, Method::Completion(Completion { cap: d("1") })));
    let found =
        troubles(&track, vec![sheet("a", &[("i", value("1"))]), against("b", "i", "1", "0")]);
    let found: Vec<_> =
        found.iter().map(|it| (it.subject.as_str(), it.node_id.as_str(), it.reason)).collect();
    assert_eq!(found, [("a", "i", "TARGET_MISSING"), ("b", "i", "TARGET_NOT_POSITIVE")]);
    // Without a value there is nothing to divide.
    assert_eq!(total(&score(&track, vec![sheet("a", &[("i", Fact::Missing)])]), "a"), d("0"));
}

#[test]
fn efficacy_runs_from_the_base_to_the_full_points() {
    let fixed = |unclamped| {
        Method::Efficacy(Efficacy {
            bounds: Bounds::Fixed { low: d("20"), high: d("80") },
            base: d("60"),
            unclamped,
            exponential: None,
        })
    };
    let values = ["20", "50", "80", "5", "95"];
    assert_eq!(in_cohort(&fixed(false), "10", UP, &values), ["6", "8", "10", "6", "10"]);
    assert_eq!(in_cohort(&fixed(true), "10", UP, &values), ["6", "8", "10", "5", "11"]);
    assert_eq!(in_cohort(&fixed(false), "10", DOWN, &values), ["10", "8", "6", "10", "6"]);
    let cohort = Method::Efficacy(Efficacy {
        bounds: Bounds::Cohort,
        base: d("60"),
        unclamped: false,
        exponential: None,
    });
    assert_eq!(in_cohort(&cohort, "100", UP, &["3", "5", "11"]), ["60", "70", "100"]);
    assert_eq!(in_cohort(&cohort, "100", DOWN, &["3", "5", "11"]), ["100", "90", "60"]);
}

#[test]
fn min_max_runs_from_zero_to_the_full_points() {
    let cohort = Method::MinMax(MinMax { bounds: Bounds::Cohort, unclamped: false });
    assert_eq!(in_cohort(&cohort, "40", UP, &["-2", "0", "6"]), ["0", "10", "40"]);
    assert_eq!(in_cohort(&cohort, "40", DOWN, &["-2", "0", "6"]), ["40", "30", "0"]);
    let fixed = |unclamped| {
        let bounds = Bounds::Fixed { low: d("0"), high: d("8") };
        Method::MinMax(MinMax { bounds, unclamped })
    };
    assert_eq!(in_cohort(&fixed(false), "40", UP, &["-2", "2", "10"]), ["0", "10", "40"]);
    assert_eq!(in_cohort(&fixed(true), "40", UP, &["-2", "2", "10"]), ["-10", "10", "50"]);
}

#[test]
fn equal_values_of_a_cohort_get_full_points() {
    for method in [
        Method::MinMax(MinMax { bounds: Bounds::Cohort, unclamped: false }),
        Method::Efficacy(Efficacy {
            bounds: Bounds::Cohort,
            base: d("60"),
            unclamped: true,
            exponential: None,
        }),
    ] {
        for values in [&["7"][..], &["7", "7.0", "7.00"]] {
            assert_eq!(in_cohort(&method, "10", UP, values), vec!["10"; values.len()]);
            assert_eq!(flags(&method, DOWN, values), [Flag::DegenerateCohort]);
        }
    }
}

#[test]
fn steps_give_the_points_of_the_best_step_reached() {
    let steps = |steps: &[(Option<&str>, &str)]| {
        let step = |(threshold, points): &(Option<&str>, &str)| Step {
            threshold: threshold.map(d),
            points: d(points),
            precondition: None,
        };
        Method::Steps(Steps { steps: steps.iter().map(step).collect() })
    };
    let rising = steps(&[(Some("95"), "10"), (Some("90"), "8"), (Some("80"), "5"), (None, "0")]);
    assert_eq!(
        in_cohort(&rising, "10", UP, &["100", "95", "94.999", "90", "80", "79.9", "-4"]),
        ["10", "10", "8", "8", "5", "0", "0"]
    );
    let falling = steps(&[(Some("0"), "10"), (Some("2"), "6"), (None, "1")]);
    assert_eq!(
        in_cohort(&falling, "10", DOWN, &["0", "1", "2", "2.01", "50"]),
        ["10", "6", "6", "1", "1"]
    );
    assert_eq!(in_cohort(&steps(&[(None, "3")]), "10", UP, &["1", "2"]), ["3", "3"]);
}

#[test]
fn a_rank_table_gives_tied_values_the_better_rank() {
    let listed = Method::RankTable(RankTable::Listed(["60", "57", "54", "51"].map(d).to_vec()));
    assert_eq!(
        in_cohort(&listed, "60", UP, &["5", "9", "9", "7", "1", "0"]),
        ["51", "60", "60", "54", "51", "51"]
    );
    assert_eq!(in_cohort(&listed, "60", DOWN, &["5", "9", "1"]), ["57", "54", "60"]);
    let falling =
        Method::RankTable(RankTable::Falling { start: d("60"), step: d("3"), floor: d("53") });
    assert_eq!(
        in_cohort(&falling, "60", UP, &["4", "3", "2", "1", "0"]),
        ["60", "57", "54", "53", "53"]
    );
}

// A3: where nobody can be ranked, everybody gets what the first gets, and it is marked.
#[test]
fn ranks_of_equals_are_those_of_the_first_and_marked() {
    let band = |through, points: &str| engine::RankBand { through, points: d(points) };
    let fifth = engine::Through::Percent(d("20"));
    let bands = vec![band(fifth, "10"), band(engine::Through::All, "6")];
    let methods = [
        Method::RankBands(engine::RankBands { bands }),
        Method::RankTable(RankTable::Listed(["10", "8"].map(d).to_vec())),
        Method::RankTable(RankTable::Falling { start: d("10"), step: d("1"), floor: d("2") }),
    ];
    for method in methods {
        for (direction, values) in [(UP, &["7"][..]), (DOWN, &["7", "7.0", "7.00"])] {
            assert_eq!(in_cohort(&method, "10", direction, values), vec!["10"; values.len()]);
            assert_eq!(flags(&method, direction, values), [Flag::DegenerateCohort]);
        }
        assert_eq!(flags(&method, UP, &["7", "7", "6"]), [], "{method:?}");
    }
}

#[test]
fn those_without_a_value_do_not_count_in_a_ranking() {
    let listed = Method::RankTable(RankTable::Listed(["3", "2", "1"].map(d).to_vec()));
    let track = unrounded(policy(leaf("i", "3", DOWN, listed), MissingPolicy::LeaveOut));
    let result = score(
        &track,
        vec![
            sheet("a", &[("i", Fact::Missing)]),
            sheet("b", &[("i", value("0"))]),
            sheet("c", &[("i", value("4"))]),
        ],
    );
    assert_eq!((total(&result, "b"), total(&result, "c")), (d("3"), d("2")));
    assert_eq!(of(&result, "a").total, None);
}

#[test]
fn each_event_costs_its_deduction() {
    let events = |floor: &str| {
        Method::DeductPerEvent(DeductPerEvent { deduction: d("0.5"), floor: d(floor) })
    };
    assert_eq!(
        in_cohort(&events("0"), "3", DOWN, &["0", "1", "5", "6", "9", "-2"]),
        ["3", "2.5", "0.5", "0", "0", "3"]
    );
    assert_eq!(in_cohort(&events("-2"), "3", DOWN, &["9", "10", "99"]), ["-1.5", "-2", "-2"]);
}

#[test]
fn the_explanation_names_every_number_of_the_formula() {
    let track = unrounded(leaf("i", "20", UP, Method::Completion(Completion { cap: d("1.1") })));
    let result = score(&track, vec![against("a", "i", "850", "1000")]);
    let explained = tree(&result, "a");
    let inputs: Vec<_> =
        explained.inputs.iter().map(|it| format!("{}={}", it.symbol, it.value.unwrap())).collect();
    assert_eq!(inputs, ["w=20", "A=850", "T=1000", "cap=1.1"]);
    assert_eq!((explained.method, explained.formula), ("completion", "w·min(A/T, cap)"));
    assert_eq!(explained.observations, ["observed-850"]);
    assert_eq!(explained.indicator.as_deref(), Some("i"));
}

#[test]
fn marks_of_a_track_of_one_node_are_its_total() {
    assert_eq!(
        total(
            &score(&common::track(marks("m", "10")), vec![sheet("a", &[("m", value("9.995"))])]),
            "a"
        ),
        d("10")
    );
}
