//! One round of reconciliation (每月对账): units report, on time or late; evaluating units
//! agree or dispute; what is disputed is corrected or upheld; the periods close.

mod report;

use std::collections::{BTreeMap, HashMap};
use std::io::Write;

use proto::google::r#type::Decimal;
use proto::scoring::v1::{
    CloseReconciliationRequest, CorrectObservationRequest, DisputeObservationRequest,
    ListObservationsRequest, Presence, Reconciliation, VerifyObservationsRequest,
};

use super::Story;
use crate::client::pages;
use crate::failure::Result;
use crate::hengkou::figures::{self, Dispute, Report};
use crate::names;
use crate::pack::Pack;

/// Names in one verification; the server takes up to 5000.
const BATCH: usize = 5000;

/// The periods of a round and the days on which things happen.
pub(super) struct Round {
    /// Ids of the periods, in the order of closing.
    pub periods: &'static [&'static str],
    /// Most reports come.
    pub on_time: &'static str,
    /// The late ones come.
    pub late: &'static str,
    /// The evaluating units look.
    pub looked_at: &'static str,
    /// Disputes are settled.
    pub settled: &'static str,
    /// The periods close.
    pub closed: &'static str,
}

/// A report that became an observation.
struct Recorded {
    report: Report,
    observation: String,
}

impl Round {
    /// Every report of the round.
    pub(super) fn reports(&self, pack: &Pack) -> Vec<Report> {
        self.periods.iter().flat_map(|it| figures::reports(pack, it)).collect()
    }
}

impl Story {
    /// Plays a round and says what came of each period.
    pub(super) async fn play_round(&self, round: &Round, out: &mut impl Write) -> Result<()> {
        self.progress.set_message(round.periods.join(", "));
        let reports = round.reports(&self.pack);
        let (late, on_time): (Vec<_>, Vec<_>) = reports.iter().partition(|it| it.late);
        self.day(round.on_time)?;
        self.report(&on_time).await?;
        self.day(round.late)?;
        self.report(&late).await?;

        self.day(round.looked_at)?;
        let recorded = self.recorded(round, reports).await?;
        let (disputed, agreed): (Vec<_>, Vec<_>) =
            recorded.iter().partition(|it| it.report.dispute.is_some());
        for it in &disputed {
            self.dispute(it).await?;
        }
        self.verify(agreed.iter().map(|it| (it.report.indicator.as_str(), it.observation.clone())))
            .await?;

        self.day(round.settled)?;
        let mut settled = Vec::new();
        for it in &disputed {
            settled.push((it.report.indicator.as_str(), self.settle(it).await?));
        }
        self.verify(settled.into_iter()).await?;

        self.day(round.closed)?;
        for period in round.periods {
            let request = CloseReconciliationRequest {
                name: self.name("reconciliations", period),
                request_id: kit::id::uid(),
            };
            let closed =
                self.suite.reconciliations().close_reconciliation(request).await?.into_inner();
            let disputes = disputed.iter().filter(|it| it.report.period == *period).count();
            self.say(out, &summary(period, &closed, disputes))?;
        }
        Ok(())
    }

    /// Ten in the morning of a day.
    fn day(&self, day: &str) -> Result<()> {
        self.clock.set(&format!("{day}T10:00:00+08:00"))
    }

    /// The reports with the observations that they became.
    async fn recorded(&self, round: &Round, reports: Vec<Report>) -> Result<Vec<Recorded>> {
        let mut observations = HashMap::new();
        for period in round.periods {
            let request = ListObservationsRequest {
                parent: self.parent.clone(),
                period: self.name("periods", period),
                ..Default::default()
            };
            for it in pages!(self.suite.observations(), list_observations, request, observations) {
                observations.insert((it.unit, it.indicator, it.period), it.name);
            }
        }
        let recorded = reports.into_iter().filter_map(|report| {
            let key = (
                self.name("units", &report.unit),
                self.name("indicators", &report.indicator),
                self.name("periods", &report.period),
            );
            let observation = observations.remove(&key)?;
            Some(Recorded { report, observation })
        });
        Ok(recorded.collect())
    }

    /// Every evaluating unit agrees with what is its own to judge.
    async fn verify<'a>(
        &self,
        observations: impl Iterator<Item = (&'a str, String)>,
    ) -> Result<()> {
        let mut by_unit: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (indicator, observation) in observations {
            by_unit.entry(self.evaluating_unit(indicator)).or_default().push(observation);
        }
        for (evaluating_unit, names) in by_unit {
            for names in names.chunks(BATCH) {
                let request = VerifyObservationsRequest {
                    parent: self.parent.clone(),
                    names: names.to_vec(),
                    evaluating_unit: evaluating_unit.clone(),
                    request_id: kit::id::uid(),
                };
                self.suite.reconciliations().verify_observations(request).await?;
                self.progress.inc(names.len() as u64);
            }
        }
        Ok(())
    }

    async fn dispute(&self, it: &Recorded) -> Result<()> {
        let Some(dispute) = &it.report.dispute else { return Ok(()) };
        let request = DisputeObservationRequest {
            name: it.observation.clone(),
            evaluating_unit: self.evaluating_unit(&it.report.indicator),
            counted_value: Some(Decimal { value: dispute.counted.clone() }),
            reason: dispute.reason.to_owned(),
            request_id: kit::id::uid(),
        };
        self.suite.reconciliations().dispute_observation(request).await?;
        Ok(())
    }

    /// The unit corrects its report, or the evaluating unit gives in. Returns the observation
    /// to agree with.
    async fn settle(&self, it: &Recorded) -> Result<String> {
        let (counted, reason) = match &it.report.dispute {
            Some(Dispute { upheld: false, counted, reason }) => (counted, reason),
            _ => return Ok(it.observation.clone()),
        };
        let request = CorrectObservationRequest {
            name: it.observation.clone(),
            value: Some(Decimal { value: counted.clone() }),
            presence: Presence::Value.into(),
            reason: format!("经核实，{reason}，据实更正"),
            request_id: kit::id::uid(),
            ..Default::default()
        };
        let corrected = self.suite.observations().correct_observation(request).await?;
        Ok(corrected.into_inner().name)
    }

    fn evaluating_unit(&self, indicator: &str) -> String {
        let found = self.pack.indicators.iter().find(|it| names::id(&it.value.name) == indicator);
        found.map(|it| it.value.evaluating_unit.clone()).unwrap_or_default()
    }
}

fn summary(period: &str, closed: &Reconciliation, disputed: usize) -> String {
    format!(
        "{period:<8} 对账 {:>4} due, {:>3} late, {:>2} missing, {disputed:>2} disputed, {:>2} of them corrected",
        closed.due_count, closed.late_count, closed.missing_count, closed.corrected_count,
    )
}
