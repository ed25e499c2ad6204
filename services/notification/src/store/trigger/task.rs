//! What triggers wait to write about.

use std::collections::HashSet;

use jiff::Timestamp;
use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock};

use crate::trigger::{Heard, Task};

macro_rules! columns {
    () => {
        "district, trigger_id, event_key, revision, event_type, name, event_time, trace_parent, \
         payload, due_time, fault"
    };
}

/// Tasks taken by one statement.
const TAKEN: usize = 200;

/// Lets triggers wait for the time to write, each event once.
pub(crate) async fn queue(tx: &mut Tx, tasks: &[Task]) -> Result<()> {
    kit::insert_many!(
        tx,
        concat!("INSERT INTO trigger_task (", columns!(), ", next_time) "),
        tasks,
        |row, it| {
            row.push_bind(&it.district)
                .push_bind(&it.trigger)
                .push_bind(&it.event_key)
                .push_bind(it.revision)
                .push_bind(&it.event.kind)
                .push_bind(&it.event.name)
                .push_bind(clock::to_micros(it.event.time))
                .push_bind(&it.event.trace_parent)
                .push_bind(&it.event.payload)
                .push_bind(clock::to_micros(it.due_time))
                .push_bind(&it.fault)
                .push_bind(clock::to_micros(it.due_time));
        },
        "ON CONFLICT (district, trigger_id, event_key) DO NOTHING"
    )?;
    Ok(())
}

/// When what a trigger gathers is written about, where it gathers already.
pub(crate) async fn gathered(
    tx: &mut Tx,
    district: &str,
    trigger: &str,
) -> Result<Option<Timestamp>> {
    let now = clock::to_micros(tx.now());
    let (due,) = kit::fetch_one!(
        tx,
        (Option<i64>,),
        "SELECT MIN(due_time) FROM trigger_task
         WHERE district = $1 AND trigger_id = $2 AND due_time > $3",
        district,
        trigger,
        now
    )?;
    due.map(clock::from_micros).transpose()
}

/// The districts in which something is due, or a digest is to be written. Named by an expression, lest
/// SQLite go through every task by an index that is in their order.
pub(crate) async fn due_districts(tx: &mut Tx) -> Result<Vec<String>> {
    let now = clock::to_micros(tx.now());
    let rows = kit::fetch_all!(
        tx,
        (String,),
        "SELECT DISTINCT district || '' FROM trigger_task WHERE next_time <= $1
         UNION SELECT DISTINCT district FROM digest_entry ORDER BY 1",
        now
    )?;
    Ok(rows.into_iter().map(|(district,)| district).collect())
}

/// What is due in a district, the oldest first.
pub(crate) async fn due(tx: &mut Tx, district: &str, limit: i64) -> Result<Vec<Task>> {
    let now = clock::to_micros(tx.now());
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM trigger_task WHERE district = $1 AND next_time <= $2
              ORDER BY next_time, trigger_id, event_key LIMIT $3"
        ),
        district,
        now,
        limit
    )?;
    rows.into_iter().map(Task::try_from).collect()
}

/// A page of what waits in a district, by trigger and event.
pub(crate) async fn tasks(
    tx: &mut Tx,
    district: &str,
    trigger: &str,
    page: &Page,
) -> Result<Vec<Task>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM trigger_task WHERE district = $1 AND trigger_id = $2 AND event_key > $3
              ORDER BY event_key LIMIT $4"
        ),
        district,
        trigger,
        page.after().unwrap_or_default(),
        page.limit()
    )?;
    rows.into_iter().map(Task::try_from).collect()
}

/// Takes tasks away. Those that another replica took are not among the yield.
pub(crate) async fn take(
    tx: &mut Tx,
    district: &str,
    tasks: &[&Task],
) -> Result<HashSet<(String, String)>> {
    let mut taken = HashSet::new();
    for tasks in tasks.chunks(TAKEN) {
        let rows = kit::query!(tx, (String, String), |q| {
            q.push("DELETE FROM trigger_task WHERE district = ").push_bind(district);
            q.push(" AND (");
            let mut list = q.separated(" OR ");
            for it in tasks {
                list.push("(trigger_id = ").push_bind_unseparated(&it.trigger);
                list.push_unseparated(" AND event_key = ").push_bind_unseparated(&it.event_key);
                list.push_unseparated(")");
            }
            q.push(") RETURNING trigger_id, event_key");
        })?;
        taken.extend(rows);
    }
    Ok(taken)
}

/// Leaves a task waiting, not to be tried before `until`, with what was wrong.
pub(crate) async fn hold(tx: &mut Tx, task: &Task, fault: &str, until: Timestamp) -> Result<()> {
    kit::execute!(
        tx,
        "UPDATE trigger_task SET fault = $4, next_time = $5
         WHERE district = $1 AND trigger_id = $2 AND event_key = $3",
        &task.district,
        &task.trigger,
        &task.event_key,
        fault,
        clock::to_micros(until)
    )?;
    Ok(())
}

/// Takes away all that waits for a trigger, to be looked at or to be told in a digest.
pub(crate) async fn withdraw(tx: &mut Tx, district: &str, trigger: &str) -> Result<()> {
    kit::execute!(
        tx,
        "DELETE FROM trigger_task WHERE district = $1 AND trigger_id = $2",
        district,
        trigger
    )?;
    kit::execute!(
        tx,
        "DELETE FROM digest_entry WHERE district = $1 AND trigger_id = $2",
        district,
        trigger
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    trigger_id: String,
    event_key: String,
    revision: i64,
    event_type: String,
    name: String,
    event_time: i64,
    trace_parent: String,
    payload: Vec<u8>,
    due_time: i64,
    fault: String,
}

impl TryFrom<Row> for Task {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            district: row.district,
            trigger: row.trigger_id,
            revision: row.revision,
            event_key: row.event_key,
            event: Heard {
                kind: row.event_type,
                name: row.name,
                time: clock::from_micros(row.event_time)?,
                trace_parent: row.trace_parent,
                payload: row.payload,
            },
            due_time: clock::from_micros(row.due_time)?,
            fault: row.fault,
        })
    }
}
