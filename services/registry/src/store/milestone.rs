//! The milestone table.

use jiff::civil::Date;
use kit::db::Tx;
use kit::name::Name;
use kit::page::Page;
use kit::{Error, Result, clock, date, decimal};

use crate::milestone::{Contents, Milestone};

macro_rules! columns {
    () => {
        "district, id, uid, owner, display_name, project, task, unit, start_date, plan_date, \
         forecast_date, actual_date, note, points, create_time, update_time, revision"
    };
}

/// What a list of milestones is narrowed to.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) project: Option<String>,
    pub(crate) task: Option<String>,
    pub(crate) unit: Option<String>,
}

/// The milestone of that name; NOT_FOUND when there is none.
pub(crate) async fn get(tx: &mut Tx, name: &Name) -> Result<Milestone> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM milestone WHERE district = $1 AND id = $2"),
        name.id("district"),
        name.id("milestone")
    )?;
    row.ok_or_else(|| name.not_found())?.try_into()
}

/// A page of a district's milestones by id.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Milestone>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM milestone WHERE district = "));
        q.push_bind(district);
        if let Some(after) = page.after() {
            q.push(" AND id > ").push_bind(after);
        }
        if let Some(project) = &filter.project {
            q.push(" AND project = ").push_bind(project);
        }
        if let Some(task) = &filter.task {
            q.push(" AND task = ").push_bind(task);
        }
        if let Some(unit) = &filter.unit {
            q.push(" AND unit = ").push_bind(unit);
        }
        q.push(" ORDER BY id LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Milestone::try_from).collect()
}

/// Those of `ids` that are there.
pub(crate) async fn of(tx: &mut Tx, district: &str, ids: &[String]) -> Result<Vec<Milestone>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM milestone WHERE district = "));
        q.push_bind(district).push(" AND id IN (");
        let mut listed = q.separated(", ");
        for id in ids {
            listed.push_bind(id);
        }
        q.push(")");
    })?;
    rows.into_iter().map(Milestone::try_from).collect()
}

/// Those planned for one of these days, by planned day and id.
pub(crate) async fn planned(
    tx: &mut Tx,
    district: &str,
    first: Date,
    last: Date,
) -> Result<Vec<Milestone>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM milestone WHERE district = $1 AND plan_date BETWEEN $2 AND $3 ORDER BY plan_date, id"
        ),
        district,
        date::to_text(first),
        date::to_text(last)
    )?;
    rows.into_iter().map(Milestone::try_from).collect()
}

/// Those planned for a day of the year before `day` and not reached by then, by planned day and id.
pub(crate) async fn overdue(tx: &mut Tx, district: &str, day: Date) -> Result<Vec<Milestone>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM milestone WHERE district = $1 AND plan_date >= $2 AND plan_date < $3
                 AND (actual_date IS NULL OR actual_date >= $3) ORDER BY plan_date, id"
        ),
        district,
        date::to_text(day.first_of_year()),
        date::to_text(day)
    )?;
    rows.into_iter().map(Milestone::try_from).collect()
}

