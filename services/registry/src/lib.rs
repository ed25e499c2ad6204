//! The registry: what is evaluated, by which rulebook, over which periods. It holds the
//! districts, and in each its units, indicators, periods, targets and schemes. For all services it
//! keeps the accounts that were cut off, and the keys of platforms.
//!
//! Every write takes its district first (`store::district::lock`), so that decisions about
//! one district are made one after another, and every write that an assignment could show
//! counts the district's edition on (the others `hold`). Readers of an assignment learn from
//! the edition alone whether anything changed.
//!
//! Deliberately absent: observations, scores and whatever is reckoned from them; persons;
//! deletion (history is what was defined at the time); calls to any other service.

mod account;
mod api_key;
mod assignment;
mod batch;
mod comment;
mod community;
mod consultation;
mod definition;
mod district;
mod front;
mod indicator;
mod inspector;
mod lesson;
mod load;
mod milestone;
mod order;
mod oversight;
mod pairing;
mod patch;
mod period;
mod phase;
mod plate;
mod post;
mod progress;
mod project;
mod revision;
mod rpc;
mod scheme;
mod seat;
mod station;
mod store;
mod subject;
mod target;
mod task;
mod task_list;
mod unit;
mod visit;
mod whistle;

use kit::Result;
use kit::boot::{self, BATCH_DECODE_LIMIT, Context, DOCUMENT_LIMIT, Wing};
use kit::db::Migrations;
use proto::access::v1::account_service_server::AccountServiceServer;
use proto::access::v1::api_key_service_server::ApiKeyServiceServer;
use proto::access::v1::token_service_server::TokenServiceServer;
use proto::registry::v1::assignment_service_server::AssignmentServiceServer;
use proto::registry::v1::change_service_server::ChangeServiceServer;
use proto::registry::v1::comment_service_server::CommentServiceServer;
use proto::registry::v1::community_service_server::CommunityServiceServer;
use proto::registry::v1::consultation_service_server::ConsultationServiceServer;
use proto::registry::v1::district_service_server::DistrictServiceServer;
use proto::registry::v1::front_service_server::FrontServiceServer;
use proto::registry::v1::indicator_service_server::IndicatorServiceServer;
use proto::registry::v1::inspector_service_server::InspectorServiceServer;
use proto::registry::v1::lesson_service_server::LessonServiceServer;
use proto::registry::v1::load_service_server::LoadServiceServer;
use proto::registry::v1::milestone_service_server::MilestoneServiceServer;
use proto::registry::v1::order_service_server::OrderServiceServer;
use proto::registry::v1::oversight_service_server::OversightServiceServer;
use proto::registry::v1::pairing_service_server::PairingServiceServer;
use proto::registry::v1::period_service_server::PeriodServiceServer;
use proto::registry::v1::phase_service_server::PhaseServiceServer;
use proto::registry::v1::plate_service_server::PlateServiceServer;
use proto::registry::v1::post_service_server::PostServiceServer;
use proto::registry::v1::progress_service_server::ProgressServiceServer;
use proto::registry::v1::project_service_server::ProjectServiceServer;
use proto::registry::v1::revision_service_server::RevisionServiceServer;
use proto::registry::v1::scheme_service_server::SchemeServiceServer;
use proto::registry::v1::seat_service_server::SeatServiceServer;
use proto::registry::v1::station_service_server::StationServiceServer;
use proto::registry::v1::target_service_server::TargetServiceServer;
use proto::registry::v1::task_list_service_server::TaskListServiceServer;
use proto::registry::v1::task_service_server::TaskServiceServer;
use proto::registry::v1::unit_service_server::UnitServiceServer;
use proto::registry::v1::visit_service_server::VisitServiceServer;
use proto::registry::v1::whistle_service_server::WhistleServiceServer;

use crate::rpc::{Access, Rpc};

/// The registry as a process starts it.
pub const SERVICE: boot::Service = boot::Service {
    name: "registry",
    peers: &[],
    migrations: &MIGRATIONS,
    policy: include_str!("../policy.cedar"),
    start: |context| Box::pin(start(context)),
};

