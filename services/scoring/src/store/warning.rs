//! The ledger of warnings.

use std::collections::HashSet;

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock, decimal};
use rust_decimal::Decimal;

use super::head::Head;
use crate::warning::{self, Ground, Kind, Warning};

macro_rules! columns {
    () => {
        "sequence, period, unit, unit_display_name, scheme, track, track_display_name, kind,
         indicator, indicator_display_name, unit_of_measure, pace, actual, due, rank, track_size,
         score, run, create_time, responsible_unit, responsible_unit_display_name"
    };
}

/// What a list of warnings is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) unit: Option<String>,
    pub(crate) period: Option<String>,
    pub(crate) kind: Option<Kind>,
}

/// The warning at a position.
pub(crate) async fn get(tx: &mut Tx, district: &str, sequence: i64) -> Result<Option<Warning>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM warning WHERE district = $1 AND sequence = $2"),
        district,
        sequence
    )?;
    row.map(Warning::try_from).transpose()
}

/// A page of a district's warnings in the order they were raised.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Warning>> {
    let after = page.after_number()?.unwrap_or_default();
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM warning WHERE district = "));
        q.push_bind(district).push(" AND sequence > ").push_bind(after);
        if let Some(unit) = &filter.unit {
            q.push(" AND unit = ").push_bind(unit);
        }
        if let Some(period) = &filter.period {
            q.push(" AND period = ").push_bind(period);
        }
        if let Some(kind) = filter.kind {
            q.push(" AND kind = ").push_bind(number(kind));
        }
        q.push(" ORDER BY sequence LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Warning::try_from).collect()
}

/// Adds those of the warnings that were not given before in their period, and yields them
/// with their positions.
pub(crate) async fn raise(
    tx: &mut Tx,
    district: &str,
    head: &mut Head,
    period: &str,
    warnings: Vec<Warning>,
) -> Result<Vec<Warning>> {
    let Some(kind) = warnings.first().map(|warning| warning.ground.kind()) else {
        return Ok(warnings);
    };
    let known = kit::fetch_all!(
        tx,
        (String, String),
        "SELECT unit, CASE WHEN kind = 1 THEN indicator ELSE scheme END FROM warning
         WHERE district = $1 AND period = $2 AND kind = $3",
        district,
        period,
        number(kind)
    )?;
    let known: HashSet<(String, String)> = known.into_iter().collect();
    let said = |unit: &str, subject: &str| known.contains(&(unit.to_owned(), subject.to_owned()));
    let warnings = warning::number(warnings, said, head.warning);
    head.warning += warnings.len() as i64;
    let rows: Vec<Row> = warnings.iter().map(Row::from).collect();
    kit::insert_many!(
        tx,
        concat!("INSERT INTO warning (district, ", columns!(), ") "),
        rows,
        |b, row| {
            b.push_bind(district)
                .push_bind(row.sequence)
                .push_bind(row.period)
                .push_bind(row.unit)
                .push_bind(row.unit_display_name)
                .push_bind(row.scheme)
                .push_bind(row.track)
                .push_bind(row.track_display_name)
                .push_bind(row.kind)
                .push_bind(row.indicator)
                .push_bind(row.indicator_display_name)
                .push_bind(row.unit_of_measure)
                .push_bind(row.pace)
                .push_bind(row.actual)
                .push_bind(row.due)
                .push_bind(row.rank)
                .push_bind(row.track_size)
                .push_bind(row.score)
                .push_bind(row.run)
                .push_bind(row.create_time)
                .push_bind(row.responsible_unit)
                .push_bind(row.responsible_unit_display_name);
        }
    )?;
    Ok(warnings)
}

fn number(kind: Kind) -> i64 {
    match kind {
        Kind::BehindSchedule => 1,
        Kind::LowRanking => 2,
    }
}

#[derive(Default, sqlx::FromRow)]
struct Row {
    sequence: i64,
    period: String,
    unit: String,
    unit_display_name: String,
    scheme: String,
    track: String,
    track_display_name: String,
    kind: i64,
    indicator: String,
    indicator_display_name: String,
    unit_of_measure: String,
    pace: Option<String>,
    actual: Option<String>,
    due: Option<String>,
    rank: Option<String>,
    track_size: i64,
    score: Option<String>,
    run: Option<i64>,
    create_time: i64,
    responsible_unit: String,
    responsible_unit_display_name: String,
}

impl From<&Warning> for Row {
    fn from(warning: &Warning) -> Self {
        let common = Self {
            sequence: warning.sequence,
            period: warning.period.clone(),
            unit: warning.unit.clone(),
            unit_display_name: warning.unit_display_name.clone(),
            scheme: warning.scheme.clone(),
            track: warning.track.clone(),
            track_display_name: warning.track_display_name.clone(),
            kind: number(warning.ground.kind()),
            create_time: clock::to_micros(warning.create_time),
            responsible_unit: warning.responsible_unit.clone(),
            responsible_unit_display_name: warning.responsible_unit_display_name.clone(),
            ..Self::default()
        };
        let text = |value: &Decimal| Some(decimal::to_text(*value));
        match &warning.ground {
            Ground::BehindSchedule {
                indicator,
                indicator_display_name,
                unit_of_measure,
                pace,
                actual,
                due,
            } => Self {
                indicator: indicator.clone(),
                indicator_display_name: indicator_display_name.clone(),
                unit_of_measure: unit_of_measure.clone(),
                pace: text(pace),
                actual: text(actual),
                due: text(due),
                ..common
            },
            Ground::LowRanking { run, rank, track_size, score } => Self {
                run: Some(*run),
                rank: text(rank),
                track_size: *track_size,
                score: text(score),
                ..common
            },
        }
    }
}

impl TryFrom<Row> for Warning {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let number = |text: Option<String>| match text {
            Some(text) => decimal::from_text(&text),
            None => Err(Error::internal("a warning without its figures")),
        };
        let ground = match (row.kind, row.run) {
            (1, None) => Ground::BehindSchedule {
                indicator: row.indicator,
                indicator_display_name: row.indicator_display_name,
                unit_of_measure: row.unit_of_measure,
                pace: number(row.pace)?,
                actual: number(row.actual)?,
                due: number(row.due)?,
            },
            (2, Some(run)) => Ground::LowRanking {
                run,
                rank: number(row.rank)?,
                track_size: row.track_size,
                score: number(row.score)?,
            },
            (kind, _) => return Err(Error::internal(format!("a warning of kind {kind}"))),
        };
        Ok(Self {
            sequence: row.sequence,
            period: row.period,
            unit: row.unit,
            unit_display_name: row.unit_display_name,
            responsible_unit: row.responsible_unit,
            responsible_unit_display_name: row.responsible_unit_display_name,
            scheme: row.scheme,
            track: row.track,
            track_display_name: row.track_display_name,
            ground,
            create_time: clock::from_micros(row.create_time)?,
        })
    }
}
