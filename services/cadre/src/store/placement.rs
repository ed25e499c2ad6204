//! The ledger of placements and of the steps they took.

use std::collections::HashMap;

use jiff::civil::Date;
use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock, date};

use super::ledger;
use crate::placement::{Assignment, LEDGER, Placement, Step};
use crate::span::Span;

/// Ids per statement.
const CHUNK: usize = 500;

macro_rules! columns {
    () => {
        "sequence, campaign, person, batch, post, home_unit, managing_unit, start_date, end_date, \
         mentor, branch, party, create_time"
    };
}

/// The last day after the steps: an end may only be brought forward.
macro_rules! last_day {
    () => {
        "COALESCE((SELECT MIN(s.day) FROM placement_step s WHERE s.district = p.district
           AND s.sequence = p.sequence AND s.kind = 2), p.end_date)"
    };
}

/// What a list of placements is narrowed to.
#[derive(Default)]
pub(crate) struct Filter {
    pub(crate) sequence: Option<i64>,
    pub(crate) person: Option<String>,
    pub(crate) post: Option<String>,
    pub(crate) campaign: Option<String>,
    pub(crate) home_unit: Option<String>,
    pub(crate) managing_unit: Option<String>,
    /// What goes on on this day.
    pub(crate) day: Option<Date>,
    /// What goes on on some of these days.
    pub(crate) within: Option<(Date, Date)>,
    /// What is over on this day and lacks a final appraisal.
    pub(crate) unappraised: Option<Date>,
}

/// Placements in the order they were decided; all that the filter lets through without a page.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: Option<&Page>,
) -> Result<Vec<Placement>> {
    let after = page.map(Page::after_number).transpose()?.flatten();
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM placement p WHERE p.district = "));
        q.push_bind(district);
        if let Some(sequence) = filter.sequence {
            q.push(" AND p.sequence = ").push_bind(sequence);
        }
        for (column, id) in [
            (" AND p.person = ", &filter.person),
            (" AND p.post = ", &filter.post),
            (" AND p.campaign = ", &filter.campaign),
            (" AND p.home_unit = ", &filter.home_unit),
            (" AND p.managing_unit = ", &filter.managing_unit),
        ] {
            if let Some(id) = id {
                q.push(column).push_bind(id);
            }
        }
        let within = filter.within.or(filter.day.map(|day| (day, day)));
        if let Some((from, until)) = within {
            q.push(" AND p.start_date <= ").push_bind(date::to_text(until));
            q.push(concat!(" AND COALESCE(", last_day!(), ", '9999-12-31') >= "));
            q.push_bind(date::to_text(from));
        }
        if let Some(day) = filter.unappraised {
            q.push(concat!(" AND ", last_day!(), " <= ")).push_bind(date::to_text(day));
            q.push(concat!(
                " AND (SELECT COUNT(DISTINCT a.side) FROM placement_step a
                   WHERE a.district = p.district AND a.sequence = p.sequence AND a.kind = 3
                   AND a.day >= ",
                last_day!(),
                ") < 2"
            ));
        }
        if let Some(after) = after {
            q.push(" AND p.sequence > ").push_bind(after);
        }
        q.push(" ORDER BY p.sequence");
        if let Some(page) = page {
            q.push(" LIMIT ").push_bind(page.limit());
        }
    })?;
    with_steps(tx, district, rows).await
}

/// Every placement of these persons and on these posts.
pub(crate) async fn beside(
    tx: &mut Tx,
    district: &str,
    persons: &[&str],
    posts: &[&str],
) -> Result<Vec<Placement>> {
    let mut rows: HashMap<i64, Row> = HashMap::new();
    let wanted = persons.chunks(CHUNK).map(|ids| ("person", ids));
    for (column, ids) in wanted.chain(posts.chunks(CHUNK).map(|ids| ("post", ids))) {
        let found = kit::query!(tx, Row, |q| {
            q.push(concat!("SELECT ", columns!(), " FROM placement WHERE district = "));
            q.push_bind(district).push(" AND ").push(column).push(" IN (");
            let mut list = q.separated(", ");
            for id in ids {
                list.push_bind(*id);
            }
            q.push(")");
        })?;
        rows.extend(found.into_iter().map(|row| (row.sequence, row)));
    }
    with_steps(tx, district, rows.into_values().collect()).await
}

/// Those of these positions.
pub(crate) async fn of(tx: &mut Tx, district: &str, sequences: &[i64]) -> Result<Vec<Placement>> {
    let mut rows = Vec::new();
    for sequences in sequences.chunks(CHUNK) {
        let found = kit::query!(tx, Row, |q| {
            q.push(concat!("SELECT ", columns!(), " FROM placement WHERE district = "));
            q.push_bind(district).push(" AND sequence IN (");
            let mut list = q.separated(", ");
            for sequence in sequences {
                list.push_bind(*sequence);
            }
            q.push(")");
        })?;
        rows.extend(found);
    }
    with_steps(tx, district, rows).await
}

