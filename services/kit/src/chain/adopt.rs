//! What stood in a ledger before it was sealed.

use std::sync::Arc;

use super::ledger::{Ledger, Ledgers};
use super::scan;
use super::seal::{Recorded, seal};
use crate::clock;
use crate::db::{Connection, Db};
use crate::error::Result;

/// Seals the rows of ledgers that are met for the first time.
pub(crate) async fn adopt(db: &Db, ledgers: &Ledgers) -> Result<()> {
    let mut tx = db.begin_read().await?;
    let known = crate::fetch_all!(tx, (String,), "SELECT ledger FROM kit_ledger")?;
    drop(tx);
    for ledger in ledgers.values() {
        if !known.iter().any(|(name,)| *name == ledger.name) {
            meet(db, ledger).await?;
        }
    }
    Ok(())
}

async fn meet(db: &Db, ledger: &Arc<Ledger>) -> Result<()> {
    let mut tx = db.begin_write().await?;
    let first = crate::execute!(
        tx,
        "INSERT INTO kit_ledger (ledger, create_time) VALUES ($1, $2)
         ON CONFLICT (ledger) DO NOTHING",
        &ledger.name,
        clock::to_micros(tx.now())
    )?;
    if first == 0 {
        return Ok(());
    }
    if let Connection::Postgres(connection) = tx.connection()? {
        sqlx::query("SET LOCAL statement_timeout = 0").execute(connection).await?;
    }
    let mut recorded = Recorded::new();
    let forms = [Ledger::clone(ledger)];
    scan::rows(&mut tx, &forms, None, |district, _, hashes| {
        let key = (district.to_owned(), ledger.name.clone());
        let leaves = &mut recorded.entry(key).or_insert_with(|| (Arc::clone(ledger), vec![])).1;
        leaves.extend_from_slice(hashes);
    })
    .await?;
    if !recorded.is_empty() {
        let rows: usize = recorded.values().map(|(_, leaves)| leaves.len()).sum();
        tracing::info!(ledger = ledger.name, rows, "sealing what was written before");
        seal(&mut tx, recorded, true).await?;
    }
    tx.commit().await
}
