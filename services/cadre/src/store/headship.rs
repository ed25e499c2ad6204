//! Who heads a unit: read and changed by one transaction at a time.

use kit::db::Tx;
use kit::{Result, date};

use crate::person::{Headship, Holder};

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
