//! The worked examples that stand in the doc comments of rules and grades, read from the sources
//! and run.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{d, doc, marks, node, not_applicable, score, sheet, total, track, tree, value};
use engine::{
    Adjustments, Asked, AskedPeriods, AskedSubject, Aspect, Award, AwardPoints, AwardWorth, Cell,
    Combine, Condition, Edge, End, Entry, EntryStanding, Exemption, Fact, Gate, GateEffect, Grade,
    Graded, GradedAspect, Grading, GroupRule, Item, Link, LinkEffect, LinkedSum, Measure,
    MissingPolicy, Node, NumberRange, Outcomes, PartLength, Pick, Places, Quota, QuotaRounding,
    Reference, Referred, Rule, Sheet, Side, TieBreak, Track, TrackDraft, TrackResult, Won, Worth,
};

fn fact(text: &str) -> Fact {
    match text {
        "n/a" => not_applicable(),
        "missing" => Fact::Missing,
        text => value(text),
    }
}

/// What one subject comes to, by the tree and once more by its explanation.
fn of(root: Node, sheet: Sheet) -> String {
    let result = score(&track(root), vec![sheet]);
    assert_eq!(tree(&result, "s").recompute(), Ok(result.subjects[0].total));
    total(&result, "s").to_string()
}

fn check(source: &str, points: impl Fn(&[String]) -> String) {
    for row in doc::table(source).rows {
        let (wanted, given) = row.split_last().unwrap();
        assert_eq!(points(given), *wanted, "{row:?}");
    }
}

#[test]
fn shares_compared_and_multiplied() {
    let combined = |rule: fn(Vec<Node>) -> Rule| {
        move |row: &[String]| {
            let root = node("t", "100", rule(vec![marks("a", "10"), marks("b", "40")]));
            of(root, sheet("s", &[("a", fact(&row[0])), ("b", fact(&row[1]))]))
        }
    };
    check(include_str!("../src/rule/minimum.rs"), combined(Rule::Minimum));
    check(include_str!("../src/rule/maximum.rs"), combined(Rule::Maximum));
    check(include_str!("../src/rule/product.rs"), combined(Rule::Product));
    check(include_str!("../src/rule/weighted_mean.rs"), combined(Rule::WeightedMean));
    check(include_str!("../src/rule/geometric_mean.rs"), combined(Rule::GeometricMean));
    for row in doc::table(include_str!("../src/rule/sum.rs")).rows {
        let facts = sheet("s", &[("a", fact(&row[0])), ("b", fact(&row[1]))]);
        let plain = common::sum("t", "50", vec![marks("a", "10"), marks("b", "40")]);
        let scaled = Node { weight: d("100"), full_marks: Some(d("50")), ..plain.clone() };
        assert_eq!([of(plain, facts.clone()), of(scaled, facts)], row[2..], "{row:?}");
    }
}

#[test]
fn parts_that_act_on_others() {
    // B8: a late safety incident discounts progress.
    check(include_str!("../src/rule/linked_sum.rs"), |row| {
        let effect = match row[2].split_once(' ').unwrap() {
            ("discount", depth) => LinkEffect::Discount { depth: d(depth) },
            (_, ratio) => LinkEffect::Cap { ratio: d(ratio) },
        };
        let link = Link { node_id: "progress".to_owned(), by: "safety".to_owned(), effect };
        let children = vec![marks("progress", "80"), marks("safety", "20")];
        let linked = LinkedSum { children, links: vec![link], silent: vec![] };
        let facts = [("progress", fact(&row[0])), ("safety", fact(&row[1]))];
        of(node("t", "100", Rule::LinkedSum(linked)), sheet("s", &facts))
    });
}

