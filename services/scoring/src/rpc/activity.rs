//! Activities of bodies.

mod convert;

use kit::request_id::Once;
use kit::{Error, field};
use proto::scoring::v1 as pb;
use proto::scoring::v1::activity_service_server::ActivityService;
use proto::scoring::v1::change::Resource;
use tonic::{Request, Response, Status};

use super::{Rpc, change, sequence};
use crate::activity::{self, Activity, Contents, NAME};
use crate::store;

const RECORDED: &str = "saima.scoring.v1.ActivitiesRecorded";
const VOIDED: &str = "saima.scoring.v1.ActivityVoided";

#[tonic::async_trait]
impl ActivityService for Rpc {
    async fn get_activity(
        &self,
        request: Request<pb::GetActivityRequest>,
    ) -> Result<Response<pb::Activity>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let sequence = sequence(&name, "activity")?;
        let mut tx = self.db.begin_read().await?;
        let activity = store::activity::get(&mut tx, name.id("district"), sequence).await?;
        let activity = activity.ok_or_else(|| name.not_found())?;
        Ok(Response::new(convert::to_proto(name.id("district"), &activity)))
    }

    async fn list_activities(
        &self,
        request: Request<pb::ListActivitiesRequest>,
    ) -> Result<Response<pb::ListActivitiesResponse>, Status> {
        let request = request.into_inner();
        let (district, filter, page) = convert::list(&request)?;
        let mut tx = self.db.begin_read().await?;
        let mut rows = store::activity::list(&mut tx, &district, &filter, &page).await?;
        let next_page_token = page.cut(&mut rows, |row| row.sequence.to_string());
        let activities = rows.iter().map(|row| convert::to_proto(&district, row)).collect();
        Ok(Response::new(pb::ListActivitiesResponse { activities, next_page_token }))
    }

    async fn create_activity(
        &self,
        request: Request<pb::CreateActivityRequest>,
    ) -> Result<Response<pb::Activity>, Status> {
        let request = request.into_inner();
        let given = field::required("activity", request.activity.as_ref())?;
        let read = self.read_activities(&request.parent, |_| "activity".to_owned(), [given]);
        let (district, contents) = read.await?;
        let once = Once::new(&district, "CreateActivity", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::head::lock(&mut tx, &district).await?;
        let rows = record(&mut tx, &district, contents).await?;
        let reply = rows.first().map(|row| convert::to_proto(&district, row));
        let reply = reply.ok_or_else(|| Error::internal("an activity was lost"))?;
        let resource = Some(Resource::Activity(reply.clone()));
        change::append(&mut tx, &district, RECORDED, &reply.name, resource);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn batch_create_activities(
        &self,
        request: Request<pb::BatchCreateActivitiesRequest>,
    ) -> Result<Response<pb::BatchCreateActivitiesResponse>, Status> {
        let request = request.into_inner();
        let at = |row| format!("activities[{row}]");
        let (district, contents) =
            self.read_activities(&request.parent, at, &request.activities).await?;
        let once = Once::new(&district, "BatchCreateActivities", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::head::lock(&mut tx, &district).await?;
        let rows = record(&mut tx, &district, contents).await?;
        let first = rows.first().map_or(0, |row| row.sequence);
        let reply = pb::BatchCreateActivitiesResponse {
            first_activity: activity::name(&district, first),
            created_count: rows.len() as i32,
        };
        let collection = format!("districts/{district}/activities");
        change::append(&mut tx, &district, RECORDED, &collection, None);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn void_activity(
        &self,
        request: Request<pb::VoidActivityRequest>,
    ) -> Result<Response<pb::Activity>, Status> {
        let request = request.into_inner();
        let (name, reason) = convert::void(&request)?;
        let (district, sequence) = (name.id("district"), sequence(&name, "activity")?);
        let once = Once::new(district, "VoidActivity", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::head::lock(&mut tx, district).await?;
        let activity = store::activity::get(&mut tx, district, sequence).await?;
        let mut activity = activity.ok_or_else(|| name.not_found())?;
        activity.void(district, &reason)?;
        store::activity::void(&mut tx, district, sequence, &reason).await?;
        let reply = convert::to_proto(district, &activity);
        let resource = Some(Resource::Activity(reply.clone()));
        change::append(&mut tx, district, VOIDED, &reply.name, resource);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn list_activity_counts(
        &self,
        request: Request<pb::ListActivityCountsRequest>,
    ) -> Result<Response<pb::ListActivityCountsResponse>, Status> {
        let wanted = convert::counts(request.get_ref())?;
        let (unit, kind) = (wanted.unit.as_deref(), wanted.kind.as_deref());
        let mut tx = self.db.begin_read().await?;
        let tied =
            store::activity::tied(&mut tx, &wanted.district, wanted.days, unit, kind).await?;
        let counts = activity::counts(tied)?;
        if counts.len() > activity::MOST_COUNTS {
            let message = format!("there are {} counts; name a body or a kind", counts.len());
            return Err(Error::invalid("period", "TOO_MANY", message).into());
        }
        let counts = counts.iter().map(|it| convert::count(&wanted.district, it));
        Ok(Response::new(pb::ListActivityCountsResponse { activity_counts: counts.collect() }))
    }
}

/// Adds what was done to the ledger of the district, which must be taken.
async fn record(
    tx: &mut kit::db::Tx,
    district: &str,
    contents: Vec<Contents>,
) -> kit::Result<Vec<Activity>> {
    let (now, last) = (tx.now(), store::activity::last(tx, district).await?);
    let row =
        |(sequence, contents)| Activity { sequence, contents, void_reason: None, create_time: now };
    let rows: Vec<Activity> = (last + 1..).zip(contents).map(row).collect();
    store::activity::insert(tx, district, &rows).await?;
    Ok(rows)
}
