//! Observations: one at a time. Many at once are in `bulk`.

mod convert;
mod draw;

use std::collections::BTreeSet;
use std::sync::Arc;

use kit::db::Tx;
use kit::field::{self, Fields};
use kit::name::Name;
use kit::page::Page;
use kit::request_id::Once;
use kit::{Error, Violation, guard};
use proto::scoring::v1 as pb;
use proto::scoring::v1::observation_service_server::ObservationService;
use tonic::{Request, Response, Status, Streaming};

use super::report::{self, Ids, Names};
use super::{Rpc, change, sequence};
use crate::assignment::{Assignment, DISTRICT, PERIOD, Place};
use crate::observation::{NAME, Observation, Seen, State, name};
use crate::report::{Evidence, Reading};
use crate::sheet::{Key, Sheets};
use crate::store;

pub(super) use convert::to_proto;

pub(super) const REPORTED: &str = "saima.scoring.v1.ObservationsReported";
pub(super) const CORRECTED: &str = "saima.scoring.v1.ObservationCorrected";

#[tonic::async_trait]
impl ObservationService for Rpc {
    async fn get_observation(
        &self,
        request: Request<pb::GetObservationRequest>,
    ) -> Result<Response<pb::Observation>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let district = name.id("district");
        let seen = seen(&mut self.db.begin_read().await?, &name).await?;
        let Observation { unit, period, .. } = &seen.observation;
        self.reaches(district, period, unit).await?;
        Ok(Response::new(convert::to_proto(district, &seen)))
    }

    async fn list_observations(
        &self,
        request: Request<pb::ListObservationsRequest>,
    ) -> Result<Response<pb::ListObservationsResponse>, Status> {
        let request = request.into_inner();
        let (district, filter) = convert::list(&request)?;
        guard::only_own(&district, filter.unit.as_deref())?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[
                &request.parent,
                &request.unit,
                &request.indicator,
                &request.period,
                &request.state,
                &request.show_superseded,
            ],
        )?;
        let mut tx = self.db.begin_read().await?;
        let mut rows = store::observation::list(&mut tx, &district, &filter, &page).await?;
        let next_page_token = page.cut(&mut rows, |row| row.observation.sequence.to_string());
        let observations = rows.iter().map(|row| convert::to_proto(&district, row)).collect();
        Ok(Response::new(pb::ListObservationsResponse { observations, next_page_token }))
    }

    async fn create_observation(
        &self,
        request: Request<pb::CreateObservationRequest>,
    ) -> Result<Response<pb::Observation>, Status> {
        let request = request.into_inner();
        let given = field::required("observation", request.observation.as_ref())?;
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let ids = Names::of(district).read(&mut fields, "observation.", given);
        let report = report::read(&mut fields, "observation.", given, self.clock.now());
        fields.check()?;
        let once = Once::new(district, "CreateObservation", &request.request_id, &request)?;
        let owed = self.owed(district, &ids, &report.reading).await?;

        let mut tx = self.db.begin_small_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let (assignment, place) = owed.map_err(|it| below("observation.", it))?;
        guard::for_unit(district, &assignment.unit(place).answers)?;
        let mut head = store::head::lock(&mut tx, district).await?;
        refuse_closed(&mut tx, district, ids.period).await?;
        let Ids { unit, indicator, period } = ids;
        let mut sheets = sheets(&mut tx, district, &unit, period).await?;
        if let Some(taken) = sheets.entry(&unit, period, indicator) {
            return Err(below("observation", duplicate(&name(district, taken.sequence))).into());
        }
        head.observation += 1;
        let row = Observation::new(head.observation, &assignment, place, report, tx.now());
        record(&mut tx, district, &row, &mut sheets).await?;
        store::head::save(&mut tx, district, head).await?;
        let reply = convert::to_proto(district, &Seen::new(row));
        change::append(&mut tx, district, REPORTED, &reply.name, None);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn bulk_create_observations(
        &self,
        request: Request<Streaming<pb::BulkCreateObservationsRequest>>,
    ) -> Result<Response<pb::BulkCreateObservationsResponse>, Status> {
        Ok(Response::new(self.bulk(request.into_inner()).await?))
    }

    async fn draw_observations(
        &self,
        request: Request<pb::DrawObservationsRequest>,
    ) -> Result<Response<pb::DrawObservationsResponse>, Status> {
        Ok(Response::new(self.draw(request.into_inner()).await?))
    }

    async fn correct_observation(
        &self,
        request: Request<pb::CorrectObservationRequest>,
    ) -> Result<Response<pb::Observation>, Status> {
        let request = request.into_inner();
        let (name, reading, evidence, reason) = correction(&request)?;
        let district = name.id("district");
        let once = Once::new(district, "CorrectObservation", &request.request_id, &request)?;
        let before = seen(&mut self.db.begin_read().await?, &name).await?.observation;
        self.reaches(district, &before.period, &before.unit).await?;
        let bounds = self.bounds(district, &before, &reading).await?;

        let mut tx = self.db.begin_small_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        bounds.map_err(|it| below("", it))?;
        let mut head = store::head::lock(&mut tx, district).await?;
        match seen(&mut tx, &name).await?.state {
            State::Locked => return Err(closed(district, &before.period).into()),
            State::Superseded => return Err(Error::Conflict { name: request.name }.into()),
            State::Reported | State::Verified | State::Disputed => {}
        }
        head.observation += 1;
        let row = before.corrected(head.observation, reading, evidence, reason, tx.now());
        let mut sheets = sheets(&mut tx, district, &row.unit, &row.period).await?;
        record(&mut tx, district, &row, &mut sheets).await?;
        store::head::save(&mut tx, district, head).await?;
        let reply = convert::to_proto(district, &Seen::new(row));
        change::append(&mut tx, district, CORRECTED, &reply.name, None);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

impl Rpc {
    /// Where a report belongs, by the definitions as they are now if they do not know it.
    async fn owed(
        &self,
        district: &str,
        ids: &Ids<'_>,
        reading: &Reading,
    ) -> kit::Result<Result<(Arc<Assignment>, Place), Violation>> {
        let mut read = self.assignments.recent(district, ids.period).await?;
        let unknown = |read: &Option<Arc<super::assignment::Definitions>>| {
            read.as_ref().is_none_or(|it| it.assignment.place(&ids.unit, ids.indicator).is_err())
        };
        if unknown(&read) {
            read = self.assignments.current(district, ids.period).await?;
        }
        let Some(definitions) = read else { return Ok(Err(unknown_period(district, ids.period))) };
        let assignment = Arc::clone(&definitions.assignment);
        let place = assignment.place(&ids.unit, ids.indicator);
        let place = place.and_then(|place| assignment.bounds(place, reading).map(|()| place));
        Ok(place.map(|place| (assignment, place)))
    }

    /// Holds a corrected value against its indicator's bounds. What is on no track any more
    /// has none.
    async fn bounds(
        &self,
        district: &str,
        before: &Observation,
        reading: &Reading,
    ) -> kit::Result<Result<(), Violation>> {
        let read = self.assignments.recent(district, &before.period).await?;
        let Some(definitions) = read else { return Ok(Ok(())) };
        let assignment = &definitions.assignment;
        let place = assignment.place(&before.unit, &before.indicator);
        Ok(place.map_or(Ok(()), |place| assignment.bounds(place, reading)))
    }
}

/// The observation of that name; NOT_FOUND when there is none.
async fn seen(tx: &mut Tx, name: &Name) -> kit::Result<Seen> {
    let sequence = sequence(name, "observation")?;
    let seen = store::observation::get(tx, name.id("district"), sequence).await?;
    seen.ok_or_else(|| name.not_found())
}

/// The sheet that holds a unit's cells of a period.
pub(super) async fn sheets(
    tx: &mut Tx,
    district: &str,
    unit: &str,
    period: &str,
) -> kit::Result<Sheets> {
    store::sheet::load(tx, district, &BTreeSet::from([Key::of(unit, period)])).await
}

/// Adds a row to the ledger and puts it into its cell.
async fn record(
    tx: &mut Tx,
    district: &str,
    row: &Observation,
    sheets: &mut Sheets,
) -> kit::Result<()> {
    store::observation::insert(tx, district, row).await?;
    let cell = [row.unit.as_str(), &row.period, &row.indicator];
    sheets.put(cell, row.sequence, row.reading, row.late);
    store::sheet::save(tx, district, sheets).await
}

pub(super) async fn refuse_closed(tx: &mut Tx, district: &str, period: &str) -> kit::Result<()> {
    match store::reconciliation::close_time(tx, district, period).await? {
        Some(_) => Err(closed(district, period)),
        None => Ok(()),
    }
}

fn correction(
    request: &pb::CorrectObservationRequest,
) -> kit::Result<(Name, Reading, Vec<Evidence>, String)> {
    let mut fields = Fields::default();
    let name = fields.name("name", &NAME, &request.name);
    let reading = report::reading(&mut fields, "", request.presence, &request.value);
    let evidence = report::evidence(&mut fields, "", &request.evidence);
    let reason = fields.paragraph("reason", &request.reason, 1..=500);
    fields.check()?;
    Ok((name, reading, evidence, reason))
}

/// The error of a violation whose field lies below `path`.
pub(super) fn below(path: &str, violation: Violation) -> Error {
    let field = format!("{path}{}", violation.field);
    Error::Invalid(vec![Violation { field, ..violation }])
}

/// A second report for a cell that `taken` holds.
pub(super) fn duplicate(taken: &str) -> Violation {
    Violation {
        field: String::new(),
        reason: "DUPLICATE_OBSERVATION",
        message: format!("was reported already as {taken}; correct that one"),
    }
}

/// A report for a period that registry does not know.
pub(super) fn unknown_period(district: &str, period: &str) -> Violation {
    Violation {
        field: "period".to_owned(),
        reason: "UNKNOWN_PERIOD",
        message: format!("there is no {}", PERIOD.format(&[district, period])),
    }
}

/// Why nothing more is taken for a closed period.
pub(super) fn closed(district: &str, period: &str) -> Error {
    let subject = PERIOD.format(&[district, period]);
    Error::precondition("PERIOD_CLOSED", subject, "is closed; its figures are locked")
}
