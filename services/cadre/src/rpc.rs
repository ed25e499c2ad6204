//! Handlers, one file and one server trait a noun.

pub(crate) mod archive;
mod change;
mod consequence;
mod consequence_rule;
mod person;

use kit::boot::Context;
use kit::db::Db;
use kit::name::Pattern;
use tokio_util::sync::CancellationToken;

use crate::follow::peers::Registry;

pub(crate) static DISTRICT: Pattern = Pattern::new("district", "districts/{district}");
pub(crate) static PERSON: Pattern = Pattern::new("person", "districts/{district}/persons/{person}");
pub(crate) static ENTRY: Pattern =
    Pattern::new("archive entry", "districts/{district}/persons/{person}/archiveEntries/{entry}");
pub(crate) static UNIT: Pattern = Pattern::new("unit", "districts/{district}/units/{unit}");
pub(crate) static POST: Pattern = Pattern::new("post", "districts/{district}/posts/{post}");
pub(crate) static PERIOD: Pattern = Pattern::new("period", "districts/{district}/periods/{period}");
pub(crate) static RUN: Pattern = Pattern::new("run", "districts/{district}/runs/{run}");
pub(crate) static RESULT: Pattern =
    Pattern::new("result", "districts/{district}/runs/{run}/results/{unit}");

/// Answers every call of cadre.
#[derive(Clone)]
pub(crate) struct Rpc {
    db: Db,
    shutdown: CancellationToken,
    registry: Registry,
}

impl Rpc {
    pub(crate) fn new(ctx: &Context) -> Self {
        Self {
            db: ctx.db.clone(),
            shutdown: ctx.shutdown.clone(),
            registry: Registry::new(&ctx.peers),
        }
    }
}
