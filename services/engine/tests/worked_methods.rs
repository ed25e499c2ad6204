//! The worked examples that stand in the doc comments of the methods, read from the sources and
//! run; at the end, which number a figure hands to its method.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::doc::{self, numbers, says};
use common::{DOWN, UP, cohort, d, leaf, sheet, unrounded, value};
use engine::{
    Ballots, Bounds, CaseHandling, CaseKind, Cell, Cliff, Completion, Contribution, Control, Curve,
    DeductPerEvent, Difficulty, Direction, Efficacy, Exponential, Figure, Flag, GrowthBy,
    Interpolation, Knot, Lateness, MarkValue, Marks, Method, Milestone, MilestonePoints,
    Milestones, MinMax, Otherwise, PacePoints, Precondition, RankBand, RankBands, RankTable,
    RaterGroup, RatioToLeader, Reconciled, Rule, Segment, Share, Sheet, SlopeSide, Slopes, Step,
    Steps, Tally, Through, TrackResult,
};
use rust_decimal::Decimal;

/// The docs of a method.
macro_rules! docs {
    ($method:literal) => {
        include_str!(concat!("../src/method/", $method, ".rs"))
    };
}

/// Every row of a table comes to the points in its last cell.
fn check(table: &doc::Table, points: impl Fn(&[String]) -> Decimal) {
    for row in &table.rows {
        let (wanted, given) = row.split_last().unwrap();
        let points = points(given);
        assert!(says(wanted, points), "{row:?}, computed {points}");
    }
}

fn run(method: &Method, weight: Decimal, direction: Direction, sheets: Vec<Sheet>) -> TrackResult {
    let track = unrounded(leaf("i", &weight.to_string(), direction, method.clone()));
    engine::score(&track, &cohort(sheets)).unwrap()
}

/// Points of the first value among the others, with at most six places.
fn among(method: &Method, weight: Decimal, direction: Direction, values: &[Decimal]) -> Decimal {
    let sheets = values.iter().enumerate();
    let sheets =
        sheets.map(|(place, it)| sheet(&format!("s{place}"), &[("i", value(&it.to_string()))]));
    let result = run(method, weight, direction, sheets.collect());
    common::total(&result, "s0").round_dp(6)
}

/// Points of the subject that is `rank`th of `size`.
fn ranked(method: &Method, weight: Decimal, size: u32, rank: u32) -> Decimal {
    let others = (1..=size).filter(|it| *it != rank);
    let places = std::iter::once(rank).chain(others);
    let values: Vec<Decimal> = places.map(|it| Decimal::from(size - it)).collect();
    among(method, weight, UP, &values)
}

fn alone(method: &Method, weight: Decimal, direction: Direction, sheet: Sheet) -> Decimal {
    common::total(&run(method, weight, direction, vec![sheet]), "s").round_dp(6)
}

/// The numbers that a row gives, one for each cell.
fn given<const N: usize>(row: &[String]) -> [Decimal; N] {
    numbers(&row.join(" ")).try_into().unwrap()
}

fn count(number: Decimal) -> u32 {
    number.try_into().unwrap()
}

#[test]
fn values_and_targets() {
    check(&doc::table(docs!("completion")), |row| {
        let [w, actual, target, cap] = given(row);
        let sheet = common::against("s", "i", &actual.to_string(), &target.to_string());
        alone(&Method::Completion(Completion { cap }), w, UP, sheet)
    });
    check(&doc::table(docs!("control")), |row| {
        let [w, actual, target] = given(row);
        let sheet = common::against("s", "i", &actual.to_string(), &target.to_string());
        alone(&Method::Control(Control {}), w, DOWN, sheet)
    });
    check(&doc::table(docs!("deduct_per_event")), |row| {
        let [w, x, deduction, floor] = given(row);
        among(&Method::DeductPerEvent(DeductPerEvent { deduction, floor }), w, DOWN, &[x])
    });
    check(&doc::table(docs!("marks")), |row| {
        let [w, x] = given(row);
        among(&Method::Marks(Marks {}), w, UP, &[x])
    });
}

