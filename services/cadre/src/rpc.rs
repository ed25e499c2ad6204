//! Handlers, one file and one server trait a noun.

mod access_ticket;
mod appointment_rule;
mod appraisal_report;
pub(crate) mod archive;
mod campaign;
mod change;
mod commitment;
mod commitment_fact;
mod commitment_figure;
mod conduct_entry;
mod consequence;
mod consequence_rule;
mod criteria;
mod definition;
mod development;
mod enrolment;
mod evidence;
mod growth;
mod honour_candidate;
mod member;
mod nominee;
mod person;
mod person_erasure;
mod person_export;
mod placement;
mod placement_report;
mod political_check;
mod political_record;
mod pool;
mod pool_member;
mod public_commitment;
mod recusal;
mod remark;
mod rest_calendar;
mod training;
mod training_post;

use jiff::civil::Date;
use kit::boot::Context;
use kit::db::Db;
use kit::field::Fields;
use kit::name::{Name, Pattern};
use kit::secret::Keyring;
use kit::{Result, date};
use proto::google::r#type as wire;
use tokio_util::sync::CancellationToken;

use crate::follow::peers::Registry;
use crate::follow::peers::scoring::Scoring;

pub(crate) static DISTRICT: Pattern = Pattern::new("district", "districts/{district}");
pub(crate) static PERSON: Pattern = Pattern::new("person", "districts/{district}/persons/{person}");
pub(crate) static ENTRY: Pattern =
    Pattern::new("archive entry", "districts/{district}/persons/{person}/archiveEntries/{entry}");
pub(crate) static UNIT: Pattern = Pattern::new("unit", "districts/{district}/units/{unit}");
pub(crate) static POST: Pattern = Pattern::new("post", "districts/{district}/posts/{post}");
pub(crate) static PROJECT: Pattern =
    Pattern::new("project", "districts/{district}/projects/{project}");
pub(crate) static SEAT: Pattern = Pattern::new("seat", "districts/{district}/seats/{seat}");
pub(crate) static FRONT: Pattern = Pattern::new("front", "districts/{district}/fronts/{front}");
pub(crate) static PERIOD: Pattern = Pattern::new("period", "districts/{district}/periods/{period}");
pub(crate) static INDICATOR: Pattern =
    Pattern::new("indicator", "districts/{district}/indicators/{indicator}");
pub(crate) static SCHEME: Pattern = Pattern::new("scheme", "districts/{district}/schemes/{scheme}");
pub(crate) static RUN: Pattern = Pattern::new("run", "districts/{district}/runs/{run}");
pub(crate) static RESULT: Pattern =
    Pattern::new("result", "districts/{district}/runs/{run}/results/{unit}");

/// Answers every call of cadre.
#[derive(Clone)]
pub(crate) struct Rpc {
    db: Db,
    shutdown: CancellationToken,
    registry: Registry,
    scoring: Scoring,
    keys: Keyring,
}

impl Rpc {
    pub(crate) fn new(ctx: &Context) -> Self {
        Self {
            db: ctx.db.clone(),
            shutdown: ctx.shutdown.clone(),
            registry: Registry::new(&ctx.peers),
            scoring: Scoring::new(&ctx.peers),
            keys: ctx.keys.clone(),
        }
    }
}

/// The most rows of one batch.
const BATCH: usize = 1000;

/// The position in its ledger that a name's last id stands for.
fn position(name: &Name) -> Result<i64> {
    name.id(name.kind()).parse().map_err(|_| name.not_found())
}

/// The rows of a batch of a bearable size, else none: `REQUIRED`, `TOO_MANY`.
fn bounded<'a, T>(fields: &mut Fields, field: &str, rows: &'a [T]) -> &'a [T] {
    match rows.len() {
        0 => fields.violation(field, "REQUIRED", "must have at least one row"),
        1..=BATCH => return rows,
        count => {
            let message = format!("must have at most {BATCH} rows, has {count}");
            fields.violation(field, "TOO_MANY", message);
        }
    }
    &[]
}

/// First and last day: `BEFORE_START` when they are the wrong way round.
fn term(
    fields: &mut Fields,
    at: &str,
    start: &Option<wire::Date>,
    end: &Option<wire::Date>,
) -> (Date, Option<Date>) {
    let start = fields.date(format_args!("{at}.start_date"), start);
    let end = fields.optional_date(format_args!("{at}.end_date"), end);
    if end.is_some_and(|end| end < start) {
        let message = format!("must not be before the first day {start}");
        fields.violation(format_args!("{at}.end_date"), "BEFORE_START", message);
    }
    (start, end)
}

/// A day as a page token is bound to it.
fn shown(day: Option<Date>) -> String {
    day.map(date::to_text).unwrap_or_default()
}
