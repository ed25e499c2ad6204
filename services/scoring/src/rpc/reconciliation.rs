//! Reconciliation (对账, B1).

mod behind;
mod convert;
mod judge;

use std::sync::Arc;

use kit::db::Tx;
use kit::request_id::Once;
use kit::{Error, clock, guard};
use proto::scoring::v1 as pb;
use proto::scoring::v1::change::Resource;
use proto::scoring::v1::reconciliation_service_server::ReconciliationService;
use tonic::{Request, Response, Status};

use super::assignment::Definitions;
use super::{Rpc, change, observation, sequence, warning};
use crate::reconciliation::{NAME, Verdict, VerdictKind, obstacles, progress};
use crate::{period, store};
use behind::Behind;

const VERIFIED: &str = "saima.scoring.v1.ObservationsVerified";
const DISPUTED: &str = "saima.scoring.v1.ObservationDisputed";
const CLOSED: &str = "saima.scoring.v1.ReconciliationClosed";
pub(super) const WARNED: &str = "saima.scoring.v1.WarningRaised";

#[tonic::async_trait]
impl ReconciliationService for Rpc {
    async fn get_reconciliation(
        &self,
        request: Request<pb::GetReconciliationRequest>,
    ) -> Result<Response<pb::Reconciliation>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let (district, period) = (name.id("district"), name.id("period"));
        let definitions = self.definitions(district, period).await?;
        let definitions = definitions.ok_or_else(|| name.not_found())?;
        let mut tx = self.db.begin_read().await?;
        Ok(Response::new(standing(&mut tx, district, &definitions).await?))
    }

    async fn list_open_cells(
        &self,
        request: Request<pb::ListOpenCellsRequest>,
    ) -> Result<Response<pb::ListOpenCellsResponse>, Status> {
        let request = request.into_inner();
        let (name, filter, page) = convert::open_cells(&request)?;
        let (district, period) = (name.id("district"), name.id("period"));
        let definitions = self.definitions(district, period).await?;
        let definitions = definitions.ok_or_else(|| name.not_found())?;
        let mut tx = self.db.begin_read().await?;
        let cells = store::cell::of_periods(&mut tx, district, &[period]).await?;
        let assignment = &definitions.assignment;
        let mut open = filter.open(assignment, &cells, &page);
        let next_page_token = page.cut(&mut open, |open| open.key(assignment));
        let open_cells = open.iter().map(|open| open.to_proto(district, assignment)).collect();
        Ok(Response::new(pb::ListOpenCellsResponse { open_cells, next_page_token }))
    }

    async fn verify_observations(
        &self,
        request: Request<pb::VerifyObservationsRequest>,
    ) -> Result<Response<pb::VerifyObservationsResponse>, Status> {
        let request = request.into_inner();
        let (district, sequences, verdict) = judge::verification(&request)?;
        guard::for_unit(&district, &verdict.evaluating_unit)?;
        let once = Once::new(&district, "VerifyObservations", &request.request_id, &request)?;
        let known = self.known(&district, &sequences).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let count = known.judge(&mut tx, &sequences, &verdict).await?;
        let reply = pb::VerifyObservationsResponse { verified_count: count };
        change::append(&mut tx, &district, VERIFIED, &change::observations(&district), None);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn dispute_observation(
        &self,
        request: Request<pb::DisputeObservationRequest>,
    ) -> Result<Response<pb::DisputeObservationResponse>, Status> {
        let request = request.into_inner();
        let (name, verdict) = judge::dispute(&request)?;
        let district = name.id("district");
        guard::for_unit(district, &verdict.evaluating_unit)?;
        let once = Once::new(district, "DisputeObservation", &request.request_id, &request)?;
        let sequences = [sequence(&name, "observation")?];
        let known = self.known(district, &sequences).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        known.judge(&mut tx, &sequences, &verdict).await?;
        let reply = pb::DisputeObservationResponse {
            observation: request.name,
            dispute_time: Some(clock::to_proto(tx.now())),
        };
        let disputed = store::observation::get(&mut tx, district, sequences[0]).await?;
        let told = disputed.map(|it| Resource::Observation(observation::to_proto(district, &it)));
        change::append(&mut tx, district, DISPUTED, &reply.observation, told);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn close_reconciliation(
        &self,
        request: Request<pb::CloseReconciliationRequest>,
    ) -> Result<Response<pb::Reconciliation>, Status> {
        let request = request.into_inner();
        let name = NAME.parse("name", &request.name)?;
        let (district, period) = (name.id("district"), name.id("period"));
        let once = Once::new(district, "CloseReconciliation", &request.request_id, &request)?;
        let definitions = self.assignments.current(district, period).await?;
        let definitions = definitions.ok_or_else(|| name.not_found())?;
        let longer = self.longer(district, period).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let mut head = store::head::lock(&mut tx, district).await?;
        if store::reconciliation::close_time(&mut tx, district, period).await?.is_some() {
            return Err(super::observation::closed(district, period).into());
        }
        refuse_open(&mut tx, district, &definitions).await?;
        let assignment = definitions.encode();
        store::reconciliation::close(&mut tx, district, period, &assignment).await?;
        let verdict = Verdict::plain(VerdictKind::Close, "");
        let subject = &[(None, period)];
        store::reconciliation::record(&mut tx, district, &mut head, &verdict, subject).await?;
        let behind = Behind::new(district, definitions, longer);
        let warnings = behind.warnings(&mut tx).await?;
        let warnings =
            store::warning::raise(&mut tx, district, &mut head, period, warnings).await?;
        store::head::save(&mut tx, district, head).await?;

        let reply = standing(&mut tx, district, behind.closing()).await?;
        let resource = Resource::Reconciliation(reply.clone());
        change::append(&mut tx, district, CLOSED, &reply.name, Some(resource));
        for raised in &warnings {
            let raised = warning::to_proto(district, raised);
            let name = raised.name.clone();
            change::append(&mut tx, district, WARNED, &name, Some(Resource::Warning(raised)));
        }
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

impl Rpc {
    /// The definitions of the longer periods that a period lies in, the shortest first.
    async fn longer(&self, district: &str, period: &str) -> kit::Result<Vec<Arc<Definitions>>> {
        let mut longer = Vec::new();
        for id in period::enclosing(period) {
            longer.extend(self.assignments.current(district, &id).await?);
        }
        Ok(longer)
    }
}

/// How far a period has come.
async fn standing(
    tx: &mut Tx,
    district: &str,
    definitions: &Definitions,
) -> kit::Result<pb::Reconciliation> {
    let assignment = &definitions.assignment;
    let period = &*assignment.period.id;
    let cells = store::cell::of_periods(tx, district, &[period]).await?;
    let close_time = store::reconciliation::close_time(tx, district, period).await?;
    let progress = progress(assignment, &cells);
    Ok(convert::to_proto(district, period, &progress, close_time.map(clock::to_proto)))
}

/// Refuses to close a period while something is in the way.
async fn refuse_open(tx: &mut Tx, district: &str, definitions: &Definitions) -> kit::Result<()> {
    let assignment = &definitions.assignment;
    let closed = store::reconciliation::closed(tx, district, &assignment.part_ids()).await?;
    let cells = store::cell::of_periods(tx, district, &[&*assignment.period.id]).await?;
    let polls = store::poll::open(tx, district, &assignment.period.id).await?;
    let obstacles = obstacles(assignment, &closed, &polls, &cells);
    let unmet: Vec<_> = obstacles.map(|it| convert::unmet(district, assignment, it)).collect();
    if unmet.is_empty() { Ok(()) } else { Err(Error::Precondition(unmet)) }
}
