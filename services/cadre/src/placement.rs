//! Placements (选派任职): persons on training posts for a time, under dual management (X4). Where one
//! stands follows from the day; no job ends any.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use kit::name::Pattern;
use kit::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::nominee::Rating;
use crate::span::Span;

/// How placements are named.
pub(crate) static NAME: Pattern =
    Pattern::new("placement", "districts/{district}/placements/{placement}");

/// The ledger's name among the heads.
pub(crate) const LEDGER: &str = "placement";

/// Both sides are to appraise within so many days of the last one.
const APPRAISAL_DAYS: i64 = 15;

/// A placement with its steps.
#[derive(Clone, Debug)]
pub(crate) struct Placement {
    /// Its position in the district's ledger, and its id.
    pub(crate) sequence: i64,
    pub(crate) campaign: String,
    pub(crate) person: String,
    pub(crate) batch: i32,
    pub(crate) post: String,
    pub(crate) home_unit: String,
    pub(crate) managing_unit: String,
    /// As it was decided.
    pub(crate) term: Span,
    /// As it was decided.
    pub(crate) assigned: Assignment,
    pub(crate) create_time: Timestamp,
    /// In the order they were taken.
    pub(crate) steps: Vec<Step>,
}

/// Who looks after the person placed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Assignment {
    pub(crate) mentor: Option<String>,
    pub(crate) branch: String,
    pub(crate) group: String,
}

/// A step that a placement took.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) act: Act,
    /// The last day of an end; the day on which an appraisal was made.
    pub(crate) day: Option<Date>,
    pub(crate) account: String,
    pub(crate) reason: String,
    pub(crate) create_time: Timestamp,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Act {
    Assign(Assignment),
    End,
    Appraise { side: Side, rating: Rating },
}

kit::numbered! {
    /// One of the two that manage a placement.
    #[derive(PartialOrd, Ord, Serialize, Deserialize)]
    #[serde(into = "i64", try_from = "i64")]
    enum Side {
        /// The home unit (派出单位).
        Home = 1,
        /// The post's managing unit (主管部门).
        Managing = 2,
    }
}

impl From<Side> for i64 {
    fn from(side: Side) -> Self {
        side as Self
    }
}

kit::numbered! {
    /// Where a placement stands on a day.
    enum State {
        /// Not begun yet.
        Planned = 1,
        /// Going on.
        Active = 2,
        /// Over.
        Ended = 3,
    }
}

impl Act {
    /// Its number in the ledger.
    pub(crate) fn number(&self) -> i64 {
        match self {
            Self::Assign(_) => 1,
            Self::End => 2,
            Self::Appraise { .. } => 3,
        }
    }

    /// Whose appraisal it is.
    pub(crate) fn side(&self) -> Option<Side> {
        match self {
            Self::Appraise { side, .. } => Some(*side),
            _ => None,
        }
    }
}

impl Placement {
    /// Its full name.
    pub(crate) fn name(&self, district: &str) -> String {
        NAME.format(&[district, &self.sequence.to_string()])
    }

    /// One more with every step.
    pub(crate) fn revision(&self) -> i64 {
        1 + self.steps.len() as i64
    }

    /// The days it is for, after the steps.
    pub(crate) fn span(&self) -> Span {
        let ended = self.steps.iter().rev().find(|it| it.act == Act::End);
        Span { end: ended.and_then(|it| it.day).or(self.term.end), ..self.term }
    }

    /// Where it stands on a day.
    pub(crate) fn state(&self, day: Date) -> State {
        let span = self.span();
        match span.end {
            _ if day < span.start => State::Planned,
            Some(end) if end < day => State::Ended,
            _ => State::Active,
        }
    }

    /// Who looks after the person now.
    pub(crate) fn assignment(&self) -> &Assignment {
        let last = self.steps.iter().rev().find_map(|step| match &step.act {
            Act::Assign(assignment) => Some(assignment),
            _ => None,
        });
        last.unwrap_or(&self.assigned)
    }

    /// The unit of a side.
    pub(crate) fn unit(&self, side: Side) -> &str {
        match side {
            Side::Home => &self.home_unit,
            Side::Managing => &self.managing_unit,
        }
    }

    /// The day by which both sides are to appraise.
    pub(crate) fn appraisal_due(&self) -> Option<Date> {
        self.span().end.map(|end| end.saturating_add(APPRAISAL_DAYS.days()))
    }

    /// An appraisal of this day is a final one.
    pub(crate) fn is_final(&self, day: Date) -> bool {
        self.span().end.is_some_and(|end| end <= day)
    }

    /// The sides whose final appraisal is wanting on a day.
    pub(crate) fn wanting(&self, day: Date) -> Vec<Side> {
        if !self.is_final(day) {
            return Vec::new();
        }
        [Side::Home, Side::Managing].into_iter().filter(|side| !self.is_settled(*side)).collect()
    }

    fn is_settled(&self, of: Side) -> bool {
        let appraisal = |step: &&Step| matches!(step.act, Act::Appraise { side, .. } if side == of);
        let mut days = self.steps.iter().filter(appraisal).filter_map(|step| step.day);
        days.any(|day| self.is_final(day))
    }

    /// Takes a step on a day.
    pub(crate) fn take(&mut self, district: &str, step: Step, today: Date) -> Result<()> {
        let subject = || self.name(district);
        let span = self.span();
        match (&step.act, step.day) {
            (Act::Assign(_), _) if self.state(today) == State::Ended => {
                let message = "is over";
                return Err(Error::precondition("PLACEMENT_ENDED", subject(), message));
            }
            (Act::Assign(_), _) | (Act::End, None) => {}
            (Act::End, Some(day)) if day < span.start => {
                let message = format!("must not be before the first day {}", span.start);
                return Err(Error::invalid("end_date", "BEFORE_START", message));
            }
            (Act::End, Some(day)) => {
                if let Some(end) = span.end.filter(|end| *end <= day) {
                    let message = format!("it ends on {end} already");
                    return Err(Error::invalid("end_date", "NOT_EARLIER", message));
                }
            }
            (Act::Appraise { .. }, _) if self.state(today) == State::Planned => {
                let message = format!("begins on {}", span.start);
                return Err(Error::precondition("PLACEMENT_NOT_BEGUN", subject(), message));
            }
            (Act::Appraise { side, .. }, _) => {
                if self.is_settled(*side) {
                    let message = "that side has made its final appraisal";
                    return Err(Error::precondition("FINAL_APPRAISAL", subject(), message));
                }
            }
        }
        self.steps.push(step);
        Ok(())
    }
}
