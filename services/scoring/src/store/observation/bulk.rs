//! Many rows at once, by each engine's own best way.

mod leaves;
mod postgres;
mod sqlite;

use std::sync::Arc;

use kit::db::{Connection, Tx};
use kit::{Error, Result, clock};
use leaves::{Hashed, Leaves};

use crate::bulk::Line;
use crate::report::Reading;

/// Adds rows to the ledger from position `first` on, those that correct others for `reason`;
/// their cells are in sheets.
pub(crate) async fn append<'a>(
    tx: &mut Tx,
    district: &str,
    first: i64,
    reason: &str,
    lines: impl ExactSizeIterator<Item = Line<'a>>,
) -> Result<()> {
    let common = Common { district, reason, now: clock::to_micros(tx.now()) };
    let ledger = tx.ledger("observation").ok_or_else(|| Error::internal("no ledger"))?;
    let mut leaves = Leaves::of(&ledger, common, first, lines.len());
    let lines = Hashed { lines, leaves: &mut leaves };
    match tx.connection()? {
        Connection::Sqlite(connection) => sqlite::insert(connection, common, first, lines).await?,
        Connection::Postgres(connection) => {
            postgres::insert(connection, common, first, lines).await?
        }
    }
    let leaves = leaves.end()?;
    tx.record(&ledger, leaves);
    Ok(())
}

/// What every row has alike.
#[derive(Clone, Copy)]
struct Common<'a> {
    district: &'a str,
    /// Why rows that correct others do so.
    reason: &'a str,
    /// When they are recorded, in microseconds.
    now: i64,
}

/// What plain rows of one statement have alike.
#[derive(Clone, PartialEq, Eq)]
struct Alike {
    period: Arc<str>,
    late: bool,
    report_time: i64,
}

impl Alike {
    /// None for a row that is not plain.
    fn of(line: &Line<'_>) -> Option<Self> {
        let is_plain = matches!(line.reading, Reading::Value(_))
            && line.note.is_none()
            && line.evidence.is_empty()
            && line.supersedes.is_none();
        is_plain.then(|| Self {
            period: Arc::clone(line.period),
            late: line.late,
            report_time: clock::to_micros(line.report_time),
        })
    }

    /// True for a row that is plain and has this alike.
    fn holds(&self, line: &Line<'_>) -> bool {
        Self::of(line).as_ref() == Some(self)
    }
}
