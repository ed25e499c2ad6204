//! The ledgers of exemptions and of those that were taken back.

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock};

use crate::exemption::{Contents, Exemption, Withdrawal};

macro_rules! columns {
    () => {
        "sequence, unit, period, scheme, track, rule, reason, citation, approver, create_time"
    };
}

macro_rules! joined {
    () => {
        "SELECT e.sequence, e.unit, e.period, e.scheme, e.track, e.rule, e.reason, e.citation,
             e.approver, e.create_time, w.reason AS withdraw_reason, w.withdrawer,
             w.create_time AS withdraw_time
         FROM exemption e LEFT JOIN exemption_withdrawal w
             ON w.district = e.district AND w.exemption = e.sequence
         WHERE e.district = "
    };
}

/// What a list of exemptions is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) period: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) show_withdrawn: bool,
}

/// The exemption at a position.
pub(crate) async fn get(tx: &mut Tx, district: &str, sequence: i64) -> Result<Option<Exemption>> {
    let mut rows = kit::query!(tx, Row, |q| {
        q.push(joined!()).push_bind(district).push(" AND e.sequence = ").push_bind(sequence);
    })?;
    rows.pop().map(Exemption::try_from).transpose()
}

/// A page of the ledger by position.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Exemption>> {
    let after = page.after_number()?.unwrap_or_default();
    let rows = kit::query!(tx, Row, |q| {
        q.push(joined!()).push_bind(district).push(" AND e.sequence > ").push_bind(after);
        if let Some(period) = &filter.period {
            q.push(" AND e.period = ").push_bind(period);
        }
        if let Some(unit) = &filter.unit {
            q.push(" AND e.unit = ").push_bind(unit);
        }
        if !filter.show_withdrawn {
            q.push(" AND w.exemption IS NULL");
        }
        q.push(" ORDER BY e.sequence LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Exemption::try_from).collect()
}

/// The exemptions of a scheme and period that stand, by position.
pub(crate) async fn standing(
    tx: &mut Tx,
    district: &str,
    scheme: &str,
    period: &str,
) -> Result<Vec<Exemption>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(joined!()).push_bind(district).push(" AND e.period = ").push_bind(period);
        q.push(" AND e.scheme = ").push_bind(scheme);
        q.push(" AND w.exemption IS NULL ORDER BY e.sequence");
    })?;
    rows.into_iter().map(Exemption::try_from).collect()
}

/// The last position of the ledger; the district must be taken.
pub(crate) async fn last(tx: &mut Tx, district: &str) -> Result<i64> {
    let (last,) = kit::fetch_one!(
        tx,
        (i64,),
        "SELECT COALESCE(MAX(sequence), 0) FROM exemption WHERE district = $1",
        district
    )?;
    Ok(last)
}

/// Adds a row to the ledger.
pub(crate) async fn insert(tx: &mut Tx, district: &str, exemption: &Exemption) -> Result<()> {
    let contents = &exemption.contents;
    kit::execute!(
        tx,
        concat!(
            "INSERT INTO exemption (district, ",
            columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        ),
        district,
        exemption.sequence,
        &contents.unit,
        &contents.period,
        &contents.scheme,
        &exemption.track,
        &contents.rule,
        &contents.reason,
        &contents.citation,
        &contents.approver,
        clock::to_micros(exemption.create_time)
    )?;
    Ok(())
}

/// Records that it was taken back.
pub(crate) async fn withdraw(tx: &mut Tx, district: &str, exemption: &Exemption) -> Result<()> {
    let Some(withdrawal) = &exemption.withdrawal else { return Ok(()) };
    kit::execute!(
        tx,
        "INSERT INTO exemption_withdrawal (district, exemption, reason, withdrawer, create_time)
         VALUES ($1, $2, $3, $4, $5)",
        district,
        exemption.sequence,
        &withdrawal.reason,
        &withdrawal.withdrawer,
        clock::to_micros(withdrawal.create_time)
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    unit: String,
    period: String,
    scheme: String,
    track: String,
    rule: String,
    reason: String,
    citation: String,
    approver: String,
    create_time: i64,
    withdraw_reason: Option<String>,
    withdrawer: Option<String>,
    withdraw_time: Option<i64>,
}

impl TryFrom<Row> for Exemption {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let withdrawal = match row.withdraw_time {
            Some(time) => Some(Withdrawal {
                reason: row.withdraw_reason.unwrap_or_default(),
                withdrawer: row.withdrawer.unwrap_or_default(),
                create_time: clock::from_micros(time)?,
            }),
            None => None,
        };
        Ok(Self {
            sequence: row.sequence,
            contents: Contents {
                unit: row.unit,
                period: row.period,
                scheme: row.scheme,
                rule: row.rule,
                reason: row.reason,
                citation: row.citation,
                approver: row.approver,
            },
            track: row.track,
            withdrawal,
            create_time: clock::from_micros(row.create_time)?,
        })
    }
}
