//! Short ways to write rulebooks and facts down.
#![allow(dead_code, unreachable_pub)]

pub mod doc;
pub mod fraction;
pub mod random;

use std::collections::BTreeMap;

use engine::{
    Cell, Cohort, Direction, Explained, Fact, Figure, Leaf, Method, MissingPolicy, Node, Outcomes,
    Ranking, Rounding, Roundings, Rule, Sheet, SubjectResult, TieRule, Track, TrackDraft,
    TrackResult, Trouble, WarningRules,
};
use rust_decimal::Decimal;

pub const UP: Direction = Direction::HigherIsBetter;
pub const DOWN: Direction = Direction::LowerIsBetter;

pub fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// A leaf whose indicator has the node's own id.
pub fn leaf(id: &str, weight: &str, direction: Direction, method: Method) -> Node {
    node(
        id,
        weight,
        Rule::Leaf(Leaf {
            indicator: id.to_owned(),
            direction,
            missing: MissingPolicy::ZeroPoints,
            figure: Figure::Value,
            method,
        }),
    )
}

pub fn marks(id: &str, weight: &str) -> Node {
    leaf(id, weight, UP, Method::Marks(engine::Marks {}))
}

pub fn sum(id: &str, weight: &str, children: Vec<Node>) -> Node {
    node(id, weight, Rule::Sum(children))
}

pub fn node(id: &str, weight: &str, rule: Rule) -> Node {
    Node {
        node_id: id.to_owned(),
        display_name: id.to_owned(),
        weight: d(weight),
        full_marks: None,
        rounding: None,
        min_points: None,
        max_points: None,
        least_parts: 0,
        too_few: MissingPolicy::ZeroPoints,
        rule,
    }
}

pub fn policy(mut node: Node, policy: MissingPolicy) -> Node {
    if let Rule::Leaf(leaf) = &mut node.rule {
        leaf.missing = policy;
    }
    node
}

pub fn draft(root: Node) -> TrackDraft {
    TrackDraft {
        track_id: "track".to_owned(),
        display_name: "track".to_owned(),
        root,
        asides: Vec::new(),
        limits: BTreeMap::new(),
        ranking: Ranking {
            tie_rule: TieRule::Competition,
            tie_break: Vec::new(),
            ascending: false,
        },
        colouring: None,
        warnings: WarningRules::default(),
        outcomes: Outcomes::default(),
    }
}

pub const USUAL: Roundings = Roundings { leaf: Rounding::USUAL, total: Rounding::USUAL };
pub const UNROUNDED: Roundings = Roundings { leaf: Rounding::NONE, total: Rounding::NONE };

pub fn track(root: Node) -> Track {
    Track::check(draft(root), USUAL).unwrap()
}

pub fn unrounded(root: Node) -> Track {
    Track::check(draft(root), UNROUNDED).unwrap()
}

pub fn value(text: &str) -> Fact {
    Fact::Value {
        value: d(text),
        verified: true,
        partial: false,
        sources: vec![format!("observed-{text}")],
    }
}

pub fn not_applicable() -> Fact {
    Fact::NotApplicable { reason: "no such duty".to_owned(), verified: true, sources: Vec::new() }
}

/// A sheet of facts without targets.
pub fn sheet(subject: &str, facts: &[(&str, Fact)]) -> Sheet {
    let cell = |fact: &Fact| Cell { fact: fact.clone(), ..Cell::default() };
    let cells = facts.iter().map(|(indicator, fact)| ((*indicator).into(), cell(fact)));
    Sheet { subject: subject.to_owned(), cells: cells.collect(), ..Sheet::default() }
}

/// A sheet of one value with its target.
pub fn against(subject: &str, indicator: &str, actual: &str, target: &str) -> Sheet {
    let cell = Cell { fact: value(actual), target: Some(d(target)), ..Cell::default() };
    Sheet {
        subject: subject.to_owned(),
        cells: BTreeMap::from([(indicator.into(), cell)]),
        ..Sheet::default()
    }
}

pub fn cohort(sheets: Vec<Sheet>) -> Cohort {
    Cohort::new(sheets).unwrap()
}

pub fn score(track: &Track, sheets: Vec<Sheet>) -> TrackResult {
    engine::score(track, &cohort(sheets)).unwrap()
}

pub fn troubles(track: &Track, sheets: Vec<Sheet>) -> Vec<Trouble> {
    engine::score(track, &cohort(sheets)).unwrap_err()
}

/// The tree of the only or the named subject.
pub fn tree(result: &TrackResult, subject: &str) -> Explained {
    of(result, subject).explained.clone()
}

pub fn of<'a>(result: &'a TrackResult, subject: &str) -> &'a SubjectResult {
    result.subjects.iter().find(|it| it.subject == subject).unwrap()
}

pub fn total(result: &TrackResult, subject: &str) -> Decimal {
    of(result, subject).total.unwrap()
}

/// Faults as `path reason`.
pub fn faults(draft: TrackDraft) -> Vec<String> {
    let faults = Track::check(draft, USUAL).unwrap_err();
    faults.iter().map(|fault| format!("{} {}", fault.path, fault.reason)).collect()
}
