//! SQL, one file a noun. Nothing here decides: it reads what the domain asks for and writes
//! what the domain decided. Under the lock of the district's head a writer is alone in it.

pub(crate) mod bulletin;
pub(crate) mod calendar;
pub(crate) mod channel;
pub(crate) mod contact;
pub(crate) mod delivery;
pub(crate) mod dispatch;
pub(crate) mod document;
pub(crate) mod document_template;
pub(crate) mod endpoint;
pub(crate) mod event;
pub(crate) mod head;
pub(crate) mod inbox;
mod lane;
pub(crate) mod letter;
pub(crate) mod notice;
pub(crate) mod publication;
pub(crate) mod quiet_hours;
pub(crate) mod receipt;
pub(crate) mod rectification;
pub(crate) mod retention;
pub(crate) mod schedule;
pub(crate) mod secret;
pub(crate) mod template;
pub(crate) mod trigger;
