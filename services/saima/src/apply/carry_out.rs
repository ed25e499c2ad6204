//! A plan, carried out in the order in which things need each other.

use prost_types::FieldMask;
use proto::cadre::v1::{BatchCreatePersonsRequest, UpdatePersonRequest};
use proto::registry::v1::{
    BatchUpdateIndicatorsRequest, BatchUpdateTargetsRequest, BatchUpdateUnitsRequest,
    CreateDistrictRequest, CreatePeriodRequest, CreateSchemeRequest, EnactSchemeRequest,
    UpdateDistrictRequest, UpdatePeriodRequest, UpdateSchemeRequest,
};
use tonic::Status;
use tonic_types::StatusExt;

use super::Plan;
use super::compare::{Difference, Update};
use crate::client::Suite;
use crate::failure::{Failure, Result};
use crate::names;
use crate::problem::{Item, Problems};

/// Messages in one batch; the server takes no fewer of any kind.
pub(super) const BATCH: usize = 1000;

impl Plan {
    /// Makes the server equal to the files.
    pub async fn carry_out(mut self, suite: &Suite) -> Result<()> {
        let parent = self.parent;
        self.districts.carry_out_districts(suite).await?;
        for batch in self.units.into_wanted().chunks(BATCH) {
            let request = BatchUpdateUnitsRequest {
                parent: parent.clone(),
                units: values(batch),
                request_id: kit::id::uid(),
                validate_only: false,
            };
            suite
                .units()
                .batch_update_units(request)
                .await
                .map_err(|it| located(it, "units", batch))?;
        }
        self.work.first(suite, &parent, &self.reason).await?;
        for batch in self.indicators.into_wanted().chunks(BATCH) {
            let request = BatchUpdateIndicatorsRequest {
                parent: parent.clone(),
                indicators: values(batch),
                request_id: kit::id::uid(),
                validate_only: false,
            };
            let reply = suite.indicators().batch_update_indicators(request).await;
            reply.map_err(|it| located(it, "indicators", batch))?;
        }
        self.periods.carry_out_periods(suite, &parent).await?;
        for batch in self.targets.into_wanted().chunks(BATCH) {
            let request = BatchUpdateTargetsRequest {
                parent: parent.clone(),
                targets: values(batch),
                request_id: kit::id::uid(),
                validate_only: false,
            };
            suite
                .targets()
                .batch_update_targets(request)
                .await
                .map_err(|it| located(it, "targets", batch))?;
        }
        self.schemes.carry_out_schemes(suite, &parent).await?;
        for item in &self.enact {
            let enact = async |approval| {
                let request = EnactSchemeRequest {
                    name: item.value.clone(),
                    request_id: kit::id::uid(),
                    approval,
                    ..Default::default()
                };
                suite.schemes().enact_scheme(request).await
            };
            suite.by_four_eyes(enact).await?.map_err(|it| located_one(it, item))?;
        }
        self.work.then(suite, &parent, &self.reason).await?;
        self.persons.carry_out_persons(suite, &parent).await
    }
}

impl Difference<proto::registry::v1::District> {
    async fn carry_out_districts(self, suite: &Suite) -> Result<()> {
        for item in self.created {
            let request = CreateDistrictRequest {
                district_id: names::id(&item.value.name).to_owned(),
                district: Some(item.value.clone()),
                request_id: kit::id::uid(),
            };
            suite
                .districts()
                .create_district(request)
                .await
                .map_err(|it| located_one(it, &item))?;
        }
        for Update { wanted, present, fields } in self.updated {
            let mut district = wanted.value.clone();
            district.etag = present.etag;
            let request =
                UpdateDistrictRequest { district: Some(district), update_mask: mask(fields) };
            suite
                .districts()
                .update_district(request)
                .await
                .map_err(|it| located_one(it, &wanted))?;
        }
        Ok(())
    }
}

