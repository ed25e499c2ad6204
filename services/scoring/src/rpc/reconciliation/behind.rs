//! Warnings of indicators behind the time schedule (未达时序进度, H5), when a period closes.
//!
//! A cell of the closing period is held against the nearest target: the period's own, else
//! that of the shortest longer period that has one, of which the share of days closed is due.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use kit::db::Tx;
use kit::{Error, Result};
use proto::registry::v1 as registry;
use rulebook::{Facts, Rulebook, TrackInputs};

use crate::assignment::{INDICATOR, SCHEME};
use crate::rpc::assignment::Definitions;
use crate::rpc::run::score::{Sources, facts};
use crate::store;
use crate::subject;
use crate::warning::{Ground, Warning};

/// A period that closes, and the longer ones that it lies in.
#[derive(Clone)]
pub(super) struct Behind {
    district: String,
    closing: Arc<Definitions>,
    /// The shortest first.
    longer: Vec<Arc<Definitions>>,
}

/// A unit and an indicator by id.
type Pair = (String, String);

impl Behind {
    /// `longer` are the periods that the closing one lies in, the shortest first.
    pub(super) fn new(
        district: &str,
        closing: Arc<Definitions>,
        longer: Vec<Arc<Definitions>>,
    ) -> Self {
        Self { district: district.to_owned(), closing, longer }
    }

    /// The period that closes.
    pub(super) fn closing(&self) -> &Definitions {
        &self.closing
    }

    /// The warnings to give, not yet numbered; a cell may be warned of by two schemes.
    pub(super) async fn warnings(&self, tx: &mut Tx) -> Result<Vec<Warning>> {
        let ids: HashSet<&str> = self.levels().flat_map(|it| it.assignment.period_ids()).collect();
        let ids: Vec<&str> = ids.into_iter().collect();
        let closed = store::reconciliation::closed(tx, &self.district, &ids).await?;
        let ids: Vec<&str> = closed.iter().map(String::as_str).collect();
        let sheets = store::sheet::pinned(tx, &self.district, &ids, |_| true).await?;
        let (behind, now) = (self.clone(), tx.now());
        let work =
            move || behind.compute(&facts(&behind.district, &sheets, Sources::Left)?, &closed, now);
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
    }

    /// The closing period, then the longer ones.
    fn levels(&self) -> impl Iterator<Item = &Arc<Definitions>> {
        std::iter::once(&self.closing).chain(&self.longer)
    }

    /// `facts` are those of the closed periods, the closing one among them.
    fn compute(&self, facts: &Facts, closed: &[String], now: Timestamp) -> Result<Vec<Warning>> {
        let assignment = &self.closing.assignment;
        let ids = |place| {
            let (unit, indicator) = (assignment.unit(place), assignment.indicator(place));
            (unit.id.to_string(), indicator.id.to_string())
        };
        let mut open: HashSet<Pair> = assignment.due().map(ids).collect();
        let mut warnings = Vec::new();
        for level in self.levels() {
            let mut judged = Vec::new();
            let through = level.assignment.through(|id| closed.iter().any(|it| it == id));
            for (scheme, rulebook) in &level.rulebooks {
                let name = SCHEME.format(&[&self.district, scheme]);
                let found = proposals(&level.wire, &name, rulebook, facts, through, &mut judged)?;
                let found = found.into_iter().filter_map(|(track, it)| {
                    self.warning(scheme, track, it, now)
                        .filter(|it| open.contains(&(it.unit.clone(), it.subject().to_owned())))
                });
                warnings.extend(found);
            }
            for pair in judged {
                open.remove(&pair);
            }
        }
        Ok(warnings)
    }

    fn warning(
        &self,
        scheme: &str,
        track: &engine::Track,
        proposed: engine::Warning,
        now: Timestamp,
    ) -> Option<Warning> {
        let engine::Warning::BehindSchedule { subject, pace } = proposed else { return None };
        let (unit, indicator) = pair(&subject, &pace.indicator);
        let assignment = &self.closing.assignment;
        let known = assignment.indicator_named(&indicator)?;
        let subject = assignment.unit_named(&unit)?;
        let responsible = assignment.unit_named(&subject.answers);
        Some(Warning {
            sequence: 0,
            period: assignment.period.id.to_string(),
            unit_display_name: subject.display_name.clone(),
            responsible_unit: subject.answers.to_string(),
            responsible_unit_display_name: responsible
                .map(|it| it.display_name.clone())
                .unwrap_or_default(),
            unit,
            scheme: scheme.to_owned(),
            track: track.track_id().to_owned(),
            track_display_name: track.display_name().to_owned(),
            ground: Ground::BehindSchedule {
                indicator_display_name: known.display_name.clone(),
                unit_of_measure: known.unit_of_measure.clone(),
                indicator,
                pace: pace.pace,
                actual: pace.actual,
                due: pace.due,
            },
            create_time: now,
        })
    }
}

/// What a scheme proposes by the targets of one period, of which the days up to `through` have
/// elapsed. Cells with a target are added to `judged`. What only follows from a longer period's
/// plan is left to that one, where all that came before counts too.
fn proposals<'a>(
    assignment: &registry::Assignment,
    scheme: &str,
    rulebook: &'a Rulebook,
    facts: &Facts,
    through: Date,
    judged: &mut Vec<Pair>,
) -> Result<Vec<(&'a engine::Track, engine::Warning)>> {
    let planned = assignment.targets.iter().filter(|it| !it.planned_in.is_empty());
    let planned: HashSet<Pair> = planned.map(|it| pair(&it.unit, &it.indicator)).collect();
    let mut proposed = Vec::new();
    for TrackInputs { track_id, cohort } in
        rulebook::track_inputs(assignment, scheme, rulebook, facts, Some(through))?
    {
        let Some(track) = rulebook.track_of(&track_id, assignment) else { continue };
        if track.warnings().behind_schedule.is_none() {
            continue;
        }
        for sheet in cohort.sheets() {
            let with_target = sheet.cells.iter().filter(|(_, cell)| cell.target.is_some());
            let pairs = with_target.map(|(indicator, _)| pair(&sheet.subject, indicator));
            judged.extend(pairs.filter(|it| !planned.contains(it)));
        }
        let found = engine::behind_schedule(track, &cohort).map_err(rulebook::refusal)?;
        let found = found.into_iter().filter(|it| match it {
            engine::Warning::BehindSchedule { subject, pace } => {
                !planned.contains(&pair(subject, &pace.indicator))
            }
            _ => true,
        });
        proposed.extend(found.map(|it| (track, it)));
    }
    Ok(proposed)
}

fn pair(unit: &str, indicator: &str) -> Pair {
    let indicator = INDICATOR.read(indicator).map(|name| name.id("indicator").to_owned());
    (subject::id(unit).unwrap_or_default(), indicator.unwrap_or_default())
}
