//! Quiet hours, every revision of them.

use std::collections::BTreeSet;

use kit::db::Tx;
use kit::{Error, Result, clock};

use crate::quiet_hours::{NAME, QuietHours};

/// A district's quiet hours; none where they were never set.
pub(crate) async fn get(tx: &mut Tx, district: &str) -> Result<QuietHours> {
    let row = kit::fetch_optional!(
        tx,
        (i64, i64, i64, String, String),
        "SELECT revision, start_minute, end_minute, urgent, zone FROM quiet_hours
         WHERE district = $1 ORDER BY revision DESC LIMIT 1",
        district
    )?;
    let Some((revision, start, end, urgent, zone)) = row else {
        return Ok(QuietHours::default());
    };
    let kinds = urgent.split_whitespace().map(|it| it.parse().map_err(Error::internal));
    let urgent = kinds.collect::<Result<BTreeSet<i64>>>()?;
    Ok(QuietHours { start, end, urgent, zone, revision })
}

/// Writes a new revision; CONFLICT when another was first.
pub(crate) async fn insert(tx: &mut Tx, district: &str, it: &QuietHours) -> Result<()> {
    let urgent: Vec<_> = it.urgent.iter().map(i64::to_string).collect();
    let now = clock::to_micros(tx.now());
    let saved = kit::execute!(
        tx,
        "INSERT INTO quiet_hours (district, revision, start_minute, end_minute, urgent, zone,
             create_time)
         SELECT $1, $2, $3, $4, $5, $6, $7
         WHERE NOT EXISTS (SELECT 1 FROM quiet_hours WHERE district = $1 AND revision >= $2)",
        district,
        it.revision,
        it.start,
        it.end,
        urgent.join(" "),
        &it.zone,
        now
    )?;
    match saved {
        0 => Err(Error::Conflict { name: NAME.format(&[district]) }),
        _ => Ok(()),
    }
}