#[test]
fn between_bounds() {
    check(&doc::table(docs!("min_max")), |row| {
        let [w, low, high, x] = given(row);
        let method = MinMax { bounds: Bounds::Fixed { low, high }, unclamped: false };
        let direction = if row[3] == "lower" { DOWN } else { UP };
        among(&Method::MinMax(method), w, direction, &[x])
    });
    let [linear, exponential] =
        <[doc::Table; 2]>::try_from(doc::tables(docs!("efficacy"))).ok().unwrap();
    let method = |bounds, base, exponential| {
        Method::Efficacy(Efficacy { bounds, base, unclamped: false, exponential })
    };
    check(&linear, |row| {
        let [w, low, high, base, x] = given(row);
        among(&method(Bounds::Fixed { low, high }, base, None), w, UP, &[x])
    });
    check(&exponential, |row| {
        let [w, a, b, share] = given(row);
        let unit = Bounds::Fixed { low: d("0"), high: d("1") };
        among(&method(unit, d("60"), Some(Exponential { a, b })), w, UP, &[share])
    });
}

#[test]
fn among_the_cohort() {
    let ratio = Method::RatioToLeader(RatioToLeader {});
    check(&doc::table(docs!("ratio_to_leader")), |row| {
        let [w, x, leader] = given(row);
        among(&ratio, w, UP, &[x, leader])
    });
    assert_eq!(among(&ratio, d("10"), DOWN, &[d("60"), d("45")]), d("7.5"), "lower is better");
    check(&doc::table(docs!("contribution")), |row| {
        let [w, x, sum] = given(row);
        let rest = sum - x.max(Decimal::ZERO);
        among(&Method::Contribution(Contribution {}), w, UP, &[x, rest])
    });
    check(&doc::table(docs!("rank_table")), |row| {
        let falls = row[0].starts_with("from");
        let method = match numbers(&row[0])[..] {
            [start, step, floor] if falls => RankTable::Falling { start, step, floor },
            ref listed => RankTable::Listed(listed.to_vec()),
        };
        let [size, rank] = given(&row[1..]);
        let w = numbers(&row[0])[0];
        ranked(&Method::RankTable(method), w, count(size), count(rank))
    });
    check(&doc::table(docs!("rank_bands")), |row| {
        let mut size = 7;
        let bands = row[0].split(", ").map(|band| match numbers(band)[..] {
            [percent, of, points] => {
                size = count(of);
                RankBand { through: Through::Percent(percent), points }
            }
            [rank, points] => RankBand { through: Through::Rank(count(rank)), points },
            [points] => RankBand { through: Through::All, points },
            _ => panic!("{band}"),
        });
        let bands: Vec<RankBand> = bands.collect();
        let (most, rank) = (bands[0].points, count(numbers(&row[1])[0]));
        ranked(&Method::RankBands(RankBands { bands }), most, size, rank)
    });
}

#[test]
fn along_a_line() {
    check(&doc::table(docs!("interpolation")), |row| {
        let knots = row[0].split(", ").map(|knot| match numbers(knot)[..] {
            [value, points] => Knot { value, points },
            _ => panic!("{knot}"),
        });
        let method = Method::Interpolation(Interpolation { knots: knots.collect() });
        among(&method, d("10"), UP, &given::<1>(&row[1..]))
    });
    let table = doc::table(docs!("slopes"));
    let [at, base, over, most, short, width, beyond] = given(&table.head[..1]);
    let segment = |width, slope| Segment { width, slope };
    let slopes = Method::Slopes(Slopes {
        at: Some(at),
        percent: false,
        base,
        over: Box::new(SlopeSide { segments: vec![segment(None, over)], cap: Some(most) }),
        short: Box::new(SlopeSide {
            segments: vec![segment(Some(width), short), segment(None, beyond)],
            cap: None,
        }),
    });
    check(&table, |row| among(&slopes, d("10"), UP, &given::<1>(row)));
    let table = doc::table(docs!("cliff"));
    let [at, base, slope, most] = given(&table.head[..1]);
    let cliff = Method::Cliff(Cliff { at: Some(at), percent: false, base, slope, most });
    check(&table, |row| among(&cliff, d("10"), UP, &given::<1>(row)));
    let table = doc::table(docs!("steps"));
    let [w, best, most, second, middle, least] = given(&table.head[..1]);
    let no_accident =
        Precondition { indicator: "accidents".to_owned(), at_least: None, at_most: Some(d("0")) };
    let step = |threshold, points, precondition| Step { threshold, points, precondition };
    let steps = Method::Steps(Steps {
        steps: vec![
            step(Some(best), most, Some(no_accident)),
            step(Some(second), middle, None),
            step(None, least, None),
        ],
    });
    check(&table, |row| {
        let facts = ["i", "accidents"].into_iter().zip(numbers(&row[0]));
        let facts: Vec<_> = facts.map(|(id, it)| (id, value(&it.to_string()))).collect();
        alone(&steps, w, UP, sheet("s", &facts))
    });
}

