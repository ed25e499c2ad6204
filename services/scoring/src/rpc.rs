//! Handlers, one file and one server trait a noun. Each reads: parse, begin, replay, load,
//! the domain decides, store, append to the feed, commit, convert.

mod activity;
mod adjustment;
mod assignment;
mod award;
mod board;
mod bulk;
mod card;
mod change;
mod comparison;
mod correction;
mod discrimination;
mod exemption;
mod external_result;
mod feedback;
mod inspection;
mod mark;
mod objection;
mod observation;
mod poll;
mod reconciliation;
mod report;
mod result;
mod result_proof;
mod run;
pub(crate) mod sheet;
mod subject;
mod warning;

use std::sync::Arc;

use kit::boot::Context;
use kit::clock::Clock;
use kit::db::Db;
use kit::field::Fields;
use kit::guard;
use kit::name::Name;
use kit::peers::Peer;
use proto::registry::v1::district_service_client::DistrictServiceClient;
use proto::registry::v1::inspector_service_client::InspectorServiceClient;
use proto::registry::v1::scheme_service_client::SchemeServiceClient;
use proto::registry::v1::unit_service_client::UnitServiceClient;
use proto::registry::v1::visit_service_client::VisitServiceClient;
use tokio_util::sync::CancellationToken;

use assignment::Assignments;

/// Answers every call of scoring.
#[derive(Clone, Debug)]
pub(crate) struct Rpc {
    db: Db,
    clock: Arc<dyn Clock>,
    assignments: Arc<Assignments>,
    comparisons: Arc<comparison::Held>,
    results: Arc<result::Kept>,
    districts: DistrictServiceClient<Peer>,
    units: UnitServiceClient<Peer>,
    inspectors: InspectorServiceClient<Peer>,
    schemes: SchemeServiceClient<Peer>,
    visits: VisitServiceClient<Peer>,
    shutdown: CancellationToken,
}

impl Rpc {
    pub(crate) fn new(context: &Context) -> Self {
        Self {
            db: context.db.clone(),
            clock: Arc::clone(&context.clock),
            assignments: Arc::new(Assignments::new(context)),
            comparisons: Arc::default(),
            results: Arc::default(),
            districts: kit::client!(DistrictServiceClient, context.peers.get("registry")),
            units: kit::client!(UnitServiceClient, context.peers.get("registry")),
            inspectors: kit::client!(InspectorServiceClient, context.peers.get("registry")),
            schemes: kit::client!(SchemeServiceClient, context.peers.get("registry")),
            visits: kit::client!(VisitServiceClient, context.peers.get("registry")),
            shutdown: context.shutdown.clone(),
        }
    }
}

impl Rpc {
    /// Refuses a caller bound to units a subject for which none of them answers in a period.
    async fn reaches(&self, district: &str, period: &str, subject: &str) -> kit::Result<()> {
        match guard::units(district)? {
            None => return Ok(()),
            Some(own) if own.iter().any(|it| it == subject) => return Ok(()),
            Some(_) => {}
        }
        let read = self.assignments.recent(district, period).await?;
        let answers = read.as_ref().map(|it| it.assignment.answers(subject));
        guard::for_unit(district, answers.unwrap_or(subject))
    }
}

/// The position in a ledger that a name ends in: NOT_FOUND when the service never gave out
/// such a name.
fn sequence(name: &Name, variable: &str) -> kit::Result<i64> {
    let id = name.id(variable);
    match id.parse::<i64>() {
        Ok(sequence) if sequence > 0 && sequence.to_string() == id => Ok(sequence),
        _ => Err(name.not_found()),
    }
}

/// True when a batch has a bearable number of rows: `REQUIRED`, `TOO_MANY`.
fn is_bounded(fields: &mut Fields, field: &str, rows: usize, most: usize) -> bool {
    if rows == 0 {
        fields.violation(field, "REQUIRED", "must have at least one row");
    } else if rows > most {
        fields.violation(field, "TOO_MANY", format!("must have at most {most} rows, has {rows}"));
    }
    (1..=most).contains(&rows)
}
