//! Deliveries and their attempts.

mod queue;

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock};

use crate::delivery::{Attempt, Delivery, State};

pub(crate) use queue::{claim, due, renew, settle};

macro_rules! columns {
    () => {
        "district, endpoint, event, state, next_time, tries, attempts, last_failure"
    };
}
pub(crate) use columns;

/// Attempts of one delivery that are shown.
const SHOWN: i64 = 100;

/// A delivery by the place of its event.
pub(crate) async fn get(
    tx: &mut Tx,
    district: &str,
    endpoint: &str,
    event: i64,
) -> Result<Option<Delivery>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM delivery WHERE district = $1 AND endpoint = $2 AND event = $3"
        ),
        district,
        endpoint,
        event
    )?;
    row.map(Delivery::try_from).transpose()
}

/// A page of an endpoint's deliveries in the order of their events.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    endpoint: &str,
    state: Option<State>,
    page: &Page,
) -> Result<Vec<Delivery>> {
    let after = page.after_number()?.unwrap_or_default();
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM delivery WHERE district = "));
        q.push_bind(district).push(" AND endpoint = ").push_bind(endpoint);
        // Named, not bound: what waits and what was given up have indexes of their own.
        q.push(match state {
            None => "",
            Some(State::Pending) => " AND state = 1",
            Some(State::Delivered) => " AND state = 2",
            Some(State::Dead) => " AND state = 3",
        });
        q.push(" AND event > ").push_bind(after);
        q.push(" ORDER BY event LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Delivery::try_from).collect()
}

/// The last attempts of a delivery, in order.
pub(crate) async fn attempts(tx: &mut Tx, delivery: &Delivery) -> Result<Vec<Attempt>> {
    let rows = kit::fetch_all!(
        tx,
        AttemptRow,
        "SELECT number, create_time, url, reason, message, status, reply, duration_millis
         FROM attempt WHERE district = $1 AND endpoint = $2 AND event = $3 AND number > $4
         ORDER BY number",
        &delivery.district,
        &delivery.endpoint,
        delivery.event,
        delivery.attempts - SHOWN
    )?;
    rows.into_iter().map(Attempt::try_from).collect()
}

/// Sets a delivery on its way once more, at once; false when there is none.
pub(crate) async fn retry(tx: &mut Tx, district: &str, endpoint: &str, event: i64) -> Result<bool> {
    let now = clock::to_micros(tx.now());
    let found = kit::execute!(
        tx,
        "UPDATE delivery SET state = 1, next_time = $4, tries = 0, lease = ''
         WHERE district = $1 AND endpoint = $2 AND event = $3",
        district,
        endpoint,
        event,
        now
    )?;
    Ok(found == 1)
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    endpoint: String,
    event: i64,
    state: i64,
    next_time: i64,
    tries: i64,
    attempts: i64,
    last_failure: String,
}

impl TryFrom<Row> for Delivery {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            district: row.district,
            endpoint: row.endpoint,
            event: row.event,
            state: row.state.try_into()?,
            next_time: clock::from_micros(row.next_time)?,
            tries: row.tries,
            attempts: row.attempts,
            last_failure: row.last_failure,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct AttemptRow {
    number: i64,
    create_time: i64,
    url: String,
    reason: String,
    message: String,
    status: i64,
    reply: String,
    duration_millis: i64,
}

impl TryFrom<AttemptRow> for Attempt {
    type Error = Error;

    fn try_from(row: AttemptRow) -> Result<Self> {
        Ok(Self {
            number: row.number,
            create_time: clock::from_micros(row.create_time)?,
            url: row.url,
            reason: row.reason,
            message: row.message,
            status: row.status,
            reply: row.reply,
            duration_millis: row.duration_millis,
        })
    }
}
