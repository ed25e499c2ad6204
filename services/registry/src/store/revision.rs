//! The ledger of revisions.

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock};

use crate::revision::Revision;

macro_rules! columns {
    () => {
        "district, resource, number, kind, reason, document, create_time"
    };
}

/// A page of a definition's revisions, the first one first.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    resource: &str,
    page: &Page,
) -> Result<Vec<Revision>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM revision WHERE district = $1 AND resource = $2 AND number > $3
              ORDER BY number LIMIT $4"
        ),
        district,
        resource,
        page.after_number()?.unwrap_or_default(),
        page.limit()
    )?;
    rows.into_iter().map(Revision::try_from).collect()
}

/// Writes revisions down for good.
pub(crate) async fn insert(tx: &mut Tx, revisions: &[Revision]) -> Result<()> {
    kit::insert_many!(
        tx,
        concat!("INSERT INTO revision (", columns!(), ") "),
        revisions,
        |row, it| {
            row.push_bind(&it.district)
                .push_bind(&it.resource)
                .push_bind(it.number)
                .push_bind(&it.kind)
                .push_bind(&it.reason)
                .push_bind(&it.document)
                .push_bind(clock::to_micros(it.create_time));
        }
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    resource: String,
    number: i64,
    kind: String,
    reason: String,
    document: Vec<u8>,
    create_time: i64,
}

impl TryFrom<Row> for Revision {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            district: row.district,
            resource: row.resource,
            number: row.number,
            kind: row.kind,
            reason: row.reason,
            document: row.document,
            create_time: clock::from_micros(row.create_time)?,
        })
    }
}
