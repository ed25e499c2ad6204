//! Endpoints: where a district's events go, and how it goes with them.

mod condition;

use jiff::{SignedDuration, Timestamp};
use kit::name::Pattern;

pub(crate) use condition::{Condition, Operator};

use crate::secret::Scheme;

/// How endpoints are named.
pub(crate) static NAME: Pattern =
    Pattern::new("endpoint", "districts/{district}/endpoints/{endpoint}");

/// Failures in a row before the circuit opens.
const PATIENCE: i64 = 5;
/// How long it stays open first; each further failure doubles it.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(30);
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(15);
/// How long every attempt may fail before the endpoint is disabled.
const GIVEN_UP: SignedDuration = SignedDuration::from_hours(5 * 24);

kit::numbered! {
    /// Whether events go to an endpoint.
    enum State {
        /// They do.
        Enabled = 1,
        /// They do not.
        Disabled = 2,
    }
}

/// What may be changed of an endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) display_name: String,
    pub(crate) url: String,
    /// In the order of the alphabet.
    pub(crate) event_types: Vec<String>,
    pub(crate) subject_prefix: String,
    pub(crate) include_resource: bool,
    pub(crate) ordered: bool,
    /// Id of the unit that is told when it is disabled; empty for nobody.
    pub(crate) owner: String,
    /// Events a minute; 0 for any number.
    pub(crate) rate: i64,
    /// All of them must hold.
    pub(crate) conditions: Vec<Condition>,
}

impl Wish {
    /// True when the endpoint wants events about such a resource; empty for one too large to
    /// be kept, which is wanted rather than missed.
    pub(crate) fn wants(&self, resource: &str) -> bool {
        wants(&self.conditions, resource)
    }
}

/// True when all conditions hold for a resource in JSON.
pub(crate) fn wants(conditions: &[Condition], resource: &str) -> bool {
    match serde_json::from_str(resource) {
        Ok(resource) => conditions.iter().all(|condition| condition.holds(&resource)),
        Err(_) => true,
    }
}

/// Where events go.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub(crate) district: String,
    pub(crate) id: String,
    pub(crate) wish: Wish,
    pub(crate) scheme: Scheme,
    pub(crate) state: State,
    pub(crate) disable_reason: String,
    pub(crate) health: Health,
    pub(crate) create_time: Timestamp,
    pub(crate) update_time: Timestamp,
    pub(crate) revision: i64,
}

/// How the last attempts went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Health {
    /// Failures in a row.
    pub(crate) failures: i64,
    pub(crate) failing_since: Option<Timestamp>,
    /// Nothing is sent before.
    pub(crate) circuit_time: Timestamp,
}

impl Health {
    /// After an attempt.
    pub(crate) fn after(self, succeeded: bool, now: Timestamp) -> Self {
        if succeeded {
            return Self::default();
        }
        let failures = self.failures + 1;
        let beyond = failures - PATIENCE;
        let circuit_time = match u32::try_from(beyond) {
            Err(_) => self.circuit_time,
            Ok(doublings) => {
                let pause = FIRST_PAUSE * (1 << doublings.min(5));
                now + pause.min(LONGEST_PAUSE)
            }
        };
        Self { failures, failing_since: self.failing_since.or(Some(now)), circuit_time }
    }

    /// True when nothing more is to be sent for now.
    pub(crate) fn is_open(&self, now: Timestamp) -> bool {
        self.circuit_time > now
    }

    /// True when the next event is to be tried alone.
    pub(crate) fn is_doubtful(&self) -> bool {
        self.failures >= PATIENCE
    }

    /// True when it has failed for so long that nobody seems to be there.
    pub(crate) fn is_hopeless(&self, now: Timestamp) -> bool {
        self.failing_since.is_some_and(|since| now.duration_since(since) >= GIVEN_UP)
    }
}

impl Endpoint {
    /// Its full name.
    pub(crate) fn name(&self) -> String {
        NAME.format(&[&self.district, &self.id])
    }

    /// Changes it; false when it is so already.
    pub(crate) fn change(&mut self, wish: Wish, now: Timestamp) -> bool {
        if self.wish == wish {
            return false;
        }
        self.wish = wish;
        self.touch(now);
        true
    }

    /// Disables it; false when it is so already.
    pub(crate) fn disable(&mut self, reason: String, now: Timestamp) -> bool {
        if self.state == State::Disabled {
            return false;
        }
        self.state = State::Disabled;
        self.disable_reason = reason;
        self.touch(now);
        true
    }

    /// Enables it, with a clean slate; false when it is so already.
    pub(crate) fn enable(&mut self, now: Timestamp) -> bool {
        if self.state == State::Enabled {
            return false;
        }
        self.state = State::Enabled;
        self.disable_reason = String::new();
        self.health = Health::default();
        self.touch(now);
        true
    }

    fn touch(&mut self, now: Timestamp) {
        self.update_time = now;
        self.revision += 1;
    }
}
