//! A run computed again from its pinned input (A3), and what that shows.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use engine::{Explained, TrackResult};
use jiff::Timestamp;
use kit::db::Tx;
use kit::{Error, Result, decimal};
use proto::registry::v1 as registry;
use proto::scoring::v1 as pb;

use super::score::{Scored, score};
use crate::assignment::PERIOD;
use crate::comparison::Side;
use crate::input::{self, Excused, Input, Marked, Pinned};
use crate::mark;
use crate::observation::{self, NAME};
use crate::report::Reading;
use crate::result::{Outcome, canonical};
use crate::rpc::assignment::Definitions;
use crate::run::{Run, digest};
use crate::store;
use crate::subject;
use crate::warning::{Ground, Warning};

/// A run that came to the same results again.
pub(in crate::rpc) struct Recomputed {
    sheets: Vec<Pinned>,
    marks: Vec<Marked>,
    exemptions: Vec<Excused>,
    scored: Scored,
}

/// Why a unit's score is what it is.
pub(in crate::rpc) struct Explanation<'a> {
    pub(in crate::rpc) outcome: &'a Outcome,
    pub(in crate::rpc) tree: &'a Explained,
    /// The observations that the tree names, in the ledger's order.
    pub(super) sequences: Vec<i64>,
    sheets: &'a [Pinned],
    marks: &'a [Marked],
    exemptions: &'a [Excused],
    targets: &'a [registry::AssignedTarget],
}

/// Computes a run again. `Internal`, and an alarm, when its input was altered or it does not
/// come to the stored results; ENGINE_CHANGED when another edition of the engine computed it.
pub(in crate::rpc) async fn recompute(
    tx: &mut Tx,
    district: &str,
    run: &Run,
) -> Result<Recomputed> {
    let bytes = store::run::input(tx, district, run.sequence).await?;
    let stored = store::result::of_run(tx, district, run.sequence).await?;
    let alarm = |what: &str| {
        let name = run.name(district);
        tracing::error!(run = %name, "ALARM: {what}");
        Error::internal(format!("{name}: {what}"))
    };
    if digest(&bytes) != run.input_digest {
        return Err(alarm("the pinned input is not the one that was scored"));
    }
    if digest(canonical(&stored).as_bytes()) != run.output_digest {
        return Err(alarm("the stored results are not those that were computed"));
    }
    let input = Input::from_bytes(&bytes)?;
    let definitions = Arc::new(Definitions::decode(&input.assignment)?);
    match score(district, definitions, &input.scheme, &input.facts).await {
        Ok(scored) if canonical(&scored.outcomes) == canonical(&stored) => {
            let input::Facts { sheets, marks, exemptions, .. } = input.facts;
            Ok(Recomputed { sheets, marks, exemptions, scored })
        }
        _ if input.engine != engine::EDITION => Err(engine_changed(run.name(district), &input)),
        Ok(_) => Err(alarm("computed again, it does not come to the stored results")),
        Err(error) => Err(error),
    }
}

/// What computing a run again shows, whatever it is.
pub(super) struct Verification {
    pub(super) input_digest: String,
    pub(super) stored_digest: String,
    /// None when the input cannot be read or not be scored any more.
    pub(super) output_digest: Option<String>,
    /// Edition of the engine that made the run; 0 when the input cannot be read.
    pub(super) engine: u32,
}

impl Verification {
    /// True when everything is as it was when the run was made.
    pub(super) fn repeats(&self, run: &Run) -> bool {
        self.input_digest == run.input_digest
            && self.stored_digest == run.output_digest
            && self.output_digest.as_ref() == Some(&run.output_digest)
    }
}

/// Computes a run again and tells what it comes to.
pub(super) async fn verify(tx: &mut Tx, district: &str, run: &Run) -> Result<Verification> {
    let bytes = store::run::input(tx, district, run.sequence).await?;
    let stored = store::result::of_run(tx, district, run.sequence).await?;
    let mut found = Verification {
        input_digest: digest(&bytes),
        stored_digest: digest(canonical(&stored).as_bytes()),
        output_digest: None,
        engine: 0,
    };
    let Ok(input) = Input::from_bytes(&bytes) else { return Ok(found) };
    found.engine = input.engine;
    let Ok(definitions) = Definitions::decode(&input.assignment) else { return Ok(found) };
    let definitions = Arc::new(definitions);
    let scored = score(district, definitions, &input.scheme, &input.facts).await;
    found.output_digest = scored.ok().map(|it| digest(canonical(&it.outcomes).as_bytes()));
    Ok(found)
}

/// Each subject's outcome and tree, by its id.
pub(in crate::rpc) fn sides(scored: &Scored) -> BTreeMap<&str, Side<'_>> {
    let subjects = scored.results.iter().flat_map(|track| &track.subjects);
    let trees: HashMap<String, &Explained> = subjects
        .filter_map(|subject| Some((subject::id(&subject.subject)?, &subject.explained)))
        .collect();
    let sides = scored.outcomes.iter().filter_map(|outcome| {
        let tree = *trees.get(&outcome.unit)?;
        Some((&*outcome.unit, Side { outcome, tree }))
    });
    sides.collect()
}

fn engine_changed(run: String, input: &Input) -> Error {
    let message = format!(
        "was computed by edition {} of the engine; edition {}, which runs now, does not come to its results",
        input.engine,
        engine::EDITION
    );
    Error::precondition("ENGINE_CHANGED", run, message)
}

impl Recomputed {
    /// The results by track and rank.
    pub(in crate::rpc) fn outcomes(&self) -> &[Outcome] {
        &self.scored.outcomes
    }

    /// What the tracks came to, in the scheme's order.
    pub(in crate::rpc) fn results(&self) -> &[TrackResult] {
        &self.scored.results
    }

