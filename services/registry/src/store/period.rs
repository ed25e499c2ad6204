//! The period table.

use std::collections::HashSet;

use kit::db::Tx;
use kit::name::Name;
use kit::page::Page;
use kit::{Error, Result, clock, date};

use rulebook::Span;

use crate::period::{self, Contents, Kind, NAME, Period};

macro_rules! columns {
    () => {
        "district, id, uid, kind, start_date, end_date, theme, report_due_date, \
         create_time, update_time, revision"
    };
}

/// The period of that name; NOT_FOUND when there is none.
pub(crate) async fn get(tx: &mut Tx, name: &Name) -> Result<Period> {
    let found = find(tx, name.id("district"), name.id("period")).await?;
    found.ok_or_else(|| name.not_found())
}

/// The period of that id, if there is one.
pub(crate) async fn find(tx: &mut Tx, district: &str, id: &str) -> Result<Option<Period>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM period WHERE district = $1 AND id = $2"),
        district,
        id
    )?;
    row.map(Period::try_from).transpose()
}

/// A page of a district's periods by first day, the longer one first.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    kind: Option<Kind>,
    page: &Page,
) -> Result<Vec<Period>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM period WHERE district = "));
        q.push_bind(district);
        if let Some((start, kind)) = page.after().and_then(|key| key.split_once('/')) {
            let kind: i64 = kind.parse().unwrap_or_default();
            q.push(" AND start_date >= ").push_bind(start);
            q.push(" AND (start_date > ").push_bind(start);
            q.push(" OR kind < ").push_bind(kind).push(")");
        }
        if let Some(kind) = kind {
            q.push(" AND kind = ").push_bind(period::rank(kind));
        }
        q.push(" ORDER BY start_date, kind DESC LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Period::try_from).collect()
}

/// Where a period stands in the list.
pub(crate) fn key(period: &Period) -> String {
    let rank = period::rank(period::kind(&period.span));
    format!("{}/{rank}", date::to_text(period.span.first))
}

/// Periods that lie within `span`, a week by its last day, itself not among them, in the order of
/// the list.
pub(crate) async fn within(tx: &mut Tx, district: &str, span: &Span) -> Result<Vec<Period>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM period
              WHERE district = $1 AND end_date BETWEEN $2 AND $3 AND kind < $4
                  AND (kind = 0 OR start_date >= $2)
              ORDER BY start_date, kind DESC"
        ),
        district,
        date::to_text(span.first),
        date::to_text(span.last),
        period::rank(period::kind(span))
    )?;
    rows.into_iter().map(Period::try_from).collect()
}

/// The ids of a district's periods.
pub(crate) async fn ids(tx: &mut Tx, district: &str) -> Result<HashSet<String>> {
    let rows =
        kit::fetch_all!(tx, (String,), "SELECT id FROM period WHERE district = $1", district)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// True when the district has a period.
pub(crate) async fn any(tx: &mut Tx, district: &str) -> Result<bool> {
    let row = kit::fetch_optional!(
        tx,
        (i64,),
        "SELECT revision FROM period WHERE district = $1 LIMIT 1",
        district
    )?;
    Ok(row.is_some())
}

/// Writes a period that is new, at revision 1, or one revision on from what is stored.
pub(crate) async fn save(tx: &mut Tx, period: &Period) -> Result<()> {
    let saved = kit::execute!(
        tx,
        concat!(
            "INSERT INTO period (",
            columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             ON CONFLICT (district, id) DO UPDATE SET
                 theme = excluded.theme, report_due_date = excluded.report_due_date,
                 update_time = excluded.update_time, revision = excluded.revision
             WHERE period.revision = excluded.revision - 1"
        ),
        &period.district,
        &period.id,
        &period.uid,
        period::rank(period::kind(&period.span)),
        date::to_text(period.span.first),
        date::to_text(period.span.last),
        &period.contents.theme,
        date::to_text(period.contents.report_due_date),
        clock::to_micros(period.create_time),
        clock::to_micros(period.update_time),
        period.revision
    )?;
    match saved {
        0 if period.revision == 1 => Err(Error::already_exists(NAME.kind(), period.name())),
        0 => Err(Error::Conflict { name: period.name() }),
        _ => Ok(()),
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    id: String,
    uid: String,
    theme: String,
    report_due_date: String,
    create_time: i64,
    update_time: i64,
    revision: i64,
}

impl TryFrom<Row> for Period {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let span = period::span(&row.id);
        let span = span.ok_or_else(|| Error::internal(format!("{} is no period", row.id)))?;
        Ok(Self {
            district: row.district,
            id: row.id,
            uid: row.uid,
            span,
            contents: Contents {
                theme: row.theme,
                report_due_date: date::from_text(&row.report_due_date)?,
            },
            create_time: clock::from_micros(row.create_time)?,
            update_time: clock::from_micros(row.update_time)?,
            revision: row.revision,
        })
    }
}
