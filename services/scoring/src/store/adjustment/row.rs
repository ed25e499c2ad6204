//! Entries and steps as their rows hold them.

use engine::EntryStanding;
use kit::{Error, Result, clock, date, decimal};

use crate::adjustment::{Adjustment, Contents, Source, Step};
use crate::store::observation::evidence;

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub(super) sequence: i64,
    pub(super) unit: String,
    pub(super) period: String,
    pub(super) scheme: String,
    pub(super) track: String,
    pub(super) item: String,
    pub(super) points: Option<String>,
    pub(super) level: String,
    pub(super) matter: String,
    pub(super) ground: String,
    pub(super) source: i64,
    pub(super) citation: String,
    pub(super) inspection: Option<i64>,
    pub(super) finding: Option<i64>,
    pub(super) occur_date: String,
    pub(super) evidence: String,
    pub(super) due_date: Option<String>,
    pub(super) create_time: i64,
}

impl Row {
    pub(super) fn read(entry: &Adjustment) -> Result<Self> {
        let contents = entry.contents.clone();
        Ok(Self {
            sequence: entry.sequence,
            track: entry.track.clone(),
            points: contents.points.map(decimal::to_text),
            source: contents.source as i64,
            inspection: contents.finding.map(|(inspection, _)| inspection),
            finding: contents.finding.map(|(_, finding)| finding),
            occur_date: date::to_text(contents.occur_date),
            evidence: evidence::to_text(&contents.evidence)?,
            due_date: contents.due_date.map(date::to_text),
            create_time: clock::to_micros(entry.create_time),
            unit: contents.unit,
            period: contents.period,
            scheme: contents.scheme,
            item: contents.item,
            level: contents.level,
            matter: contents.matter,
            ground: contents.ground,
            citation: contents.citation,
        })
    }

    pub(super) fn entry(self, steps: Vec<Step>) -> Result<Adjustment> {
        Ok(Adjustment {
            sequence: self.sequence,
            contents: Contents {
                points: self.points.as_deref().map(decimal::from_text).transpose()?,
                source: Source::try_from(self.source)?,
                finding: self.inspection.zip(self.finding),
                occur_date: date::from_text(&self.occur_date)?,
                evidence: evidence::from_text(&self.evidence)?,
                due_date: self.due_date.as_deref().map(date::from_text).transpose()?,
                unit: self.unit,
                period: self.period,
                scheme: self.scheme,
                item: self.item,
                level: self.level,
                matter: self.matter,
                ground: self.ground,
                citation: self.citation,
            },
            track: self.track,
            create_time: clock::from_micros(self.create_time)?,
            steps,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct StepRow {
    pub(super) adjustment: i64,
    state: i64,
    reason: String,
    evidence: String,
    create_time: i64,
}

impl TryFrom<StepRow> for Step {
    type Error = Error;

    fn try_from(row: StepRow) -> Result<Self> {
        Ok(Self {
            standing: standing(row.state)?,
            reason: row.reason,
            evidence: evidence::from_text(&row.evidence)?,
            create_time: clock::from_micros(row.create_time)?,
        })
    }
}

/// A standing as it is stored and sent.
pub(super) fn number(standing: EntryStanding) -> i64 {
    match standing {
        EntryStanding::Provisional => 1,
        EntryStanding::Final => 2,
        EntryStanding::Lifted => 3,
        EntryStanding::Waived => 4,
        EntryStanding::Groundless => 5,
    }
}

fn standing(number: i64) -> Result<EntryStanding> {
    match number {
        2 => Ok(EntryStanding::Final),
        3 => Ok(EntryStanding::Lifted),
        4 => Ok(EntryStanding::Waived),
        5 => Ok(EntryStanding::Groundless),
        _ => Err(Error::internal(format!("a step to state {number}"))),
    }
}
