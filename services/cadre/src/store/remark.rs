//! The ledger of remarks, and how they were moderated and answered.

use std::collections::HashMap;

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock};

use crate::remark::{Remark, State, Step};

/// The ledger's name among the district's.
const LEDGER: &str = "remark";

/// What a list of remarks is narrowed to.
#[derive(Default)]
pub(crate) struct Filter {
    pub(crate) sequence: Option<i64>,
    pub(crate) commitment: Option<i64>,
    /// On what this person undertook.
    pub(crate) person: Option<String>,
    pub(crate) state: Option<State>,
    /// Only what everybody may see.
    pub(crate) shown: bool,
}

/// Takes the district's remarks until the transaction ends.
pub(crate) async fn lock(tx: &mut Tx, district: &str) -> Result<()> {
    super::ledger::lock(tx, district, LEDGER).await?;
    Ok(())
}

/// Remarks in the order they came; all that the filter lets through without a page.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: Option<&Page>,
) -> Result<Vec<Remark>> {
    let after = page.map(Page::after_number).transpose()?.flatten();
    let rows = kit::query!(tx, Row, |q| {
        q.push(
            "SELECT r.sequence, r.commitment, r.topic, r.text, r.create_time
             FROM remark r JOIN remark_state s
               ON s.district = r.district AND s.sequence = r.sequence
             WHERE r.district = ",
        );
        q.push_bind(district);
        if let Some(sequence) = filter.sequence {
            q.push(" AND r.sequence = ").push_bind(sequence);
        }
        if let Some(commitment) = filter.commitment {
            q.push(" AND r.commitment = ").push_bind(commitment);
        }
        if let Some(person) = &filter.person {
            q.push(" AND r.commitment IN (SELECT sequence FROM commitment WHERE district = ");
            q.push_bind(district).push(" AND person = ").push_bind(person).push(")");
        }
        if let Some(state) = filter.state {
            q.push(" AND s.state = ").push_bind(state as i64);
        }
        if filter.shown {
            q.push(" AND s.state IN (2, 4)");
        }
        if let Some(after) = after {
            q.push(" AND r.sequence > ").push_bind(after);
        }
        q.push(" ORDER BY r.sequence");
        if let Some(page) = page {
            q.push(" LIMIT ").push_bind(page.limit());
        }
    })?;
    let mut steps = steps(tx, district, &rows).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Remark {
                sequence: row.sequence,
                commitment: row.commitment,
                topic: row.topic,
                text: row.text,
                steps: steps.remove(&row.sequence).unwrap_or_default(),
                create_time: clock::from_micros(row.create_time)?,
            })
        })
        .collect()
}

async fn steps(tx: &mut Tx, district: &str, rows: &[Row]) -> Result<HashMap<i64, Vec<Step>>> {
    let mut steps: HashMap<i64, Vec<Step>> = HashMap::new();
    for rows in rows.chunks(500) {
        let found = kit::query!(tx, (i64, i64, String, String, i64), |q| {
            q.push(
                "SELECT sequence, state, actor, text, create_time FROM remark_step
                 WHERE district = ",
            );
            q.push_bind(district).push(" AND sequence IN (");
            let mut list = q.separated(", ");
            for row in rows {
                list.push_bind(row.sequence);
            }
            q.push(") ORDER BY sequence, ordinal");
        })?;
        for (sequence, state, actor, text, create_time) in found {
            let (state, create_time) = (State::try_from(state)?, clock::from_micros(create_time)?);
            let step = Step { state, actor, text, create_time };
            steps.entry(sequence).or_default().push(step);
        }
    }
    Ok(steps)
}

/// Adds a remark and gives it its position.
pub(crate) async fn insert(tx: &mut Tx, district: &str, new: &mut Remark) -> Result<()> {
    new.sequence = super::ledger::take(tx, district, LEDGER, 1).await? + 1;
    kit::execute!(
        tx,
        "INSERT INTO remark (district, sequence, commitment, topic, text, create_time)
         VALUES ($1, $2, $3, $4, $5, $6)",
        district,
        new.sequence,
        new.commitment,
        &new.topic,
        &new.text,
        clock::to_micros(new.create_time)
    )?;
    put_state(tx, district, new).await
}

/// Stores the last step of a remark, and where it stands by it.
pub(crate) async fn take_step(tx: &mut Tx, district: &str, it: &Remark) -> Result<()> {
    let step = it.steps.last().ok_or_else(|| Error::internal("a remark without a step"))?;
    kit::execute!(
        tx,
        "INSERT INTO remark_step (district, sequence, ordinal, state, actor, text, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        district,
        it.sequence,
        it.steps.len() as i64,
        step.state as i64,
        &step.actor,
        &step.text,
        clock::to_micros(step.create_time)
    )?;
    put_state(tx, district, it).await
}

async fn put_state(tx: &mut Tx, district: &str, it: &Remark) -> Result<()> {
    kit::execute!(
        tx,
        "INSERT INTO remark_state (district, sequence, state) VALUES ($1, $2, $3)
         ON CONFLICT (district, sequence) DO UPDATE SET state = excluded.state",
        district,
        it.sequence,
        it.state() as i64
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    commitment: i64,
    topic: String,
    text: String,
    create_time: i64,
}
