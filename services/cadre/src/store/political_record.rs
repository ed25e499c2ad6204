//! The political-quality archive, sealed under a key of each person's own, and who read it.

use kit::db::Tx;
use kit::page::Page;
use kit::secret::{self, Keyring, Personal};
use kit::{Error, Result, clock};

use crate::political_record::{Kind, Read, Record, Sealed, Verdict};

/// The ledgers' names among the district's.
const LEDGER: &str = "political_record";
const READS: &str = "political_read";

/// The record under whose key a person's archive is sealed.
pub(super) fn key_of(person: &str) -> String {
    format!("political/{person}")
}

/// A page of what records a person has, or all; nothing is opened.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    person: &str,
    page: Option<&Page>,
) -> Result<Vec<Record>> {
    let rows = rows(tx, district, person, page).await?;
    rows.iter().map(Row::read).collect()
}

/// All records of a person, opened; what was erased stays closed.
pub(crate) async fn open(
    tx: &mut Tx,
    keys: &Keyring,
    district: &str,
    person: &str,
) -> Result<Vec<(Record, Option<Sealed>)>> {
    let key = secret::read(tx, keys, district, &key_of(person)).await?;
    let rows = rows(tx, district, person, None).await?;
    rows.iter()
        .map(|row| {
            let Some(key) = &key else { return Ok((row.read()?, None)) };
            let verdict = key.open(&field("verdict", row.sequence), &row.verdict)?;
            let number: i64 = verdict.reveal().parse().map_err(Error::internal)?;
            let sealed = Sealed {
                contents: key.open(&field("contents", row.sequence), &row.contents)?,
                verdict: (number != 0).then(|| Verdict::try_from(number)).transpose()?,
            };
            Ok((row.read()?, Some(sealed)))
        })
        .collect()
}

/// Seals and adds a record, and gives it its position. The first one of a person makes the key.
pub(crate) async fn insert(
    tx: &mut Tx,
    keys: &Keyring,
    district: &str,
    person: &str,
    new: &mut Record,
    sealed: &Sealed,
) -> Result<()> {
    new.sequence = super::ledger::take(tx, district, LEDGER, 1).await? + 1;
    let record = key_of(person);
    let key = match secret::read(tx, keys, district, &record).await? {
        Some(key) => key,
        None => secret::create(tx, keys, district, &record).await?,
    };
    let verdict = Personal::new(sealed.verdict.map_or(0, |it| it as i64).to_string());
    kit::execute!(
        tx,
        "INSERT INTO political_record
         (district, sequence, person, kind, period, contents, verdict, recorder, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        district,
        new.sequence,
        person,
        new.kind as i64,
        &new.period,
        key.seal(&field("contents", new.sequence), &sealed.contents)?,
        key.seal(&field("verdict", new.sequence), &verdict)?,
        &new.recorder,
        clock::to_micros(new.create_time)
    )?;
    Ok(())
}

/// Puts a read on record and gives it its position.
pub(crate) async fn insert_read(tx: &mut Tx, district: &str, new: &mut Read) -> Result<()> {
    new.sequence = super::ledger::take(tx, district, READS, 1).await? + 1;
    kit::execute!(
        tx,
        "INSERT INTO political_read
         (district, sequence, person, ticket, reader, record_count, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        district,
        new.sequence,
        &new.person,
        new.ticket,
        &new.reader,
        new.count,
        clock::to_micros(new.create_time)
    )?;
    Ok(())
}

/// A page of reads, the first one first.
pub(crate) async fn reads(
    tx: &mut Tx,
    district: &str,
    person: Option<&str>,
    page: &Page,
) -> Result<Vec<Read>> {
    let after = page.after_number()?;
    let rows = kit::query!(tx, (i64, String, Option<i64>, String, i64, i64), |q| {
        q.push(
            "SELECT sequence, person, ticket, reader, record_count, create_time
             FROM political_read WHERE district = ",
        );
        q.push_bind(district);
        if let Some(person) = person {
            q.push(" AND person = ").push_bind(person);
        }
        if let Some(after) = after {
            q.push(" AND sequence > ").push_bind(after);
        }
        q.push(" ORDER BY sequence LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter()
        .map(|(sequence, person, ticket, reader, count, create_time)| {
            let create_time = clock::from_micros(create_time)?;
            Ok(Read { sequence, person, ticket, reader, count, create_time })
        })
        .collect()
}

/// What a value is sealed for: no two of a person's values can be exchanged.
fn field(name: &str, sequence: i64) -> String {
    format!("{name}/{sequence}")
}

async fn rows(tx: &mut Tx, district: &str, person: &str, page: Option<&Page>) -> Result<Vec<Row>> {
    let after = page.map(Page::after_number).transpose()?.flatten();
    kit::query!(tx, Row, |q| {
        q.push(
            "SELECT sequence, kind, period, contents, verdict, recorder, create_time
             FROM political_record WHERE district = ",
        );
        q.push_bind(district).push(" AND person = ").push_bind(person);
        if let Some(after) = after {
            q.push(" AND sequence > ").push_bind(after);
        }
        q.push(" ORDER BY sequence");
        if let Some(page) = page {
            q.push(" LIMIT ").push_bind(page.limit());
        }
    })
}

#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    kind: i64,
    period: String,
    contents: Vec<u8>,
    verdict: Vec<u8>,
    recorder: String,
    create_time: i64,
}

impl Row {
    fn read(&self) -> Result<Record> {
        Ok(Record {
            sequence: self.sequence,
            kind: Kind::try_from(self.kind)?,
            period: self.period.clone(),
            recorder: self.recorder.clone(),
            create_time: clock::from_micros(self.create_time)?,
        })
    }
}
