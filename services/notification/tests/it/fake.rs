//! Registry and scoring as notification sees them, but saying only what a test has put there:
//! documents by name, refusals by name, and a feed whose events a test writes itself, late,
//! twice, or out of order.

use futures::StreamExt as _;
use futures::stream::BoxStream;
use kit::boot::{Service, Wing};
use kit::db::Migrations;
use kit::feed::{self, Filter, Notice};
use kit::testing::{Bed, Served};
use prost::Message;
use proto::registry::v1 as registry;
use proto::registry::v1::assignment_service_server::{AssignmentService, AssignmentServiceServer};
use proto::registry::v1::change_service_server::{
    ChangeService as RegistryChanges, ChangeServiceServer as RegistryChangesServer,
};
use proto::registry::v1::district_service_server::{DistrictService, DistrictServiceServer};
use proto::registry::v1::indicator_service_server::{IndicatorService, IndicatorServiceServer};
use proto::registry::v1::oversight_service_server::{OversightService, OversightServiceServer};
use proto::registry::v1::unit_service_server::{UnitService, UnitServiceServer};
use proto::scoring::v1 as scoring;
use proto::scoring::v1::award_service_server::{AwardService, AwardServiceServer};
use proto::scoring::v1::board_service_server::{BoardService, BoardServiceServer};
use proto::scoring::v1::change_service_server::{ChangeService, ChangeServiceServer};
use proto::scoring::v1::feedback_service_server::{FeedbackService, FeedbackServiceServer};
use proto::scoring::v1::inspection_service_server::{InspectionService, InspectionServiceServer};
use proto::scoring::v1::run_service_server::{RunService, RunServiceServer};
use tokio_util::sync::CancellationToken;
use tonic::{Code, Request, Response, Status};

use crate::data;

/// The registry, holding what `put` puts there.
const REGISTRY: Service = Service {
    name: "registry",
    peers: &[],
    migrations: &DOCS,
    policy: r#"@id("registry.service")
        permit (principal in Role::"service", action in Action::"registry.read", resource);"#,
    start: |ctx| {
        Box::pin(async move {
            let fake = Fake { db: ctx.db, shutdown: ctx.shutdown };
            Ok(Wing::new("registry")
                .service(DistrictServiceServer::new(fake.clone()))
                .service(UnitServiceServer::new(fake.clone()))
                .service(IndicatorServiceServer::new(fake.clone()))
                .service(OversightServiceServer::new(fake.clone()))
                .service(RegistryChangesServer::new(fake.clone()))
                .service(AssignmentServiceServer::new(fake)))
        })
    },
};

/// Scoring, holding what `put` puts there and telling what `publish` says.
const SCORING: Service = Service {
    name: "scoring",
    peers: &[],
    migrations: &DOCS,
    policy: r#"@id("scoring.service")
        permit (principal in Role::"service", action in Action::"scoring.read", resource);"#,
    start: |ctx| {
        Box::pin(async move {
            let fake = Fake { db: ctx.db, shutdown: ctx.shutdown };
            Ok(Wing::new("scoring")
                .service(AwardServiceServer::new(fake.clone()))
                .service(BoardServiceServer::new(fake.clone()))
                .service(FeedbackServiceServer::new(fake.clone()))
                .service(InspectionServiceServer::new(fake.clone()))
                .service(RunServiceServer::new(fake.clone()))
                .service(ChangeServiceServer::new(fake)))
        })
    },
};

static DOCS: Migrations = Migrations {
    sqlite: sqlx::migrate!("tests/it/fake/sqlite"),
    postgres: sqlx::migrate!("tests/it/fake/postgres"),
};

/// Notification beside the fakes, with the districts that `data` describes.
pub(crate) async fn start(bed: &Bed) -> Served {
    let served = bed.start(&[REGISTRY, SCORING, notification::SERVICE]).await;
    data::put(&served).await;
    served
}

/// The same after the operator withdrew every inner network.
pub(crate) async fn strictly(bed: &Bed) -> Served {
    bed.forbid_outbound();
    start(bed).await
}

/// Lets a service answer with this document under its name.
pub(crate) async fn put(served: &Served, service: &str, name: &str, doc: &impl Message) {
    keep(served, service, name, doc.encode_to_vec(), Code::Ok).await;
}

/// Lets a service refuse whoever asks for this name.
pub(crate) async fn refuse(served: &Served, service: &str, name: &str, code: Code) {
    keep(served, service, name, Vec::new(), code).await;
}

/// Appends to scoring's feed.
pub(crate) async fn publish(
    served: &Served,
    kind: &'static str,
    name: &str,
    resource: scoring::change::Resource,
) {
    let mut tx = served.db("scoring").begin_write().await.unwrap();
    let district = name.split('/').nth(1).unwrap();
    let change = scoring::Change { resource: Some(resource), ..Default::default() };
    feed::append(&mut tx, district, kind, name, &change);
    tx.commit().await.unwrap();
}

