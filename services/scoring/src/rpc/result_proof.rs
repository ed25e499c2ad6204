//! Proofs of results.

use kit::chain::{Value, prove};
use kit::{Error, clock};
use proto::scoring::v1 as pb;
use proto::scoring::v1::result_proof_service_server::ResultProofService;
use tonic::{Request, Response, Status};

use super::{Rpc, result, sequence};
use crate::result_proof::NAME;
use crate::store;

#[tonic::async_trait]
impl ResultProofService for Rpc {
    async fn get_result_proof(
        &self,
        request: Request<pb::GetResultProofRequest>,
    ) -> Result<Response<pb::ResultProof>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let (district, run, unit) = (name.id("district"), sequence(&name, "run")?, name.id("unit"));
        let mut tx = self.db.begin_read().await?;
        let found = store::result::get(&mut tx, district, run, unit).await?;
        let found = found.ok_or_else(|| name.not_found())?;
        let standing = store::run::get(&mut tx, district, run).await?;
        result::is_open(&name, standing.as_ref(), &found)?;
        let standing = standing.ok_or_else(|| name.not_found())?;
        let unmet = |reason, message: &str| {
            Status::from(Error::precondition(reason, standing.run.name(district), message))
        };
        if standing.publish_time.is_none() {
            return Err(unmet("NOT_PUBLISHED", "is not published"));
        }
        let time = clock::to_micros(standing.run.create_time);
        let of = ("district", Value::Text(district));
        let key = [of, ("run", Value::Integer(run)), ("unit", Value::Text(unit))];
        let result = prove(&mut tx, "result", &key, time).await?;
        let key = [of, ("sequence", Value::Integer(run))];
        let of_run = prove(&mut tx, "run", &key, time).await?;
        let (Some(result), Some(of_run)) = (result, of_run) else {
            let message = "no checkpoint covers it yet; one is signed each minute where a key and a \
                           witness are set: ask again in a minute";
            return Err(unmet("NOT_YET_WITNESSED", message));
        };
        let name = request.get_ref().name.clone();
        Ok(Response::new(pb::ResultProof { name, result: Some(result), run: Some(of_run) }))
    }
}
