//! What a channel gave up, sent once more.

use jiff::Timestamp;
use kit::db::Tx;
use kit::page::Page;
use kit::{Result, clock};

use super::times;

/// Which of the dead are wanted, by their last attempt.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) start: Option<Timestamp>,
    pub(crate) end: Option<Timestamp>,
    /// Empty for any.
    pub(crate) reason: String,
}

/// One that was given up.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(crate) struct Dead {
    pub(crate) sequence: i64,
    wanted: i64,
    sendable: i64,
}

impl Dead {
    /// It is one of those wanted.
    pub(crate) fn is_wanted(&self) -> bool {
        self.wanted == 1
    }

    /// There are its text and the contact that it goes to.
    pub(crate) fn is_sendable(&self) -> bool {
        self.sendable == 1
    }
}

/// A page of what a channel gave up, in order, whether it is wanted or not.
pub(crate) async fn dead(
    tx: &mut Tx,
    (district, channel): (&str, &str),
    wanted: &Wanted,
    page: &Page,
) -> Result<Vec<Dead>> {
    kit::fetch_all!(
        tx,
        Dead,
        "SELECT d.sequence,
             CAST(CASE WHEN COALESCE(a.create_time, d.create_time) >= $5
                       AND COALESCE(a.create_time, d.create_time) < $6
                       AND ($7 = '' OR a.reason = $7) THEN 1 ELSE 0 END AS BIGINT) AS wanted,
             CAST(CASE WHEN d.is_kept = 1 AND c.state = 2 THEN 1 ELSE 0 END AS BIGINT) AS sendable
         FROM (SELECT district, sequence, contact, attempts, create_time,
                   CASE WHEN body <> '' THEN 1 ELSE 0 END AS is_kept
               FROM dispatch WHERE district = $1 AND channel = $2 AND state = 3 AND sequence > $3
               ORDER BY sequence LIMIT $4) d
         LEFT JOIN dispatch_attempt a ON a.district = d.district AND a.dispatch = d.sequence
             AND a.number = d.attempts
         LEFT JOIN contact c ON c.district = d.district AND c.id = d.contact
         ORDER BY d.sequence",
        district,
        channel,
        page.after_number()?.unwrap_or_default(),
        page.limit(),
        wanted.start.map_or(i64::MIN, clock::to_micros),
        wanted.end.map_or(i64::MAX, clock::to_micros),
        &wanted.reason
    )
}

/// Sets dead ones on their way once more, at once; in quiet hours, when they are over. Yields how many.
pub(crate) async fn replay(tx: &mut Tx, district: &str, places: &[i64]) -> Result<usize> {
    if places.is_empty() {
        return Ok(0);
    }
    let (now, morning) = times(tx, district).await?;
    let sent = kit::query!(tx, (i64,), |q| {
        q.push("UPDATE dispatch SET state = 1, tries = 0, lease = '', next_time = CASE urgent WHEN 1 THEN ");
        q.push_bind(now).push(" ELSE ").push_bind(morning);
        q.push(" END WHERE district = ").push_bind(district);
        q.push(" AND state = 3 AND sequence IN (");
        let mut list = q.separated(", ");
        for place in places {
            list.push_bind(*place);
        }
        q.push(") RETURNING sequence");
    })?;
    Ok(sent.len())
}
