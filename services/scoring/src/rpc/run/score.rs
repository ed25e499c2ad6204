//! From facts and definitions to outcomes, by the rulebook and the engine. Runs, explanations
//! and boards all go this way: runs and boards by columns, explanations by trees.

use std::sync::Arc;

use engine::{Cohort, Exemption, Referred, TrackResult, TrackSummary, Won};
use jiff::civil::Date;
use kit::{Error, Result};
use proto::registry::v1::AssignedTarget;
use rulebook::{Facts, Figure, Rulebook, TrackInputs};

use crate::assignment::SCHEME;
use crate::cell::Standing;
use crate::input::{self, Pinned};
use crate::observation;
use crate::report::Reading;
use crate::result::{Named, Outcome, outcomes};
use crate::rpc::assignment::Definitions;
use crate::run::Track;
use crate::sheet::Entry;
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

    /// The targets that it was scored by.
    pub(super) fn targets(&self) -> &[AssignedTarget] {
        &self.definitions.wire.targets
    }
}

/// The same without the trees that explain it.
#[derive(Debug)]
pub(in crate::rpc) struct Summarized {
    pub(in crate::rpc) tracks: Vec<Track>,
    pub(in crate::rpc) outcomes: Vec<Outcome>,
}

/// Scores a scheme's tracks with a tree for each subject, away from the threads that answer calls.
pub(in crate::rpc) async fn score(
    district: &str,
    definitions: Arc<Definitions>,
    scheme: &str,
    known: &input::Facts,
) -> Result<Scored> {
    let work = Work::of(district, definitions, scheme, all(district, known, Sources::Named)?);
    work.away(|work| {
        let (mut results, mut rules) = (Vec::new(), Vec::new());
        for (track, cohort) in work.cohorts(None)? {
            results.push(engine::score(track, &cohort).map_err(rulebook::refusal)?);
            rules.push(track.clone());
        }
        let summaries: Vec<TrackSummary> = results.iter().map(TrackResult::summary).collect();
        let outcomes = work.outcomes(rules.iter().zip(&summaries));
        let definitions = Arc::clone(&work.definitions);
        Ok(Scored { tracks: work.tracks()?, results, rules, outcomes, definitions })
    })
    .await
}

/// Scores by columns: to the same numbers, and without explaining them.
pub(in crate::rpc) async fn summarize(
    district: &str,
    definitions: Arc<Definitions>,
    scheme: &str,
    known: &input::Facts,
    stage: Stage,
) -> Result<Summarized> {
    let work = Work::of(district, definitions, scheme, all(district, known, Sources::Left)?);
    work.away(move |work| {
        let (through, summarize): (_, fn(&_, &_) -> _) = match stage {
            Stage::Final => (None, engine::summarize),
            Stage::Provisional(through) => (Some(through), engine::summarize_provisional),
        };
        let mut summaries = Vec::new();
        for (track, cohort) in work.cohorts(through)? {
            let summary = summarize(track, &cohort).map_err(rulebook::refusal)?;
            summaries.push((track, summary));
        }
        let outcomes = work.outcomes(summaries.iter().map(|(track, it)| (*track, it)));
        Ok(Summarized { tracks: work.tracks()?, outcomes })
    })
    .await
}

/// What is to be scored, by what.
struct Work {
    definitions: Arc<Definitions>,
    /// The scheme's id and full name.
    scheme: [String; 2],
    facts: Facts,
}

impl Work {
    fn of(district: &str, definitions: Arc<Definitions>, scheme: &str, facts: Facts) -> Self {
        let scheme = [scheme.to_owned(), SCHEME.format(&[district, scheme])];
        Self { definitions, scheme, facts }
    }

    async fn away<T: Send + 'static>(
        self,
        work: impl FnOnce(&Self) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        tokio::task::spawn_blocking(move || work(&self)).await.map_err(Error::internal)?
    }

    fn rulebook(&self) -> Result<&Rulebook> {
        let [id, name] = &self.scheme;
        let absent = || Error::internal(format!("{name} is not among the definitions"));
        self.definitions.rulebook(id).ok_or_else(absent)
    }

    /// Every track with who is on it.
    fn cohorts(&self, through: Option<Date>) -> Result<Vec<(&engine::Track, Cohort)>> {
        let (rulebook, wire) = (self.rulebook()?, &self.definitions.wire);
        let inputs = rulebook::track_inputs(wire, &self.scheme[1], rulebook, &self.facts, through)?;
        let cohort = |TrackInputs { track_id, cohort }| {
            let absent = || Error::internal(format!("{track_id} is not among the tracks"));
            let track = rulebook.track_of(&track_id, wire).ok_or_else(absent)?;
            Ok((track, cohort))
        };
        inputs.into_iter().map(cohort).collect()
    }

    fn outcomes<'a>(
        &self,
        tracks: impl Iterator<Item = (&'a engine::Track, &'a TrackSummary)>,
    ) -> Vec<Outcome> {
        outcomes(tracks, |name| {
            let id = subject::id(name).unwrap_or_default();
            let known = self.definitions.assignment.unit_named(&id);
            let display_name = known.map(|it| it.display_name.clone()).unwrap_or_default();
            let responsible_unit = known.map(|it| it.answers.to_string()).unwrap_or_default();
            Named { id, display_name, responsible_unit }
        })
    }

    /// The tracks as boards print them, in the scheme's order.
    fn tracks(&self) -> Result<Vec<Track>> {
        let tracks = self.rulebook()?.entries.iter().map(|entry| Track {
            id: entry.track.track_id().to_owned(),
            display_name: entry.track.display_name().to_owned(),
        });
        Ok(tracks.collect())
    }
}

/// Whether the observation behind a fact is named with it. Only trees show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rpc) enum Sources {
    Named,
    Left,
}

/// Everything that is known, as the rulebook takes it.
fn all(district: &str, known: &input::Facts, sources: Sources) -> Result<Facts> {
    let mut facts = facts(district, &known.sheets, sources)?;
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
    for marked in &known.marks {
        facts.insert_mark(&marked.unit, &marked.indicator, &marked.aspect, &marked.mark);
    }
    for excused in &known.exemptions {
        let exemption = Exemption {
            rule: excused.rule.clone(),
            ground: excused.ground.clone(),
            sources: vec![excused.source.clone()],
        };
        facts.insert_exemption(&excused.unit, exemption);
    }
    Ok(facts)
}

/// Facts as the rulebook takes them.
pub(in crate::rpc) fn facts(district: &str, pinned: &[Pinned], sources: Sources) -> Result<Facts> {
    let mut facts = match sources {
        Sources::Named => Facts::citing(&observation::collection(district)),
        Sources::Left => Facts::default(),
    };
    for pin in pinned {
        let packed = pin.read()?;
        let figure = |entry: Entry| Figure {
            value: match entry.reading {
                Reading::Value(value) => Some(value),
                Reading::NotApplicable => None,
            },
            verified: entry.standing == Standing::Verified,
            sequence: entry.sequence,
        };
        let figures = (0..packed.len()).map(|at| packed.entry(at).map(figure));
        let periods = packed.periods.iter().map(|(id, _)| *id);
        facts.insert(&pin.unit, periods, packed.indicators.iter().copied(), figures);
    }
    Ok(facts)
}
