//! The ledger of observations.

mod bulk;
pub(super) mod evidence;

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock};

use super::cell::{presence, reading, standing};
use crate::observation::{Observation, Seen, State};

pub(crate) use bulk::append;
pub(crate) use evidence::sha256 as evidence_sha256;

/// What a list of observations is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) unit: Option<String>,
    pub(crate) indicator: Option<String>,
    pub(crate) period: Option<String>,
    pub(crate) state: Option<State>,
    pub(crate) show_superseded: bool,
}

macro_rules! columns {
    () => {
        "o.sequence, o.period, o.unit, o.indicator, o.presence, o.value, o.note, o.evidence,
         o.late, o.report_time, o.supersedes, o.reason, o.create_time, c.locked,
         CASE WHEN c.sequence = o.sequence THEN c.state END AS state,
         CASE WHEN c.sequence = o.sequence THEN c.reason ELSE
             (SELECT n.reason FROM observation n
              WHERE n.district = o.district AND n.supersedes = o.sequence) END AS last_reason "
    };
}

macro_rules! with_cell {
    () => {
        "JOIN cell c ON c.district = o.district AND c.period = o.period
             AND c.unit = o.unit AND c.indicator = o.indicator "
    };
}

/// The observation at a position and what became of it.
pub(crate) async fn get(tx: &mut Tx, district: &str, sequence: i64) -> Result<Option<Seen>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            "FROM observation o ",
            with_cell!(),
            "WHERE o.district = $1 AND o.sequence = $2"
        ),
        district,
        sequence
    )?;
    row.map(Seen::try_from).transpose()
}

/// A page of the ledger by position.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Seen>> {
    let after = page.after_number()?.unwrap_or_default();
    let source = Source::of(filter);
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!())).push(source.tables);
        q.push(" AND ").push(source.lead).push(".district = ").push_bind(district);
        q.push(" AND ").push(source.key).push(" > ").push_bind(after);
        if let Some(unit) = &filter.unit {
            q.push(" AND o.unit = ").push_bind(unit);
        }
        if let Some(indicator) = &filter.indicator {
            q.push(" AND o.indicator = ").push_bind(indicator);
        }
        if let Some(period) = &filter.period {
            q.push(" AND o.period = ").push_bind(period);
        }
        match filter.state {
            None if filter.show_superseded => {}
            None => {
                q.push(" AND c.sequence = o.sequence");
            }
            Some(State::Superseded) => {
                q.push(" AND c.sequence <> o.sequence");
            }
            Some(state) => {
                q.push(" AND c.sequence = o.sequence AND c.shown = ").push_bind(shown(state));
            }
        }
        q.push(" ORDER BY ").push(source.key).push(" LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Seen::try_from).collect()
}

/// Where a list begins, so that an index leads through it in the ledger's order.
struct Source {
    /// Up to an open condition; `CROSS JOIN` keeps SQLite to this order.
    tables: &'static str,
    /// The first of the tables.
    lead: &'static str,
    /// The position in the ledger, as an index of that table has it.
    key: &'static str,
}

impl Source {
    /// What is narrowed to a unit, an indicator or a period is found by that; a state alone
    /// leads through the cells in it, or through the corrections.
    fn of(filter: &Filter) -> Self {
        let narrowed =
            filter.unit.is_some() || filter.indicator.is_some() || filter.period.is_some();
        match filter.state {
            Some(State::Superseded) if !narrowed => Self {
                tables: concat!(
                    "FROM observation s CROSS JOIN observation o ",
                    with_cell!(),
                    "WHERE o.district = s.district AND o.sequence = s.supersedes"
                ),
                lead: "s",
                key: "s.supersedes",
            },
            Some(_) if !narrowed => Self {
                tables: "FROM cell c CROSS JOIN observation o
                     WHERE o.district = c.district AND o.sequence = c.sequence",
                lead: "c",
                key: "c.sequence",
            },
            _ => Self {
                tables: concat!("FROM observation o ", with_cell!(), "WHERE TRUE"),
                lead: "o",
                key: "o.sequence",
            },
        }
    }
}

/// A current observation's state as its cell has it.
fn shown(state: State) -> i64 {
    match state {
        State::Reported => 1,
        State::Verified => 2,
        State::Disputed => 3,
        State::Locked => 4,
        State::Superseded => 0,
    }
}

/// Adds one row; its cell is written by `cell::put`.
pub(crate) async fn insert(tx: &mut Tx, district: &str, row: &Observation) -> Result<()> {
    let (presence, value) = presence(&row.reading);
    kit::execute!(
        tx,
        "INSERT INTO observation (district, sequence, period, unit, indicator, presence, value,
             note, evidence, late, report_time, supersedes, reason, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        district,
        row.sequence,
        &row.period,
        &row.unit,
        &row.indicator,
        presence,
        value,
        &row.note,
        evidence::to_text(&row.evidence)?,
        row.late,
        clock::to_micros(row.report_time),
        row.supersedes,
        &row.reason,
        clock::to_micros(row.create_time)
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    period: String,
    unit: String,
    indicator: String,
    presence: i64,
    value: Option<String>,
    note: String,
    evidence: String,
    late: bool,
    report_time: i64,
    supersedes: Option<i64>,
    reason: String,
    create_time: i64,
    state: Option<i64>,
    last_reason: Option<String>,
    locked: bool,
}

impl TryFrom<Row> for Seen {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let standing = row.state.map(standing).transpose()?;
        Ok(Self {
            state: State::of(standing, row.locked),
            reason: row.last_reason.unwrap_or_default(),
            observation: Observation {
                sequence: row.sequence,
                period: row.period,
                unit: row.unit,
                indicator: row.indicator,
                reading: reading(row.presence, row.value.as_deref())?,
                note: row.note,
                evidence: evidence::from_text(&row.evidence)?,
                late: row.late,
                report_time: clock::from_micros(row.report_time)?,
                supersedes: row.supersedes,
                reason: row.reason,
                create_time: clock::from_micros(row.create_time)?,
            },
        })
    }
}
