//! From facts and definitions to outcomes, by the rulebook and the engine. Runs, explanations
//! and boards all go this way.

use std::sync::Arc;

use engine::{Exemption, Fact, Referred, TrackResult, Won};
use jiff::civil::Date;
use kit::{Error, Result};
use rulebook::{Facts, TrackInputs};

use crate::assignment::SCHEME;
use crate::cell::Standing;
use crate::input::{self, Pinned};
use crate::observation;
use crate::report::Reading;
use crate::result::{Named, Outcome, outcomes};
use crate::rpc::assignment::Definitions;
use crate::run::Track;
use crate::subject;

/// What scoring is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rpc) enum Stage {
    /// A run: the whole period counts, and what forbids a score is an error.
    Final,
    /// A board of a period under way, of which this is the last day elapsed: what forbids a
    /// score gives no points and is marked.
    Provisional(Date),
}

/// What scoring came to.
pub(in crate::rpc) struct Scored {
    pub(in crate::rpc) tracks: Vec<Track>,
    pub(in crate::rpc) results: Vec<TrackResult>,
    /// What each of the results was scored by.
    pub(in crate::rpc) rules: Vec<engine::Track>,
    pub(in crate::rpc) outcomes: Vec<Outcome>,
    definitions: Arc<Definitions>,
}

impl Scored {
    /// The name of a unit in the office's words; empty when the period does not know it.
    pub(super) fn unit_name(&self, id: &str) -> String {
        let known = self.definitions.assignment.unit_named(id);
        known.map(|it| it.display_name.clone()).unwrap_or_default()
    }
}

/// Scores a scheme's tracks, away from the threads that answer calls.
pub(in crate::rpc) async fn score(
    district: &str,
    definitions: Arc<Definitions>,
    scheme: &str,
    known: &input::Facts,
    stage: Stage,
) -> Result<Scored> {
    let (name, id) = (SCHEME.format(&[district, scheme]), scheme.to_owned());
    let facts = all(district, known);
    let work = move || compute(&definitions, &id, &name, &facts, stage);
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}

/// Everything that is known, as the rulebook takes it.
fn all(district: &str, known: &input::Facts) -> Facts {
    let mut facts = facts(district, &known.cells);
    for rated in &known.tallies {
        facts.insert_tally(&rated.unit, &rated.indicator, rated.tally.clone());
    }
    for entered in &known.entries {
        facts.insert_entry(&entered.unit, entered.entry.clone());
    }
    for cited in &known.results {
        let sources = Some(cited.result.clone()).filter(|result| !result.is_empty());
        let result = Referred {
            slot: cited.slot.clone(),
            points: cited.points,
            full_marks: cited.full_marks,
            sources: sources.into_iter().collect(),
        };
        facts.insert_result(&cited.unit, &cited.node, result);
    }
    for award in &known.awards {
        let won = Won {
            name: award.name.clone(),
            award: award.award.clone(),
            class: award.class.clone(),
            level: award.level.clone(),
            sources: Vec::new(),
        };
        facts.insert_award(&award.unit, won);
    }
    for excused in &known.exemptions {
        let exemption = Exemption {
            rule: excused.rule.clone(),
            ground: excused.ground.clone(),
            sources: vec![excused.source.clone()],
        };
        facts.insert_exemption(&excused.unit, exemption);
    }
    facts
}

/// Facts as the rulebook takes them, each with the observation behind it.
pub(in crate::rpc) fn facts<'a>(
    district: &str,
    pinned: impl IntoIterator<Item = &'a Pinned>,
) -> Facts {
    let mut facts = Facts::default();
    for pin in pinned {
        let verified = pin.standing == Standing::Verified;
        let sources = vec![observation::name(district, pin.sequence)];
        let fact = match pin.reading {
            Reading::Value(value) => Fact::Value { value, verified, partial: false, sources },
            Reading::NotApplicable => {
                Fact::NotApplicable { reason: String::new(), verified, sources }
            }
        };
        facts.insert(&pin.unit, &pin.indicator, &pin.period, fact);
    }
    facts
}

fn compute(
    definitions: &Arc<Definitions>,
    id: &str,
    name: &str,
    facts: &Facts,
    stage: Stage,
) -> Result<Scored> {
    let absent = || Error::internal(format!("{name} is not among the definitions"));
    let rulebook = definitions.rulebook(id).ok_or_else(absent)?;
    let through = match stage {
        Stage::Final => None,
        Stage::Provisional(through) => Some(through),
    };
    let inputs = rulebook::track_inputs(&definitions.wire, name, rulebook, facts, through)?;
    let mut results = Vec::with_capacity(inputs.len());
    let mut rules = Vec::with_capacity(inputs.len());
    for TrackInputs { track_id, cohort } in &inputs {
        let track = rulebook.track_of(track_id, &definitions.wire).ok_or_else(absent)?;
        let result = match stage {
            Stage::Final => engine::score(track, cohort),
            Stage::Provisional(_) => engine::provisional(track, cohort),
        };
        results.push(result.map_err(rulebook::refusal)?);
        rules.push(track.clone());
    }
    let named = |name: &str| {
        let id = subject::id(name).unwrap_or_default();
        let known = definitions.assignment.unit_named(&id);
        let display_name = known.map(|it| it.display_name.clone()).unwrap_or_default();
        let responsible_unit = known.map(|it| it.answers.to_string()).unwrap_or_default();
        Named { id, display_name, responsible_unit }
    };
    let tracks = rulebook.entries.iter().map(|entry| Track {
        id: entry.track.track_id().to_owned(),
        display_name: entry.track.display_name().to_owned(),
    });
    let outcomes = outcomes(&results, named);
    let definitions = Arc::clone(definitions);
    Ok(Scored { tracks: tracks.collect(), outcomes, results, rules, definitions })
}
