//! The ledger of progress.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock, date, decimal};

use crate::progress::{Entry, Figures};

macro_rules! columns {
    () => {
        "district, sequence, project, day, stage, contract_value, investment_done, \
         capital_in_place, note, create_time"
    };
}

/// A page of the entries of a project, or of all, in the order in which they were recorded.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    project: Option<&str>,
    page: &Page,
) -> Result<Vec<Entry>> {
    let after = page.after_number()?;
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM progress WHERE district = "));
        q.push_bind(district);
        if let Some(after) = after {
            q.push(" AND sequence > ").push_bind(after);
        }
        if let Some(project) = project {
            q.push(" AND project = ").push_bind(project);
        }
        q.push(" ORDER BY sequence LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Entry::try_from).collect()
}

/// Every entry of `projects`.
pub(crate) async fn of(
    tx: &mut Tx,
    district: &str,
    projects: &BTreeSet<&str>,
) -> Result<Vec<Entry>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM progress WHERE district = "));
        q.push_bind(district).push(" AND project IN (");
        let mut listed = q.separated(", ");
        for project in projects {
            listed.push_bind(*project);
        }
        q.push(")");
    })?;
    rows.into_iter().map(Entry::try_from).collect()
}

/// Every entry of the district about a day up to `day`.
pub(crate) async fn until(tx: &mut Tx, district: &str, day: Date) -> Result<Vec<Entry>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM progress WHERE district = $1 AND day <= $2"),
        district,
        date::to_text(day)
    )?;
    rows.into_iter().map(Entry::try_from).collect()
}

/// The number of the last entry of the district, 0 when there is none.
pub(crate) async fn last(tx: &mut Tx, district: &str) -> Result<i64> {
    let (last,) = kit::fetch_one!(
        tx,
        (i64,),
        "SELECT COALESCE(MAX(sequence), 0) FROM progress WHERE district = $1",
        district
    )?;
    Ok(last)
}

/// Writes entries down for good.
pub(crate) async fn insert(tx: &mut Tx, entries: &[Entry]) -> Result<()> {
    kit::insert_many!(
        tx,
        concat!("INSERT INTO progress (", columns!(), ") "),
        entries,
        |row, it| {
            row.push_bind(&it.district)
                .push_bind(it.sequence)
                .push_bind(&it.project)
                .push_bind(date::to_text(it.day))
                .push_bind(it.stage.map(|stage| stage as i64))
                .push_bind(it.figures.contract_value.map(decimal::to_text))
                .push_bind(it.figures.investment_done.map(decimal::to_text))
                .push_bind(it.figures.capital_in_place.map(decimal::to_text))
                .push_bind(&it.note)
                .push_bind(clock::to_micros(it.create_time));
        }
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    sequence: i64,
    project: String,
    day: String,
    stage: Option<i64>,
    contract_value: Option<String>,
    investment_done: Option<String>,
    capital_in_place: Option<String>,
    note: String,
    create_time: i64,
}

impl TryFrom<Row> for Entry {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let amount = |text: Option<String>| text.as_deref().map(decimal::from_text).transpose();
        Ok(Self {
            district: row.district,
            sequence: row.sequence,
            project: row.project,
            day: date::from_text(&row.day)?,
            stage: row.stage.map(TryInto::try_into).transpose()?,
            figures: Figures {
                contract_value: amount(row.contract_value)?,
                investment_done: amount(row.investment_done)?,
                capital_in_place: amount(row.capital_in_place)?,
            },
            note: row.note,
            create_time: clock::from_micros(row.create_time)?,
        })
    }
}
