//! Inspections and their findings.

mod convert;
mod filed;

use kit::db::Tx;
use kit::name::Name;
use kit::request_id::Once;
use kit::{Error, field, guard};
use proto::scoring::v1 as pb;
use proto::scoring::v1::change::Resource;
use proto::scoring::v1::inspection_service_server::InspectionService;
use tonic::{Request, Response, Status};

use super::{Rpc, change, observation, sequence};
use crate::inspection::{FINDING, Finding, NAME, Step};
use crate::store;

const FILED: &str = "saima.scoring.v1.InspectionFiled";
const REPORTED: &str = "saima.scoring.v1.CorrectionReported";
const REVIEWED: &str = "saima.scoring.v1.CorrectionReviewed";

#[tonic::async_trait]
impl InspectionService for Rpc {
    async fn get_inspection(
        &self,
        request: Request<pb::GetInspectionRequest>,
    ) -> Result<Response<pb::Inspection>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let (district, sequence) = (name.id("district"), sequence(&name, "inspection")?);
        let mut tx = self.db.begin_read().await?;
        let inspection = store::inspection::get(&mut tx, district, sequence).await?;
        let inspection = inspection.ok_or_else(|| name.not_found())?;
        Ok(Response::new(convert::to_proto(district, &inspection)))
    }

    async fn list_inspections(
        &self,
        request: Request<pb::ListInspectionsRequest>,
    ) -> Result<Response<pb::ListInspectionsResponse>, Status> {
        let (district, filter, page) = convert::list(request.get_ref())?;
        let mut tx = self.db.begin_read().await?;
        let mut rows = store::inspection::list(&mut tx, &district, &filter, &page).await?;
        let next_page_token = page.cut(&mut rows, |row| row.sequence.to_string());
        let inspections = rows.iter().map(|row| convert::to_proto(&district, row)).collect();
        Ok(Response::new(pb::ListInspectionsResponse { inspections, next_page_token }))
    }

    async fn create_inspection(
        &self,
        request: Request<pb::CreateInspectionRequest>,
    ) -> Result<Response<pb::Inspection>, Status> {
        let request = request.into_inner();
        let given = field::required("inspection", request.inspection.as_ref())?;
        let (district, contents, found) = filed::read(&request.parent, given)?;
        let once = Once::new(&district, "CreateInspection", &request.request_id, &request)?;
        let (owed, track) = self.check_inspection(&district, &contents, &found).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        owed.check()?;
        store::head::lock(&mut tx, &district).await?;
        observation::refuse_closed(&mut tx, &district, &contents.period).await?;
        let last = store::inspection::last(&mut tx, &district).await?;
        let inspection = filed::inspection(last + 1, contents, track, found, tx.now());
        filed::refuse_unknown(&mut tx, &district, &inspection).await?;
        store::inspection::insert(&mut tx, &district, &inspection).await?;
        let reply = convert::to_proto(&district, &inspection);
        let resource = Some(Resource::Inspection(reply.clone()));
        change::append(&mut tx, &district, FILED, &reply.name, resource);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn list_findings(
        &self,
        request: Request<pb::ListFindingsRequest>,
    ) -> Result<Response<pb::ListFindingsResponse>, Status> {
        let (district, filter, page, after) = convert::findings(request.get_ref())?;
        let mut tx = self.db.begin_read().await?;
        let mut rows =
            store::inspection::findings(&mut tx, &district, &filter, &page, after).await?;
        let key = |row: &Finding| format!("{} {}", row.inspection, row.number);
        let next_page_token = page.cut(&mut rows, key);
        let findings = rows.iter().map(|row| convert::finding(&district, row)).collect();
        Ok(Response::new(pb::ListFindingsResponse { findings, next_page_token }))
    }

    async fn report_correction(
        &self,
        request: Request<pb::ReportCorrectionRequest>,
    ) -> Result<Response<pb::Finding>, Status> {
        let request = request.into_inner();
        let (name, step) = convert::reported(&request, self.clock.now())?;
        let once =
            Once::new(name.id("district"), "ReportCorrection", &request.request_id, &request)?;
        Ok(Response::new(self.take_step(REPORTED, &name, step, &once).await?))
    }

    async fn review_correction(
        &self,
        request: Request<pb::ReviewCorrectionRequest>,
    ) -> Result<Response<pb::Finding>, Status> {
        let request = request.into_inner();
        let (name, step) = convert::reviewed(&request, self.clock.now())?;
        let once =
            Once::new(name.id("district"), "ReviewCorrection", &request.request_id, &request)?;
        Ok(Response::new(self.take_step(REVIEWED, &name, step, &once).await?))
    }

    async fn list_inspection_counts(
        &self,
        request: Request<pb::ListInspectionCountsRequest>,
    ) -> Result<Response<pb::ListInspectionCountsResponse>, Status> {
        let (district, period) = convert::counts(request.get_ref())?;
        let mut tx = self.db.begin_read().await?;
        let counts = store::inspection::counts(&mut tx, &district, &period).await?;
        let inspection_counts = counts.iter().map(|it| convert::count(&district, it)).collect();
        Ok(Response::new(pb::ListInspectionCountsResponse { inspection_counts }))
    }
}

impl Rpc {
    /// Takes a step of a finding's correction.
    async fn take_step(
        &self,
        kind: &'static str,
        name: &Name,
        step: Step,
        once: &Once,
    ) -> kit::Result<pb::Finding> {
        let district = name.id("district");
        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(reply);
        }
        store::head::lock(&mut tx, district).await?;
        let mut finding = finding(&mut tx, name).await?;
        guard::for_unit(district, &finding.unit)?;
        finding.take(district, Step { create_time: tx.now(), ..step })?;
        store::inspection::take_step(&mut tx, district, &finding).await?;
        let reply = convert::finding(district, &finding);
        let resource = Some(Resource::Finding(reply.clone()));
        change::append(&mut tx, district, kind, &reply.name, resource);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(reply)
    }
}

/// The finding of a name; NOT_FOUND when there is none.
async fn finding(tx: &mut Tx, name: &Name) -> Result<Finding, Error> {
    let (inspection, number) = (sequence(name, "inspection")?, sequence(name, "finding")?);
    let found = store::inspection::finding(tx, name.id("district"), inspection, number).await?;
    found.ok_or_else(|| Error::not_found(FINDING.kind(), name.as_str()))
}
