//! Remarks of the public (群众监督, S11). Who wrote is not known here.

use jiff::Timestamp;
use kit::name::Pattern;
use kit::{Error, Result};

/// How remarks are named.
pub(crate) static NAME: Pattern = Pattern::new("remark", "districts/{district}/remarks/{remark}");

kit::numbered! {
    /// Where a remark stands.
    enum State {
        /// Waits to be moderated.
        Received = 1,
        /// Everybody sees it.
        Shown = 2,
        /// Held back.
        HeldBack = 3,
        /// Everybody sees it with its answer.
        Answered = 4,
    }
}

/// A remark and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Remark {
    /// Its position in the district's ledger, and its id.
    pub(crate) sequence: i64,
    /// Position of the commitment it is on.
    pub(crate) commitment: i64,
    pub(crate) topic: String,
    pub(crate) text: String,
    pub(crate) steps: Vec<Step>,
    pub(crate) create_time: Timestamp,
}

/// A step that it took.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) state: State,
    /// Account of the moderator, or id of the unit that answers.
    pub(crate) actor: String,
    /// The moderator's reason, or the answer.
    pub(crate) text: String,
    pub(crate) create_time: Timestamp,
}

impl Remark {
    /// Its full name.
    pub(crate) fn name(&self, district: &str) -> String {
        NAME.format(&[district, &self.sequence.to_string()])
    }

    /// Where it stands.
    pub(crate) fn state(&self) -> State {
        self.steps.last().map_or(State::Received, |step| step.state)
    }

    /// The moderator's step.
    pub(crate) fn moderation(&self) -> Option<&Step> {
        self.steps.iter().find(|it| matches!(it.state, State::Shown | State::HeldBack))
    }

    /// The answer.
    pub(crate) fn answer(&self) -> Option<&Step> {
        self.steps.iter().find(|it| it.state == State::Answered)
    }

    /// Lets it through or holds it back, or answers it: each once, in this order.
    pub(crate) fn step(&mut self, district: &str, step: Step) -> Result<()> {
        let unmet =
            |reason, message| Err(Error::precondition(reason, self.name(district), message));
        match (step.state, self.state()) {
            (State::Answered, State::Shown) | (State::Shown | State::HeldBack, State::Received) => {
            }
            (State::Answered, State::Answered) => {
                return unmet("REMARK_ANSWERED", "has its answer");
            }
            (State::Answered, _) => return unmet("NOT_SHOWN", "was not let through"),
            _ => return unmet("REMARK_MODERATED", "was moderated before"),
        }
        self.steps.push(step);
        Ok(())
    }
}
