//! The ledgers of corrections and their decisions.

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock};

use super::cell::{presence, reading};
use super::observation::evidence;
use crate::correction::{Correction, Decision, State, Verdict, Wanted};

macro_rules! columns {
    () => {
        "c.sequence, c.period, c.unit, c.indicator, c.presence, c.value, c.reason, c.evidence,
         c.requester, c.corrects, c.create_time,
         d.decision, d.reason AS decision_reason, d.decider, d.observation,
         d.create_time AS decide_time
         FROM correction c
         LEFT JOIN correction_decision d ON d.district = c.district AND d.correction = c.sequence "
    };
}

/// What a list of corrections is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) period: Option<String>,
    pub(crate) state: Option<State>,
}

/// The correction at a position.
pub(crate) async fn get(tx: &mut Tx, district: &str, sequence: i64) -> Result<Option<Correction>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), "WHERE c.district = $1 AND c.sequence = $2"),
        district,
        sequence
    )?;
    row.map(Correction::try_from).transpose()
}

/// The position of the correction that waits for a value.
pub(crate) async fn pending(tx: &mut Tx, district: &str, wanted: &Wanted) -> Result<Option<i64>> {
    let row = kit::fetch_optional!(
        tx,
        (i64,),
        "SELECT c.sequence FROM correction c
         WHERE c.district = $1 AND c.period = $2 AND c.unit = $3 AND c.indicator = $4
             AND NOT EXISTS (SELECT 1 FROM correction_decision d
                 WHERE d.district = c.district AND d.correction = c.sequence)",
        district,
        &wanted.period,
        &wanted.unit,
        &wanted.indicator
    )?;
    Ok(row.map(|(sequence,)| sequence))
}

/// The last position of the ledger.
pub(crate) async fn last(tx: &mut Tx, district: &str) -> Result<i64> {
    let (last,) = kit::fetch_one!(
        tx,
        (i64,),
        "SELECT COALESCE(MAX(sequence), 0) FROM correction WHERE district = $1",
        district
    )?;
    Ok(last)
}

/// A page of a district's corrections in the order they were requested.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Correction>> {
    let after = page.after_number()?.unwrap_or_default();
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), "WHERE c.district = ")).push_bind(district);
        q.push(" AND c.sequence > ").push_bind(after);
        if let Some(period) = &filter.period {
            q.push(" AND c.period = ").push_bind(period);
        }
        match filter.state {
            None => {}
            Some(State::Requested) => {
                q.push(" AND d.correction IS NULL");
            }
            Some(State::Executed) => {
                q.push(" AND d.decision = 1");
            }
            Some(State::Rejected) => {
                q.push(" AND d.decision = 2");
            }
        }
        q.push(" ORDER BY c.sequence LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Correction::try_from).collect()
}

/// Adds a request.
pub(crate) async fn insert(tx: &mut Tx, district: &str, correction: &Correction) -> Result<()> {
    let Correction { wanted, .. } = correction;
    let (presence, value) = presence(&wanted.reading);
    kit::execute!(
        tx,
        "INSERT INTO correction (district, sequence, period, unit, indicator, presence, value,
             reason, evidence, requester, corrects, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        district,
        correction.sequence,
        &wanted.period,
        &wanted.unit,
        &wanted.indicator,
        presence,
        value,
        &wanted.reason,
        evidence::to_text(&wanted.evidence)?,
        &wanted.requester,
        correction.corrects,
        clock::to_micros(correction.create_time)
    )?;
    Ok(())
}

/// Adds the decision of a request.
pub(crate) async fn decide(
    tx: &mut Tx,
    district: &str,
    correction: i64,
    decision: &Decision,
) -> Result<()> {
    kit::execute!(
        tx,
        "INSERT INTO correction_decision (district, correction, decision, reason, decider,
             observation, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        district,
        correction,
        decision.verdict as i64,
        &decision.reason,
        &decision.decider,
        decision.observation,
        clock::to_micros(decision.create_time)
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
    reason: String,
    evidence: String,
    requester: String,
    corrects: Option<i64>,
    create_time: i64,
    decision: Option<i64>,
    decision_reason: Option<String>,
    decider: Option<String>,
    observation: Option<i64>,
    decide_time: Option<i64>,
}

impl TryFrom<Row> for Correction {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let decision = match (row.decision, row.decision_reason, row.decider, row.decide_time) {
            (Some(verdict), Some(reason), Some(decider), Some(time)) => Some(Decision {
                verdict: Verdict::try_from(verdict)?,
                reason,
                decider,
                observation: row.observation,
                create_time: clock::from_micros(time)?,
            }),
            _ => None,
        };
        Ok(Self {
            sequence: row.sequence,
            wanted: Wanted {
                period: row.period,
                unit: row.unit,
                indicator: row.indicator,
                reading: reading(row.presence, row.value.as_deref())?,
                reason: row.reason,
                evidence: evidence::from_text(&row.evidence)?,
                requester: row.requester,
            },
            corrects: row.corrects,
            create_time: clock::from_micros(row.create_time)?,
            decision,
        })
    }
}
