//! The plate table.

use kit::db::Tx;
use kit::name::Name;
use kit::page::Page;
use kit::{Error, Result, clock};

use crate::plate::{Contents, Plate};

macro_rules! columns {
    () => {
        "district, id, uid, display_name, unit, task, project, period, description, \
         create_time, update_time, revision"
    };
}

/// What a list of plates is narrowed to.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) unit: Option<String>,
    pub(crate) period: Option<String>,
}

/// The plate of that name; NOT_FOUND when there is none.
pub(crate) async fn get(tx: &mut Tx, name: &Name) -> Result<Plate> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM plate WHERE district = $1 AND id = $2"),
        name.id("district"),
        name.id("plate")
    )?;
    row.ok_or_else(|| name.not_found())?.try_into()
}

/// A page of a district's plates by id.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Plate>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM plate WHERE district = "));
        q.push_bind(district);
        if let Some(after) = page.after() {
            q.push(" AND id > ").push_bind(after);
        }
        if let Some(unit) = &filter.unit {
            q.push(" AND unit = ").push_bind(unit);
        }
        if let Some(period) = &filter.period {
            q.push(" AND period = ").push_bind(period);
        }
        q.push(" ORDER BY id LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Plate::try_from).collect()
}

/// Those of `ids` that are there.
pub(crate) async fn of(tx: &mut Tx, district: &str, ids: &[String]) -> Result<Vec<Plate>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM plate WHERE district = "));
        q.push_bind(district).push(" AND id IN (");
        let mut listed = q.separated(", ");
        for id in ids {
            listed.push_bind(id);
        }
        q.push(")");
    })?;
    rows.into_iter().map(Plate::try_from).collect()
}

/// Writes plates that are new, at revision 1, or one revision on from what is stored.
pub(crate) async fn save(tx: &mut Tx, all: impl IntoIterator<Item = &Plate>) -> Result<()> {
    let all: Vec<&Plate> = all.into_iter().collect();
    let saved = kit::insert_many!(
        tx,
        concat!("INSERT INTO plate (", columns!(), ") "),
        &all,
        |row, it| {
            row.push_bind(&it.district)
                .push_bind(&it.id)
                .push_bind(&it.uid)
                .push_bind(&it.contents.display_name)
                .push_bind(&it.contents.unit)
                .push_bind(&it.contents.task)
                .push_bind(&it.contents.project)
                .push_bind(&it.contents.period)
                .push_bind(&it.contents.description)
                .push_bind(clock::to_micros(it.create_time))
                .push_bind(clock::to_micros(it.update_time))
                .push_bind(it.revision);
        },
        "ON CONFLICT (district, id) DO UPDATE SET
             display_name = excluded.display_name, unit = excluded.unit, task = excluded.task,
             project = excluded.project, period = excluded.period, description =
             excluded.description, update_time = excluded.update_time, revision =
             excluded.revision
         WHERE plate.revision = excluded.revision - 1"
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
    unit: String,
    task: Option<String>,
    project: Option<String>,
    period: Option<String>,
    description: String,
    create_time: i64,
    update_time: i64,
    revision: i64,
}

impl TryFrom<Row> for Plate {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            district: row.district,
            id: row.id,
            uid: row.uid,
            contents: Contents {
                display_name: row.display_name,
                unit: row.unit,
                task: row.task,
                project: row.project,
                period: row.period,
                description: row.description,
            },
            create_time: clock::from_micros(row.create_time)?,
            update_time: clock::from_micros(row.update_time)?,
            revision: row.revision,
        })
    }
}
