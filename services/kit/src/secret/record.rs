//! The keys of records: made, read, forgotten, wrapped anew.

use std::collections::HashMap;

use super::{Keyring, Personal};
use crate::clock;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::suite::{HASH, Key, Suite};

/// Records whose keys one transaction of `rewrap` wraps anew.
const BATCH: i64 = 500;

/// The key of one record's personal values.
#[derive(Clone, Debug)]
pub struct RecordKey {
    suite: Suite,
    key: Key,
    about: String,
}

impl RecordKey {
    /// Seals a value for one field of this record. The bytes say by which family of algorithms,
    /// and commit to the key: no other key ever opens them to something else.
    pub fn seal(&self, field: &str, value: &Personal<String>) -> Result<Vec<u8>> {
        self.seal_bytes(field, value.reveal().as_bytes())
    }

    /// Seals an encoded message in the same way.
    pub fn seal_bytes(&self, field: &str, value: &[u8]) -> Result<Vec<u8>> {
        let sealed = self.suite.seal(&self.key, value, self.place(field).as_bytes())?;
        Ok([&[self.suite.byte()][..], &commitment(self.suite, &self.key)?, &sealed].concat())
    }

    /// Opens a value that was sealed for this field of this record.
    pub fn open(&self, field: &str, sealed: &[u8]) -> Result<Personal<String>> {
        let clear = String::from_utf8(self.open_bytes(field, sealed)?);
        clear.map(Personal::new).map_err(|_| self.altered(field))
    }

    /// Opens an encoded message that was sealed in the same way.
    pub fn open_bytes(&self, field: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        let clear = || {
            let (&byte, rest) = sealed.split_first()?;
            let suite = Suite::of(byte)?;
            let (committed, rest) = rest.split_first_chunk::<HASH>()?;
            let sound = commitment(suite, &self.key).ok()? == *committed;
            let clear = suite.open(&self.key, rest, self.place(field).as_bytes()).ok()?;
            clear.filter(|_| sound).map(|it| it.to_vec())
        };
        clear().ok_or_else(|| self.altered(field))
    }

    fn altered(&self, field: &str) -> Error {
        Error::internal(format!("{field} of {} was sealed otherwise or altered", self.about))
    }

    fn place(&self, field: &str) -> String {
        format!("{}\n{field}", self.about)
    }
}

fn commitment(suite: Suite, key: &Key) -> Result<[u8; HASH]> {
    suite.keyed(&key.0[..], &[b"commitment"])
}

/// Makes the key of a new record.
pub async fn create(
    tx: &mut Tx,
    keys: &Keyring,
    district: &str,
    record: &str,
) -> Result<RecordKey> {
    let made = create_many(tx, keys, district, &[record]).await?.remove(record);
    made.ok_or_else(|| Error::internal("a record has no key"))
}

/// Makes the keys of new records, by their names.
pub async fn create_many(
    tx: &mut Tx,
    keys: &Keyring,
    district: &str,
    records: &[&str],
) -> Result<HashMap<String, RecordKey>> {
    let (name, wrapping) = keys.newest()?;
    let (suite, now) = (keys.suite(), clock::to_micros(tx.now()));
    let mut made = HashMap::with_capacity(records.len());
    let mut rows = Vec::with_capacity(records.len());
    for record in records {
        let (key, about) = (Key::random()?, about(district, record));
        rows.push((*record, wrap(suite, wrapping, &key, &about)?));
        made.insert((*record).to_owned(), RecordKey { suite, key, about });
    }
    crate::insert_many!(
        tx,
        "INSERT INTO kit_record_key (district, record, wrapping_key, wrapped, create_time) ",
        rows,
        |row, (record, wrapped)| {
            row.push_bind(district)
                .push_bind(record)
                .push_bind(name)
                .push_bind(wrapped)
                .push_bind(now);
        }
    )?;
    Ok(made)
}

/// The key of a record; nothing when it was erased or never had one.
pub async fn read(
    tx: &mut Tx,
    keys: &Keyring,
    district: &str,
    record: &str,
) -> Result<Option<RecordKey>> {
    Ok(read_many(tx, keys, district, &[record]).await?.remove(record))
}

