//! Cells as the sheets have them: the observation that counts for a unit, an indicator and a
//! period now.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use kit::db::Tx;
use kit::{Error, Result, decimal};

use super::sheet;
use crate::cell::Cell;
use crate::reconciliation::Candidate;
use crate::report::Reading;
use crate::sheet::packed::Packed;
use crate::sheet::{Key, Sheets, year};

/// Every reported cell of some periods, by period, unit and indicator.
pub(crate) async fn of_periods(tx: &mut Tx, district: &str, periods: &[&str]) -> Result<Vec<Cell>> {
    let periods: BTreeSet<&str> = periods.iter().copied().collect();
    let years: BTreeSet<i64> = periods.iter().map(|period| year(period)).collect();
    let mut rows = BTreeMap::new();
    for year in years {
        rows.insert(year, sheet::of_year(tx, district, year).await?);
    }
    let mut sheets = BTreeMap::new();
    for (year, rows) in &rows {
        let mut of_year = Vec::with_capacity(rows.len());
        for (_, unit, cells) in rows {
            of_year.push((Arc::from(unit.as_str()), Packed::read(cells)?));
        }
        sheets.insert(*year, of_year);
    }
    let mut ids = HashSet::new();
    let mut cells = Vec::new();
    for period in periods {
        let id: Arc<str> = period.into();
        for (unit, packed) in sheets.get(&year(period)).into_iter().flatten() {
            collect(&mut cells, &id, unit, packed, &mut ids);
        }
    }
    Ok(cells)
}

/// Adds a unit's cells of a period. `ids` has each indicator's id once.
fn collect(
    cells: &mut Vec<Cell>,
    period: &Arc<str>,
    unit: &Arc<str>,
    packed: &Packed<'_>,
    ids: &mut HashSet<Arc<str>>,
) {
    let Ok(row) = packed.periods.binary_search_by(|(id, _)| (*id).cmp(period)) else { return };
    let width = packed.indicators.len();
    for (column, indicator) in packed.indicators.iter().enumerate() {
        let Some(entry) = packed.entry(row * width + column) else { continue };
        let indicator = match ids.get(*indicator) {
            Some(id) => Arc::clone(id),
            None => {
                let id: Arc<str> = (*indicator).into();
                ids.insert(Arc::clone(&id));
                id
            }
        };
        cells.push(Cell {
            period: Arc::clone(period),
            unit: Arc::clone(unit),
            indicator,
            sequence: entry.sequence,
            reading: entry.reading,
            standing: entry.standing,
            late: entry.late,
            corrections: entry.corrections.into(),
        });
    }
}

/// Observations that somebody wants to judge, by position, and the sheets that hold them.
/// Those that are not in the ledger are left out.
pub(crate) async fn candidates(
    tx: &mut Tx,
    district: &str,
    sequences: &[i64],
) -> Result<(Vec<Candidate>, Sheets)> {
    type Row = (i64, String, String, String);
    let rows = kit::query!(tx, Row, |q| {
        q.push("SELECT sequence, period, unit, indicator FROM observation WHERE district = ");
        q.push_bind(district).push(" AND sequence IN (");
        let mut list = q.separated(", ");
        for sequence in sequences {
            list.push_bind(*sequence);
        }
        q.push(") ORDER BY sequence");
    })?;
    let keys = rows.iter().map(|(_, period, unit, _)| Key::of(unit, period)).collect();
    let sheets = sheet::load(tx, district, &keys).await?;
    let candidate = |(sequence, period, unit, indicator): Row| {
        let entry = sheets.entry(&unit, &period, &indicator);
        let current = entry.filter(|entry| entry.sequence == sequence);
        let standing = current.map(|entry| entry.standing);
        let is_closed = sheets.is_locked(&unit, &period);
        Candidate { sequence, period, unit, indicator, standing, is_closed }
    };
    let candidates = rows.into_iter().map(candidate).collect();
    Ok((candidates, sheets))
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
