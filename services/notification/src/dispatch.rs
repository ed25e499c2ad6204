//! Dispatches: a letter on its way to one contact, tried over days, held where it has nowhere to go.

use jiff::Timestamp;
use jiff::civil::Date;
use kit::name::Pattern;

use crate::delivery::{self, Attempt};
use crate::document::Role;

/// How dispatches are named.
pub(crate) static NAME: Pattern =
    Pattern::new("dispatch", "districts/{district}/dispatches/{dispatch}");

/// Messages that one sender takes at a time.
pub(crate) const BATCH: i64 = 20;

/// Reasons of attempts that deliveries do not know. The first is final.
pub(crate) const REFUSED: &str = "REFUSED";
pub(crate) const LOGIN: &str = "LOGIN";
pub(crate) const RATE_LIMITED: &str = "RATE_LIMITED";
pub(crate) const GATEWAY: &str = "GATEWAY";

/// Every reason for which an attempt may have failed.
pub(crate) const REASONS: [&str; 14] = [
    "BROKEN_REPLY",
    "FORBIDDEN_ADDRESS",
    GATEWAY,
    LOGIN,
    "NAME_NOT_FOUND",
    "NOT_CONNECTED",
    "NOT_WRITTEN",
    "PLAIN_HTTP",
    RATE_LIMITED,
    REFUSED,
    "STATUS",
    "TIMEOUT",
    "TLS",
    "URL_FORMAT",
];

kit::numbered! {
    /// How far a dispatch came.
    enum State {
        /// It waits for its next attempt, or is on the way.
        Pending = 1,
        /// The channel took it.
        Sent = 2,
        /// Given up.
        Dead = 3,
        /// It has nowhere to go.
        Held = 4,
    }
}

kit::numbered! {
    /// Why a dispatch is held.
    enum Hold {
        /// It is not.
        No = 0,
        /// Neither the role nor the unit has a contact.
        NoContact = 1,
        /// They have none that is verified.
        Unverified = 2,
        /// Its channel is disabled: never stored, for that is seen by the channel.
        Disabled = 3,
    }
}

/// A letter that is to reach a unit.
#[derive(Clone, Debug)]
pub(crate) struct Matter {
    /// Full name of the letter.
    pub(crate) source: String,
    /// Id of the unit, empty for everybody, and who in it.
    pub(crate) unit: String,
    pub(crate) role: Role,
    pub(crate) subject: String,
    pub(crate) body: String,
    pub(crate) due_date: Option<Date>,
}

/// A letter on its way to one contact.
#[derive(Clone, Debug)]
pub(crate) struct Dispatch {
    pub(crate) district: String,
    /// Its place in the district's order.
    pub(crate) sequence: i64,
    pub(crate) matter: Matter,
    /// Ids of the contact and its channel; empty while it is held.
    pub(crate) contact: String,
    pub(crate) channel: String,
    pub(crate) state: State,
    pub(crate) hold: Hold,
    pub(crate) next_time: Timestamp,
    /// Attempts since it was last set on its way.
    pub(crate) tries: i64,
    /// All attempts.
    pub(crate) attempts: i64,
    pub(crate) last_failure: String,
    /// It leaves in quiet hours, too.
    pub(crate) urgent: bool,
    pub(crate) create_time: Timestamp,
}

impl Dispatch {
    /// Its full name.
    pub(crate) fn name(&self) -> String {
        NAME.format(&[&self.district, &self.sequence.to_string()])
    }

    /// Moves it on after an attempt, to its end or its next attempt.
    pub(crate) fn tried(&mut self, attempt: &Attempt, now: Timestamp) {
        self.tries += 1;
        self.attempts = attempt.number;
        self.last_failure = attempt.message.clone();
        if attempt.succeeded() {
            self.state = State::Sent;
            return;
        }
        match delivery::next_time(&self.name(), self.tries, self.attempts, now) {
            Some(next) if attempt.reason != REFUSED => self.next_time = next,
            _ => self.state = State::Dead,
        }
    }
}