#[test]
fn by_the_calendar() {
    let table = doc::table(docs!("pace_points"));
    let [w, target, day, days, _due, bonus, bonus_cap] = given(&table.head[..1]);
    let pace = Method::PacePoints(PacePoints { curve: Curve::ByDay, bonus, bonus_cap });
    check(&table, |row| {
        let [actual] = given(row);
        let mut sheet = common::against("s", "i", &actual.to_string(), &target.to_string());
        sheet.cells.get_mut("i").unwrap().elapsed = Share::new(count(day), count(days));
        alone(&pace, w, UP, sheet)
    });
    let table = doc::table(docs!("milestones"));
    let [w, credit, within, less, further, worths @ ..]: [Decimal; 8] = given(&table.head[..1]);
    let late = |within: Decimal, credit| Lateness { within_days: Some(count(within)), credit };
    let late = vec![late(within, credit), late(further, less)];
    let method = |carry_overdue| {
        let late = late.clone();
        Method::MilestonePoints(MilestonePoints { late, count_pending: false, carry_overdue })
    };
    check(&table, |row| {
        let told: Vec<&str> = match row[0].as_str() {
            "all on time" => vec!["on time"; 3],
            told => told.split(", ").collect(),
        };
        let list = told.iter().zip(worths).zip(1..).map(|((told, points), number)| {
            let (due, reached) = match *told {
                "on time" => (50, Some(50)),
                "not due yet" => (200, None),
                "due and not reached" => (50, None),
                overdue if overdue.starts_with("overdue from before") => (10, None),
                late if late.contains("from before") => {
                    (10, Some(10 + i64::from(count(numbers(late)[0]))))
                }
                late => (50, Some(50 + i64::from(count(numbers(late)[0])))),
            };
            let milestone_id = format!("m{number}");
            Milestone { milestone_id, points, due, reached, sources: Vec::new() }
        });
        let milestones = Milestones { since: 20, as_of: 100, list: list.collect() };
        let mut sheet = sheet("s", &[]);
        sheet.milestones.insert("i".to_owned(), milestones);
        alone(&method(row[0].ends_with("and carried")), w, UP, sheet)
    });
}

