//! The change feed: what happened, in order, for whoever wants to know.
//!
//! An event is appended in the business transaction and numbered by one counter
//! row, updated last, so a reader never sees a number before a smaller one.
//! (An identity column would hide a slow transaction's event behind the cursor.)
//!
//! `watch` reads a feed from a resume token on. `follow` reads another service's
//! feed and applies each event exactly once: effects and cursor are one transaction.
//!
//! Deliberately absent: a broker, topics, acknowledgement by the reader.

mod append;
mod batch;
mod follow;
mod head;
mod service;
mod signal;
mod token;
mod watch;

pub(crate) use append::write;
pub(crate) use signal::Signal;

pub use append::{Event, append};
pub use follow::{Change, Changes, Follower, follow};
pub(crate) use head::compact_before;
pub use head::{compact, end};
#[doc(hidden)]
pub use service::{Replies, decode, replies};
pub use watch::{Entry, Filter, Notice, Watch, watch};
