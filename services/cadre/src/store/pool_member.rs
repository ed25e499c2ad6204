//! The ledger of entries into pools, and the exits beside it.

use jiff::civil::Date;
use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock, date};

use super::ledger;
use crate::pool_member::{Exit, LEDGER, PoolMember};

macro_rules! select {
    () => {
        "SELECT m.sequence, m.pool, m.person, m.start_date, m.account, m.reason, m.failed,
                m.waiver, m.create_time, x.end_date, x.account AS exit_account,
                x.reason AS exit_reason, x.create_time AS exit_time
         FROM pool_member m
         LEFT JOIN pool_exit x ON x.district = m.district AND x.sequence = m.sequence
         WHERE m.district = "
    };
}

/// What a list of memberships is narrowed to.
#[derive(Default)]
pub(crate) struct Filter {
    pub(crate) sequence: Option<i64>,
    pub(crate) pool: Option<String>,
    pub(crate) person: Option<String>,
    /// Who is in on this day.
    pub(crate) day: Option<Date>,
}

/// A page of memberships in the order they were entered; all without a page.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: Option<&Page>,
) -> Result<Vec<PoolMember>> {
    let after = page.map(Page::after_number).transpose()?.flatten();
    let rows = kit::query!(tx, Row, |q| {
        q.push(select!()).push_bind(district);
        if let Some(sequence) = filter.sequence {
            q.push(" AND m.sequence = ").push_bind(sequence);
        }
        if let Some(pool) = &filter.pool {
            q.push(" AND m.pool = ").push_bind(pool);
        }
        if let Some(person) = &filter.person {
            q.push(" AND m.person = ").push_bind(person);
        }
        if let Some(day) = filter.day.map(date::to_text) {
            q.push(" AND m.start_date <= ").push_bind(day.clone());
            q.push(" AND (x.end_date IS NULL OR x.end_date >= ").push_bind(day).push(")");
        }
        if let Some(after) = after {
            q.push(" AND m.sequence > ").push_bind(after);
        }
        q.push(" ORDER BY m.sequence");
        if let Some(page) = page {
            q.push(" LIMIT ").push_bind(page.limit());
        }
    })?;
    rows.into_iter().map(Row::read).collect()
}

/// Every membership of these persons in a pool, the first one first.
pub(crate) async fn of(
    tx: &mut Tx,
    district: &str,
    pool: &str,
    persons: &[&str],
) -> Result<Vec<PoolMember>> {
    let mut found = Vec::new();
    for persons in persons.chunks(500) {
        let rows = kit::query!(tx, Row, |q| {
            q.push(select!()).push_bind(district).push(" AND m.pool = ").push_bind(pool);
            q.push(" AND m.person IN (");
            let mut list = q.separated(", ");
            for person in persons {
                list.push_bind(*person);
            }
            q.push(") ORDER BY m.sequence");
        })?;
        found.extend(rows);
    }
    found.into_iter().map(Row::read).collect()
}

/// Adds entries behind the last position.
pub(crate) async fn insert(tx: &mut Tx, district: &str, new: &[PoolMember]) -> Result<()> {
    let Some(last) = new.last() else { return Ok(()) };
    let failed = |it: &PoolMember| serde_json::to_string(&it.failed).map_err(Error::internal);
    let failed = new.iter().map(failed).collect::<Result<Vec<_>>>()?;
    kit::insert_many!(
        tx,
        "INSERT INTO pool_member
         (district, sequence, pool, person, start_date, account, reason, failed, waiver,
          create_time) ",
        new.iter().zip(&failed),
        |row, (it, failed)| {
            row.push_bind(district)
                .push_bind(it.sequence)
                .push_bind(&it.pool)
                .push_bind(&it.person)
                .push_bind(date::to_text(it.start))
                .push_bind(&it.account)
                .push_bind(&it.reason)
                .push_bind(failed)
                .push_bind(&it.waiver)
                .push_bind(clock::to_micros(it.create_time));
        }
    )?;
    ledger::advance(tx, district, LEDGER, last.sequence).await
}

/// Adds the exits of these.
pub(crate) async fn leave(tx: &mut Tx, district: &str, gone: &[PoolMember]) -> Result<()> {
    let exits: Vec<(i64, &Exit)> =
        gone.iter().filter_map(|it| Some((it.sequence, it.exit.as_ref()?))).collect();
    kit::insert_many!(
        tx,
        "INSERT INTO pool_exit (district, sequence, end_date, account, reason, create_time) ",
        exits,
        |row, (sequence, exit)| {
            row.push_bind(district)
                .push_bind(sequence)
                .push_bind(date::to_text(exit.end))
                .push_bind(&exit.account)
                .push_bind(&exit.reason)
                .push_bind(clock::to_micros(exit.create_time));
        }
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    pool: String,
    person: String,
    start_date: String,
    account: String,
    reason: String,
    failed: String,
    waiver: String,
    create_time: i64,
    end_date: Option<String>,
    exit_account: Option<String>,
    exit_reason: Option<String>,
    exit_time: Option<i64>,
}

impl Row {
    fn read(self) -> Result<PoolMember> {
        let exit = match (self.end_date, self.exit_account, self.exit_reason, self.exit_time) {
            (Some(end), Some(account), Some(reason), Some(time)) => Some(Exit {
                end: date::from_text(&end)?,
                account,
                reason,
                create_time: clock::from_micros(time)?,
            }),
            _ => None,
        };
        Ok(PoolMember {
            sequence: self.sequence,
            pool: self.pool,
            person: self.person,
            start: date::from_text(&self.start_date)?,
            account: self.account,
            reason: self.reason,
            failed: serde_json::from_str(&self.failed).map_err(Error::internal)?,
            waiver: self.waiver,
            create_time: clock::from_micros(self.create_time)?,
            exit,
        })
    }
}
