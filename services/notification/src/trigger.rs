//! Triggers (H5, H12, Q3, Q6, Q9): which event leads to which document, to whom, after how long.

pub(crate) mod digest;
pub(crate) mod draft;
mod event_type;
mod trial;

use jiff::Timestamp;
use kit::name::Pattern;
use kit::{Error, Result};

use crate::document::{Contents, Kind, Role};

pub(crate) use event_type::{is_of_dispatches, may_name_problems, resource_of, types_of};
pub(crate) use trial::Trial;

/// How triggers are named.
pub(crate) static NAME: Pattern =
    Pattern::new("trigger", "districts/{district}/triggers/{trigger}");

kit::numbered! {
    /// How a recipient stands to the event.
    enum Relation {
        /// The unit the event is about, or that answers for what it is about.
        Unit = 1,
        /// The unit above that one.
        ParentUnit = 2,
        /// The unit that evaluates the indicator it is about.
        EvaluatingUnit = 3,
        /// A unit named in the trigger.
        Named = 4,
        /// The leader in charge of the unit, or of the nearest one above it.
        LeaderInCharge = 5,
        /// The assessment office.
        Office = 6,
        /// The head of the unit the event is about.
        UnitHead = 7,
        /// Who reports for the unit the event is about.
        Reporter = 8,
        /// The unit that raised the matter.
        RaisingUnit = 9,
        /// The units that take part.
        MemberUnit = 10,
    }
}

impl Relation {
    /// It is somebody's who stands so to a unit.
    pub(crate) fn is_of_a_unit(self) -> bool {
        !matches!(self, Self::Named | Self::Office)
    }

    /// It can be told of a unit alone, without an event.
    pub(crate) fn is_known_of_a_unit(self) -> bool {
        !matches!(self, Self::EvaluatingUnit | Self::RaisingUnit | Self::MemberUnit)
    }

    /// Who in the unit is meant.
    pub(crate) fn role(self) -> Role {
        match self {
            Self::Unit
            | Self::ParentUnit
            | Self::EvaluatingUnit
            | Self::Named
            | Self::RaisingUnit
            | Self::MemberUnit => Role::Unit,
            Self::LeaderInCharge => Role::LeaderInCharge,
            Self::Office => Role::OfficeDuty,
            Self::UnitHead => Role::UnitHead,
            Self::Reporter => Role::Reporter,
        }
    }
}

/// A trigger as it stands.
#[derive(Clone, Debug)]
pub(crate) struct Trigger {
    pub(crate) district: String,
    pub(crate) id: String,
    /// Every change, switching it on and off included, is a revision.
    pub(crate) revision: i64,
    pub(crate) enabled: bool,
    pub(crate) rule: Rule,
    /// When this revision was made.
    pub(crate) create_time: Timestamp,
    /// How it was last tried; known only of one that is read to be shown.
    pub(crate) last_trial: Option<Trial>,
}

/// What a trigger says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) display_name: String,
    pub(crate) event_type: String,
    /// As it was written; always when empty.
    pub(crate) condition: String,
    pub(crate) kind: Kind,
    pub(crate) recipients: Vec<Recipient>,
    /// The document's fields, as templates of the event.
    pub(crate) fields: Contents,
    /// Those in English, where they are not the same.
    pub(crate) english_fields: Contents,
    /// How long after the event.
    pub(crate) delay_hours: i64,
    /// Days from the issue to the due date; none when 0.
    pub(crate) due_days: i64,
    /// How long events are gathered into one document; each has its own when 0.
    pub(crate) digest_hours: i64,
}

/// Who gets the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recipient {
    pub(crate) relation: Relation,
    /// Id of the unit of `Relation::Named`.
    pub(crate) unit: String,
    /// What it is to correct, as a template of the event; empty for nothing.
    pub(crate) problem: String,
}

/// An event that a trigger writes about, once its time has come.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) district: String,
    pub(crate) trigger: String,
    pub(crate) revision: i64,
    /// What tells this event from every other.
    pub(crate) event_key: String,
    pub(crate) event: Heard,
    pub(crate) due_time: Timestamp,
    /// Why it was not written when it was due; empty when it was not tried.
    pub(crate) fault: String,
}

/// An event as its service told it.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) kind: String,
    /// Full name of the resource it happened to.
    pub(crate) name: String,
    pub(crate) time: Timestamp,
    pub(crate) trace_parent: String,
    /// The change, as the service's contract encodes it.
    pub(crate) payload: Vec<u8>,
}

impl Heard {
    /// What tells it from every other event.
    pub(crate) fn key(&self) -> String {
        format!("{}@{}@{}", self.kind, self.name, self.time.as_microsecond())
    }
}

impl Trigger {
    /// Its full name.
    pub(crate) fn name(&self) -> String {
        NAME.format(&[&self.district, &self.id])
    }

    /// Switches it on or off.
    pub(crate) fn switch(&mut self, enabled: bool, now: Timestamp) -> Result<()> {
        if self.enabled == enabled {
            let (reason, is) = match enabled {
                true => ("ALREADY_ENABLED", "is enabled"),
                false => ("NOT_ENABLED", "is not enabled"),
            };
            return Err(Error::precondition(reason, self.name(), is));
        }
        self.enabled = enabled;
        self.step(now);
        Ok(())
    }

    /// Takes on another rule and says whether that is a change.
    pub(crate) fn change(&mut self, rule: Rule, now: Timestamp) -> bool {
        if self.rule == rule {
            return false;
        }
        self.rule = rule;
        self.step(now);
        true
    }

    fn step(&mut self, now: Timestamp) {
        self.revision += 1;
        self.create_time = now;
    }
}
