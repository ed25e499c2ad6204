//! The ledgers of inspections, of their findings and of the steps of corrections.

mod row;

use std::collections::{HashMap, HashSet};

use kit::db::Tx;
use kit::page::Page;
use kit::{Result, clock};

use super::observation::evidence;
use crate::inspection::{Count, Finding, Inspection, State, Step};
use row::{CountRow, FindingRow, Row, StepRow};

macro_rules! columns {
    () => {
        "sequence, unit, period, scheme, track, inspection_date, unannounced, inspectors,
         summary, create_time"
    };
}

macro_rules! finding_columns {
    () => {
        "f.inspection, f.finding, f.unit, f.severity, f.body, f.indicator, f.observation,
         f.photographs, f.correction_due"
    };
}

/// Where a finding stands, of a row `f`.
const STATE: &str = "COALESCE(
     (SELECT s.state FROM finding_step s WHERE s.district = f.district
         AND s.inspection = f.inspection AND s.finding = f.finding ORDER BY s.step DESC LIMIT 1),
     CASE WHEN f.correction_due IS NULL THEN 1 ELSE 2 END)";

/// What a list of inspections is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) unit: Option<String>,
    pub(crate) period: Option<String>,
}

/// What a list of findings is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct FindingFilter {
    pub(crate) inspection: Option<i64>,
    pub(crate) unit: Option<String>,
    pub(crate) state: Option<State>,
}

/// The inspection at a position.
pub(crate) async fn get(tx: &mut Tx, district: &str, sequence: i64) -> Result<Option<Inspection>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM inspection WHERE district = $1 AND sequence = $2"),
        district,
        sequence
    )?;
    let rows = row.into_iter().collect();
    Ok(with_findings(tx, district, rows).await?.pop())
}

/// A page of the ledger by position.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Inspection>> {
    let after = page.after_number()?.unwrap_or_default();
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM inspection WHERE district = "));
        q.push_bind(district).push(" AND sequence > ").push_bind(after);
        if let Some(unit) = &filter.unit {
            q.push(" AND unit = ").push_bind(unit);
        }
        if let Some(period) = &filter.period {
            q.push(" AND period = ").push_bind(period);
        }
        q.push(" ORDER BY sequence LIMIT ").push_bind(page.limit());
    })?;
    with_findings(tx, district, rows).await
}

/// A finding by the position of its inspection and its number.
pub(crate) async fn finding(
    tx: &mut Tx,
    district: &str,
    inspection: i64,
    number: i64,
) -> Result<Option<Finding>> {
    let row = kit::fetch_optional!(
        tx,
        FindingRow,
        concat!(
            "SELECT ",
            finding_columns!(),
            " FROM finding f WHERE f.district = $1 AND f.inspection = $2 AND f.finding = $3"
        ),
        district,
        inspection,
        number
    )?;
    let rows = row.into_iter().collect();
    Ok(with_steps(tx, district, rows).await?.pop())
}

/// A page of findings in the order they were filed.
pub(crate) async fn findings(
    tx: &mut Tx,
    district: &str,
    filter: &FindingFilter,
    page: &Page,
    after: (i64, i64),
) -> Result<Vec<Finding>> {
    let rows = kit::query!(tx, FindingRow, |q| {
        q.push(concat!("SELECT ", finding_columns!(), " FROM finding f WHERE f.district = "));
        q.push_bind(district).push(" AND (f.inspection, f.finding) > (");
        q.push_bind(after.0).push(", ").push_bind(after.1).push(")");
        if let Some(inspection) = filter.inspection {
            q.push(" AND f.inspection = ").push_bind(inspection);
        }
        if let Some(unit) = &filter.unit {
            q.push(" AND f.unit = ").push_bind(unit);
        }
        if let Some(state) = filter.state {
            q.push(" AND ").push(STATE).push(" = ").push_bind(state as i64);
        }
        q.push(" ORDER BY f.inspection, f.finding LIMIT ").push_bind(page.limit());
    })?;
    with_steps(tx, district, rows).await
}

/// Those of the findings that are in the ledger.
pub(crate) async fn known_findings(
    tx: &mut Tx,
    district: &str,
    findings: &[(i64, i64)],
) -> Result<HashSet<(i64, i64)>> {
    if findings.is_empty() {
        return Ok(HashSet::new());
    }
    let rows = kit::query!(tx, (i64, i64), |q| {
        q.push("SELECT inspection, finding FROM finding WHERE district = ").push_bind(district);
        q.push(" AND inspection IN (");
        let mut list = q.separated(", ");
        for (inspection, _) in findings {
            list.push_bind(*inspection);
        }
        q.push(")");
    })?;
    Ok(rows.into_iter().collect())
}

