//! The evaluating units look at what is reported, each at its own indicators (每月对账, B1).

use std::collections::{BTreeMap, HashMap};

use proto::registry::v1::ListIndicatorsRequest;
use proto::scoring::v1::{ListObservationsRequest, ObservationState, VerifyObservationsRequest};

use super::play::Player;
use crate::client::pages;
use crate::failure::Result;

/// Names in one verification; the server takes up to 5000.
const BATCH: usize = 5000;

impl Player<'_> {
    /// Every evaluating unit agrees with what is reported for the periods and not disputed.
    pub(super) async fn verify(&self, periods: &[String]) -> Result<()> {
        let request = ListIndicatorsRequest { parent: self.parent.clone(), ..Default::default() };
        let indicators = pages!(self.suite.indicators(), list_indicators, request, indicators);
        let judge: HashMap<_, _> =
            indicators.into_iter().map(|it| (it.name, it.evaluating_unit)).collect();
        let mut by_unit: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for period in periods {
            let request = ListObservationsRequest {
                parent: self.parent.clone(),
                period: format!("{}/periods/{}", self.parent, self.words.fill(period)?),
                state: ObservationState::Reported.into(),
                ..Default::default()
            };
            for it in pages!(self.suite.observations(), list_observations, request, observations) {
                let unit = judge.get(&it.indicator).map(String::as_str).unwrap_or_default();
                by_unit.entry(unit).or_default().push(it.name);
            }
        }
        for (evaluating_unit, names) in by_unit {
            for names in names.chunks(BATCH) {
                let request = VerifyObservationsRequest {
                    parent: self.parent.clone(),
                    names: names.to_vec(),
                    evaluating_unit: evaluating_unit.to_owned(),
                    request_id: kit::id::uid(),
                };
                self.suite.reconciliations().verify_observations(request).await?;
            }
        }
        Ok(())
    }
}
