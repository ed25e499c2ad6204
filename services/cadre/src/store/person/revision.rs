//! Persons' records as they were after each change.

use jiff::Timestamp;
use kit::db::Tx;
use kit::page::Page;
use kit::{Result, clock};

/// A record after a change.
pub(crate) struct Revision {
    pub(crate) person: String,
    pub(crate) revision: i64,
    /// As the contract encodes it.
    pub(crate) payload: Vec<u8>,
    pub(crate) reason: String,
    pub(crate) create_time: Timestamp,
}

/// Keeps records.
pub(crate) async fn insert(tx: &mut Tx, district: &str, revisions: &[Revision]) -> Result<()> {
    kit::insert_many!(
        tx,
        "INSERT INTO person_revision
         (district, person, revision, payload, reason, create_time) ",
        revisions,
        |row, it| {
            row.push_bind(district)
                .push_bind(&it.person)
                .push_bind(it.revision)
                .push_bind(&it.payload)
                .push_bind(&it.reason)
                .push_bind(clock::to_micros(it.create_time));
        }
    )?;
    Ok(())
}

/// A page of a person's records, the first one first.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    person: &str,
    page: &Page,
) -> Result<Vec<Revision>> {
    let rows = kit::fetch_all!(
        tx,
        (i64, Vec<u8>, String, i64),
        "SELECT revision, payload, reason, create_time FROM person_revision
         WHERE district = $1 AND person = $2 AND revision > $3 ORDER BY revision LIMIT $4",
        district,
        person,
        page.after_number()?.unwrap_or(0),
        page.limit()
    )?;
    rows.into_iter()
        .map(|(revision, payload, reason, create_time)| {
            let create_time = clock::from_micros(create_time)?;
            Ok(Revision { person: person.to_owned(), revision, payload, reason, create_time })
        })
        .collect()
}
