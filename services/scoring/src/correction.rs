//! Corrections of a closed period (锁账后更正): requested by one person, decided by another.

use jiff::Timestamp;
use kit::name::Pattern;
use kit::{Error, Result};

use crate::observation::Observation;
use crate::report::{Evidence, Reading};

/// How corrections are named.
pub(crate) static NAME: Pattern =
    Pattern::new("correction", "districts/{district}/corrections/{correction}");

/// A request and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Correction {
    /// Its position in the district's ledger of corrections, and its id.
    pub(crate) sequence: i64,
    pub(crate) wanted: Wanted,
    /// The observation that counted when it was requested.
    pub(crate) corrects: Option<i64>,
    pub(crate) create_time: Timestamp,
    pub(crate) decision: Option<Decision>,
}

/// What is requested.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) period: String,
    /// The subject.
    pub(crate) unit: String,
    pub(crate) indicator: String,
    pub(crate) reading: Reading,
    pub(crate) reason: String,
    pub(crate) evidence: Vec<Evidence>,
    /// Account of who requests it.
    pub(crate) requester: String,
}

/// What was decided.
#[derive(Clone, Debug)]
pub(crate) struct Decision {
    pub(crate) verdict: Verdict,
    pub(crate) reason: String,
    /// Account of who decided.
    pub(crate) decider: String,
    /// The observation that it became.
    pub(crate) observation: Option<i64>,
    pub(crate) create_time: Timestamp,
}

kit::numbered! {
    /// What a request is decided with.
    enum Verdict {
        /// It is executed.
        Approve = 1,
        /// Nothing changes.
        Reject = 2,
    }
}

kit::numbered! {
    /// Where a correction stands.
    enum State {
        /// Waits for its decision.
        Requested = 1,
        /// In the ledger of observations.
        Executed = 2,
        /// Nothing was changed.
        Rejected = 3,
    }
}

impl Correction {
    /// Its full name.
    pub(crate) fn name(&self, district: &str) -> String {
        name(district, self.sequence)
    }

    /// Where it stands.
    pub(crate) fn state(&self) -> State {
        match self.decision.as_ref().map(|it| it.verdict) {
            None => State::Requested,
            Some(Verdict::Approve) => State::Executed,
            Some(Verdict::Reject) => State::Rejected,
        }
    }

    /// One more when it is decided.
    pub(crate) fn revision(&self) -> i64 {
        1 + i64::from(self.decision.is_some())
    }

    /// Refuses a decision by who requested it, and a second one.
    pub(crate) fn may_be_decided(&self, district: &str, decider: &str) -> Result<()> {
        if decider == self.wanted.requester {
            let message = format!("{decider} requested it; another person decides");
            return Err(Error::invalid("decider", "SAME_PERSON", message));
        }
        if self.decision.is_some() {
            let message = "was decided already";
            return Err(Error::precondition("CORRECTION_DECIDED", self.name(district), message));
        }
        Ok(())
    }

    /// The observation that it becomes. `before` is the one whose place it takes; what was never
    /// reported comes late.
    pub(crate) fn execute(
        &self,
        sequence: i64,
        before: Option<&Observation>,
        now: Timestamp,
    ) -> Observation {
        let Wanted { period, unit, indicator, reading, reason, evidence, .. } = &self.wanted;
        match before {
            Some(before) => {
                before.corrected(sequence, *reading, evidence.clone(), reason.clone(), now)
            }
            None => Observation {
                sequence,
                period: period.clone(),
                unit: unit.clone(),
                indicator: indicator.clone(),
                reading: *reading,
                note: reason.clone(),
                evidence: evidence.clone(),
                late: true,
                report_time: now,
                supersedes: None,
                reason: reason.clone(),
                create_time: now,
            },
        }
    }
}

/// The full name of the correction at a position.
pub(crate) fn name(district: &str, sequence: i64) -> String {
    NAME.format(&[district, &sequence.to_string()])
}
