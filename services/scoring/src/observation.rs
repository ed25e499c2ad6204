//! The ledger of observations (填报): what was reported, for good.

use jiff::Timestamp;
use kit::name::Pattern;

use crate::assignment::{Assignment, Place};
use crate::cell::Standing;
use crate::report::{Evidence, Reading, Report};

/// How observations are named.
pub(crate) static NAME: Pattern =
    Pattern::new("observation", "districts/{district}/observations/{observation}");

/// One row of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Observation {
    /// Its position in the district's ledger, and its id.
    pub(crate) sequence: i64,
    /// The period.
    pub(crate) period: String,
    /// The unit that reported.
    pub(crate) unit: String,
    /// The indicator.
    pub(crate) indicator: String,
    /// What it says.
    pub(crate) reading: Reading,
    /// Free text.
    pub(crate) note: String,
    /// What stands behind it.
    pub(crate) evidence: Vec<Evidence>,
    /// It came after the due date, or corrects one that did.
    pub(crate) late: bool,
    /// When the unit handed it in.
    pub(crate) report_time: Timestamp,
    /// The observation whose place it took.
    pub(crate) supersedes: Option<i64>,
    /// Why that one was corrected.
    pub(crate) reason: String,
    /// When it was recorded.
    pub(crate) create_time: Timestamp,
}

impl Observation {
    /// The first one of a cell, recorded at `now`.
    pub(crate) fn new(
        sequence: i64,
        assignment: &Assignment,
        place: Place,
        report: Report,
        now: Timestamp,
    ) -> Self {
        let report_time = report.report_time.unwrap_or(now);
        Self {
            sequence,
            period: assignment.period.id.to_string(),
            unit: assignment.unit(place).id.to_string(),
            indicator: assignment.indicator(place).id.to_string(),
            reading: report.reading,
            note: report.note,
            evidence: report.evidence,
            late: assignment.is_late(report_time),
            report_time,
            supersedes: None,
            reason: String::new(),
            create_time: now,
        }
    }

    /// The one that takes its place. Late stays late, and in time in time.
    pub(crate) fn corrected(
        &self,
        sequence: i64,
        reading: Reading,
        evidence: Vec<Evidence>,
        reason: String,
        now: Timestamp,
    ) -> Self {
        let note = match reading {
            Reading::Value(_) => String::new(),
            Reading::NotApplicable => reason.clone(),
        };
        Self {
            sequence,
            reading,
            note,
            evidence,
            report_time: now,
            supersedes: Some(self.sequence),
            reason,
            create_time: now,
            ..self.clone()
        }
    }
}

/// Where an observation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Not yet looked at by the evaluating unit.
    Reported,
    /// The evaluating unit agrees.
    Verified,
    /// The evaluating unit disagrees.
    Disputed,
    /// Its period is closed.
    Locked,
    /// A correction took its place.
    Superseded,
}

impl State {
    /// From what the cell and the period say; `standing` is none when the cell holds a
    /// later observation.
    pub(crate) fn of(standing: Option<Standing>, closed: bool) -> Self {
        match standing {
            None => Self::Superseded,
            Some(_) if closed => Self::Locked,
            Some(Standing::Reported) => Self::Reported,
            Some(Standing::Verified) => Self::Verified,
            Some(Standing::Disputed) => Self::Disputed,
        }
    }
}

/// An observation and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// The row.
    pub(crate) observation: Observation,
    /// Where it stands.
    pub(crate) state: State,
    /// Why it was corrected or disputed, in the words of who did so last.
    pub(crate) reason: String,
}

impl Seen {
    /// An observation that was just recorded.
    pub(crate) fn new(observation: Observation) -> Self {
        let reason = observation.reason.clone();
        Self { observation, state: State::Reported, reason }
    }
}

/// What observations of a district are named below.
pub(crate) fn collection(district: &str) -> String {
    format!("districts/{district}/observations")
}

/// The full name of the observation at a position.
pub(crate) fn name(district: &str, sequence: i64) -> String {
    NAME.format(&[district, &sequence.to_string()])
}
