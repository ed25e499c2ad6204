//! Bonuses and deductions.

mod convert;
mod entered;

use engine::EntryStanding;
use kit::name::Name;
use kit::request_id::Once;
use kit::{approval, field};
use proto::scoring::v1 as pb;
use proto::scoring::v1::adjustment_service_server::AdjustmentService;
use proto::scoring::v1::change::Resource;
use tonic::{Request, Response, Status};

use super::{Rpc, change, sequence};
use crate::adjustment::{self, NAME, Step};
use crate::store;

const ENTERED: &str = "saima.scoring.v1.AdjustmentsEntered";
const LIFTED: &str = "saima.scoring.v1.AdjustmentLifted";
const WAIVED: &str = "saima.scoring.v1.AdjustmentWaived";
const CLARIFIED: &str = "saima.scoring.v1.AdjustmentClarified";
const SETTLED: &str = "saima.scoring.v1.AdjustmentSettled";

/// Entries that are settled at a time.
const MOST_SETTLED: i64 = 1000;

#[tonic::async_trait]
impl AdjustmentService for Rpc {
    async fn get_adjustment(
        &self,
        request: Request<pb::GetAdjustmentRequest>,
    ) -> Result<Response<pb::Adjustment>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let (district, sequence) = (name.id("district"), sequence(&name, "adjustment")?);
        let today = self.roster(district).await?.today();
        let mut tx = self.db.begin_read().await?;
        let entry = store::adjustment::get(&mut tx, district, sequence).await?;
        let entry = entry.ok_or_else(|| name.not_found())?;
        Ok(Response::new(convert::to_proto(district, &entry, today)))
    }

    async fn list_adjustments(
        &self,
        request: Request<pb::ListAdjustmentsRequest>,
    ) -> Result<Response<pb::ListAdjustmentsResponse>, Status> {
        let request = request.into_inner();
        let (district, filter, page) = convert::list(&request)?;
        let today = self.roster(&district).await?.today();
        let provisional = request.provisional.then_some(today);
        let filter = store::adjustment::Filter { provisional, ..filter };
        let mut tx = self.db.begin_read().await?;
        let mut rows = store::adjustment::list(&mut tx, &district, &filter, &page).await?;
        let next_page_token = page.cut(&mut rows, |row| row.sequence.to_string());
        let adjustments = rows.iter().map(|it| convert::to_proto(&district, it, today)).collect();
        Ok(Response::new(pb::ListAdjustmentsResponse { adjustments, next_page_token }))
    }

    async fn create_adjustment(
        &self,
        request: Request<pb::CreateAdjustmentRequest>,
    ) -> Result<Response<pb::Adjustment>, Status> {
        let request = request.into_inner();
        let given = field::required("adjustment", request.adjustment.as_ref())?;
        let at = |_| "adjustment".to_owned();
        let (district, entries) = entered::read(&request.parent, at, [given])?;
        let once = Once::new(&district, "CreateAdjustment", &request.request_id, &request)?;
        let owed = self.check_entries(&district, at, &entries).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let entered = entered::record(&mut tx, &district, at, entries, owed).await?;
        let reply = convert::to_proto(&district, entered.first()?, entered.today);
        let resource = Some(Resource::Adjustment(reply.clone()));
        change::append(&mut tx, &district, ENTERED, &reply.name, resource);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn batch_create_adjustments(
        &self,
        request: Request<pb::BatchCreateAdjustmentsRequest>,
    ) -> Result<Response<pb::BatchCreateAdjustmentsResponse>, Status> {
        let request = request.into_inner();
        let at = |row| format!("adjustments[{row}]");
        let (district, entries) = entered::read(&request.parent, at, &request.adjustments)?;
        let once = Once::new(&district, "BatchCreateAdjustments", &request.request_id, &request)?;
        let owed = self.check_entries(&district, at, &entries).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let entered = entered::record(&mut tx, &district, at, entries, owed).await?;
        let reply = pb::BatchCreateAdjustmentsResponse {
            first_adjustment: adjustment::name(&district, entered.first()?.sequence),
            created_count: entered.rows.len() as i32,
        };
        for entry in &entered.rows {
            let told = convert::to_proto(&district, entry, entered.today);
            let (name, resource) = (told.name.clone(), Some(Resource::Adjustment(told)));
            change::append(&mut tx, &district, ENTERED, &name, resource);
        }
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn lift_adjustment(
        &self,
        request: Request<pb::LiftAdjustmentRequest>,
    ) -> Result<Response<pb::Adjustment>, Status> {
        let request = request.into_inner();
        let given = (&*request.name, &*request.reason, &*request.evidence);
        let (name, step) = convert::step(EntryStanding::Lifted, given, self.clock.now())?;
        let once = Once::new(name.id("district"), "LiftAdjustment", &request.request_id, &request)?;
        Ok(Response::new(self.settle_one(LIFTED, &name, step, &once, None).await?))
    }

    async fn waive_adjustment(
        &self,
        request: Request<pb::WaiveAdjustmentRequest>,
    ) -> Result<Response<pb::Adjustment>, Status> {
        let request = request.into_inner();
        let given = (&*request.name, &*request.reason, &*request.evidence);
        let (name, step) = convert::step(EntryStanding::Waived, given, self.clock.now())?;
        let once =
            Once::new(name.id("district"), "WaiveAdjustment", &request.request_id, &request)?;
        Ok(Response::new(
            self.settle_one(WAIVED, &name, step, &once, Some(&request.approval)).await?,
        ))
    }

    async fn clarify_adjustment(
        &self,
        request: Request<pb::ClarifyAdjustmentRequest>,
    ) -> Result<Response<pb::Adjustment>, Status> {
        let request = request.into_inner();
        let given = (&*request.name, &*request.reason, &*request.evidence);
        let (name, step) = convert::step(EntryStanding::Groundless, given, self.clock.now())?;
        let once =
            Once::new(name.id("district"), "ClarifyAdjustment", &request.request_id, &request)?;
        Ok(Response::new(
            self.settle_one(CLARIFIED, &name, step, &once, Some(&request.approval)).await?,
        ))
    }

    async fn settle_adjustments(
        &self,
        request: Request<pb::SettleAdjustmentsRequest>,
    ) -> Result<Response<pb::SettleAdjustmentsResponse>, Status> {
        let request = request.into_inner();
        let (district, period) = convert::settle(&request)?;
        let once = Once::new(&district, "SettleAdjustments", &request.request_id, &request)?;
        let today = self.roster(&district).await?.today();

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::head::lock(&mut tx, &district).await?;
        let (period, most) = (period.as_deref(), MOST_SETTLED);
        let mut entries =
            store::adjustment::overdue(&mut tx, &district, period, today, most).await?;
        for entry in &mut entries {
            entry.take(&district, Step::due(tx.now()), today)?;
        }
        store::adjustment::take_steps(&mut tx, &district, &entries).await?;
        let adjustments: Vec<pb::Adjustment> =
            entries.iter().map(|entry| convert::to_proto(&district, entry, today)).collect();
        for settled in &adjustments {
            let resource = Some(Resource::Adjustment(settled.clone()));
            change::append(&mut tx, &district, SETTLED, &settled.name, resource);
        }
        let reply = pb::SettleAdjustmentsResponse { adjustments };
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

impl Rpc {
    /// Takes a step of one entry, with an approval where it needs one.
    async fn settle_one(
        &self,
        kind: &'static str,
        name: &Name,
        step: Step,
        once: &Once,
        approval: Option<&str>,
    ) -> kit::Result<pb::Adjustment> {
        let (district, sequence) = (name.id("district"), sequence(name, "adjustment")?);
        let today = self.roster(district).await?.today();
        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(reply);
        }
        store::head::lock(&mut tx, district).await?;
        let entry = store::adjustment::get(&mut tx, district, sequence).await?;
        let mut entry = entry.ok_or_else(|| name.not_found())?;
        entry.take(district, Step { create_time: tx.now(), ..step }, today)?;
        if let Some(approval) = approval {
            approval::consume(&mut tx, district, approval, name.as_str(), "").await?;
        }
        store::adjustment::take_steps(&mut tx, district, std::slice::from_ref(&entry)).await?;
        let reply = convert::to_proto(district, &entry, today);
        let resource = Some(Resource::Adjustment(reply.clone()));
        change::append(&mut tx, district, kind, &reply.name, resource);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(reply)
    }
}
