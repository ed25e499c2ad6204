//! The numbers of documents: the last of each series and year.

use std::collections::BTreeMap;

use kit::Result;
use kit::db::Tx;

/// The last numbers of a year by series.
pub(crate) async fn last_numbers(
    tx: &mut Tx,
    district: &str,
    year: i64,
) -> Result<BTreeMap<String, i64>> {
    let rows = kit::fetch_all!(
        tx,
        (String, i64),
        "SELECT series, last FROM document_series WHERE district = $1 AND year = $2",
        district,
        year
    )?;
    Ok(rows.into_iter().collect())
}

/// Writes the last numbers of a year.
pub(crate) async fn save_numbers(
    tx: &mut Tx,
    district: &str,
    year: i64,
    last: &BTreeMap<String, i64>,
) -> Result<()> {
    kit::insert_many!(
        tx,
        "INSERT INTO document_series (district, series, year, last) ",
        last,
        |row, (series, last)| {
            row.push_bind(district).push_bind(series).push_bind(year).push_bind(*last);
        },
        "ON CONFLICT (district, series, year) DO UPDATE SET last = excluded.last"
    )?;
    Ok(())
}
