//! Cadre (干部): persons, the posts they hold, and the archive of what the units they
//! headed achieved (H10).
//!
//! Results come from scoring's change feed into a tray, unread; what they mean (period, its
//! last day, the track's name) is asked of scoring and registry afterwards, outside any
//! transaction. An entry is made wherever a settled result meets the head of its unit,
//! by whichever comes last, the result or the posting: so order does not matter, and no
//! peer that is away, and no event or run that cannot be read, holds up anybody else, and
//! nothing is dropped: what cannot be settled stays in the tray and is tried again later.
//!
//! Deliberately absent: the arithmetic of scores, any decision about a person, any
//! record of a citizen or petitioner.

mod access_ticket;
mod appointment_rule;
mod appraisal_report;
mod archive;
mod campaign;
mod commitment;
mod commitment_fact;
mod conduct_entry;
mod consequence;
mod consequence_rule;
mod criteria;
mod definition;
mod distinction;
mod enrolment;
mod evidence;
mod follow;
mod growth;
mod honour_candidate;
mod member;
mod nominee;
mod notice;
mod period;
mod person;
mod person_erasure;
mod person_export;
mod placement;
mod placement_report;
mod political_check;
mod political_record;
mod pool;
mod pool_member;
mod recusal;
mod remark;
mod rest_calendar;
mod rpc;
mod span;
mod store;
mod training;
mod training_post;

use std::sync::Arc;

use kit::boot::{Context, Service, Wing};
use proto::cadre::v1::access_ticket_service_server::AccessTicketServiceServer;
use proto::cadre::v1::appointment_rule_service_server::AppointmentRuleServiceServer;
use proto::cadre::v1::appraisal_report_service_server::AppraisalReportServiceServer;
use proto::cadre::v1::archive_service_server::ArchiveServiceServer;
use proto::cadre::v1::campaign_service_server::CampaignServiceServer;
use proto::cadre::v1::change_service_server::ChangeServiceServer;
use proto::cadre::v1::commitment_fact_service_server::CommitmentFactServiceServer;
use proto::cadre::v1::commitment_figure_service_server::CommitmentFigureServiceServer;
use proto::cadre::v1::commitment_service_server::CommitmentServiceServer;
use proto::cadre::v1::conduct_entry_service_server::ConductEntryServiceServer;
use proto::cadre::v1::consequence_rule_service_server::ConsequenceRuleServiceServer;
use proto::cadre::v1::consequence_service_server::ConsequenceServiceServer;
use proto::cadre::v1::development_service_server::DevelopmentServiceServer;
use proto::cadre::v1::enrolment_service_server::EnrolmentServiceServer;
use proto::cadre::v1::growth_service_server::GrowthServiceServer;
use proto::cadre::v1::honour_candidate_service_server::HonourCandidateServiceServer;
use proto::cadre::v1::member_service_server::MemberServiceServer;
use proto::cadre::v1::nominee_service_server::NomineeServiceServer;
use proto::cadre::v1::person_erasure_service_server::PersonErasureServiceServer;
use proto::cadre::v1::person_export_service_server::PersonExportServiceServer;
use proto::cadre::v1::person_service_server::PersonServiceServer;
use proto::cadre::v1::placement_report_service_server::PlacementReportServiceServer;
use proto::cadre::v1::placement_service_server::PlacementServiceServer;
use proto::cadre::v1::political_check_service_server::PoliticalCheckServiceServer;
use proto::cadre::v1::political_record_service_server::PoliticalRecordServiceServer;
use proto::cadre::v1::pool_member_service_server::PoolMemberServiceServer;
use proto::cadre::v1::pool_service_server::PoolServiceServer;
use proto::cadre::v1::public_commitment_service_server::PublicCommitmentServiceServer;
use proto::cadre::v1::recusal_service_server::RecusalServiceServer;
use proto::cadre::v1::remark_service_server::RemarkServiceServer;
use proto::cadre::v1::rest_calendar_service_server::RestCalendarServiceServer;
use proto::cadre::v1::training_post_service_server::TrainingPostServiceServer;
use proto::cadre::v1::training_service_server::TrainingServiceServer;
use tokio::sync::Notify;

use crate::rpc::Rpc;

/// What the binaries need to run this service.
pub const SERVICE: Service = Service {
    name: "cadre",
    peers: &["registry", "scoring"],
    migrations: &MIGRATIONS,
    policy: include_str!("../policy.cedar"),
    start: |ctx| Box::pin(start(ctx)),
};

