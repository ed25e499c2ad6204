//! Issue 3, point 1: the worked examples in the methods' doc comments, line by line.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{DOWN, UP, cohort, d, leaf, sheet, unrounded, value};
use engine::{
    Ballots, Bounds, CaseHandling, CaseKind, Cell, Cliff, Contribution, Curve, Direction, Efficacy,
    Exponential, Figure, Flag, GrowthBy, Interpolation, Knot, Lateness, MarkValue, Method,
    Milestone, MilestonePoints, Milestones, Otherwise, PacePoints, Precondition, RankBand,
    RankBands, RaterGroup, RatioToLeader, Reconciled, Rule, Segment, Share, Sheet, SlopeSide,
    Slopes, Step, Steps, Tally, Through, TrackResult,
};
use rust_decimal::Decimal;

fn run(method: &Method, weight: &str, direction: Direction, sheets: Vec<Sheet>) -> TrackResult {
    let track = unrounded(leaf("i", weight, direction, method.clone()));
    engine::score(&track, &cohort(sheets)).unwrap()
}

/// Points of the first value among the others, with at most six places.
fn among(method: &Method, weight: &str, direction: Direction, values: &[&str]) -> Decimal {
    let sheets = values.iter().enumerate();
    let sheets = sheets.map(|(place, it)| sheet(&format!("s{place}"), &[("i", value(it))]));
    let result = run(method, weight, direction, sheets.collect());
    common::total(&result, "s0").round_dp(6)
}

fn alone(method: &Method, weight: &str, sheet: Sheet) -> Decimal {
    common::total(&run(method, weight, UP, vec![sheet]), "s").round_dp(6)
}

#[test]
fn ratio_to_leader_contribution_and_bands() {
    let ratio = Method::RatioToLeader(RatioToLeader {});
    assert_eq!(among(&ratio, "10", UP, &["45", "60"]), d("7.5"));
    assert_eq!(among(&ratio, "10", UP, &["60", "45"]), d("10"));
    assert_eq!(among(&ratio, "10", UP, &["-5", "60"]), d("0"));
    assert_eq!(among(&ratio, "10", DOWN, &["60", "45"]), d("7.5"));
    let share = Method::Contribution(Contribution {});
    assert_eq!(among(&share, "20", UP, &["30", "90"]), d("5"));
    assert_eq!(among(&share, "20", UP, &["-10", "30", "90"]), d("0"));
    let band = |through, points: &str| RankBand { through, points: d(points) };
    let bands = Method::RankBands(RankBands {
        bands: vec![
            band(Through::Rank(3), "7"),
            band(Through::Rank(6), "5"),
            band(Through::All, "3"),
        ],
    });
    assert_eq!(among(&bands, "7", UP, &["7", "9", "8"]), d("7"));
    assert_eq!(among(&bands, "7", UP, &["6", "9", "8", "7"]), d("5"));
    let shares = Method::RankBands(RankBands {
        bands: vec![band(Through::Percent(d("20")), "10"), band(Through::All, "6")],
    });
    let nine = ["9", "8", "7", "6", "5", "4", "3", "2", "1"];
    assert_eq!(among(&shares, "10", UP, &nine), d("10"));
    let second = ["8", "9", "7", "6", "5", "4", "3", "2", "1"];
    assert_eq!(among(&shares, "10", UP, &second), d("6"));
}

#[test]
fn interpolation_slopes_and_cliff() {
    let knot = |value: &str, points: &str| Knot { value: d(value), points: d(points) };
    let line = Method::Interpolation(Interpolation {
        knots: vec![knot("60", "4"), knot("80", "8"), knot("90", "10")],
    });
    for (x, points) in [("70", "6"), ("85", "9"), ("50", "4"), ("99", "10")] {
        assert_eq!(among(&line, "10", UP, &[x]), d(points), "{x}");
    }
    let segment =
        |width: Option<&str>, slope: &str| Segment { width: width.map(d), slope: d(slope) };
    let slopes = Method::Slopes(Slopes {
        at: Some(d("100")),
        percent: false,
        base: d("8"),
        over: Box::new(SlopeSide { segments: vec![segment(None, "0.1")], cap: Some(d("2")) }),
        short: Box::new(SlopeSide {
            segments: vec![segment(Some("10"), "0.2"), segment(None, "0.5")],
            cap: None,
        }),
    });
    for (x, points) in [("100", "8"), ("105", "8.5"), ("150", "10"), ("92", "6.4"), ("85", "3.5")] {
        assert_eq!(among(&slopes, "10", UP, &[x]), d(points), "{x}");
    }
    let cliff = Method::Cliff(Cliff {
        at: Some(d("100")),
        percent: false,
        base: d("6"),
        slope: d("0.2"),
        most: d("10"),
    });
    for (x, points) in [("99.99", "0"), ("100", "6"), ("110", "8"), ("150", "10")] {
        assert_eq!(among(&cliff, "10", UP, &[x]), d(points), "{x}");
    }
}