#[test]
fn commitments_by_their_marks() {
    // S2: the grade changes what a commitment is worth.
    let aspect = |id: &str, weight: &str| GradedAspect {
        aspect_id: id.to_owned(),
        display_name: id.to_owned(),
        weight: d(weight),
        factors: [("A", "1.2"), ("B", "1"), ("C", "0.8")]
            .map(|(m, f)| (m.to_owned(), d(f)))
            .to_vec(),
        unmarked: d("0.9"),
    };
    check(include_str!("../src/rule/graded.rs"), |row| {
        let graded = Graded {
            child: Box::new(marks("c", "10")),
            indicator: "c".to_owned(),
            aspects: vec![aspect("difficulty", "2"), aspect("innovation", "1")],
        };
        let given = [("difficulty", &row[1]), ("innovation", &row[2])];
        let given = given.into_iter().filter(|(_, mark)| *mark != "none");
        let given = given.map(|(aspect, mark)| (aspect.to_owned(), mark.clone())).collect();
        let marks = [("c".to_owned(), given)].into();
        let sheet = Sheet { marks, ..sheet("s", &[("c", fact(&row[0]))]) };
        of(node("t", "10", Rule::Graded(graded)), sheet)
    });
}

#[test]
fn results_from_elsewhere() {
    // H4: the year is made of its quarters.
    check(include_str!("../src/rule/reference.rs"), |row| {
        let combine = match row[1].split_once(' ') {
            Some((_, best)) => Combine::Best(best.parse().unwrap()),
            None if row[1] == "last" => Combine::Last,
            None if row[1] == "sum" => Combine::Sum,
            None => Combine::Mean,
        };
        let missing = match row[2].as_str() {
            "left out" => MissingPolicy::LeaveOut,
            _ => MissingPolicy::ZeroPoints,
        };
        let of_quarters = Asked {
            series: String::new(),
            node_id: String::new(),
            subject: AskedSubject::Own,
            periods: AskedPeriods::Within(PartLength::Quarter),
        };
        let reference = Reference { of: of_quarters, combine, missing, least: 0 };
        let results = row[0].split(", ").enumerate().map(|(number, points)| Referred {
            slot: number.to_string(),
            points: (points != "none").then(|| d(points)),
            full_marks: d("100"),
            sources: vec![],
        });
        let results = [("t".to_owned(), results.collect())].into();
        let sheet = Sheet { subject: "s".to_owned(), results, ..Sheet::default() };
        of(node("t", "60", Rule::Reference(reference)), sheet)
    });
}

/// `x 2 #bridge !WAIVED`: item, points, matter, standing.
fn entry((number, text): (usize, &str)) -> Entry {
    let mut words = text.split(' ');
    let (item, points) = (words.next().unwrap(), words.next().unwrap());
    let mut entry = Entry {
        name: number.to_string(),
        item: item.to_owned(),
        points: Some(d(points)),
        level: String::new(),
        matter: String::new(),
        ground: String::new(),
        standing: EntryStanding::Final,
        sources: vec![],
    };
    for word in words {
        match word.split_at(1) {
            ("#", matter) => entry.matter = matter.to_owned(),
            (_, standing) => entry.standing = EntryStanding::parse(standing).unwrap(),
        }
    }
    entry
}

#[test]
fn bonuses_and_deductions() {
    // S5, Q7, S10: lists with caps, provisional deductions, waivers.
    let item = |id: &str, side, cap: Option<&str>| Item {
        item_id: id.to_owned(),
        display_name: id.to_owned(),
        side,
        aspect: "aspect".to_owned(),
        worth: Worth::Range { least: d("0"), most: d("10") },
        cap: cap.map(d),
    };
    check(include_str!("../src/rule/adjustments.rs"), |row| {
        let ledger = Adjustments {
            base: d("0"),
            levels: vec![],
            aspects: vec![Aspect {
                aspect_id: "aspect".to_owned(),
                display_name: "aspect".to_owned(),
                cap: Some(d("6")),
            }],
            items: vec![
                item("x", Side::Bonus, None),
                item("y", Side::Bonus, Some("3")),
                item("z", Side::Deduction, None),
            ],
            bonus_cap: None,
            deduction_cap: None,
        };
        let entries = row[0].split(", ").enumerate().map(entry).collect();
        let sheet = Sheet { subject: "s".to_owned(), entries, ..Sheet::default() };
        of(node("t", "10", Rule::Adjustments(ledger)), sheet)
    });
}

