//! The ledger of verdicts and the periods that are closed.

use jiff::Timestamp;
use kit::db::Tx;
use kit::{Result, clock, decimal};

use super::head::Head;
use crate::reconciliation::{Verdict, VerdictKind};
use crate::sheet::year;

/// When a period was closed; none while it is open.
pub(crate) async fn close_time(
    tx: &mut Tx,
    district: &str,
    period: &str,
) -> Result<Option<Timestamp>> {
    let row = kit::fetch_optional!(
        tx,
        (i64,),
        "SELECT close_time FROM reconciliation WHERE district = $1 AND period = $2",
        district,
        period
    )?;
    row.map(|(time,)| clock::from_micros(time)).transpose()
}

/// Those of the periods that are closed.
pub(crate) async fn closed(tx: &mut Tx, district: &str, periods: &[&str]) -> Result<Vec<String>> {
    if periods.is_empty() {
        return Ok(Vec::new());
    }
    let rows = kit::query!(tx, (String,), |q| {
        q.push("SELECT period FROM reconciliation WHERE district = ").push_bind(district);
        q.push(" AND period IN (");
        let mut list = q.separated(", ");
        for period in periods {
            list.push_bind(*period);
        }
        q.push(") ORDER BY period");
    })?;
    Ok(rows.into_iter().map(|(period,)| period).collect())
}

/// What a period was closed with; none while it is open.
pub(crate) async fn definitions(
    tx: &mut Tx,
    district: &str,
    period: &str,
) -> Result<Option<Vec<u8>>> {
    let row = kit::fetch_optional!(
        tx,
        (Vec<u8>,),
        "SELECT assignment FROM definitions WHERE district = $1 AND period = $2",
        district,
        period
    )?;
    Ok(row.map(|(assignment,)| assignment))
}

/// Closes a period with its definitions and locks its cells.
pub(crate) async fn close(
    tx: &mut Tx,
    district: &str,
    period: &str,
    assignment: &[u8],
) -> Result<()> {
    let now = clock::to_micros(tx.now());
    kit::execute!(
        tx,
        "INSERT INTO definitions (district, period, assignment) VALUES ($1, $2, $3)",
        district,
        period,
        assignment
    )?;
    kit::execute!(
        tx,
        "INSERT INTO reconciliation (district, period, close_time) VALUES ($1, $2, $3)",
        district,
        period,
        now
    )?;
    let mut sheets = super::sheet::load_year(tx, district, year(period)).await?;
    sheets.lock(period);
    super::sheet::save(tx, district, &sheets).await
}

/// Adds a verdict to the ledger: one row for each observation and its period, or for a period.
pub(crate) async fn record(
    tx: &mut Tx,
    district: &str,
    head: &mut Head,
    verdict: &Verdict,
    subjects: &[(Option<i64>, &str)],
) -> Result<()> {
    let now = clock::to_micros(tx.now());
    let rows = (head.verdict + 1..).zip(subjects);
    head.verdict += subjects.len() as i64;
    kit::insert_many!(
        tx,
        "INSERT INTO verdict (district, sequence, kind, period, observation, evaluating_unit,
             counted_value, reason, create_time) ",
        rows,
        |row, (sequence, (observation, period))| {
            row.push_bind(district)
                .push_bind(sequence)
                .push_bind(number(verdict.kind))
                .push_bind(*period)
                .push_bind(*observation)
                .push_bind(&verdict.evaluating_unit)
                .push_bind(verdict.counted_value.map(decimal::to_text))
                .push_bind(&verdict.reason)
                .push_bind(now);
        }
    )?;
    Ok(())
}

fn number(kind: VerdictKind) -> i64 {
    match kind {
        VerdictKind::Verify => 1,
        VerdictKind::Dispute => 2,
        VerdictKind::Close => 3,
    }
}
