//! Taking dispatches to send, within the channel's rate, and writing down what came of them.
//!
//! A channel is taken first: on PostgreSQL one that another replica is taking from is passed over
//! (SKIP LOCKED), on SQLite there is one writer. The rate is read off the attempts of the last
//! minute and what is on the way, so that all replicas together keep to it.

use std::collections::HashSet;

use jiff::SignedDuration;
use kit::db::{Connection, Tx};
use kit::secret::Keyring;
use kit::{Result, clock};

use super::{Row, columns};
use crate::channel::Channel;
use crate::delivery::{Attempt, LEASE};
use crate::dispatch::{BATCH, Dispatch};
use crate::endpoint::State;
use crate::store;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// How long there is nothing to look for where all of a minute's are on their way.
const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// The channels, by district and id, for which something is due.
pub(crate) async fn due(tx: &mut Tx) -> Result<Vec<(String, String)>> {
    let now = clock::to_micros(tx.now());
    kit::fetch_all!(
        tx,
        (String, String),
        "SELECT c.district, c.id FROM channel c
         WHERE c.state = 1 AND c.circuit_time <= $1 AND c.rest_time <= $1
           AND EXISTS (SELECT 1 FROM dispatch d WHERE d.district = c.district
                       AND d.channel = c.id AND d.state = 1 AND d.next_time <= $1)",
        now
    )
}

/// Takes what is due for a channel, in the order of issue; none when there is nothing to do.
/// After failures it is one dispatch alone.
pub(crate) async fn claim(
    tx: &mut Tx,
    keys: &Keyring,
    (district, id): (&str, &str),
    lease: &str,
) -> Result<Option<(Channel, Vec<Dispatch>)>> {
    let now = tx.now();
    if matches!(tx.connection()?, Connection::Postgres(_)) && !seize(tx, district, id).await? {
        return Ok(None);
    }
    let Some(channel) = store::channel::get(tx, keys, district, id).await? else {
        return Ok(None);
    };
    if channel.state != State::Enabled || channel.health.is_open(now) {
        return Ok(None);
    }
    let room = channel.wish.rate - spent(tx, district, id).await?;
    if room <= 0 {
        rest(tx, district, id).await?;
        return Ok(None);
    }
    let limit = if channel.health.is_doubtful() { 1 } else { room.min(BATCH) };
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "UPDATE dispatch SET next_time = $4, lease = $5
             WHERE district = $1 AND sequence IN (
                 SELECT sequence FROM dispatch WHERE district = $1 AND channel = $2 AND state = 1
                     AND next_time <= $3 ORDER BY next_time, sequence LIMIT $6)
             RETURNING ",
            columns!()
        ),
        district,
        id,
        clock::to_micros(now),
        clock::to_micros(now + LEASE),
        lease,
        limit
    )?;
    let mut taken = rows.into_iter().map(Dispatch::try_from).collect::<Result<Vec<_>>>()?;
    taken.sort_unstable_by_key(|dispatch| dispatch.sequence);
    Ok(Some((channel, taken)))
}

/// Takes a channel that nobody else is taking.
async fn seize(tx: &mut Tx, district: &str, id: &str) -> Result<bool> {
    let rows = kit::query!(tx, (String,), |q| {
        q.push("SELECT id FROM channel WHERE district = ").push_bind(district);
        q.push(" AND id = ").push_bind(id).push(" FOR UPDATE SKIP LOCKED");
    })?;
    Ok(!rows.is_empty())
}

/// Messages of the last minute, those on the way and codes to contacts included.
async fn spent(tx: &mut Tx, district: &str, id: &str) -> Result<i64> {
    let now = tx.now();
    let (count,) = kit::fetch_one!(
        tx,
        (i64,),
        "SELECT (SELECT COUNT(*) FROM dispatch_attempt
                 WHERE district = $1 AND channel = $2 AND create_time > $3)
              + (SELECT COUNT(*) FROM dispatch
                 WHERE district = $1 AND channel = $2 AND state = 1 AND next_time > $4
                   AND lease <> '')
              + (SELECT COUNT(*) FROM contact
                 WHERE district = $1 AND channel = $2 AND code_time > $3)",
        district,
        id,
        clock::to_micros(now - MINUTE),
        clock::to_micros(now)
    )?;
    Ok(count)
}

/// Lets a channel rest until its oldest message of this minute is a minute old.
async fn rest(tx: &mut Tx, district: &str, id: &str) -> Result<()> {
    let now = tx.now();
    kit::execute!(
        tx,
        "UPDATE channel SET rest_time = COALESCE(
             (SELECT MIN(create_time) + $4 FROM dispatch_attempt
              WHERE district = $1 AND channel = $2 AND create_time > $3), $5)
         WHERE district = $1 AND id = $2",
        district,
        id,
        clock::to_micros(now - MINUTE),
        i64::try_from(MINUTE.as_micros()).unwrap_or(i64::MAX),
        clock::to_micros(now + SECOND)
    )?;
    Ok(())
}

/// Writes down what came of a batch and gives back what was not tried. What another took over
/// meanwhile is left to it. Yields the places of what was written down.
pub(crate) async fn settle(
    tx: &mut Tx,
    (district, channel): (&str, &str),
    lease: &str,
    outcomes: &[(Dispatch, Attempt)],
) -> Result<HashSet<i64>> {
    let mut settled = HashSet::new();
    if !outcomes.is_empty() {
        let rows = kit::query!(tx, (i64,), |q| {
            q.push(
                "UPDATE dispatch SET state = v.column2, next_time = v.column3, tries = v.column4,
                     attempts = v.column5, last_failure = v.column6, lease = ''
                 FROM (",
            );
            q.push_values(outcomes, |mut row, (it, _)| {
                row.push_bind(it.sequence)
                    .push_bind(it.state as i64)
                    .push_bind(clock::to_micros(it.next_time))
                    .push_bind(it.tries)
                    .push_bind(it.attempts)
                    .push_bind(&it.last_failure);
            });
            q.push(") AS v WHERE dispatch.sequence = v.column1 AND dispatch.district = ");
            q.push_bind(district).push(" AND dispatch.lease = ").push_bind(lease);
            q.push(" RETURNING dispatch.sequence");
        })?;
        settled.extend(rows.into_iter().map(|(sequence,)| sequence));
    }
    let told: Vec<_> = outcomes.iter().filter(|(it, _)| settled.contains(&it.sequence)).collect();
    kit::insert_many!(
        tx,
        "INSERT INTO dispatch_attempt (district, dispatch, number, channel, create_time, url,
             reason, message, status, reply, duration_millis) ",
        told,
        |row, (dispatch, attempt)| {
            row.push_bind(district)
                .push_bind(dispatch.sequence)
                .push_bind(attempt.number)
                .push_bind(channel)
                .push_bind(clock::to_micros(attempt.create_time))
                .push_bind(&attempt.url)
                .push_bind(&attempt.reason)
                .push_bind(&attempt.message)
                .push_bind(attempt.status)
                .push_bind(&attempt.reply)
                .push_bind(attempt.duration_millis);
        }
    )?;
    let now = clock::to_micros(tx.now());
    kit::execute!(
        tx,
        "UPDATE dispatch SET next_time = $4, lease = ''
         WHERE district = $1 AND channel = $2 AND state = 1 AND next_time > $4 AND lease = $3",
        district,
        channel,
        lease,
        now
    )?;
    Ok(settled)
}