#[test]
fn awards_won() {
    // B11: by class and level, the first row that fits.
    let row = |award: &str, class: &str, level: &str, points: &str| AwardWorth {
        award: award.to_owned(),
        class: class.to_owned(),
        level: level.to_owned(),
        points: d(points),
    };
    let rows = vec![
        row("q/tiger", "", "district", "5"),
        row("q/tiger", "", "", "3"),
        row("q/snail", "", "", "-2"),
        row("", "progress", "", "1"),
    ];
    check(include_str!("../src/rule/award_points.rs"), |told| {
        let won = told[0].split(", ").enumerate().map(|(number, text)| {
            let mut words = text.split(' ');
            let mut won = Won {
                name: number.to_string(),
                award: words.next().unwrap().to_owned(),
                class: String::new(),
                level: String::new(),
                sources: vec![],
            };
            for word in words {
                match word.split_at(1) {
                    ("@", level) => won.level = level.to_owned(),
                    (_, class) => won.class = class.to_owned(),
                }
            }
            won
        });
        let sheet = Sheet { subject: "s".to_owned(), awards: won.collect(), ..Sheet::default() };
        of(node("t", "10", Rule::AwardPoints(AwardPoints { rows: rows.clone() })), sheet)
    });
}

fn outcome(outcomes: Outcomes, sheets: Vec<Sheet>) -> TrackResult {
    let root = common::sum("t", "100", vec![marks("m", "60"), marks("n", "40")]);
    let draft = TrackDraft { outcomes, ..common::draft(root) };
    score(&Track::check(draft, common::USUAL).unwrap(), sheets)
}

fn at_least(limit: &str) -> NumberRange {
    NumberRange { at_least: Some(d(limit)), ..NumberRange::default() }
}

/// A total made of all of m and what is left for n.
fn reaching(total: &str) -> Sheet {
    let m = d(total).min(d("60"));
    let n = d(total) - m;
    sheet("s", &[("m", value(&m.to_string())), ("n", value(&n.to_string()))])
}

#[test]
fn ties_across_the_last_place() {
    // B10.
    for row in doc::table(include_str!("../src/outcome/pick.rs")).rows {
        let sheets = row[0].split(", ").zip('a'..).map(|(points, name)| {
            let (m, n) = points.split_once('+').unwrap();
            sheet(&name.to_string(), &[("m", value(m)), ("n", value(n))])
        });
        let sheets: Vec<Sheet> = sheets.collect();
        let broken = Edge::TieBreak(vec![TieBreak::Points("m".to_owned())]);
        for (edge, wanted) in [Edge::AllIn, Edge::AllOut, broken].into_iter().zip(&row[1..]) {
            let pick = Pick {
                end: End::Best,
                by: Measure::Ranking,
                places: Places::Within(Quota::Count(2), QuotaRounding::Floor),
                when: None,
                unless: None,
                successors: false,
                edge,
            };
            let award = Award {
                award_id: "tiger".to_owned(),
                display_name: "猛虎奖".to_owned(),
                class: String::new(),
                level: String::new(),
                pick,
            };
            let outcomes = Outcomes { awards: vec![award], ..Outcomes::default() };
            let result = outcome(outcomes, sheets.clone());
            let picked = result.awards[0].picked.iter().map(|it| it.subject.as_str());
            let picked: Vec<&str> = picked.collect();
            let told = if picked.is_empty() { "none".to_owned() } else { picked.join(" ") };
            assert_eq!(told, *wanted, "{row:?}");
        }
    }
}

fn gate(id: &str, when: Condition, effect: GateEffect) -> Gate {
    Gate { gate_id: id.to_owned(), display_name: id.to_owned(), when, effect }
}

