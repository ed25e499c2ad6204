//! The unit table.

use std::collections::HashSet;

use kit::db::Tx;
use kit::name::Name;
use kit::page::Page;
use kit::{Error, Result, clock};

use crate::unit::{Contents, Forest, Kind, NAME, Node, Unit};

macro_rules! columns {
    () => {
        "district, id, uid, display_name, parent, kind, category, \
         retire_time, create_time, update_time, revision"
    };
}

/// What a list of units is narrowed to.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) kind: Option<Kind>,
    pub(crate) category: Option<String>,
    /// Id of the unit directly above.
    pub(crate) under: Option<String>,
    pub(crate) show_retired: bool,
}

/// The unit of that name; NOT_FOUND when there is none.
pub(crate) async fn get(tx: &mut Tx, name: &Name) -> Result<Unit> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM unit WHERE district = $1 AND id = $2"),
        name.id("district"),
        name.id("unit")
    )?;
    row.ok_or_else(|| name.not_found())?.try_into()
}

/// A page of a district's units by id.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Unit>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM unit WHERE district = "));
        q.push_bind(district);
        if let Some(after) = page.after() {
            q.push(" AND id > ").push_bind(after);
        }
        if let Some(kind) = filter.kind {
            q.push(" AND kind = ").push_bind(kind as i64);
        }
        if let Some(category) = &filter.category {
            q.push(" AND category = ").push_bind(category);
        }
        if let Some(under) = &filter.under {
            q.push(" AND parent = ").push_bind(under);
        }
        if !filter.show_retired {
            q.push(" AND retire_time IS NULL");
        }
        q.push(" ORDER BY id LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Unit::try_from).collect()
}

/// Every unit of a district by id, retired ones too.
pub(crate) async fn all(tx: &mut Tx, district: &str) -> Result<Vec<Unit>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM unit WHERE district = $1 ORDER BY id"),
        district
    )?;
    rows.into_iter().map(Unit::try_from).collect()
}

/// The ids of a district's units, retired ones too.
pub(crate) async fn ids(tx: &mut Tx, district: &str) -> Result<HashSet<String>> {
    let rows = kit::fetch_all!(tx, (String,), "SELECT id FROM unit WHERE district = $1", district)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Who stands below whom in a district.
pub(crate) async fn forest(tx: &mut Tx, district: &str) -> Result<Forest> {
    let rows = kit::fetch_all!(
        tx,
        (String, Option<String>, Option<i64>),
        "SELECT id, parent, retire_time FROM unit WHERE district = $1",
        district
    )?;
    let nodes = rows.into_iter().map(|(id, parent, retire_time)| {
        let is_retired = retire_time.is_some();
        (id, Node { parent, is_retired })
    });
    Ok(Forest::new(district, nodes.collect()))
}

/// Writes units that are new, at revision 1, or one revision on from what is stored.
pub(crate) async fn save(tx: &mut Tx, units: impl IntoIterator<Item = &Unit>) -> Result<()> {
    let units: Vec<&Unit> = units.into_iter().collect();
    let saved = kit::insert_many!(
        tx,
        concat!("INSERT INTO unit (", columns!(), ") "),
        &units,
        |row, unit| {
            row.push_bind(&unit.district)
                .push_bind(&unit.id)
                .push_bind(&unit.uid)
                .push_bind(&unit.contents.display_name)
                .push_bind(&unit.contents.parent)
                .push_bind(unit.contents.kind as i64)
                .push_bind(&unit.contents.category)
                .push_bind(unit.retire_time.map(clock::to_micros))
                .push_bind(clock::to_micros(unit.create_time))
                .push_bind(clock::to_micros(unit.update_time))
                .push_bind(unit.revision);
        },
        "ON CONFLICT (district, id) DO UPDATE SET
             display_name = excluded.display_name, parent = excluded.parent,
             kind = excluded.kind, category = excluded.category,
             retire_time = excluded.retire_time, update_time = excluded.update_time,
             revision = excluded.revision
         WHERE unit.revision = excluded.revision - 1"
    )?;
    match units.first() {
        Some(unit) if saved < units.len() as u64 => Err(refused(unit)),
        _ => Ok(()),
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    id: String,
    uid: String,
    display_name: String,
    parent: Option<String>,
    kind: i64,
    category: Option<String>,
    retire_time: Option<i64>,
    create_time: i64,
    update_time: i64,
    revision: i64,
}

impl TryFrom<Row> for Unit {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            district: row.district,
            id: row.id,
            uid: row.uid,
            contents: Contents {
                display_name: row.display_name,
                parent: row.parent,
                kind: row.kind.try_into()?,
                category: row.category,
            },
            retire_time: row.retire_time.map(clock::from_micros).transpose()?,
            create_time: clock::from_micros(row.create_time)?,
            update_time: clock::from_micros(row.update_time)?,
            revision: row.revision,
        })
    }
}

fn refused(unit: &Unit) -> Error {
    match unit.revision {
        1 => Error::already_exists(NAME.kind(), unit.name()),
        _ => Error::Conflict { name: unit.name() },
    }
}
