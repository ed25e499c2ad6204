//! Who heads a unit: read and changed by one transaction at a time.

use jiff::civil::Date;
use kit::db::Tx;
use kit::{Result, date};

use crate::person::{Headship, HeldPost, Holder};

/// Units per statement.
const CHUNK: usize = 500;

/// Takes the units, in the order given, until the transaction ends. Whoever appoints a
/// head or files a result of one of them waits; all must take them in ascending order.
pub(crate) async fn lock(tx: &mut Tx, district: &str, units: &[&str]) -> Result<()> {
    kit::insert_many!(
        tx,
        "INSERT INTO headship (district, unit, turn) ",
        units,
        |row, unit| {
            row.push_bind(district).push_bind(*unit).push_bind(1_i64);
        },
        "ON CONFLICT (district, unit) DO UPDATE SET turn = headship.turn + 1"
    )?;
    Ok(())
}

/// Every head these units have or had, but `except`.
pub(crate) async fn of_units(
    tx: &mut Tx,
    district: &str,
    units: &[&str],
    except: &[&str],
) -> Result<Vec<Headship>> {
    let mut found = Vec::new();
    for units in units.chunks(CHUNK) {
        let rows = kit::query!(tx, Row, |q| {
            q.push("SELECT unit, person, start_date, end_date FROM posting WHERE head");
            q.push(" AND district = ").push_bind(district);
            q.push(" AND unit IN (");
            let mut list = q.separated(", ");
            for unit in units {
                list.push_bind(*unit);
            }
            q.push(")");
        })?;
        for row in rows.into_iter().filter(|row| !except.contains(&row.person.as_str())) {
            found.push(row.read()?);
        }
    }
    Ok(found)
}

/// Every post that is held in these units on a day.
pub(crate) async fn held(
    tx: &mut Tx,
    district: &str,
    units: &[&str],
    day: Date,
) -> Result<Vec<HeldPost>> {
    let mut found = Vec::new();
    for units in units.chunks(CHUNK) {
        let rows = kit::query!(tx, HeldRow, |q| {
            q.push("SELECT unit, person, post, head, start_date FROM posting WHERE district = ");
            q.push_bind(district).push(" AND unit IN (");
            let mut list = q.separated(", ");
            for unit in units {
                list.push_bind(*unit);
            }
            q.push(") AND start_date <= ").push_bind(date::to_text(day));
            q.push(" AND (end_date IS NULL OR end_date >= ").push_bind(date::to_text(day));
            q.push(") ORDER BY unit, person, ordinal");
        })?;
        for row in rows {
            found.push(row.read()?);
        }
    }
    Ok(found)
}

/// The heads in office on a day, by unit, behind the unit `after`.
pub(crate) async fn heads(
    tx: &mut Tx,
    district: &str,
    day: Date,
    after: &str,
    limit: i64,
) -> Result<Vec<HeldPost>> {
    let rows = kit::fetch_all!(
        tx,
        HeldRow,
        "SELECT unit, person, post, head, start_date FROM posting
         WHERE district = $1 AND unit > $2 AND head AND start_date <= $3
           AND (end_date IS NULL OR end_date >= $3)
         ORDER BY unit LIMIT $4",
        district,
        after,
        date::to_text(day),
        limit
    )?;
    rows.into_iter().map(HeldRow::read).collect()
}

#[derive(sqlx::FromRow)]
struct HeldRow {
    unit: String,
    person: String,
    post: String,
    head: bool,
    start_date: String,
}

impl HeldRow {
    fn read(self) -> Result<HeldPost> {
        Ok(HeldPost {
            unit: self.unit,
            person: self.person,
            post: self.post,
            head: self.head,
            start: date::from_text(&self.start_date)?,
        })
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    unit: String,
    person: String,
    start_date: String,
    end_date: Option<String>,
}

impl Row {
    fn read(self) -> Result<Headship> {
        Ok(Headship {
            unit: self.unit,
            start: date::from_text(&self.start_date)?,
            end: self.end_date.as_deref().map(date::from_text).transpose()?,
            holder: Holder::Stored(self.person),
        })
    }
}
