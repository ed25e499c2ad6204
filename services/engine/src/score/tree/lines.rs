//! Nodes whose points come of what other runs and the ledger say.

use super::{Walk, bounds};
use crate::exact::{Arithmetic, Ratio};
use crate::explained::Explained;
use crate::fact::EntryStanding;
use crate::flag::Flag;
use crate::input::Inputs;
use crate::node::{MissingPolicy, Node, Rule};
use crate::rule::{self, Adjustments, Reference};
use crate::score::Stage;
use crate::settle::{Settled, settle};
use crate::trouble::Trouble;

impl Walk<'_> {
    pub(super) fn lines(
        &mut self,
        node: &Node,
        factor: &Ratio,
        out: bool,
        explained: &mut Explained,
    ) -> Result<Settled, Arithmetic> {
        match &node.rule {
            Rule::Reference(reference) => self.results(node, reference, explained),
            Rule::Adjustments(ledger) => self.entries(node, ledger, explained),
            Rule::AwardPoints(awards) => explained.lines = awards.lines(self.sheet),
            _ => {}
        }
        if out || explained.flags.contains(&Flag::Missing) {
            return Ok(Settled::nothing());
        }
        let inputs = Inputs(&explained.inputs);
        let (points, capped) = rule::of_lines(node.rule.name(), inputs, &explained.lines)?;
        if capped {
            explained.flags.insert(Flag::Capped);
        }
        let factor = rule::own_factor(node.weight, factor);
        let raw = (points * factor.clone()).cut()?;
        settle(raw, &factor, bounds(node), explained.rounding)
    }

    fn results(&mut self, node: &Node, reference: &Reference, explained: &mut Explained) {
        let absent = reference.absent(&node.node_id, self.sheet);
        if reference.missing == MissingPolicy::Block && self.stage == Stage::Final {
            let subject = &self.sheet.subject;
            let trouble = |slot: &&str| Trouble::missing_result(subject, &node.node_id, slot);
            self.troubles.extend(absent.iter().map(trouble));
        }
        let (inputs, lines) = reference.inputs(node, self.sheet);
        if lines.iter().all(|line| line.points.is_none()) {
            explained.flags.insert(Flag::Missing);
        } else if !absent.is_empty() {
            explained.flags.insert(Flag::Partial);
        }
        explained.inputs.splice(0..0, inputs);
        explained.lines = lines;
    }

    fn entries(&mut self, node: &Node, ledger: &Adjustments, explained: &mut Explained) {
        explained.inputs.splice(0..0, ledger.inputs());
        match ledger.lines(self.sheet) {
            Ok(lines) => explained.lines = lines,
            Err((entry, why)) => {
                let trouble = Trouble::entry(&self.sheet.subject, &node.node_id, &entry, &why);
                self.troubles.push(trouble);
            }
        }
        if explained.lines.iter().any(|line| line.counts && line.provisional) {
            explained.flags.insert(Flag::Provisional);
        }
        let waived = self.sheet.entries.iter().any(|entry| {
            let cleared =
                matches!(entry.standing, EntryStanding::Waived | EntryStanding::Groundless);
            cleared && ledger.item(&entry.item).is_some()
        });
        if waived {
            explained.flags.insert(Flag::Waived);
        }
    }
}
