//! The ledger of visits.

use jiff::civil::Date;
use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock, date};

use super::{from_lines, lines};
use crate::visit::Visit;

macro_rules! columns {
    () => {
        "district, sequence, project, task, leader_post, day, kind, units, decisions, note, \
         create_time"
    };
}

/// What a list of visits is narrowed to.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) project: Option<String>,
    pub(crate) task: Option<String>,
    pub(crate) leader_post: Option<String>,
}

/// A page of a district's visits in the order in which they were recorded.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Visit>> {
    let after = page.after_number()?;
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM visit WHERE district = "));
        q.push_bind(district);
        if let Some(after) = after {
            q.push(" AND sequence > ").push_bind(after);
        }
        if let Some(project) = &filter.project {
            q.push(" AND project = ").push_bind(project);
        }
        if let Some(task) = &filter.task {
            q.push(" AND task = ").push_bind(task);
        }
        if let Some(leader_post) = &filter.leader_post {
            q.push(" AND leader_post = ").push_bind(leader_post);
        }
        q.push(" ORDER BY sequence LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Visit::try_from).collect()
}

/// Every visit of the district from `first` to `last`.
pub(crate) async fn during(
    tx: &mut Tx,
    district: &str,
    first: Date,
    last: Date,
) -> Result<Vec<Visit>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM visit WHERE district = $1 AND day >= $2 AND day <= $3"
        ),
        district,
        date::to_text(first),
        date::to_text(last)
    )?;
    rows.into_iter().map(Visit::try_from).collect()
}

/// The number of the last visit of the district, 0 when there is none.
pub(crate) async fn last(tx: &mut Tx, district: &str) -> Result<i64> {
    let (last,) = kit::fetch_one!(
        tx,
        (i64,),
        "SELECT COALESCE(MAX(sequence), 0) FROM visit WHERE district = $1",
        district
    )?;
    Ok(last)
}

/// Writes visits down for good.
pub(crate) async fn insert(tx: &mut Tx, visits: &[Visit]) -> Result<()> {
    kit::insert_many!(tx, concat!("INSERT INTO visit (", columns!(), ") "), visits, |row, it| {
        row.push_bind(&it.district)
            .push_bind(it.sequence)
            .push_bind(&it.project)
            .push_bind(&it.task)
            .push_bind(&it.leader_post)
            .push_bind(date::to_text(it.day))
            .push_bind(it.kind as i64)
            .push_bind(lines(&it.units))
            .push_bind(lines(&it.decisions))
            .push_bind(&it.note)
            .push_bind(clock::to_micros(it.create_time));
    })?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    sequence: i64,
    project: Option<String>,
    task: Option<String>,
    leader_post: String,
    day: String,
    kind: i64,
    units: String,
    decisions: String,
    note: String,
    create_time: i64,
}

impl TryFrom<Row> for Visit {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            district: row.district,
            sequence: row.sequence,
            project: row.project,
            task: row.task,
            leader_post: row.leader_post,
            day: date::from_text(&row.day)?,
            kind: row.kind.try_into()?,
            units: from_lines(&row.units),
            decisions: from_lines(&row.decisions),
            note: row.note,
            create_time: clock::from_micros(row.create_time)?,
        })
    }
}
