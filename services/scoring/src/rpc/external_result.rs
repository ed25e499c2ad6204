//! Results given by a higher level.

mod convert;

use kit::request_id::Once;
use kit::{Error, field};
use proto::scoring::v1 as pb;
use proto::scoring::v1::change::Resource;
use proto::scoring::v1::external_result_service_server::ExternalResultService;
use tonic::{Request, Response, Status};

use super::{Rpc, change, sequence};
use crate::external_result::{ExternalResult, NAME, name};
use crate::store;

const FILED: &str = "saima.scoring.v1.ExternalResultFiled";

#[tonic::async_trait]
impl ExternalResultService for Rpc {
    async fn get_external_result(
        &self,
        request: Request<pb::GetExternalResultRequest>,
    ) -> Result<Response<pb::ExternalResult>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let (district, sequence) = (name.id("district"), sequence(&name, "external_result")?);
        let mut tx = self.db.begin_read().await?;
        let found = store::external_result::get(&mut tx, district, sequence).await?;
        let found = found.ok_or_else(|| name.not_found())?;
        Ok(Response::new(convert::to_proto(district, &found)))
    }

    async fn list_external_results(
        &self,
        request: Request<pb::ListExternalResultsRequest>,
    ) -> Result<Response<pb::ListExternalResultsResponse>, Status> {
        let (district, filter, page) = convert::list(request.get_ref())?;
        let mut tx = self.db.begin_read().await?;
        let mut rows = store::external_result::list(&mut tx, &district, &filter, &page).await?;
        let next_page_token = page.cut(&mut rows, |row| row.sequence.to_string());
        let external_results = rows.iter().map(|row| convert::to_proto(&district, row)).collect();
        Ok(Response::new(pb::ListExternalResultsResponse { external_results, next_page_token }))
    }

    async fn create_external_result(
        &self,
        request: Request<pb::CreateExternalResultRequest>,
    ) -> Result<Response<pb::ExternalResult>, Status> {
        let request = request.into_inner();
        let given = field::required("external_result", request.external_result.as_ref())?;
        let (district, contents) = convert::contents(&request.parent, given)?;
        let once = Once::new(&district, "CreateExternalResult", &request.request_id, &request)?;
        let refused = convert::check(&self.roster(&district).await?, &contents);

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        refused.check()?;
        store::head::lock(&mut tx, &district).await?;
        if let Some(before) = contents.supersedes {
            let field = "external_result.supersedes";
            let found = store::external_result::get(&mut tx, &district, before).await?;
            let found = found.ok_or_else(|| {
                Error::invalid(field, "UNKNOWN_EXTERNAL_RESULT", "is not in the ledger")
            })?;
            if found.superseded {
                let subject = name(&district, before);
                let message = "another took its place already";
                return Err(Error::precondition("SUPERSEDED", subject, message).into());
            }
        }
        let last = store::external_result::last(&mut tx, &district).await?;
        let result = ExternalResult {
            sequence: last + 1,
            contents,
            superseded: false,
            create_time: tx.now(),
        };
        store::external_result::insert(&mut tx, &district, &result).await?;
        let reply = convert::to_proto(&district, &result);
        let resource = Some(Resource::ExternalResult(reply.clone()));
        change::append(&mut tx, &district, FILED, &reply.name, resource);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}
