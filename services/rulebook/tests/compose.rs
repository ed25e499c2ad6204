//! B5, B8, H4, S2, S4, S5: composition, ledgers, references and themes are read whole, and what
//! is wrong with them is named at its place.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::collections::BTreeMap;

use common::{
    completion, decimal, deduction, faults, known, leaf, name, node, plain, root, scheme, sum,
    track,
};
use engine::{AskedPeriods, AskedSubject, Combine, LinkEffect, PartLength, Rule, Side, Worth};
use proto::registry::v1 as pb;
use proto::registry::v1::node::Rule as Given;
use rulebook::Rulebook;
use rust_decimal::Decimal;

fn parsed(scheme: &pb::Scheme) -> Rulebook {
    rulebook::parse(scheme, &known()).unwrap()
}

/// A scheme whose root adds a leaf of 60 and the given part of 40.
fn with(part: pb::Node) -> pb::Scheme {
    let root = sum("total", "100", vec![leaf("revenue", "60", completion(None)), part]);
    scheme(vec![track("general", "general-management", root)])
}

fn part(rule: Given) -> pb::Node {
    node("part", "40", rule)
}

/// The rule of the part after reading.
fn rule(given: Given) -> Rule {
    let rulebook = parsed(&with(part(given)));
    rulebook.entries[0].track.root().children()[1].rule.clone()
}

fn two() -> Vec<pb::Node> {
    vec![leaf("satisfaction", "30", marks()), leaf("accidents", "10", deduction("1"))]
}

fn marks() -> pb::leaf::Method {
    pb::leaf::Method::Marks(pb::Marks {})
}

const PART: &str = "scheme.tracks[0].root.sum.children[1]";

#[test]
fn parts_that_decide_together_are_read() {
    let children = two();
    let minimum = rule(Given::Minimum(pb::Minimum { children: children.clone() }));
    assert!(matches!(&minimum, Rule::Minimum(parts) if parts.len() == 2));
    let maximum = rule(Given::Maximum(pb::Maximum { children: children.clone() }));
    assert!(matches!(&maximum, Rule::Maximum(parts) if parts[1].node_id == "accidents"));
    let product = rule(Given::Product(pb::Product { children: children.clone() }));
    assert!(matches!(&product, Rule::Product(_)));
    let discount = pb::linked_sum::link::Effect::Discount(Default::default());
    let link = pb::linked_sum::Link {
        node_id: "satisfaction".to_owned(),
        by: "accidents".to_owned(),
        effect: Some(discount),
    };
    let linked = pb::LinkedSum { children, links: vec![link], silent: vec![] };
    let Rule::LinkedSum(read) = rule(Given::LinkedSum(linked.clone())) else { panic!("no links") };
    assert_eq!(read.links[0].effect, LinkEffect::Discount { depth: Decimal::ONE });
    let mut broken = linked;
    broken.links[0].effect = None;
    broken.links[0].by = "nobody".to_owned();
    assert_eq!(
        faults(&with(part(Given::LinkedSum(broken)))),
        [
            format!("{PART}.linked_sum.links[0] REQUIRED"),
            format!("{PART}.linked_sum.links[0].by UNKNOWN_PART")
        ]
    );
    let mut few = part(Given::Minimum(pb::Minimum { children: two() }));
    (few.least_parts, few.too_few) = (2, pb::MissingPolicy::LeaveOut.into());
    assert!(parsed(&with(few.clone())).canonical().contains("least_parts 2\n"));
    few.least_parts = 3;
    assert_eq!(faults(&with(few)), [format!("{PART}.minimum.children LEAST_PARTS")]);
}

