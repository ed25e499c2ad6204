//! Who stands below whom.

use std::collections::HashMap;
use std::fmt::Display;

use kit::Result;
use kit::field::Fields;

use super::{NAME, Unit};

/// The units of a district, each with the one above it.
#[derive(Debug)]
pub(crate) struct Forest {
    district: String,
    nodes: HashMap<String, Node>,
}

/// What the forest knows of a unit.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) parent: Option<String>,
    pub(crate) is_retired: bool,
}

impl Forest {
    /// The forest of units told by id.
    pub(crate) fn new(district: &str, nodes: HashMap<String, Node>) -> Self {
        let district = district.to_owned();
        Self { district, nodes }
    }

    /// The forest that `units` make.
    pub(crate) fn of(district: &str, units: &[Unit]) -> Self {
        let node = |unit: &Unit| {
            let parent = unit.contents.parent.clone();
            let is_retired = unit.retire_time.is_some();
            (unit.id.clone(), Node { parent, is_retired })
        };
        Self::new(district, units.iter().map(node).collect())
    }

    /// Puts a unit, new or known, below `parent` or at a root. Check it before it is stored.
    pub(crate) fn place(&mut self, id: &str, parent: Option<&str>) {
        let parent = parent.map(str::to_owned);
        match self.nodes.get_mut(id) {
            Some(node) => node.parent = parent,
            None => {
                let is_retired = false;
                self.nodes.insert(id.to_owned(), Node { parent, is_retired });
            }
        }
    }

    /// Puts one unit in its place, if it can have it: otherwise the fault is in `unit.parent`.
    pub(crate) fn settle(mut self, unit: &Unit) -> Result<()> {
        self.place(&unit.id, unit.contents.parent.as_deref());
        let mut fields = Fields::default();
        self.check(&mut fields, "unit.parent", &unit.id);
        fields.check()
    }

    /// Refuses, in `field`, a place that a unit cannot have: below none that is known, below
    /// one that was retired, or below itself.
    pub(crate) fn check(&self, fields: &mut Fields, field: impl Display, id: &str) {
        let Some(Node { parent: Some(parent), is_retired: false }) = self.nodes.get(id) else {
            return;
        };
        let name = |id: &str| NAME.format(&[&self.district, id]);
        match self.nodes.get(parent) {
            None => {
                let message = format!("there is no unit {}", name(parent));
                fields.violation(field, "UNKNOWN_UNIT", message);
            }
            Some(above) if above.is_retired => {
                let message = format!("{} was retired", name(parent));
                fields.violation(field, "UNIT_RETIRED", message);
            }
            Some(_) if self.is_above_itself(id) => {
                let message = format!("{} stands below {}", name(parent), name(id));
                fields.violation(field, "UNIT_CYCLE", message);
            }
            Some(_) => {}
        }
    }

    /// Some active unit directly below `id`, the first by id.
    pub(crate) fn active_below(&self, id: &str) -> Option<&str> {
        let below = self
            .nodes
            .iter()
            .filter(|(_, node)| !node.is_retired && node.parent.as_deref() == Some(id));
        below.map(|(id, _)| id.as_str()).min()
    }

    /// Goes up from `id`. A cycle further up that does not come back to `id` is another
    /// unit's fault: the way up is cut after as many steps as there are units.
    fn is_above_itself(&self, id: &str) -> bool {
        let parent = |id: &str| self.nodes.get(id)?.parent.as_deref();
        let way_up = std::iter::successors(parent(id), |id| parent(id));
        way_up.take(self.nodes.len()).any(|above| above == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reasons found when `moves` are made, together, in the forest of the pairs `units`.
    fn check(units: &[(&str, &str)], moves: &[(&str, &str)]) -> Vec<(String, &'static str)> {
        let parent = |parent: &str| (!parent.is_empty()).then(|| parent.to_owned());
        let node = |&(id, above): &(&str, &str)| {
            let is_retired = id.starts_with("old");
            (id.to_owned(), Node { parent: parent(above), is_retired })
        };
        let mut forest = Forest::new("d", units.iter().map(node).collect());
        for (id, above) in moves {
            forest.place(id, parent(above).as_deref());
        }
        let mut fields = Fields::default();
        for (id, _) in moves {
            forest.check(&mut fields, id, id);
        }
        let violations = fields.into_violations();
        violations.into_iter().map(|it| (it.field, it.reason)).collect()
    }

    fn faults(expected: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
        expected.iter().map(|(id, reason)| ((*id).to_owned(), *reason)).collect()
    }

    const UNITS: &[(&str, &str)] = &[("a", ""), ("b", "a"), ("c", "b"), ("old", "a")];

    #[test]
    fn a_unit_may_move_anywhere_but_below_itself() {
        assert_eq!(check(UNITS, &[("c", "a")]), faults(&[]));
        assert_eq!(check(UNITS, &[("b", "")]), faults(&[]));
        assert_eq!(check(UNITS, &[("a", "a")]), faults(&[("a", "UNIT_CYCLE")]));
        assert_eq!(check(UNITS, &[("a", "c")]), faults(&[("a", "UNIT_CYCLE")]));
    }

    #[test]
    fn moves_are_judged_together() {
        assert_eq!(check(UNITS, &[("a", "c"), ("b", "")]), faults(&[]));
        assert_eq!(check(UNITS, &[("x", "y"), ("y", "c")]), faults(&[]));
        let both = faults(&[("x", "UNIT_CYCLE"), ("y", "UNIT_CYCLE")]);
        assert_eq!(check(UNITS, &[("x", "y"), ("y", "x"), ("z", "x")]), both);
    }

    #[test]
    fn the_unit_above_is_known_and_active() {
        assert_eq!(check(UNITS, &[("c", "none")]), faults(&[("c", "UNKNOWN_UNIT")]));
        assert_eq!(check(UNITS, &[("c", "old")]), faults(&[("c", "UNIT_RETIRED")]));
    }
}
