//! The ledgers of approvals.

use super::{Approval, Kind, State, Step};
use crate::clock;
use crate::db::Tx;
use crate::error::{Error, Result, Wanted};
use crate::page::Page;

/// For how many days an approval `a` holds: what the district had chosen when it was asked for, so
/// that nobody prolongs one afterwards.
macro_rules! days {
    () => {
        "COALESCE((SELECT r.keep_days FROM kit_retention r
            WHERE r.district = a.district AND r.rule = 'approvals'
              AND r.set_time <= a.request_time ORDER BY r.revision DESC LIMIT 1), 3)"
    };
}

/// What a list is narrowed to.
#[derive(Debug, Default)]
pub(super) struct Filter<'a> {
    pub(super) sequence: Option<i64>,
    pub(super) permission: &'a str,
    pub(super) resource: &'a str,
    pub(super) state: Option<State>,
}

/// Takes the district's turn and yields how many approvals were asked for.
pub(super) async fn lock(tx: &mut Tx, district: &str) -> Result<i64> {
    let (last,) = crate::fetch_one!(
        tx,
        (i64,),
        "INSERT INTO kit_approval_head (district, last) VALUES ($1, 0)
         ON CONFLICT (district) DO UPDATE SET last = kit_approval_head.last RETURNING last",
        district
    )?;
    Ok(last)
}

pub(super) async fn insert(tx: &mut Tx, district: &str, it: &Approval) -> Result<()> {
    crate::execute!(
        tx,
        "UPDATE kit_approval_head SET last = $1 WHERE district = $2",
        it.sequence,
        district
    )?;
    crate::execute!(
        tx,
        "INSERT INTO kit_approval
         (district, sequence, permission, resource, resource_etag, reason, requester, request_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        district,
        it.sequence,
        &it.wanted.permission,
        &it.wanted.resource,
        &it.wanted.etag,
        &it.reason,
        &it.requester,
        clock::to_micros(it.request_time)
    )?;
    Ok(())
}

/// Keeps the last step.
pub(super) async fn step(tx: &mut Tx, district: &str, it: &Approval) -> Result<()> {
    let Some(step) = it.steps.last() else { return Ok(()) };
    crate::execute!(
        tx,
        "INSERT INTO kit_approval_step (district, sequence, step, kind, account, note, step_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        district,
        it.sequence,
        it.steps.len() as i64,
        step.kind as i64,
        &step.account,
        &step.note,
        clock::to_micros(step.step_time)
    )?;
    Ok(())
}

pub(super) async fn get(tx: &mut Tx, district: &str, sequence: i64) -> Result<Option<Approval>> {
    let filter = Filter { sequence: Some(sequence), ..Filter::default() };
    Ok(list(tx, district, &filter, None).await?.pop())
}

pub(super) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter<'_>,
    page: Option<&Page>,
) -> Result<Vec<Approval>> {
    let after = page.map(Page::after_number).transpose()?.flatten();
    let now = clock::to_micros(tx.now());
    let rows = crate::query!(tx, Row, |q| {
        q.push(concat!(
            "SELECT a.sequence, a.permission, a.resource, a.resource_etag, a.reason, a.requester,
                 a.request_time, ",
            days!(),
            " AS days, f.kind, f.account, f.note, f.step_time,
                 s.kind AS end_kind, s.account AS end_account, s.note AS end_note,
                 s.step_time AS end_time
             FROM kit_approval a
             LEFT JOIN kit_approval_step f
                 ON f.district = a.district AND f.sequence = a.sequence AND f.step = 1
             LEFT JOIN kit_approval_step s
                 ON s.district = a.district AND s.sequence = a.sequence AND s.step = 2
             WHERE a.district = ",
        ));
        q.push_bind(district);
        if let Some(sequence) = filter.sequence {
            q.push(" AND a.sequence = ").push_bind(sequence);
        }
        if !filter.permission.is_empty() {
            q.push(" AND a.permission = ").push_bind(filter.permission);
        }
        if !filter.resource.is_empty() {
            q.push(" AND a.resource = ").push_bind(filter.resource);
        }
        if let Some(state) = filter.state {
            let last = " AND COALESCE(s.kind, f.kind, 0)";
            let ends = concat!("a.request_time + 86400000000 * ", days!());
            match state {
                State::Unspecified => {}
                State::Rejected => drop(q.push(last).push(" = 2")),
                State::Withdrawn => drop(q.push(last).push(" = 3")),
                State::Used => drop(q.push(last).push(" = 4")),
                State::Pending => {
                    q.push(last).push(" = 0 AND ").push(ends).push(" > ").push_bind(now);
                }
                State::Approved => {
                    q.push(last).push(" = 1 AND ").push(ends).push(" > ").push_bind(now);
                }
                State::Expired => {
                    q.push(last).push(" < 2 AND ").push(ends).push(" <= ").push_bind(now);
                }
            }
        }
        if let Some(after) = after {
            q.push(" AND a.sequence > ").push_bind(after);
        }
        q.push(" ORDER BY a.sequence");
        if let Some(page) = page {
            q.push(" LIMIT ").push_bind(page.limit());
        }
    })?;
    rows.into_iter().map(Row::approval).collect()
}

/// Notes who prepared a resource; once is enough.
pub(super) async fn prepared(
    tx: &mut Tx,
    district: &str,
    resource: &str,
    account: &str,
) -> Result<()> {
    if is_preparer(tx, district, resource, account).await? {
        return Ok(());
    }
    crate::execute!(
        tx,
        "INSERT INTO kit_preparer (district, resource, account, prepare_time)
         VALUES ($1, $2, $3, $4)",
        district,
        resource,
        account,
        clock::to_micros(tx.now())
    )?;
    Ok(())
}

pub(super) async fn is_preparer(
    tx: &mut Tx,
    district: &str,
    resource: &str,
    account: &str,
) -> Result<bool> {
    let found = crate::fetch_optional!(
        tx,
        (i64,),
        "SELECT prepare_time FROM kit_preparer
         WHERE district = $1 AND resource = $2 AND account = $3",
        district,
        resource,
        account
    )?;
    Ok(found.is_some())
}

#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    permission: String,
    resource: String,
    resource_etag: String,
    reason: String,
    requester: String,
    request_time: i64,
    days: i64,
    kind: Option<i64>,
    account: Option<String>,
    note: Option<String>,
    step_time: Option<i64>,
    end_kind: Option<i64>,
    end_account: Option<String>,
    end_note: Option<String>,
    end_time: Option<i64>,
}

impl Row {
    fn approval(self) -> Result<Approval> {
        let first = (self.kind, self.account, self.note, self.step_time);
        let second = (self.end_kind, self.end_account, self.end_note, self.end_time);
        let steps = [first, second].into_iter().filter_map(|it| match it {
            (Some(kind), Some(account), Some(note), Some(time)) => {
                Some((kind, account, note, time))
            }
            _ => None,
        });
        let steps = steps.map(|(kind, account, note, time)| {
            let kind = Kind::of(kind);
            let kind = kind.ok_or_else(|| Error::internal("a step nobody knows"))?;
            Ok(Step { kind, account, note, step_time: clock::from_micros(time)? })
        });
        Ok(Approval {
            sequence: self.sequence,
            wanted: Wanted {
                permission: self.permission,
                resource: self.resource,
                etag: self.resource_etag,
            },
            reason: self.reason,
            requester: self.requester,
            request_time: clock::from_micros(self.request_time)?,
            days: self.days,
            steps: steps.collect::<Result<_>>()?,
        })
    }
}