#[test]
fn graded_commitments_are_read() {
    let factor = |mark: &str, factor: &str| pb::graded::aspect::Factor {
        mark: mark.to_owned(),
        factor: decimal(factor),
    };
    let aspect = pb::graded::Aspect {
        aspect_id: "difficulty".to_owned(),
        display_name: "难度".to_owned(),
        factors: vec![factor("A", "1.2"), factor("B", "1")],
        ..Default::default()
    };
    let graded = pb::Graded {
        child: Some(Box::new(leaf("satisfaction", "40", marks()))),
        indicator: name("indicators", "satisfaction"),
        aspects: vec![aspect],
    };
    let Rule::Graded(read) = rule(Given::Graded(Box::new(graded.clone()))) else {
        panic!("no marks")
    };
    assert_eq!((read.aspects[0].weight, read.aspects[0].unmarked), (Decimal::ONE, Decimal::ONE));
    assert_eq!(read.child.display_name, "指标 satisfaction");
    let mut broken = graded;
    broken.indicator = name("indicators", "nothing");
    broken.aspects[0].factors[1].mark = "A".to_owned();
    broken.child = None;
    assert_eq!(
        faults(&with(part(Given::Graded(Box::new(broken))))),
        [
            format!("{PART}.graded.indicator UNKNOWN_INDICATOR"),
            format!("{PART}.graded.child REQUIRED"),
            format!("{PART}.graded.aspects[0].factors[1].mark DUPLICATE_MARK"),
        ]
    );
}

fn quarters() -> pb::Reference {
    use pb::reference::periods::{Part, Which};
    let within = Some(Which::Within(Part::Quarter.into()));
    pb::Reference { periods: Some(pb::reference::Periods { which: within }), ..Default::default() }
}

fn asked(series: &str, which: pb::reference::periods::Which) -> pb::Reference {
    pb::Reference {
        series: series.to_owned(),
        periods: Some(pb::reference::Periods { which: Some(which) }),
        ..Default::default()
    }
}

fn same() -> pb::reference::periods::Which {
    pb::reference::periods::Which::Same(pb::reference::periods::Same {})
}

#[test]
fn references_are_read() {
    use pb::reference::{combine::How, subject::Whose};
    let Rule::Reference(plain) = rule(Given::Reference(quarters())) else { panic!("no reference") };
    assert_eq!(plain.of.periods, AskedPeriods::Within(PartLength::Quarter));
    assert_eq!((plain.of.subject, plain.combine), (AskedSubject::Own, Combine::Mean));
    let unit = pb::Reference {
        subject: Some(pb::reference::Subject { whose: Some(Whose::Unit(Default::default())) }),
        combine: Some(pb::reference::Combine { how: Some(How::Best(3)) }),
        missing: pb::MissingPolicy::LeaveOut.into(),
        least: 2,
        ..asked("annual-of-units", same())
    };
    let Rule::Reference(read) = rule(Given::Reference(unit)) else { panic!("no reference") };
    assert_eq!(
        (read.of.subject, read.combine, read.least),
        (AskedSubject::Unit, Combine::Best(3), 2)
    );
    let named = pb::Reference {
        subject: Some(pb::reference::Subject { whose: Some(Whose::Named("finance".to_owned())) }),
        ..asked("", same())
    };
    let field = format!("{PART}.reference");
    assert_eq!(
        faults(&with(part(Given::Reference(named)))),
        [format!("{field}.subject.named NAME_FORMAT")]
    );
    let own = part(Given::Reference(asked("", same())));
    assert_eq!(faults(&with(own)), [format!("{field} REFERENCE_CYCLE")]);
    let nothing = part(Given::Reference(pb::Reference::default()));
    assert_eq!(faults(&with(nothing)), [format!("{field}.periods REQUIRED")]);
}

/// A rulebook of a series whose part is a reference.
fn book(series: &str, reference: pb::Reference) -> Rulebook {
    let mut scheme = with(part(Given::Reference(reference)));
    scheme.series = series.to_owned();
    parsed(&scheme)
}

