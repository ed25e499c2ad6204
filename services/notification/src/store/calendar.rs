//! Calendars, every revision of them.

use kit::db::Tx;
use kit::{Error, Result, clock, date};

use crate::calendar::{Calendar, NAME};

/// A district's calendar; an empty one where none was set.
pub(crate) async fn get(tx: &mut Tx, district: &str) -> Result<Calendar> {
    let row = kit::fetch_optional!(
        tx,
        (i64, String, String),
        "SELECT revision, holidays, workdays FROM calendar WHERE district = $1
         ORDER BY revision DESC LIMIT 1",
        district
    )?;
    let Some((revision, holidays, workdays)) = row else { return Ok(Calendar::default()) };
    let days = |text: &str| text.split_whitespace().map(date::from_text).collect::<Result<_>>();
    Ok(Calendar { holidays: days(&holidays)?, workdays: days(&workdays)?, revision })
}

/// Writes a new revision; CONFLICT when another was first.
pub(crate) async fn insert(tx: &mut Tx, district: &str, calendar: &Calendar) -> Result<()> {
    let text = |days: &std::collections::BTreeSet<jiff::civil::Date>| {
        days.iter().copied().map(date::to_text).collect::<Vec<_>>().join(" ")
    };
    let now = clock::to_micros(tx.now());
    let saved = kit::execute!(
        tx,
        "INSERT INTO calendar (district, revision, holidays, workdays, create_time)
         SELECT $1, $2, $3, $4, $5
         WHERE NOT EXISTS (SELECT 1 FROM calendar WHERE district = $1 AND revision >= $2)",
        district,
        calendar.revision,
        text(&calendar.holidays),
        text(&calendar.workdays),
        now
    )?;
    match saved {
        0 => Err(Error::Conflict { name: NAME.format(&[district]) }),
        _ => Ok(()),
    }
}
