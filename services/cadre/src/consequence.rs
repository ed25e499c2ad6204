//! Consequences (结果运用, S7): what a rule proposes for a person, and what people made of it.

pub(crate) mod count;
pub(crate) mod propose;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use kit::name::Pattern;
use kit::{Error, Result};

use crate::consequence_rule::{ConsequenceRule, Effect, EffectKind};

/// How consequences are named.
pub(crate) static NAME: Pattern =
    Pattern::new("consequence", "districts/{district}/consequences/{consequence}");

/// A consequence and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Consequence {
    /// Its position in the district's ledger of consequences, and its id.
    pub(crate) sequence: i64,
    pub(crate) proposal: Proposal,
    pub(crate) create_time: Timestamp,
    /// In the order they were taken.
    pub(crate) steps: Vec<Step>,
}

/// What a rule proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proposal {
    pub(crate) rule: String,
    pub(crate) person: String,
    pub(crate) period: String,
    pub(crate) unit: String,
    pub(crate) post: String,
    /// The facts, each with the result it was read from.
    pub(crate) ground: Vec<(String, String)>,
    pub(crate) effects: Vec<Effect>,
}

/// A step that a consequence took.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) state: State,
    /// Account of who took it; empty when later results did.
    pub(crate) actor: String,
    pub(crate) reason: String,
    /// First day of the effects, with a decision that lets them be.
    pub(crate) start: Option<Date>,
    /// The effects instead, with a decision that changes them.
    pub(crate) effects: Vec<Effect>,
    pub(crate) create_time: Timestamp,
}

kit::numbered! {
    /// Where a consequence stands.
    enum State {
        /// Waits for its decision.
        Proposed = 1,
        /// In force as proposed.
        Accepted = 2,
        /// In force with other effects.
        Changed = 3,
        /// Not to be.
        Rejected = 4,
        /// In force until the appeal is resolved.
        Appealed = 5,
        /// In force, the appeal turned down.
        Upheld = 6,
        /// No longer in force, the appeal granted.
        Revoked = 7,
        /// Later results no longer called for it.
        Withdrawn = 8,
    }
}

impl Consequence {
    /// Its full name.
    pub(crate) fn name(&self, district: &str) -> String {
        NAME.format(&[district, &self.sequence.to_string()])
    }

    /// Where it stands.
    pub(crate) fn state(&self) -> State {
        self.steps.last().map_or(State::Proposed, |step| step.state)
    }

    /// One more with every step.
    pub(crate) fn revision(&self) -> i64 {
        1 + self.steps.len() as i64
    }

    /// Its effects, as proposed or as decided.
    pub(crate) fn effects(&self) -> &[Effect] {
        let changed = self.steps.iter().find(|step| step.state == State::Changed);
        changed.map_or(&self.proposal.effects, |step| &step.effects)
    }

    /// The first day of its effects.
    pub(crate) fn start(&self) -> Option<Date> {
        self.steps.iter().find_map(|step| step.start)
    }

    /// It does what it says.
    pub(crate) fn stands(&self) -> bool {
        use State::{Accepted, Appealed, Changed, Upheld};
        matches!(self.state(), Accepted | Changed | Appealed | Upheld)
    }

    /// Its lasting effects that are in force on a day, each with its last day.
    pub(crate) fn in_force(&self, day: Date) -> Vec<(&Effect, Date, Date)> {
        let Some(start) = self.start().filter(|_| self.stands()) else {
            return Vec::new();
        };
        let lasting = self.effects().iter().filter(|it| it.months > 0);
        let lasting = lasting.map(|it| {
            let after = start.saturating_add(i64::from(it.months).months());
            (it, start, after.yesterday().unwrap_or(after))
        });
        lasting.filter(|(_, start, end)| *start <= day && day <= *end).collect()
    }

    /// Decides it, once.
    pub(crate) fn decide(&mut self, district: &str, step: Step) -> Result<()> {
        if self.state() != State::Proposed {
            let message = "is no longer proposed";
            return Err(Error::precondition("CONSEQUENCE_DECIDED", self.name(district), message));
        }
        self.steps.push(step);
        Ok(())
    }

    /// Appeals against the decision, once and within the rule's term.
    pub(crate) fn appeal(
        &mut self,
        district: &str,
        rule: &ConsequenceRule,
        step: Step,
    ) -> Result<()> {
        let decided = self.steps.last().filter(|step| {
            self.steps.len() == 1 && matches!(step.state, State::Accepted | State::Changed)
        });
        let Some(decided) = decided else {
            let message = "is not in force by a decision that was not appealed yet";
            return Err(Error::precondition("NOT_IN_FORCE", self.name(district), message));
        };
        let term = SignedDuration::from_hours(24 * i64::from(rule.appeal_days));
        if step.create_time.duration_since(decided.create_time) > term {
            let message = format!("could be appealed for {} days", rule.appeal_days);
            return Err(Error::precondition("APPEAL_TERM", self.name(district), message));
        }
        self.steps.push(step);
        Ok(())
    }

    /// Resolves the appeal, by somebody who did not decide.
    pub(crate) fn resolve(&mut self, district: &str, step: Step) -> Result<()> {
        if self.state() != State::Appealed {
            let message = "is not appealed";
            return Err(Error::precondition("NOT_APPEALED", self.name(district), message));
        }
        if self.steps.iter().any(|it| it.actor == step.actor) {
            let message = format!("{} decided or appealed; somebody else resolves", step.actor);
            return Err(Error::precondition("SAME_DECIDER", self.name(district), message));
        }
        self.steps.push(step);
        Ok(())
    }
}

/// What stands in the way of a purpose.
pub(crate) fn hinders(purpose: Purpose, kind: EffectKind) -> bool {
    match purpose {
        Purpose::Promotion => kind == EffectKind::NoPromotion,
        Purpose::Appointment => kind == EffectKind::NoAppointment,
        Purpose::Honour => kind == EffectKind::NoHonour,
    }
}

kit::numbered! {
    /// What somebody is to be found eligible for.
    enum Purpose {
        /// Promotion.
        Promotion = 1,
        /// Appointment to another leading post.
        Appointment = 2,
        /// An honour.
        Honour = 3,
    }
}
