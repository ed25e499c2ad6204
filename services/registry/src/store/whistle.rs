//! The whistle table.

use jiff::civil::Date;
use kit::db::Tx;
use kit::name::Name;
use kit::page::Page;
use kit::{Error, Result, clock, date};

use super::{from_lines, lines};
use crate::whistle::{Answer, Contents, State, Whistle};

macro_rules! columns {
    () => {
        "district, id, uid, community, topic, units, raise_date, due_date, state, \
         answers, close_date, create_time, update_time, revision"
    };
}

/// What a list of whistles is narrowed to.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) community: Option<String>,
    pub(crate) state: Option<State>,
}

/// The whistle of that name; NOT_FOUND when there is none.
pub(crate) async fn get(tx: &mut Tx, name: &Name) -> Result<Whistle> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM whistle WHERE district = $1 AND id = $2"),
        name.id("district"),
        name.id("whistle")
    )?;
    row.ok_or_else(|| name.not_found())?.try_into()
}

/// A page of a district's whistles by id.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Whistle>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM whistle WHERE district = "));
        q.push_bind(district);
        if let Some(after) = page.after() {
            q.push(" AND id > ").push_bind(after);
        }
        if let Some(community) = &filter.community {
            q.push(" AND community = ").push_bind(community);
        }
        if let Some(state) = filter.state {
            q.push(" AND state = ").push_bind(state as i64);
        }
        q.push(" ORDER BY id LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Whistle::try_from).collect()
}

/// Those of `ids` that are there.
pub(crate) async fn of(tx: &mut Tx, district: &str, ids: &[String]) -> Result<Vec<Whistle>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM whistle WHERE district = "));
        q.push_bind(district).push(" AND id IN (");
        let mut listed = q.separated(", ");
        for id in ids {
            listed.push_bind(id);
        }
        q.push(")");
    })?;
    rows.into_iter().map(Whistle::try_from).collect()
}

/// Writes whistles that are new, at revision 1, or one revision on from what is stored.
pub(crate) async fn save(tx: &mut Tx, all: impl IntoIterator<Item = &Whistle>) -> Result<()> {
    let all: Vec<&Whistle> = all.into_iter().collect();
    let saved = kit::insert_many!(
        tx,
        concat!("INSERT INTO whistle (", columns!(), ") "),
        &all,
        |row, it| {
            row.push_bind(&it.district)
                .push_bind(&it.id)
                .push_bind(&it.uid)
                .push_bind(&it.contents.community)
                .push_bind(&it.contents.topic)
                .push_bind(lines(&it.contents.units))
                .push_bind(date::to_text(it.contents.raise_date))
                .push_bind(date::to_text(it.contents.due_date))
                .push_bind(it.contents.state as i64)
                .push_bind(answers(&it.contents.answers))
                .push_bind(it.contents.close_date.map(date::to_text))
                .push_bind(clock::to_micros(it.create_time))
                .push_bind(clock::to_micros(it.update_time))
                .push_bind(it.revision);
        },
        "ON CONFLICT (district, id) DO UPDATE SET
             community = excluded.community, topic = excluded.topic, units = excluded.units,
             raise_date = excluded.raise_date, due_date = excluded.due_date, state =
             excluded.state, answers = excluded.answers, close_date = excluded.close_date,
             update_time = excluded.update_time, revision = excluded.revision
         WHERE whistle.revision = excluded.revision - 1"
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
    community: String,
    topic: String,
    units: String,
    raise_date: String,
    due_date: String,
    state: i64,
    answers: String,
    close_date: Option<String>,
    create_time: i64,
    update_time: i64,
    revision: i64,
}

impl TryFrom<Row> for Whistle {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            district: row.district,
            id: row.id,
            uid: row.uid,
            contents: Contents {
                community: row.community,
                topic: row.topic,
                units: from_lines(&row.units),
                raise_date: date::from_text(&row.raise_date)?,
                due_date: date::from_text(&row.due_date)?,
                state: row.state.try_into()?,
                answers: from_answers(&row.answers)?,
                close_date: row.close_date.as_deref().map(date::from_text).transpose()?,
            },
            create_time: clock::from_micros(row.create_time)?,
            update_time: clock::from_micros(row.update_time)?,
            revision: row.revision,
        })
    }
}

/// Those raised from `first` to `last`.
pub(crate) async fn raised(
    tx: &mut Tx,
    district: &str,
    first: Date,
    last: Date,
) -> Result<Vec<Whistle>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM whistle WHERE district = $1 AND raise_date >= $2 AND raise_date <= $3"
        ),
        district,
        date::to_text(first),
        date::to_text(last)
    )?;
    rows.into_iter().map(Whistle::try_from).collect()
}

/// Answers as a column holds them: a line each, the day after the department.
fn answers(answers: &[Answer]) -> String {
    let line = |answer: &Answer| format!("{} {}", answer.unit, date::to_text(answer.date));
    lines(&answers.iter().map(line).collect::<Vec<_>>())
}

fn from_answers(text: &str) -> Result<Vec<Answer>> {
    let answer = |line: String| {
        let (unit, day) =
            line.split_once(' ').ok_or_else(|| Error::internal("an answer without a day"))?;
        Ok(Answer { unit: unit.to_owned(), date: date::from_text(day)? })
    };
    from_lines(text).into_iter().map(answer).collect()
}
