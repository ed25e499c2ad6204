//! What the handlers of definitions share: the reading of a batch's rows, and its storing.

use kit::Result;
use kit::db::Tx;
use kit::field::Fields;

use super::bounded;
use crate::definition::{Batch, Contents, Row, check_once, merge};
use crate::store;

/// Reads the rows of a batch; `key` yields name and etag of what was given.
pub(super) fn rows<P, C: Contents>(
    fields: &mut Fields,
    field: &str,
    given: &[P],
    district: &str,
    key: impl Fn(&P) -> (String, String),
    read: impl Fn(&mut Fields, &str, &P, &str) -> C,
) -> Vec<Row<C>> {
    let mut rows = Vec::with_capacity(given.len());
    for (row, it) in bounded(fields, field, given).iter().enumerate() {
        let at = format!("{field}[{row}]");
        let (name, etag) = key(it);
        let id = fields.member(format_args!("{at}.name"), C::pattern(), &name, district);
        let contents = read(fields, &at, it, district);
        rows.push(Row { id, etag, contents });
    }
    check_once(fields, field, &rows);
    rows
}

/// Stores what the rows come to.
pub(super) async fn save<C: Contents>(
    tx: &mut Tx,
    district: &str,
    rows: Vec<Row<C>>,
    reason: &str,
) -> Result<Batch<C>> {
    store::ledger::lock(tx, district, C::pattern().kind()).await?;
    let ids: Vec<&str> = rows.iter().map(|it| it.id.as_str()).collect();
    let present = store::definition::of(tx, district, &ids).await?;
    let batch = merge(district, present, rows, tx.now())?;
    let written = batch.created.iter().chain(&batch.updated);
    store::definition::insert(tx, district, reason, written).await?;
    Ok(batch)
}