/// Appends to the registry's feed.
pub(crate) async fn announce(
    served: &Served,
    kind: &'static str,
    name: &str,
    resource: registry::change::Resource,
) {
    let mut tx = served.db("registry").begin_write().await.unwrap();
    let district = name.split('/').nth(1).unwrap();
    let change = registry::Change { resource: Some(resource), ..Default::default() };
    feed::append(&mut tx, district, kind, name, &change);
    tx.commit().await.unwrap();
}

async fn keep(served: &Served, service: &str, name: &str, body: Vec<u8>, code: Code) {
    let mut tx = served.db(service).begin_write().await.unwrap();
    kit::execute!(
        tx,
        "INSERT INTO doc (name, body, code) VALUES ($1, $2, $3)
         ON CONFLICT (name) DO UPDATE SET body = excluded.body, code = excluded.code",
        name,
        body,
        i64::from(i32::from(code))
    )
    .unwrap();
    tx.commit().await.unwrap();
}

#[derive(Clone)]
struct Fake {
    db: kit::db::Db,
    shutdown: CancellationToken,
}

impl Fake {
    async fn get<Doc: Message + Default>(&self, name: &str) -> Result<Response<Doc>, Status> {
        kit::guard::no_district();
        let mut tx = self.db.begin_read().await?;
        let found = kit::fetch_optional!(
            tx,
            (Vec<u8>, i64),
            "SELECT body, code FROM doc WHERE name = $1",
            name
        )?;
        match found {
            None => Err(kit::Error::not_found("doc", name).into()),
            Some((body, 0)) => Ok(Response::new(Doc::decode(&*body).unwrap())),
            Some((_, code)) => {
                Err(Status::new(Code::from_i32(code as i32), "as the test wants it"))
            }
        }
    }
}

#[tonic::async_trait]
impl DistrictService for Fake {
    async fn get_district(
        &self,
        request: Request<registry::GetDistrictRequest>,
    ) -> Result<Response<registry::District>, Status> {
        self.get(&request.get_ref().name).await
    }

    async fn list_districts(
        &self,
        _: Request<registry::ListDistrictsRequest>,
    ) -> Result<Response<registry::ListDistrictsResponse>, Status> {
        Err(Status::unimplemented("not faked"))
    }

    async fn create_district(
        &self,
        _: Request<registry::CreateDistrictRequest>,
    ) -> Result<Response<registry::District>, Status> {
        Err(Status::unimplemented("not faked"))
    }

    async fn update_district(
        &self,
        _: Request<registry::UpdateDistrictRequest>,
    ) -> Result<Response<registry::District>, Status> {
        Err(Status::unimplemented("not faked"))
    }
}

#[tonic::async_trait]
impl UnitService for Fake {
    async fn list_units(
        &self,
        request: Request<registry::ListUnitsRequest>,
    ) -> Result<Response<registry::ListUnitsResponse>, Status> {
        self.get(&format!("{}/units", request.get_ref().parent)).await
    }

    async fn get_unit(
        &self,
        _: Request<registry::GetUnitRequest>,
    ) -> Result<Response<registry::Unit>, Status> {
        Err(Status::unimplemented("not faked"))
    }

    async fn create_unit(
        &self,
        _: Request<registry::CreateUnitRequest>,
    ) -> Result<Response<registry::Unit>, Status> {
        Err(Status::unimplemented("not faked"))
    }

    async fn update_unit(
        &self,
        _: Request<registry::UpdateUnitRequest>,
    ) -> Result<Response<registry::Unit>, Status> {
        Err(Status::unimplemented("not faked"))
    }

    async fn batch_update_units(
        &self,
        _: Request<registry::BatchUpdateUnitsRequest>,
    ) -> Result<Response<registry::BatchUpdateUnitsResponse>, Status> {
        Err(Status::unimplemented("not faked"))
    }

    async fn retire_unit(
        &self,
        _: Request<registry::RetireUnitRequest>,
    ) -> Result<Response<registry::Unit>, Status> {
        Err(Status::unimplemented("not faked"))
    }
}

#[tonic::async_trait]
impl IndicatorService for Fake {
    async fn get_indicator(
        &self,
        request: Request<registry::GetIndicatorRequest>,
    ) -> Result<Response<registry::Indicator>, Status> {
        self.get(&request.get_ref().name).await
    }

    async fn list_indicators(
        &self,
        _: Request<registry::ListIndicatorsRequest>,
    ) -> Result<Response<registry::ListIndicatorsResponse>, Status> {
        Err(Status::unimplemented("not faked"))
    }

    async fn create_indicator(
        &self,
        _: Request<registry::CreateIndicatorRequest>,
    ) -> Result<Response<registry::Indicator>, Status> {
        Err(Status::unimplemented("not faked"))
    }

