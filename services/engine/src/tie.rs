//! What breaks a tie: points of nodes, measures that are not in the total, count-back.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use crate::fact::{Cohort, Fact};
use crate::score::SubjectResult;

/// What breaks a tie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TieBreak {
    /// The points of a node, in the direction of the ranking.
    Points(String),
    /// The value of an indicator, which need not be in the total.
    Value {
        /// The indicator's name.
        indicator: String,
        /// The lower value stands first.
        lower_first: bool,
    },
    /// Count-back: more first places among these nodes, then more second places, and so on.
    CountBack(Vec<String>),
}

impl TieBreak {
    /// The indicator it looks at.
    pub(crate) fn indicator(&self) -> Option<&str> {
        match self {
            TieBreak::Value { indicator, .. } => Some(indicator),
            TieBreak::Points(_) | TieBreak::CountBack(_) => None,
        }
    }
}

/// The figures that break ties, by subject in the order given.
pub(crate) struct Keys(Vec<Vec<Key>>);

enum Key {
    /// The greater first; without one last.
    Number(Option<Decimal>),
    /// Places in the nodes of a count-back, the best first.
    Places(Vec<usize>),
}

impl Keys {
    pub(crate) fn new(
        breaks: &[TieBreak],
        ascending: bool,
        cohort: &Cohort,
        subjects: &[SubjectResult],
    ) -> Keys {
        let mut keys: Vec<Vec<Key>> = subjects.iter().map(|_| Vec::new()).collect();
        let signed = |lower_first: bool, value: Decimal| {
            if lower_first { Decimal::ZERO - value } else { value }
        };
        for tie_break in breaks {
            match tie_break {
                TieBreak::Points(node) => {
                    for (keys, subject) in keys.iter_mut().zip(subjects) {
                        let points = subject.node(node).and_then(|node| node.points);
                        keys.push(Key::Number(points.map(|points| signed(ascending, points))));
                    }
                }
                TieBreak::Value { indicator, lower_first } => {
                    for (keys, subject) in keys.iter_mut().zip(subjects) {
                        let value = match cohort
                            .sheet(&subject.subject)
                            .map(|it| it.fact(indicator))
                        {
                            Some(Fact::Value { value, .. }) => Some(signed(*lower_first, *value)),
                            _ => None,
                        };
                        keys.push(Key::Number(value));
                    }
                }
                TieBreak::CountBack(nodes) => {
                    let places = nodes.iter().map(|node| places(node, ascending, subjects));
                    let places: Vec<Vec<usize>> = places.collect();
                    for (number, keys) in keys.iter_mut().enumerate() {
                        let mut own: Vec<usize> = places.iter().map(|it| it[number]).collect();
                        own.sort_unstable();
                        keys.push(Key::Places(own));
                    }
                }
            }
        }
        Keys(keys)
    }

    /// Which of two subjects stands first.
    pub(crate) fn compare(&self, one: usize, two: usize) -> Ordering {
        let pairs = self.0[one].iter().zip(&self.0[two]);
        pairs.fold(Ordering::Equal, |order, pair| {
            order.then_with(|| match pair {
                // None is less than any number, and so comes last.
                (Key::Number(one), Key::Number(two)) => two.cmp(one),
                (Key::Places(one), Key::Places(two)) => one.cmp(two),
                _ => Ordering::Equal,
            })
        })
    }
}

/// The place of each subject in a node, tied ones sharing the better; last without points.
fn places(node: &str, ascending: bool, subjects: &[SubjectResult]) -> Vec<usize> {
    let points: Vec<Option<Decimal>> =
        subjects.iter().map(|subject| subject.node(node).and_then(|node| node.points)).collect();
    let mut order: Vec<Decimal> = points.iter().flatten().copied().collect();
    order.sort_unstable();
    let better = |points: Decimal| {
        if ascending {
            order.partition_point(|other| *other < points)
        } else {
            order.len() - order.partition_point(|other| *other <= points)
        }
    };
    points.into_iter().map(|points| points.map_or(usize::MAX, |it| better(it) + 1)).collect()
}
