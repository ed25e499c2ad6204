//! Contacts, their addresses sealed under a key of each contact's own.

use std::collections::HashMap;

use kit::db::Tx;
use kit::page::Page;
use kit::secret::{self, Keyring, Personal, RecordKey};
use kit::{Error, Result, clock};

use crate::contact::{Code, Contact, Goal, State};

macro_rules! columns {
    () => {
        "district, id, unit, channel, address, language, role, state, code, code_time, \
         code_misses, verify_time, create_time, update_time, revision"
    };
}

const FIELD: &str = "address";

fn record(contact: &str) -> String {
    format!("contacts/{contact}")
}

/// What a list of contacts is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) unit: Option<String>,
    pub(crate) channel: Option<String>,
}

/// A contact by its id.
pub(crate) async fn get(
    tx: &mut Tx,
    keys: &Keyring,
    district: &str,
    id: &str,
) -> Result<Option<Contact>> {
    Ok(by_ids(tx, keys, district, &[id]).await?.pop())
}

/// Contacts by their ids; those that are not there are left out.
pub(crate) async fn by_ids(
    tx: &mut Tx,
    keys: &Keyring,
    district: &str,
    ids: &[&str],
) -> Result<Vec<Contact>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM contact WHERE district = "));
        q.push_bind(district).push(" AND id IN (");
        let mut list = q.separated(", ");
        for id in ids {
            list.push_bind(*id);
        }
        q.push(")");
    })?;
    opened(tx, keys, district, rows).await
}

/// A page of a district's contacts by their ids.
pub(crate) async fn list(
    tx: &mut Tx,
    keys: &Keyring,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Contact>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM contact WHERE district = "));
        q.push_bind(district).push(" AND id > ").push_bind(page.after().unwrap_or_default());
        if let Some(unit) = &filter.unit {
            q.push(" AND unit = ").push_bind(unit);
        }
        if let Some(channel) = &filter.channel {
            q.push(" AND channel = ").push_bind(channel);
        }
        q.push(" ORDER BY id LIMIT ").push_bind(page.limit());
    })?;
    opened(tx, keys, district, rows).await
}

/// The contacts of a unit that were not removed, without their addresses.
pub(crate) async fn of_unit(tx: &mut Tx, district: &str, unit: &str) -> Result<Vec<Goal>> {
    let rows = kit::fetch_all!(
        tx,
        (String, String, i64, i64, i64),
        "SELECT id, channel, state, language, role FROM contact
         WHERE district = $1 AND unit = $2 AND state IN (1, 2) ORDER BY id",
        district,
        unit
    )?;
    rows.into_iter()
        .map(|(id, channel, state, language, role)| {
            let (state, language) = (state.try_into()?, language.try_into()?);
            Ok(Goal { id, channel, state, language, role: role.try_into()? })
        })
        .collect()
}

/// Stores a new contact; false when its id, or its address of that unit and channel, is taken.
pub(crate) async fn insert(tx: &mut Tx, keys: &Keyring, contact: &Contact) -> Result<bool> {
    let (district, id) = (&contact.district, &contact.id);
    let mark = keys.blind(district, FIELD, contact.address.reveal())?;
    let taken = kit::fetch_optional!(
        tx,
        (i64,),
        "SELECT revision FROM contact WHERE district = $1
           AND (id = $2 OR unit = $3 AND channel = $4 AND mark = $5) LIMIT 1",
        district,
        id,
        &contact.unit,
        &contact.channel,
        mark.as_slice()
    )?;
    if taken.is_some() {
        return Ok(false);
    }
    let key = secret::create(tx, keys, district, &record(id)).await?;
    let sealed = key.seal(FIELD, &contact.address)?;
    let inserted = kit::execute!(
        tx,
        "INSERT INTO contact (district, id, unit, channel, address, mark, language, state, code,
             code_time, code_misses, create_time, update_time, revision, role)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, $10, $10, $11, $12)
         ON CONFLICT DO NOTHING",
        district,
        id,
        &contact.unit,
        &contact.channel,
        sealed,
        mark,
        contact.language as i64,
        contact.state as i64,
        contact.code.hash.as_slice(),
        clock::to_micros(contact.create_time),
        contact.revision,
        contact.role as i64
    )?;
    Ok(inserted == 1)
}

/// Writes a contact, one revision on from what is stored; one that was removed is erased.
pub(crate) async fn save(tx: &mut Tx, contact: &Contact) -> Result<()> {
    let saved = kit::execute!(
        tx,
        "UPDATE contact SET state = $3, verify_time = $4, update_time = $5, revision = $6
         WHERE district = $1 AND id = $2 AND revision = $6 - 1",
        &contact.district,
        &contact.id,
        contact.state as i64,
        contact.verify_time.map(clock::to_micros),
        clock::to_micros(contact.update_time),
        contact.revision
    )?;
    if saved == 0 {
        return Err(Error::Conflict { name: contact.name() });
    }
    if contact.state == State::Removed {
        kit::execute!(
            tx,
            "UPDATE contact SET mark = NULL WHERE district = $1 AND id = $2",
            &contact.district,
            &contact.id
        )?;
        secret::erase(tx, &contact.district, &record(&contact.id)).await?;
    }
    save_code(tx, contact).await
}

/// Writes the code that is expected, which is no revision.
pub(crate) async fn save_code(tx: &mut Tx, contact: &Contact) -> Result<()> {
    kit::execute!(
        tx,
        "UPDATE contact SET code = $3, code_time = $4, code_misses = $5
         WHERE district = $1 AND id = $2",
        &contact.district,
        &contact.id,
        contact.code.hash.as_slice(),
        clock::to_micros(contact.code.sent_time),
        contact.code.misses
    )?;
    Ok(())
}

async fn opened(
    tx: &mut Tx,
    keys: &Keyring,
    district: &str,
    rows: Vec<Row>,
) -> Result<Vec<Contact>> {
    let records: Vec<String> = rows.iter().map(|row| record(&row.id)).collect();
    let records: Vec<&str> = records.iter().map(String::as_str).collect();
    let found = secret::read_many(tx, keys, district, &records).await?;
    rows.into_iter().map(|row| row.open(&found)).collect()
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    id: String,
    unit: String,
    channel: String,
    address: Vec<u8>,
    language: i64,
    role: i64,
    state: i64,
    code: Vec<u8>,
    code_time: i64,
    code_misses: i64,
    verify_time: Option<i64>,
    create_time: i64,
    update_time: i64,
    revision: i64,
}

impl Row {
    /// One whose key was forgotten has no address any more.
    fn open(self, found: &HashMap<String, RecordKey>) -> Result<Contact> {
        let key = found.get(&record(&self.id));
        let address = key.map(|key| key.open(FIELD, &self.address)).transpose()?;
        Ok(Contact {
            district: self.district,
            id: self.id,
            unit: self.unit,
            channel: self.channel,
            address: address.unwrap_or_else(Personal::default),
            language: self.language.try_into()?,
            role: self.role.try_into()?,
            state: self.state.try_into()?,
            code: Code {
                hash: self.code,
                sent_time: clock::from_micros(self.code_time)?,
                misses: self.code_misses,
            },
            verify_time: self.verify_time.map(clock::from_micros).transpose()?,
            create_time: clock::from_micros(self.create_time)?,
            update_time: clock::from_micros(self.update_time)?,
            revision: self.revision,
        })
    }
}
