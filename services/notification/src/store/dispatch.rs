//! Dispatches and their attempts.

mod queue;
mod replay;
mod source;

use jiff::Timestamp;
use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock, date};

use crate::delivery::Attempt;
use crate::dispatch::{Dispatch, Matter, State};
use crate::document::{Language, Role};

pub(crate) use queue::{claim, due, renew, settle};
pub(crate) use replay::{Dead, Wanted, dead, replay};
pub(crate) use source::addressee;

macro_rules! columns {
    () => {
        "district, sequence, source, unit, role, contact, channel, subject, body, due_date, state, \
         hold, next_time, tries, attempts, last_failure, urgent, create_time"
    };
}
pub(crate) use columns;

/// Attempts of one dispatch that are shown.
const SHOWN: i64 = 100;

/// What a list of dispatches is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) source: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) channel: Option<String>,
    pub(crate) state: Option<State>,
}

/// Takes the next `count` places in a district's order and yields the first; none where no
/// channel ever was.
pub(crate) async fn take_places(tx: &mut Tx, district: &str, count: i64) -> Result<Option<i64>> {
    let row = kit::fetch_optional!(
        tx,
        (i64,),
        "UPDATE dispatch_head SET dispatch = dispatch + $2 WHERE district = $1
         RETURNING dispatch - $2 + 1",
        district,
        count
    )?;
    Ok(row.map(|(first,)| first))
}

/// A dispatch by its place.
pub(crate) async fn get(tx: &mut Tx, district: &str, sequence: i64) -> Result<Option<Dispatch>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM dispatch WHERE district = $1 AND sequence = $2"),
        district,
        sequence
    )?;
    row.map(Dispatch::try_from).transpose()
}

/// A page of a district's dispatches in their order.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Dispatch>> {
    let after = page.after_number()?.unwrap_or_default();
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM dispatch WHERE district = "));
        q.push_bind(district).push(" AND sequence > ").push_bind(after);
        for (column, wanted) in [
            (" AND source = ", &filter.source),
            (" AND unit = ", &filter.unit),
            (" AND channel = ", &filter.channel),
        ] {
            if let Some(wanted) = wanted {
                q.push(column).push_bind(wanted);
            }
        }
        if let Some(state) = filter.state {
            q.push(" AND state = ").push_bind(state as i64);
        }
        q.push(" ORDER BY sequence LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Dispatch::try_from).collect()
}

/// The last attempts of a dispatch, in order.
pub(crate) async fn attempts(tx: &mut Tx, dispatch: &Dispatch) -> Result<Vec<Attempt>> {
    let rows = kit::fetch_all!(
        tx,
        super::delivery::AttemptRow,
        "SELECT number, create_time, url, reason, message, status, reply, duration_millis
         FROM dispatch_attempt WHERE district = $1 AND dispatch = $2 AND number > $3
         ORDER BY number",
        &dispatch.district,
        dispatch.sequence,
        dispatch.attempts - SHOWN
    )?;
    rows.into_iter().map(Attempt::try_from).collect()
}

/// Stores new dispatches; those that are there already are left as they are.
pub(crate) async fn insert(tx: &mut Tx, dispatches: &[Dispatch]) -> Result<()> {
    kit::insert_many!(
        tx,
        "INSERT INTO dispatch (district, sequence, source, unit, contact, channel, subject, body,
             due_date, state, hold, next_time, lease, tries, attempts, last_failure,
             urgent, create_time, role) ",
        dispatches,
        |row, it| {
            row.push_bind(&it.district)
                .push_bind(it.sequence)
                .push_bind(&it.matter.source)
                .push_bind(&it.matter.unit)
                .push_bind(&it.contact)
                .push_bind(&it.channel)
                .push_bind(&it.matter.subject)
                .push_bind(&it.matter.body)
                .push_bind(it.matter.due_date.map(date::to_text).unwrap_or_default())
                .push_bind(it.state as i64)
                .push_bind(it.hold as i64)
                .push_bind(clock::to_micros(it.next_time))
                .push_bind("")
                .push_bind(it.tries)
                .push_bind(it.attempts)
                .push_bind(&it.last_failure)
                .push_bind(i64::from(it.urgent))
                .push_bind(clock::to_micros(it.create_time))
                .push_bind(it.matter.role as i64);
        },
        "ON CONFLICT DO NOTHING"
    )?;
    Ok(())
}

/// Sends what is held for a role in a unit, or for the unit and all its roles, to a contact, in the
/// language spoken there. Of what is held for several roles one goes there, and the others are given up.
pub(crate) async fn release(
    tx: &mut Tx,
    district: &str,
    (unit, role): (&str, Role),
    (contact, channel, language): (&str, &str, Language),
) -> Result<()> {
    let (now, morning) = times(tx, district).await?;
    kit::execute!(
        tx,
        "UPDATE dispatch SET state = 1, hold = 0, contact = $3, channel = $4, tries = 0, lease = '',
             next_time = CASE urgent WHEN 1 THEN $5 ELSE $7 END
         WHERE district = $1 AND unit = $2 AND state = 4 AND (role = $6 OR $6 = 0)
           AND NOT EXISTS (SELECT 1 FROM dispatch o WHERE o.district = dispatch.district
                           AND o.source = dispatch.source AND o.unit = dispatch.unit
                           AND (o.contact = $3 OR o.state = 4 AND (o.role = $6 OR $6 = 0)
                                AND o.sequence < dispatch.sequence))",
        district,
        unit,
        contact,
        channel,
        now,
        role as i64,
        morning
    )?;
    kit::execute!(
        tx,
        "UPDATE dispatch SET state = 3, hold = 0, lease = '',
             last_failure = 'another role has it by the same contact'
         WHERE district = $1 AND unit = $2 AND state = 4 AND (role = $4 OR $4 = 0)
           AND EXISTS (SELECT 1 FROM dispatch o WHERE o.district = dispatch.district
                       AND o.source = dispatch.source AND o.unit = dispatch.unit
                       AND o.contact = $3 AND o.state IN (1, 2))",
        district,
        unit,
        contact,
        role as i64
    )?;
    source::speak(tx, (district, contact), language).await
}

