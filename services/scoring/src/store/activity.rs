//! The ledger of activities.

use jiff::civil::Date;
use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock, date, decimal};

use super::observation::evidence;
use crate::activity::{Activity, Contents, MOST_COUNTS, Tied};

macro_rules! columns {
    () => {
        "a.sequence, a.unit, a.activity_date, a.kind, a.title, a.quantity, a.amount,
         a.unit_of_measure, a.note, a.evidence, a.create_time, v.reason AS void_reason
         FROM activity a
         LEFT JOIN activity_void v ON v.district = a.district AND v.activity = a.sequence "
    };
}

/// What a list or a count of activities is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) unit: Option<String>,
    pub(crate) kind: Option<String>,
    /// First and last day.
    pub(crate) days: Option<(Date, Date)>,
    pub(crate) show_voided: bool,
}

/// The activity at a position.
pub(crate) async fn get(tx: &mut Tx, district: &str, sequence: i64) -> Result<Option<Activity>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), "WHERE a.district = $1 AND a.sequence = $2"),
        district,
        sequence
    )?;
    row.map(Activity::try_from).transpose()
}

/// A page of the ledger by position.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Activity>> {
    let after = page.after_number()?.unwrap_or_default();
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), "WHERE a.district = ")).push_bind(district);
        q.push(" AND a.sequence > ").push_bind(after);
        if let Some(unit) = &filter.unit {
            q.push(" AND a.unit = ").push_bind(unit);
        }
        if let Some(kind) = &filter.kind {
            q.push(" AND a.kind = ").push_bind(kind);
        }
        if let Some((first, last)) = filter.days {
            q.push(" AND a.activity_date BETWEEN ").push_bind(date::to_text(first));
            q.push(" AND ").push_bind(date::to_text(last));
        }
        if !filter.show_voided {
            q.push(" AND v.activity IS NULL");
        }
        q.push(" ORDER BY a.sequence LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Activity::try_from).collect()
}

/// What bodies did in some days, by body, kind, unit of measure and amount; none where there is
/// more than a count may have.
pub(crate) async fn tied(
    tx: &mut Tx,
    district: &str,
    (first, last): (Date, Date),
    unit: Option<&str>,
    kind: Option<&str>,
) -> Result<Vec<Tied>> {
    let rows = kit::query!(tx, TiedRow, |q| {
        q.push(
            "SELECT a.unit, a.kind, a.unit_of_measure, a.amount,
                 CAST(COUNT(*) AS BIGINT) AS entries,
                 CAST(SUM(a.quantity) AS BIGINT) AS quantity
             FROM activity a WHERE a.district = ",
        );
        q.push_bind(district);
        q.push(" AND a.activity_date BETWEEN ").push_bind(date::to_text(first));
        q.push(" AND ").push_bind(date::to_text(last));
        q.push(
            " AND NOT EXISTS (SELECT 1 FROM activity_void v
                 WHERE v.district = a.district AND v.activity = a.sequence)",
        );
        if let Some(unit) = unit {
            q.push(" AND a.unit = ").push_bind(unit);
        }
        if let Some(kind) = kind {
            q.push(" AND a.kind = ").push_bind(kind);
        }
        q.push(
            " GROUP BY a.unit, a.kind, a.unit_of_measure, a.amount
              ORDER BY a.unit, a.kind, a.unit_of_measure LIMIT ",
        );
        q.push_bind(MOST_TIED + 1);
    })?;
    if rows.len() as i64 > MOST_TIED {
        let message =
            format!("the activities differ in more than {MOST_TIED} ways; name a body or a kind");
        return Err(Error::invalid("period", "TOO_MANY", message));
    }
    rows.into_iter().map(Tied::try_from).collect()
}

/// Differing amounts are told apart before they are added.
const MOST_TIED: i64 = 10 * MOST_COUNTS as i64;

/// The last position of the ledger; the district must be taken.
pub(crate) async fn last(tx: &mut Tx, district: &str) -> Result<i64> {
    let (last,) = kit::fetch_one!(
        tx,
        (i64,),
        "SELECT COALESCE(MAX(sequence), 0) FROM activity WHERE district = $1",
        district
    )?;
    Ok(last)
}

/// Adds rows to the ledger.
pub(crate) async fn insert(tx: &mut Tx, district: &str, activities: &[Activity]) -> Result<()> {
    let rows = activities.iter().map(Row::read).collect::<Result<Vec<_>>>()?;
    kit::insert_many!(
        tx,
        "INSERT INTO activity (district, sequence, unit, activity_date, kind, title, quantity,
             amount, unit_of_measure, note, evidence, create_time) ",
        rows,
        |b, row| {
            b.push_bind(district)
                .push_bind(row.sequence)
                .push_bind(row.unit)
                .push_bind(row.activity_date)
                .push_bind(row.kind)
                .push_bind(row.title)
                .push_bind(row.quantity)
                .push_bind(row.amount)
                .push_bind(row.unit_of_measure)
                .push_bind(row.note)
                .push_bind(row.evidence)
                .push_bind(row.create_time);
        }
    )?;
    Ok(())
}

/// Records that an activity is out of every count.
pub(crate) async fn void(tx: &mut Tx, district: &str, sequence: i64, reason: &str) -> Result<()> {
    let now = clock::to_micros(tx.now());
    kit::execute!(
        tx,
        "INSERT INTO activity_void (district, activity, reason, create_time)
         VALUES ($1, $2, $3, $4)",
        district,
        sequence,
        reason,
        now
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    unit: String,
    activity_date: String,
    kind: String,
    title: String,
    quantity: i64,
    amount: Option<String>,
    unit_of_measure: String,
    note: String,
    evidence: String,
    create_time: i64,
    void_reason: Option<String>,
}

impl Row {
    fn read(activity: &Activity) -> Result<Self> {
        let contents = activity.contents.clone();
        Ok(Self {
            sequence: activity.sequence,
            activity_date: date::to_text(contents.date),
            amount: contents.amount.map(decimal::to_text),
            evidence: evidence::to_text(&contents.evidence)?,
            create_time: clock::to_micros(activity.create_time),
            void_reason: activity.void_reason.clone(),
            unit: contents.unit,
            kind: contents.kind,
            title: contents.title,
            quantity: contents.quantity,
            unit_of_measure: contents.unit_of_measure,
            note: contents.note,
        })
    }
}

impl TryFrom<Row> for Activity {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            sequence: row.sequence,
            contents: Contents {
                date: date::from_text(&row.activity_date)?,
                amount: row.amount.as_deref().map(decimal::from_text).transpose()?,
                evidence: evidence::from_text(&row.evidence)?,
                unit: row.unit,
                kind: row.kind,
                title: row.title,
                quantity: row.quantity,
                unit_of_measure: row.unit_of_measure,
                note: row.note,
            },
            void_reason: row.void_reason,
            create_time: clock::from_micros(row.create_time)?,
        })
    }
}

#[derive(sqlx::FromRow)]
struct TiedRow {
    unit: String,
    kind: String,
    unit_of_measure: String,
    amount: Option<String>,
    entries: i64,
    quantity: i64,
}

impl TryFrom<TiedRow> for Tied {
    type Error = Error;

    fn try_from(row: TiedRow) -> Result<Self> {
        Ok(Self {
            amount: row.amount.as_deref().map(decimal::from_text).transpose()?,
            unit: row.unit,
            kind: row.kind,
            unit_of_measure: row.unit_of_measure,
            entries: row.entries,
            quantity: row.quantity,
        })
    }
}
