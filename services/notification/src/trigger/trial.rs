//! A trial of a trigger over past events: whom it would have written to is known before it is
//! switched on.

use jiff::Timestamp;

/// How a saved trigger was tried.
#[derive(Clone, Debug)]
pub(crate) struct Trial {
    /// The trigger's revision then.
    pub(crate) revision: i64,
    /// What tells the rule that was tried from every other, whatever it is called.
    pub(crate) digest: String,
    pub(crate) account: String,
    /// Only events from this instant on were looked at.
    pub(crate) start: Option<Timestamp>,
    /// Only events before this instant were looked at.
    pub(crate) end: Option<Timestamp>,
    /// Events of its type.
    pub(crate) events: i64,
    /// Events for which its condition held.
    pub(crate) matches: i64,
    /// Documents that could not have been written, of those that were told of.
    pub(crate) faults: i64,
    /// There were more events.
    pub(crate) truncated: bool,
    pub(crate) create_time: Timestamp,
}
