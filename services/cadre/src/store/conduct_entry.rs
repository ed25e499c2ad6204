//! The ledger of conduct entries, and what cleared them.

use std::collections::HashMap;

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock, date, decimal};

use super::evidence;
use crate::conduct_entry::{ConductEntry, Contents, Effect, Side, Source, State, Step};

/// The ledger's name among the district's.
const LEDGER: &str = "conduct_entry";

/// What a list of entries is narrowed to.
#[derive(Default)]
pub(crate) struct Filter {
    pub(crate) sequence: Option<i64>,
    pub(crate) person: Option<String>,
    pub(crate) period: Option<String>,
    pub(crate) side: Option<Side>,
    pub(crate) standing: bool,
}

/// Takes the district's entries until the transaction ends.
pub(crate) async fn lock(tx: &mut Tx, district: &str) -> Result<()> {
    super::ledger::lock(tx, district, LEDGER).await?;
    Ok(())
}

/// Entries in the order they were recorded; all that the filter lets through without a page.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: Option<&Page>,
) -> Result<Vec<ConductEntry>> {
    let after = page.map(Page::after_number).transpose()?.flatten();
    let rows = kit::query!(tx, Row, |q| {
        q.push(
            "SELECT e.sequence, e.person, e.period, e.side, e.scheme, e.item, e.effect, e.ground,
                    e.source, e.citation, e.occur_date, e.evidence, e.adjustment, e.recorder,
                    e.create_time
             FROM conduct_entry e WHERE e.district = ",
        );
        q.push_bind(district);
        if let Some(sequence) = filter.sequence {
            q.push(" AND e.sequence = ").push_bind(sequence);
        }
        if let Some(person) = &filter.person {
            q.push(" AND e.person = ").push_bind(person);
        }
        if let Some(period) = &filter.period {
            q.push(" AND e.period = ").push_bind(period);
        }
        if let Some(side) = filter.side {
            q.push(" AND e.side = ").push_bind(side as i64);
        }
        if filter.standing {
            q.push(
                " AND NOT EXISTS (SELECT 1 FROM conduct_step s
                  WHERE s.district = e.district AND s.sequence = e.sequence)",
            );
        }
        if let Some(after) = after {
            q.push(" AND e.sequence > ").push_bind(after);
        }
        q.push(" ORDER BY e.sequence");
        if let Some(page) = page {
            q.push(" LIMIT ").push_bind(page.limit());
        }
    })?;
    let mut steps = steps(tx, district, &rows).await?;
    rows.into_iter()
        .map(|row| {
            let step = steps.remove(&row.sequence);
            row.read(step)
        })
        .collect()
}

async fn steps(tx: &mut Tx, district: &str, rows: &[Row]) -> Result<HashMap<i64, Step>> {
    let mut steps = HashMap::new();
    for rows in rows.chunks(500) {
        let found = kit::query!(tx, (i64, i64, String, String, String, i64), |q| {
            q.push(
                "SELECT sequence, state, actor, reason, evidence, create_time FROM conduct_step
                 WHERE district = ",
            );
            q.push_bind(district).push(" AND sequence IN (");
            let mut list = q.separated(", ");
            for row in rows {
                list.push_bind(row.sequence);
            }
            q.push(")");
        })?;
        for (sequence, state, actor, reason, evidence, create_time) in found {
            let step = Step {
                state: State::try_from(state)?,
                actor,
                reason,
                evidence: evidence::from_text(&evidence)?,
                create_time: clock::from_micros(create_time)?,
            };
            steps.insert(sequence, step);
        }
    }
    Ok(steps)
}

/// Adds entries and gives them their positions.
pub(crate) async fn insert(tx: &mut Tx, district: &str, new: &mut [ConductEntry]) -> Result<()> {
    let last = super::ledger::take(tx, district, LEDGER, new.len()).await?;
    for (sequence, it) in (last + 1..).zip(new.iter_mut()) {
        it.sequence = sequence;
    }
    let texts = |it: &ConductEntry| -> Result<(Option<String>, String)> {
        let effect = it.contents.effect.as_ref().map(effect_to_text).transpose()?;
        Ok((effect, evidence::to_text(&it.contents.evidence)?))
    };
    let texts = new.iter().map(texts).collect::<Result<Vec<_>>>()?;
    kit::insert_many!(
        tx,
        "INSERT INTO conduct_entry
         (district, sequence, person, period, side, scheme, item, effect, ground, source, citation,
          occur_date, evidence, adjustment, recorder, create_time) ",
        new.iter().zip(&texts),
        |row, (it, (effect, evidence))| {
            let contents = &it.contents;
            row.push_bind(district)
                .push_bind(it.sequence)
                .push_bind(&contents.person)
                .push_bind(&contents.period)
                .push_bind(contents.side as i64)
                .push_bind(contents.item.as_ref().map(|(scheme, _)| scheme))
                .push_bind(contents.item.as_ref().map(|(_, item)| item))
                .push_bind(effect)
                .push_bind(&contents.ground)
                .push_bind(contents.source as i64)
                .push_bind(&contents.citation)
                .push_bind(date::to_text(contents.occur_date))
                .push_bind(evidence)
                .push_bind(&contents.adjustment)
                .push_bind(&contents.recorder)
                .push_bind(clock::to_micros(it.create_time));
        }
    )?;
    Ok(())
}

/// Stores the step that cleared an entry.
pub(crate) async fn clear(tx: &mut Tx, district: &str, it: &ConductEntry) -> Result<()> {
    let step = it.step.as_ref().ok_or_else(|| Error::internal("an entry that was not cleared"))?;
    kit::execute!(
        tx,
        "INSERT INTO conduct_step (district, sequence, state, actor, reason, evidence, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        district,
        it.sequence,
        step.state as i64,
        &step.actor,
        &step.reason,
        evidence::to_text(&step.evidence)?,
        clock::to_micros(step.create_time)
    )?;
    Ok(())
}

fn effect_to_text(effect: &Effect) -> Result<String> {
    let Effect { item, aspect, least, most, veto, bar } = effect;
    let (least, most) = (decimal::to_text(*least), decimal::to_text(*most));
    serde_json::to_string(&(item, aspect, least, most, veto, bar)).map_err(Error::internal)
}

fn effect_from_text(text: &str) -> Result<Effect> {
    let (item, aspect, least, most, veto, bar): (String, String, String, String, bool, bool) =
        serde_json::from_str(text).map_err(Error::internal)?;
    let (least, most) = (decimal::from_text(&least)?, decimal::from_text(&most)?);
    Ok(Effect { item, aspect, least, most, veto, bar })
}

#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    person: String,
    period: String,
    side: i64,
    scheme: Option<String>,
    item: Option<String>,
    effect: Option<String>,
    ground: String,
    source: i64,
    citation: String,
    occur_date: String,
    evidence: String,
    adjustment: Option<String>,
    recorder: String,
    create_time: i64,
}

impl Row {
    fn read(self, step: Option<Step>) -> Result<ConductEntry> {
        let contents = Contents {
            person: self.person,
            period: self.period,
            side: Side::try_from(self.side)?,
            item: self.scheme.zip(self.item),
            effect: self.effect.as_deref().map(effect_from_text).transpose()?,
            ground: self.ground,
            source: Source::try_from(self.source)?,
            citation: self.citation,
            occur_date: date::from_text(&self.occur_date)?,
            evidence: evidence::from_text(&self.evidence)?,
            adjustment: self.adjustment,
            recorder: self.recorder,
        };
        let create_time = clock::from_micros(self.create_time)?;
        Ok(ConductEntry { sequence: self.sequence, contents, step, create_time })
    }
}
