//! Sheets as they are stored. Whoever writes one holds the district.

mod rebuild;

use std::collections::BTreeSet;

use kit::Result;
use kit::db::Tx;

use crate::input::Pinned;
use crate::sheet::packed::{pack, unpack};
use crate::sheet::{Key, Sheet, Sheets, year};

pub(crate) use rebuild::{outdated, rebuild};

/// Units asked for in one statement.
const CHUNK: usize = 500;

/// A stored sheet: year, unit and cells.
pub(crate) type Row = (i64, String, Vec<u8>);

/// The sheets of these keys, as far as there are any, to be written to.
pub(crate) async fn load(tx: &mut Tx, district: &str, keys: &BTreeSet<Key>) -> Result<Sheets> {
    let keys: Vec<&Key> = keys.iter().collect();
    let mut sheets = Sheets::default();
    for keys in keys.chunk_by(|a, b| a.year == b.year).flat_map(|year| year.chunks(CHUNK)) {
        let rows = kit::query!(tx, Row, |q| {
            q.push("SELECT year, unit, cells FROM sheet WHERE district = ").push_bind(district);
            q.push(" AND year = ").push_bind(keys[0].year).push(" AND unit IN (");
            let mut list = q.separated(", ");
            for key in keys {
                list.push_bind(&key.unit);
            }
            q.push(")");
        })?;
        take(&mut sheets, rows)?;
    }
    Ok(sheets)
}

/// Every sheet of a year, to be written to.
pub(crate) async fn load_year(tx: &mut Tx, district: &str, year: i64) -> Result<Sheets> {
    let mut sheets = Sheets::default();
    take(&mut sheets, of_year(tx, district, year).await?)?;
    Ok(sheets)
}

/// Every stored sheet of a year, by unit.
pub(crate) async fn of_year(tx: &mut Tx, district: &str, year: i64) -> Result<Vec<Row>> {
    kit::fetch_all!(
        tx,
        Row,
        "SELECT year, unit, cells FROM sheet WHERE district = $1 AND year = $2 ORDER BY unit",
        district,
        year
    )
}

/// The cells of some periods, as a run pins them, by year and unit; `indicators` says of which.
pub(crate) async fn pinned(
    tx: &mut Tx,
    district: &str,
    periods: &[&str],
    indicators: impl Fn(&str) -> bool,
) -> Result<Vec<Pinned>> {
    let periods: BTreeSet<&str> = periods.iter().copied().collect();
    let years: BTreeSet<i64> = periods.iter().map(|period| year(period)).collect();
    let mut pinned = Vec::new();
    for year in years {
        for row in of_year(tx, district, year).await? {
            pinned.extend(Pinned::cut(row, |id| periods.contains(id), &indicators)?);
        }
    }
    Ok(pinned)
}

/// Every stored sheet of a unit, by year.
pub(crate) async fn of_unit(tx: &mut Tx, district: &str, unit: &str) -> Result<Vec<Row>> {
    kit::fetch_all!(
        tx,
        Row,
        "SELECT year, unit, cells FROM sheet WHERE district = $1 AND unit = $2 ORDER BY year",
        district,
        unit
    )
}

/// The stored sheet of a unit and a year.
pub(crate) async fn get(tx: &mut Tx, district: &str, key: &Key) -> Result<Option<Row>> {
    kit::fetch_optional!(
        tx,
        Row,
        "SELECT year, unit, cells FROM sheet WHERE district = $1 AND year = $2 AND unit = $3",
        district,
        key.year,
        &key.unit
    )
}

/// The years that a district has sheets of.
pub(crate) async fn years(tx: &mut Tx, district: &str) -> Result<Vec<i64>> {
    let rows = kit::fetch_all!(
        tx,
        (i64,),
        "SELECT DISTINCT year FROM sheet WHERE district = $1 ORDER BY year",
        district
    )?;
    Ok(rows.into_iter().map(|(year,)| year).collect())
}

/// Stores the sheets that were written to.
pub(crate) async fn save(tx: &mut Tx, district: &str, sheets: &Sheets) -> Result<()> {
    write(tx, district, sheets.touched()).await
}

async fn write<'a>(
    tx: &mut Tx,
    district: &str,
    sheets: impl Iterator<Item = (i64, &'a str, &'a Sheet)>,
) -> Result<()> {
    kit::insert_many!(
        tx,
        "INSERT INTO sheet (district, year, unit, cells) ",
        sheets,
        |row, (year, unit, sheet)| {
            row.push_bind(district).push_bind(year).push_bind(unit).push_bind(pack(sheet));
        },
        "ON CONFLICT (district, year, unit) DO UPDATE SET cells = excluded.cells"
    )?;
    Ok(())
}

fn take(sheets: &mut Sheets, rows: Vec<Row>) -> Result<()> {
    for (year, unit, cells) in rows {
        sheets.insert(Key { year, unit }, unpack(&cells)?);
    }
    Ok(())
}
