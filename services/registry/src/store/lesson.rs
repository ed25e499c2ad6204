//! The lesson table.

use kit::db::Tx;
use kit::name::Name;
use kit::page::Page;
use kit::{Error, Result, clock};

use crate::lesson::{Contents, Lesson, State};

macro_rules! columns {
    () => {
        "district, id, uid, task, project, text, scheme, track_id, node_id, proposal, \
         state, adopted_in, decision, create_time, update_time, revision"
    };
}

/// What a list of lessons is narrowed to.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) task: Option<String>,
    pub(crate) scheme: Option<String>,
    pub(crate) state: Option<State>,
}

/// The lesson of that name; NOT_FOUND when there is none.
pub(crate) async fn get(tx: &mut Tx, name: &Name) -> Result<Lesson> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM lesson WHERE district = $1 AND id = $2"),
        name.id("district"),
        name.id("lesson")
    )?;
    row.ok_or_else(|| name.not_found())?.try_into()
}

/// A page of a district's lessons by id.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Lesson>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM lesson WHERE district = "));
        q.push_bind(district);
        if let Some(after) = page.after() {
            q.push(" AND id > ").push_bind(after);
        }
        if let Some(task) = &filter.task {
            q.push(" AND task = ").push_bind(task);
        }
        if let Some(scheme) = &filter.scheme {
            q.push(" AND scheme = ").push_bind(scheme);
        }
        if let Some(state) = filter.state {
            q.push(" AND state = ").push_bind(state as i64);
        }
        q.push(" ORDER BY id LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Lesson::try_from).collect()
}

/// Those of `ids` that are there.
pub(crate) async fn of(tx: &mut Tx, district: &str, ids: &[String]) -> Result<Vec<Lesson>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM lesson WHERE district = "));
        q.push_bind(district).push(" AND id IN (");
        let mut listed = q.separated(", ");
        for id in ids {
            listed.push_bind(id);
        }
        q.push(")");
    })?;
    rows.into_iter().map(Lesson::try_from).collect()
}

/// Writes lessons that are new, at revision 1, or one revision on from what is stored.
pub(crate) async fn save(tx: &mut Tx, all: impl IntoIterator<Item = &Lesson>) -> Result<()> {
    let all: Vec<&Lesson> = all.into_iter().collect();
    let saved = kit::insert_many!(
        tx,
        concat!("INSERT INTO lesson (", columns!(), ") "),
        &all,
        |row, it| {
            row.push_bind(&it.district)
                .push_bind(&it.id)
                .push_bind(&it.uid)
                .push_bind(&it.contents.task)
                .push_bind(&it.contents.project)
                .push_bind(&it.contents.text)
                .push_bind(&it.contents.scheme)
                .push_bind(&it.contents.track_id)
                .push_bind(&it.contents.node_id)
                .push_bind(&it.contents.proposal)
                .push_bind(it.contents.state as i64)
                .push_bind(&it.contents.adopted_in)
                .push_bind(&it.contents.decision)
                .push_bind(clock::to_micros(it.create_time))
                .push_bind(clock::to_micros(it.update_time))
                .push_bind(it.revision);
        },
        "ON CONFLICT (district, id) DO UPDATE SET
             task = excluded.task, project = excluded.project, text = excluded.text, scheme =
             excluded.scheme, track_id = excluded.track_id, node_id = excluded.node_id,
             proposal = excluded.proposal, state = excluded.state, adopted_in =
             excluded.adopted_in, decision = excluded.decision, update_time =
             excluded.update_time, revision = excluded.revision
         WHERE lesson.revision = excluded.revision - 1"
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
    task: Option<String>,
    project: Option<String>,
    text: String,
    scheme: Option<String>,
    track_id: Option<String>,
    node_id: Option<String>,
    proposal: String,
    state: i64,
    adopted_in: Option<String>,
    decision: String,
    create_time: i64,
    update_time: i64,
    revision: i64,
}

impl TryFrom<Row> for Lesson {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            district: row.district,
            id: row.id,
            uid: row.uid,
            contents: Contents {
                task: row.task,
                project: row.project,
                text: row.text,
                scheme: row.scheme,
                track_id: row.track_id,
                node_id: row.node_id,
                proposal: row.proposal,
                state: row.state.try_into()?,
                adopted_in: row.adopted_in,
                decision: row.decision,
            },
            create_time: clock::from_micros(row.create_time)?,
            update_time: clock::from_micros(row.update_time)?,
            revision: row.revision,
        })
    }
}
