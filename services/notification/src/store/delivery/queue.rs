//! Taking deliveries to send, and writing down what came of them.
//!
//! An endpoint is taken first: on PostgreSQL one that another replica is taking from is passed
//! over (SKIP LOCKED), on SQLite there is one writer. What is taken is put off by the lease.

use std::collections::HashSet;

use jiff::SignedDuration;
use kit::db::{Connection, Tx};
use kit::{Result, clock};

use super::{Row, columns};
use crate::delivery::{Attempt, BATCH, Delivery, LEASE};
use crate::endpoint::{Endpoint, State};
use crate::store;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// How long there is nothing to look for where all of a minute's are on their way.
const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// The endpoints, by district and id, for which something is due.
pub(crate) async fn due(tx: &mut Tx) -> Result<Vec<(String, String)>> {
    let now = clock::to_micros(tx.now());
    kit::fetch_all!(
        tx,
        (String, String),
        "SELECT e.district, e.id FROM endpoint e
         WHERE e.state = 1 AND e.circuit_time <= $1 AND e.rest_time <= $1
           AND EXISTS (SELECT 1 FROM delivery d WHERE d.district = e.district
                       AND d.endpoint = e.id AND d.state = 1 AND d.next_time <= $1)
           AND (e.ordered = 0 OR $1 >= (
                SELECT d.next_time FROM delivery d WHERE d.district = e.district
                AND d.endpoint = e.id AND d.state = 1 ORDER BY d.event LIMIT 1))",
        now
    )
}

/// Takes what is due for an endpoint, in the order of events; none when there is nothing to do.
/// After failures it is one delivery alone.
pub(crate) async fn claim(
    tx: &mut Tx,
    district: &str,
    id: &str,
    lease: &str,
) -> Result<Option<(Endpoint, Vec<Delivery>)>> {
    let now = tx.now();
    if matches!(tx.connection()?, Connection::Postgres(_)) && !seize(tx, district, id).await? {
        return Ok(None);
    }
    let Some(endpoint) = store::endpoint::get(tx, district, id).await? else { return Ok(None) };
    if endpoint.state != State::Enabled || endpoint.health.is_open(now) {
        return Ok(None);
    }
    let room = match endpoint.wish.rate {
        0 => BATCH,
        rate => rate - spent(tx, district, id).await?,
    };
    if room <= 0 {
        rest(tx, district, id).await?;
        return Ok(None);
    }
    let limit = if endpoint.health.is_doubtful() { 1 } else { room.min(BATCH) };
    let until = clock::to_micros(now + LEASE);
    let now = clock::to_micros(now);
    let rows = kit::query!(tx, Row, |q| {
        q.push("UPDATE delivery SET next_time = ").push_bind(until);
        q.push(", lease = ").push_bind(lease);
        q.push(" WHERE state = 1 AND district = ").push_bind(district);
        q.push(" AND endpoint = ").push_bind(id);
        q.push(" AND event IN (SELECT event FROM delivery WHERE state = 1 AND district = ");
        q.push_bind(district).push(" AND endpoint = ").push_bind(id);
        if endpoint.wish.ordered {
            q.push(" AND ").push_bind(now);
            q.push(" >= (SELECT next_time FROM delivery WHERE state = 1 AND district = ");
            q.push_bind(district).push(" AND endpoint = ").push_bind(id);
            q.push(" ORDER BY event LIMIT 1) ORDER BY event");
        } else {
            q.push(" AND next_time <= ").push_bind(now).push(" ORDER BY next_time, event");
        }
        q.push(" LIMIT ").push_bind(limit);
        q.push(concat!(") RETURNING ", columns!()));
    })?;
    let mut deliveries = rows.into_iter().map(Delivery::try_from).collect::<Result<Vec<_>>>()?;
    deliveries.sort_unstable_by_key(|delivery| delivery.event);
    Ok(Some((endpoint, deliveries)))
}

