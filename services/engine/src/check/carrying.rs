//! Values that hold on: a track has one figure of an indicator, carried forward for all or none.

use std::collections::BTreeMap;

use crate::fault::Faults;
use crate::method::Takes;
use crate::node::{Leaf, MissingPolicy, Node, Rule};

/// A leaf that scores values, the field of its policy, and whether it carries them forward.
pub(super) struct Carrying<'a> {
    path: String,
    node: &'a Node,
    leaf: &'a Leaf,
}

impl<'a> Carrying<'a> {
    pub(super) fn of(node: &'a Node, leaf: &'a Leaf, faults: &Faults) -> Carrying<'a> {
        Carrying { path: format!("{}.missing", faults.here()), node, leaf }
    }

    fn carries(&self) -> bool {
        self.leaf.missing == MissingPolicy::CarryForward
    }
}

/// Notes `CARRY_FORWARD` where a policy cannot be kept.
pub(super) fn check(leaves: &[Carrying<'_>], faults: &mut Faults) {
    let mut carried: BTreeMap<String, &str> = BTreeMap::new();
    for it in leaves.iter().filter(|it| it.carries()) {
        if it.leaf.method.takes() != Takes::Value {
            let message = "ballots and milestones are of their period; only values hold on";
            faults.add_at(it.path.clone(), "CARRY_FORWARD", message.to_owned());
        }
        for indicator in it.leaf.indicators() {
            carried.entry(indicator).or_insert(&it.node.node_id);
        }
    }
    for it in leaves.iter().filter(|it| !it.carries() && it.leaf.method.takes() == Takes::Value) {
        let both = it.leaf.indicators().into_iter();
        if let Some((indicator, node_id)) = both.filter_map(|it| carried.get_key_value(&it)).next()
        {
            let message = format!(
                "{node_id} carries {indicator} forward, and a track has one figure of an \
                 indicator: carry it forward here, too, or nowhere"
            );
            faults.add_at(it.path.clone(), "CARRY_FORWARD", message);
        }
    }
}

/// Notes `CARRY_FORWARD` where something other than a leaf would carry forward.
pub(super) fn parts(node: &Node, faults: &mut Faults) {
    let message = "only a leaf's value is carried forward; take ZERO_POINTS, LEAVE_OUT or BLOCK";
    if node.too_few == MissingPolicy::CarryForward {
        faults.add("too_few", "CARRY_FORWARD", message);
    }
    if let Rule::Reference(reference) = &node.rule
        && reference.missing == MissingPolicy::CarryForward
    {
        faults.add("reference.missing", "CARRY_FORWARD", message);
    }
}
