//! Rectifications and their steps.

use std::collections::HashSet;

use jiff::ToSpan as _;
use jiff::civil::Date;
use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock, date};

use crate::rectification::{Ageing, Evidence, Place, Rectification, State, Step};

macro_rules! columns {
    () => {
        "district, letter, recipient, state, due_date, level, escalate_date, steps, create_time, \
         problem"
    };
}

/// The one of a place.
pub(crate) async fn get(
    tx: &mut Tx,
    district: &str,
    place: Place,
) -> Result<Option<Rectification>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM rectification WHERE district = $1 AND letter = $2"),
        district,
        place.number()
    )?;
    row.map(Rectification::try_from).transpose()
}

/// What a list of rectifications is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) recipient: Option<String>,
    pub(crate) state: Option<State>,
    /// The first and the last place.
    pub(crate) places: Option<(Place, Place)>,
}

/// A page by their places.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Rectification>> {
    let after = page.after_number()?.unwrap_or_default();
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM rectification WHERE district = "));
        q.push_bind(district).push(" AND letter > ").push_bind(after);
        if let Some((first, last)) = filter.places {
            q.push(" AND letter >= ").push_bind(first.number());
            q.push(" AND letter <= ").push_bind(last.number());
        }
        if let Some(recipient) = &filter.recipient {
            q.push(" AND recipient = ").push_bind(recipient);
        }
        if let Some(state) = filter.state {
            q.push(" AND state = ").push_bind(state as i64);
        }
        q.push(" ORDER BY letter LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Rectification::try_from).collect()
}

/// A page of those that the unit owes and whose due date lies before `today`, the oldest first.
pub(crate) async fn overdue(
    tx: &mut Tx,
    district: &str,
    today: Date,
    after: Option<(String, i64)>,
    limit: i64,
) -> Result<Vec<Rectification>> {
    let (due, place) = after.unwrap_or_default();
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM rectification WHERE district = $1 AND state IN (1, 2) AND due_date < $2
              AND (due_date, letter) > ($3, $4) ORDER BY due_date, letter LIMIT $5"
        ),
        district,
        date::to_text(today),
        due,
        place,
        limit
    )?;
    rows.into_iter().map(Rectification::try_from).collect()
}

/// How old a district's rectifications are.
pub(crate) async fn ageing(tx: &mut Tx, district: &str, today: Date) -> Result<Ageing> {
    let ago = |days: i64| today.checked_sub(days.days()).map_err(Error::internal);
    let (week, month) = (date::to_text(ago(7)?), date::to_text(ago(30)?));
    let rows = kit::fetch_all!(
        tx,
        (i64, i64, i64, i64, i64),
        "SELECT state, COUNT(*),
             CAST(SUM(CASE WHEN due_date < $2 AND due_date >= $3 THEN 1 ELSE 0 END) AS BIGINT),
             CAST(SUM(CASE WHEN due_date < $3 AND due_date >= $4 THEN 1 ELSE 0 END) AS BIGINT),
             CAST(SUM(CASE WHEN due_date < $4 THEN 1 ELSE 0 END) AS BIGINT)
         FROM rectification WHERE district = $1 GROUP BY state",
        district,
        date::to_text(today),
        week,
        month
    )?;
    let mut ageing = Ageing::default();
    for (state, count, within_week, within_month, longer) in rows {
        let state = State::try_from(state)?;
        ageing.states[state as usize - 1] = count;
        if matches!(state, State::AwaitingPlan | State::UnderWay) {
            ageing.overdue[0] += within_week;
            ageing.overdue[1] += within_month;
            ageing.overdue[2] += longer;
        }
    }
    Ok(ageing)
}

/// Those of the places whose plan is awaited.
pub(crate) async fn awaiting(
    tx: &mut Tx,
    district: &str,
    places: &[Place],
) -> Result<HashSet<Place>> {
    if places.is_empty() {
        return Ok(HashSet::new());
    }
    let rows = kit::query!(tx, (i64,), |q| {
        q.push("SELECT letter FROM rectification WHERE district = ").push_bind(district);
        q.push(" AND state = 1 AND letter IN (");
        let mut list = q.separated(", ");
        for place in places {
            list.push_bind(place.number());
        }
        q.push(")");
    })?;
    Ok(rows.into_iter().map(|(place,)| Place::stored(place)).collect())
}

/// The districts in which somebody may have to be spoken to on `latest` or before. Named by an
/// expression, lest SQLite go through all by an index that is in their order.
pub(crate) async fn late_districts(tx: &mut Tx, latest: Date) -> Result<Vec<String>> {
    let rows = kit::fetch_all!(
        tx,
        (String,),
        "SELECT DISTINCT district || '' FROM rectification
         WHERE escalate_date <> '' AND escalate_date <= $1 ORDER BY 1",
        date::to_text(latest)
    )?;
    Ok(rows.into_iter().map(|(district,)| district).collect())
}

