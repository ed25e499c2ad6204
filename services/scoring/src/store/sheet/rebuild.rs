//! Sheets made anew from the ledgers.

use std::collections::BTreeMap;

use kit::db::Tx;
use kit::{Error, Result};

use super::super::cell::reading;
use crate::cell::Standing;
use crate::sheet::Sheets;
use crate::sheet::packed::{FORM, pack};

/// Ledger rows read at a time.
const PAGE: i64 = 5000;

/// Districts whose sheets were never made or are of another form. A statement across districts:
/// the service asks once, when it starts.
pub(crate) async fn outdated(tx: &mut Tx) -> Result<Vec<String>> {
    let rows = kit::fetch_all!(
        tx,
        (String,),
        "SELECT district FROM head WHERE sheets <> $1 ORDER BY district",
        i64::from(FORM)
    )?;
    Ok(rows.into_iter().map(|(district,)| district).collect())
}

/// What making sheets anew came to.
pub(crate) struct Rebuilt {
    /// How many there are.
    pub(crate) sheets: usize,
    /// How many were stored otherwise, were missing, or should not have been there.
    pub(crate) changed: usize,
}

/// Makes every sheet of a district anew; the caller holds the district.
pub(crate) async fn rebuild(tx: &mut Tx, district: &str) -> Result<Rebuilt> {
    let mut sheets = Sheets::default();
    observations(tx, district, &mut sheets).await?;
    verdicts(tx, district, &mut sheets).await?;
    let mut stored: BTreeMap<(i64, String), Vec<u8>> = BTreeMap::new();
    for year in super::years(tx, district).await? {
        let rows = super::of_year(tx, district, year).await?;
        stored.extend(rows.into_iter().map(|(year, unit, cells)| ((year, unit), cells)));
    }
    let mut rebuilt = Rebuilt { sheets: 0, changed: 0 };
    for (year, unit, sheet) in sheets.touched() {
        let before = stored.remove(&(year, unit.to_owned()));
        rebuilt.sheets += 1;
        rebuilt.changed += usize::from(before.is_none_or(|before| before != pack(sheet)));
    }
    rebuilt.changed += stored.len();
    kit::execute!(tx, "DELETE FROM sheet WHERE district = $1", district)?;
    super::save(tx, district, &sheets).await?;
    let form = i64::from(FORM);
    kit::execute!(tx, "UPDATE head SET sheets = $2 WHERE district = $1", district, form)?;
    Ok(rebuilt)
}

async fn observations(tx: &mut Tx, district: &str, sheets: &mut Sheets) -> Result<()> {
    type Row = (i64, String, String, String, i64, Option<String>, bool);
    let mut after = 0;
    loop {
        let rows = kit::fetch_all!(
            tx,
            Row,
            "SELECT sequence, period, unit, indicator, presence, value, late FROM observation
             WHERE district = $1 AND sequence > $2 ORDER BY sequence LIMIT $3",
            district,
            after,
            PAGE
        )?;
        let Some((last, ..)) = rows.last() else { return Ok(()) };
        after = *last;
        for (sequence, period, unit, indicator, presence, value, late) in &rows {
            let reading = reading(*presence, value.as_deref())?;
            sheets.put([unit, period, indicator], *sequence, reading, *late);
        }
    }
}

async fn verdicts(tx: &mut Tx, district: &str, sheets: &mut Sheets) -> Result<()> {
    type Row = (i64, i64, String, Option<i64>, Option<String>, Option<String>);
    let mut after = 0;
    loop {
        let rows = kit::fetch_all!(
            tx,
            Row,
            "SELECT v.sequence, v.kind, v.period, v.observation, o.unit, o.indicator
             FROM verdict v LEFT JOIN observation o
                 ON o.district = v.district AND o.sequence = v.observation
             WHERE v.district = $1 AND v.sequence > $2 ORDER BY v.sequence LIMIT $3",
            district,
            after,
            PAGE
        )?;
        let Some((last, ..)) = rows.last() else { return Ok(()) };
        after = *last;
        for (_, kind, period, observation, unit, indicator) in &rows {
            let standing = match kind {
                1 => Standing::Verified,
                2 => Standing::Disputed,
                3 => {
                    sheets.lock(period);
                    continue;
                }
                _ => return Err(Error::internal(format!("a verdict of kind {kind}"))),
            };
            let (Some(sequence), Some(unit), Some(indicator)) = (observation, unit, indicator)
            else {
                return Err(Error::internal("a verdict on an observation that is not there"));
            };
            sheets.judge([unit, period, indicator], *sequence, standing);
        }
    }
}
