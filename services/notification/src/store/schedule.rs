//! Schedules, and what became of their occurrences.

mod occurrence;
mod plan;

use jiff::Timestamp;
use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock, date};

pub(crate) use occurrence::{occurrences, record};

use crate::schedule::Schedule;
use plan::Row;

macro_rules! columns {
    () => {
        "district, id, revision, display_name, frequency, weekday, month, day, time, holiday_rule, \
         speaks_of_before, document_kind, recipients, categories, fields, due_days, last_only, \
          paused, next_date, next_time, next_left_out, update_time, fault, problem, english_fields, \
          relations"
    };
}

/// A schedule as it stands.
pub(crate) async fn get(tx: &mut Tx, district: &str, id: &str) -> Result<Option<Schedule>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM schedule WHERE district = $1 AND id = $2"),
        district,
        id
    )?;
    row.map(Schedule::try_from).transpose()
}

/// A page of a district's schedules by their ids.
pub(crate) async fn list(tx: &mut Tx, district: &str, page: &Page) -> Result<Vec<Schedule>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM schedule WHERE district = $1 AND id > $2 ORDER BY id LIMIT $3"
        ),
        district,
        page.after().unwrap_or_default(),
        page.limit()
    )?;
    rows.into_iter().map(Schedule::try_from).collect()
}

/// All of a district's schedules that do not rest.
pub(crate) async fn active(tx: &mut Tx, district: &str) -> Result<Vec<Schedule>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM schedule WHERE district = $1 AND paused = 0 ORDER BY id"
        ),
        district
    )?;
    rows.into_iter().map(Schedule::try_from).collect()
}

/// The districts in which an occurrence is due.
pub(crate) async fn due_districts(tx: &mut Tx) -> Result<Vec<String>> {
    let now = clock::to_micros(tx.now());
    let rows = kit::fetch_all!(
        tx,
        (String,),
        "SELECT DISTINCT district FROM schedule WHERE next_time <= $1 AND hold_time <= $1
         ORDER BY district",
        now
    )?;
    Ok(rows.into_iter().map(|(district,)| district).collect())
}

/// A district's schedules with an occurrence that is due.
pub(crate) async fn due(tx: &mut Tx, district: &str) -> Result<Vec<Schedule>> {
    let now = clock::to_micros(tx.now());
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM schedule WHERE district = $1 AND next_time <= $2 AND hold_time <= $2
              ORDER BY next_time, id"
        ),
        district,
        now
    )?;
    rows.into_iter().map(Schedule::try_from).collect()
}

/// Writes schedules as they stand, each one revision on from what is stored.
pub(crate) async fn save(tx: &mut Tx, schedules: &[Schedule]) -> Result<()> {
    let Some(first) = schedules.first() else { return Ok(()) };
    let saved = kit::insert_many!(
        tx,
        concat!("INSERT INTO schedule (", columns!(), ") "),
        schedules,
        |row, it| {
            let next = it.next.as_ref();
            row.push_bind(&it.district)
                .push_bind(&it.id)
                .push_bind(it.revision)
                .push_bind(&it.plan.display_name)
                .push_bind(it.plan.recurrence.frequency as i64)
                .push_bind(i64::from(it.plan.recurrence.weekday))
                .push_bind(i64::from(it.plan.recurrence.month))
                .push_bind(i64::from(it.plan.recurrence.day))
                .push_bind(it.plan.recurrence.time.to_string())
                .push_bind(it.plan.holiday_rule as i64)
                .push_bind(i64::from(it.plan.before))
                .push_bind(it.plan.kind as i64)
                .push_bind(it.plan.recipients.join("\n"))
                .push_bind(it.plan.categories.join("\n"))
                .push_bind(super::document::fields_to_text(&it.plan.fields))
                .push_bind(it.plan.due_days)
                .push_bind(i64::from(it.plan.last_only))
                .push_bind(i64::from(it.plan.paused))
                .push_bind(next.map(|it| date::to_text(it.planned)).unwrap_or_default())
                .push_bind(next.map(|it| clock::to_micros(it.due)))
                .push_bind(i64::from(next.is_some_and(|it| it.left_out)))
                .push_bind(clock::to_micros(it.update_time))
                .push_bind(&it.fault)
                .push_bind(&it.plan.problem)
                .push_bind(super::document::fields_to_text(&it.plan.english_fields))
                .push_bind(super::trigger::recipients_to_text(&it.plan.relations));
        },
        "ON CONFLICT (district, id) DO UPDATE SET
             revision = excluded.revision, display_name = excluded.display_name,
             frequency = excluded.frequency, weekday = excluded.weekday, month = excluded.month,
             day = excluded.day, time = excluded.time, holiday_rule = excluded.holiday_rule,
             speaks_of_before = excluded.speaks_of_before,
             document_kind = excluded.document_kind, recipients = excluded.recipients,
             categories = excluded.categories, fields = excluded.fields,
             due_days = excluded.due_days, last_only = excluded.last_only,
             paused = excluded.paused, next_date = excluded.next_date,
             next_time = excluded.next_time, next_left_out = excluded.next_left_out,
             update_time = excluded.update_time, fault = excluded.fault, hold_time = 0,
             problem = excluded.problem, english_fields = excluded.english_fields,
             relations = excluded.relations
         WHERE schedule.revision = excluded.revision - 1"
    )?;
    if saved != schedules.len() as u64 {
        return Err(Error::Conflict { name: first.name() });
    }
    Ok(())
}

/// Moves a schedule on to its next occurrence; false when another process did.
pub(crate) async fn advance(tx: &mut Tx, before: &Schedule, after: &Schedule) -> Result<bool> {
    let planned = |it: &Schedule| it.next.map(|it| date::to_text(it.planned)).unwrap_or_default();
    let moved = kit::execute!(
        tx,
        "UPDATE schedule SET next_date = $3, next_time = $4, next_left_out = $5, fault = '',
             hold_time = 0
         WHERE district = $1 AND id = $2 AND next_date = $6 AND revision = $7",
        &before.district,
        &before.id,
        planned(after),
        after.next.map(|it| clock::to_micros(it.due)),
        i64::from(after.next.is_some_and(|it| it.left_out)),
        planned(before),
        before.revision
    )?;
    Ok(moved == 1)
}

/// Leaves an occurrence that is due where it is, and says why.
pub(crate) async fn hold(
    tx: &mut Tx,
    schedule: &Schedule,
    fault: &str,
    until: Timestamp,
) -> Result<()> {
    let planned = schedule.next.map(|it| date::to_text(it.planned)).unwrap_or_default();
    kit::execute!(
        tx,
        "UPDATE schedule SET fault = $3, hold_time = $4
         WHERE district = $1 AND id = $2 AND revision = $5 AND next_date = $6",
        &schedule.district,
        &schedule.id,
        fault,
        clock::to_micros(until),
        schedule.revision,
        planned
    )?;
    Ok(())
}
