//! Notices: what scoring told and is not issued yet. They lie in the tray, unread, until their
//! letter or bulletin is out.

use jiff::Timestamp;

kit::numbered! {
    /// What a notice is about.
    enum Kind {
        /// A warning was raised.
        Warning = 1,
        /// A month was closed.
        Closing = 2,
    }
}

/// What scoring told.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    /// Full name of the resource it happened to.
    pub(crate) source: String,
    /// The event, as scoring's contract encodes it.
    pub(crate) payload: Vec<u8>,
    /// When it came.
    pub(crate) create_time: Timestamp,
}

/// A notice as it lies in the tray.
#[derive(Clone, Debug)]
pub(crate) struct Lying {
    pub(crate) source: String,
    pub(crate) kind: Kind,
    /// Why nothing was written about it; empty while nothing is wrong with it itself.
    pub(crate) fault: String,
    /// It is not tried before.
    pub(crate) retry_time: Timestamp,
    pub(crate) create_time: Timestamp,
}

/// What one request at scoring led to in one district.
#[derive(Clone, Debug)]
pub(crate) struct Cause {
    pub(crate) district: String,
    pub(crate) trace_parent: String,
}
