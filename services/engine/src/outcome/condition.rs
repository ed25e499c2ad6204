//! Conditions on what is known of a subject, each judged with the figures it was judged by.

use std::fmt;

use rust_decimal::Decimal;

use crate::direction::Direction;
use crate::exact::Ratio;
use crate::explained::Explained;
use crate::fact::{Fact, Sheet};
use crate::flag::Flag;
use crate::input::Input;
use crate::score::SubjectResult;
use crate::track::Track;

/// A condition. One whose figure is absent neither holds nor fails, and what is built on it
/// takes no effect:
///
/// | total | v | both total at least 60 and v at least 1 | one of them | not v at least 1 |
/// |---|---|---|---|---|
/// | 70 | 2 | holds | holds | fails |
/// | 70 | absent | open | holds | open |
/// | 50 | absent | fails | open | open |
/// | 50 | 0 | fails | fails | holds |
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The total lies within limits.
    Total(NumberRange),
    /// A node's points do, as they are or in per cent of its weight.
    Points {
        /// The node.
        node_id: String,
        /// Its limits.
        limits: NumberRange,
        /// The limits are per cent of the node's weight.
        percent: bool,
    },
    /// An indicator's value does.
    Value {
        /// The indicator's name.
        indicator: String,
        /// Its limits.
        limits: NumberRange,
    },
    /// Every target that the subject has in these indicators was met, at least one.
    TargetsMet {
        /// Names of indicators; all of the track when empty.
        indicators: Vec<String>,
    },
    /// The pace, in per cent of what was due, lies within limits.
    Pace(NumberRange),
    /// The rank does.
    Rank(NumberRange),
    /// An entry under one of these items counts.
    Entry {
        /// Ids of items.
        items: Vec<String>,
    },
    /// A node is marked so.
    Flag {
        /// The node; anywhere when empty.
        node_id: String,
        /// The mark.
        flag: Flag,
    },
    /// An award was won elsewhere, as `series/award id`.
    Award(String),
    /// It does not hold.
    Not(Box<Condition>),
    /// All of them hold.
    All(Vec<Condition>),
    /// One of them holds.
    Any(Vec<Condition>),
}

/// A range of numbers; at least one limit is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberRange {
    /// This or more.
    pub at_least: Option<Decimal>,
    /// More than this.
    pub above: Option<Decimal>,
    /// This or less.
    pub at_most: Option<Decimal>,
    /// Less than this.
    pub below: Option<Decimal>,
}

/// What conditions are judged on.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'a> {
    pub(crate) track: &'a Track,
    pub(crate) sheet: &'a Sheet,
    pub(crate) result: &'a SubjectResult,
}

/// What a condition was judged by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ground {
    /// Figures, in the order of the condition.
    pub figures: Vec<Input>,
    /// Names of entries, awards and documents.
    pub sources: Vec<String>,
}

impl NumberRange {
    pub(crate) fn hold(&self, value: &Ratio) -> bool {
        let limit = |limit: Option<Decimal>| limit.map(Ratio::from);
        limit(self.at_least).is_none_or(|it| *value >= it)
            && limit(self.above).is_none_or(|it| *value > it)
            && limit(self.at_most).is_none_or(|it| *value <= it)
            && limit(self.below).is_none_or(|it| *value < it)
    }
}

impl Condition {
    /// Whether it holds; `None` where a figure is absent. What was looked at goes to `ground`.
    pub(crate) fn judge(&self, seen: Seen<'_>, ground: &mut Ground) -> Option<bool> {
        let mut number = |what: String, value: Option<Decimal>, limits: &NumberRange| {
            ground.figures.push(Input::maybe(what, self.to_string(), value));
            value.map(|value| limits.hold(&value.into()))
        };
        match self {
            Condition::Total(limits) => number("total".to_owned(), seen.result.total, limits),
            Condition::Pace(limits) => number("pace".to_owned(), seen.result.pace, limits),
            Condition::Rank(limits) => number("rank".to_owned(), seen.result.rank, limits),
            Condition::Points { node_id, limits, percent } => {
                let node = seen.result.node(node_id)?;
                let holds = number(format!("p({node_id})"), node.points, limits);
                if *percent { percent_holds(node, limits) } else { holds }
            }
            Condition::Value { indicator, limits } => {
                let value = match seen.sheet.fact(indicator) {
                    Fact::Value { value, .. } => Some(*value),
                    Fact::Missing | Fact::NotApplicable { .. } => None,
                };
                number(format!("x({indicator})"), value, limits)
            }
            Condition::TargetsMet { indicators } => targets_met(seen, indicators, ground),
            Condition::Entry { items } => {
                let found = entries(&seen.result.explained, items);
                let any = !found.is_empty();
                ground.sources.extend(found);
                Some(any)
            }
            Condition::Flag { node_id, flag } => Some(if node_id.is_empty() {
                seen.result.explained.all_flags().contains(flag)
            } else {
                seen.result.node(node_id)?.flags.contains(flag)
            }),
            Condition::Award(award) => {
                let won = seen.sheet.awards.iter().find(|won| won.award == *award);
                ground.sources.extend(won.map(|won| won.name.clone()));
                Some(won.is_some())
            }
            Condition::Not(condition) => condition.judge(seen, ground).map(|holds| !holds),
            Condition::All(conditions) => all(conditions, seen, ground, true),
            Condition::Any(conditions) => all(conditions, seen, ground, false).map(|none| !none),
        }
    }

