//! Marks.

mod convert;
mod given;

pub(in crate::rpc) use given::Graded;
use kit::request_id::Once;
use proto::scoring::v1 as pb;
use proto::scoring::v1::mark_service_server::MarkService;
use tonic::{Request, Response, Status};

use super::{Rpc, change, sequence};
use crate::mark::NAME;
use crate::store;

const GIVEN: &str = "saima.scoring.v1.MarksGiven";

#[tonic::async_trait]
impl MarkService for Rpc {
    async fn get_mark(
        &self,
        request: Request<pb::GetMarkRequest>,
    ) -> Result<Response<pb::Mark>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let (district, sequence) = (name.id("district"), sequence(&name, "mark")?);
        let mut tx = self.db.begin_read().await?;
        let found = store::mark::get(&mut tx, district, sequence).await?;
        let found = found.ok_or_else(|| name.not_found())?;
        Ok(Response::new(convert::to_proto(district, &found)))
    }

    async fn list_marks(
        &self,
        request: Request<pb::ListMarksRequest>,
    ) -> Result<Response<pb::ListMarksResponse>, Status> {
        let (district, filter, page) = convert::list(request.get_ref())?;
        let mut tx = self.db.begin_read().await?;
        let mut rows = store::mark::list(&mut tx, &district, &filter, &page).await?;
        let next_page_token = page.cut(&mut rows, |row| row.sequence.to_string());
        let marks = rows.iter().map(|row| convert::to_proto(&district, row)).collect();
        Ok(Response::new(pb::ListMarksResponse { marks, next_page_token }))
    }

    async fn batch_create_marks(
        &self,
        request: Request<pb::BatchCreateMarksRequest>,
    ) -> Result<Response<pb::BatchCreateMarksResponse>, Status> {
        let request = request.into_inner();
        let (district, marks) = convert::marks(&request)?;
        let once = Once::new(&district, "BatchCreateMarks", &request.request_id, &request)?;
        let refused = self.check_marks(&district, &marks).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        refused.check()?;
        let rows = given::record(&mut tx, &district, marks).await?;
        let marks = rows.iter().map(|row| convert::to_proto(&district, row)).collect();
        let reply = pb::BatchCreateMarksResponse { marks };
        let collection = format!("districts/{district}/marks");
        change::append(&mut tx, &district, GIVEN, &collection, None);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}
