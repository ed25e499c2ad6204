//! The ledger of results given by a higher level.

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock, date, decimal};

use super::observation::evidence;
use crate::external_result::{Contents, ExternalResult};

macro_rules! columns {
    () => {
        "sequence, unit, period, indicator, issuer, title, target, value, rank, field_size,
         done_count, item_count, grade, document, issue_date, supersedes, create_time"
    };
}

/// Whether another took a row's place.
const SUPERSEDED: &str = "EXISTS (SELECT 1 FROM external_result n
     WHERE n.district = e.district AND n.supersedes = e.sequence)";

/// What a list of results is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) period: Option<String>,
    pub(crate) indicator: Option<String>,
    pub(crate) show_superseded: bool,
}

/// The result at a position.
pub(crate) async fn get(
    tx: &mut Tx,
    district: &str,
    sequence: i64,
) -> Result<Option<ExternalResult>> {
    let mut rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), ", ")).push(SUPERSEDED);
        q.push(" AS superseded FROM external_result e WHERE district = ").push_bind(district);
        q.push(" AND sequence = ").push_bind(sequence);
    })?;
    rows.pop().map(ExternalResult::try_from).transpose()
}

/// A page of the ledger by position.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<ExternalResult>> {
    let after = page.after_number()?.unwrap_or_default();
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), ", ")).push(SUPERSEDED);
        q.push(" AS superseded FROM external_result e WHERE district = ").push_bind(district);
        q.push(" AND sequence > ").push_bind(after);
        if let Some(period) = &filter.period {
            q.push(" AND period = ").push_bind(period);
        }
        if let Some(indicator) = &filter.indicator {
            q.push(" AND indicator = ").push_bind(indicator);
        }
        if !filter.show_superseded {
            q.push(" AND NOT ").push(SUPERSEDED);
        }
        q.push(" ORDER BY sequence LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(ExternalResult::try_from).collect()
}

/// Every result of a period that belongs to an indicator and still holds, in the ledger's order.
pub(crate) async fn of_indicator(
    tx: &mut Tx,
    district: &str,
    period: &str,
    indicator: &str,
) -> Result<Vec<ExternalResult>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), ", ")).push(SUPERSEDED);
        q.push(" AS superseded FROM external_result e WHERE district = ").push_bind(district);
        q.push(" AND period = ").push_bind(period);
        q.push(" AND indicator = ").push_bind(indicator);
        q.push(" AND NOT ").push(SUPERSEDED).push(" ORDER BY sequence");
    })?;
    rows.into_iter().map(ExternalResult::try_from).collect()
}

/// The last position of the ledger; the district must be taken.
pub(crate) async fn last(tx: &mut Tx, district: &str) -> Result<i64> {
    let (last,) = kit::fetch_one!(
        tx,
        (i64,),
        "SELECT COALESCE(MAX(sequence), 0) FROM external_result WHERE district = $1",
        district
    )?;
    Ok(last)
}

/// Adds a row to the ledger.
pub(crate) async fn insert(tx: &mut Tx, district: &str, result: &ExternalResult) -> Result<()> {
    let contents = &result.contents;
    kit::execute!(
        tx,
        concat!(
            "INSERT INTO external_result (district, ",
            columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
                 $17, $18)"
        ),
        district,
        result.sequence,
        contents.unit.as_deref(),
        &contents.period,
        contents.indicator.as_deref(),
        &contents.issuer,
        &contents.title,
        contents.target.map(decimal::to_text),
        contents.value.map(decimal::to_text),
        contents.rank.map(|(rank, _)| rank),
        contents.rank.map(|(_, size)| size),
        contents.done.map(|(done, _)| done),
        contents.done.map(|(_, items)| items),
        &contents.grade,
        evidence::to_text(std::slice::from_ref(&contents.document))?,
        date::to_text(contents.issue_date),
        contents.supersedes,
        clock::to_micros(result.create_time)
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    unit: Option<String>,
    period: String,
    indicator: Option<String>,
    issuer: String,
    title: String,
    target: Option<String>,
    value: Option<String>,
    rank: Option<i64>,
    field_size: Option<i64>,
    done_count: Option<i64>,
    item_count: Option<i64>,
    grade: String,
    document: String,
    issue_date: String,
    supersedes: Option<i64>,
    create_time: i64,
    superseded: bool,
}

impl TryFrom<Row> for ExternalResult {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let document = evidence::from_text(&row.document)?.pop();
        let number = |text: &Option<String>| text.as_deref().map(decimal::from_text).transpose();
        Ok(Self {
            sequence: row.sequence,
            contents: Contents {
                target: number(&row.target)?,
                value: number(&row.value)?,
                rank: row.rank.zip(row.field_size),
                done: row.done_count.zip(row.item_count),
                document: document
                    .ok_or_else(|| Error::internal("a result without its document"))?,
                issue_date: date::from_text(&row.issue_date)?,
                unit: row.unit,
                period: row.period,
                indicator: row.indicator,
                issuer: row.issuer,
                title: row.title,
                grade: row.grade,
                supersedes: row.supersedes,
            },
            superseded: row.superseded,
            create_time: clock::from_micros(row.create_time)?,
        })
    }
}