#[test]
fn no_result_may_depend_on_itself() {
    let others = |books: Vec<Rulebook>| -> BTreeMap<String, Rulebook> {
        books.into_iter().map(|it| (it.series.clone(), it)).collect()
    };
    let reasons = |book: &Rulebook, others: &BTreeMap<String, Rulebook>| {
        let faults = book.reference_faults(others);
        faults.iter().map(|it| format!("{} {}", it.field, it.reason)).collect::<Vec<_>>()
    };
    let field = format!("{PART}.reference");
    let heads = book("heads", asked("units", same()));
    assert_eq!(reasons(&heads, &others(vec![])), [format!("{field}.series UNKNOWN_SERIES")]);
    let fine = others(vec![book("units", quarters())]);
    assert!(reasons(&heads, &fine).is_empty());
    // units → projects → heads, all of the same period.
    let around = others(vec![
        book("units", asked("projects", same())),
        book("projects", asked("heads", same())),
    ]);
    assert_eq!(reasons(&heads, &around), [format!("{field} REFERENCE_CYCLE")]);
    let message = &heads.reference_faults(&around)[0].message;
    assert!(message.contains("heads → units → projects → heads"), "{message}");
    // What stands beside the tree depends on results, too.
    let mut scheme = plain();
    scheme.series = "heads".to_owned();
    scheme.tracks[0].asides = vec![node("beside", "10", Given::Reference(asked("units", same())))];
    let beside = parsed(&scheme);
    let aside = "scheme.tracks[0].asides[0].reference";
    assert_eq!(reasons(&beside, &others(vec![])), [format!("{aside}.series UNKNOWN_SERIES")]);
    assert_eq!(reasons(&beside, &around), [format!("{aside} REFERENCE_CYCLE")]);
    // Over an earlier period the way comes to an end.
    let earlier = others(vec![
        book("units", asked("projects", pb::reference::periods::Which::Before(1))),
        book("projects", asked("heads", same())),
    ]);
    assert!(reasons(&heads, &earlier).is_empty());
    // Of another subject, but in the same run.
    let mut own = asked("heads", same());
    own.subject = Some(pb::reference::Subject {
        whose: Some(pb::reference::subject::Whose::Unit(Default::default())),
    });
    assert_eq!(reasons(&book("heads", own), &others(vec![])), [format!("{field} REFERENCE_CYCLE")]);
    let mut node = asked("units", same());
    node.node_id = "nobody".to_owned();
    assert_eq!(reasons(&book("heads", node), &fine), [format!("{field}.node_id UNKNOWN_NODE")]);
}

fn assignment(period: &str) -> pb::Assignment {
    let entrant = |unit: &str| pb::Entrant {
        unit: name("units", unit),
        scheme: name("schemes", "2023"),
        track_id: "general".to_owned(),
    };
    pb::Assignment {
        period: Some(pb::Period { name: name("periods", period), ..Default::default() }),
        entrants: vec![entrant("finance"), entrant("audit")],
        ..Default::default()
    }
}

// H4, S4.
#[test]
fn a_run_knows_which_results_it_needs() {
    let wanted = |book: &Rulebook, period: &str| {
        let unit_of = |_: &str| Some(name("units", "head-office"));
        let all = book.wanted(&name("schemes", "2023"), &assignment(period), unit_of).unwrap();
        let line = |it: rulebook::Wanted| {
            let [subject, whose] =
                [&it.subject, &it.whose].map(|it| it.rsplit('/').next().unwrap());
            format!("{subject} {} {} {whose} {}", it.node_id, it.series, it.period)
        };
        all.into_iter().map(line).collect::<Vec<_>>()
    };
    let annual = book("annual", quarters());
    let all = wanted(&annual, "2023");
    assert_eq!(all.len(), 8);
    assert_eq!(
        all[..2],
        ["finance part annual finance 2023Q1", "finance part annual finance 2023Q2"]
    );
    assert_eq!(all[7], "audit part annual audit 2023Q4");
    // A quarter has no quarters within.
    assert!(wanted(&annual, "2023Q2").is_empty());
    let before = book("annual", asked("", pb::reference::periods::Which::Before(2)));
    assert_eq!(
        wanted(&before, "2023Q1")[..2],
        ["finance part annual finance 2022Q3", "finance part annual finance 2022Q4"]
    );
    let mut unit = asked("units", same());
    unit.subject = Some(pb::reference::Subject {
        whose: Some(pb::reference::subject::Whose::Unit(Default::default())),
    });
    assert_eq!(wanted(&book("heads", unit), "2023")[0], "finance part units head-office 2023");
}

fn ledger() -> pb::Adjustments {
    use pb::adjustment_item::{Levels, Range, Side, Worth, levels::Level};
    let item = |id: &str, side: Side, worth| pb::AdjustmentItem {
        item_id: id.to_owned(),
        display_name: id.to_owned(),
        side: side.into(),
        aspect: "hard".to_owned(),
        worth: Some(worth),
        ..Default::default()
    };
    let levels = vec![Level { level: "city".to_owned(), points: decimal("3") }];
    let range = Range { least: decimal("0.5"), most: decimal("2") };
    pb::Adjustments {
        levels: vec!["city".to_owned()],
        aspects: vec![pb::AdjustmentAspect {
            aspect_id: "hard".to_owned(),
            display_name: "攻坚克难".to_owned(),
            cap: decimal("5"),
        }],
        items: vec![
            item("praised", Side::Bonus, Worth::Levels(Levels { levels })),
            item("late", Side::Deduction, Worth::Range(range)),
            item("vetoed", Side::Deduction, Worth::Points(decimal("0").unwrap())),
        ],
        bonus_cap: decimal("5"),
        ..Default::default()
    }
}