/// The registry's schema.
pub static MIGRATIONS: Migrations = Migrations {
    sqlite: sqlx::migrate!("migrations/sqlite"),
    postgres: sqlx::migrate!("migrations/postgres"),
};

pub use store::retention::RULES as RETENTION;

/// Starts the registry.
pub async fn start(context: Context) -> Result<Wing> {
    let rpc = Rpc::new(&context);
    let access = Access::new(&context)?;
    let units = UnitServiceServer::new(rpc.clone());
    let indicators = IndicatorServiceServer::new(rpc.clone());
    let targets = TargetServiceServer::new(rpc.clone());
    let assignments = kit::service!(AssignmentServiceServer::new(rpc.clone()));
    Ok(Wing::new(SERVICE.name)
        .forgetting(&RETENTION)
        .revoking(access.revocations())
        .service(kit::service!(AccountServiceServer::new(access.clone())))
        .service(kit::service!(ApiKeyServiceServer::new(access.clone())))
        .service(kit::service!(TokenServiceServer::new(access)))
        .service(kit::service!(DistrictServiceServer::new(rpc.clone())))
        .service(kit::service!(units, BATCH_DECODE_LIMIT))
        .service(kit::service!(indicators, BATCH_DECODE_LIMIT))
        .service(kit::service!(PeriodServiceServer::new(rpc.clone())))
        .service(kit::service!(targets, BATCH_DECODE_LIMIT))
        .service(kit::service!(SchemeServiceServer::new(rpc.clone())))
        .service(kit::service!(FrontServiceServer::new(rpc.clone()), BATCH_DECODE_LIMIT))
        .service(kit::service!(StationServiceServer::new(rpc.clone()), BATCH_DECODE_LIMIT))
        .service(kit::service!(PostServiceServer::new(rpc.clone()), BATCH_DECODE_LIMIT))
        .service(kit::service!(ProjectServiceServer::new(rpc.clone()), BATCH_DECODE_LIMIT))
        .service(kit::service!(CommunityServiceServer::new(rpc.clone()), BATCH_DECODE_LIMIT))
        .service(kit::service!(InspectorServiceServer::new(rpc.clone()), BATCH_DECODE_LIMIT))
        .service(kit::service!(LessonServiceServer::new(rpc.clone()), BATCH_DECODE_LIMIT))
        .service(kit::service!(MilestoneServiceServer::new(rpc.clone()), BATCH_DECODE_LIMIT))
        .service(kit::service!(OrderServiceServer::new(rpc.clone()), BATCH_DECODE_LIMIT))
        .service(kit::service!(OversightServiceServer::new(rpc.clone())))
        .service(kit::service!(PairingServiceServer::new(rpc.clone()), BATCH_DECODE_LIMIT))
        .service(kit::service!(PhaseServiceServer::new(rpc.clone()), BATCH_DECODE_LIMIT))
        .service(kit::service!(PlateServiceServer::new(rpc.clone()), BATCH_DECODE_LIMIT))
        .service(kit::service!(SeatServiceServer::new(rpc.clone()), BATCH_DECODE_LIMIT))
        .service(kit::service!(TaskServiceServer::new(rpc.clone()), BATCH_DECODE_LIMIT))
        .service(kit::service!(TaskListServiceServer::new(rpc.clone()), BATCH_DECODE_LIMIT))
        .service(kit::service!(WhistleServiceServer::new(rpc.clone()), BATCH_DECODE_LIMIT))
        .service(kit::service!(ProgressServiceServer::new(rpc.clone()), BATCH_DECODE_LIMIT))
        .service(kit::service!(VisitServiceServer::new(rpc.clone()), BATCH_DECODE_LIMIT))
        .service(kit::service!(CommentServiceServer::new(rpc.clone())))
        .service(kit::service!(ConsultationServiceServer::new(rpc.clone())))
        .service(kit::service!(LoadServiceServer::new(rpc.clone())))
        .service(kit::service!(RevisionServiceServer::new(rpc.clone())))
        .service(assignments.max_encoding_message_size(DOCUMENT_LIMIT))
        .service(kit::service!(ChangeServiceServer::new(rpc))))
}