/// Inspections and findings of a period by subject, in one statement.
pub(crate) async fn counts(tx: &mut Tx, district: &str, period: &str) -> Result<Vec<Count>> {
    let rows = kit::query!(tx, CountRow, |q| {
        q.push(
            "SELECT i.unit, CAST(COUNT(DISTINCT i.sequence) AS BIGINT) AS inspections,
                 CAST(COUNT(DISTINCT CASE WHEN i.unannounced THEN i.sequence END) AS BIGINT)
                     AS unannounced,
                 CAST(COUNT(CASE WHEN f.severity = 1 THEN 1 END) AS BIGINT) AS commendable,
                 CAST(COUNT(CASE WHEN f.severity = 2 THEN 1 END) AS BIGINT) AS minor,
                 CAST(COUNT(CASE WHEN f.severity = 3 THEN 1 END) AS BIGINT) AS major,
                 CAST(COUNT(CASE WHEN f.severity = 4 THEN 1 END) AS BIGINT) AS grave,
                 CAST(COUNT(CASE WHEN f.finding IS NOT NULL AND ",
        );
        q.push(STATE);
        q.push(
            " IN (2, 3) THEN 1 END) AS BIGINT) AS open
             FROM inspection i
             LEFT JOIN finding f ON f.district = i.district AND f.inspection = i.sequence
             WHERE i.district = ",
        );
        q.push_bind(district).push(" AND i.period = ").push_bind(period);
        q.push(" GROUP BY i.unit ORDER BY i.unit");
    })?;
    Ok(rows.into_iter().map(Count::from).collect())
}

/// The last position of the ledger; the district must be taken.
pub(crate) async fn last(tx: &mut Tx, district: &str) -> Result<i64> {
    let (last,) = kit::fetch_one!(
        tx,
        (i64,),
        "SELECT COALESCE(MAX(sequence), 0) FROM inspection WHERE district = $1",
        district
    )?;
    Ok(last)
}

/// Adds an inspection with its findings, which have taken no step.
pub(crate) async fn insert(tx: &mut Tx, district: &str, inspection: &Inspection) -> Result<()> {
    let row = Row::read(inspection)?;
    kit::execute!(
        tx,
        concat!(
            "INSERT INTO inspection (district, ",
            columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        ),
        district,
        row.sequence,
        row.unit,
        row.period,
        row.scheme,
        row.track,
        row.inspection_date,
        row.unannounced,
        row.inspectors,
        row.summary,
        row.create_time
    )?;
    let findings = inspection.findings.iter().map(FindingRow::read).collect::<Result<Vec<_>>>()?;
    kit::insert_many!(
        tx,
        "INSERT INTO finding (district, inspection, finding, unit, severity, body, indicator,
             observation, photographs, correction_due) ",
        findings,
        |b, row| {
            b.push_bind(district)
                .push_bind(row.inspection)
                .push_bind(row.finding)
                .push_bind(row.unit)
                .push_bind(row.severity)
                .push_bind(row.body)
                .push_bind(row.indicator)
                .push_bind(row.observation)
                .push_bind(row.photographs)
                .push_bind(row.correction_due);
        }
    )?;
    Ok(())
}

/// Records the last step of a finding.
pub(crate) async fn take_step(tx: &mut Tx, district: &str, finding: &Finding) -> Result<()> {
    let Some(step) = finding.steps.last() else { return Ok(()) };
    kit::execute!(
        tx,
        "INSERT INTO finding_step (district, inspection, finding, step, state, note, evidence,
             create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        district,
        finding.inspection,
        finding.number,
        finding.steps.len() as i64,
        step.state as i64,
        &step.note,
        evidence::to_text(&step.evidence)?,
        clock::to_micros(step.create_time)
    )?;
    Ok(())
}

async fn with_findings(tx: &mut Tx, district: &str, rows: Vec<Row>) -> Result<Vec<Inspection>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let findings = kit::query!(tx, FindingRow, |q| {
        q.push(concat!("SELECT ", finding_columns!(), " FROM finding f WHERE f.district = "));
        q.push_bind(district).push(" AND f.inspection IN (");
        let mut list = q.separated(", ");
        for row in &rows {
            list.push_bind(row.sequence);
        }
        q.push(") ORDER BY f.inspection, f.finding");
    })?;
    let mut by_inspection: HashMap<i64, Vec<Finding>> = HashMap::new();
    for finding in with_steps(tx, district, findings).await? {
        by_inspection.entry(finding.inspection).or_default().push(finding);
    }
    let inspection = |row: Row| {
        let findings = by_inspection.remove(&row.sequence).unwrap_or_default();
        row.inspection(findings)
    };
    rows.into_iter().map(inspection).collect()
}

/// Reads steps and the entries that cite the findings, by the inspections that they lie in.
async fn with_steps(tx: &mut Tx, district: &str, rows: Vec<FindingRow>) -> Result<Vec<Finding>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut inspections: Vec<i64> = rows.iter().map(|row| row.inspection).collect();
    inspections.dedup();
    let steps = kit::query!(tx, StepRow, |q| {
        q.push("SELECT inspection, finding, state, note, evidence, create_time FROM finding_step");
        q.push(" WHERE district = ").push_bind(district).push(" AND inspection IN (");
        let mut list = q.separated(", ");
        for inspection in &inspections {
            list.push_bind(*inspection);
        }
        q.push(") ORDER BY inspection, finding, step");
    })?;
    let cited = kit::query!(tx, (i64, i64, i64), |q| {
        q.push("SELECT inspection, finding, sequence FROM adjustment WHERE district = ");
        q.push_bind(district).push(" AND inspection IN (");
        let mut list = q.separated(", ");
        for inspection in &inspections {
            list.push_bind(*inspection);
        }
        q.push(") ORDER BY sequence");
    })?;
    let mut steps_of: HashMap<(i64, i64), Vec<Step>> = HashMap::new();
    for row in steps {
        let key = (row.inspection, row.finding);
        steps_of.entry(key).or_default().push(Step::try_from(row)?);
    }
    let mut cited_by: HashMap<(i64, i64), Vec<i64>> = HashMap::new();
    for (inspection, finding, sequence) in cited {
        cited_by.entry((inspection, finding)).or_default().push(sequence);
    }
    let finding = |row: FindingRow| {
        let key = (row.inspection, row.finding);
        let steps = steps_of.remove(&key).unwrap_or_default();
        row.found(steps, cited_by.remove(&key).unwrap_or_default())
    };
    rows.into_iter().map(finding).collect()
}
