//! Many rows at once, by each engine's own best way, then their cells in one statement.

mod postgres;
mod sqlite;

use kit::Result;
use kit::db::{Connection, Tx};

use crate::bulk::Line;

/// Adds rows to the ledger from position `first` on, and puts them into their cells. Yields
/// false when some cell was taken; the transaction must end there.
pub(crate) async fn append<'a>(
    tx: &mut Tx,
    district: &str,
    first: i64,
    lines: impl ExactSizeIterator<Item = Line<'a>>,
) -> Result<bool> {
    let count = lines.len();
    let now = tx.now();
    match tx.connection() {
        Connection::Sqlite(connection) => {
            sqlite::insert(connection, district, first, now, lines).await?;
        }
        Connection::Postgres(connection) => {
            postgres::copy(connection, district, first, now, lines).await?;
        }
    }
    let placed = kit::execute!(
        tx,
        "INSERT INTO cell (district, period, unit, indicator, sequence, presence, value, state,
             late, reason, corrections, locked)
         SELECT district, period, unit, indicator, sequence, presence, value, 1, late, '', 0, FALSE
         FROM observation WHERE district = $1 AND sequence >= $2
         ORDER BY sequence
         ON CONFLICT DO NOTHING",
        district,
        first
    )?;
    Ok(placed == count as u64)
}
