//! Registry and scoring as notification sees them, but saying only what a test has put there:
//! documents by name, refusals by name, and a feed whose events a test writes itself, late,
//! twice, or out of order.

use kit::boot::{Context, Service, Wing};
use kit::db::Db;
use kit::name::Pattern;
use kit::testing::{Bed, DOCS, Served, Stub};
use proto::registry::v1 as registry;
use proto::registry::v1::assignment_service_server::AssignmentServiceServer;
use proto::registry::v1::change_service_server::ChangeServiceServer as RegistryChangesServer;
use proto::registry::v1::community_service_server::CommunityServiceServer;
use proto::registry::v1::district_service_server::DistrictServiceServer;
use proto::registry::v1::indicator_service_server::IndicatorServiceServer;
use proto::registry::v1::oversight_service_server::OversightServiceServer;
use proto::registry::v1::post_service_server::PostServiceServer;
use proto::registry::v1::project_service_server::ProjectServiceServer;
use proto::registry::v1::unit_service_server::UnitServiceServer;
use proto::scoring::v1 as scoring;
use proto::scoring::v1::award_service_server::AwardServiceServer;
use proto::scoring::v1::board_service_server::BoardServiceServer;
use proto::scoring::v1::change_service_server::ChangeServiceServer;
use proto::scoring::v1::feedback_service_server::FeedbackServiceServer;
use proto::scoring::v1::inspection_service_server::InspectionServiceServer;
use proto::scoring::v1::run_service_server::RunServiceServer;
use tokio_util::sync::CancellationToken;

use crate::data;

/// The registry, holding what a test puts there.
const REGISTRY: Service = Service {
    name: "registry",
    peers: &[],
    migrations: &DOCS,
    policy: r#"@id("registry.service")
        permit (principal in Role::"service", action in Action::"registry.read", resource);"#,
    start: |ctx| {
        Box::pin(async move {
            Ok(Wing::new("registry")
                .service(Stub::<DistrictServiceServer<()>>::of(&ctx))
                .service(Stub::<UnitServiceServer<()>>::of(&ctx))
                .service(Stub::<IndicatorServiceServer<()>>::of(&ctx))
                .service(Stub::<OversightServiceServer<()>>::of(&ctx))
                .service(Stub::<AssignmentServiceServer<()>>::of(&ctx))
                .service(Stub::<ProjectServiceServer<()>>::of(&ctx))
                .service(Stub::<PostServiceServer<()>>::of(&ctx))
                .service(Stub::<CommunityServiceServer<()>>::of(&ctx))
                .service(RegistryChangesServer::new(Feed::of(ctx))))
        })
    },
};

/// Scoring, holding what a test puts there and telling what it says.
const SCORING: Service = Service {
    name: "scoring",
    peers: &[],
    migrations: &DOCS,
    policy: r#"@id("scoring.service")
        permit (principal in Role::"service", action in Action::"scoring.read", resource);"#,
    start: |ctx| {
        Box::pin(async move {
            Ok(Wing::new("scoring")
                .service(Stub::<AwardServiceServer<()>>::of(&ctx))
                .service(Stub::<BoardServiceServer<()>>::of(&ctx))
                .service(Stub::<FeedbackServiceServer<()>>::of(&ctx))
                .service(Stub::<InspectionServiceServer<()>>::of(&ctx))
                .service(Stub::<RunServiceServer<()>>::of(&ctx))
                .service(ChangeServiceServer::new(Feed::of(ctx))))
        })
    },
};

/// Notification beside the stubs, with the districts that `data` describes.
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

/// Appends to scoring's feed.
pub(crate) async fn publish(
    served: &Served,
    kind: &'static str,
    name: &str,
    resource: scoring::change::Resource,
) {
    let change = scoring::Change { resource: Some(resource), ..Default::default() };
    served.tell("scoring", kind, name, &change).await;
}

/// Appends to the registry's feed.
pub(crate) async fn announce(
    served: &Served,
    kind: &'static str,
    name: &str,
    resource: registry::change::Resource,
) {
    let change = registry::Change { resource: Some(resource), ..Default::default() };
    served.tell("registry", kind, name, &change).await;
}

static DISTRICT: Pattern = Pattern::new("district", "districts/{district}");

/// What a test tells.
struct Feed {
    db: Db,
    shutdown: CancellationToken,
}

impl Feed {
    fn of(ctx: Context) -> Self {
        Self { db: ctx.db, shutdown: ctx.shutdown }
    }
}

kit::watch_changes!(Feed, proto::scoring::v1, DISTRICT);
kit::watch_changes!(Feed, proto::registry::v1, DISTRICT);
