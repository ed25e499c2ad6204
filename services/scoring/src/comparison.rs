//! Comparisons (差异对照): what differs between two ways of scoring the same subjects, down to the
//! nodes.

use std::collections::{BTreeMap, BTreeSet};

use engine::{Explained, Flag};
use rust_decimal::Decimal;

use crate::result::Outcome;

/// One side: what a subject came to and the tree behind it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Side<'a> {
    pub(crate) outcome: &'a Outcome,
    pub(crate) tree: &'a Explained,
}

/// What differs for one subject.
#[derive(Debug)]
pub(crate) struct Difference<'a> {
    pub(crate) before: Option<Side<'a>>,
    pub(crate) after: Option<Side<'a>>,
    pub(crate) nodes: Vec<NodeDifference<'a>>,
}

/// What differs in one node.
#[derive(Debug)]
pub(crate) struct NodeDifference<'a> {
    pub(crate) before: Option<&'a Explained>,
    pub(crate) after: Option<&'a Explained>,
}

impl<'a> Difference<'a> {
    /// The later of the two sides.
    pub(crate) fn latest(&self) -> Option<&'a Outcome> {
        self.after.or(self.before).map(|side| side.outcome)
    }
}

impl<'a> NodeDifference<'a> {
    /// The later of the two.
    pub(crate) fn latest(&self) -> Option<&'a Explained> {
        self.after.or(self.before)
    }

    /// Flags that only one of the two has: those that are gone, those that are new.
    pub(crate) fn flags(&self) -> (Vec<Flag>, Vec<Flag>) {
        let none = BTreeSet::new();
        let of = |node: Option<&'a Explained>| node.map(|node| &node.flags);
        let before = of(self.before).unwrap_or(&none);
        let after = of(self.after).unwrap_or(&none);
        (before.difference(after).copied().collect(), after.difference(before).copied().collect())
    }
}

/// The subjects that differ, by id.
pub(crate) fn compare<'a>(
    before: &BTreeMap<&'a str, Side<'a>>,
    after: &BTreeMap<&'a str, Side<'a>>,
) -> Vec<Difference<'a>> {
    let subjects: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    let differences = subjects.into_iter().map(|id| {
        let (before, after) = (before.get(id).copied(), after.get(id).copied());
        Difference { before, after, nodes: nodes(before, after) }
    });
    differences.filter(|it| !it.nodes.is_empty() || !same(it.before, it.after)).collect()
}

/// True when both came to the same. Where they stand in the order of all tracks says nothing of
/// a subject.
fn same(before: Option<Side<'_>>, after: Option<Side<'_>>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => {
            let placed = Outcome { position: after.outcome.position, ..before.outcome.clone() };
            placed == *after.outcome
        }
        _ => false,
    }
}

/// The nodes that differ: parents first in the later tree's order, then those that are gone.
fn nodes<'a>(before: Option<Side<'a>>, after: Option<Side<'a>>) -> Vec<NodeDifference<'a>> {
    let before = before.map(|side| walk(side.tree)).unwrap_or_default();
    let after = after.map(|side| walk(side.tree)).unwrap_or_default();
    let by_id = |nodes: &[&'a Explained]| -> BTreeMap<&'a str, &'a Explained> {
        nodes.iter().map(|node| (node.node_id.as_str(), *node)).collect()
    };
    let (was, is) = (by_id(&before), by_id(&after));
    let there = after.iter().map(|node| NodeDifference {
        before: was.get(node.node_id.as_str()).copied(),
        after: Some(*node),
    });
    let gone = before.iter().filter(|node| !is.contains_key(node.node_id.as_str()));
    let gone = gone.map(|node| NodeDifference { before: Some(*node), after: None });
    there.chain(gone).filter(differs).collect()
}

fn differs(node: &NodeDifference<'_>) -> bool {
    type Shown<'a> = (Option<Decimal>, Decimal, &'a BTreeSet<Flag>);
    fn shown(node: &Explained) -> Shown<'_> {
        (node.points, node.effective_weight, &node.flags)
    }
    node.before.map(shown) != node.after.map(shown)
}

fn walk(node: &Explained) -> Vec<&Explained> {
    let mut nodes = vec![node];
    for child in &node.children {
        nodes.append(&mut walk(child));
    }
    nodes
}
