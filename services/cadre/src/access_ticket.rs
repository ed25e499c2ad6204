//! Tickets that open a political-quality archive (S6): asked for, approved by somebody else, good for
//! hours.

use jiff::{SignedDuration, Timestamp};
use kit::name::Pattern;
use kit::{Error, Result};

/// How tickets are named.
pub(crate) static NAME: Pattern =
    Pattern::new("access_ticket", "districts/{district}/accessTickets/{access_ticket}");

kit::numbered! {
    /// Where a ticket stands.
    enum State {
        /// Waits for its approval.
        Requested = 1,
        /// Good.
        Approved = 2,
        /// Refused.
        Refused = 3,
        /// Its time is over.
        Expired = 4,
    }
}

/// A ticket.
#[derive(Clone, Debug)]
pub(crate) struct AccessTicket {
    /// Its position in the district's ledger, and its id.
    pub(crate) sequence: i64,
    pub(crate) person: String,
    pub(crate) reader: String,
    pub(crate) purpose: String,
    pub(crate) hours: i32,
    pub(crate) decision: Option<Decision>,
    pub(crate) create_time: Timestamp,
}

/// What was decided.
#[derive(Clone, Debug)]
pub(crate) struct Decision {
    pub(crate) approved: bool,
    pub(crate) decider: String,
    pub(crate) reason: String,
    pub(crate) create_time: Timestamp,
}

impl AccessTicket {
    /// Its full name.
    pub(crate) fn name(&self, district: &str) -> String {
        NAME.format(&[district, &self.sequence.to_string()])
    }

    /// When it stops being good.
    pub(crate) fn expire_time(&self) -> Option<Timestamp> {
        let approved = self.decision.as_ref().filter(|it| it.approved)?;
        let term = SignedDuration::from_hours(i64::from(self.hours));
        approved.create_time.checked_add(term).ok()
    }

    /// Where it stands at an instant.
    pub(crate) fn state(&self, now: Timestamp) -> State {
        match (&self.decision, self.expire_time()) {
            (None, _) => State::Requested,
            (Some(_), None) => State::Refused,
            (Some(_), Some(until)) if now < until => State::Approved,
            _ => State::Expired,
        }
    }

    /// Decides it, once, by somebody who will not read.
    pub(crate) fn decide(&mut self, district: &str, decision: Decision) -> Result<()> {
        if self.decision.is_some() {
            let message = "was decided before";
            return Err(Error::precondition("TICKET_DECIDED", self.name(district), message));
        }
        if decision.decider == self.reader {
            let message = format!("{} will read; somebody else decides", self.reader);
            return Err(Error::precondition("SAME_PERSON", self.name(district), message));
        }
        self.decision = Some(decision);
        Ok(())
    }
}
