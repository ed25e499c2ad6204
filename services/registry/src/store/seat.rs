//! The seat table.

use kit::db::Tx;
use kit::name::Name;
use kit::page::Page;
use kit::{Error, Result, clock};

use super::{from_lines, lines};
use crate::seat::{Contents, Seat};

macro_rules! columns {
    () => {
        "district, id, uid, unit, role, least, most, partner_units, post, duties, \
         create_time, update_time, revision"
    };
}

/// What a list of seats is narrowed to.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) unit: Option<String>,
}

/// The seat of that name; NOT_FOUND when there is none.
pub(crate) async fn get(tx: &mut Tx, name: &Name) -> Result<Seat> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM seat WHERE district = $1 AND id = $2"),
        name.id("district"),
        name.id("seat")
    )?;
    row.ok_or_else(|| name.not_found())?.try_into()
}

/// A page of a district's seats by id.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Seat>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM seat WHERE district = "));
        q.push_bind(district);
        if let Some(after) = page.after() {
            q.push(" AND id > ").push_bind(after);
        }
        if let Some(unit) = &filter.unit {
            q.push(" AND unit = ").push_bind(unit);
        }
        q.push(" ORDER BY id LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Seat::try_from).collect()
}

/// Those of `ids` that are there.
pub(crate) async fn of(tx: &mut Tx, district: &str, ids: &[String]) -> Result<Vec<Seat>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM seat WHERE district = "));
        q.push_bind(district).push(" AND id IN (");
        let mut listed = q.separated(", ");
        for id in ids {
            listed.push_bind(id);
        }
        q.push(")");
    })?;
    rows.into_iter().map(Seat::try_from).collect()
}

/// Writes seats that are new, at revision 1, or one revision on from what is stored.
pub(crate) async fn save(tx: &mut Tx, all: impl IntoIterator<Item = &Seat>) -> Result<()> {
    let all: Vec<&Seat> = all.into_iter().collect();
    let saved = kit::insert_many!(
        tx,
        concat!("INSERT INTO seat (", columns!(), ") "),
        &all,
        |row, it| {
            row.push_bind(&it.district)
                .push_bind(&it.id)
                .push_bind(&it.uid)
                .push_bind(&it.contents.unit)
                .push_bind(it.contents.role as i64)
                .push_bind(i64::from(it.contents.least))
                .push_bind(i64::from(it.contents.most))
                .push_bind(lines(&it.contents.partner_units))
                .push_bind(&it.contents.post)
                .push_bind(&it.contents.duties)
                .push_bind(clock::to_micros(it.create_time))
                .push_bind(clock::to_micros(it.update_time))
                .push_bind(it.revision);
        },
        "ON CONFLICT (district, id) DO UPDATE SET
             unit = excluded.unit, role = excluded.role, least = excluded.least, most =
             excluded.most, partner_units = excluded.partner_units, post = excluded.post,
             duties = excluded.duties, update_time = excluded.update_time, revision =
             excluded.revision
         WHERE seat.revision = excluded.revision - 1"
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
    unit: String,
    role: i64,
    least: i64,
    most: i64,
    partner_units: String,
    post: Option<String>,
    duties: String,
    create_time: i64,
    update_time: i64,
    revision: i64,
}

impl TryFrom<Row> for Seat {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            district: row.district,
            id: row.id,
            uid: row.uid,
            contents: Contents {
                unit: row.unit,
                role: row.role.try_into()?,
                least: i32::try_from(row.least).map_err(Error::internal)?,
                most: i32::try_from(row.most).map_err(Error::internal)?,
                partner_units: from_lines(&row.partner_units),
                post: row.post,
                duties: row.duties,
            },
            create_time: clock::from_micros(row.create_time)?,
            update_time: clock::from_micros(row.update_time)?,
            revision: row.revision,
        })
    }
}
