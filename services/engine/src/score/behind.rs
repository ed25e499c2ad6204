//! The observations behind a leaf, and what they say about it.

use crate::explained::Explained;
use crate::fact::{Fact, Sheet};
use crate::figure::Figure;
use crate::flag::Flag;
use crate::method::Takes;
use crate::node::Leaf;

/// Every fact that a leaf looks at.
pub(super) struct Behind<'a> {
    facts: Vec<(String, &'a Fact)>,
    counted: Vec<&'a String>,
    /// One of them is of an earlier period.
    carried: bool,
}

impl<'a> Behind<'a> {
    pub(super) fn of(leaf: &Leaf, sheet: &'a Sheet) -> Behind<'a> {
        let plain = leaf.figure == Figure::Value && leaf.method.takes() == Takes::Value;
        let alone = plain && leaf.method.needs().is_empty() && leaf.method.asks().is_empty();
        let indicators = if alone { vec![leaf.indicator.clone()] } else { leaf.indicators() };
        let mut counted = Vec::new();
        match leaf.method.takes() {
            Takes::Value => {}
            Takes::Tally => {
                let tally = sheet.tallies.get(&leaf.indicator);
                counted.extend(tally.iter().flat_map(|tally| &tally.sources));
            }
            Takes::Milestones => {
                let all = sheet.milestones.get(&leaf.indicator);
                let milestones = all.iter().flat_map(|all| &all.list);
                counted.extend(milestones.flat_map(|milestone| &milestone.sources));
            }
        }
        let is_carried = |it: &String| sheet.cells.get(it.as_str()).is_some_and(|it| it.carried);
        let carried = indicators.iter().any(is_carried);
        let fact = |indicator: String| {
            let fact = sheet.fact(&indicator);
            (indicator, fact)
        };
        Behind { facts: indicators.into_iter().map(fact).collect(), counted, carried }
    }

    /// Marks the node, and names the observations.
    pub(super) fn note(&self, explained: &mut Explained) {
        for (_, fact) in &self.facts {
            let (verified, partial, sources) = match fact {
                Fact::Value { verified, partial, sources, .. } => (*verified, *partial, sources),
                Fact::NotApplicable { verified, sources, .. } => (*verified, false, sources),
                Fact::Missing => continue,
            };
            if !verified {
                explained.flags.insert(Flag::Unverified);
            }
            if partial {
                explained.flags.insert(Flag::Partial);
            }
            explained.observations.extend_from_slice(sources);
        }
        if self.carried {
            explained.flags.insert(Flag::CarriedForward);
        }
        explained.observations.extend(self.counted.iter().map(|source| (*source).clone()));
    }

    /// Why the leaf does not apply.
    pub(super) fn reason(&self) -> String {
        let given = self.facts.iter().find_map(|(_, fact)| match fact {
            Fact::NotApplicable { reason, .. } => Some(reason.clone()),
            Fact::Value { .. } | Fact::Missing => None,
        });
        given.unwrap_or_else(|| "nothing is due yet, or what it rests on is left out".to_owned())
    }

    /// The first indicator that lacks a value.
    pub(super) fn lacking<'b>(&'b self, leaf: &'b Leaf) -> &'b str {
        let missing = self.facts.iter().find(|(_, fact)| **fact == Fact::Missing);
        missing.map_or(leaf.indicator.as_str(), |(indicator, _)| indicator)
    }
}
