//! The tray: what scoring told and is not issued yet.

use std::collections::HashSet;

use jiff::Timestamp;
use kit::db::Tx;
use kit::page::Page;
use kit::{Result, clock};

use crate::notice::{Cause, Kind, Lying, Notice};

/// Puts a notice into the tray, once.
pub(crate) async fn insert(tx: &mut Tx, cause: &Cause, kind: Kind, notice: &Notice) -> Result<()> {
    kit::execute!(
        tx,
        "INSERT INTO notice
         (district, source, kind, payload, trace_parent, create_time, retry_time)
         VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (district, source) DO NOTHING",
        &cause.district,
        &notice.source,
        kind as i64,
        &notice.payload,
        &cause.trace_parent,
        clock::to_micros(notice.create_time)
    )?;
    Ok(())
}

/// What there are notices of that are not put off, the oldest of each district first.
pub(crate) async fn causes(tx: &mut Tx) -> Result<Vec<Cause>> {
    let now = clock::to_micros(tx.now());
    let rows = kit::fetch_all!(
        tx,
        (String, String),
        "SELECT district, trace_parent FROM notice WHERE retry_time <= $1
         GROUP BY district, trace_parent
         ORDER BY district, MIN(create_time), trace_parent",
        now
    )?;
    let cause = |(district, trace_parent)| Cause { district, trace_parent };
    Ok(rows.into_iter().map(cause).collect())
}

/// The oldest notices of a cause behind `after` that are not put off. Numbers that end sources
/// come in their own order.
pub(crate) async fn list(
    tx: &mut Tx,
    cause: &Cause,
    kind: Kind,
    after: Option<&Notice>,
    limit: i64,
) -> Result<Vec<Notice>> {
    let now = clock::to_micros(tx.now());
    let rows = kit::query!(tx, (String, Vec<u8>, i64), |q| {
        q.push("SELECT source, payload, create_time FROM notice WHERE district = ");
        q.push_bind(&cause.district);
        q.push(" AND trace_parent = ").push_bind(&cause.trace_parent);
        q.push(" AND kind = ").push_bind(kind as i64);
        q.push(" AND retry_time <= ").push_bind(now);
        if let Some(after) = after {
            q.push(" AND (create_time, LENGTH(source), source) > (");
            q.push_bind(clock::to_micros(after.create_time));
            q.push(", LENGTH(").push_bind(&after.source);
            q.push("), ").push_bind(&after.source).push(")");
        }
        q.push(" ORDER BY create_time, LENGTH(source), source LIMIT ").push_bind(limit);
    })?;
    rows.into_iter()
        .map(|(source, payload, create_time)| {
            let create_time = clock::from_micros(create_time)?;
            Ok(Notice { source, payload, create_time })
        })
        .collect()
}

/// A page of a district's tray by sources; of what is at fault alone, where that is asked.
pub(crate) async fn lying(
    tx: &mut Tx,
    (district, only_faulty): (&str, bool),
    page: &Page,
) -> Result<Vec<Lying>> {
    let rows = kit::query!(tx, (String, i64, String, i64, i64), |q| {
        q.push("SELECT source, kind, fault, retry_time, create_time FROM notice WHERE district = ");
        q.push_bind(district);
        q.push(" AND source > ").push_bind(page.after().unwrap_or_default());
        if only_faulty {
            q.push(" AND fault <> ''");
        }
        q.push(" ORDER BY source LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter()
        .map(|(source, kind, fault, retry_time, create_time)| {
            Ok(Lying {
                source,
                kind: kind.try_into()?,
                fault,
                retry_time: clock::from_micros(retry_time)?,
                create_time: clock::from_micros(create_time)?,
            })
        })
        .collect()
}

/// Leaves a notice in the tray, not to be tried before `until`, with what was wrong.
pub(crate) async fn put_off(
    tx: &mut Tx,
    district: &str,
    source: &str,
    (fault, until): (&str, Timestamp),
) -> Result<()> {
    kit::execute!(
        tx,
        "UPDATE notice SET fault = $3, retry_time = $4 WHERE district = $1 AND source = $2",
        district,
        source,
        fault,
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