    /// The indicators that it looks at by name.
    pub(crate) fn indicators(&self) -> Vec<&str> {
        let mut all = Vec::new();
        for condition in self.walk() {
            match condition {
                Condition::Value { indicator, .. } => all.push(indicator.as_str()),
                Condition::TargetsMet { indicators } => {
                    all.extend(indicators.iter().map(String::as_str));
                }
                _ => {}
            }
        }
        all
    }

    /// The condition and those within it.
    pub(crate) fn walk(&self) -> Vec<&Condition> {
        let mut conditions = vec![self];
        match self {
            Condition::Not(condition) => conditions.append(&mut condition.walk()),
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter().for_each(|part| conditions.append(&mut part.walk()));
            }
            _ => {}
        }
        conditions
    }
}

/// Whether all conditions come out as `wanted`.
fn all(
    conditions: &[Condition],
    seen: Seen<'_>,
    ground: &mut Ground,
    wanted: bool,
) -> Option<bool> {
    let mut unknown = false;
    let mut against = false;
    for condition in conditions {
        match condition.judge(seen, ground) {
            Some(holds) => against |= holds != wanted,
            None => unknown = true,
        }
    }
    match (against, unknown) {
        (true, _) => Some(false),
        (false, true) => None,
        (false, false) => Some(true),
    }
}

fn percent_holds(node: &Explained, limits: &NumberRange) -> Option<bool> {
    let share = Ratio::from(node.points?).over(node.weight.into()).ok()?;
    Some(limits.hold(&(share * Ratio::HUNDRED)))
}

/// A target is met by a value at least as good, by the direction of the leaf that asks.
fn targets_met(seen: Seen<'_>, wanted: &[String], ground: &mut Ground) -> Option<bool> {
    let mut met = None;
    for (_, leaf) in seen.track.leaves() {
        if !wanted.is_empty() && !wanted.contains(&leaf.indicator) {
            continue;
        }
        let cell = seen.sheet.cells.get(leaf.indicator.as_str());
        let Some(target) = cell.and_then(|cell| cell.target) else { continue };
        let value = match seen.sheet.fact(&leaf.indicator) {
            Fact::Value { value, .. } => Some(*value),
            Fact::Missing | Fact::NotApplicable { .. } => None,
        };
        let name = &leaf.indicator;
        ground.figures.push(Input::maybe(format!("x({name})"), "actual value", value));
        ground.figures.push(Input::new(format!("T({name})"), "target", target));
        let here = value.is_some_and(|value| match leaf.direction {
            Direction::HigherIsBetter => value >= target,
            Direction::LowerIsBetter => value <= target,
        });
        met = Some(met.unwrap_or(true) && here);
    }
    met
}

/// Names of the entries that count under these items.
fn entries(node: &Explained, items: &[String]) -> Vec<String> {
    let counted = node.lines.iter().filter(|line| line.counts && items.contains(&line.label));
    let mut found: Vec<String> = counted.filter_map(|line| line.sources.first().cloned()).collect();
    found.extend(node.children.iter().flat_map(|child| entries(child, items)));
    found
}

impl fmt::Display for NumberRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limits = [
            ("at least", self.at_least),
            ("above", self.above),
            ("at most", self.at_most),
            ("below", self.below),
        ];
        let given = limits.into_iter().filter_map(|(word, limit)| Some((word, limit?)));
        let texts: Vec<String> =
            given.map(|(word, limit)| format!("{word} {}", limit.normalize())).collect();
        f.write_str(&texts.join(" and "))
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |parts: &[Condition], word: &str| {
            let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
            format!("({})", parts.join(word))
        };
        match self {
            Condition::Total(limits) => write!(f, "total {limits}"),
            Condition::Points { node_id, limits, percent: false } => {
                write!(f, "points of {node_id} {limits}")
            }
            Condition::Points { node_id, limits, percent: true } => {
                write!(f, "points of {node_id} in per cent {limits}")
            }
            Condition::Value { indicator, limits } => write!(f, "{indicator} {limits}"),
            Condition::TargetsMet { indicators } if indicators.is_empty() => {
                f.write_str("every target met")
            }
            Condition::TargetsMet { indicators } => {
                write!(f, "targets met in {}", indicators.join(", "))
            }
            Condition::Pace(limits) => write!(f, "pace {limits}"),
            Condition::Rank(limits) => write!(f, "rank {limits}"),
            Condition::Entry { items } => write!(f, "an entry under {}", items.join(", ")),
            Condition::Flag { node_id, flag } if node_id.is_empty() => write!(f, "marked {flag}"),
            Condition::Flag { node_id, flag } => write!(f, "{node_id} marked {flag}"),
            Condition::Award(award) => write!(f, "award {award} won"),
            Condition::Not(condition) => write!(f, "not {condition}"),
            Condition::All(parts) => f.write_str(&list(parts, " and ")),
            Condition::Any(parts) => f.write_str(&list(parts, " or ")),
        }
    }
}
