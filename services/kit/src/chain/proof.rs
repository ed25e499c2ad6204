//! The way from one row to a signed checkpoint, put together.

use proto::access::v1 as pb;
use proto::access::v1::cell;
use sqlx::QueryBuilder;

use super::leaf::Value;
use super::ledger::Ledger;
use super::merkle::{self, Tree};
use super::scan::Engine;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::suite::{HASH, Hash, Suite};

/// Proves the row of `ledger` with this key, which begins with the district and was written at
/// `time`, in microseconds. Nothing while no checkpoint covers it; an error when it is not there as
/// it was sealed.
pub async fn prove(
    tx: &mut Tx,
    ledger: &str,
    key: &[(&str, Value<'_>)],
    time: i64,
) -> Result<Option<pb::RowProof>> {
    let known = tx.ledger(ledger);
    let known = known.ok_or_else(|| Error::internal(format!("{ledger} is no ledger")))?;
    let Some((_, Value::Text(district))) = key.first() else {
        return Err(Error::internal("a key that does not begin with the district"));
    };
    // Whatever a transaction writes carries its instant, as its seal does.
    let seals = crate::fetch_all!(
        tx,
        Row,
        "SELECT number, algorithm, columns, row_before, adopted, seal_time, leaves, previous, head
         FROM kit_seal WHERE district = $1 AND ledger = $2 AND (seal_time = $3 OR adopted = 1)
         ORDER BY number",
        *district,
        ledger,
        time
    )?;
    for seal in seals {
        let suite = seal.suite();
        let columns = seal.columns.split(',').map(str::to_owned).collect();
        let form = Ledger::new(ledger, columns, known.key.clone(), suite);
        let Some(cells) = cells(tx, &form, key).await? else { break };
        let leaf = hash(&form, &cells);
        let (leaves, _) = seal.leaves.as_chunks::<HASH>();
        let Some(place) = leaves.iter().position(|it| *it == leaf) else { continue };
        let Some((number, checkpoint)) = checkpoint(tx, district, ledger, seal.number).await?
        else {
            return Ok(None);
        };
        let later = crate::fetch_all!(
            tx,
            Row,
            "SELECT number, algorithm, columns, row_before, adopted, seal_time, leaves, previous,
                 head
             FROM kit_seal WHERE district = $1 AND ledger = $2 AND number > $3 AND number <= $4
             ORDER BY number",
            *district,
            ledger,
            seal.number,
            number
        )?;
        let path = Tree::over(suite, leaves).path(place);
        return Ok(Some(pb::RowProof {
            ledger: ledger.to_owned(),
            cells,
            leaf: leaf.to_vec(),
            place: place as i64,
            path: path.iter().map(|it| it.to_vec()).collect(),
            seals: std::iter::once(&seal).chain(&later).map(Row::to_proto).collect(),
            checkpoint: Some(checkpoint),
        }));
    }
    Err(Error::internal(format!("a row of {ledger} in {district} is not as any that was sealed")))
}

/// The hash of a row in this form.
pub(super) fn hash(form: &Ledger, cells: &[pb::Cell]) -> Hash {
    let values = cells.iter().map(|cell| match &cell.value {
        None => Value::Null,
        Some(cell::Value::Integer(number)) => Value::Integer(*number),
        Some(cell::Value::Text(text)) => Value::Text(text),
        Some(cell::Value::Bytes(bytes)) => Value::Bytes(bytes),
    });
    form.hash(&mut Vec::new(), values)
}

/// The row with this key, in the columns of a form.
async fn cells(
    tx: &mut Tx,
    form: &Ledger,
    key: &[(&str, Value<'_>)],
) -> Result<Option<Vec<pb::Cell>>> {
    crate::__either!(tx, query, connection => {
        let mut query = QueryBuilder::<Driver>::new("SELECT ");
        query.push(form.listed()).push(" FROM ").push(form.name()).push(" WHERE ");
        for (at, (column, value)) in key.iter().enumerate() {
            query.push(if at == 0 { "" } else { " AND " }).push(*column).push(" = ");
            match value {
                Value::Integer(number) => query.push_bind(*number),
                Value::Text(text) => query.push_bind((*text).to_owned()),
                Value::Null | Value::Bytes(_) => query.push("NULL"),
            };
        }
        query
    } => {
        let mut query = query;
        let row = query.build().persistent(false).fetch_optional(connection).await;
        row.and_then(|row| {
            let Some(row) = row else { return Ok(None) };
            let columns = form.columns.iter().enumerate();
            let cells = columns.map(|(at, column)| {
                let value = match <Driver as Engine>::value(&row, at)? {
                    Value::Null => None,
                    Value::Integer(number) => Some(cell::Value::Integer(number)),
                    Value::Text(text) => Some(cell::Value::Text(text.to_owned())),
                    Value::Bytes(bytes) => Some(cell::Value::Bytes(bytes.to_vec())),
                };
                Ok(pb::Cell { column: column.clone(), value })
            });
            cells.collect::<std::result::Result<Vec<_>, sqlx::Error>>().map(Some)
        })
    })
}

/// The first checkpoint that covers a seal: the number of the seal it signs, and the way there.
async fn checkpoint(
    tx: &mut Tx,
    district: &str,
    ledger: &str,
    number: i64,
) -> Result<Option<(i64, pb::CheckpointProof)>> {
    let found = crate::fetch_optional!(
        tx,
        (i64, i64, i64, String, Vec<u8>),
        "SELECT number, place, chain_count, line, path FROM kit_checkpoint
         WHERE district = $1 AND ledger = $2 AND number >= $3 ORDER BY number LIMIT 1",
        district,
        ledger,
        number
    )?;
    Ok(found.map(|(number, place, chain_count, line, path)| {
        let path = path.chunks(HASH).map(<[u8]>::to_vec).collect();
        (number, pb::CheckpointProof { line, place, chain_count, path })
    }))
}

#[derive(sqlx::FromRow)]
struct Row {
    number: i64,
    algorithm: i64,
    columns: String,
    row_before: i64,
    adopted: i64,
    seal_time: i64,
    leaves: Vec<u8>,
    previous: Vec<u8>,
    head: Vec<u8>,
}

impl Row {
    fn suite(&self) -> Suite {
        u8::try_from(self.algorithm).ok().and_then(Suite::of).unwrap_or_default()
    }

    fn to_proto(&self) -> pb::SealProof {
        let (leaves, _) = self.leaves.as_chunks::<HASH>();
        pb::SealProof {
            number: self.number,
            algorithm: self.algorithm as i32,
            columns: self.columns.clone(),
            row_before: self.row_before,
            row_count: leaves.len() as i64,
            adopted: self.adopted != 0,
            seal_time_micros: self.seal_time,
            root: merkle::root(self.suite(), leaves).to_vec(),
            previous: self.previous.clone(),
            head: self.head.clone(),
        }
    }
}
