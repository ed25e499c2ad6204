//! The indicator table.

use std::collections::HashSet;

use kit::db::Tx;
use kit::name::Name;
use kit::page::Page;
use kit::{Error, Result, clock, decimal};

use crate::indicator::{Accumulation, Contents, Indicator, Kind, NAME};

macro_rules! columns {
    () => {
        "district, id, uid, display_name, kind, unit_of_measure, direction, frequency, \
         accumulation, evaluating_unit, min_value, max_value, definition, source, \
         create_time, update_time, revision"
    };
}

/// What a list of indicators is narrowed to.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) kind: Option<Kind>,
    /// Id of the unit that verifies them.
    pub(crate) evaluating_unit: Option<String>,
}

/// The indicator of that name; NOT_FOUND when there is none.
pub(crate) async fn get(tx: &mut Tx, name: &Name) -> Result<Indicator> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM indicator WHERE district = $1 AND id = $2"),
        name.id("district"),
        name.id("indicator")
    )?;
    row.ok_or_else(|| name.not_found())?.try_into()
}

/// A page of a district's indicators by id.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Indicator>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM indicator WHERE district = "));
        q.push_bind(district);
        if let Some(after) = page.after() {
            q.push(" AND id > ").push_bind(after);
        }
        if let Some(kind) = filter.kind {
            q.push(" AND kind = ").push_bind(kind as i64);
        }
        if let Some(unit) = &filter.evaluating_unit {
            q.push(" AND evaluating_unit = ").push_bind(unit);
        }
        q.push(" ORDER BY id LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Indicator::try_from).collect()
}

/// Every indicator of a district by id.
pub(crate) async fn all(tx: &mut Tx, district: &str) -> Result<Vec<Indicator>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM indicator WHERE district = $1 ORDER BY id"),
        district
    )?;
    rows.into_iter().map(Indicator::try_from).collect()
}

/// The ids of a district's indicators.
pub(crate) async fn ids(tx: &mut Tx, district: &str) -> Result<HashSet<String>> {
    let rows =
        kit::fetch_all!(tx, (String,), "SELECT id FROM indicator WHERE district = $1", district)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The ids of those that grow with the period: their values are added, or count from the start.
pub(crate) async fn growing(tx: &mut Tx, district: &str) -> Result<HashSet<String>> {
    let rows = kit::fetch_all!(
        tx,
        (String,),
        "SELECT id FROM indicator WHERE district = $1 AND accumulation IN ($2, $3)",
        district,
        Accumulation::Sum as i64,
        Accumulation::Cumulative as i64
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Writes indicators that are new, at revision 1, or one revision on from what is stored.
pub(crate) async fn save(
    tx: &mut Tx,
    indicators: impl IntoIterator<Item = &Indicator>,
) -> Result<()> {
    let indicators: Vec<&Indicator> = indicators.into_iter().collect();
    let saved = kit::insert_many!(
        tx,
        concat!("INSERT INTO indicator (", columns!(), ") "),
        &indicators,
        |row, indicator| {
            let contents = &indicator.contents;
            row.push_bind(&indicator.district)
                .push_bind(&indicator.id)
                .push_bind(&indicator.uid)
                .push_bind(&contents.display_name)
                .push_bind(contents.kind as i64)
                .push_bind(&contents.unit_of_measure)
                .push_bind(contents.direction as i64)
                .push_bind(contents.frequency as i64)
                .push_bind(contents.accumulation as i64)
                .push_bind(&contents.evaluating_unit)
                .push_bind(contents.min_value.map(decimal::to_text))
                .push_bind(contents.max_value.map(decimal::to_text))
                .push_bind(&contents.definition)
                .push_bind(&contents.source)
                .push_bind(clock::to_micros(indicator.create_time))
                .push_bind(clock::to_micros(indicator.update_time))
                .push_bind(indicator.revision);
        },
        "ON CONFLICT (district, id) DO UPDATE SET
             display_name = excluded.display_name, kind = excluded.kind,
             unit_of_measure = excluded.unit_of_measure, direction = excluded.direction,
             frequency = excluded.frequency, accumulation = excluded.accumulation,
             evaluating_unit = excluded.evaluating_unit, min_value = excluded.min_value,
             max_value = excluded.max_value, definition = excluded.definition,
             source = excluded.source, update_time = excluded.update_time,
             revision = excluded.revision
         WHERE indicator.revision = excluded.revision - 1"
    )?;
    match indicators.first() {
        Some(indicator) if saved < indicators.len() as u64 => Err(refused(indicator)),
        _ => Ok(()),
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    id: String,
    uid: String,
    display_name: String,
    kind: i64,
    unit_of_measure: String,
    direction: i64,
    frequency: i64,
    accumulation: i64,
    evaluating_unit: String,
    min_value: Option<String>,
    max_value: Option<String>,
    definition: String,
    source: String,
    create_time: i64,
    update_time: i64,
    revision: i64,
}

impl TryFrom<Row> for Indicator {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            district: row.district,
            id: row.id,
            uid: row.uid,
            contents: Contents {
                display_name: row.display_name,
                kind: row.kind.try_into()?,
                unit_of_measure: row.unit_of_measure,
                direction: row.direction.try_into()?,
                frequency: row.frequency.try_into()?,
                accumulation: row.accumulation.try_into()?,
                evaluating_unit: row.evaluating_unit,
                min_value: row.min_value.as_deref().map(decimal::from_text).transpose()?,
                max_value: row.max_value.as_deref().map(decimal::from_text).transpose()?,
                definition: row.definition,
                source: row.source,
            },
            create_time: clock::from_micros(row.create_time)?,
            update_time: clock::from_micros(row.update_time)?,
            revision: row.revision,
        })
    }
}

fn refused(indicator: &Indicator) -> Error {
    match indicator.revision {
        1 => Error::already_exists(NAME.kind(), indicator.name()),
        _ => Error::Conflict { name: indicator.name() },
    }
}
