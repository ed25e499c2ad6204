//! The ledgers of objections, their answers and settlements.

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock, date};

use super::observation::evidence;
use crate::objection::{Answer, Decision, Filing, Objection, Settlement, State};

macro_rules! columns {
    () => {
        "o.sequence, o.run, o.unit, o.unit_display_name, o.period, o.scheme, o.filing_unit,
         o.ground, o.node_ids, o.evidence, o.term_date, o.create_time,
         a.decision, a.answer, a.answering_unit, a.create_time AS answer_time,
         s.run AS settling_run, s.create_time AS settle_time
         FROM objection o
         LEFT JOIN objection_answer a ON a.district = o.district AND a.objection = o.sequence
         LEFT JOIN objection_settlement s ON s.district = o.district AND s.objection = o.sequence "
    };
}

/// What a list of objections is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) run: Option<i64>,
    pub(crate) unit: Option<String>,
    pub(crate) state: Option<State>,
}

/// The objection at a position.
pub(crate) async fn get(tx: &mut Tx, district: &str, sequence: i64) -> Result<Option<Objection>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), "WHERE o.district = $1 AND o.sequence = $2"),
        district,
        sequence
    )?;
    row.map(Objection::try_from).transpose()
}

/// The position of the objection to a result.
pub(crate) async fn to_result(
    tx: &mut Tx,
    district: &str,
    run: i64,
    unit: &str,
) -> Result<Option<i64>> {
    let row = kit::fetch_optional!(
        tx,
        (i64,),
        "SELECT sequence FROM objection WHERE district = $1 AND run = $2 AND unit = $3",
        district,
        run,
        unit
    )?;
    Ok(row.map(|(sequence,)| sequence))
}

/// The last position of the ledger.
pub(crate) async fn last(tx: &mut Tx, district: &str) -> Result<i64> {
    let (last,) = kit::fetch_one!(
        tx,
        (i64,),
        "SELECT COALESCE(MAX(sequence), 0) FROM objection WHERE district = $1",
        district
    )?;
    Ok(last)
}

/// A page of a district's objections in the order they were filed.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Objection>> {
    let after = page.after_number()?.unwrap_or_default();
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), "WHERE o.district = ")).push_bind(district);
        q.push(" AND o.sequence > ").push_bind(after);
        if let Some(run) = filter.run {
            q.push(" AND o.run = ").push_bind(run);
        }
        if let Some(unit) = &filter.unit {
            q.push(" AND o.unit = ").push_bind(unit);
        }
        match filter.state {
            None => {}
            Some(State::Filed) => {
                q.push(" AND a.objection IS NULL");
            }
            Some(State::Upheld) => {
                q.push(" AND a.decision = 1 AND s.objection IS NULL");
            }
            Some(State::Dismissed) => {
                q.push(" AND a.decision = 2");
            }
            Some(State::Settled) => {
                q.push(" AND s.objection IS NOT NULL");
            }
        }
        q.push(" ORDER BY o.sequence LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Objection::try_from).collect()
}

/// The objections to results of a run that were upheld and wait for a new one.
pub(crate) async fn upheld(tx: &mut Tx, district: &str, run: i64) -> Result<Vec<Objection>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            "WHERE o.district = $1 AND o.run = $2 AND a.decision = 1 AND s.objection IS NULL
             ORDER BY o.sequence"
        ),
        district,
        run
    )?;
    rows.into_iter().map(Objection::try_from).collect()
}

/// Adds an objection.
pub(crate) async fn insert(tx: &mut Tx, district: &str, objection: &Objection) -> Result<()> {
    let Objection { filing, .. } = objection;
    kit::execute!(
        tx,
        "INSERT INTO objection (district, sequence, run, unit, unit_display_name, period, scheme,
             filing_unit, ground, node_ids, evidence, term_date, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        district,
        objection.sequence,
        objection.run,
        &objection.unit,
        &objection.unit_display_name,
        &objection.period,
        &objection.scheme,
        &filing.filing_unit,
        &filing.ground,
        filing.node_ids.join(" "),
        evidence::to_text(&filing.evidence)?,
        date::to_text(objection.term_date),
        clock::to_micros(objection.create_time)
    )?;
    Ok(())
}

/// Adds the answer to an objection.
pub(crate) async fn answer(
    tx: &mut Tx,
    district: &str,
    objection: i64,
    answer: &Answer,
) -> Result<()> {
    kit::execute!(
        tx,
        "INSERT INTO objection_answer (district, objection, decision, answer, answering_unit,
             create_time)
         VALUES ($1, $2, $3, $4, $5, $6)",
        district,
        objection,
        answer.decision as i64,
        &answer.answer,
        &answer.answering_unit,
        clock::to_micros(answer.create_time)
    )?;
    Ok(())
}

/// Settles objections by a run.
pub(crate) async fn settle(
    tx: &mut Tx,
    district: &str,
    objections: &[Objection],
    settlement: &Settlement,
) -> Result<()> {
    kit::insert_many!(
        tx,
        "INSERT INTO objection_settlement (district, objection, run, create_time) ",
        objections,
        |row, objection| {
            row.push_bind(district)
                .push_bind(objection.sequence)
                .push_bind(settlement.run)
                .push_bind(clock::to_micros(settlement.create_time));
        }
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    run: i64,
    unit: String,
    unit_display_name: String,
    period: String,
    scheme: String,
    filing_unit: String,
    ground: String,
    node_ids: String,
    evidence: String,
    term_date: String,
    create_time: i64,
    decision: Option<i64>,
    answer: Option<String>,
    answering_unit: Option<String>,
    answer_time: Option<i64>,
    settling_run: Option<i64>,
    settle_time: Option<i64>,
}

impl TryFrom<Row> for Objection {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let answer = match (row.decision, row.answer, row.answering_unit, row.answer_time) {
            (Some(decision), Some(answer), Some(answering_unit), Some(time)) => Some(Answer {
                decision: Decision::try_from(decision)?,
                answer,
                answering_unit,
                create_time: clock::from_micros(time)?,
            }),
            _ => None,
        };
        let settlement = match (row.settling_run, row.settle_time) {
            (Some(run), Some(time)) => {
                Some(Settlement { run, create_time: clock::from_micros(time)? })
            }
            _ => None,
        };
        Ok(Self {
            sequence: row.sequence,
            run: row.run,
            unit: row.unit,
            unit_display_name: row.unit_display_name,
            period: row.period,
            scheme: row.scheme,
            filing: Filing {
                filing_unit: row.filing_unit,
                ground: row.ground,
                node_ids: row.node_ids.split_whitespace().map(str::to_owned).collect(),
                evidence: evidence::from_text(&row.evidence)?,
            },
            term_date: date::from_text(&row.term_date)?,
            create_time: clock::from_micros(row.create_time)?,
            answer,
            settlement,
        })
    }
}