    async fn update_indicator(
        &self,
        _: Request<registry::UpdateIndicatorRequest>,
    ) -> Result<Response<registry::Indicator>, Status> {
        Err(Status::unimplemented("not faked"))
    }

    async fn batch_update_indicators(
        &self,
        _: Request<registry::BatchUpdateIndicatorsRequest>,
    ) -> Result<Response<registry::BatchUpdateIndicatorsResponse>, Status> {
        Err(Status::unimplemented("not faked"))
    }
}

#[tonic::async_trait]
impl OversightService for Fake {
    async fn get_oversight(
        &self,
        request: Request<registry::GetOversightRequest>,
    ) -> Result<Response<registry::Oversight>, Status> {
        self.get(&request.get_ref().name).await
    }

    async fn update_oversight(
        &self,
        _: Request<registry::UpdateOversightRequest>,
    ) -> Result<Response<registry::Oversight>, Status> {
        Err(Status::unimplemented("not faked"))
    }
}

#[tonic::async_trait]
impl RunService for Fake {
    async fn get_run(
        &self,
        request: Request<scoring::GetRunRequest>,
    ) -> Result<Response<scoring::Run>, Status> {
        self.get(&request.get_ref().name).await
    }

    async fn list_runs(
        &self,
        _: Request<scoring::ListRunsRequest>,
    ) -> Result<Response<scoring::ListRunsResponse>, Status> {
        Err(Status::unimplemented("not faked"))
    }

    async fn create_run(
        &self,
        _: Request<scoring::CreateRunRequest>,
    ) -> Result<Response<scoring::Run>, Status> {
        Err(Status::unimplemented("not faked"))
    }

    async fn publish_run(
        &self,
        _: Request<scoring::PublishRunRequest>,
    ) -> Result<Response<scoring::Run>, Status> {
        Err(Status::unimplemented("not faked"))
    }

    async fn get_result(
        &self,
        _: Request<scoring::GetResultRequest>,
    ) -> Result<Response<scoring::Result>, Status> {
        Err(Status::unimplemented("not faked"))
    }

    async fn list_results(
        &self,
        _: Request<scoring::ListResultsRequest>,
    ) -> Result<Response<scoring::ListResultsResponse>, Status> {
        Err(Status::unimplemented("not faked"))
    }

    async fn explain_score(
        &self,
        _: Request<scoring::ExplainScoreRequest>,
    ) -> Result<Response<scoring::ExplainScoreResponse>, Status> {
        Err(Status::unimplemented("not faked"))
    }

    async fn verify_run(
        &self,
        _: Request<scoring::VerifyRunRequest>,
    ) -> Result<Response<scoring::VerifyRunResponse>, Status> {
        Err(Status::unimplemented("not faked"))
    }
}

#[tonic::async_trait]
impl InspectionService for Fake {
    async fn list_inspection_counts(
        &self,
        request: Request<scoring::ListInspectionCountsRequest>,
    ) -> Result<Response<scoring::ListInspectionCountsResponse>, Status> {
        self.get(&format!("{}/inspectionCounts", request.get_ref().period)).await
    }

    async fn get_inspection(
        &self,
        _: Request<scoring::GetInspectionRequest>,
    ) -> Result<Response<scoring::Inspection>, Status> {
        Err(Status::unimplemented("not faked"))
    }

    async fn list_inspections(
        &self,
        _: Request<scoring::ListInspectionsRequest>,
    ) -> Result<Response<scoring::ListInspectionsResponse>, Status> {
        Err(Status::unimplemented("not faked"))
    }

    async fn create_inspection(
        &self,
        _: Request<scoring::CreateInspectionRequest>,
    ) -> Result<Response<scoring::Inspection>, Status> {
        Err(Status::unimplemented("not faked"))
    }

    async fn list_findings(
        &self,
        _: Request<scoring::ListFindingsRequest>,
    ) -> Result<Response<scoring::ListFindingsResponse>, Status> {
        Err(Status::unimplemented("not faked"))
    }

    async fn report_correction(
        &self,
        _: Request<scoring::ReportCorrectionRequest>,
    ) -> Result<Response<scoring::Finding>, Status> {
        Err(Status::unimplemented("not faked"))
    }

    async fn review_correction(
        &self,
        _: Request<scoring::ReviewCorrectionRequest>,
    ) -> Result<Response<scoring::Finding>, Status> {
        Err(Status::unimplemented("not faked"))
    }
}

#[tonic::async_trait]
impl AwardService for Fake {
    async fn get_award(
        &self,
        request: Request<scoring::GetAwardRequest>,
    ) -> Result<Response<scoring::Award>, Status> {
        self.get(&request.get_ref().name).await
    }