#[test]
fn by_counting() {
    let table = doc::table(docs!("case_handling"));
    let [w, credits @ ..]: [Decimal; 5] = given(&table.head[..1]);
    let kinds = ["on", "late", "extended", "reworked"].into_iter().zip(credits);
    let kinds = kinds.map(|(kind, credit)| CaseKind { indicator: kind.to_owned(), credit });
    let method = Method::CaseHandling(CaseHandling { kinds: kinds.collect() });
    check(&table, |row| {
        let mut counts = numbers(&row[0]);
        if row[0].ends_with("all on time") {
            counts.push(counts[0]);
        }
        counts.resize(5, Decimal::ZERO);
        let facts = ["i", "on", "late", "extended", "reworked"].into_iter().zip(counts);
        let facts: Vec<_> = facts.map(|(id, it)| (id, value(&it.to_string()))).collect();
        alone(&method, w, UP, sheet("s", &facts))
    });
    let table = doc::table(docs!("ballots"));
    let [w, full, good, fair, poor, leaders, masses] = given(&table.head[..1]);
    let mark = |mark: &str, value| MarkValue { mark: mark.to_owned(), value };
    let group = |group: &str, weight| RaterGroup { group: group.to_owned(), weight };
    let method = |trim_above| {
        Method::Ballots(Ballots {
            marks: vec![mark("好", good), mark("一般", fair), mark("较差", poor)],
            groups: vec![group("leaders", leaders), group("masses", masses)],
            full,
            trim_above,
        })
    };
    check(&table, |row| {
        let trimmed = row[0].strip_prefix("the same, ");
        let trim_above = trimmed.map(|trimmed| count(numbers(trimmed)[0]));
        let cast = if trimmed.is_some() { &table.rows[0][0] } else { &row[0] };
        let mut sheet = sheet("s", &[]);
        sheet.tallies.insert("i".to_owned(), tally(cast));
        alone(&method(trim_above), w, UP, sheet)
    });
}

/// `leaders 好 4, 一般 1; masses 好 15`.
fn tally(cast: &str) -> Tally {
    let mut tally = Tally::default();
    let (mut group, mut mark) = ("", "");
    for word in cast.split([' ', ',', ';']).filter(|it| !it.is_empty()) {
        match word.parse::<u32>() {
            Ok(ballots) => (0..ballots).for_each(|_| tally.add(group, mark)),
            Err(_) if word.is_ascii() => group = word,
            Err(_) => mark = word,
        }
    }
    tally
}

/// A method without a table of examples would be read by nobody above.
#[test]
fn every_method_has_worked_examples() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/method");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let source = std::fs::read_to_string(&path).unwrap();
        if source.contains("impl Scoring for") {
            assert!(!doc::tables(&source).is_empty(), "{}", path.display());
            seen += 1;
        }
    }
    assert_eq!(seen, 19, "a new method joins a test above; formulas are run in rulebook");
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
    let of = |other: Decimal, v: Decimal| {
        let mut sheet =
            sheet("s", &[("i", value(&v.to_string())), ("j", value(&other.to_string()))]);
        let cell: &mut Cell = sheet.cells.get_mut("i").unwrap();
        cell.last_year = Some(other);
        sheet
    };
    let other = || "j".to_owned();
    let figure = |text: &str| match (text.split([' ', ',']).next().unwrap(), &*numbers(text)) {
        ("growth", []) if text.ends_with("rate") => Figure::Growth(GrowthBy::Rate),
        ("growth", []) => Figure::Growth(GrowthBy::Amount),
        ("best_of", []) => Figure::BestOf(vec![other()]),
        ("worst_of", []) => Figure::WorstOf(vec![other()]),
        ("reconciled", &[tolerance]) => Figure::Reconciled(Reconciled {
            verified: other(),
            tolerance,
            percent: text.contains('%'),
            otherwise: match text.rsplit(' ').next() {
                Some("nothing") => Otherwise::Nothing,
                Some("verified") => Otherwise::Verified,
                _ => Otherwise::VerifiedLessDifference,
            },
        }),
        ("difficulty", &[least, most]) => {
            Figure::Difficulty(Difficulty { factor: other(), least, most })
        }
        _ => panic!("no example of {text}"),
    };
    let table = doc::table(include_str!("../src/figure.rs"));
    assert!(table.rows.len() > 10);
    check(&table, |row| {
        let [v, other] = given(&[row[1].clone(), row[2].clone()]);
        let (scored, is_missing) = marked(figure(&row[0]), of(other, v));
        assert!(!is_missing, "{row:?}");
        scored
    });
    // A rate needs a year above 0 to grow from.
    let from_nothing = of(Decimal::ZERO, d("12"));
    assert_eq!(marked(Figure::Growth(GrowthBy::Rate), from_nothing), (d("0"), true));
}
