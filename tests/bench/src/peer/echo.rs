//! A tonic server with tonic's defaults and no work to do.

use std::net::SocketAddr;

use kit::name::Pattern;
use proto::scoring::v1::run_service_server::{RunService, RunServiceServer};
use proto::scoring::v1::*;
use tonic::{Request, Response, Status};

use crate::Outcome;

pub(crate) async fn serve(listen: SocketAddr) -> Outcome<()> {
    let (reporter, health) = tonic_health::server::health_reporter();
    reporter.set_serving::<RunServiceServer<Echo>>().await;
    tonic::transport::Server::builder()
        .add_service(health)
        .add_service(RunServiceServer::new(Echo))
        .serve(listen)
        .await?;
    Ok(())
}

/// Names a district as every handler does, so that an edge before it may ask who may.
static NAME: Pattern = Pattern::new("result", "districts/{district}/runs/{run}/results/{result}");

pub(super) struct Echo;

fn refuse<T>() -> Result<Response<T>, Status> {
    Err(Status::unimplemented("an echo knows GetResult only"))
}

#[tonic::async_trait]
impl RunService for Echo {
    async fn get_result(
        &self,
        request: Request<GetResultRequest>,
    ) -> Result<Response<Result_>, Status> {
        let name = request.into_inner().name;
        NAME.parse("name", &name)?;
        Ok(Response::new(crate::rows::sample(name)))
    }
    async fn get_run(&self, _: Request<GetRunRequest>) -> Result<Response<Run>, Status> {
        refuse()
    }
    async fn list_runs(
        &self,
        _: Request<ListRunsRequest>,
    ) -> Result<Response<ListRunsResponse>, Status> {
        refuse()
    }
    async fn create_run(&self, _: Request<CreateRunRequest>) -> Result<Response<Run>, Status> {
        refuse()
    }
    async fn publish_run(&self, _: Request<PublishRunRequest>) -> Result<Response<Run>, Status> {
        refuse()
    }
    async fn verify_run(
        &self,
        _: Request<VerifyRunRequest>,
    ) -> Result<Response<VerifyRunResponse>, Status> {
        refuse()
    }
    async fn list_results(
        &self,
        _: Request<ListResultsRequest>,
    ) -> Result<Response<ListResultsResponse>, Status> {
        refuse()
    }
    async fn explain_score(
        &self,
        _: Request<ExplainScoreRequest>,
    ) -> Result<Response<ExplainScoreResponse>, Status> {
        refuse()
    }
}

use proto::scoring::v1::Result as Result_;
use std::result::Result;