/// Events of the last minute, those on the way included.
async fn spent(tx: &mut Tx, district: &str, id: &str) -> Result<i64> {
    let now = tx.now();
    let (count,) = kit::fetch_one!(
        tx,
        (i64,),
        "SELECT (SELECT COUNT(*) FROM attempt
                 WHERE district = $1 AND endpoint = $2 AND create_time > $3)
              + (SELECT COUNT(*) FROM delivery
                 WHERE district = $1 AND endpoint = $2 AND state = 1 AND next_time > $4
                   AND lease <> '')",
        district,
        id,
        clock::to_micros(now - MINUTE),
        clock::to_micros(now)
    )?;
    Ok(count)
}

/// Lets an endpoint rest until its oldest event of this minute is a minute old.
async fn rest(tx: &mut Tx, district: &str, id: &str) -> Result<()> {
    let now = tx.now();
    kit::execute!(
        tx,
        "UPDATE endpoint SET rest_time = COALESCE(
             (SELECT MIN(create_time) + $4 FROM attempt
              WHERE district = $1 AND endpoint = $2 AND create_time > $3), $5)
         WHERE district = $1 AND id = $2",
        district,
        id,
        clock::to_micros(now - MINUTE),
        i64::try_from(MINUTE.as_micros()).unwrap_or(i64::MAX),
        clock::to_micros(now + SECOND)
    )?;
    Ok(())
}

/// Takes an endpoint that nobody else is taking.
async fn seize(tx: &mut Tx, district: &str, id: &str) -> Result<bool> {
    let rows = kit::query!(tx, (String,), |q| {
        q.push("SELECT id FROM endpoint WHERE district = ").push_bind(district);
        q.push(" AND id = ").push_bind(id).push(" FOR UPDATE SKIP LOCKED");
    })?;
    Ok(!rows.is_empty())
}

/// Writes down what came of a batch and gives back what was not tried. What another took over
/// meanwhile is left to it.
pub(crate) async fn settle(
    tx: &mut Tx,
    (district, endpoint): (&str, &str),
    lease: &str,
    outcomes: &[(Delivery, Attempt)],
) -> Result<()> {
    let mut settled = HashSet::new();
    if !outcomes.is_empty() {
        let rows = kit::query!(tx, (i64,), |q| {
            q.push(
                "UPDATE delivery SET state = v.column2, next_time = v.column3, tries = v.column4,
                     attempts = v.column5, last_failure = v.column6, lease = ''
                 FROM (",
            );
            q.push_values(outcomes, |mut row, (it, _)| {
                row.push_bind(it.event)
                    .push_bind(it.state as i64)
                    .push_bind(clock::to_micros(it.next_time))
                    .push_bind(it.tries)
                    .push_bind(it.attempts)
                    .push_bind(&it.last_failure);
            });
            q.push(") AS v WHERE delivery.event = v.column1 AND delivery.district = ");
            q.push_bind(district).push(" AND delivery.endpoint = ").push_bind(endpoint);
            q.push(" AND delivery.lease = ").push_bind(lease).push(" RETURNING delivery.event");
        })?;
        settled.extend(rows.into_iter().map(|(event,)| event));
    }
    let told: Vec<_> = outcomes.iter().filter(|(it, _)| settled.contains(&it.event)).collect();
    kit::insert_many!(
        tx,
        "INSERT INTO attempt (district, endpoint, event, number, create_time, url, reason,
             message, status, reply, duration_millis) ",
        told,
        |row, (delivery, attempt)| {
            row.push_bind(district)
                .push_bind(endpoint)
                .push_bind(delivery.event)
                .push_bind(attempt.number)
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
        "UPDATE delivery SET next_time = $4, lease = ''
         WHERE district = $1 AND endpoint = $2 AND state = 1 AND next_time > $4 AND lease = $3",
        district,
        endpoint,
        lease,
        now
    )?;
    Ok(())
}
