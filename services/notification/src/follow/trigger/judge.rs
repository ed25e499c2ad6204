//! Whether a trigger's condition holds: of what an event holds when it comes, and where the condition
//! names what is read beside the event, once more when that was read.

use kit::condition::{self, Condition};

use crate::fact::Fact;
use crate::follow::message;
use crate::trigger::Trigger;

/// A trigger's condition, read once.
pub(crate) struct Judge {
    /// None when it can no longer be read: then it never holds.
    condition: Option<Condition>,
}

impl Judge {
    /// It was checked when it was saved; one that can no longer be read is written to the log.
    pub(crate) fn of(trigger: &Trigger) -> Self {
        let shape = message::shape(&trigger.rule.event_type);
        match shape.map(|shape| condition::read(&trigger.rule.condition, &shape)) {
            Some(Ok(condition)) => Self { condition: Some(condition) },
            fault => {
                tracing::error!(trigger = trigger.name(), ?fault, "its condition cannot be read");
                Self { condition: None }
            }
        }
    }

    /// True when it is not decided before what stands beside the event was read.
    pub(crate) fn waits(&self) -> bool {
        self.condition.iter().flat_map(Condition::facts).any(|path| !is_held(path))
    }

    /// False when what the event itself holds says that it does not hold.
    pub(crate) fn may_hold(&self, facts: &Fact) -> bool {
        self.condition.as_ref().is_some_and(|it| may_hold(it, facts))
    }

    /// True when it holds for all that is known.
    pub(crate) fn holds(&self, facts: &Fact) -> bool {
        self.condition.as_ref().is_some_and(|it| it.holds(facts))
    }
}

fn may_hold(condition: &Condition, facts: &Fact) -> bool {
    match condition {
        Condition::And(one, two) => may_hold(one, facts) && may_hold(two, facts),
        Condition::Or(one, two) => may_hold(one, facts) || may_hold(two, facts),
        other => !other.facts().into_iter().all(is_held) || other.holds(facts),
    }
}

/// True for a fact that every event holds itself.
fn is_held(path: &[String]) -> bool {
    path.first().is_some_and(|name| message::HELD.contains(&name.as_str()))
}
