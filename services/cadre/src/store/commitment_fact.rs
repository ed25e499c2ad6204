//! The ledger of facts about commitments.

use std::collections::HashMap;

use kit::db::Tx;
use kit::page::Page;
use kit::{Result, clock, date};

use super::evidence;
use crate::commitment::Commitment;
use crate::commitment_fact::{Fact, Kind};

/// The ledger's name among the district's.
const LEDGER: &str = "commitment_fact";
/// Commitments per statement.
const CHUNK: usize = 500;

macro_rules! columns {
    () => {
        "sequence, commitment, period, kind, fact_date, text, percent, milestone, evidence, filer,
         create_time"
    };
}

/// Reads facts into commitments that have none yet.
pub(crate) async fn complete(tx: &mut Tx, district: &str, found: &mut [Commitment]) -> Result<()> {
    let sequences: Vec<i64> = found.iter().map(|it| it.sequence).collect();
    let mut facts: HashMap<i64, Vec<Fact>> = HashMap::new();
    for chunk in sequences.chunks(CHUNK) {
        let rows = kit::query!(tx, Row, |q| {
            q.push(concat!("SELECT ", columns!(), " FROM commitment_fact WHERE district = "));
            q.push_bind(district).push(" AND commitment IN (");
            let mut list = q.separated(", ");
            for sequence in chunk {
                list.push_bind(*sequence);
            }
            q.push(") ORDER BY sequence");
        })?;
        for row in rows {
            facts.entry(row.commitment).or_default().push(row.read()?);
        }
    }
    for it in found {
        it.facts = facts.remove(&it.sequence).unwrap_or_default();
    }
    Ok(())
}

/// A page of facts in the order they were filed.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    commitment: Option<i64>,
    period: Option<&str>,
    page: &Page,
) -> Result<Vec<Fact>> {
    let after = page.after_number()?;
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM commitment_fact WHERE district = "));
        q.push_bind(district);
        if let Some(commitment) = commitment {
            q.push(" AND commitment = ").push_bind(commitment);
        }
        if let Some(period) = period {
            q.push(" AND period = ").push_bind(period);
        }
        if let Some(after) = after {
            q.push(" AND sequence > ").push_bind(after);
        }
        q.push(" ORDER BY sequence LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Row::read).collect()
}

/// The facts about all commitments of a person, in the order they were filed.
pub(crate) async fn of_person(tx: &mut Tx, district: &str, person: &str) -> Result<Vec<Fact>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        "SELECT f.sequence, f.commitment, f.period, f.kind, f.fact_date, f.text, f.percent,
                f.milestone, f.evidence, f.filer, f.create_time
         FROM commitment c JOIN commitment_fact f
           ON f.district = c.district AND f.commitment = c.sequence
         WHERE c.district = $1 AND c.person = $2 ORDER BY f.sequence",
        district,
        person
    )?;
    rows.into_iter().map(Row::read).collect()
}

/// Takes the next positions of the ledger for so many facts, and yields the last one before them.
pub(crate) async fn take(tx: &mut Tx, district: &str, count: usize) -> Result<i64> {
    super::ledger::take(tx, district, LEDGER, count).await
}

/// Adds facts at positions that were taken.
pub(crate) async fn insert(tx: &mut Tx, district: &str, facts: &[Fact]) -> Result<()> {
    let text = |it: &Fact| evidence::to_text(&it.evidence);
    let texts = facts.iter().map(text).collect::<Result<Vec<_>>>()?;
    kit::insert_many!(
        tx,
        "INSERT INTO commitment_fact
         (district, sequence, commitment, period, kind, fact_date, text, percent, milestone,
          evidence, filer, create_time) ",
        facts.iter().zip(&texts),
        |row, (it, evidence)| {
            row.push_bind(district)
                .push_bind(it.sequence)
                .push_bind(it.commitment)
                .push_bind(&it.period)
                .push_bind(it.kind as i64)
                .push_bind(date::to_text(it.date))
                .push_bind(&it.text)
                .push_bind(it.percent.map(i64::from))
                .push_bind(it.milestone.map(i64::from))
                .push_bind(evidence)
                .push_bind(&it.filer)
                .push_bind(clock::to_micros(it.create_time));
        }
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    commitment: i64,
    period: String,
    kind: i64,
    fact_date: String,
    text: String,
    percent: Option<i64>,
    milestone: Option<i64>,
    evidence: String,
    filer: String,
    create_time: i64,
}

impl Row {
    fn read(self) -> Result<Fact> {
        Ok(Fact {
            sequence: self.sequence,
            commitment: self.commitment,
            period: self.period,
            kind: Kind::try_from(self.kind)?,
            date: date::from_text(&self.fact_date)?,
            text: self.text,
            percent: self.percent.map(|it| it as i32),
            milestone: self.milestone.map(|it| it as i32),
            evidence: evidence::from_text(&self.evidence)?,
            filer: self.filer,
            create_time: clock::from_micros(self.create_time)?,
        })
    }
}
