//! SQLite: statements of five hundred rows, their text made once and compiled once.

use std::sync::Arc;

use jiff::Timestamp;
use kit::{Error, Result, clock};
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteConnection};
use sqlx::{Arguments as _, QueryBuilder};

use crate::bulk::Line;
use crate::store::cell::presence;
use crate::store::observation::evidence;

const CHUNK: usize = 500;

const INSERT: &str = "INSERT INTO observation (district, sequence, period, unit, indicator, \
    presence, value, note, evidence, late, report_time, create_time, supersedes, reason) VALUES ";
const ROW: &str = "(?,?,?,?,?,?,?,?,?,?,?,?,NULL,'')";
const BINDS: usize = 12;

pub(super) async fn insert<'a>(
    connection: &mut SqliteConnection,
    district: &str,
    first: i64,
    now: Timestamp,
    lines: impl ExactSizeIterator<Item = Line<'a>>,
) -> Result<()> {
    let district: Arc<str> = district.into();
    let none: Arc<str> = "".into();
    let now = clock::to_micros(now);
    let mut left = lines.len();
    let mut lines = (first..).zip(lines);
    let mut text = String::new();
    while left > 0 {
        let rows = left.min(CHUNK);
        if text.is_empty() || rows < CHUNK {
            text = statement(rows);
        }
        let mut values = SqliteArguments::default();
        values.reserve(rows * BINDS, 0);
        for (sequence, line) in lines.by_ref().take(rows) {
            bind(&mut values, &district, sequence, line, &none, now).map_err(Error::Internal)?;
        }
        let mut builder = QueryBuilder::<Sqlite>::with_arguments(text.as_str(), values);
        builder.build().persistent(rows == CHUNK).execute(&mut *connection).await?;
        left -= rows;
    }
    Ok(())
}

fn statement(rows: usize) -> String {
    let mut text = String::with_capacity(INSERT.len() + rows * (ROW.len() + 1));
    text.push_str(INSERT);
    for row in 0..rows {
        if row > 0 {
            text.push(',');
        }
        text.push_str(ROW);
    }
    text
}

/// Ids are shared texts: binding them copies nothing.
fn bind(
    values: &mut SqliteArguments,
    district: &Arc<str>,
    sequence: i64,
    line: Line<'_>,
    none: &Arc<str>,
    now: i64,
) -> std::result::Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let (presence, value) = presence(&line.reading);
    values.add(Arc::clone(district))?;
    values.add(sequence)?;
    values.add(Arc::clone(line.period))?;
    values.add(Arc::clone(line.unit))?;
    values.add(Arc::clone(line.indicator))?;
    values.add(presence)?;
    values.add(value)?;
    values.add(Arc::clone(line.note.unwrap_or(none)))?;
    if line.evidence.is_empty() {
        values.add(Arc::clone(none))?;
    } else {
        values.add(evidence::to_text(line.evidence)?)?;
    }
    values.add(line.late)?;
    values.add(clock::to_micros(line.report_time))?;
    values.add(now)
}
