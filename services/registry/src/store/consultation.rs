//! The consultation table.

use kit::db::Tx;
use kit::name::Name;
use kit::page::Page;
use kit::{Error, Result, clock, date};

use super::{from_lines, lines};
use crate::consultation::{Consultation, Contents};

macro_rules! columns {
    () => {
        "district, id, uid, scheme, units, due_date, binding, close_time, comments, answered, \
         create_time, update_time, revision"
    };
}

/// The consultation of that name; NOT_FOUND when there is none.
pub(crate) async fn get(tx: &mut Tx, name: &Name) -> Result<Consultation> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM consultation WHERE district = $1 AND id = $2"),
        name.id("district"),
        name.id("consultation")
    )?;
    row.ok_or_else(|| name.not_found())?.try_into()
}

/// A page of a district's consultations by id.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    scheme: Option<&str>,
    page: &Page,
) -> Result<Vec<Consultation>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM consultation WHERE district = "));
        q.push_bind(district);
        if let Some(after) = page.after() {
            q.push(" AND id > ").push_bind(after);
        }
        if let Some(scheme) = scheme {
            q.push(" AND scheme = ").push_bind(scheme);
        }
        q.push(" ORDER BY id LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Consultation::try_from).collect()
}

/// Every consultation on a scheme.
pub(crate) async fn of_scheme(
    tx: &mut Tx,
    district: &str,
    scheme: &str,
) -> Result<Vec<Consultation>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM consultation WHERE district = $1 AND scheme = $2 ORDER BY id"
        ),
        district,
        scheme
    )?;
    rows.into_iter().map(Consultation::try_from).collect()
}

/// Writes a consultation that is new, at revision 1, or one revision on from what is stored.
pub(crate) async fn save(tx: &mut Tx, it: &Consultation) -> Result<()> {
    let saved = kit::execute!(
        tx,
        concat!(
            "INSERT INTO consultation (",
            columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
             ON CONFLICT (district, id) DO UPDATE SET
                 close_time = excluded.close_time, comments = excluded.comments,
                 answered = excluded.answered, update_time = excluded.update_time,
                 revision = excluded.revision
             WHERE consultation.revision = excluded.revision - 1"
        ),
        &it.district,
        &it.id,
        &it.uid,
        &it.contents.scheme,
        lines(&it.contents.units),
        date::to_text(it.contents.due_date),
        it.contents.binding,
        it.contents.close_time.map(clock::to_micros),
        i64::from(it.contents.comments),
        i64::from(it.contents.answered),
        clock::to_micros(it.create_time),
        clock::to_micros(it.update_time),
        it.revision
    )?;
    if saved == 0 { Err(it.refused()) } else { Ok(()) }
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    id: String,
    uid: String,
    scheme: String,
    units: String,
    due_date: String,
    binding: bool,
    close_time: Option<i64>,
    comments: i64,
    answered: i64,
    create_time: i64,
    update_time: i64,
    revision: i64,
}

impl TryFrom<Row> for Consultation {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let count = |number: i64| i32::try_from(number).map_err(Error::internal);
        Ok(Self {
            district: row.district,
            id: row.id,
            uid: row.uid,
            contents: Contents {
                scheme: row.scheme,
                units: from_lines(&row.units),
                due_date: date::from_text(&row.due_date)?,
                binding: row.binding,
                close_time: row.close_time.map(clock::from_micros).transpose()?,
                comments: count(row.comments)?,
                answered: count(row.answered)?,
            },
            create_time: clock::from_micros(row.create_time)?,
            update_time: clock::from_micros(row.update_time)?,
            revision: row.revision,
        })
    }
}