    async fn list_awards(
        &self,
        _: Request<scoring::ListAwardsRequest>,
    ) -> Result<Response<scoring::ListAwardsResponse>, Status> {
        Err(Status::unimplemented("not faked"))
    }

    async fn decide_award(
        &self,
        _: Request<scoring::DecideAwardRequest>,
    ) -> Result<Response<scoring::Award>, Status> {
        Err(Status::unimplemented("not faked"))
    }

    async fn announce_awards(
        &self,
        _: Request<scoring::AnnounceAwardsRequest>,
    ) -> Result<Response<scoring::AnnounceAwardsResponse>, Status> {
        Err(Status::unimplemented("not faked"))
    }

    async fn list_award_counts(
        &self,
        _: Request<scoring::ListAwardCountsRequest>,
    ) -> Result<Response<scoring::ListAwardCountsResponse>, Status> {
        Err(Status::unimplemented("not faked"))
    }
}

#[tonic::async_trait]
impl FeedbackService for Fake {
    async fn get_feedback(
        &self,
        request: Request<scoring::GetFeedbackRequest>,
    ) -> Result<Response<scoring::Feedback>, Status> {
        self.get(&request.get_ref().name).await
    }
}

#[tonic::async_trait]
impl AssignmentService for Fake {
    async fn get_assignment(
        &self,
        request: Request<registry::GetAssignmentRequest>,
    ) -> Result<Response<registry::GetAssignmentResponse>, Status> {
        self.get(&request.get_ref().name).await
    }
}

#[tonic::async_trait]
impl BoardService for Fake {
    async fn get_board(
        &self,
        request: Request<scoring::GetBoardRequest>,
    ) -> Result<Response<scoring::Board>, Status> {
        self.get(&request.get_ref().name).await
    }

    type WatchBoardStream = BoxStream<'static, Result<scoring::WatchBoardResponse, Status>>;

    async fn watch_board(
        &self,
        _: Request<scoring::WatchBoardRequest>,
    ) -> Result<Response<Self::WatchBoardStream>, Status> {
        Err(Status::unimplemented("not faked"))
    }
}

#[tonic::async_trait]
impl ChangeService for Fake {
    type WatchChangesStream = BoxStream<'static, Result<scoring::WatchChangesResponse, Status>>;

    async fn watch_changes(
        &self,
        request: Request<scoring::WatchChangesRequest>,
    ) -> Result<Response<Self::WatchChangesStream>, Status> {
        let request = request.into_inner();
        kit::guard::no_district();
        let filter = Filter { district: district(&request.parent), kinds: request.kinds };
        let shutdown = self.shutdown.clone();
        let notices = feed::watch(&self.db, filter, &request.resume_token, shutdown).await?;
        let replies = notices.map(|notice| {
            Ok(match notice? {
                Notice::Bookmark { token } => {
                    scoring::WatchChangesResponse { resume_token: token, change: None }
                }
                Notice::Entry(entry) => {
                    let change = scoring::Change {
                        kind: entry.kind,
                        name: entry.name,
                        change_time: Some(kit::clock::to_proto(entry.create_time)),
                        ..scoring::Change::decode(&*entry.payload).unwrap()
                    };
                    scoring::WatchChangesResponse {
                        resume_token: entry.token,
                        change: Some(change),
                    }
                }
            })
        });
        Ok(Response::new(replies.boxed()))
    }
}

#[tonic::async_trait]
impl RegistryChanges for Fake {
    type WatchChangesStream = BoxStream<'static, Result<registry::WatchChangesResponse, Status>>;

    async fn watch_changes(
        &self,
        request: Request<registry::WatchChangesRequest>,
    ) -> Result<Response<Self::WatchChangesStream>, Status> {
        let request = request.into_inner();
        kit::guard::no_district();
        let filter = Filter { district: district(&request.parent), kinds: request.kinds };
        let shutdown = self.shutdown.clone();
        let notices = feed::watch(&self.db, filter, &request.resume_token, shutdown).await?;
        let replies = notices.map(|notice| {
            Ok(match notice? {
                Notice::Bookmark { token } => {
                    registry::WatchChangesResponse { resume_token: token, change: None }
                }
                Notice::Entry(entry) => {
                    let change = registry::Change {
                        kind: entry.kind,
                        name: entry.name,
                        change_time: Some(kit::clock::to_proto(entry.create_time)),
                        ..registry::Change::decode(&*entry.payload).unwrap()
                    };
                    registry::WatchChangesResponse {
                        resume_token: entry.token,
                        change: Some(change),
                    }
                }
            })
        });
        Ok(Response::new(replies.boxed()))
    }
}

/// The district that a watch is of; none for all of them.
fn district(parent: &str) -> Option<String> {
    parent.strip_prefix("districts/").filter(|id| *id != "-").map(str::to_owned)
}
