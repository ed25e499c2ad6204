//! The table of orders; `order` is a word of SQL.

use kit::db::Tx;
use kit::name::Name;
use kit::page::Page;
use kit::{Error, Result, clock, date};

use super::{from_lines, lines};
use crate::order::{Contents, Order, State};

macro_rules! columns {
    () => {
        "district, id, uid, kind, issuer_post, lead_unit, head_posts, task, project, \
         issue_date, deadline, target_effect, state, acceptance, accept_time, conclusion, \
         close_time, create_time, update_time, revision"
    };
}

/// What a list of orders is narrowed to.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) lead_unit: Option<String>,
    pub(crate) task: Option<String>,
    pub(crate) project: Option<String>,
    pub(crate) state: Option<State>,
}

/// The order of that name; NOT_FOUND when there is none.
pub(crate) async fn get(tx: &mut Tx, name: &Name) -> Result<Order> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM issued_order WHERE district = $1 AND id = $2"),
        name.id("district"),
        name.id("order")
    )?;
    row.ok_or_else(|| name.not_found())?.try_into()
}

/// A page of a district's orders by id.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Order>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM issued_order WHERE district = "));
        q.push_bind(district);
        if let Some(after) = page.after() {
            q.push(" AND id > ").push_bind(after);
        }
        if let Some(lead_unit) = &filter.lead_unit {
            q.push(" AND lead_unit = ").push_bind(lead_unit);
        }
        if let Some(task) = &filter.task {
            q.push(" AND task = ").push_bind(task);
        }
        if let Some(project) = &filter.project {
            q.push(" AND project = ").push_bind(project);
        }
        if let Some(state) = filter.state {
            q.push(" AND state = ").push_bind(state as i64);
        }
        q.push(" ORDER BY id LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Order::try_from).collect()
}

/// Those of `ids` that are there.
pub(crate) async fn of(tx: &mut Tx, district: &str, ids: &[String]) -> Result<Vec<Order>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM issued_order WHERE district = "));
        q.push_bind(district).push(" AND id IN (");
        let mut listed = q.separated(", ");
        for id in ids {
            listed.push_bind(id);
        }
        q.push(")");
    })?;
    rows.into_iter().map(Order::try_from).collect()
}

/// Writes orders that are new, at revision 1, or one revision on from what is stored.
pub(crate) async fn save(tx: &mut Tx, all: impl IntoIterator<Item = &Order>) -> Result<()> {
    let all: Vec<&Order> = all.into_iter().collect();
    let saved = kit::insert_many!(
        tx,
        concat!("INSERT INTO issued_order (", columns!(), ") "),
        &all,
        |row, it| {
            row.push_bind(&it.district)
                .push_bind(&it.id)
                .push_bind(&it.uid)
                .push_bind(it.contents.kind as i64)
                .push_bind(&it.contents.issuer_post)
                .push_bind(&it.contents.lead_unit)
                .push_bind(lines(&it.contents.head_posts))
                .push_bind(&it.contents.task)
                .push_bind(&it.contents.project)
                .push_bind(date::to_text(it.contents.issue_date))
                .push_bind(date::to_text(it.contents.deadline))
                .push_bind(&it.contents.target_effect)
                .push_bind(it.contents.state as i64)
                .push_bind(&it.contents.acceptance)
                .push_bind(it.contents.accept_time.map(clock::to_micros))
                .push_bind(&it.contents.conclusion)
                .push_bind(it.contents.close_time.map(clock::to_micros))
                .push_bind(clock::to_micros(it.create_time))
                .push_bind(clock::to_micros(it.update_time))
                .push_bind(it.revision);
        },
        "ON CONFLICT (district, id) DO UPDATE SET
             kind = excluded.kind, issuer_post = excluded.issuer_post, lead_unit =
             excluded.lead_unit, head_posts = excluded.head_posts, task = excluded.task,
             project = excluded.project, issue_date = excluded.issue_date, deadline =
             excluded.deadline, target_effect = excluded.target_effect, state = excluded.state,
             acceptance = excluded.acceptance, accept_time = excluded.accept_time, conclusion =
             excluded.conclusion, close_time = excluded.close_time, update_time =
             excluded.update_time, revision = excluded.revision
         WHERE issued_order.revision = excluded.revision - 1"
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
    kind: i64,
    issuer_post: String,
    lead_unit: String,
    head_posts: String,
    task: Option<String>,
    project: Option<String>,
    issue_date: String,
    deadline: String,
    target_effect: String,
    state: i64,
    acceptance: String,
    accept_time: Option<i64>,
    conclusion: String,
    close_time: Option<i64>,
    create_time: i64,
    update_time: i64,
    revision: i64,
}

impl TryFrom<Row> for Order {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            district: row.district,
            id: row.id,
            uid: row.uid,
            contents: Contents {
                kind: row.kind.try_into()?,
                issuer_post: row.issuer_post,
                lead_unit: row.lead_unit,
                head_posts: from_lines(&row.head_posts),
                task: row.task,
                project: row.project,
                issue_date: date::from_text(&row.issue_date)?,
                deadline: date::from_text(&row.deadline)?,
                target_effect: row.target_effect,
                state: row.state.try_into()?,
                acceptance: row.acceptance,
                accept_time: row.accept_time.map(clock::from_micros).transpose()?,
                conclusion: row.conclusion,
                close_time: row.close_time.map(clock::from_micros).transpose()?,
            },
            create_time: clock::from_micros(row.create_time)?,
            update_time: clock::from_micros(row.update_time)?,
            revision: row.revision,
        })
    }
}