/// Holds what has not reached a contact that is removed, unless the unit gets the letter elsewhere,
/// too; then it is given up. Yields the places of what is held.
pub(crate) async fn withdraw(tx: &mut Tx, district: &str, contact: &str) -> Result<Vec<i64>> {
    kit::execute!(
        tx,
        "UPDATE dispatch SET state = 3, lease = '', last_failure = 'the contact was removed'
         WHERE district = $1 AND contact = $2 AND state = 1
           AND EXISTS (SELECT 1 FROM dispatch o WHERE o.district = dispatch.district
                       AND o.source = dispatch.source AND o.unit = dispatch.unit
                       AND o.contact <> $2 AND o.state IN (1, 2))",
        district,
        contact
    )?;
    let held = kit::fetch_all!(
        tx,
        (i64,),
        "UPDATE dispatch SET state = 4, hold = 1, contact = '', channel = '', lease = ''
         WHERE district = $1 AND contact = $2 AND state = 1 RETURNING sequence",
        district,
        contact
    )?;
    Ok(held.into_iter().map(|(sequence,)| sequence).collect())
}

/// Those of these places that are held, in order.
pub(crate) async fn held(tx: &mut Tx, district: &str, places: &[i64]) -> Result<Vec<Dispatch>> {
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM dispatch WHERE district = "));
        q.push_bind(district).push(" AND state = 4 AND sequence IN (");
        let mut list = q.separated(", ");
        for place in places {
            list.push_bind(*place);
        }
        q.push(") ORDER BY sequence");
    })?;
    rows.into_iter().map(Dispatch::try_from).collect()
}

/// Gives up what has not reached a contact of the district's, for which nothing is held.
pub(crate) async fn give_up(tx: &mut Tx, district: &str, contact: &str) -> Result<()> {
    kit::execute!(
        tx,
        "UPDATE dispatch SET state = 3, lease = '', last_failure = 'the contact was removed'
         WHERE district = $1 AND contact = $2 AND state = 1",
        district,
        contact
    )?;
    Ok(())
}

/// Says of what is held for a role in a unit, or for the unit and all its roles, that there is a
/// contact now, not verified yet.
pub(crate) async fn await_code(tx: &mut Tx, district: &str, unit: &str, role: Role) -> Result<()> {
    kit::execute!(
        tx,
        "UPDATE dispatch SET hold = 2
         WHERE district = $1 AND unit = $2 AND state = 4 AND (role = $3 OR $3 = 0)",
        district,
        unit,
        role as i64
    )?;
    Ok(())
}

/// Sets a dispatch on its way once more, at once; in quiet hours, when they are over.
pub(crate) async fn retry(tx: &mut Tx, district: &str, sequence: i64) -> Result<()> {
    let (now, morning) = times(tx, district).await?;
    kit::execute!(
        tx,
        "UPDATE dispatch SET state = 1, tries = 0, lease = '',
             next_time = CASE urgent WHEN 1 THEN $3 ELSE $4 END
         WHERE district = $1 AND sequence = $2 AND state <> 4",
        district,
        sequence,
        now,
        morning
    )?;
    Ok(())
}

/// Puts off what is due for a channel and is not urgent.
async fn put_off(tx: &mut Tx, (district, channel): (&str, &str), until: Timestamp) -> Result<()> {
    let now = clock::to_micros(tx.now());
    kit::execute!(
        tx,
        "UPDATE dispatch SET next_time = $4
         WHERE district = $1 AND channel = $2 AND state = 1 AND next_time <= $3 AND urgent = 0",
        district,
        channel,
        now,
        clock::to_micros(until)
    )?;
    Ok(())
}

/// Now, when urgent letters leave, and when all others do.
async fn times(tx: &mut Tx, district: &str) -> Result<(i64, i64)> {
    let now = tx.now();
    let over = super::quiet_hours::get(tx, district).await?.over(now)?;
    Ok((clock::to_micros(now), clock::to_micros(over)))
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    sequence: i64,
    source: String,
    unit: String,
    role: i64,
    contact: String,
    channel: String,
    subject: String,
    body: String,
    due_date: String,
    state: i64,
    hold: i64,
    next_time: i64,
    tries: i64,
    attempts: i64,
    last_failure: String,
    urgent: i64,
    create_time: i64,
}

impl TryFrom<Row> for Dispatch {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let due_date = Some(row.due_date).filter(|it| !it.is_empty());
        Ok(Self {
            district: row.district,
            sequence: row.sequence,
            matter: Matter {
                source: row.source,
                unit: row.unit,
                role: row.role.try_into()?,
                subject: row.subject,
                body: row.body,
                due_date: due_date.map(|it| date::from_text(&it)).transpose()?,
            },
            contact: row.contact,
            channel: row.channel,
            state: row.state.try_into()?,
            hold: row.hold.try_into()?,
            next_time: clock::from_micros(row.next_time)?,
            tries: row.tries,
            attempts: row.attempts,
            last_failure: row.last_failure,
            urgent: row.urgent == 1,
            create_time: clock::from_micros(row.create_time)?,
        })
    }
}