/// Writes milestones that are new, at revision 1, or one revision on from what is stored.
pub(crate) async fn save(tx: &mut Tx, all: impl IntoIterator<Item = &Milestone>) -> Result<()> {
    let all: Vec<&Milestone> = all.into_iter().collect();
    let saved = kit::insert_many!(
        tx,
        concat!("INSERT INTO milestone (", columns!(), ") "),
        &all,
        |row, it| {
            row.push_bind(&it.district)
                .push_bind(&it.id)
                .push_bind(&it.uid)
                .push_bind(it.contents.owner())
                .push_bind(&it.contents.display_name)
                .push_bind(&it.contents.project)
                .push_bind(&it.contents.task)
                .push_bind(&it.contents.unit)
                .push_bind(date::to_text(it.contents.start_date))
                .push_bind(date::to_text(it.contents.plan_date))
                .push_bind(it.contents.forecast_date.map(date::to_text))
                .push_bind(it.contents.actual_date.map(date::to_text))
                .push_bind(&it.contents.note)
                .push_bind(decimal::to_text(it.contents.points))
                .push_bind(clock::to_micros(it.create_time))
                .push_bind(clock::to_micros(it.update_time))
                .push_bind(it.revision);
        },
        "ON CONFLICT (district, id) DO UPDATE SET
             owner = excluded.owner, display_name = excluded.display_name, project = excluded.project, task =
             excluded.task, unit = excluded.unit, start_date = excluded.start_date, plan_date =
             excluded.plan_date, forecast_date = excluded.forecast_date, actual_date =
             excluded.actual_date, note = excluded.note, points = excluded.points, update_time = excluded.update_time,
             revision = excluded.revision
         WHERE milestone.revision = excluded.revision - 1"
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
    project: Option<String>,
    task: Option<String>,
    unit: Option<String>,
    start_date: String,
    plan_date: String,
    forecast_date: Option<String>,
    actual_date: Option<String>,
    note: String,
    points: String,
    create_time: i64,
    update_time: i64,
    revision: i64,
}

impl TryFrom<Row> for Milestone {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            district: row.district,
            id: row.id,
            uid: row.uid,
            contents: Contents {
                display_name: row.display_name,
                project: row.project,
                task: row.task,
                unit: row.unit,
                start_date: date::from_text(&row.start_date)?,
                plan_date: date::from_text(&row.plan_date)?,
                forecast_date: row.forecast_date.as_deref().map(date::from_text).transpose()?,
                actual_date: row.actual_date.as_deref().map(date::from_text).transpose()?,
                note: row.note,
                points: decimal::from_text(&row.points)?,
            },
            create_time: clock::from_micros(row.create_time)?,
            update_time: clock::from_micros(row.update_time)?,
            revision: row.revision,
        })
    }
}

/// What a chart is narrowed to.
#[derive(Debug)]
pub(crate) struct Chart {
    /// `projects/…` or `tasks/…`.
    pub(crate) owner: Option<String>,
    /// Id of the unit responsible.
    pub(crate) unit: Option<String>,
}

/// A page of a chart: milestones with the name of their owner, by owner, then by planned day.
pub(crate) async fn chart(
    tx: &mut Tx,
    district: &str,
    chart: &Chart,
    page: &Page,
) -> Result<Vec<(Milestone, String)>> {
    let after = page.after().map(from_key).transpose()?;
    let rows = kit::query!(tx, BarRow, |q| {
        q.push(
            "SELECT m.*, COALESCE(p.display_name, t.display_name) AS owner_display_name
             FROM milestone m
             LEFT JOIN project p ON p.district = m.district AND p.id = m.project
             LEFT JOIN task t ON t.district = m.district AND t.id = m.task
             WHERE m.district = ",
        );
        q.push_bind(district);
        if let Some((owner, plan_date, id)) = &after {
            q.push(" AND (m.owner, m.plan_date, m.id) > (").push_bind(owner);
            q.push(", ").push_bind(plan_date).push(", ").push_bind(id).push(")");
        }
        if let Some(owner) = &chart.owner {
            q.push(" AND m.owner = ").push_bind(owner);
        }
        if let Some(unit) = &chart.unit {
            q.push(" AND m.unit = ").push_bind(unit);
        }
        q.push(" ORDER BY m.owner, m.plan_date, m.id LIMIT ").push_bind(page.limit());
    })?;
    let bar = |row: BarRow| Ok((row.milestone.try_into()?, row.owner_display_name));
    rows.into_iter().map(bar).collect()
}

/// Where a bar stands in the order of charts.
pub(crate) fn key(bar: &(Milestone, String)) -> String {
    let Contents { plan_date, .. } = &bar.0.contents;
    format!("{} {} {}", bar.0.contents.owner(), date::to_text(*plan_date), bar.0.id)
}

fn from_key(key: &str) -> Result<(String, String, String)> {
    let parts: Vec<&str> = key.split(' ').collect();
    match parts[..] {
        [owner, plan_date, id] => Ok((owner.to_owned(), plan_date.to_owned(), id.to_owned())),
        _ => Err(Error::invalid("page_token", "PAGE_TOKEN", "is not a token of a chart")),
    }
}

#[derive(sqlx::FromRow)]
struct BarRow {
    #[sqlx(flatten)]
    milestone: Row,
    owner_display_name: String,
}
