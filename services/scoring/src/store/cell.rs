//! Cells: the observation that counts for a unit, an indicator and a period now.

use kit::db::Tx;
use kit::{Error, Result, decimal};

use crate::cell::{Cell, Standing};
use crate::observation::Observation;
use crate::reconciliation::Candidate;
use crate::report::Reading;

/// Every reported cell of some periods, by period, unit and indicator.
pub(crate) async fn of_periods(tx: &mut Tx, district: &str, periods: &[&str]) -> Result<Vec<Cell>> {
    if periods.is_empty() {
        return Ok(Vec::new());
    }
    let rows = kit::query!(tx, Row, |q| {
        q.push(
            "SELECT period, unit, indicator, sequence, presence, value, state, late, corrections
             FROM cell WHERE district = ",
        );
        q.push_bind(district).push(" AND period IN (");
        let mut list = q.separated(", ");
        for period in periods {
            list.push_bind(*period);
        }
        q.push(") ORDER BY period, unit, indicator");
    })?;
    rows.into_iter().map(Cell::try_from).collect()
}

/// The observation that a cell holds; none before the first report.
pub(crate) async fn sequence(
    tx: &mut Tx,
    district: &str,
    period: &str,
    unit: &str,
    indicator: &str,
) -> Result<Option<i64>> {
    let row = kit::fetch_optional!(
        tx,
        (i64,),
        "SELECT sequence FROM cell
         WHERE district = $1 AND period = $2 AND unit = $3 AND indicator = $4",
        district,
        period,
        unit,
        indicator
    )?;
    Ok(row.map(|(sequence,)| sequence))
}

/// Puts an observation into its cell, a first one or a correction.
pub(crate) async fn put(tx: &mut Tx, district: &str, row: &Observation) -> Result<()> {
    let (presence, value) = presence(&row.reading);
    kit::execute!(
        tx,
        "INSERT INTO cell (district, period, unit, indicator, sequence, presence, value, state,
             late, reason, corrections, locked)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9, 0, FALSE)
         ON CONFLICT (district, period, unit, indicator) DO UPDATE SET
             sequence = excluded.sequence, presence = excluded.presence,
             value = excluded.value, state = 1, late = excluded.late,
             reason = excluded.reason, corrections = cell.corrections + 1",
        district,
        &row.period,
        &row.unit,
        &row.indicator,
        row.sequence,
        presence,
        value,
        row.late,
        &row.reason
    )?;
    Ok(())
}

/// Observations that somebody wants to judge or correct, by position. Those that are not in
/// the ledger are left out.
pub(crate) async fn candidates(
    tx: &mut Tx,
    district: &str,
    sequences: &[i64],
) -> Result<Vec<Candidate>> {
    let rows = kit::query!(tx, CandidateRow, |q| {
        q.push(
            "SELECT o.sequence, o.period, o.indicator,
                 c.locked,
                 CASE WHEN c.sequence = o.sequence THEN c.state END AS state
             FROM observation o
             JOIN cell c ON c.district = o.district AND c.period = o.period
                 AND c.unit = o.unit AND c.indicator = o.indicator
             WHERE o.district = ",
        );
        q.push_bind(district).push(" AND o.sequence IN (");
        let mut list = q.separated(", ");
        for sequence in sequences {
            list.push_bind(*sequence);
        }
        q.push(") ORDER BY o.sequence");
    })?;
    rows.into_iter().map(Candidate::try_from).collect()
}

/// Writes what the evaluating unit made of current observations. A dispute brings its reason;
/// agreement leaves the last one standing.
pub(crate) async fn judge(
    tx: &mut Tx,
    district: &str,
    sequences: &[i64],
    standing: Standing,
    reason: Option<&str>,
) -> Result<()> {
    kit::query!(tx, (i64,), |q| {
        q.push("UPDATE cell SET state = ").push_bind(number(standing));
        if let Some(reason) = reason {
            q.push(", reason = ").push_bind(reason);
        }
        q.push(
            " FROM observation o WHERE cell.district = o.district AND cell.period = o.period
                 AND cell.unit = o.unit AND cell.indicator = o.indicator
                 AND cell.sequence = o.sequence AND o.district = ",
        );
        q.push_bind(district).push(" AND o.sequence IN (");
        let mut list = q.separated(", ");
        for sequence in sequences {
            list.push_bind(*sequence);
        }
        q.push(") RETURNING cell.sequence");
    })?;
    Ok(())
}

/// Locks the cells of a period that closes.
pub(crate) async fn lock(tx: &mut Tx, district: &str, period: &str) -> Result<()> {
    kit::execute!(
        tx,
        "UPDATE cell SET locked = TRUE WHERE district = $1 AND period = $2",
        district,
        period
    )?;
    Ok(())
}

/// A reading as two columns: presence and value.
pub(super) fn presence(reading: &Reading) -> (i64, Option<String>) {
    match reading {
        Reading::Value(value) => (1, Some(decimal::to_text(*value))),
        Reading::NotApplicable => (2, None),
    }
}

/// A reading as it was stored.
pub(super) fn reading(presence: i64, value: Option<&str>) -> Result<Reading> {
    match (presence, value) {
        (1, Some(value)) => Ok(Reading::Value(decimal::from_text(value)?)),
        (2, None) => Ok(Reading::NotApplicable),
        _ => Err(Error::internal(format!("presence {presence} with value {value:?}"))),
    }
}

/// A standing as it was stored.
pub(super) fn standing(state: i64) -> Result<Standing> {
    match state {
        1 => Ok(Standing::Reported),
        2 => Ok(Standing::Verified),
        3 => Ok(Standing::Disputed),
        _ => Err(Error::internal(format!("a cell in state {state}"))),
    }
}

fn number(standing: Standing) -> i64 {
    match standing {
        Standing::Reported => 1,
        Standing::Verified => 2,
        Standing::Disputed => 3,
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    period: String,
    unit: String,
    indicator: String,
    sequence: i64,
    presence: i64,
    value: Option<String>,
    state: i64,
    late: bool,
    corrections: i64,
}

impl TryFrom<Row> for Cell {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            reading: reading(row.presence, row.value.as_deref())?,
            standing: standing(row.state)?,
            period: row.period,
            unit: row.unit,
            indicator: row.indicator,
            sequence: row.sequence,
            late: row.late,
            corrections: row.corrections,
        })
    }
}

#[derive(sqlx::FromRow)]
struct CandidateRow {
    sequence: i64,
    period: String,
    indicator: String,
    state: Option<i64>,
    locked: bool,
}

impl TryFrom<CandidateRow> for Candidate {
    type Error = Error;

    fn try_from(row: CandidateRow) -> Result<Self> {
        Ok(Self {
            sequence: row.sequence,
            period: row.period,
            indicator: row.indicator,
            standing: row.state.map(standing).transpose()?,
            is_closed: row.locked,
        })
    }
}
