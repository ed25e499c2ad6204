//! Who did what, when, why and from where: a ledger in every service's database.
//!
//! What a caller changed is recorded in the transaction that changed it; what he read of
//! persons, and what he was refused, before he is answered. Deliberately absent: calls without a
//! valid token, which anybody may send by the million; the log counts those. And what everybody
//! may do, such as a remark of the public: no record says who did it.

mod service;
mod store;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use tonic::Code;

use crate::db::{Db, Tx};
use crate::error::Result;
use crate::field::Fields;
use crate::guard::Caller;

pub(crate) use service::Auditor;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It changed something.
    Done = 1,
    /// It read a record of persons.
    Read = 2,
    /// It was refused.
    Refused = 3,
    /// It was refused as one too many of its kind: somebody should look.
    Alarm = 4,
}

/// One call, as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) audit_time: Timestamp,
    pub(crate) uid: String,
    pub(crate) account: String,
    pub(crate) permission: String,
    pub(crate) outcome: Outcome,
    pub(crate) about: String,
    pub(crate) purpose: String,
    pub(crate) request_id: String,
    pub(crate) source: String,
    pub(crate) trace: String,
}

impl Outcome {
    pub(crate) fn of(number: i64) -> Option<Self> {
        [Self::Done, Self::Read, Self::Refused, Self::Alarm]
            .into_iter()
            .find(|it| *it as i64 == number)
    }
}

/// Records what a transaction is about to change, for whoever called for it.
pub(crate) async fn done(tx: &mut Tx) -> Result<()> {
    match crate::guard::act() {
        Some(act) => store::insert(tx, act, Outcome::Done).await,
        None => Ok(()),
    }
}

/// The audits of a process, by service.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book(Arc<BTreeMap<&'static str, Db>>);

impl Book {
    pub(crate) fn of(dbs: impl Iterator<Item = (&'static str, Db)>) -> Self {
        Self(Arc::new(dbs.collect()))
    }

    /// The database of a service.
    pub(crate) fn db(&self, service: &str) -> Option<&Db> {
        self.0.get(service)
    }

    /// The database of the service that a request names; refused as `UNKNOWN_SERVICE` where it does
    /// not run here.
    pub(crate) fn found(&self, fields: &mut Fields, field: &str, service: &str) -> Option<&Db> {
        let db = self.db(service);
        if db.is_none() {
            let here: Vec<&str> = self.0.keys().copied().collect();
            let message = format!("{service:?} does not run here; there are {here:?}");
            fields.violation(field, "UNKNOWN_SERVICE", message);
        }
        db
    }

    /// The audit of the service that a permission belongs to; what every process answers is told
    /// by its first.
    fn of_permission(&self, permission: &str) -> Option<&Db> {
        let own = self.0.get(permission.split('.').next()?);
        // What every process answers is kept where one of its services keeps its own.
        own.or_else(|| self.0.get("registry")).or_else(|| self.0.values().next())
    }

    /// Records how a call ended that changed nothing: a refusal, or a look at persons. Returns
    /// when it is durable.
    pub(crate) async fn ended(&self, caller: &Caller, code: Code) -> Result<()> {
        match code {
            Code::PermissionDenied => self.keep(caller, Outcome::Refused).await,
            Code::Ok if caller.is_told_of_persons() => self.keep(caller, Outcome::Read).await,
            _ => Ok(()),
        }
    }

    /// Records a call that was refused as one too many. Returns when it is durable.
    pub(crate) async fn alarm(&self, caller: &Caller) -> Result<()> {
        self.keep(caller, Outcome::Alarm).await
    }

    async fn keep(&self, caller: &Caller, outcome: Outcome) -> Result<()> {
        let Some(act) = caller.act() else { return Ok(()) };
        let Some(db) = self.of_permission(&act.permission) else { return Ok(()) };
        let mut tx = db.within(&act.district).begin_small_write().await?;
        store::insert(&mut tx, act, outcome).await?;
        tx.commit().await
    }
}
