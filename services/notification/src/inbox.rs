//! Inboxes: notes to units beside their letters, and how late a letter may be acknowledged.

use jiff::civil::Date;
use jiff::{Timestamp, Unit};
use kit::name::Pattern;
use kit::{Error, Result};

/// How notes and rules are named.
pub(crate) static NOTE: Pattern = Pattern::new("note", "districts/{district}/notes/{note}");
pub(crate) static RULE: Pattern = Pattern::new("inbox rule", "districts/{district}/inboxRule");

kit::numbered! {
    /// What a note is about.
    enum Kind {
        /// An endpoint was disabled.
        EndpointDisabled = 1,
        /// A channel was disabled.
        ChannelDisabled = 2,
        /// A rectification of the unit was reviewed.
        RectificationReviewed = 3,
        /// A letter has nowhere to go.
        DispatchHeld = 4,
        /// A letter was given up.
        DispatchGivenUp = 5,
    }
}

kit::numbered! {
    /// What becomes of a late acknowledgement.
    enum Late {
        /// It is refused.
        Refused = 1,
        /// It is taken and says how late it is.
        Recorded = 2,
    }
}

/// A note to a unit.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) district: String,
    /// Its place in the district's order.
    pub(crate) sequence: i64,
    /// Id of the unit.
    pub(crate) unit: String,
    pub(crate) kind: Kind,
    /// Full name of what it is about.
    pub(crate) source: String,
    pub(crate) text: String,
    pub(crate) create_time: Timestamp,
    pub(crate) read_time: Option<Timestamp>,
}

/// A district's rule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    pub(crate) late: Late,
    /// None where it never was set.
    pub(crate) update_time: Option<Timestamp>,
    /// 0 where it never was set.
    pub(crate) revision: i64,
}

impl Default for Rule {
    fn default() -> Self {
        Self { late: Late::Refused, update_time: None, revision: 0 }
    }
}

impl Rule {
    /// How many days late an acknowledgement on `today` is of what is due, a letter or document of
    /// that name; refused where late ones are.
    pub(crate) fn days_late(&self, due: Date, name: String, today: Date) -> Result<i64> {
        if today <= due {
            return Ok(0);
        }
        let late = due.until((Unit::Day, today)).map_err(Error::internal)?;
        if self.late == Late::Recorded {
            return Ok(late.get_days().into());
        }
        let message = format!("was to be acknowledged by {due}; it is {today} now");
        Err(Error::precondition("DEADLINE_PASSED", name, message))
    }
}

impl Note {
    /// Its full name.
    pub(crate) fn name(&self) -> String {
        NOTE.format(&[&self.district, &self.sequence.to_string()])
    }
}
