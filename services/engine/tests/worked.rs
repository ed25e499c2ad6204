//! The worked examples that stand in the doc comments of rules and grades, read from the sources
//! and run.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{d, doc, marks, node, not_applicable, score, sheet, total, track, tree, value};
use engine::{
    Adjustments, Asked, AskedPeriods, AskedSubject, Aspect, Combine, Entry, EntryStanding, Fact,
    Graded, GradedAspect, Grading, GroupRule, Item, Link, LinkEffect, LinkedSum, MissingPolicy,
    Node, Outcomes, PartLength, Reference, Referred, Rule, Sheet, Side, Track, Worth,
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
