//! One closed error for the whole suite, and its one mapping to `tonic::Status`.
//!
//! A message suffices alone: it names the field, row or rule. What a driver or
//! the operating system said stays in `Internal`, which is logged and never sent.

mod sql;
mod status;

use std::fmt;
use std::time::Duration;

pub(crate) use status::{MALFORMED, MESSAGE_TOO_LARGE, chain};

/// What every fallible function of the suite returns.
pub type Result<T> = std::result::Result<T, Error>;

/// Everything that can go wrong, as the caller must understand it.
#[derive(Debug)]
pub enum Error {
    /// The request is wrong whatever the state: INVALID_ARGUMENT with every field that is.
    Invalid(Vec<Violation>),
    /// No such resource, or none the caller may see: NOT_FOUND.
    NotFound {
        /// What the resource is, e.g. `unit`.
        kind: &'static str,
        /// Its full name.
        name: String,
    },
    /// The name or a unique property is taken: ALREADY_EXISTS.
    AlreadyExists {
        /// What the resource is, e.g. `unit`.
        kind: &'static str,
        /// Its full name.
        name: String,
    },
    /// The request is right but the state forbids it: FAILED_PRECONDITION with every rule that does.
    Precondition(Vec<Unmet>),
    /// A second person must approve first: FAILED_PRECONDITION, reason `APPROVAL_REQUIRED`, with
    /// what to ask for.
    Unapproved(Wanted),
    /// Nobody knows who is calling: UNAUTHENTICATED.
    Unauthenticated {
        /// A stable reason in upper snake case.
        reason: &'static str,
        /// What is wrong with the token.
        message: String,
    },
    /// The caller may not do this, and may know it: PERMISSION_DENIED.
    Denied {
        /// A stable reason in upper snake case.
        reason: &'static str,
        /// The rule that forbids it.
        message: String,
    },
    /// The resource changed since the caller read it: ABORTED, reason `ETAG_MISMATCH`.
    Conflict {
        /// The resource's full name.
        name: String,
    },
    /// The request_id came before with another body: INVALID_ARGUMENT, reason `REQUEST_ID_REUSED`.
    RequestIdReused {
        /// The id as given.
        request_id: String,
    },
    /// The request asks for what lies past an end: OUT_OF_RANGE.
    OutOfRange {
        /// A stable reason in upper snake case.
        reason: &'static str,
        /// What lies where.
        message: String,
    },
    /// A quota, a limit or the disk is used up: RESOURCE_EXHAUSTED.
    Exhausted {
        /// A stable reason in upper snake case.
        reason: &'static str,
        /// What is used up.
        message: String,
    },
    /// The caller asks more often than he may: RESOURCE_EXHAUSTED with the time to wait.
    TooOften {
        /// What is asked too often.
        message: String,
        /// How long to wait before the next try.
        retry_after: Duration,
    },
    /// Try again later: UNAVAILABLE with the time to wait.
    Unavailable {
        /// What is away.
        message: String,
        /// How long to wait before the next try.
        retry_after: Duration,
    },
    /// The caller's deadline passed: DEADLINE_EXCEEDED.
    Deadline,
    /// A peer service's refusal, passed on as it came.
    Peer(Box<tonic::Status>),
    /// A fault of ours: INTERNAL. The source is logged at the boundary and never sent.
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

/// One field that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The path from the request's root, e.g. `unit.display_name` or `rows[12].value`.
    pub field: String,
    /// A stable reason in upper snake case.
    pub reason: &'static str,
    /// What is wrong and what would be right.
    pub message: String,
}

/// One rule that the present state does not meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// A stable reason in upper snake case.
    pub reason: &'static str,
    /// What the rule is about: a resource name.
    pub subject: String,
    /// The rule, what is, and what would be needed.
    pub message: String,
}

/// What a second person is to approve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What is to be done, as the permission it needs.
    pub permission: String,
    /// What it is to be done with.
    pub resource: String,
    /// The revision it has; empty where nothing is there yet.
    pub etag: String,
}

impl Error {
    /// One wrong field.
    pub fn invalid(
        field: impl Into<String>,
        reason: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self::Invalid(vec![Violation { field: field.into(), reason, message: message.into() }])
    }

    /// No such resource.
    pub fn not_found(kind: &'static str, name: impl Into<String>) -> Self {
        Self::NotFound { kind, name: name.into() }
    }

    /// The name is taken.
    pub fn already_exists(kind: &'static str, name: impl Into<String>) -> Self {
        Self::AlreadyExists { kind, name: name.into() }
    }

    /// One rule that the state does not meet.
    pub fn precondition(
        reason: &'static str,
        subject: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self::Precondition(vec![Unmet { reason, subject: subject.into(), message: message.into() }])
    }

    /// Try again in a second.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::Unavailable { message: message.into(), retry_after: Duration::from_secs(1) }
    }

    /// A fault of ours, with its cause for the log.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(violations) => {
                let lines = violations.iter().map(|it| format!("{}: {}", it.field, it.message));
                summary(out, lines)
            }
            Self::NotFound { kind, name } => write!(out, "there is no {kind} {name}"),
            Self::AlreadyExists { kind, name } => write!(out, "the {kind} {name} exists already"),
            Self::Precondition(unmet) => {
                let lines = unmet.iter().map(|it| format!("{}: {}", it.subject, it.message));
                summary(out, lines)
            }
            Self::Unapproved(Wanted { permission, resource, .. }) => write!(
                out,
                "approval: a second person must approve {permission} with {resource} first; ask \
                 with RequestApproval"
            ),
            Self::Conflict { name } => write!(
                out,
                "{name} has changed since it was read; read it again and repeat the change"
            ),
            Self::RequestIdReused { request_id } => write!(
                out,
                "request_id: {request_id} was used before with another request; take a new one"
            ),
            Self::Unauthenticated { message, .. }
            | Self::Denied { message, .. }
            | Self::OutOfRange { message, .. }
            | Self::Exhausted { message, .. }
            | Self::TooOften { message, .. }
            | Self::Unavailable { message, .. } => out.write_str(message),
            Self::Deadline => out.write_str("the deadline passed before the work was done"),
            Self::Peer(status) => out.write_str(status.message()),
            Self::Internal(_) => out.write_str("internal error; its cause is in the service's log"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Internal(cause) => Some(&**cause),
            Self::Peer(status) => Some(&**status),
            _ => None,
        }
    }
}

/// The first line, and how many more there are: the rest stands in the details.
fn summary(
    out: &mut fmt::Formatter<'_>,
    mut lines: impl ExactSizeIterator<Item = String>,
) -> fmt::Result {
    out.write_str(&lines.next().unwrap_or_default())?;
    match lines.len() {
        0 => Ok(()),
        more => write!(out, " (and {more} more)"),
    }
}
