//! The tray: what scoring told and is not settled yet.

use std::collections::HashSet;

use jiff::Timestamp;
use kit::db::Tx;
use kit::{Result, clock};

use crate::notice::Notice;

/// Puts a notice into the tray, once.
pub(crate) async fn insert(tx: &mut Tx, notice: &Notice) -> Result<()> {
    kit::execute!(
        tx,
        "INSERT INTO notice (district, source, payload, trace_parent, create_time, retry_time)
         VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (district, source) DO NOTHING",
        &notice.district,
        &notice.source,
        &notice.payload,
        &notice.trace_parent,
        clock::to_micros(notice.create_time)
    )?;
    Ok(())
}

/// The districts that have notices which are not put off.
pub(crate) async fn districts(tx: &mut Tx) -> Result<Vec<String>> {
    let now = clock::to_micros(tx.now());
    let rows = kit::fetch_all!(
        tx,
        (String,),
        "SELECT DISTINCT district FROM notice WHERE retry_time <= $1 ORDER BY district",
        now
    )?;
    Ok(rows.into_iter().map(|(district,)| district).collect())
}

/// The notices of a district behind the source `after` that are not put off, by source: those
/// of one run are together.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<Notice>> {
    let now = clock::to_micros(tx.now());
    let rows = kit::fetch_all!(
        tx,
        Row,
        "SELECT source, payload, trace_parent, create_time FROM notice
         WHERE district = $1 AND source > $2 AND retry_time <= $3 ORDER BY source LIMIT $4",
        district,
        after,
        now,
        limit
    )?;
    rows.into_iter().map(|row| row.read(district)).collect()
}

/// How many notices of a district are not settled.
pub(crate) async fn count(tx: &mut Tx, district: &str) -> Result<i64> {
    let (count,) =
        kit::fetch_one!(tx, (i64,), "SELECT COUNT(*) FROM notice WHERE district = $1", district)?;
    Ok(count)
}

/// Leaves a notice in the tray, not to be tried before `until`.
pub(crate) async fn put_off(
    tx: &mut Tx,
    district: &str,
    source: &str,
    until: Timestamp,
) -> Result<()> {
    kit::execute!(
        tx,
        "UPDATE notice SET retry_time = $3 WHERE district = $1 AND source = $2",
        district,
        source,
        clock::to_micros(until)
    )?;
    Ok(())
}

/// Takes notices out of the tray. Those that another replica took are not among the yield.
pub(crate) async fn take(tx: &mut Tx, district: &str, sources: &[&str]) -> Result<HashSet<String>> {
    let rows = kit::query!(tx, (String,), |q| {
        q.push("DELETE FROM notice WHERE district = ").push_bind(district);
        q.push(" AND source IN (");
        let mut list = q.separated(", ");
        for source in sources {
            list.push_bind(*source);
        }
        q.push(") RETURNING source");
    })?;
    Ok(rows.into_iter().map(|(source,)| source).collect())
}

#[derive(sqlx::FromRow)]
struct Row {
    source: String,
    payload: Vec<u8>,
    trace_parent: String,
    create_time: i64,
}

impl Row {
    fn read(self, district: &str) -> Result<Notice> {
        Ok(Notice {
            district: district.to_owned(),
            source: self.source,
            payload: self.payload,
            trace_parent: self.trace_parent,
            create_time: clock::from_micros(self.create_time)?,
        })
    }
}
