//! The ledger of bonuses and deductions, and of the steps that entries took.

mod row;

use std::collections::HashMap;

use jiff::civil::Date;
use kit::db::Tx;
use kit::page::Page;
use kit::{Result, clock, date};

use super::observation::evidence;
use crate::adjustment::{Adjustment, Step};
use row::{Row, StepRow};

macro_rules! columns {
    () => {
        "sequence, unit, period, scheme, track, item, points, level, matter, ground, source,
         citation, inspection, finding, occur_date, evidence, due_date,
         create_time"
    };
}

/// Entries whose term ends on some day, without a step.
const UNSETTLED: &str = " AND due_date IS NOT NULL AND NOT EXISTS (SELECT 1 FROM adjustment_step s
     WHERE s.district = adjustment.district AND s.adjustment = adjustment.sequence)";

/// What a list of entries is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) unit: Option<String>,
    pub(crate) period: Option<String>,
    pub(crate) scheme: Option<String>,
    /// Only those that are provisional on this day.
    pub(crate) provisional: Option<Date>,
}

/// The entry at a position.
pub(crate) async fn get(tx: &mut Tx, district: &str, sequence: i64) -> Result<Option<Adjustment>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM adjustment WHERE district = $1 AND sequence = $2"),
        district,
        sequence
    )?;
    let rows = row.into_iter().collect();
    Ok(with_steps(tx, district, rows).await?.pop())
}

/// A page of the ledger by position.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Adjustment>> {
    let after = page.after_number()?.unwrap_or_default();
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM adjustment WHERE district = "));
        q.push_bind(district).push(" AND sequence > ").push_bind(after);
        if let Some(unit) = &filter.unit {
            q.push(" AND unit = ").push_bind(unit);
        }
        if let Some(period) = &filter.period {
            q.push(" AND period = ").push_bind(period);
        }
        if let Some(scheme) = &filter.scheme {
            q.push(" AND scheme = ").push_bind(scheme);
        }
        if let Some(today) = filter.provisional {
            q.push(UNSETTLED).push(" AND due_date >= ").push_bind(date::to_text(today));
        }
        q.push(" ORDER BY sequence LIMIT ").push_bind(page.limit());
    })?;
    with_steps(tx, district, rows).await
}

/// Every entry of some periods under a scheme, in the ledger's order: two statements, however
/// many subjects there are.
pub(crate) async fn of_periods(
    tx: &mut Tx,
    district: &str,
    scheme: &str,
    periods: &[&str],
) -> Result<Vec<Adjustment>> {
    if periods.is_empty() {
        return Ok(Vec::new());
    }
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM adjustment WHERE district = "));
        q.push_bind(district).push(" AND scheme = ").push_bind(scheme).push(" AND period IN (");
        let mut list = q.separated(", ");
        for period in periods {
            list.push_bind(*period);
        }
        q.push(") ORDER BY sequence");
    })?;
    with_steps(tx, district, rows).await
}

/// Provisional entries whose term ended before a day, the earliest due first.
pub(crate) async fn overdue(
    tx: &mut Tx,
    district: &str,
    period: Option<&str>,
    today: Date,
    most: i64,
) -> Result<Vec<Adjustment>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM adjustment WHERE district = "));
        q.push_bind(district).push(UNSETTLED);
        q.push(" AND due_date < ").push_bind(date::to_text(today));
        if let Some(period) = period {
            q.push(" AND period = ").push_bind(period);
        }
        q.push(" ORDER BY due_date, sequence LIMIT ").push_bind(most);
    })?;
    with_steps(tx, district, rows).await
}

/// The last position of the ledger; the district must be taken.
pub(crate) async fn last(tx: &mut Tx, district: &str) -> Result<i64> {
    let (last,) = kit::fetch_one!(
        tx,
        (i64,),
        "SELECT COALESCE(MAX(sequence), 0) FROM adjustment WHERE district = $1",
        district
    )?;
    Ok(last)
}

/// Adds entries to the ledger, which have taken no step.
pub(crate) async fn insert(tx: &mut Tx, district: &str, entries: &[Adjustment]) -> Result<()> {
    let rows = entries.iter().map(Row::read).collect::<Result<Vec<_>>>()?;
    kit::insert_many!(
        tx,
        concat!("INSERT INTO adjustment (district, ", columns!(), ") "),
        rows,
        |b, row| {
            b.push_bind(district)
                .push_bind(row.sequence)
                .push_bind(row.unit)
                .push_bind(row.period)
                .push_bind(row.scheme)
                .push_bind(row.track)
                .push_bind(row.item)
                .push_bind(row.points)
                .push_bind(row.level)
                .push_bind(row.matter)
                .push_bind(row.ground)
                .push_bind(row.source)
                .push_bind(row.citation)
                .push_bind(row.inspection)
                .push_bind(row.finding)
                .push_bind(row.occur_date)
                .push_bind(row.evidence)
                .push_bind(row.due_date)
                .push_bind(row.create_time);
        }
    )?;
    Ok(())
}

/// Records the last step of each of the entries.
pub(crate) async fn take_steps(tx: &mut Tx, district: &str, entries: &[Adjustment]) -> Result<()> {
    let last = |entry: &Adjustment| {
        let step = entry.steps.last()?;
        let text = evidence::to_text(&step.evidence);
        Some(text.map(|text| (entry.sequence, entry.steps.len() as i64, step.clone(), text)))
    };
    let rows = entries.iter().filter_map(last).collect::<Result<Vec<_>>>()?;
    kit::insert_many!(
        tx,
        "INSERT INTO adjustment_step (district, adjustment, step, state, reason, evidence,
             create_time) ",
        rows,
        |b, (adjustment, number, step, evidence)| {
            b.push_bind(district)
                .push_bind(adjustment)
                .push_bind(number)
                .push_bind(row::number(step.standing))
                .push_bind(step.reason)
                .push_bind(evidence)
                .push_bind(clock::to_micros(step.create_time));
        }
    )?;
    Ok(())
}

async fn with_steps(tx: &mut Tx, district: &str, rows: Vec<Row>) -> Result<Vec<Adjustment>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let bounds =
        (rows.iter().map(|row| row.sequence).min(), rows.iter().map(|it| it.sequence).max());
    let (Some(first), Some(last)) = bounds else { return Ok(Vec::new()) };
    // A range and not a list: thousands of positions would be more values than SQLite binds.
    let steps = kit::fetch_all!(
        tx,
        StepRow,
        "SELECT adjustment, state, reason, evidence, create_time FROM adjustment_step
         WHERE district = $1 AND adjustment BETWEEN $2 AND $3 ORDER BY adjustment, step",
        district,
        first,
        last
    )?;
    let mut by_entry: HashMap<i64, Vec<Step>> = HashMap::new();
    for row in steps {
        by_entry.entry(row.adjustment).or_default().push(Step::try_from(row)?);
    }
    let entry = |row: Row| {
        let steps = by_entry.remove(&row.sequence).unwrap_or_default();
        row.entry(steps)
    };
    rows.into_iter().map(entry).collect()
}
