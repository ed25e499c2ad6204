//! References between results: which results a run asks for (H4, S4), and that no result
//! depends on itself.

use std::collections::{BTreeMap, BTreeSet};

use engine::{AskedPeriods, AskedSubject, Node, PartLength, Reference, Rule};
use kit::Violation;
use kit::field::Fields;
use proto::registry::v1 as pb;

use crate::Rulebook;
use crate::inputs::{definitions, entrants};
use crate::span::{Length, Span};

/// A published result that a reference node asks for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// The subject that is scored.
    pub subject: String,
    /// The node that asks.
    pub node_id: String,
    /// Id of the period that is asked for; the result's slot.
    pub period: String,
    /// The series.
    pub series: String,
    /// Whose result it is.
    pub whose: String,
    /// The node of the tree there; the total when empty.
    pub of_node: String,
}

impl Rulebook {
    /// The results that a run of an assignment's period asks for, by track, subject, node and
    /// time. `unit_of` names the unit that a post heads or that leads a project; nothing is
    /// wanted where it has none.
    pub fn wanted(
        &self,
        scheme: &str,
        assignment: &pb::Assignment,
        unit_of: impl Fn(&str) -> Option<String>,
    ) -> kit::Result<Vec<Wanted>> {
        let mut fields = Fields::default();
        let (span, _) = definitions(assignment, &mut fields);
        fields.check()?;
        let mut wanted = Vec::new();
        for entry in &self.entries {
            let track_id = entry.track.track_id();
            let Some(track) = self.track_in(track_id, &span.id()) else { continue };
            let references = track.references();
            for subject in entrants(assignment, scheme, track_id) {
                for (node, reference) in &references {
                    let whose = match &reference.of.subject {
                        AskedSubject::Own => Some(subject.to_owned()),
                        AskedSubject::Unit => unit_of(subject),
                        AskedSubject::Named(name) => Some(name.clone()),
                    };
                    let Some(whose) = whose else { continue };
                    wanted.extend(periods(reference, &span).into_iter().map(|period| Wanted {
                        subject: subject.to_owned(),
                        node_id: node.node_id.clone(),
                        period: period.id(),
                        series: self.series_of(reference).to_owned(),
                        whose: whose.clone(),
                        of_node: reference.of.node_id.clone(),
                    }));
                }
            }
        }
        Ok(wanted)
    }

    /// The series that references of any track name, the rulebook's own left out.
    pub fn referred_series(&self) -> BTreeSet<&str> {
        let references = self.entries.iter().flat_map(|entry| entry.track.references());
        let series = references.map(|(_, reference)| self.series_of(reference));
        series.filter(|series| *series != self.series).collect()
    }

    /// What is wrong with the references beside the rulebooks of other series, by their series:
    /// `UNKNOWN_SERIES`, `UNKNOWN_NODE`, and `REFERENCE_CYCLE` where a result would depend on
    /// itself in one and the same period. Paths begin with `scheme.`.
    pub fn reference_faults(&self, others: &BTreeMap<String, Rulebook>) -> Vec<Violation> {
        let mut fields = Fields::default();
        for (place, entry) in self.entries.iter().enumerate() {
            let path = format!("scheme.tracks[{place}]");
            let mut check =
                |path: &str, reference: &_| self.check(path, reference, others, &mut fields);
            each_reference(&format!("{path}.root"), entry.track.root(), &mut check);
            for (place, aside) in entry.track.asides().iter().enumerate() {
                each_reference(&format!("{path}.asides[{place}]"), aside, &mut check);
            }
        }
        fields.into_violations()
    }

    fn check(
        &self,
        path: &str,
        reference: &Reference,
        others: &BTreeMap<String, Rulebook>,
        fields: &mut Fields,
    ) {
        let series = self.series_of(reference);
        let referred = if series == self.series { Some(self) } else { others.get(series) };
        let Some(referred) = referred else {
            let message = format!("there is no scheme of the series {series}; save one first");
            fields.violation(format_args!("{path}.series"), "UNKNOWN_SERIES", message);
            return;
        };
        let node = &reference.of.node_id;
        let mut tracks = referred.entries.iter().map(|entry| &entry.track);
        if !node.is_empty() && tracks.all(|track| track.node(node).is_none()) {
            let message = format!("no track of the series {series} has a node {node}; name one");
            fields.violation(format_args!("{path}.node_id"), "UNKNOWN_NODE", message);
        }
        if reference.of.periods != AskedPeriods::Same {
            // Earlier or shorter periods come to an end.
            return;
        }
        let mut chain = vec![self.series.as_str()];
        if self.leads_back(series, others, &mut chain) {
            let chain = chain.join(" → ");
            let message = format!(
                "the result would depend on itself in the same period: {chain}; ask for other periods"
            );
            fields.violation(path, "REFERENCE_CYCLE", message);
        }
    }

    /// Whether references to the same period lead from a series back to this rulebook's own;
    /// then `chain` holds the way.
    fn leads_back<'a>(
        &'a self,
        series: &'a str,
        others: &'a BTreeMap<String, Rulebook>,
        chain: &mut Vec<&'a str>,
    ) -> bool {
        if chain[1..].contains(&series) {
            return false;
        }
        chain.push(series);
        if series == self.series {
            return true;
        }
        let Some(rulebook) = others.get(series) else {
            chain.pop();
            return false;
        };
        for entry in &rulebook.entries {
            for (_, reference) in entry.track.references() {
                let same = reference.of.periods == AskedPeriods::Same;
                let next = match reference.of.series.as_str() {
                    "" => rulebook.series.as_str(),
                    series => series,
                };
                if same && self.leads_back(next, others, chain) {
                    return true;
                }
            }
        }
        chain.pop();
        false
    }

    fn series_of<'a>(&'a self, reference: &'a Reference) -> &'a str {
        match reference.of.series.as_str() {
            "" => &self.series,
            series => series,
        }
    }
}

/// The periods that a reference asks for, in time order.
fn periods(reference: &Reference, scored: &Span) -> Vec<Span> {
    match reference.of.periods {
        AskedPeriods::Same => vec![*scored],
        AskedPeriods::Within(part) => {
            let length = match part {
                PartLength::Month => Length::Month,
                PartLength::Quarter => Length::Quarter,
                PartLength::HalfYear => Length::HalfYear,
            };
            // A period is no part of itself.
            let shorter = length < scored.length;
            scored.parts(length).filter(|_| shorter).collect()
        }
        AskedPeriods::Before(count) => {
            (1..=i32::try_from(count).unwrap_or(0)).rev().filter_map(|it| scored.back(it)).collect()
        }
    }
}

fn each_reference(path: &str, node: &Node, visit: &mut impl FnMut(&str, &Reference)) {
    let rule = node.rule.name();
    if let Some(reference) = node.reference() {
        visit(&format!("{path}.reference"), reference);
    }
    for (place, child) in node.children().iter().enumerate() {
        let path = match node.rule {
            Rule::Graded(_) => format!("{path}.graded.child"),
            _ => format!("{path}.{rule}.children[{place}]"),
        };
        each_reference(&path, child, visit);
    }
}
