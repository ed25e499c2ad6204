//! Registry and scoring as cadre sees them, but saying only what a test has put there:
//! documents by name, refusals by name, and a feed whose events a test writes itself,
//! late, twice, or out of order.

use futures::StreamExt as _;
use futures::stream::BoxStream;
use kit::boot::{Service, Wing};
use kit::db::{Db, Migrations};
use kit::feed::{self, Filter, Notice};
use kit::testing::{Bed, Served};
use prost::Message;
use proto::registry::v1 as registry;
use proto::registry::v1::district_service_server::{DistrictService, DistrictServiceServer};
use proto::registry::v1::period_service_server::{PeriodService, PeriodServiceServer};
use proto::registry::v1::scheme_service_server::{SchemeService, SchemeServiceServer};
use proto::registry::v1::unit_service_server::{UnitService, UnitServiceServer};
use proto::scoring::v1 as scoring;
use proto::scoring::v1::change_service_server::{ChangeService, ChangeServiceServer};
use proto::scoring::v1::feedback_service_server::{FeedbackService, FeedbackServiceServer};
use proto::scoring::v1::mark_service_server::{MarkService, MarkServiceServer};
use proto::scoring::v1::run_service_server::{RunService, RunServiceServer};
use tokio_util::sync::CancellationToken;
use tonic::{Code, Request, Response, Status};

use crate::data;

/// The registry, holding what `put` puts there.
pub(crate) const REGISTRY: Service = Service {
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
                .service(PeriodServiceServer::new(fake.clone()))
                .service(SchemeServiceServer::new(fake)))
        })
    },
};

/// Scoring, holding what `put` puts there and telling what `publish` says.
pub(crate) const SCORING: Service = Service {
    name: "scoring",
    peers: &[],
    migrations: &DOCS,
    policy: r#"@id("scoring.service")
        permit (principal in Role::"service", action in Action::"scoring.read", resource);"#,
    start: |ctx| {
        Box::pin(async move {
            let fake = Fake { db: ctx.db, shutdown: ctx.shutdown };
            Ok(Wing::new("scoring")
                .service(RunServiceServer::new(fake.clone()))
                .service(MarkServiceServer::new(fake.clone()))
                .service(FeedbackServiceServer::new(fake.clone()))
                .service(ChangeServiceServer::new(fake)))
        })
    },
};

static DOCS: Migrations = Migrations {
    sqlite: sqlx::migrate!("tests/it/fake/sqlite"),
    postgres: sqlx::migrate!("tests/it/fake/postgres"),
};

/// Cadre beside the fakes, with the district that `data` describes.
pub(crate) async fn start(bed: &Bed) -> Served {
    let served = bed.start(&[REGISTRY, SCORING, cadre::SERVICE]).await;
    data::put(&served).await;
    served
}

/// Lets a service answer with this document under its name.
pub(crate) async fn put(served: &Served, service: &str, name: &str, doc: &impl Message) {
    keep(served.db(service), name, doc.encode_to_vec(), Code::Ok).await;
}

/// Lets a service refuse whoever asks for this name.
pub(crate) async fn refuse(served: &Served, service: &str, name: &str, code: Code) {
    keep(served.db(service), name, Vec::new(), code).await;
}

/// Appends to scoring's feed.
pub(crate) async fn publish(
    served: &Served,
    kind: &'static str,
    name: &str,
    change: &scoring::Change,
) {
    let mut tx = served.db("scoring").begin_write().await.unwrap();
    let district = name.split('/').nth(1).unwrap();
    feed::append(&mut tx, district, kind, name, change);
    tx.commit().await.unwrap();
}

