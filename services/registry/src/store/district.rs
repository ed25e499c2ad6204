//! The district table.

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock};

use crate::district::{Contents, District, NAME};

macro_rules! columns {
    () => {
        "district, uid, display_name, time_zone, edition, create_time, update_time, revision"
    };
}

/// The district of that id; NOT_FOUND when there is none.
pub(crate) async fn get(tx: &mut Tx, id: &str) -> Result<District> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM district WHERE district = $1"),
        id
    )?;
    found(row, id)
}

/// Takes the district for this transaction, and moves its edition on. Writers of one district
/// go one after another from here, so what a decision has read still holds at its commit.
pub(crate) async fn lock(tx: &mut Tx, id: &str) -> Result<District> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!(
            "UPDATE district SET edition = edition + 1 WHERE district = $1 RETURNING ",
            columns!()
        ),
        id
    )?;
    found(row, id)
}

/// Takes the district for this transaction as `lock` does, for what no assignment shows: its
/// edition stays.
pub(crate) async fn hold(tx: &mut Tx, id: &str) -> Result<District> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("UPDATE district SET edition = edition WHERE district = $1 RETURNING ", columns!()),
        id
    )?;
    found(row, id)
}

/// A page of all districts by id.
pub(crate) async fn list(
    tx: &mut Tx,
    only: Option<&[String]>,
    page: &Page,
) -> Result<Vec<District>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM district WHERE district > "));
        q.push_bind(page.after().unwrap_or_default());
        if let Some(only) = only {
            q.push(" AND district IN (");
            let mut listed = q.separated(", ");
            for id in only {
                listed.push_bind(id);
            }
            q.push(")");
        }
        q.push(" ORDER BY district LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(District::try_from).collect()
}

/// Writes a new district; ALREADY_EXISTS when its id is taken.
pub(crate) async fn insert(tx: &mut Tx, district: &District) -> Result<()> {
    let inserted = kit::execute!(
        tx,
        concat!(
            "INSERT INTO district (",
            columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING"
        ),
        &district.id,
        &district.uid,
        &district.contents.display_name,
        &district.contents.time_zone,
        district.edition,
        clock::to_micros(district.create_time),
        clock::to_micros(district.update_time),
        district.revision
    )?;
    match inserted {
        0 => Err(Error::already_exists(NAME.kind(), district.name())),
        _ => Ok(()),
    }
}

/// Writes a district that is one revision on.
pub(crate) async fn update(tx: &mut Tx, district: &District) -> Result<()> {
    let updated = kit::execute!(
        tx,
        "UPDATE district SET display_name = $2, time_zone = $3, update_time = $4, revision = $5
         WHERE district = $1 AND revision = $5 - 1",
        &district.id,
        &district.contents.display_name,
        &district.contents.time_zone,
        clock::to_micros(district.update_time),
        district.revision
    )?;
    match updated {
        0 => Err(Error::Conflict { name: district.name() }),
        _ => Ok(()),
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    uid: String,
    display_name: String,
    time_zone: String,
    edition: i64,
    create_time: i64,
    update_time: i64,
    revision: i64,
}

impl TryFrom<Row> for District {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.district,
            uid: row.uid,
            contents: Contents { display_name: row.display_name, time_zone: row.time_zone },
            edition: row.edition,
            create_time: clock::from_micros(row.create_time)?,
            update_time: clock::from_micros(row.update_time)?,
            revision: row.revision,
        })
    }
}

fn found(row: Option<Row>, id: &str) -> Result<District> {
    match row {
        Some(row) => row.try_into(),
        None => Err(Error::not_found(NAME.kind(), NAME.format(&[id]))),
    }
}
