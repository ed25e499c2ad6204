//! The ledger of the audit.

use super::{Outcome, Record};
use crate::clock;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::guard::Act;
use crate::id;
use crate::page::Page;

/// What a list is narrowed to; times in microseconds.
#[derive(Debug)]
pub(super) struct Filter<'a> {
    pub(super) account: &'a str,
    pub(super) permission: &'a str,
    pub(super) outcome: Option<Outcome>,
    pub(super) from: Option<i64>,
    pub(super) before: Option<i64>,
}

pub(super) async fn insert(tx: &mut Tx, act: Act, outcome: Outcome) -> Result<()> {
    let now = clock::to_micros(tx.now());
    crate::execute!(
        tx,
        "INSERT INTO kit_audit
         (district, audit_time, uid, account, permission, outcome, about, purpose, request_id,
          source, trace)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        act.district,
        now,
        id::uid(),
        act.account,
        act.permission,
        outcome as i64,
        act.about,
        act.purpose,
        act.request_id,
        act.source,
        act.trace
    )?;
    Ok(())
}

pub(super) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter<'_>,
    page: &Page,
) -> Result<Vec<Record>> {
    let after = page.after().and_then(|it| it.split_once(' '));
    let after = after.and_then(|(time, uid)| Some((time.parse::<i64>().ok()?, uid.to_owned())));
    let rows = crate::query!(tx, Row, |q| {
        q.push(
            "SELECT audit_time, uid, account, permission, outcome, about, purpose,
                 request_id, source, trace
             FROM kit_audit WHERE district = ",
        );
        q.push_bind(district);
        if !filter.account.is_empty() {
            q.push(" AND account = ").push_bind(filter.account);
        }
        if !filter.permission.is_empty() {
            q.push(" AND permission = ").push_bind(filter.permission);
        }
        if let Some(outcome) = filter.outcome {
            q.push(" AND outcome = ").push_bind(outcome as i64);
        }
        if let Some(from) = filter.from {
            q.push(" AND audit_time >= ").push_bind(from);
        }
        if let Some(before) = filter.before {
            q.push(" AND audit_time < ").push_bind(before);
        }
        if let Some((time, uid)) = &after {
            q.push(" AND (audit_time, uid) > (").push_bind(*time);
            q.push(", ").push_bind(uid.clone()).push(")");
        }
        q.push(" ORDER BY audit_time, uid LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Row::record).collect()
}

#[derive(sqlx::FromRow)]
struct Row {
    audit_time: i64,
    uid: String,
    account: String,
    permission: String,
    outcome: i64,
    about: String,
    purpose: String,
    request_id: String,
    source: String,
    trace: String,
}

impl Row {
    fn record(self) -> Result<Record> {
        let outcome = Outcome::of(self.outcome);
        Ok(Record {
            audit_time: clock::from_micros(self.audit_time)?,
            uid: self.uid,
            account: self.account,
            permission: self.permission,
            outcome: outcome.ok_or_else(|| Error::internal("an outcome nobody knows"))?,
            about: self.about,
            purpose: self.purpose,
            request_id: self.request_id,
            source: self.source,
            trace: self.trace,
        })
    }
}
