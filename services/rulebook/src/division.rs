//! Which leaves divide by a target, and where they were written.

use engine::{Node, Rule};

use crate::Rulebook;

/// A leaf that divides by a target, which must then be above 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Division {
    /// The leaf, for example `scheme.tracks[0].root.sum.children[1].leaf`.
    pub path: String,
    /// Name of the indicator whose target it divides by.
    pub indicator: String,
}

impl Rulebook {
    /// Every leaf that divides by a target, in the scheme's order.
    pub fn divisions(&self) -> Vec<Division> {
        let mut found = Vec::new();
        for (place, entry) in self.entries.iter().enumerate() {
            let path = format!("scheme.tracks[{place}]");
            below(&format!("{path}.root"), entry.track.root(), &mut found);
            for (place, aside) in entry.track.asides().iter().enumerate() {
                below(&format!("{path}.asides[{place}]"), aside, &mut found);
            }
        }
        found
    }
}

fn below(path: &str, node: &Node, found: &mut Vec<Division>) {
    if let Rule::Leaf(leaf) = &node.rule {
        let path = format!("{path}.leaf");
        let targets = leaf.targets().into_iter();
        found.extend(targets.map(|indicator| Division { path: path.clone(), indicator }));
    }
    let rule = node.rule.name();
    for (place, child) in node.children().iter().enumerate() {
        let path = match node.rule {
            Rule::Graded(_) => format!("{path}.graded.child"),
            _ => format!("{path}.{rule}.children[{place}]"),
        };
        below(&path, child, found);
    }
}
