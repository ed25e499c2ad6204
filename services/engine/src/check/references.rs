//! Nodes that name other nodes: those must be there, and none may rest on itself.

use std::collections::{BTreeMap, BTreeSet};

use crate::expression::Name;
use crate::fault::Faults;
use crate::node::Node;
use crate::track::TrackDraft;

/// A leaf that takes another node's points.
pub(super) struct Reference<'a> {
    /// The field in which it does.
    pub(super) path: String,
    /// The leaf.
    pub(super) from: &'a str,
    /// The node it names.
    pub(super) to: String,
}

/// Notes `UNKNOWN_NODE` and `CYCLE`, each at the field that names the node.
pub(super) fn check(draft: &TrackDraft, references: &[Reference<'_>], faults: &mut Faults) {
    if references.is_empty() {
        return;
    }
    let trees = std::iter::once(&draft.root).chain(&draft.asides);
    let nodes: BTreeMap<&str, &Node> =
        trees.flat_map(Node::walk).map(|node| (node.node_id.as_str(), node)).collect();
    for reference in references {
        if !nodes.contains_key(reference.to.as_str()) {
            let message =
                format!("the track has no node {:?}: name one of its nodes", reference.to);
            faults.add_at(reference.path.clone(), "UNKNOWN_NODE", message);
        } else if rests_on(&reference.to, reference.from, &nodes) {
            let (from, to) = (reference.from, &reference.to);
            let message = format!(
                "{from} rests on {to}, which rests on {from}: take the points of a node that does not"
            );
            faults.add_at(reference.path.clone(), "CYCLE", message);
        }
    }
}

/// Whether the points of one node depend on another's.
fn rests_on(node: &str, other: &str, nodes: &BTreeMap<&str, &Node>) -> bool {
    let (mut waiting, mut seen) = (vec![node.to_owned()], BTreeSet::new());
    while let Some(id) = waiting.pop() {
        if id == other {
            return true;
        }
        let Some(node) = nodes.get(id.as_str()) else { continue };
        if !seen.insert(id) {
            continue;
        }
        waiting.extend(node.children().iter().map(|child| child.node_id.clone()));
        if let Some(leaf) = node.leaf() {
            let names = leaf.figure.names(&leaf.indicator).into_iter();
            waiting.extend(names.filter_map(|name| match name {
                Name::Points(named) => Some(named),
                _ => None,
            }));
        }
    }
    false
}