    /// What each track was scored by, in the same order.
    pub(in crate::rpc) fn tracks(&self) -> &[engine::Track] {
        &self.scored.rules
    }

    /// Each subject's outcome and tree, by its id.
    pub(in crate::rpc) fn sides(&self) -> BTreeMap<&str, Side<'_>> {
        sides(&self.scored)
    }

    /// Why a subject's score is what it is; none when it was not scored.
    pub(in crate::rpc) fn explain(&self, unit: &str) -> Option<Explanation<'_>> {
        let outcome = self.scored.outcomes.iter().find(|it| it.unit == unit)?;
        let subjects = self.scored.results.iter().flat_map(|track| &track.subjects);
        let mut subjects = subjects.map(|it| (subject::id(&it.subject), it));
        let (_, subject) = subjects.find(|(id, _)| id.as_deref() == Some(unit))?;
        let mut sequences = BTreeSet::new();
        collect(&subject.explained, &mut sequences);
        Some(Explanation {
            outcome,
            tree: &subject.explained,
            sequences: sequences.into_iter().collect(),
            sheets: &self.sheets,
            marks: &self.marks,
            exemptions: &self.exemptions,
            targets: self.scored.targets(),
        })
    }

    /// The warnings to units low in the ranking (排名靠后, H5), not yet numbered.
    pub(super) fn low_ranking(&self, run: &Run, now: Timestamp) -> Vec<Warning> {
        let tracks = self
            .scored
            .results
            .iter()
            .flat_map(|track| track.warnings.iter().map(move |warning| (track, warning)));
        tracks.filter_map(|(track, warning)| self.low(run, now, track, warning)).collect()
    }

    fn low(
        &self,
        run: &Run,
        now: Timestamp,
        track: &engine::TrackResult,
        warning: &engine::Warning,
    ) -> Option<Warning> {
        let engine::Warning::LowRanking { subject, rank, score } = warning else { return None };
        let unit = subject::id(subject)?;
        let outcome = self.scored.outcomes.iter().find(|it| it.unit == unit)?;
        let named = self.scored.tracks.iter().find(|it| it.id == track.track_id)?;
        Some(Warning {
            sequence: 0,
            period: run.period.clone(),
            unit: outcome.unit.clone(),
            unit_display_name: outcome.unit_display_name.clone(),
            responsible_unit: outcome.responsible_unit.clone(),
            responsible_unit_display_name: self.scored.unit_name(&outcome.responsible_unit),
            scheme: run.scheme.clone(),
            track: named.id.clone(),
            track_display_name: named.display_name.clone(),
            ground: Ground::LowRanking {
                run: run.sequence,
                rank: *rank,
                track_size: outcome.track_size,
                score: *score,
            },
            create_time: now,
        })
    }
}

impl Explanation<'_> {
    /// Names of the marks that the run knew of the subject.
    pub(super) fn marks(&self, district: &str) -> Vec<String> {
        let own = self.marks.iter().filter(|mark| mark.unit == self.outcome.unit);
        own.map(|mark| mark::name(district, mark.sequence)).collect()
    }

    /// From which rules the subject was exempted when the run was made.
    pub(super) fn exemptions(&self) -> Vec<pb::KnownExemption> {
        let own = self.exemptions.iter().filter(|it| it.unit == self.outcome.unit);
        let known = own.map(|it| pb::KnownExemption {
            rule_id: it.rule.clone(),
            reason: it.ground.clone(),
            source: it.source.clone(),
        });
        known.collect()
    }

    /// The targets of the subject that come from a higher level, as the run saw them.
    pub(super) fn broken_down_targets(&self, district: &str) -> Vec<pb::BrokenDownTarget> {
        let unit = subject::name(district, &self.outcome.unit);
        let own = self.targets.iter().filter(|it| it.unit == unit);
        let last = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
        let broken_down = own.filter_map(|it| {
            let higher = it.higher.clone()?;
            Some(pb::BrokenDownTarget {
                target: format!("{unit}/targets/{}.{}", last(&it.indicator), last(&it.period)),
                value: it.value.clone(),
                issuer: higher.issuer,
                document: higher.document,
                higher_indicator: higher.indicator,
                higher_value: higher.value,
                share_percent: higher.share_percent,
            })
        });
        broken_down.collect()
    }

    /// The observations that the tree names, as the run saw them.
    pub(super) fn observations(
        &self,
        district: &str,
        evidence: &[(i64, Vec<String>)],
    ) -> Result<Vec<pb::ObservedValue>> {
        let mut observed = BTreeMap::new();
        for sheet in self.sheets {
            for (period, _, entry) in sheet.read()?.cells() {
                let sequence = entry.sequence;
                if self.sequences.binary_search(&sequence).is_err() {
                    continue;
                }
                let found = evidence.binary_search_by_key(&sequence, |(sequence, _)| *sequence);
                let value = pb::ObservedValue {
                    observation: observation::name(district, sequence),
                    period: PERIOD.format(&[district, period]),
                    value: match entry.reading {
                        Reading::Value(value) => Some(decimal::to_proto(value)),
                        Reading::NotApplicable => None,
                    },
                    evidence_sha256: found.map(|at| evidence[at].1.clone()).unwrap_or_default(),
                };
                observed.insert(sequence, value);
            }
        }
        Ok(observed.into_values().collect())
    }
}

fn collect(node: &Explained, sequences: &mut BTreeSet<i64>) {
    let names = node.observations.iter().filter_map(|name| NAME.read(name));
    sequences.extend(names.filter_map(|name| name.id("observation").parse::<i64>().ok()));
    for child in &node.children {
        collect(child, sequences);
    }
}
