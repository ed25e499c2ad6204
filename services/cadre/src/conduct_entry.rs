//! Positive and negative lists of persons (X9, S5), and what clears an entry (S10).

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use kit::name::Pattern;
use kit::{Error, Result};
use rust_decimal::Decimal;

use crate::evidence::Evidence;

/// How entries are named.
pub(crate) static NAME: Pattern =
    Pattern::new("conduct_entry", "districts/{district}/conductEntries/{conduct_entry}");

kit::numbered! {
    /// Which list an entry is on.
    enum Side {
        /// The positive list.
        Positive = 1,
        /// The negative list.
        Negative = 2,
    }
}

kit::numbered! {
    /// What an entry goes back to.
    enum Source {
        /// A leader's instruction.
        Instruction = 1,
        /// A remark in a meeting.
        MeetingRemark = 2,
        /// A bulletin.
        Bulletin = 3,
        /// An inspection.
        Inspection = 4,
    }
}

kit::numbered! {
    /// Where an entry stands.
    enum State {
        /// It stands.
        Standing = 1,
        /// Waived under error tolerance.
        Tolerated = 2,
        /// Found groundless.
        Groundless = 3,
    }
}

/// The items of a scheme's lists by id.
pub(crate) type Items = HashMap<String, Item>;

/// An item of a scheme's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) side: Side,
    pub(crate) effect: Effect,
}

/// What an item does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Effect {
    pub(crate) item: String,
    pub(crate) aspect: String,
    pub(crate) least: Decimal,
    pub(crate) most: Decimal,
    pub(crate) veto: bool,
    pub(crate) bar: bool,
}

/// One entry.
#[derive(Clone, Debug)]
pub(crate) struct ConductEntry {
    /// Its position in the district's ledger, and its id.
    pub(crate) sequence: i64,
    pub(crate) contents: Contents,
    /// What cleared it.
    pub(crate) step: Option<Step>,
    pub(crate) create_time: Timestamp,
}

/// What was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) person: String,
    pub(crate) period: String,
    pub(crate) side: Side,
    /// Ids of the scheme and of its list's item.
    pub(crate) item: Option<(String, String)>,
    pub(crate) effect: Option<Effect>,
    pub(crate) ground: String,
    pub(crate) source: Source,
    pub(crate) citation: String,
    pub(crate) occur_date: Date,
    pub(crate) evidence: Vec<Evidence>,
    /// Id of scoring's adjustment.
    pub(crate) adjustment: Option<String>,
    pub(crate) recorder: String,
}

/// The step that clears an entry.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) state: State,
    pub(crate) actor: String,
    pub(crate) reason: String,
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) create_time: Timestamp,
}

impl ConductEntry {
    /// Its full name.
    pub(crate) fn name(&self, district: &str) -> String {
        NAME.format(&[district, &self.sequence.to_string()])
    }

    /// Where it stands.
    pub(crate) fn state(&self) -> State {
        self.step.as_ref().map_or(State::Standing, |step| step.state)
    }

    /// Clears it, once, by somebody who did not record it.
    pub(crate) fn clear(&mut self, district: &str, step: Step) -> Result<()> {
        let unmet = |reason, message: String| {
            Err(Error::precondition(reason, self.name(district), message))
        };
        if self.step.is_some() {
            return unmet("NOT_STANDING", "was cleared before".to_owned());
        }
        if step.state == State::Tolerated && self.contents.side != Side::Negative {
            return unmet("NOT_NEGATIVE", "is on the positive list".to_owned());
        }
        if step.actor == self.contents.recorder {
            let message = format!("was recorded by {}; somebody else decides", step.actor);
            return unmet("SAME_PERSON", message);
        }
        self.step = Some(step);
        Ok(())
    }
}
