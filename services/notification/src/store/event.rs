//! Events, and whom they go to.

use jiff::Timestamp;
use kit::db::Tx;
use kit::{Result, clock};

use crate::endpoint::Condition;
use crate::event::Event;

/// The next place in a district's order, for what a service told of that time; none where no endpoint
/// ever was, and for what happened before that service was listened to.
pub(crate) async fn next(
    tx: &mut Tx,
    district: &str,
    (service, time): (&str, Timestamp),
) -> Result<Option<i64>> {
    let row = kit::fetch_optional!(
        tx,
        (i64,),
        "UPDATE event_head SET event = event + 1 WHERE district = $1 AND NOT EXISTS (
             SELECT 1 FROM event_begin b
             WHERE b.district = $1 AND b.service = $2 AND b.begin_time > $3)
         RETURNING event",
        district,
        service,
        clock::to_micros(time)
    )?;
    Ok(row.map(|(sequence,)| sequence))
}

/// The endpoints that subscribed to an event under conditions, with those.
pub(crate) async fn conditional(
    tx: &mut Tx,
    event: &Event,
) -> Result<Vec<(String, Vec<Condition>)>> {
    let rows = kit::fetch_all!(
        tx,
        (String, String),
        "SELECT DISTINCT e.id, e.conditions
         FROM subscription s JOIN endpoint e ON e.district = s.district AND e.id = s.endpoint
         WHERE s.district = $1 AND s.event_type IN ($2, '*') AND e.state = 1
           AND e.conditions <> '[]'",
        &event.district,
        &event.kind
    )?;
    let read = |(id, text): (String, String)| {
        Ok((id, serde_json::from_str(&text).map_err(kit::Error::internal)?))
    };
    rows.into_iter().map(read).collect()
}

/// Stores an event and sets it on its way to every endpoint that subscribed to it, but those
/// that `unwanted` names.
pub(crate) async fn insert(tx: &mut Tx, event: &Event, unwanted: &[String]) -> Result<()> {
    kit::execute!(
        tx,
        "INSERT INTO event (district, sequence, id, kind, subject, happen_time, create_time,
             resource, trace_parent)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &event.district,
        event.sequence,
        &event.id,
        &event.kind,
        &event.subject,
        clock::to_micros(event.happen_time),
        clock::to_micros(event.create_time),
        &event.resource,
        &event.trace_parent
    )?;
    kit::execute!(
        tx,
        "INSERT INTO delivery (district, endpoint, event, state, next_time, lease, tries,
             attempts, last_failure)
         SELECT DISTINCT e.district, e.id, CAST($2 AS BIGINT), 1, CAST($3 AS BIGINT), '', 0, 0, ''
         FROM subscription s JOIN endpoint e ON e.district = s.district AND e.id = s.endpoint
         WHERE s.district = $1 AND s.event_type IN ($4, '*') AND e.state = 1
           AND SUBSTR(CAST($5 AS TEXT), 1, LENGTH(e.subject_prefix)) = e.subject_prefix",
        &event.district,
        event.sequence,
        clock::to_micros(event.create_time),
        &event.kind,
        &event.subject
    )?;
    if !unwanted.is_empty() {
        kit::query!(tx, (String,), |q| {
            q.push("DELETE FROM delivery WHERE district = ").push_bind(&event.district);
            q.push(" AND event = ").push_bind(event.sequence).push(" AND endpoint IN (");
            let mut list = q.separated(", ");
            for id in unwanted {
                list.push_bind(id);
            }
            q.push(") RETURNING endpoint");
        })?;
    }
    Ok(())
}

/// The events between two instants behind a place, in order.
pub(crate) async fn between(
    tx: &mut Tx,
    district: &str,
    (start, end): (Timestamp, Option<Timestamp>),
    after: i64,
    limit: i64,
) -> Result<Vec<Event>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        "SELECT district, sequence, id, kind, subject, happen_time, create_time, resource,
             trace_parent
         FROM event WHERE district = $1 AND create_time >= $2 AND create_time < $3
           AND sequence > $4
         ORDER BY sequence LIMIT $5",
        district,
        clock::to_micros(start),
        end.map_or(i64::MAX, clock::to_micros),
        after,
        limit
    )?;
    rows.into_iter().map(Event::try_from).collect()
}

