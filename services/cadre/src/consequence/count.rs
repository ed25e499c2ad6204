//! What a rule that counts calls for. Pure.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;

use super::Proposal;
use super::propose::{About, Fact, latest, line};
use crate::consequence_rule::{ConsequenceRule, Count, Counted, Scope};
use crate::period::Window;

/// Something that is counted, and somebody whom it concerned.
#[derive(Clone, Debug)]
pub(crate) struct Occurrence {
    pub(crate) counted: Counted,
    /// Of an award, a rule of cards, a gate, an item of a list; empty where there is none.
    pub(crate) id: String,
    pub(crate) series: String,
    pub(crate) track: String,
    pub(crate) period: String,
    /// The day it happened, or the last one of its period.
    pub(crate) day: Date,
    /// The fact, and the record it was read from.
    pub(crate) ground: (String, String),
    pub(crate) person: String,
    /// Empty for who had no post that day.
    pub(crate) unit: String,
    pub(crate) post: String,
    pub(crate) head: bool,
}

/// A veto or bar of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gate {
    pub(crate) id: String,
    pub(crate) counted: Counted,
    pub(crate) display_name: String,
}

/// The vetoes and bars of the latest run of each ranking; `gates` by the result's name.
pub(crate) fn gated(
    rule: &ConsequenceRule,
    facts: &[Fact],
    gates: &HashMap<String, Vec<Gate>>,
) -> Vec<Occurrence> {
    let of = |fact: &&Fact| {
        let gates = gates.get(&fact.source).map(Vec::as_slice).unwrap_or_default();
        let fact = (*fact).clone();
        gates.iter().map(move |gate| Occurrence {
            counted: gate.counted,
            id: gate.id.clone(),
            series: fact.series.clone(),
            track: fact.track.clone(),
            period: fact.period.clone(),
            day: fact.period_end,
            ground: (format!("{}，{}", line(&fact), gate.display_name), fact.source.clone()),
            person: fact.person.clone(),
            unit: fact.unit.clone(),
            post: fact.post.clone(),
            head: fact.head,
        })
    };
    latest(About::of(rule), facts).iter().flat_map(of).collect()
}

/// Everything that a rule calls for which counts, for the period with which `window` ends: one
/// proposal for each person with enough of it, some of it in that very period.
pub(crate) fn counted(
    rule: &ConsequenceRule,
    count: &Count,
    (window, current): (&Window, &Window),
    occurrences: &[Occurrence],
) -> Vec<Proposal> {
    let about = |it: &&Occurrence| {
        it.counted == count.counted
            && (count.ids.is_empty() || count.ids.contains(&it.id))
            && (rule.series.is_empty() || rule.series == it.series)
            && (rule.track.is_empty() || rule.track == it.track)
            && (rule.scope == Scope::Members || it.head)
            && it.lies_within(window)
    };
    // Somebody with two posts in a unit is told of it once.
    let mut of: BTreeMap<&str, BTreeMap<&(String, String), &Occurrence>> = BTreeMap::new();
    for it in occurrences.iter().filter(about) {
        let held = of.entry(&it.person).or_default().entry(&it.ground).or_insert(it);
        if it.head && !held.head {
            *held = it;
        }
    }
    let proposal = |found: BTreeMap<&(String, String), &Occurrence>| {
        let mut all: Vec<&Occurrence> = found.into_values().collect();
        all.sort_by(|a, b| b.day.cmp(&a.day).then_with(|| a.ground.1.cmp(&b.ground.1)));
        let enough = all.len() >= count.at_least as usize;
        let last = all.first().filter(|it| enough && it.lies_within(current))?;
        Some(Proposal {
            rule: rule.id.clone(),
            person: last.person.clone(),
            period: current.ids().first().cloned()?,
            unit: last.unit.clone(),
            post: last.post.clone(),
            ground: all.iter().map(|it| it.ground.clone()).collect(),
            effects: rule.effects.clone(),
        })
    };
    of.into_values().filter_map(proposal).collect()
}

impl Occurrence {
    fn lies_within(&self, window: &Window) -> bool {
        match self.counted.is_entry() {
            true => window.holds_day(&self.period, self.day),
            false => window.holds(&self.period, self.day),
        }
    }
}
