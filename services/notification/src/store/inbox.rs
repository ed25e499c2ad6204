//! Notes in inboxes, and the rules for them.

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock};

use crate::inbox::{Note, RULE, Rule};

macro_rules! columns {
    () => {
        "district, sequence, unit, kind, source, text, create_time, read_time"
    };
}

/// The next place in a district's order.
pub(crate) async fn next(tx: &mut Tx, district: &str) -> Result<i64> {
    let (sequence,) = kit::fetch_one!(
        tx,
        (i64,),
        "INSERT INTO note_head (district, note) VALUES ($1, 1)
         ON CONFLICT (district) DO UPDATE SET note = note_head.note + 1 RETURNING note",
        district
    )?;
    Ok(sequence)
}

/// Stores a new note.
pub(crate) async fn insert(tx: &mut Tx, note: &Note) -> Result<()> {
    kit::execute!(
        tx,
        "INSERT INTO note (district, sequence, unit, kind, source, text, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &note.district,
        note.sequence,
        &note.unit,
        note.kind as i64,
        &note.source,
        &note.text,
        clock::to_micros(note.create_time)
    )?;
    Ok(())
}

/// A note by its place.
pub(crate) async fn get(tx: &mut Tx, district: &str, sequence: i64) -> Result<Option<Note>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM note WHERE district = $1 AND sequence = $2"),
        district,
        sequence
    )?;
    row.map(Note::try_from).transpose()
}

/// A page of a unit's notes in their order.
pub(crate) async fn list(
    tx: &mut Tx,
    (district, unit): (&str, &str),
    unread: bool,
    page: &Page,
) -> Result<Vec<Note>> {
    let after = page.after_number()?.unwrap_or_default();
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM note WHERE district = "));
        q.push_bind(district).push(" AND unit = ").push_bind(unit);
        q.push(" AND sequence > ").push_bind(after);
        if unread {
            q.push(" AND read_time IS NULL");
        }
        q.push(" ORDER BY sequence LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Note::try_from).collect()
}

/// Records that a note was read now; false when it was before.
pub(crate) async fn read(tx: &mut Tx, note: &Note) -> Result<bool> {
    let now = clock::to_micros(tx.now());
    let read = kit::execute!(
        tx,
        "UPDATE note SET read_time = $3
         WHERE district = $1 AND sequence = $2 AND read_time IS NULL",
        &note.district,
        note.sequence,
        now
    )?;
    Ok(read == 1)
}

/// A district's rule; the usual one where none was set.
pub(crate) async fn rule(tx: &mut Tx, district: &str) -> Result<Rule> {
    let row = kit::fetch_optional!(
        tx,
        (i64, i64, i64),
        "SELECT late, update_time, revision FROM inbox_rule WHERE district = $1",
        district
    )?;
    let Some((late, update_time, revision)) = row else { return Ok(Rule::default()) };
    let update_time = Some(clock::from_micros(update_time)?);
    Ok(Rule { late: late.try_into()?, update_time, revision })
}

/// Writes a rule, one revision on from what is stored.
pub(crate) async fn save_rule(tx: &mut Tx, district: &str, rule: &Rule) -> Result<()> {
    let saved = kit::execute!(
        tx,
        "INSERT INTO inbox_rule (district, late, update_time, revision) VALUES ($1, $2, $3, $4)
         ON CONFLICT (district) DO UPDATE SET late = excluded.late,
             update_time = excluded.update_time, revision = excluded.revision
         WHERE inbox_rule.revision = excluded.revision - 1",
        district,
        rule.late as i64,
        rule.update_time.map_or(0, clock::to_micros),
        rule.revision
    )?;
    if saved == 0 {
        return Err(Error::Conflict { name: RULE.format(&[district]) });
    }
    Ok(())
}

/// Stores how many days late a letter was acknowledged.
pub(crate) async fn insert_late(tx: &mut Tx, district: &str, letter: i64, days: i64) -> Result<()> {
    kit::execute!(
        tx,
        "INSERT INTO late_receipt (district, letter, days) VALUES ($1, $2, $3)",
        district,
        letter,
        days
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    sequence: i64,
    unit: String,
    kind: i64,
    source: String,
    text: String,
    create_time: i64,
    read_time: Option<i64>,
}

impl TryFrom<Row> for Note {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            district: row.district,
            sequence: row.sequence,
            unit: row.unit,
            kind: row.kind.try_into()?,
            source: row.source,
            text: row.text,
            create_time: clock::from_micros(row.create_time)?,
            read_time: row.read_time.map(clock::from_micros).transpose()?,
        })
    }
}