async fn keep(db: &Db, name: &str, body: Vec<u8>, code: Code) {
    let mut tx = db.begin_write().await.unwrap();
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
    db: Db,
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

macro_rules! fake {
    ($trait:ident of $package:ident: $($get:ident($asked:ident) -> $doc:ident),*;
     $($other:ident($request:ident) -> $reply:ident),*) => {
        #[tonic::async_trait]
        impl $trait for Fake {
            $(async fn $get(
                &self,
                request: Request<$package::$asked>,
            ) -> Result<Response<$package::$doc>, Status> {
                self.get(&request.get_ref().name).await
            })*
            $(async fn $other(
                &self,
                _: Request<$package::$request>,
            ) -> Result<Response<$package::$reply>, Status> {
                Err(Status::unimplemented("not faked"))
            })*
        }
    };
}

fake!(DistrictService of registry:
    get_district(GetDistrictRequest) -> District;
    list_districts(ListDistrictsRequest) -> ListDistrictsResponse,
    create_district(CreateDistrictRequest) -> District,
    update_district(UpdateDistrictRequest) -> District
);
fake!(PeriodService of registry:
    get_period(GetPeriodRequest) -> Period;
    list_periods(ListPeriodsRequest) -> ListPeriodsResponse,
    create_period(CreatePeriodRequest) -> Period,
    update_period(UpdatePeriodRequest) -> Period
);
fake!(SchemeService of registry:
    get_scheme(GetSchemeRequest) -> Scheme;
    list_schemes(ListSchemesRequest) -> ListSchemesResponse,
    create_scheme(CreateSchemeRequest) -> Scheme,
    update_scheme(UpdateSchemeRequest) -> Scheme,
    enact_scheme(EnactSchemeRequest) -> Scheme,
    compare_schemes(CompareSchemesRequest) -> CompareSchemesResponse,
    revise_scheme(ReviseSchemeRequest) -> Scheme
);
fake!(RunService of scoring:
    get_run(GetRunRequest) -> Run, get_result(GetResultRequest) -> Result;
    list_runs(ListRunsRequest) -> ListRunsResponse,
    create_run(CreateRunRequest) -> Run,
    publish_run(PublishRunRequest) -> Run,
    list_results(ListResultsRequest) -> ListResultsResponse,
    explain_score(ExplainScoreRequest) -> ExplainScoreResponse,
    verify_run(VerifyRunRequest) -> VerifyRunResponse
);

fake!(FeedbackService of scoring:
    get_feedback(GetFeedbackRequest) -> Feedback;
);
fake!(MarkService of scoring:
    get_mark(GetMarkRequest) -> Mark;
    list_marks(ListMarksRequest) -> ListMarksResponse,
    batch_create_marks(BatchCreateMarksRequest) -> BatchCreateMarksResponse
);

#[tonic::async_trait]
impl UnitService for Fake {
    async fn get_unit(
        &self,
        request: Request<registry::GetUnitRequest>,
    ) -> Result<Response<registry::Unit>, Status> {
        self.get(&request.get_ref().name).await
    }

    /// In pages of ten, so that a test with dozens of units sees several.
    async fn list_units(
        &self,
        request: Request<registry::ListUnitsRequest>,
    ) -> Result<Response<registry::ListUnitsResponse>, Status> {
        kit::guard::no_district();
        let request = request.into_inner();
        assert!(request.show_retired, "persons held posts in units that are no more");
        let mut tx = self.db.begin_read().await?;
        let rows = kit::fetch_all!(
            tx,
            (Vec<u8>,),
            "SELECT body FROM doc WHERE name LIKE $1 AND name > $2 ORDER BY name LIMIT 10",
            format!("{}/units/%", request.parent),
            &request.page_token
        )?;
        let decode = |(body,): &(Vec<u8>,)| registry::Unit::decode(body.as_slice()).unwrap();
        let units: Vec<registry::Unit> = rows.iter().map(decode).collect();
        let last = units.last().filter(|_| units.len() == 10);
        let next_page_token = last.map(|unit| unit.name.clone()).unwrap_or_default();
        Ok(Response::new(registry::ListUnitsResponse { units, next_page_token }))
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
impl ChangeService for Fake {
    type WatchChangesStream = BoxStream<'static, Result<scoring::WatchChangesResponse, Status>>;

    async fn watch_changes(
        &self,
        request: Request<scoring::WatchChangesRequest>,
    ) -> Result<Response<Self::WatchChangesStream>, Status> {
        let request = request.into_inner();
        assert_eq!(request.parent, "districts/-");
        kit::guard::no_district();
        let filter = Filter { district: None, kinds: request.kinds };
        let shutdown = self.shutdown.clone();
        let notices = feed::watch(&self.db, filter, &request.resume_token, shutdown).await?;
        let replies = notices.map(|notice| {
            Ok(match notice? {
                Notice::Bookmark { token } => {
                    scoring::WatchChangesResponse { resume_token: token, change: None }
                }
                Notice::Entry(entry) => {
                    let mut change = scoring::Change::decode(&*entry.payload).unwrap();
                    change.kind = entry.kind;
                    change.name = entry.name;
                    let change = Some(change);
                    scoring::WatchChangesResponse { resume_token: entry.token, change }
                }
            })
        });
        Ok(Response::new(replies.boxed()))
    }
}
