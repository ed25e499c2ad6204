//! The ledger of members and of the steps they took.

use std::collections::HashMap;

use jiff::civil::Date;
use kit::db::Tx;
use kit::page::Page;
use kit::{Result, clock, date};

use super::ledger;
use crate::member::{Contents, LEDGER, Member, Step, StepKind};

/// Ids per statement.
const CHUNK: usize = 500;

macro_rules! columns {
    () => {
        "sequence, seat, unit, role, person, home_unit, start_date, end_date, create_time"
    };
}

/// What a list of members is narrowed to.
#[derive(Default)]
pub(crate) struct Filter {
    pub(crate) sequence: Option<i64>,
    pub(crate) unit: Option<String>,
    pub(crate) seat: Option<String>,
    pub(crate) person: Option<String>,
    /// Who sits on this day.
    pub(crate) day: Option<Date>,
}

/// Members in the order they were entered; all that the filter lets through without a page.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: Option<&Page>,
) -> Result<Vec<Member>> {
    let after = page.map(Page::after_number).transpose()?.flatten();
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM member m WHERE district = "));
        q.push_bind(district);
        if let Some(sequence) = filter.sequence {
            q.push(" AND sequence = ").push_bind(sequence);
        }
        if let Some(unit) = &filter.unit {
            q.push(" AND unit = ").push_bind(unit);
        }
        if let Some(seat) = &filter.seat {
            q.push(" AND seat = ").push_bind(seat);
        }
        if let Some(person) = &filter.person {
            q.push(" AND person = ").push_bind(person);
        }
        if let Some(day) = filter.day {
            let day = date::to_text(day);
            q.push(" AND start_date <= ").push_bind(day.clone());
            q.push(" AND (end_date IS NULL OR end_date >= ").push_bind(day.clone());
            q.push(
                ") AND NOT EXISTS (SELECT 1 FROM member_step s WHERE s.district = m.district
                   AND s.sequence = m.sequence AND (s.kind = ",
            );
            q.push_bind(StepKind::Revoke as i64).push(" OR s.day < ").push_bind(day).push("))");
        }
        if let Some(after) = after {
            q.push(" AND sequence > ").push_bind(after);
        }
        q.push(" ORDER BY sequence");
        if let Some(page) = page {
            q.push(" LIMIT ").push_bind(page.limit());
        }
    })?;
    with_steps(tx, district, rows).await
}

/// Every membership of these persons and on these seats.
pub(crate) async fn beside(
    tx: &mut Tx,
    district: &str,
    persons: &[&str],
    seats: &[&str],
) -> Result<Vec<Member>> {
    let mut rows: HashMap<i64, Row> = HashMap::new();
    let wanted = persons.chunks(CHUNK).map(|ids| ("person", ids));
    for (column, ids) in wanted.chain(seats.chunks(CHUNK).map(|ids| ("seat", ids))) {
        let found = kit::query!(tx, Row, |q| {
            q.push(concat!("SELECT ", columns!(), " FROM member WHERE district = "));
            q.push_bind(district).push(" AND ").push(column).push(" IN (");
            let mut list = q.separated(", ");
            for id in ids {
                list.push_bind(*id);
            }
            q.push(")");
        })?;
        rows.extend(found.into_iter().map(|row| (row.sequence, row)));
    }
    let mut rows: Vec<Row> = rows.into_values().collect();
    rows.sort_by_key(|row| row.sequence);
    with_steps(tx, district, rows).await
}

/// Adds members behind the last position.
pub(crate) async fn insert(tx: &mut Tx, district: &str, new: &[Member]) -> Result<()> {
    let Some(last) = new.last() else { return Ok(()) };
    kit::insert_many!(
        tx,
        "INSERT INTO member
         (district, sequence, seat, unit, role, person, home_unit, start_date, end_date,
          create_time) ",
        new,
        |row, it| {
            row.push_bind(district)
                .push_bind(it.sequence)
                .push_bind(&it.contents.seat)
                .push_bind(&it.contents.unit)
                .push_bind(it.contents.role as i64)
                .push_bind(&it.contents.person)
                .push_bind(&it.contents.home_unit)
                .push_bind(date::to_text(it.contents.start))
                .push_bind(it.contents.end.map(date::to_text))
                .push_bind(clock::to_micros(it.create_time));
        }
    )?;
    ledger::advance(tx, district, LEDGER, last.sequence).await
}

/// Stores the last step of a member.
pub(crate) async fn take_step(tx: &mut Tx, district: &str, it: &Member) -> Result<()> {
    let Some(step) = it.steps.last() else { return Ok(()) };
    kit::execute!(
        tx,
        "INSERT INTO member_step
         (district, sequence, ordinal, kind, day, account, reason, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        district,
        it.sequence,
        it.steps.len() as i64,
        step.kind as i64,
        step.day.map(date::to_text),
        &step.account,
        &step.reason,
        clock::to_micros(step.create_time)
    )?;
    Ok(())
}

async fn with_steps(tx: &mut Tx, district: &str, rows: Vec<Row>) -> Result<Vec<Member>> {
    let mut steps: HashMap<i64, Vec<Step>> = HashMap::new();
    for rows in rows.chunks(CHUNK) {
        let found = kit::query!(tx, StepRow, |q| {
            q.push("SELECT sequence, kind, day, account, reason, create_time FROM member_step");
            q.push(" WHERE district = ").push_bind(district).push(" AND sequence IN (");
            let mut list = q.separated(", ");
            for row in rows {
                list.push_bind(row.sequence);
            }
            q.push(") ORDER BY sequence, ordinal");
        })?;
        for row in found {
            steps.entry(row.sequence).or_default().push(row.read()?);
        }
    }
    rows.into_iter()
        .map(|row| {
            let steps = steps.remove(&row.sequence).unwrap_or_default();
            row.read(steps)
        })
        .collect()
}

#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    seat: String,
    unit: String,
    role: i64,
    person: String,
    home_unit: String,
    start_date: String,
    end_date: Option<String>,
    create_time: i64,
}

impl Row {
    fn read(self, steps: Vec<Step>) -> Result<Member> {
        let contents = Contents {
            seat: self.seat,
            unit: self.unit,
            role: self.role.try_into()?,
            person: self.person,
            home_unit: self.home_unit,
            start: date::from_text(&self.start_date)?,
            end: self.end_date.as_deref().map(date::from_text).transpose()?,
        };
        let create_time = clock::from_micros(self.create_time)?;
        Ok(Member { sequence: self.sequence, contents, create_time, steps })
    }
}

#[derive(sqlx::FromRow)]
struct StepRow {
    sequence: i64,
    kind: i64,
    day: Option<String>,
    account: String,
    reason: String,
    create_time: i64,
}

impl StepRow {
    fn read(self) -> Result<Step> {
        Ok(Step {
            kind: self.kind.try_into()?,
            day: self.day.as_deref().map(date::from_text).transpose()?,
            account: self.account,
            reason: self.reason,
            create_time: clock::from_micros(self.create_time)?,
        })
    }
}
