//! The task_list table.

use kit::db::Tx;
use kit::name::Name;
use kit::page::Page;
use kit::{Error, Result, clock};

use super::{from_lines, lines};
use crate::task_list::{Consent, Contents, State, TaskList};

macro_rules! columns {
    () => {
        "district, id, uid, display_name, period, offices, state, create_time, \
         update_time, revision"
    };
}

/// What a list of task lists is narrowed to.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) period: Option<String>,
    pub(crate) state: Option<State>,
}

/// The task list of that name; NOT_FOUND when there is none.
pub(crate) async fn get(tx: &mut Tx, name: &Name) -> Result<TaskList> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM task_list WHERE district = $1 AND id = $2"),
        name.id("district"),
        name.id("task_list")
    )?;
    row.ok_or_else(|| name.not_found())?.try_into()
}

/// A page of a district's task lists by id.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<TaskList>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM task_list WHERE district = "));
        q.push_bind(district);
        if let Some(after) = page.after() {
            q.push(" AND id > ").push_bind(after);
        }
        if let Some(period) = &filter.period {
            q.push(" AND period = ").push_bind(period);
        }
        if let Some(state) = filter.state {
            q.push(" AND state = ").push_bind(state as i64);
        }
        q.push(" ORDER BY id LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(TaskList::try_from).collect()
}

/// Those of `ids` that are there.
pub(crate) async fn of(tx: &mut Tx, district: &str, ids: &[String]) -> Result<Vec<TaskList>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM task_list WHERE district = "));
        q.push_bind(district).push(" AND id IN (");
        let mut listed = q.separated(", ");
        for id in ids {
            listed.push_bind(id);
        }
        q.push(")");
    })?;
    rows.into_iter().map(TaskList::try_from).collect()
}

/// Writes task lists that are new, at revision 1, or one revision on from what is stored.
pub(crate) async fn save(tx: &mut Tx, all: impl IntoIterator<Item = &TaskList>) -> Result<()> {
    let all: Vec<&TaskList> = all.into_iter().collect();
    let saved = kit::insert_many!(
        tx,
        concat!("INSERT INTO task_list (", columns!(), ") "),
        &all,
        |row, it| {
            row.push_bind(&it.district)
                .push_bind(&it.id)
                .push_bind(&it.uid)
                .push_bind(&it.contents.display_name)
                .push_bind(&it.contents.period)
                .push_bind(lines(&it.contents.offices))
                .push_bind(it.contents.state as i64)
                .push_bind(clock::to_micros(it.create_time))
                .push_bind(clock::to_micros(it.update_time))
                .push_bind(it.revision);
        },
        "ON CONFLICT (district, id) DO UPDATE SET
             display_name = excluded.display_name, period = excluded.period, offices =
             excluded.offices, state = excluded.state, update_time = excluded.update_time,
             revision = excluded.revision
         WHERE task_list.revision = excluded.revision - 1"
    )?;
    match all.first() {
        Some(first) if saved < all.len() as u64 => Err(first.refused()),
        _ => Ok(()),
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    id: String,
    uid: String,
    display_name: String,
    period: String,
    offices: String,
    state: i64,
    create_time: i64,
    update_time: i64,
    revision: i64,
}

impl TryFrom<Row> for TaskList {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            district: row.district,
            id: row.id,
            uid: row.uid,
            contents: Contents {
                display_name: row.display_name,
                period: row.period,
                offices: from_lines(&row.offices),
                state: row.state.try_into()?,
            },
            create_time: clock::from_micros(row.create_time)?,
            update_time: clock::from_micros(row.update_time)?,
            revision: row.revision,
        })
    }
}

/// What was said of these lists as they stand, in the order in which it was said.
pub(crate) async fn consents(tx: &mut Tx, lists: &[TaskList]) -> Result<Vec<Consent>> {
    let Some(first) = lists.first() else { return Ok(Vec::new()) };
    let rows = kit::query!(tx, ConsentRow, |q| {
        q.push(
            "SELECT district, task_list, list_revision, office, agrees, note, create_time
             FROM consent WHERE district = ",
        );
        q.push_bind(&first.district).push(" AND (task_list, list_revision) IN (");
        let mut listed = q.separated(", ");
        for list in lists {
            listed.push("(").push_bind_unseparated(&list.id).push_unseparated(", ");
            listed.push_bind_unseparated(list.agreed_revision()).push_unseparated(")");
        }
        q.push(") ORDER BY task_list, number");
    })?;
    rows.into_iter().map(Consent::try_from).collect()
}

/// Writes down what an office said. Its number is the next.
pub(crate) async fn say(tx: &mut Tx, consent: &Consent) -> Result<()> {
    kit::execute!(
        tx,
        "INSERT INTO consent
             (district, task_list, number, list_revision, office, agrees, note, create_time)
         SELECT $1, $2, COALESCE(MAX(number), 0) + 1, $3, $4, $5, $6, $7
         FROM consent WHERE district = $1 AND task_list = $2",
        &consent.district,
        &consent.task_list,
        consent.list_revision,
        &consent.office,
        consent.agrees,
        &consent.note,
        clock::to_micros(consent.create_time)
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct ConsentRow {
    district: String,
    task_list: String,
    list_revision: i64,
    office: String,
    agrees: bool,
    note: String,
    create_time: i64,
}

impl TryFrom<ConsentRow> for Consent {
    type Error = Error;

    fn try_from(row: ConsentRow) -> Result<Self> {
        Ok(Self {
            district: row.district,
            task_list: row.task_list,
            list_revision: row.list_revision,
            office: row.office,
            agrees: row.agrees,
            note: row.note,
            create_time: clock::from_micros(row.create_time)?,
        })
    }
}