/// Events by their places.
pub(crate) async fn by_places(
    tx: &mut Tx,
    district: &str,
    sequences: &[i64],
) -> Result<Vec<Event>> {
    if sequences.is_empty() {
        return Ok(Vec::new());
    }
    let rows = kit::query!(tx, Row, |q| {
        q.push(
            "SELECT district, sequence, id, kind, subject, happen_time, create_time, resource,
                 trace_parent
             FROM event WHERE district = ",
        );
        q.push_bind(district).push(" AND sequence IN (");
        let mut list = q.separated(", ");
        for sequence in sequences {
            list.push_bind(*sequence);
        }
        q.push(") ORDER BY sequence");
    })?;
    rows.into_iter().map(Event::try_from).collect()
}

/// When the event behind the first `limit` of a time on was recorded; none when those are all.
pub(crate) async fn beyond(
    tx: &mut Tx,
    district: &str,
    start: Timestamp,
    limit: i64,
) -> Result<Option<Timestamp>> {
    let row = kit::fetch_optional!(
        tx,
        (i64,),
        "SELECT create_time FROM event WHERE district = $1 AND create_time >= $2
         ORDER BY create_time, sequence LIMIT 1 OFFSET $3",
        district,
        clock::to_micros(start),
        limit
    )?;
    row.map(|(time,)| clock::from_micros(time)).transpose()
}

/// Sets the events between two instants, or those of these places, on their way to an endpoint
/// that subscribed to them, once more where they were there; yields how many.
pub(crate) async fn replay(
    tx: &mut Tx,
    (district, endpoint): (&str, &str),
    (start, end): (Timestamp, Option<Timestamp>),
    places: Option<&[i64]>,
) -> Result<usize> {
    let now = clock::to_micros(tx.now());
    let rows = kit::query!(tx, (i64,), |q| {
        q.push(
            "INSERT INTO delivery (district, endpoint, event, state, next_time, lease, tries,
                 attempts, last_failure)
             SELECT v.district, e.id, v.sequence, 1, CAST(",
        );
        q.push_bind(now).push(
            " AS BIGINT), '', 0, 0, ''
             FROM event v JOIN endpoint e ON e.district = v.district WHERE v.district = ",
        );
        q.push_bind(district).push(" AND e.id = ").push_bind(endpoint);
        q.push(" AND v.create_time >= ").push_bind(clock::to_micros(start));
        q.push(" AND v.create_time < ").push_bind(end.map_or(i64::MAX, clock::to_micros));
        if let Some(places) = places {
            q.push(" AND v.sequence IN (");
            let mut list = q.separated(", ");
            for place in places {
                list.push_bind(*place);
            }
            q.push(")");
        }
        q.push(
            " AND EXISTS (SELECT 1 FROM subscription s WHERE s.district = e.district
                          AND s.endpoint = e.id AND s.event_type IN (v.kind, '*'))
              AND SUBSTR(v.subject, 1, LENGTH(e.subject_prefix)) = e.subject_prefix
              ON CONFLICT (district, endpoint, event) DO UPDATE SET
                  state = 1, next_time = excluded.next_time, tries = 0, lease = ''
              WHERE delivery.state <> 1 RETURNING event",
        );
    })?;
    Ok(rows.len())
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    sequence: i64,
    id: String,
    kind: String,
    subject: String,
    happen_time: i64,
    create_time: i64,
    resource: String,
    trace_parent: String,
}

impl TryFrom<Row> for Event {
    type Error = kit::Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            district: row.district,
            sequence: row.sequence,
            id: row.id,
            kind: row.kind,
            subject: row.subject,
            happen_time: clock::from_micros(row.happen_time)?,
            create_time: clock::from_micros(row.create_time)?,
            resource: row.resource,
            trace_parent: row.trace_parent,
        })
    }
}