/// Adds placements behind the last position.
pub(crate) async fn insert(tx: &mut Tx, district: &str, new: &[Placement]) -> Result<()> {
    let Some(last) = new.last() else { return Ok(()) };
    kit::insert_many!(
        tx,
        "INSERT INTO placement
         (district, sequence, campaign, person, batch, post, home_unit, managing_unit, start_date,
          end_date, mentor, branch, party, create_time) ",
        new,
        |row, it| {
            row.push_bind(district)
                .push_bind(it.sequence)
                .push_bind(&it.campaign)
                .push_bind(&it.person)
                .push_bind(i64::from(it.batch))
                .push_bind(&it.post)
                .push_bind(&it.home_unit)
                .push_bind(&it.managing_unit)
                .push_bind(date::to_text(it.term.start))
                .push_bind(it.term.end.map(date::to_text))
                .push_bind(&it.assigned.mentor)
                .push_bind(&it.assigned.branch)
                .push_bind(&it.assigned.group)
                .push_bind(clock::to_micros(it.create_time));
        }
    )?;
    ledger::advance(tx, district, LEDGER, last.sequence).await
}

/// Stores the last step of a placement.
pub(crate) async fn take_step(tx: &mut Tx, district: &str, it: &Placement) -> Result<()> {
    let Some(step) = it.steps.last() else { return Ok(()) };
    kit::execute!(
        tx,
        "INSERT INTO placement_step
         (district, sequence, ordinal, kind, side, day, act, account, reason, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        district,
        it.sequence,
        it.steps.len() as i64,
        step.act.number(),
        step.act.side().map_or(0, |side| side as i64),
        step.day.map(date::to_text),
        serde_json::to_string(&step.act).map_err(Error::internal)?,
        &step.account,
        &step.reason,
        clock::to_micros(step.create_time)
    )?;
    Ok(())
}

/// How many a campaign placed on each post.
pub(crate) async fn count(
    tx: &mut Tx,
    district: &str,
    campaign: &str,
) -> Result<HashMap<String, i64>> {
    let rows = kit::fetch_all!(
        tx,
        (String, i64),
        "SELECT post, COUNT(*) FROM placement WHERE district = $1 AND campaign = $2 GROUP BY post",
        district,
        campaign
    )?;
    Ok(rows.into_iter().collect())
}

async fn with_steps(tx: &mut Tx, district: &str, mut rows: Vec<Row>) -> Result<Vec<Placement>> {
    rows.sort_by_key(|row| row.sequence);
    let mut steps: HashMap<i64, Vec<Step>> = HashMap::new();
    for rows in rows.chunks(CHUNK) {
        let found = kit::query!(tx, StepRow, |q| {
            q.push("SELECT sequence, day, act, account, reason, create_time FROM placement_step");
            q.push(" WHERE district = ").push_bind(district).push(" AND sequence IN (");
            let mut list = q.separated(", ");
            for row in rows {
                list.push_bind(row.sequence);
            }
            q.push(") ORDER BY sequence, ordinal");
        })?;
        for row in found {
            let step = Step {
                act: serde_json::from_str(&row.act).map_err(Error::internal)?,
                day: row.day.as_deref().map(date::from_text).transpose()?,
                account: row.account,
                reason: row.reason,
                create_time: clock::from_micros(row.create_time)?,
            };
            steps.entry(row.sequence).or_default().push(step);
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
    campaign: String,
    person: String,
    batch: i64,
    post: String,
    home_unit: String,
    managing_unit: String,
    start_date: String,
    end_date: Option<String>,
    mentor: Option<String>,
    branch: String,
    party: String,
    create_time: i64,
}

impl Row {
    fn read(self, steps: Vec<Step>) -> Result<Placement> {
        Ok(Placement {
            sequence: self.sequence,
            campaign: self.campaign,
            person: self.person,
            batch: self.batch as i32,
            post: self.post,
            home_unit: self.home_unit,
            managing_unit: self.managing_unit,
            term: Span {
                start: date::from_text(&self.start_date)?,
                end: self.end_date.as_deref().map(date::from_text).transpose()?,
            },
            assigned: Assignment { mentor: self.mentor, branch: self.branch, group: self.party },
            create_time: clock::from_micros(self.create_time)?,
            steps,
        })
    }
}

#[derive(sqlx::FromRow)]
struct StepRow {
    sequence: i64,
    day: Option<String>,
    act: String,
    account: String,
    reason: String,
    create_time: i64,
}
