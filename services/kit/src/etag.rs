//! Entity tags: a resource's revision, as AIP-154 wants it written.

use crate::error::{Error, Result};

/// The etag of a resource at `revision`, in double quotes as HTTP writes them.
pub fn of(revision: i64) -> String {
    format!("\"{revision}\"")
}

/// Refuses with `Conflict` when the caller saw another revision than the stored one.
/// An empty etag or `*` asks for no check.
pub fn check(given: &str, revision: i64, name: &str) -> Result<()> {
    if given.is_empty() || given == "*" || given == of(revision) {
        return Ok(());
    }
    Err(Error::Conflict { name: name.to_owned() })
}
