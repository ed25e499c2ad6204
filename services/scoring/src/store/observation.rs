//! The ledger of observations.

mod bulk;
pub(super) mod evidence;
mod list;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use kit::db::Tx;
use kit::{Result, clock};

use super::cell::{presence, reading};
use super::sheet;
use crate::observation::{Observation, Seen, State};
use crate::sheet::{Key, Sheets};

pub(crate) use bulk::append;
pub(crate) use evidence::sha256 as evidence_sha256;
pub(crate) use list::{Filter, list};

/// An observation `o` with the one that took its place, and the last words on it: of the
/// correction that took its place, else of the last dispute, else its own. Positions are looked
/// up first: SQLite would go through the whole district for a row that an index leads to.
macro_rules! select {
    () => {
        "SELECT o.sequence, o.period, o.unit, o.indicator, o.presence, o.value, o.note, o.evidence,
             o.late, o.report_time, o.supersedes, o.reason, o.create_time, n.sequence AS successor,
             COALESCE(n.reason, v.reason, o.reason) AS last_reason
         FROM observation o
         LEFT JOIN observation n ON n.district = o.district AND n.sequence =
             (SELECT s.sequence FROM observation s
              WHERE s.district = o.district AND s.supersedes = o.sequence)
         LEFT JOIN verdict v ON v.district = o.district AND v.sequence =
             (SELECT max(w.sequence) FROM verdict w
              WHERE w.district = o.district AND w.observation = o.sequence AND w.kind = 2) "
    };
}
use select;

/// The observation at a position and what became of it.
pub(crate) async fn get(tx: &mut Tx, district: &str, sequence: i64) -> Result<Option<Seen>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!(select!(), "WHERE o.district = $1 AND o.sequence = $2"),
        district,
        sequence
    )?;
    Ok(seen(tx, district, row.into_iter().collect()).await?.pop())
}

/// Rows with where they stand, which the sheets say.
async fn seen(tx: &mut Tx, district: &str, rows: Vec<Row>) -> Result<Vec<Seen>> {
    let keys: BTreeSet<Key> = rows.iter().map(|row| Key::of(&row.unit, &row.period)).collect();
    let sheets = sheet::load(tx, district, &keys).await?;
    rows.into_iter().map(|row| row.seen(&sheets)).collect()
}

/// Adds one row; its cell is in a sheet.
pub(crate) async fn insert(tx: &mut Tx, district: &str, row: &Observation) -> Result<()> {
    let (presence, value) = presence(&row.reading);
    kit::execute!(
        tx,
        "INSERT INTO observation (district, sequence, period, unit, indicator, presence, value,
             note, evidence, late, report_time, supersedes, reason, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        district,
        row.sequence,
        &row.period,
        &row.unit,
        &row.indicator,
        presence,
        value,
        &row.note,
        evidence::to_text(&row.evidence)?,
        row.late,
        clock::to_micros(row.report_time),
        row.supersedes,
        &row.reason,
        clock::to_micros(row.create_time)
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    period: String,
    unit: String,
    indicator: String,
    presence: i64,
    value: Option<String>,
    note: String,
    evidence: String,
    late: bool,
    report_time: i64,
    supersedes: Option<i64>,
    reason: String,
    create_time: i64,
    successor: Option<i64>,
    last_reason: String,
}

impl Row {
    fn seen(self, sheets: &Sheets) -> Result<Seen> {
        let entry = sheets.entry(&self.unit, &self.period, &self.indicator);
        let standing = entry.filter(|_| self.successor.is_none()).map(|entry| entry.standing);
        Ok(Seen {
            state: State::of(standing, sheets.is_locked(&self.unit, &self.period)),
            reason: self.last_reason,
            observation: Observation {
                sequence: self.sequence,
                period: self.period,
                unit: self.unit,
                indicator: self.indicator,
                reading: reading(self.presence, self.value.as_deref())?,
                note: self.note,
                evidence: evidence::from_text(&self.evidence)?,
                late: self.late,
                report_time: clock::from_micros(self.report_time)?,
                supersedes: self.supersedes,
                reason: self.reason,
                create_time: clock::from_micros(self.create_time)?,
            },
        })
    }
}
