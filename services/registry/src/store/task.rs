//! The task table.

use kit::db::Tx;
use kit::name::Name;
use kit::page::Page;
use kit::{Error, Result, clock, date};

use super::{from_lines, lines};
use crate::task::{Class, Contents, Goal, State, Task};

macro_rules! columns {
    () => {
        "district, id, uid, display_name, class, task_list, lead_unit, member_units, \
         leader_posts, project, indicators, target_effect, deadline, goals, state, \
         close_time, conclusion, create_time, update_time, revision"
    };
}

/// What a list of tasks is narrowed to.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) class: Option<Class>,
    pub(crate) task_list: Option<String>,
    pub(crate) lead_unit: Option<String>,
    pub(crate) project: Option<String>,
    pub(crate) state: Option<State>,
}

/// The task of that name; NOT_FOUND when there is none.
pub(crate) async fn get(tx: &mut Tx, name: &Name) -> Result<Task> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM task WHERE district = $1 AND id = $2"),
        name.id("district"),
        name.id("task")
    )?;
    row.ok_or_else(|| name.not_found())?.try_into()
}

/// A page of a district's tasks by id.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Task>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM task WHERE district = "));
        q.push_bind(district);
        if let Some(after) = page.after() {
            q.push(" AND id > ").push_bind(after);
        }
        if let Some(class) = filter.class {
            q.push(" AND class = ").push_bind(class as i64);
        }
        if let Some(task_list) = &filter.task_list {
            q.push(" AND task_list = ").push_bind(task_list);
        }
        if let Some(lead_unit) = &filter.lead_unit {
            q.push(" AND lead_unit = ").push_bind(lead_unit);
        }
        if let Some(project) = &filter.project {
            q.push(" AND project = ").push_bind(project);
        }
        if let Some(state) = filter.state {
            q.push(" AND state = ").push_bind(state as i64);
        }
        q.push(" ORDER BY id LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Task::try_from).collect()
}

/// The open tasks that have leaders, each with the ids of their posts.
pub(crate) async fn leaders(tx: &mut Tx, district: &str) -> Result<Vec<(String, Vec<String>)>> {
    let rows = kit::fetch_all!(
        tx,
        (String, String),
        "SELECT id, leader_posts FROM task
         WHERE district = $1 AND state = 1 AND leader_posts <> ''",
        district
    )?;
    Ok(rows.into_iter().map(|(id, posts)| (id, from_lines(&posts))).collect())
}

/// Those of `ids` that are there.
pub(crate) async fn of(tx: &mut Tx, district: &str, ids: &[String]) -> Result<Vec<Task>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM task WHERE district = "));
        q.push_bind(district).push(" AND id IN (");
        let mut listed = q.separated(", ");
        for id in ids {
            listed.push_bind(id);
        }
        q.push(")");
    })?;
    rows.into_iter().map(Task::try_from).collect()
}

/// Writes tasks that are new, at revision 1, or one revision on from what is stored.
pub(crate) async fn save(tx: &mut Tx, all: impl IntoIterator<Item = &Task>) -> Result<()> {
    let all: Vec<&Task> = all.into_iter().collect();
    let saved = kit::insert_many!(
        tx,
        concat!("INSERT INTO task (", columns!(), ") "),
        &all,
        |row, it| {
            row.push_bind(&it.district)
                .push_bind(&it.id)
                .push_bind(&it.uid)
                .push_bind(&it.contents.display_name)
                .push_bind(it.contents.class as i64)
                .push_bind(&it.contents.task_list)
                .push_bind(&it.contents.lead_unit)
                .push_bind(lines(&it.contents.member_units))
                .push_bind(lines(&it.contents.leader_posts))
                .push_bind(&it.contents.project)
                .push_bind(lines(&it.contents.indicators))
                .push_bind(&it.contents.target_effect)
                .push_bind(it.contents.deadline.map(date::to_text))
                .push_bind(goals(&it.contents.goals))
                .push_bind(it.contents.state as i64)
                .push_bind(it.contents.close_time.map(clock::to_micros))
                .push_bind(&it.contents.conclusion)
                .push_bind(clock::to_micros(it.create_time))
                .push_bind(clock::to_micros(it.update_time))
                .push_bind(it.revision);
        },
        "ON CONFLICT (district, id) DO UPDATE SET
             display_name = excluded.display_name, class = excluded.class, task_list =
             excluded.task_list, lead_unit = excluded.lead_unit, member_units =
             excluded.member_units, leader_posts = excluded.leader_posts, project =
             excluded.project, indicators = excluded.indicators, target_effect =
             excluded.target_effect, deadline = excluded.deadline, goals = excluded.goals,
             state = excluded.state, close_time = excluded.close_time, conclusion =
             excluded.conclusion, update_time = excluded.update_time, revision =
             excluded.revision
         WHERE task.revision = excluded.revision - 1"
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
    class: i64,
    task_list: Option<String>,
    lead_unit: String,
    member_units: String,
    leader_posts: String,
    project: Option<String>,
    indicators: String,
    target_effect: String,
    deadline: Option<String>,
    goals: String,
    state: i64,
    close_time: Option<i64>,
    conclusion: String,
    create_time: i64,
    update_time: i64,
    revision: i64,
}

impl TryFrom<Row> for Task {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            district: row.district,
            id: row.id,
            uid: row.uid,
            contents: Contents {
                display_name: row.display_name,
                class: row.class.try_into()?,
                task_list: row.task_list,
                lead_unit: row.lead_unit,
                member_units: from_lines(&row.member_units),
                leader_posts: from_lines(&row.leader_posts),
                project: row.project,
                indicators: from_lines(&row.indicators),
                target_effect: row.target_effect,
                deadline: row.deadline.as_deref().map(date::from_text).transpose()?,
                goals: from_goals(&row.goals)?,
                state: row.state.try_into()?,
                close_time: row.close_time.map(clock::from_micros).transpose()?,
                conclusion: row.conclusion,
            },
            create_time: clock::from_micros(row.create_time)?,
            update_time: clock::from_micros(row.update_time)?,
            revision: row.revision,
        })
    }
}

/// Goals as a column holds them: a line each, the period before the first blank.
fn goals(goals: &[Goal]) -> String {
    let line = |goal: &Goal| format!("{} {}", goal.period, goal.text);
    lines(&goals.iter().map(line).collect::<Vec<_>>())
}

fn from_goals(text: &str) -> Result<Vec<Goal>> {
    let goal = |line: String| {
        let (period, text) =
            line.split_once(' ').ok_or_else(|| Error::internal("a goal without a period"))?;
        Ok(Goal { period: period.to_owned(), text: text.to_owned() })
    };
    from_lines(text).into_iter().map(goal).collect()
}