impl Difference<proto::registry::v1::Period> {
    async fn carry_out_periods(self, suite: &Suite, parent: &str) -> Result<()> {
        for item in self.created {
            let request = CreatePeriodRequest {
                parent: parent.to_owned(),
                period_id: names::id(&item.value.name).to_owned(),
                period: Some(item.value.clone()),
                request_id: kit::id::uid(),
            };
            suite.periods().create_period(request).await.map_err(|it| located_one(it, &item))?;
        }
        for Update { wanted, present, fields } in self.updated {
            let mut period = wanted.value.clone();
            period.etag = present.etag;
            let request = UpdatePeriodRequest { period: Some(period), update_mask: mask(fields) };
            suite.periods().update_period(request).await.map_err(|it| located_one(it, &wanted))?;
        }
        Ok(())
    }
}

impl Difference<proto::registry::v1::Scheme> {
    async fn carry_out_schemes(self, suite: &Suite, parent: &str) -> Result<()> {
        for item in self.created {
            let request = CreateSchemeRequest {
                parent: parent.to_owned(),
                scheme_id: names::id(&item.value.name).to_owned(),
                scheme: Some(item.value.clone()),
                request_id: kit::id::uid(),
                validate_only: false,
            };
            suite.schemes().create_scheme(request).await.map_err(|it| located_one(it, &item))?;
        }
        for Update { wanted, present, fields } in self.updated {
            let mut scheme = wanted.value.clone();
            scheme.etag = present.etag;
            let request = UpdateSchemeRequest { scheme: Some(scheme), update_mask: mask(fields) };
            suite.schemes().update_scheme(request).await.map_err(|it| located_one(it, &wanted))?;
        }
        Ok(())
    }
}

impl Difference<proto::cadre::v1::Person> {
    async fn carry_out_persons(self, suite: &Suite, parent: &str) -> Result<()> {
        for batch in self.created.chunks(BATCH) {
            let request = BatchCreatePersonsRequest {
                parent: parent.to_owned(),
                persons: values(batch),
                request_id: kit::id::uid(),
            };
            suite
                .persons()
                .batch_create_persons(request)
                .await
                .map_err(|it| located(it, "persons", batch))?;
        }
        for Update { wanted, present, fields } in self.updated {
            let mut person = wanted.value.clone();
            (person.name, person.etag) = (present.name, present.etag);
            let request = UpdatePersonRequest {
                person: Some(person),
                update_mask: mask(fields),
                ..Default::default()
            };
            suite.persons().update_person(request).await.map_err(|it| located_one(it, &wanted))?;
        }
        Ok(())
    }
}

pub(super) fn values<T: Clone>(items: &[Item<T>]) -> Vec<T> {
    items.iter().map(|it| it.value.clone()).collect()
}

fn mask(paths: Vec<String>) -> Option<FieldMask> {
    Some(FieldMask { paths })
}

/// The server's refusal of a batch, at the places in the files that it speaks of.
pub(super) fn located<T>(status: Status, field: &str, batch: &[Item<T>]) -> Failure {
    let find = |path: &str| {
        let rest = path.strip_prefix(field)?.strip_prefix('[')?;
        let (index, rest) = rest.split_once(']')?;
        let item = batch.get(index.parse::<usize>().ok()?)?;
        Some((item.origin.clone(), rest.trim_start_matches('.').to_owned()))
    };
    refusal(status, find)
}

/// The server's refusal of one message: the path begins with the message's field.
fn located_one<T>(status: Status, item: &Item<T>) -> Failure {
    let rest =
        |path: &str| path.split_once('.').map(|(_, rest)| rest.to_owned()).unwrap_or_default();
    refusal(status, |path| Some((item.origin.clone(), rest(path))))
}

fn refusal(
    status: Status,
    find: impl Fn(&str) -> Option<(crate::problem::Origin, String)>,
) -> Failure {
    let mut problems = Problems::default();
    let details = status.get_error_details();
    for violation in
        details.bad_request().map(|it| it.field_violations.as_slice()).unwrap_or_default()
    {
        if let Some((origin, path)) = find(&violation.field) {
            problems.add_below(&origin, &path, &violation.description);
        }
    }
    if problems.count() == 0 { status.into() } else { Failure::data(problems) }
}
