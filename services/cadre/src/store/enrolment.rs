//! The ledgers of enrolments, attendance and outcomes.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock, date};

use crate::enrolment::{self, Enrolment, Outcome, Presence};

/// The ledger's name among the district's.
const LEDGER: &str = "enrolment";
/// Rows per statement.
const CHUNK: usize = 500;

/// What a list of enrolments is narrowed to.
#[derive(Default)]
pub(crate) struct Filter {
    pub(crate) training: Option<i64>,
    pub(crate) person: Option<String>,
}

/// Takes the district's enrolments until the transaction ends.
pub(crate) async fn lock(tx: &mut Tx, district: &str) -> Result<()> {
    super::ledger::lock(tx, district, LEDGER).await?;
    Ok(())
}

/// Enrolments in the order they were made; all that the filter lets through without a page.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: Option<&Page>,
) -> Result<Vec<Enrolment>> {
    let after = page.map(Page::after_number).transpose()?.flatten();
    let rows = kit::query!(tx, (i64, i64, String, i64), |q| {
        q.push("SELECT sequence, training, person, create_time FROM enrolment WHERE district = ");
        q.push_bind(district);
        if let Some(training) = filter.training {
            q.push(" AND training = ").push_bind(training);
        }
        if let Some(person) = &filter.person {
            q.push(" AND person = ").push_bind(person);
        }
        if let Some(after) = after {
            q.push(" AND sequence > ").push_bind(after);
        }
        q.push(" ORDER BY sequence");
        if let Some(page) = page {
            q.push(" LIMIT ").push_bind(page.limit());
        }
    })?;
    let sequences: Vec<i64> = rows.iter().map(|row| row.0).collect();
    let mut attendance = attendance(tx, district, &sequences).await?;
    let mut outcomes = outcomes(tx, district, &sequences).await?;
    rows.into_iter()
        .map(|(sequence, training, person, create_time)| {
            Ok(Enrolment {
                sequence,
                training,
                person,
                attendance: attendance.remove(&sequence).unwrap_or_default(),
                outcome: outcomes.remove(&sequence),
                create_time: clock::from_micros(create_time)?,
            })
        })
        .collect()
}

type Days = BTreeMap<Date, (Presence, String)>;

async fn attendance(tx: &mut Tx, district: &str, of: &[i64]) -> Result<HashMap<i64, Days>> {
    let mut found: HashMap<i64, Days> = HashMap::new();
    for chunk in of.chunks(CHUNK) {
        let rows = kit::query!(tx, (i64, String, i64, String), |q| {
            q.push("SELECT enrolment, day, presence, note FROM attendance WHERE district = ");
            q.push_bind(district).push(" AND enrolment IN (");
            let mut list = q.separated(", ");
            for sequence in chunk {
                list.push_bind(*sequence);
            }
            q.push(") ORDER BY enrolment, ordinal");
        })?;
        for (enrolment, day, presence, note) in rows {
            let record = (Presence::try_from(presence)?, note);
            found.entry(enrolment).or_default().insert(date::from_text(&day)?, record);
        }
    }
    Ok(found)
}

async fn outcomes(
    tx: &mut Tx,
    district: &str,
    of: &[i64],
) -> Result<HashMap<i64, enrolment::Result>> {
    let mut found = HashMap::new();
    for chunk in of.chunks(CHUNK) {
        let rows = kit::query!(tx, (i64, i64, i64, String), |q| {
            q.push("SELECT enrolment, outcome, place, note FROM outcome WHERE district = ");
            q.push_bind(district).push(" AND enrolment IN (");
            let mut list = q.separated(", ");
            for sequence in chunk {
                list.push_bind(*sequence);
            }
            q.push(") ORDER BY enrolment, ordinal");
        })?;
        for (enrolment, outcome, place, note) in rows {
            let outcome = Outcome::try_from(outcome)?;
            found.insert(enrolment, enrolment::Result { outcome, place: place as i32, note });
        }
    }
    Ok(found)
}

/// Adds enrolments and gives them their positions.
pub(crate) async fn insert(tx: &mut Tx, district: &str, new: &mut [Enrolment]) -> Result<()> {
    let last = super::ledger::take(tx, district, LEDGER, new.len()).await?;
    for (sequence, it) in (last + 1..).zip(new.iter_mut()) {
        it.sequence = sequence;
    }
    kit::insert_many!(
        tx,
        "INSERT INTO enrolment (district, sequence, training, person, create_time) ",
        &*new,
        |row, it| {
            row.push_bind(district)
                .push_bind(it.sequence)
                .push_bind(it.training)
                .push_bind(&it.person)
                .push_bind(clock::to_micros(it.create_time));
        }
    )?;
    Ok(())
}

/// Records who was there on a day.
pub(crate) async fn attend(
    tx: &mut Tx,
    district: &str,
    day: Date,
    of: &[&Enrolment],
) -> Result<()> {
    let first = super::ledger::take(tx, district, "attendance", of.len()).await? + 1;
    let now = clock::to_micros(tx.now());
    let row = |(ordinal, it): (i64, &&Enrolment)| -> Result<(i64, i64, Presence, String)> {
        let (presence, note) = it
            .attendance
            .get(&day)
            .cloned()
            .ok_or_else(|| Error::internal("a day without its record"))?;
        Ok((ordinal, it.sequence, presence, note))
    };
    let rows = (first..).zip(of).map(row).collect::<Result<Vec<_>>>()?;
    kit::insert_many!(
        tx,
        "INSERT INTO attendance
         (district, enrolment, ordinal, day, presence, note, create_time) ",
        &rows,
        |row, (ordinal, enrolment, presence, note)| {
            row.push_bind(district)
                .push_bind(*enrolment)
                .push_bind(*ordinal)
                .push_bind(date::to_text(day))
                .push_bind(*presence as i64)
                .push_bind(note)
                .push_bind(now);
        }
    )?;
    Ok(())
}

/// Records what came of it.
pub(crate) async fn conclude(tx: &mut Tx, district: &str, of: &[&Enrolment]) -> Result<()> {
    let first = super::ledger::take(tx, district, "outcome", of.len()).await? + 1;
    let now = clock::to_micros(tx.now());
    let row = |(ordinal, it): (i64, &&Enrolment)| -> Result<(i64, i64, enrolment::Result)> {
        let outcome = it.outcome.clone().ok_or_else(|| Error::internal("no outcome"))?;
        Ok((ordinal, it.sequence, outcome))
    };
    let rows = (first..).zip(of).map(row).collect::<Result<Vec<_>>>()?;
    kit::insert_many!(
        tx,
        "INSERT INTO outcome (district, enrolment, ordinal, outcome, place, note, create_time) ",
        &rows,
        |row, (ordinal, enrolment, it)| {
            row.push_bind(district)
                .push_bind(*enrolment)
                .push_bind(*ordinal)
                .push_bind(it.outcome as i64)
                .push_bind(i64::from(it.place))
                .push_bind(&it.note)
                .push_bind(now);
        }
    )?;
    Ok(())
}