/// Those of a district about which somebody is to be spoken to on `today`.
pub(crate) async fn late(
    tx: &mut Tx,
    district: &str,
    today: Date,
    limit: i64,
) -> Result<Vec<Rectification>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM rectification WHERE district = $1 AND escalate_date <> '' AND escalate_date <= $2
              ORDER BY escalate_date, letter LIMIT $3"
        ),
        district,
        date::to_text(today),
        limit
    )?;
    rows.into_iter().map(Rectification::try_from).collect()
}

/// Stores what letters and documents opened.
pub(crate) async fn insert(tx: &mut Tx, opened: &[Rectification]) -> Result<()> {
    kit::insert_many!(
        tx,
        concat!("INSERT INTO rectification (", columns!(), ") "),
        opened,
        |row, it| {
            row.push_bind(&it.district)
                .push_bind(it.place.number())
                .push_bind(&it.recipient)
                .push_bind(it.state as i64)
                .push_bind(date::to_text(it.due_date))
                .push_bind(it.level)
                .push_bind(it.escalate_date.map(date::to_text).unwrap_or_default())
                .push_bind(it.steps)
                .push_bind(clock::to_micros(it.create_time))
                .push_bind(&it.problem);
        }
    )?;
    Ok(())
}

/// Stores steps, each with the state that it led to.
pub(crate) async fn save(tx: &mut Tx, moved: &[(Rectification, Step)]) -> Result<()> {
    if moved.is_empty() {
        return Ok(());
    }
    let saved = kit::query!(tx, (i64,), |q| {
        q.push(
            "UPDATE rectification SET state = v.column2, due_date = v.column3, level = v.column4,
                 escalate_date = v.column5, steps = v.column6 FROM (",
        );
        q.push_values(moved, |mut row, (it, _)| {
            row.push_bind(it.place.number())
                .push_bind(it.state as i64)
                .push_bind(date::to_text(it.due_date))
                .push_bind(it.level)
                .push_bind(it.escalate_date.map(date::to_text).unwrap_or_default())
                .push_bind(it.steps);
        });
        q.push(") AS v WHERE rectification.letter = v.column1 AND rectification.district = ");
        q.push_bind(moved[0].0.district.as_str());
        q.push(" AND rectification.steps = v.column6 - 1 RETURNING rectification.letter");
    })?;
    if saved.len() != moved.len() {
        return Err(Error::Conflict { name: moved[0].0.name() });
    }
    kit::insert_many!(
        tx,
        "INSERT INTO rectification_step (district, letter, number, kind, text, evidence, due_date,
             level, create_time) ",
        moved,
        |row, (it, step)| {
            row.push_bind(&it.district)
                .push_bind(it.place.number())
                .push_bind(step.number)
                .push_bind(step.kind as i64)
                .push_bind(&step.text)
                .push_bind(written(&step.evidence))
                .push_bind(date::to_text(step.due_date))
                .push_bind(step.level)
                .push_bind(clock::to_micros(step.create_time));
        }
    )?;
    Ok(())
}

/// The steps of one, in order.
pub(crate) async fn steps(tx: &mut Tx, district: &str, place: Place) -> Result<Vec<Step>> {
    let rows = kit::fetch_all!(
        tx,
        (i64, i64, String, String, String, i64, i64),
        "SELECT number, kind, text, evidence, due_date, level, create_time
         FROM rectification_step WHERE district = $1 AND letter = $2 ORDER BY number",
        district,
        place.number()
    )?;
    rows.into_iter()
        .map(|(number, kind, text, evidence, due_date, level, create_time)| {
            Ok(Step {
                number,
                kind: kind.try_into()?,
                text,
                evidence: read(&evidence),
                due_date: date::from_text(&due_date)?,
                level,
                create_time: clock::from_micros(create_time)?,
            })
        })
        .collect()
}

fn written(evidence: &[Evidence]) -> String {
    let lines = evidence.iter().map(|it| format!("{} {}\n", it.sha256, it.title));
    lines.collect()
}

fn read(text: &str) -> Vec<Evidence> {
    let lines = text.lines().filter_map(|line| line.split_once(' '));
    lines
        .map(|(sha256, title)| Evidence { sha256: sha256.to_owned(), title: title.to_owned() })
        .collect()
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    letter: i64,
    recipient: String,
    state: i64,
    due_date: String,
    level: i64,
    escalate_date: String,
    steps: i64,
    create_time: i64,
    problem: String,
}

impl TryFrom<Row> for Rectification {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let escalate = Some(row.escalate_date).filter(|it| !it.is_empty());
        Ok(Self {
            district: row.district,
            place: Place::stored(row.letter),
            problem: row.problem,
            recipient: row.recipient,
            state: row.state.try_into()?,
            due_date: date::from_text(&row.due_date)?,
            level: row.level,
            escalate_date: escalate.map(|it| date::from_text(&it)).transpose()?,
            steps: row.steps,
            create_time: clock::from_micros(row.create_time)?,
        })
    }
}
