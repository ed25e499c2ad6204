//! The one mapping between `Error` and `tonic::Status`, with google.rpc details.

use std::collections::HashMap;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, PreconditionViolation, StatusExt as _};

use super::{Error, Wanted};

const DOMAIN: &str = "saima";

/// The reasons given where the transport refuses a message.
const TRANSPORT: [&str; 2] = [MALFORMED, MESSAGE_TOO_LARGE];
pub(crate) const MALFORMED: &str = "MALFORMED";
pub(crate) const MESSAGE_TOO_LARGE: &str = "MESSAGE_TOO_LARGE";

/// Details travel in a header; stock clients take 8 KiB of headers, base64 and names included.
const DETAILS_BYTES: usize = 3_500;
const MESSAGE_BYTES: usize = 600;

impl Error {
    /// The code the caller will see.
    pub fn code(&self) -> Code {
        match self {
            Self::Invalid(_) | Self::RequestIdReused { .. } => Code::InvalidArgument,
            Self::NotFound { .. } => Code::NotFound,
            Self::AlreadyExists { .. } => Code::AlreadyExists,
            Self::Precondition(_) | Self::Unapproved(_) => Code::FailedPrecondition,
            Self::Unauthenticated { .. } => Code::Unauthenticated,
            Self::Denied { .. } => Code::PermissionDenied,
            Self::Conflict { .. } => Code::Aborted,
            Self::OutOfRange { .. } => Code::OutOfRange,
            Self::Exhausted { .. } | Self::TooOften { .. } => Code::ResourceExhausted,
            Self::Unavailable { .. } => Code::Unavailable,
            Self::Deadline => Code::DeadlineExceeded,
            Self::Peer(status) => status.code(),
            Self::Internal(_) => Code::Internal,
        }
    }

    /// The stable reason in upper snake case; of several violations, the first one's.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Invalid(violations) => violations.first().map_or("INVALID", |it| it.reason),
            Self::Precondition(unmet) => unmet.first().map_or("PRECONDITION", |it| it.reason),
            Self::Unapproved(_) => "APPROVAL_REQUIRED",
            Self::NotFound { .. } => "NOT_FOUND",
            Self::AlreadyExists { .. } => "ALREADY_EXISTS",
            Self::Conflict { .. } => "ETAG_MISMATCH",
            Self::RequestIdReused { .. } => "REQUEST_ID_REUSED",
            Self::Unauthenticated { reason, .. }
            | Self::Denied { reason, .. }
            | Self::OutOfRange { reason, .. }
            | Self::Exhausted { reason, .. } => reason,
            Self::TooOften { .. } => "TOO_MANY_CALLS",
            Self::Unavailable { .. } => "UNAVAILABLE",
            Self::Deadline => "DEADLINE_EXCEEDED",
            Self::Peer(_) => "PEER",
            Self::Internal(_) => "INTERNAL",
        }
    }

    /// The variables of the message, for programs.
    fn metadata(&self) -> HashMap<String, String> {
        let pairs = match self {
            Self::Invalid(violations) => vec![
                ("field", violations.first().map_or("", |it| &it.field).to_owned()),
                ("violations", violations.len().to_string()),
            ],
            Self::Precondition(unmet) => vec![
                ("subject", unmet.first().map_or("", |it| &it.subject).to_owned()),
                ("violations", unmet.len().to_string()),
            ],
            Self::Unapproved(Wanted { permission, resource, etag }) => vec![
                ("permission", permission.clone()),
                ("resource", resource.clone()),
                ("resource_etag", etag.clone()),
            ],
            Self::NotFound { kind, name } | Self::AlreadyExists { kind, name } => {
                vec![("kind", (*kind).to_owned()), ("name", name.clone())]
            }
            Self::Conflict { name } => vec![("name", name.clone())],
            Self::RequestIdReused { request_id } => vec![("request_id", request_id.clone())],
            _ => Vec::new(),
        };
        pairs
            .into_iter()
            .map(|(key, value)| (key.to_owned(), shortened(&value, MESSAGE_BYTES)))
            .collect()
    }
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        if let Error::Peer(status) = error {
            return *status;
        }
        if let Error::Internal(cause) = &error {
            tracing::error!(error = %chain(&**cause), "internal error");
        }
        let message = shortened(&error.to_string(), MESSAGE_BYTES);
        let mut details = ErrorDetails::new();
        details.set_error_info(error.reason(), DOMAIN, error.metadata());
        match &error {
            Error::Invalid(violations) => {
                let fields = violations.iter().map(|it| FieldViolation {
                    field: it.field.clone(),
                    description: shortened(&it.message, MESSAGE_BYTES),
                    reason: it.reason.to_owned(),
                    localized_message: None,
                });
                let size =
                    |it: &FieldViolation| it.field.len() + it.description.len() + it.reason.len();
                details.set_bad_request(fitting(fields, size));
            }
            Error::RequestIdReused { .. } => {
                details.add_bad_request_violation("request_id", message.clone());
            }
            Error::Precondition(unmet) => {
                let rules = unmet.iter().map(|it| {
                    PreconditionViolation::new(
                        it.reason,
                        it.subject.clone(),
                        shortened(&it.message, MESSAGE_BYTES),
                    )
                });
                let size = |it: &PreconditionViolation| {
                    it.r#type.len() + it.subject.len() + it.description.len()
                };
                details.set_precondition_failure(fitting(rules, size));
            }
            Error::Unapproved(wanted) => {
                let violation = PreconditionViolation::new(
                    error.reason(),
                    wanted.resource.clone(),
                    message.clone(),
                );
                details.set_precondition_failure(vec![violation]);
            }
            Error::NotFound { kind, name } | Error::AlreadyExists { kind, name } => {
                details.set_resource_info(*kind, shortened(name, 200), "", message.clone());
            }
            Error::Unavailable { retry_after, .. } | Error::TooOften { retry_after, .. } => {
                details.set_retry_info(Some(*retry_after));
            }
            _ => {}
        }
        Status::with_error_details(error.code(), message, details)
    }
}

