//! Who did what, when, why and from where: a ledger in every service's database.
//!
//! What a caller changed is recorded in the transaction that changed it; what he read of
//! persons, and what he was refused, before he is answered. Of calls without a valid token some
//! stand for all. Deliberately absent: what everybody may do, such as a remark of the public: no
//! record says who did it.

mod readers;
mod service;
mod store;
mod strangers;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tonic::Code;

use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::field::Fields;
use crate::guard::{Act, Caller};

pub(crate) use readers::{Told, forget, persons};
pub(crate) use service::Auditor;
use strangers::Strangers;

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
#[derive(Clone, Debug)]
pub(crate) struct Book(Arc<Audits>);

#[derive(Debug)]
struct Audits {
    dbs: BTreeMap<&'static str, Db>,
    strangers: Strangers,
}

impl Book {
    pub(crate) fn of(dbs: impl Iterator<Item = (&'static str, Db)>) -> Self {
        Self(Arc::new(Audits { dbs: dbs.collect(), strangers: Strangers::new() }))
    }

    /// The database of a service.
    pub(crate) fn db(&self, service: &str) -> Option<&Db> {
        self.0.dbs.get(service)
    }

    /// The database of the service that a request names; refused as `UNKNOWN_SERVICE` where it does
    /// not run here.
    pub(crate) fn found(&self, fields: &mut Fields, field: &str, service: &str) -> Option<&Db> {
        let db = self.db(service);
        if db.is_none() {
            let here: Vec<&str> = self.0.dbs.keys().copied().collect();
            let message = format!("{service:?} does not run here; there are {here:?}");
            fields.violation(field, "UNKNOWN_SERVICE", message);
        }
        db
    }

    /// The audit of the service that a permission belongs to; what every process answers is told
    /// by its first.
    fn of_permission(&self, permission: &str) -> Option<&Db> {
        let own = self.0.dbs.get(permission.split('.').next()?);
        // What every process answers is kept where one of its services keeps its own.
        own.or_else(|| self.0.dbs.get("registry")).or_else(|| self.0.dbs.values().next())
    }

    /// Records how a call ended that changed nothing: a refusal, or a look at persons. Returns
    /// when it is durable.
    pub(crate) async fn ended(&self, caller: &Caller, code: Code) -> Result<()> {
        match code {
            Code::PermissionDenied | Code::Unauthenticated => {
                self.keep(caller.act(), Outcome::Refused).await
            }
            Code::Ok if caller.is_told_of_persons() => self.keep(caller.act(), Outcome::Read).await,
            _ => Ok(()),
        }
    }

    /// Records that somebody without a valid token was sent away, or counts him. Returns when
    /// what is recorded is durable.
    pub(crate) async fn sent_away(&self, act: Act) -> Result<()> {
        let first = self.0.strangers.came(act);
        self.keep(first, Outcome::Refused).await
    }

    /// Records how many were sent away, once a minute until the shutdown.
    pub(crate) async fn count_strangers(self, shutdown: CancellationToken) {
        loop {
            let is_over = tokio::select! {
                () = shutdown.cancelled() => true,
                () = tokio::time::sleep(strangers::EACH) => false,
            };
            for act in self.0.strangers.turn(Instant::now()) {
                if let Err(error) = self.keep(Some(act), Outcome::Refused).await {
                    tracing::warn!(%error, "calls without a token are not on record");
                }
            }
            if is_over {
                return;
            }
        }
    }

    /// Records that a call is about to tell its caller of these persons, in one transaction with
    /// the count of them; or that it was refused as one too many. Returns when it is durable.
    pub(crate) async fn told(&self, caller: &Caller, told: Told<'_>) -> Result<()> {
        let kept = self.write(caller.act(), Outcome::Read, Some(told)).await;
        if matches!(kept, Err(Error::Exhausted { reason: readers::REASON, .. })) {
            self.keep(caller.act(), Outcome::Alarm).await?;
        }
        kept
    }

    async fn keep(&self, act: Option<Act>, outcome: Outcome) -> Result<()> {
        self.write(act, outcome, None).await
    }

    async fn write(
        &self,
        act: Option<Act>,
        outcome: Outcome,
        told: Option<Told<'_>>,
    ) -> Result<()> {
        let Some(act) = act else { return Ok(()) };
        let Some(db) = self.of_permission(&act.permission) else { return Ok(()) };
        let mut tx = db.within(&act.district).begin_small_write().await?;
        if let Some(told) = told {
            readers::count(&mut tx, told).await?;
        }
        store::insert(&mut tx, act, outcome).await?;
        tx.commit().await
    }
}
