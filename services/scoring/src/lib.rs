//! Scoring: the facts that units report, what is agreed about them, and what follows: runs,
//! results, boards, warnings.
//!
//! Facts are ledgers: rows are added and never changed, by trigger on either database. Beside
//! them stands what is derived and could be made anew from them (`sheet`, `reconciliation`,
//! `publication`), so that the questions of every day are one statement. A writer takes its
//! district first (`store::head::lock`); positions in a ledger have no gaps for it.
//!
//! Definitions stay with registry. A period's assignment is read from there and held for a
//! second while the period is open. The close keeps it (`definitions`), so that nothing defined
//! later reaches the period, and every run pins it whole, so that a score can be computed
//! again for good.
//!
//! Deliberately absent: copies of registry's tables, arithmetic (that is the engine's), the
//! reading of rulebooks (that is the rulebook's), and what a result does to a person.

mod activity;
mod adjustment;
mod assignment;
mod award;
mod board;
mod bulk;
mod card;
mod cell;
mod comparison;
mod correction;
mod discrimination;
mod draw;
mod exemption;
mod external_result;
mod feedback;
mod input;
mod inspection;
mod mark;
mod objection;
mod observation;
mod period;
mod poll;
mod reconciliation;
mod report;
mod result;
mod result_proof;
mod rpc;
mod run;
mod sheet;
mod store;
mod subject;
mod warning;

use kit::Result;
use kit::boot::{self, BATCH_DECODE_LIMIT, Context, Wing};
use kit::db::Migrations;
use proto::scoring::v1::activity_service_server::ActivityServiceServer;
use proto::scoring::v1::adjustment_service_server::AdjustmentServiceServer;
use proto::scoring::v1::award_service_server::AwardServiceServer;
use proto::scoring::v1::board_service_server::BoardServiceServer;
use proto::scoring::v1::card_service_server::CardServiceServer;
use proto::scoring::v1::change_service_server::ChangeServiceServer;
use proto::scoring::v1::comparison_service_server::ComparisonServiceServer;
use proto::scoring::v1::correction_service_server::CorrectionServiceServer;
use proto::scoring::v1::discrimination_service_server::DiscriminationServiceServer;
use proto::scoring::v1::exemption_service_server::ExemptionServiceServer;
use proto::scoring::v1::external_result_service_server::ExternalResultServiceServer;
use proto::scoring::v1::feedback_service_server::FeedbackServiceServer;
use proto::scoring::v1::inspection_service_server::InspectionServiceServer;
use proto::scoring::v1::mark_service_server::MarkServiceServer;
use proto::scoring::v1::objection_service_server::ObjectionServiceServer;
use proto::scoring::v1::observation_service_server::ObservationServiceServer;
use proto::scoring::v1::poll_service_server::PollServiceServer;
use proto::scoring::v1::reconciliation_service_server::ReconciliationServiceServer;
use proto::scoring::v1::result_proof_service_server::ResultProofServiceServer;
use proto::scoring::v1::run_service_server::RunServiceServer;
use proto::scoring::v1::sheet_service_server::SheetServiceServer;
use proto::scoring::v1::warning_service_server::WarningServiceServer;

use crate::rpc::Rpc;

/// Scoring as a process starts it.
pub const SERVICE: boot::Service = boot::Service {
    name: "scoring",
    peers: &["registry"],
    migrations: &MIGRATIONS,
    policy: include_str!("../policy.cedar"),
    start: |context| Box::pin(start(context)),
};

/// Scoring's schema.
pub static MIGRATIONS: Migrations = Migrations {
    sqlite: sqlx::migrate!("migrations/sqlite"),
    postgres: sqlx::migrate!("migrations/postgres"),
};

/// Starts scoring.
pub async fn start(context: Context) -> Result<Wing> {
    rpc::sheet::catch_up(&context.db).await?;
    let rpc = Rpc::new(&context);
    let observations = ObservationServiceServer::new(rpc.clone());
    let adjustments = AdjustmentServiceServer::new(rpc.clone());
    let polls = PollServiceServer::new(rpc.clone());
    let marks = MarkServiceServer::new(rpc.clone());
    let activities = ActivityServiceServer::new(rpc.clone());
    Ok(Wing::new(SERVICE.name)
        .proven(result_proof::PROVEN)
        .service(kit::service!(observations, BATCH_DECODE_LIMIT))
        .service(kit::service!(ReconciliationServiceServer::new(rpc.clone())))
        .service(kit::service!(RunServiceServer::new(rpc.clone())))
        .service(kit::service!(ResultProofServiceServer::new(rpc.clone())))
        .service(kit::service!(SheetServiceServer::new(rpc.clone())))
        .service(kit::service!(BoardServiceServer::new(rpc.clone())))
        .service(kit::service!(AwardServiceServer::new(rpc.clone())))
        .service(kit::service!(CardServiceServer::new(rpc.clone())))
        .service(kit::service!(ComparisonServiceServer::new(rpc.clone())))
        .service(kit::service!(CorrectionServiceServer::new(rpc.clone())))
        .service(kit::service!(DiscriminationServiceServer::new(rpc.clone())))
        .service(kit::service!(FeedbackServiceServer::new(rpc.clone())))
        .service(kit::service!(ObjectionServiceServer::new(rpc.clone())))
        .service(kit::service!(WarningServiceServer::new(rpc.clone())))
        .service(kit::service!(activities, BATCH_DECODE_LIMIT))
        .service(kit::service!(adjustments, BATCH_DECODE_LIMIT))
        .service(kit::service!(polls, BATCH_DECODE_LIMIT))
        .service(kit::service!(marks, BATCH_DECODE_LIMIT))
        .service(kit::service!(InspectionServiceServer::new(rpc.clone())))
        .service(kit::service!(ExemptionServiceServer::new(rpc.clone())))
        .service(kit::service!(ExternalResultServiceServer::new(rpc.clone())))
        .service(kit::service!(ChangeServiceServer::new(rpc))))
}
