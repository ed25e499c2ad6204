//! The post table.

use kit::db::Tx;
use kit::name::Name;
use kit::page::Page;
use kit::{Error, Result, clock, date};

use crate::post::{Contents, Kind, Post};

macro_rules! columns {
    () => {
        "district, id, uid, display_name, unit, kind, rank, front, station, places, \
         start_date, end_date, create_time, update_time, revision"
    };
}

/// What a list of posts is narrowed to.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) unit: Option<String>,
    pub(crate) kind: Option<Kind>,
    pub(crate) front: Option<String>,
    pub(crate) station: Option<String>,
}

/// The post of that name; NOT_FOUND when there is none.
pub(crate) async fn get(tx: &mut Tx, name: &Name) -> Result<Post> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM post WHERE district = $1 AND id = $2"),
        name.id("district"),
        name.id("post")
    )?;
    row.ok_or_else(|| name.not_found())?.try_into()
}

/// A page of a district's posts by id.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Post>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM post WHERE district = "));
        q.push_bind(district);
        if let Some(after) = page.after() {
            q.push(" AND id > ").push_bind(after);
        }
        if let Some(unit) = &filter.unit {
            q.push(" AND unit = ").push_bind(unit);
        }
        if let Some(kind) = filter.kind {
            q.push(" AND kind = ").push_bind(kind as i64);
        }
        if let Some(front) = &filter.front {
            q.push(" AND front = ").push_bind(front);
        }
        if let Some(station) = &filter.station {
            q.push(" AND station = ").push_bind(station);
        }
        q.push(" ORDER BY id LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Post::try_from).collect()
}

/// Every post of a district by id.
pub(crate) async fn all(tx: &mut Tx, district: &str) -> Result<Vec<Post>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM post WHERE district = $1 ORDER BY id"),
        district
    )?;
    rows.into_iter().map(Post::try_from).collect()
}

/// Those of `ids` that are there.
pub(crate) async fn of(tx: &mut Tx, district: &str, ids: &[String]) -> Result<Vec<Post>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM post WHERE district = "));
        q.push_bind(district).push(" AND id IN (");
        let mut listed = q.separated(", ");
        for id in ids {
            listed.push_bind(id);
        }
        q.push(")");
    })?;
    rows.into_iter().map(Post::try_from).collect()
}

/// Writes posts that are new, at revision 1, or one revision on from what is stored.
pub(crate) async fn save(tx: &mut Tx, all: impl IntoIterator<Item = &Post>) -> Result<()> {
    let all: Vec<&Post> = all.into_iter().collect();
    let saved = kit::insert_many!(
        tx,
        concat!("INSERT INTO post (", columns!(), ") "),
        &all,
        |row, it| {
            row.push_bind(&it.district)
                .push_bind(&it.id)
                .push_bind(&it.uid)
                .push_bind(&it.contents.display_name)
                .push_bind(&it.contents.unit)
                .push_bind(it.contents.kind as i64)
                .push_bind(&it.contents.rank)
                .push_bind(&it.contents.front)
                .push_bind(&it.contents.station)
                .push_bind(i64::from(it.contents.places))
                .push_bind(it.contents.start_date.map(date::to_text))
                .push_bind(it.contents.end_date.map(date::to_text))
                .push_bind(clock::to_micros(it.create_time))
                .push_bind(clock::to_micros(it.update_time))
                .push_bind(it.revision);
        },
        "ON CONFLICT (district, id) DO UPDATE SET
             display_name = excluded.display_name, unit = excluded.unit, kind = excluded.kind,
             rank = excluded.rank, front = excluded.front, station = excluded.station, places =
             excluded.places, start_date = excluded.start_date, end_date = excluded.end_date,
             update_time = excluded.update_time, revision = excluded.revision
         WHERE post.revision = excluded.revision - 1"
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
    kind: i64,
    rank: String,
    front: Option<String>,
    station: Option<String>,
    places: i64,
    start_date: Option<String>,
    end_date: Option<String>,
    create_time: i64,
    update_time: i64,
    revision: i64,
}

impl TryFrom<Row> for Post {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            district: row.district,
            id: row.id,
            uid: row.uid,
            contents: Contents {
                display_name: row.display_name,
                unit: row.unit,
                kind: row.kind.try_into()?,
                rank: row.rank,
                front: row.front,
                station: row.station,
                places: i32::try_from(row.places).map_err(Error::internal)?,
                start_date: row.start_date.as_deref().map(date::from_text).transpose()?,
                end_date: row.end_date.as_deref().map(date::from_text).transpose()?,
            },
            create_time: clock::from_micros(row.create_time)?,
            update_time: clock::from_micros(row.update_time)?,
            revision: row.revision,
        })
    }
}