/// A peer's refusal keeps its code, message and details, and loses its headers. A failed
/// transport says nothing the caller may see, and what we sent a peer or could not take from it
/// is no fault of the caller's.
impl From<Status> for Error {
    fn from(status: Status) -> Self {
        let bare = status.details().is_empty();
        match status.code() {
            Code::DeadlineExceeded => Self::Deadline,
            Code::Cancelled if bare => Self::Deadline,
            Code::Unavailable | Code::Unknown if bare => {
                tracing::warn!(error = %chain(&status), "peer unavailable");
                Self::unavailable("a service this one depends on is unavailable; try again")
            }
            Code::Ok | Code::Unknown | Code::Internal | Code::DataLoss => {
                Self::Internal(Box::new(status))
            }
            // No service of the suite refuses without details: this is the transport, a proxy or
            // a release without the method.
            _ if bare || is_about_transport(&status) => Self::Internal(Box::new(status)),
            code => {
                let details = tonic::codegen::Bytes::copy_from_slice(status.details());
                let status = Status::with_details(code, status.message(), details);
                Self::Peer(Box::new(status))
            }
        }
    }
}

/// True when a peer complains of the message itself, which we wrote or asked for.
fn is_about_transport(status: &Status) -> bool {
    let info = status.get_details_error_info();
    info.is_some_and(|info| TRANSPORT.contains(&info.reason.as_str()))
}

/// An error and its causes, in one line for the log.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let line = error.to_string();
        if !text.ends_with(&line) {
            text.push_str(": ");
            text.push_str(&line);
        }
        cause = error.source();
    }
    text
}

fn fitting<T>(items: impl Iterator<Item = T>, size: impl Fn(&T) -> usize) -> Vec<T> {
    let mut room = DETAILS_BYTES;
    items
        .map_while(|item| {
            room = room.checked_sub(size(&item) + 16)?;
            Some(item)
        })
        .collect()
}

fn shortened(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let end = (0..=bytes).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}…", &text[..end])
}