#[test]
fn pace_milestones_cases_and_ballots() {
    let pace =
        Method::PacePoints(PacePoints { curve: Curve::ByDay, bonus: d("0.1"), bonus_cap: d("2") });
    for (actual, points) in [("24", "8"), ("30", "10"), ("33", "11"), ("90", "12")] {
        let mut sheet = common::against("s", "i", actual, "120");
        sheet.cells.get_mut("i").unwrap().elapsed = Share::new(90, 360);
        assert_eq!(alone(&pace, "10", sheet), d(points), "{actual}");
    }
    let late = |within_days, credit: &str| Lateness { within_days, credit: d(credit) };
    let method = Method::MilestonePoints(MilestonePoints {
        late: vec![late(Some(10), "80"), late(Some(30), "50")],
        count_pending: false,
    });
    // Each milestone's day due and day reached.
    type Days = [(i64, Option<i64>); 3];
    let cases: [(Days, &str); 4] = [
        ([(50, Some(50)), (50, Some(49)), (50, Some(50))], "10"),
        ([(50, Some(50)), (50, Some(60)), (50, Some(81))], "6.4"),
        ([(50, Some(50)), (50, Some(50)), (200, None)], "10"),
        ([(50, Some(50)), (50, None), (200, None)], "5.714286"),
    ];
    for (reached, points) in cases {
        let list =
            reached.iter().zip([40, 30, 30]).zip(1..).map(|(((due, reached), worth), number)| {
                Milestone {
                    milestone_id: format!("m{number}"),
                    points: worth.into(),
                    due: *due,
                    reached: *reached,
                    sources: Vec::new(),
                }
            });
        let milestones = Milestones { as_of: 100, list: list.collect() };
        let mut sheet = sheet("s", &[]);
        sheet.milestones.insert("i".to_owned(), milestones);
        assert_eq!(alone(&method, "10", sheet), d(points), "{reached:?}");
    }
    let kind = |indicator: &str, credit: &str| CaseKind {
        indicator: indicator.to_owned(),
        credit: d(credit),
    };
    let cases = Method::CaseHandling(CaseHandling {
        kinds: vec![kind("on", "100"), kind("late", "50"), kind("ext", "80"), kind("re", "-50")],
    });
    let counted = |all: [&str; 5]| {
        sheet(
            "s",
            &["i", "on", "late", "ext", "re"].into_iter().zip(all.map(value)).collect::<Vec<_>>(),
        )
    };
    assert_eq!(alone(&cases, "10", counted(["20", "20", "0", "0", "0"])), d("10"));
    assert_eq!(alone(&cases, "10", counted(["20", "15", "3", "2", "1"])), d("8.8"));
    assert_eq!(alone(&cases, "10", counted(["0", "0", "0", "0", "0"])), d("10"));
    let ballots = |trim_above| {
        let mark = |mark: &str, value: &str| MarkValue { mark: mark.to_owned(), value: d(value) };
        let group =
            |group: &str, weight: &str| RaterGroup { group: group.to_owned(), weight: d(weight) };
        Method::Ballots(Ballots {
            marks: vec![mark("好", "100"), mark("一般", "60"), mark("较差", "0")],
            groups: vec![group("leaders", "60"), group("masses", "40")],
            full: d("100"),
            trim_above,
        })
    };
    let tally = |given: &[(&str, &str, u32)]| {
        let mut tally = Tally::default();
        for (group, mark, count) in given {
            (0..*count).for_each(|_| tally.add(group, mark));
        }
        let mut sheet = sheet("s", &[]);
        sheet.tallies.insert("i".to_owned(), tally);
        sheet
    };
    let both = [
        ("leaders", "好", 4),
        ("leaders", "一般", 1),
        ("masses", "好", 15),
        ("masses", "一般", 4),
        ("masses", "较差", 1),
    ];
    assert_eq!(alone(&ballots(None), "10", tally(&both)), d("9"));
    assert_eq!(alone(&ballots(Some(4)), "10", tally(&both)), d("9.644444"));
    assert_eq!(alone(&ballots(None), "10", tally(&[("leaders", "好", 5)])), d("10"));
}