/// The schema.
pub static MIGRATIONS: kit::db::Migrations = kit::db::Migrations {
    sqlite: sqlx::migrate!("migrations/sqlite"),
    postgres: sqlx::migrate!("migrations/postgres"),
};

pub use store::person_erasure::RULES as RETENTION;

/// Starts the service: what it answers, and the two tasks that fill the archives.
pub async fn start(ctx: Context) -> kit::Result<Wing> {
    store::person::key::complete(&ctx.db).await?;
    let rpc = Rpc::new(&ctx);
    let persons = PersonServiceServer::new(rpc.clone());
    let members = MemberServiceServer::new(rpc.clone());
    let pools = PoolServiceServer::new(rpc.clone());
    let pool_members = PoolMemberServiceServer::new(rpc.clone());
    let commitments = CommitmentServiceServer::new(rpc.clone());
    let facts = CommitmentFactServiceServer::new(rpc.clone());
    let conduct = ConductEntryServiceServer::new(rpc.clone());
    let posts = TrainingPostServiceServer::new(rpc.clone());
    let nominees = NomineeServiceServer::new(rpc.clone());
    let reports = PlacementReportServiceServer::new(rpc.clone());
    let bell = Arc::new(Notify::new());
    Ok(Wing::new(SERVICE.name)
        .forgetting(&RETENTION)
        .service(kit::service!(PersonErasureServiceServer::new(rpc.clone())))
        .service(kit::service!(PersonExportServiceServer::new(rpc.clone())))
        .service(kit::service!(persons, kit::boot::BATCH_DECODE_LIMIT))
        .service(kit::service!(members, kit::boot::BATCH_DECODE_LIMIT))
        .service(kit::service!(pools, kit::boot::BATCH_DECODE_LIMIT))
        .service(kit::service!(pool_members, kit::boot::BATCH_DECODE_LIMIT))
        .service(kit::service!(posts, kit::boot::BATCH_DECODE_LIMIT))
        .service(kit::service!(nominees, kit::boot::BATCH_DECODE_LIMIT))
        .service(kit::service!(CampaignServiceServer::new(rpc.clone())))
        .service(kit::service!(PlacementServiceServer::new(rpc.clone())))
        .service(kit::service!(reports, kit::boot::BATCH_DECODE_LIMIT))
        .service(kit::service!(ArchiveServiceServer::new(rpc.clone())))
        .service(kit::service!(ConsequenceRuleServiceServer::new(rpc.clone())))
        .service(kit::service!(ConsequenceServiceServer::new(rpc.clone())))
        .service(kit::service!(commitments, kit::boot::BATCH_DECODE_LIMIT))
        .service(kit::service!(facts, kit::boot::BATCH_DECODE_LIMIT))
        .service(kit::service!(AppointmentRuleServiceServer::new(rpc.clone())))
        .service(kit::service!(CommitmentFigureServiceServer::new(rpc.clone())))
        .service(kit::service!(RestCalendarServiceServer::new(rpc.clone())))
        .service(kit::service!(PublicCommitmentServiceServer::new(rpc.clone())))
        .service(kit::service!(RecusalServiceServer::new(rpc.clone())))
        .service(kit::service!(RemarkServiceServer::new(rpc.clone())))
        .service(kit::service!(AccessTicketServiceServer::new(rpc.clone())))
        .service(kit::service!(AppraisalReportServiceServer::new(rpc.clone())))
        .service(kit::service!(DevelopmentServiceServer::new(rpc.clone())))
        .service(kit::service!(EnrolmentServiceServer::new(rpc.clone())))
        .service(kit::service!(GrowthServiceServer::new(rpc.clone())))
        .service(kit::service!(HonourCandidateServiceServer::new(rpc.clone())))
        .service(kit::service!(PoliticalCheckServiceServer::new(rpc.clone())))
        .service(kit::service!(PoliticalRecordServiceServer::new(rpc.clone())))
        .service(kit::service!(TrainingServiceServer::new(rpc.clone())))
        .service(kit::service!(conduct, kit::boot::BATCH_DECODE_LIMIT))
        .service(kit::service!(ChangeServiceServer::new(rpc)))
        .task(follow::events(ctx.clone(), Arc::clone(&bell)))
        .task(follow::settle::run(ctx, bell)))
}
