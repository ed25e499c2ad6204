//! The ledger of consequences and of the steps they took.

pub(crate) mod fact;

use std::collections::HashMap;

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock, date};

use super::consequence_rule::{effects_from_text, effects_to_text};
use crate::consequence::{Consequence, Proposal, State, Step};

macro_rules! columns {
    () => {
        "sequence, rule, person, period, unit, post, ground, effects, create_time"
    };
}

/// What a list of consequences is narrowed to.
#[derive(Default)]
pub(crate) struct Filter {
    pub(crate) sequence: Option<i64>,
    pub(crate) period: Option<String>,
    pub(crate) person: Option<String>,
    pub(crate) rule: Option<String>,
}

/// Takes the district's ledger until the transaction ends, and yields its last position.
pub(crate) async fn lock(tx: &mut Tx, district: &str) -> Result<i64> {
    let (last,) = kit::fetch_one!(
        tx,
        (i64,),
        "INSERT INTO consequence_head (district, sequence) VALUES ($1, 0)
         ON CONFLICT (district) DO UPDATE SET sequence = consequence_head.sequence
         RETURNING sequence",
        district
    )?;
    Ok(last)
}

/// Consequences in the order they were proposed; all that the filter lets through without a page.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: Option<&Page>,
) -> Result<Vec<Consequence>> {
    let after = page.map(Page::after_number).transpose()?.flatten();
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM consequence WHERE district = "));
        q.push_bind(district);
        if let Some(sequence) = filter.sequence {
            q.push(" AND sequence = ").push_bind(sequence);
        }
        if let Some(period) = &filter.period {
            q.push(" AND period = ").push_bind(period);
        }
        if let Some(person) = &filter.person {
            q.push(" AND person = ").push_bind(person);
        }
        if let Some(rule) = &filter.rule {
            q.push(" AND rule = ").push_bind(rule);
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

/// Those of any of these persons, in the order they were proposed for each five hundred of them.
pub(crate) async fn of_persons(
    tx: &mut Tx,
    district: &str,
    persons: &[&str],
) -> Result<Vec<Consequence>> {
    let mut found = Vec::new();
    for persons in persons.chunks(500) {
        let rows = kit::query!(tx, Row, |q| {
            q.push(concat!("SELECT ", columns!(), " FROM consequence WHERE district = "));
            q.push_bind(district).push(" AND person IN (");
            let mut list = q.separated(", ");
            for person in persons {
                list.push_bind(*person);
            }
            q.push(") ORDER BY sequence");
        })?;
        found.extend(with_steps(tx, district, rows).await?);
    }
    Ok(found)
}

/// Adds proposals behind the last position, which `lock` yielded.
pub(crate) async fn insert(tx: &mut Tx, district: &str, new: &[Consequence]) -> Result<()> {
    let Some(last) = new.last() else { return Ok(()) };
    let text = |it: &Consequence| -> Result<(String, String)> {
        let ground = serde_json::to_string(&it.proposal.ground).map_err(Error::internal)?;
        Ok((ground, effects_to_text(&it.proposal.effects)?))
    };
    let texts = new.iter().map(text).collect::<Result<Vec<_>>>()?;
    kit::insert_many!(
        tx,
        "INSERT INTO consequence
         (district, sequence, rule, person, period, unit, post, ground, effects, create_time) ",
        new.iter().zip(&texts),
        |row, (it, (ground, effects))| {
            row.push_bind(district)
                .push_bind(it.sequence)
                .push_bind(&it.proposal.rule)
                .push_bind(&it.proposal.person)
                .push_bind(&it.proposal.period)
                .push_bind(&it.proposal.unit)
                .push_bind(&it.proposal.post)
                .push_bind(ground)
                .push_bind(effects)
                .push_bind(clock::to_micros(it.create_time));
        }
    )?;
    kit::execute!(
        tx,
        "UPDATE consequence_head SET sequence = $2 WHERE district = $1",
        district,
        last.sequence
    )?;
    Ok(())
}

/// Stores the last step of each.
pub(crate) async fn take_steps(tx: &mut Tx, district: &str, stepped: &[Consequence]) -> Result<()> {
    let step = |it: &Consequence| -> Result<_> {
        let step =
            it.steps.last().ok_or_else(|| Error::internal("a consequence without a step"))?;
        Ok((it.sequence, it.steps.len() as i64, step.clone(), effects_to_text(&step.effects)?))
    };
    let rows = stepped.iter().map(step).collect::<Result<Vec<_>>>()?;
    kit::insert_many!(
        tx,
        "INSERT INTO consequence_step
         (district, sequence, ordinal, state, actor, reason, start_date, effects, create_time) ",
        &rows,
        |row, (sequence, ordinal, step, effects)| {
            row.push_bind(district)
                .push_bind(*sequence)
                .push_bind(*ordinal)
                .push_bind(step.state as i64)
                .push_bind(&step.actor)
                .push_bind(&step.reason)
                .push_bind(step.start.map(date::to_text))
                .push_bind(effects)
                .push_bind(clock::to_micros(step.create_time));
        }
    )?;
    Ok(())
}

async fn with_steps(tx: &mut Tx, district: &str, rows: Vec<Row>) -> Result<Vec<Consequence>> {
    let mut steps: HashMap<i64, Vec<Step>> = HashMap::new();
    for rows in rows.chunks(500) {
        let found = kit::query!(tx, StepRow, |q| {
            q.push(
                "SELECT sequence, state, actor, reason, start_date, effects, create_time
                 FROM consequence_step WHERE district = ",
            );
            q.push_bind(district).push(" AND sequence IN (");
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
    rule: String,
    person: String,
    period: String,
    unit: String,
    post: String,
    ground: String,
    effects: String,
    create_time: i64,
}

impl Row {
    fn read(self, steps: Vec<Step>) -> Result<Consequence> {
        let proposal = Proposal {
            rule: self.rule,
            person: self.person,
            period: self.period,
            unit: self.unit,
            post: self.post,
            ground: serde_json::from_str(&self.ground).map_err(Error::internal)?,
            effects: effects_from_text(&self.effects)?,
        };
        let create_time = clock::from_micros(self.create_time)?;
        Ok(Consequence { sequence: self.sequence, proposal, create_time, steps })
    }
}

#[derive(sqlx::FromRow)]
struct StepRow {
    sequence: i64,
    state: i64,
    actor: String,
    reason: String,
    start_date: Option<String>,
    effects: String,
    create_time: i64,
}

impl StepRow {
    fn read(self) -> Result<Step> {
        Ok(Step {
            state: State::try_from(self.state)?,
            actor: self.actor,
            reason: self.reason,
            start: self.start_date.as_deref().map(date::from_text).transpose()?,
            effects: effects_from_text(&self.effects)?,
            create_time: clock::from_micros(self.create_time)?,
        })
    }
}
