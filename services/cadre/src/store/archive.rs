//! Archive entries, and the results that are still to become some.

use std::collections::HashSet;

use kit::db::Tx;
use kit::{Result, clock, decimal};

use super::result::belonging::{credits, posted};
use crate::archive::{Entry, Merit, PublishedResult};

/// Units per statement.
const CHUNK: usize = 500;

/// Which entries a list is about.
pub(crate) struct Filter<'a> {
    pub(crate) district: &'a str,
    pub(crate) person: Option<&'a str>,
    pub(crate) period: Option<&'a str>,
    pub(crate) after: Option<i64>,
    pub(crate) limit: i64,
}

/// The settled results of these units of which whoever they belong to has no entry, in the order
/// they came: the head on the period's last day, or for a post whoever held it then.
pub(crate) async fn due(tx: &mut Tx, district: &str, units: &[&str]) -> Result<Vec<Merit>> {
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    for units in units.chunks(CHUNK) {
        let rows = kit::query!(tx, DueRow, |q| {
            q.push(concat!(
                "SELECT r.source, r.run, r.unit, r.track_id, r.score, r.rank, r.track_size,
                        r.create_time, r.subject, r.track_display_name, r.period, p.person,
                        r.grade, r.grade_display_name,
                        p.post
                 FROM published_result r",
                posted!(),
                " AND ",
                credits!(result),
                " WHERE r.district = "
            ));
            q.push_bind(district).push(" AND r.unit IN (");
            let mut list = q.separated(", ");
            for unit in units {
                list.push_bind(*unit);
            }
            q.push(
                ") AND NOT EXISTS (
                     SELECT 1 FROM archive_entry e WHERE e.district = r.district
                     AND e.person = p.person AND e.source = r.source)
                 ORDER BY r.create_time, r.source",
            );
        })?;
        for row in rows {
            // Nobody gets an entry twice for holding a post twice.
            if seen.insert((row.person.clone(), row.source.clone())) {
                found.push(row.read(district)?);
            }
        }
    }
    Ok(found)
}

/// Takes the next `count` sequence numbers of a district's archive and yields the first.
pub(crate) async fn take_sequence(tx: &mut Tx, district: &str, count: usize) -> Result<i64> {
    let count = count as i64;
    let (last,) = kit::fetch_one!(
        tx,
        (i64,),
        "INSERT INTO archive_head (district, sequence) VALUES ($1, $2)
         ON CONFLICT (district) DO UPDATE SET sequence = archive_head.sequence + excluded.sequence
         RETURNING sequence",
        district,
        count
    )?;
    Ok(last - count + 1)
}

/// Stores new entries.
pub(crate) async fn insert(tx: &mut Tx, entries: &[Entry]) -> Result<()> {
    kit::insert_many!(
        tx,
        "INSERT INTO archive_entry
         (district, sequence, person, id, kind, source, title, unit, post, period, score, rank,
          track_size, create_time) ",
        entries,
        |row, entry| {
            row.push_bind(&entry.district)
                .push_bind(entry.sequence)
                .push_bind(&entry.person)
                .push_bind(&entry.id)
                .push_bind("RESULT")
                .push_bind(&entry.source)
                .push_bind(&entry.title)
                .push_bind(&entry.unit)
                .push_bind(&entry.post)
                .push_bind(&entry.period)
                .push_bind(entry.score.map(decimal::to_text))
                .push_bind(entry.rank.map(decimal::to_text))
                .push_bind(entry.track_size)
                .push_bind(clock::to_micros(entry.create_time));
        }
    )?;
    Ok(())
}

/// One entry.
pub(crate) async fn find(
    tx: &mut Tx,
    district: &str,
    person: &str,
    id: &str,
) -> Result<Option<Entry>> {
    let row = kit::fetch_optional!(
        tx,
        EntryRow,
        "SELECT sequence, person, id, source, title, unit, post, period, score, rank,
                track_size, create_time
         FROM archive_entry WHERE district = $1 AND person = $2 AND id = $3",
        district,
        person,
        id
    )?;
    row.map(|row| row.read(district)).transpose()
}

/// The result that was filed last of those with a person.
pub(crate) async fn latest(tx: &mut Tx, district: &str, person: &str) -> Result<Option<String>> {
    let row = kit::fetch_optional!(
        tx,
        (String,),
        "SELECT source FROM archive_entry WHERE district = $1 AND person = $2
         ORDER BY sequence DESC LIMIT 1",
        district,
        person
    )?;
    Ok(row.map(|(source,)| source))
}

/// Entries in the order they were filed.
pub(crate) async fn list(tx: &mut Tx, filter: &Filter<'_>) -> Result<Vec<Entry>> {
    let rows = kit::query!(tx, EntryRow, |q| {
        q.push(
            "SELECT sequence, person, id, source, title, unit, post, period, score, rank,
                    track_size, create_time
             FROM archive_entry WHERE district = ",
        );
        q.push_bind(filter.district);
        if let Some(person) = filter.person {
            q.push(" AND person = ").push_bind(person);
        }
        if let Some(period) = filter.period {
            q.push(" AND period = ").push_bind(period);
        }
        if let Some(after) = filter.after {
            q.push(" AND sequence > ").push_bind(after);
        }
        q.push(" ORDER BY sequence LIMIT ").push_bind(filter.limit);
    })?;
    rows.into_iter().map(|row| row.read(filter.district)).collect()
}

#[derive(sqlx::FromRow)]
struct DueRow {
    source: String,
    run: String,
    unit: String,
    track_id: String,
    score: Option<String>,
    rank: Option<String>,
    track_size: i64,
    create_time: i64,
    subject: String,
    grade: String,
    grade_display_name: String,
    track_display_name: String,
    period: String,
    person: String,
    post: String,
}

impl DueRow {
    fn read(self, district: &str) -> Result<Merit> {
        Ok(Merit {
            result: PublishedResult {
                district: district.to_owned(),
                source: self.source,
                run: self.run,
                unit: self.unit,
                subject: self.subject,
                track_id: self.track_id,
                grade: self.grade,
                grade_display_name: self.grade_display_name,
                score: self.score.as_deref().map(decimal::from_text).transpose()?,
                rank: self.rank.as_deref().map(decimal::from_text).transpose()?,
                track_size: self.track_size,
                gates: Vec::new(),
                create_time: clock::from_micros(self.create_time)?,
            },
            track: self.track_display_name,
            period: self.period,
            person: self.person,
            post: self.post,
        })
    }
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    sequence: i64,
    person: String,
    id: String,
    source: String,
    title: String,
    unit: String,
    post: String,
    period: String,
    score: Option<String>,
    rank: Option<String>,
    track_size: i64,
    create_time: i64,
}

impl EntryRow {
    fn read(self, district: &str) -> Result<Entry> {
        Ok(Entry {
            district: district.to_owned(),
            sequence: self.sequence,
            person: self.person,
            id: self.id,
            source: self.source,
            title: self.title,
            unit: self.unit,
            post: self.post,
            period: self.period,
            score: self.score.as_deref().map(decimal::from_text).transpose()?,
            rank: self.rank.as_deref().map(decimal::from_text).transpose()?,
            track_size: self.track_size,
            create_time: clock::from_micros(self.create_time)?,
        })
    }
}
