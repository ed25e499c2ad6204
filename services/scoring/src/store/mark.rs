//! The ledger of marks.

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock};

use crate::mark::{Contents, Mark, Object};

macro_rules! columns {
    () => {
        "sequence, period, unit, indicator, aspect, mark, panel, ground, supersedes, create_time"
    };
}

/// Whether another took a row's place.
const SUPERSEDED: &str = "EXISTS (SELECT 1 FROM mark n
     WHERE n.district = m.district AND n.supersedes = m.sequence)";

/// What a list of marks is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) period: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) show_superseded: bool,
}

/// The mark at a position.
pub(crate) async fn get(tx: &mut Tx, district: &str, sequence: i64) -> Result<Option<Mark>> {
    let mut rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), ", ")).push(SUPERSEDED);
        q.push(" AS superseded FROM mark m WHERE district = ").push_bind(district);
        q.push(" AND sequence = ").push_bind(sequence);
    })?;
    rows.pop().map(Mark::try_from).transpose()
}

/// A page of the ledger by position.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Mark>> {
    let after = page.after_number()?.unwrap_or_default();
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), ", ")).push(SUPERSEDED);
        q.push(" AS superseded FROM mark m WHERE district = ").push_bind(district);
        q.push(" AND sequence > ").push_bind(after);
        if let Some(period) = &filter.period {
            q.push(" AND period = ").push_bind(period);
        }
        if let Some(unit) = &filter.unit {
            q.push(" AND unit = ").push_bind(unit);
        }
        if !filter.show_superseded {
            q.push(" AND NOT ").push(SUPERSEDED);
        }
        q.push(" ORDER BY sequence LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Mark::try_from).collect()
}

/// The marks of periods that stand, in the ledger's order.
pub(crate) async fn of_periods(tx: &mut Tx, district: &str, periods: &[&str]) -> Result<Vec<Mark>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), ", ")).push(SUPERSEDED);
        q.push(" AS superseded FROM mark m WHERE district = ").push_bind(district);
        q.push(" AND period IN (");
        let mut list = q.separated(", ");
        for period in periods {
            list.push_bind(*period);
        }
        q.push(") AND NOT ").push(SUPERSEDED).push(" ORDER BY sequence");
    })?;
    rows.into_iter().map(Mark::try_from).collect()
}

/// The last position of the ledger; the district must be taken.
pub(crate) async fn last(tx: &mut Tx, district: &str) -> Result<i64> {
    let (last,) = kit::fetch_one!(
        tx,
        (i64,),
        "SELECT COALESCE(MAX(sequence), 0) FROM mark WHERE district = $1",
        district
    )?;
    Ok(last)
}

/// Adds rows to the ledger.
pub(crate) async fn insert(tx: &mut Tx, district: &str, marks: &[Mark]) -> Result<()> {
    kit::insert_many!(
        tx,
        concat!("INSERT INTO mark (district, ", columns!(), ") "),
        marks,
        |row, mark| {
            let Contents { object, mark: given, panel, ground, supersedes } = &mark.contents;
            row.push_bind(district)
                .push_bind(mark.sequence)
                .push_bind(&object.period)
                .push_bind(&object.unit)
                .push_bind(&object.indicator)
                .push_bind(&object.aspect)
                .push_bind(given)
                .push_bind(panel)
                .push_bind(ground)
                .push_bind(*supersedes)
                .push_bind(clock::to_micros(mark.create_time));
        }
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    period: String,
    unit: String,
    indicator: String,
    aspect: String,
    mark: String,
    panel: String,
    ground: String,
    supersedes: Option<i64>,
    create_time: i64,
    superseded: bool,
}

impl TryFrom<Row> for Mark {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            sequence: row.sequence,
            contents: Contents {
                object: Object {
                    period: row.period,
                    unit: row.unit,
                    indicator: row.indicator,
                    aspect: row.aspect,
                },
                mark: row.mark,
                panel: row.panel,
                ground: row.ground,
                supersedes: row.supersedes,
            },
            superseded: row.superseded,
            create_time: clock::from_micros(row.create_time)?,
        })
    }
}
