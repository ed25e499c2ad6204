//! Lanes: what endpoints and channels are alike. Things are sent along one in batches, to one
//! place, by a circuit of its own; one along which every attempt failed for days is disabled.

use jiff::{SignedDuration, Timestamp};
use kit::{Error, Result};

/// Failures in a row before the circuit opens.
const PATIENCE: i64 = 5;
/// How long it stays open first; each further failure doubles it.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(30);
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(15);
/// How long every attempt may fail before the lane is disabled.
const GIVEN_UP: SignedDuration = SignedDuration::from_hours(5 * 24);

kit::numbered! {
    /// Whether things are sent along a lane.
    enum State {
        /// They are.
        Enabled = 1,
        /// They are not.
        Disabled = 2,
    }
}

/// How a lane stands.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
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

    /// Until when the circuit is open, or was last; none where it never was.
    pub(crate) fn opened_until(&self) -> Option<Timestamp> {
        Some(self.circuit_time).filter(|it| *it > Timestamp::UNIX_EPOCH)
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

impl Standing {
    /// That of a new one.
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            state: State::Enabled,
            disable_reason: String::new(),
            health: Health::default(),
            create_time: now,
            update_time: now,
            revision: 1,
        }
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

    /// Notes a change.
    pub(crate) fn touch(&mut self, now: Timestamp) {
        self.update_time = now;
        self.revision += 1;
    }

    /// How many may be taken at once, of at most `room`: none while it is disabled or its circuit
    /// open, one after failures.
    pub(crate) fn takes(&self, room: i64, now: Timestamp) -> i64 {
        match self.state {
            State::Disabled => 0,
            State::Enabled if self.health.is_open(now) => 0,
            State::Enabled if self.health.is_doubtful() => room.min(1),
            State::Enabled => room,
        }
    }

    /// Refuses, for that reason, to send along one of this name while it is disabled.
    pub(crate) fn check_enabled(&self, reason: &'static str, name: String) -> Result<()> {
        if self.state == State::Enabled {
            return Ok(());
        }
        let message = format!("is disabled ({}); enable it first", self.disable_reason);
        Err(Error::precondition(reason, name, message))
    }
}