/// A scheme with a list on top of leaves worth 100.
fn listed(ledger: pb::Adjustments) -> pb::Scheme {
    let list = node("list", "0", Given::Adjustments(ledger));
    let mut scheme = plain();
    if let Some(Given::Sum(sum)) = &mut root(&mut scheme).rule {
        sum.children.push(list);
    }
    scheme
}

// S5.
#[test]
fn lists_are_content_of_the_scheme() {
    let rulebook = parsed(&listed(ledger()));
    let items = rulebook.entries[0].track.items();
    assert_eq!(items[0].worth, Worth::Levels(vec![("city".to_owned(), Decimal::from(3))]));
    assert_eq!((items[1].side, &items[2].worth), (Side::Deduction, &Worth::Fixed(Decimal::ZERO)));
    let canonical = rulebook.canonical();
    assert!(canonical.contains("adjustments.items[1].range.most 2\n"), "{canonical}");
    let mut beside = plain();
    beside.tracks[0].asides = vec![node("list", "10", Given::Adjustments(ledger()))];
    let beside = parsed(&beside);
    assert_eq!(beside.entries[0].track.items(), items);
    let mut broken = ledger();
    broken.items[0].side = 0;
    broken.items[1].worth = None;
    broken.items[2].aspect = "none".to_owned();
    broken.aspects[0].cap = decimal("x");
    let field = "scheme.tracks[0].root.sum.children[2].adjustments";
    assert_eq!(
        faults(&listed(broken)),
        [
            format!("{field}.aspects[0].cap DECIMAL_FORMAT"),
            format!("{field}.items[0].side REQUIRED"),
            format!("{field}.items[1] REQUIRED"),
            format!("{field}.items[2].aspect UNKNOWN_ASPECT"),
        ]
    );
    let row = pb::award_points::Row { points: decimal("2"), ..Default::default() };
    let awards = pb::AwardPoints { rows: vec![row.clone(), row] };
    let mut scheme = plain();
    if let Some(Given::Sum(sum)) = &mut root(&mut scheme).rule {
        sum.children.push(node("awards", "0", Given::AwardPoints(awards)));
    }
    let field = "scheme.tracks[0].root.sum.children[2].award_points";
    assert_eq!(faults(&scheme), [format!("{field}.rows[1] UNREACHABLE_ROW")]);
}

/// The plain scheme, revenue weighing 70 and accidents 30, with two themes.
fn themed() -> pb::Scheme {
    let theme = |id: &str, parts: &[&str]| pb::Theme {
        theme_id: id.to_owned(),
        display_name: format!("主题 {id}"),
        parts: parts.iter().map(|part| (*part).to_owned()).collect(),
    };
    let mut scheme = plain();
    scheme.themes = vec![theme("opening", &["Q1"]), theme("completion", &["Q4"])];
    shifted(common::child(&mut scheme, 0), &[("opening", "90"), ("completion", "100")]);
    shifted(common::child(&mut scheme, 1), &[("opening", "10"), ("completion", "0")]);
    scheme
}

fn shifted(node: &mut pb::Node, weights: &[(&str, &str)]) {
    let weight = |(theme, weight): &(&str, &str)| pb::ThemeWeight {
        theme: (*theme).to_owned(),
        weight: decimal(weight),
        full_marks: None,
    };
    node.themes = weights.iter().map(weight).collect();
}