/// The keys of many records by their names; those erased or without one are not among them.
pub async fn read_many(
    tx: &mut Tx,
    keys: &Keyring,
    district: &str,
    records: &[&str],
) -> Result<HashMap<String, RecordKey>> {
    let mut found = HashMap::with_capacity(records.len());
    for records in records.chunks(crate::db::CHUNK) {
        let rows = crate::query!(tx, (String, String, Vec<u8>), |q| {
            q.push("SELECT record, wrapping_key, wrapped FROM kit_record_key WHERE district = ");
            q.push_bind(district).push(" AND wrapped IS NOT NULL AND record IN (");
            let mut names = q.separated(", ");
            for record in records {
                names.push_bind(*record);
            }
            q.push(")");
        })?;
        for (record, name, wrapped) in rows {
            let about = about(district, &record);
            let key = unwrap(keys.wrapping(&name)?, &wrapped, &about)?;
            found.insert(record, RecordKey { suite: keys.suite(), key, about });
        }
    }
    Ok(found)
}

/// Forgets the key of a record, and with it every sealed value of the record, for good. Yields
/// whether there was one. The row stays and tells when.
pub async fn erase(tx: &mut Tx, district: &str, record: &str) -> Result<bool> {
    let erased = crate::execute!(
        tx,
        "UPDATE kit_record_key SET wrapped = NULL, erase_time = $3
         WHERE district = $1 AND record = $2 AND wrapped IS NOT NULL",
        district,
        record,
        clock::to_micros(tx.now())
    )?;
    Ok(erased > 0)
}

/// Wraps the keys of all records by the newest wrapping key and yields how many were wrapped
/// by another. When it is done, the older wrapping keys are needed no more. It may be broken
/// off and begun again, beside services at work that hold both keys.
pub async fn rewrap(db: &Db, keys: &Keyring) -> Result<u64> {
    let (newest, wrapping) = keys.newest()?;
    let (mut count, db) = (0, db.across("rewrap"));
    loop {
        let mut tx = db.begin_write().await?;
        let rows = crate::fetch_all!(
            tx,
            (String, String, String, Vec<u8>),
            "SELECT district, record, wrapping_key, wrapped FROM kit_record_key
             WHERE wrapping_key <> $1 AND wrapped IS NOT NULL
             ORDER BY district, record LIMIT $2",
            newest,
            BATCH
        )?;
        if rows.is_empty() {
            return Ok(count);
        }
        for (district, record, name, wrapped) in rows {
            let about = about(&district, &record);
            let key = unwrap(keys.wrapping(&name)?, &wrapped, &about)?;
            let again = wrap(keys.suite(), wrapping, &key, &about)?;
            // Erased meanwhile stays erased.
            count += crate::execute!(
                tx,
                "UPDATE kit_record_key SET wrapping_key = $3, wrapped = $4
                 WHERE district = $1 AND record = $2 AND wrapped IS NOT NULL",
                district,
                record,
                newest,
                again
            )?;
        }
        tx.commit().await?;
    }
}

fn about(district: &str, record: &str) -> String {
    format!("{district}\n{record}")
}

fn wrap(suite: Suite, wrapping: &Key, key: &Key, about: &str) -> Result<Vec<u8>> {
    let wrapped = suite.seal(wrapping, &key.0[..], about.as_bytes())?;
    Ok([&[suite.byte()][..], &wrapped].concat())
}

fn unwrap(wrapping: &Key, wrapped: &[u8], about: &str) -> Result<Key> {
    let (suite, sealed) = wrapped
        .split_first()
        .and_then(|(&byte, sealed)| Some((Suite::of(byte)?, sealed)))
        .ok_or_else(|| unopened(about))?;
    let clear = suite.open(wrapping, sealed, about.as_bytes())?;
    clear.and_then(|clear| Key::from_slice(&clear)).ok_or_else(|| unopened(about))
}

fn unopened(about: &str) -> Error {
    Error::internal(format!("the record key of {about:?} does not open"))
}
