//! Revisions (沿革): how a definition stood after each change, and why it was changed. A ledger:
//! a change never overwrites history (Q5).

use jiff::Timestamp;

/// A definition as it stood after one change.
#[derive(Clone, Debug)]
pub(crate) struct Revision {
    pub(crate) district: String,
    /// The definition's full name.
    pub(crate) resource: String,
    /// 1 for its creation, then one more with each change.
    pub(crate) number: i64,
    /// What happened, as the feed calls it.
    pub(crate) kind: String,
    /// 调整原因; may be empty.
    pub(crate) reason: String,
    /// The definition, encoded at the edge.
    pub(crate) document: Vec<u8>,
    pub(crate) create_time: Timestamp,
}
