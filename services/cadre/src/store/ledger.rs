//! The last position of each of a district's ledgers, and the lock of their writers.

use kit::Result;
use kit::db::Tx;

/// Takes a ledger until the transaction ends, and yields its last position.
pub(crate) async fn lock(tx: &mut Tx, district: &str, ledger: &str) -> Result<i64> {
    let (last,) = kit::fetch_one!(
        tx,
        (i64,),
        "INSERT INTO ledger_head (district, ledger, sequence) VALUES ($1, $2, 0)
         ON CONFLICT (district, ledger) DO UPDATE SET sequence = ledger_head.sequence
         RETURNING sequence",
        district,
        ledger
    )?;
    Ok(last)
}

/// Moves on to the position of the last row that was added.
pub(crate) async fn advance(tx: &mut Tx, district: &str, ledger: &str, last: i64) -> Result<()> {
    kit::execute!(
        tx,
        "UPDATE ledger_head SET sequence = $3 WHERE district = $1 AND ledger = $2",
        district,
        ledger,
        last
    )?;
    Ok(())
}

/// Takes the next `count` positions of a ledger, and yields the last one before them.
pub(crate) async fn take(tx: &mut Tx, district: &str, ledger: &str, count: usize) -> Result<i64> {
    let count = count as i64;
    let (last,) = kit::fetch_one!(
        tx,
        (i64,),
        "INSERT INTO ledger_head (district, ledger, sequence) VALUES ($1, $2, $3)
         ON CONFLICT (district, ledger)
         DO UPDATE SET sequence = ledger_head.sequence + excluded.sequence
         RETURNING sequence",
        district,
        ledger,
        count
    )?;
    Ok(last - count)
}