#[test]
fn exponential_efficacy_and_steps_with_a_condition() {
    let method = Method::Efficacy(Efficacy {
        bounds: Bounds::Fixed { low: d("0"), high: d("100") },
        base: d("60"),
        unclamped: false,
        exponential: Some(Exponential { a: d("60"), b: d("0.5108") }),
    });
    assert_eq!(among(&method, "100", UP, &["0"]), d("60"));
    assert_eq!(among(&method, "100", UP, &["100"]), d("99.997438"));
    assert_eq!(among(&method, "100", UP, &["50"]), d("77.458675"));
    let condition =
        Precondition { indicator: "accidents".to_owned(), at_least: None, at_most: Some(d("0")) };
    let step = |threshold: Option<&str>, points: &str, precondition| Step {
        threshold: threshold.map(d),
        points: d(points),
        precondition,
    };
    let steps = Method::Steps(Steps {
        steps: vec![
            step(Some("90"), "10", Some(condition)),
            step(Some("80"), "8", None),
            step(None, "0", None),
        ],
    });
    let with = |accidents: &str| sheet("s", &[("i", value("95")), ("accidents", value(accidents))]);
    assert_eq!(alone(&steps, "10", with("0")), d("10"));
    assert_eq!(alone(&steps, "10", with("1")), d("8"));
    assert_eq!(alone(&steps, "10", sheet("s", &[("i", value("95"))])), d("8"), "absent is not met");
}

#[test]
fn figures_say_which_number_is_scored() {
    let marked = |figure: Figure, sheet: Sheet| {
        let mut node = common::marks("i", "100");
        if let Rule::Leaf(leaf) = &mut node.rule {
            leaf.figure = figure;
        }
        let result = engine::score(&unrounded(node), &cohort(vec![sheet])).unwrap();
        let subject = &result.subjects[0];
        assert_eq!(subject.explained.recompute().unwrap(), subject.total);
        (subject.total.unwrap().round_dp(6), subject.flags().contains(&Flag::Missing))
    };
    let grown = |last_year: Option<&str>| {
        let mut sheet = sheet("s", &[("i", value("12"))]);
        let cell: &mut Cell = sheet.cells.get_mut("i").unwrap();
        cell.last_year = last_year.map(d);
        sheet
    };
    assert_eq!(marked(Figure::Growth(GrowthBy::Rate), grown(Some("10"))), (d("20"), false));
    assert_eq!(marked(Figure::Growth(GrowthBy::Amount), grown(Some("10"))), (d("2"), false));
    assert_eq!(marked(Figure::Growth(GrowthBy::Rate), grown(Some("0"))), (d("0"), true));
    let two = || sheet("s", &[("i", value("12")), ("j", value("15"))]);
    assert_eq!(marked(Figure::BestOf(vec!["j".to_owned()]), two()), (d("15"), false));
    assert_eq!(marked(Figure::WorstOf(vec!["j".to_owned()]), two()), (d("12"), false));
    let reconciled = |tolerance: &str, otherwise| {
        Figure::Reconciled(Reconciled {
            verified: "j".to_owned(),
            tolerance: d(tolerance),
            percent: false,
            otherwise,
        })
    };
    assert_eq!(marked(reconciled("4", Otherwise::Nothing), two()), (d("15"), false));
    assert_eq!(marked(reconciled("3", Otherwise::Nothing), two()), (d("0"), false));
    assert_eq!(marked(reconciled("3", Otherwise::VerifiedLessDifference), two()), (d("12"), false));
}
