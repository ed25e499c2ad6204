//! Rows of any table from either driver, as values.

use futures::TryStreamExt as _;
use sqlx::query::Query;
use sqlx::{
    ColumnIndex, Database, Executor, IntoArguments, Postgres, QueryBuilder, Row as _, Sqlite,
    TypeInfo as _, ValueRef as _,
};

use super::leaf::Value;
use super::ledger::Ledger;
use crate::db::Tx;
use crate::error::Result;
use crate::suite::Hash;

type Outcome<T> = std::result::Result<T, sqlx::Error>;

/// A database driver, as far as ledgers need it.
pub trait Engine: Database {
    /// The value of a row at a place.
    fn value(row: &Self::Row, at: usize) -> Outcome<Value<'_>>;
    /// Rows a statement touched.
    fn affected(done: &Self::QueryResult) -> u64;
}

impl Engine for Sqlite {
    fn value(row: &Self::Row, at: usize) -> Outcome<Value<'_>> {
        let raw = row.try_get_raw(at)?;
        if raw.is_null() {
            return Ok(Value::Null);
        }
        let kind = raw.type_info().name().to_owned();
        match kind.as_str() {
            "INTEGER" | "BOOLEAN" => row.try_get_unchecked(at).map(Value::Integer),
            "TEXT" => row.try_get_unchecked(at).map(Value::Text),
            "BLOB" => row.try_get_unchecked(at).map(Value::Bytes),
            _ => Err(other(&kind)),
        }
    }

    fn affected(done: &Self::QueryResult) -> u64 {
        done.rows_affected()
    }
}

impl Engine for Postgres {
    fn value(row: &Self::Row, at: usize) -> Outcome<Value<'_>> {
        let raw = row.try_get_raw(at)?;
        if raw.is_null() {
            return Ok(Value::Null);
        }
        let kind = raw.type_info().name().to_owned();
        match kind.as_str() {
            "INT8" => row.try_get(at).map(Value::Integer),
            "INT4" => row.try_get::<i32, _>(at).map(|it| Value::Integer(it.into())),
            "INT2" => row.try_get::<i16, _>(at).map(|it| Value::Integer(it.into())),
            "BOOL" => row.try_get::<bool, _>(at).map(|it| Value::Integer(it.into())),
            "TEXT" | "VARCHAR" => row.try_get(at).map(Value::Text),
            "BYTEA" => row.try_get(at).map(Value::Bytes),
            _ => Err(other(&kind)),
        }
    }

    fn affected(done: &Self::QueryResult) -> u64 {
        done.rows_affected()
    }
}

/// Runs a statement. Into a ledger, it returns the hashed columns, and they are hashed.
pub async fn run<D>(
    connection: &mut D::Connection,
    query: Query<'_, D, D::Arguments>,
    ledger: Option<&Ledger>,
) -> Outcome<(u64, Vec<(String, Hash)>)>
where
    D: Engine,
    D::Arguments: IntoArguments<D>,
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
    usize: ColumnIndex<D::Row>,
{
    let Some(ledger) = ledger else {
        let done = query.execute(connection).await?;
        return Ok((D::affected(&done), Vec::new()));
    };
    let rows = query.fetch_all(connection).await?;
    let mut buffer = Vec::new();
    let mut leaves = Vec::with_capacity(rows.len());
    for row in &rows {
        leaves.push(leaf::<D>(ledger, row, &mut buffer)?);
    }
    Ok((rows.len() as u64, leaves))
}

/// District and hash of a row that begins with the ledger's columns.
fn leaf<D: Engine>(ledger: &Ledger, row: &D::Row, buffer: &mut Vec<u8>) -> Outcome<(String, Hash)> {
    let mut values = Vec::with_capacity(ledger.columns.len());
    let mut district = String::new();
    for (at, column) in ledger.columns.iter().enumerate() {
        let value = D::value(row, at)?;
        if let ("district", Value::Text(text)) = (column.as_str(), value) {
            text.clone_into(&mut district);
        }
        values.push(value);
    }
    Ok((district, ledger.hash(buffer, values.into_iter())))
}

/// Reads the rows of a ledger, of one district or of all, in the order of the key, and hands
/// over each one's district, name and hash, as each of `forms` has it.
pub(super) async fn rows(
    tx: &mut Tx,
    forms: &[Ledger],
    district: Option<&str>,
    each: impl FnMut(&str, &dyn Fn() -> String, &[Hash]) + Send,
) -> Result<()> {
    let Some(first) = forms.first() else { return Ok(()) };
    // Every column any form has, then the key.
    let columns: Vec<String> =
        forms.iter().flat_map(|form| form.columns.iter()).chain(&first.key).cloned().collect();
    let mut sql = format!("SELECT {} FROM {}", columns.join(", "), first.name);
    if district.is_some() {
        sql.push_str(" WHERE district = $1");
    }
    if !first.key.is_empty() {
        sql.push_str(&format!(" ORDER BY {}", first.key.join(", ")));
    }
    let outcome = if tx.is_sqlite() {
        let connection = tx.sqlite()?;
        stream::<Sqlite>(connection, sql, district.map(str::to_owned), forms, each).await
    } else {
        let connection = tx.postgres()?;
        stream::<Postgres>(connection, sql, district.map(str::to_owned), forms, each).await
    };
    tx.settle(outcome)
}

async fn stream<D>(
    connection: &mut D::Connection,
    sql: String,
    district: Option<String>,
    forms: &[Ledger],
    mut each: impl FnMut(&str, &dyn Fn() -> String, &[Hash]) + Send,
) -> Outcome<()>
where
    D: Engine,
    D::Arguments: IntoArguments<D>,
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
    for<'q> String: sqlx::Encode<'q, D> + sqlx::Type<D>,
    usize: ColumnIndex<D::Row>,
{
    let mut query = sqlx::query::<D>(QueryBuilder::<D>::new(sql).into_sql());
    if let Some(district) = district {
        query = query.bind(district);
    }
    let mut rows = query.fetch(connection);
    let (mut buffer, mut hashes) = (Vec::new(), Vec::with_capacity(forms.len()));
    while let Some(row) = rows.try_next().await? {
        hashes.clear();
        let mut at = 0;
        let mut district = "";
        for form in forms {
            let mut values = Vec::with_capacity(form.columns.len());
            for column in &form.columns {
                let value = D::value(&row, at)?;
                if let ("district", Value::Text(text)) = (column.as_str(), value) {
                    district = text;
                }
                values.push(value);
                at += 1;
            }
            hashes.push(form.hash(&mut buffer, values.into_iter()));
        }
        let key = &forms[0].key;
        let name = || {
            let values =
                key.iter().enumerate().map(|(place, column)| match D::value(&row, at + place) {
                    Ok(Value::Integer(number)) => format!("{column} {number}"),
                    Ok(Value::Text(text)) => format!("{column} {text}"),
                    _ => column.clone(),
                });
            values.collect::<Vec<_>>().join(", ")
        };
        each(district, &name, &hashes);
    }
    Ok(())
}

fn other(kind: &str) -> sqlx::Error {
    sqlx::Error::Protocol(format!("a ledger holds a value of type {kind}, which is not hashed"))
}