#[test]
fn verdicts_of_gates() {
    // S5, H9.
    for row in doc::table(include_str!("../src/outcome/gate.rs")).rows {
        let effect = match row[2].split_once(' ') {
            Some((_, grade)) => GateEffect::Bar(grade.to_owned()),
            None if row[2] == "Zero" => GateEffect::Zero,
            None => GateEffect::LowestGrade,
        };
        let when = Condition::Value { indicator: "accidents".to_owned(), limits: at_least("1") };
        let grade = |id: &str, limit: Option<&str>| Grade {
            grade_id: id.to_owned(),
            display_name: id.to_owned(),
            at_least: limit.map(d),
            quota: None,
            outright: vec![],
        };
        let grades =
            vec![grade("good", Some("90")), grade("fair", Some("60")), grade("poor", None)];
        let grading = Grading::Grades { grades, rounding: QuotaRounding::Floor, edge: Edge::AllIn };
        let outcomes = Outcomes {
            gates: vec![gate("safety", when, effect)],
            grading: Some(grading),
            ..Outcomes::default()
        };
        let (accidents, exempt) =
            row[1].split_once(", ").map_or((&*row[1], false), |it| (it.0, true));
        let mut sheet = reaching(&row[0]);
        sheet.cells.insert("accidents".into(), Cell { fact: value(accidents), ..Cell::default() });
        if exempt {
            let rule = "safety".to_owned();
            sheet.exemptions.push(Exemption { rule, ground: "flood".to_owned(), sources: vec![] });
        }
        let result = outcome(outcomes, vec![sheet]);
        let subject = &result.subjects[0];
        assert_eq!(subject.total, Some(d(&row[3])), "{row:?}");
        assert_eq!(subject.grade.as_ref().unwrap().grade_id, row[4], "{row:?}");
    }
}

#[test]
fn conditions_on_what_is_absent() {
    // S5, B10.
    let total = || Condition::Total(at_least("60"));
    let v = || Condition::Value { indicator: "v".to_owned(), limits: at_least("1") };
    let asked = [
        Condition::All(vec![total(), v()]),
        Condition::Any(vec![total(), v()]),
        Condition::Not(Box::new(v())),
    ];
    for row in doc::table(include_str!("../src/outcome/condition.rs")).rows {
        let mut sheet = reaching(&row[0]);
        if row[1] != "absent" {
            sheet.cells.insert("v".into(), Cell { fact: value(&row[1]), ..Cell::default() });
        }
        for (condition, wanted) in asked.iter().zip(&row[2..]) {
            let not = Condition::Not(Box::new(condition.clone()));
            let gates = vec![
                gate("holds", condition.clone(), GateEffect::Zero),
                gate("fails", not, GateEffect::Zero),
            ];
            let result = outcome(Outcomes { gates, ..Outcomes::default() }, vec![sheet.clone()]);
            let held = result.subjects[0].gates.first().map_or("open", |it| it.gate_id.as_str());
            assert_eq!(held, wanted, "{condition} of {row:?}");
        }
    }
}

/// A rule without a table of examples would be read by nobody above.
#[test]
fn every_rule_has_worked_examples() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rule");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        assert!(!doc::tables(&source).is_empty(), "{}", path.display());
        seen += 1;
    }
    assert_eq!(seen, 11, "a new rule joins a test above");
}

#[test]
fn groups_by_rank() {
    for row in doc::table(include_str!("../src/outcome/grade.rs")).rows {
        let [size, count, rank] = [0, 1, 2].map(|cell| row[cell].parse::<usize>().unwrap());
        let sheets = (0..size).map(|number| {
            sheet(&format!("s{number:02}"), &[("m", value(&(100 - number).to_string()))])
        });
        let sheets: Vec<Sheet> = sheets.collect();
        for (rule, wanted) in [(GroupRule::RankShare, &row[3]), (GroupRule::Blocks, &row[4])] {
            let grading = Some(Grading::Groups { count: count.try_into().unwrap(), rule });
            let mut draft = common::draft(marks("m", "100"));
            draft.outcomes = Outcomes { grading, ..Outcomes::default() };
            let track = Track::check(draft, common::USUAL).unwrap();
            let result = score(&track, sheets.clone());
            assert_eq!(
                result.subjects[rank - 1].grade.as_ref().unwrap().grade_id,
                *wanted,
                "{row:?}"
            );
        }
    }
}
