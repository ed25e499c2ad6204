//! Notices: what scoring told and is not settled yet. They lie in the tray, unread, until it is
//! known what they mean.

use jiff::Timestamp;

/// What scoring told.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    /// The district's id.
    pub(crate) district: String,
    /// Full name of the result, award or card; with `/withdrawn` when it is about that.
    pub(crate) source: String,
    /// The event, as scoring's contract encodes it.
    pub(crate) payload: Vec<u8>,
    /// The trace in which it came.
    pub(crate) trace_parent: String,
    /// When it came.
    pub(crate) create_time: Timestamp,
}

/// The id of the district that a resource of this name lies in; empty when it names none.
pub(crate) fn district_of(name: &str) -> &str {
    name.strip_prefix("districts/").and_then(|rest| rest.split('/').next()).unwrap_or_default()
}
