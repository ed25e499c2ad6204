//! Persons' records as they were after each change, each sealed under its person's key. Those of
//! earlier releases are not: no encoded record begins as a sealed one does.

use std::collections::HashSet;

use jiff::Timestamp;
use kit::db::Tx;
use kit::page::Page;
use kit::secret::{self, Keyring};
use kit::suite::Suite;
use kit::{Error, Result, clock};

/// A record after a change.
pub(crate) struct Revision {
    pub(crate) person: String,
    pub(crate) revision: i64,
    /// As the contract encodes it; none once the person was erased.
    pub(crate) payload: Option<Vec<u8>>,
    pub(crate) reason: String,
    pub(crate) create_time: Timestamp,
}

/// The record under whose key a person's revisions are sealed.
pub(crate) fn key_of(person: &str) -> String {
    format!("persons/{person}")
}

fn field(revision: i64) -> String {
    format!("revision/{revision}")
}

/// Keeps records.
pub(crate) async fn insert(
    tx: &mut Tx,
    keys: &Keyring,
    district: &str,
    revisions: &[Revision],
) -> Result<()> {
    let records: Vec<String> = revisions.iter().map(|it| key_of(&it.person)).collect();
    let names: Vec<&str> = records.iter().map(String::as_str).collect();
    let mut found = secret::read_many(tx, keys, district, &names).await?;
    let new: HashSet<&str> = names.into_iter().filter(|it| !found.contains_key(*it)).collect();
    let new: Vec<&str> = new.into_iter().collect();
    found.extend(secret::create_many(tx, keys, district, &new).await?);
    let mut rows = Vec::with_capacity(revisions.len());
    for (it, record) in revisions.iter().zip(&records) {
        let (Some(key), Some(payload)) = (found.get(record), &it.payload) else {
            return Err(Error::internal("a revision without a key or a record"));
        };
        rows.push((it, key.seal_bytes(&field(it.revision), payload)?));
    }
    kit::insert_many!(
        tx,
        "INSERT INTO person_revision
         (district, person, revision, payload, reason, create_time) ",
        rows,
        |row, (it, payload)| {
            row.push_bind(district)
                .push_bind(&it.person)
                .push_bind(it.revision)
                .push_bind(payload)
                .push_bind(&it.reason)
                .push_bind(clock::to_micros(it.create_time));
        }
    )?;
    Ok(())
}

/// A page of a person's records, the first one first.
pub(crate) async fn list(
    tx: &mut Tx,
    keys: &Keyring,
    district: &str,
    person: &str,
    page: &Page,
) -> Result<Vec<Revision>> {
    let key = secret::read(tx, keys, district, &key_of(person)).await?;
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
            let is_sealed = payload.first().is_some_and(|it| Suite::of(*it).is_some());
            let payload = match &key {
                _ if !is_sealed => Some(payload),
                None => None,
                Some(key) => Some(key.open_bytes(&field(revision), &payload)?),
            };
            let create_time = clock::from_micros(create_time)?;
            Ok(Revision { person: person.to_owned(), revision, payload, reason, create_time })
        })
        .collect()
}