// B5.
#[test]
fn a_quarters_theme_shifts_the_weights() {
    let rulebook = parsed(&themed());
    let weights = |period: &str| {
        let track = rulebook.track_in("general", period).unwrap();
        let leaves = track.leaves().into_iter();
        leaves.map(|(node, _)| format!("{} {}", node.node_id, node.weight)).collect::<Vec<_>>()
    };
    let usual = ["revenue 70", "accidents 30"];
    assert_eq!(weights("2023Q1"), ["revenue 90", "accidents 10"]);
    // A month of the quarter has its theme, a longer period the usual weights.
    assert_eq!(weights("2024-02"), ["revenue 90", "accidents 10"]);
    assert_eq!(
        (weights("2023Q2"), weights("2023")),
        (usual.map(str::to_owned).to_vec(), usual.map(str::to_owned).to_vec())
    );
    // Without a weight a node takes no part.
    assert_eq!(weights("2023Q4"), ["revenue 100"]);
    assert_eq!(rulebook.theme("2023Q1").unwrap().display_name, "主题 opening");
    assert_eq!(rulebook.theme("2023Q2"), None);
    assert!(rulebook.canonical().contains("themes[0].tracks[0].accidents.weight 10\n"));
    assert_ne!(rulebook.digest(), parsed(&plain()).digest());
}

#[test]
fn a_theme_that_does_not_hold_is_refused() {
    let with = |change: &dyn Fn(&mut pb::Scheme)| {
        let mut scheme = themed();
        change(&mut scheme);
        faults(&scheme)
    };
    let leaf = "scheme.tracks[0].root.sum.children[0].themes";
    assert_eq!(
        with(&|it| shifted(common::child(it, 0), &[("opening", "80"), ("completion", "100")])),
        ["scheme.tracks[0].root.sum.children WEIGHT_SUM"]
    );
    assert_eq!(
        with(&|it| shifted(
            common::child(it, 0),
            &[("nothing", "80"), ("completion", "100"), ("opening", "90")]
        )),
        [format!("{leaf}[0].theme UNKNOWN_THEME")]
    );
    assert_eq!(
        with(&|it| it.themes[1].parts = vec!["Q5".to_owned()]),
        ["scheme.themes[1].parts[0] THEME_PART"]
    );
    assert_eq!(
        with(&|it| it.themes[1].parts = vec!["H1".to_owned()]),
        ["scheme.themes[1].parts[0] THEME_PART"]
    );
    assert_eq!(with(&|it| it.themes[1].parts.clear()), ["scheme.themes[1].parts REQUIRED"]);
    let mut scheme = themed();
    shifted(common::child(&mut scheme, 0), &[("opening", "80"), ("completion", "100")]);
    let Err(kit::Error::Invalid(found)) = rulebook::parse(&scheme, &known()) else {
        panic!("taken")
    };
    assert_eq!(
        found[0].message,
        "under 主题 opening: the weights below total add up to 90, not to 100; raise them by 10 in all, or set its full_marks to 90"
    );
    // What a theme takes out does not move the place of what comes after it.
    let mut scheme = themed();
    shifted(common::child(&mut scheme, 0), &[("opening", "0"), ("completion", "100")]);
    shifted(
        common::child(&mut scheme, 1),
        &[("opening", "1000000000000000000"), ("completion", "0")],
    );
    let found = faults(&scheme);
    let second = "scheme.tracks[0].root.sum.children[1].weight";
    assert!(found.iter().any(|it| it.starts_with(second)), "{found:?}");
}

#[test]
fn only_levels_are_carried_forward_and_everywhere() {
    let carrying = |id: &str, weight: &str, method| {
        let mut node = leaf(id, weight, method);
        let Some(Given::Leaf(leaf)) = &mut node.rule else { panic!("no leaf") };
        leaf.set_missing(pb::MissingPolicy::CarryForward);
        node
    };
    parsed(&with(carrying("satisfaction", "40", marks())));
    assert_eq!(
        faults(&with(carrying("accidents", "40", deduction("1")))),
        [format!("{PART}.leaf.missing CARRY_FORWARD")]
    );
    let mut twin = leaf("satisfaction", "15", marks());
    twin.node_id = "twin".to_owned();
    let both = sum("part", "40", vec![carrying("satisfaction", "25", marks()), twin]);
    assert_eq!(faults(&with(both)), [format!("{PART}.sum.children[1].leaf.missing CARRY_FORWARD")]);
    let mut few = part(Given::Minimum(pb::Minimum { children: two() }));
    (few.least_parts, few.too_few) = (2, pb::MissingPolicy::CarryForward.into());
    assert_eq!(faults(&with(few)), [format!("{PART}.too_few CARRY_FORWARD")]);
}
