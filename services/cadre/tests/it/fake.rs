//! Registry and scoring as cadre sees them, but saying only what a test has put there:
//! documents by name, refusals by name, and a feed whose events a test writes itself,
//! late, twice, or out of order.

use kit::boot::{Context, Service, Wing};
use kit::db::Db;
use kit::name::Pattern;
use kit::testing::{Bed, DOCS, Served, Stub};
use proto::registry::v1::district_service_server::DistrictServiceServer;
use proto::registry::v1::period_service_server::PeriodServiceServer;
use proto::registry::v1::scheme_service_server::SchemeServiceServer;
use proto::registry::v1::unit_service_server::UnitServiceServer;
use proto::scoring::v1::change_service_server::ChangeServiceServer;
use proto::scoring::v1::feedback_service_server::FeedbackServiceServer;
use proto::scoring::v1::mark_service_server::MarkServiceServer;
use proto::scoring::v1::run_service_server::RunServiceServer;
use tokio_util::sync::CancellationToken;

use crate::data;

/// The registry, holding what a test puts there.
pub(crate) const REGISTRY: Service = Service {
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
                .service(Stub::<PeriodServiceServer<()>>::of(&ctx))
                .service(Stub::<SchemeServiceServer<()>>::of(&ctx)))
        })
    },
};

/// Scoring, holding what a test puts there and telling what it says.
pub(crate) const SCORING: Service = Service {
    name: "scoring",
    peers: &[],
    migrations: &DOCS,
    policy: r#"@id("scoring.service")
        permit (principal in Role::"service", action in Action::"scoring.read", resource);"#,
    start: |ctx| {
        Box::pin(async move {
            Ok(Wing::new("scoring")
                .service(Stub::<RunServiceServer<()>>::of(&ctx))
                .service(Stub::<MarkServiceServer<()>>::of(&ctx))
                .service(Stub::<FeedbackServiceServer<()>>::of(&ctx))
                .service(ChangeServiceServer::new(Feed::of(ctx))))
        })
    },
};

/// Cadre beside the stubs, with the district that `data` describes.
pub(crate) async fn start(bed: &Bed) -> Served {
    let served = bed.start(&[REGISTRY, SCORING, cadre::SERVICE]).await;
    data::put(&served).await;
    served
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
