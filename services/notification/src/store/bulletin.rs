//! Bulletins.

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock};

use crate::bulletin::Bulletin;
use crate::template::Text;

macro_rules! columns {
    () => {
        "district, sequence, period, subject, body, template_fault, boards, create_time"
    };
}

/// The bulletin at a position.
pub(crate) async fn get(tx: &mut Tx, district: &str, sequence: i64) -> Result<Option<Bulletin>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM bulletin WHERE district = $1 AND sequence = $2"),
        district,
        sequence
    )?;
    row.map(Bulletin::try_from).transpose()
}

/// True when there is a bulletin about a period.
pub(crate) async fn is_known(tx: &mut Tx, district: &str, period: &str) -> Result<bool> {
    let row = kit::fetch_optional!(
        tx,
        (i64,),
        "SELECT sequence FROM bulletin WHERE district = $1 AND period = $2",
        district,
        period
    )?;
    Ok(row.is_some())
}

/// A page of a district's bulletins in the order they were issued.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    period: Option<&str>,
    page: &Page,
) -> Result<Vec<Bulletin>> {
    let after = page.after_number()?.unwrap_or_default();
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM bulletin WHERE district = "));
        q.push_bind(district).push(" AND sequence > ").push_bind(after);
        if let Some(period) = period {
            q.push(" AND period = ").push_bind(period);
        }
        q.push(" ORDER BY sequence LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Bulletin::try_from).collect()
}

/// Stores a new bulletin.
pub(crate) async fn insert(tx: &mut Tx, bulletin: &Bulletin) -> Result<()> {
    kit::execute!(
        tx,
        concat!("INSERT INTO bulletin (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"),
        &bulletin.district,
        bulletin.sequence,
        &bulletin.period,
        &bulletin.text.subject,
        &bulletin.text.body,
        &bulletin.template_fault,
        bulletin.boards.join("\n"),
        clock::to_micros(bulletin.create_time)
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    sequence: i64,
    period: String,
    subject: String,
    body: String,
    template_fault: String,
    boards: String,
    create_time: i64,
}

impl TryFrom<Row> for Bulletin {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            district: row.district,
            sequence: row.sequence,
            period: row.period,
            text: Text { subject: row.subject, body: row.body },
            template_fault: row.template_fault,
            boards: row.boards.lines().map(str::to_owned).collect(),
            create_time: clock::from_micros(row.create_time)?,
        })
    }
}
