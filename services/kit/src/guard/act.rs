//! A call as the audit keeps it.

use std::net::{IpAddr, SocketAddr};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use http::HeaderMap;
use tracing::Span;

use super::rights::Right;
use crate::telemetry::current_trace_parent;

const PURPOSE: &str = "saima-purpose";
const PURPOSE_BIN: &str = "saima-purpose-bin";
/// Longest purpose that is kept, in characters.
const LONGEST: usize = 200;

/// Where the audit keeps calls that belong to no district.
pub(super) const NOWHERE: &str = "-";

/// Where a call came from and what for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origin {
    pub(crate) purpose: String,
    source: Option<IpAddr>,
    pub(crate) trace: String,
}

/// What somebody did, or wanted to do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Act {
    pub(crate) district: String,
    pub(crate) account: String,
    pub(crate) permission: String,
    /// Names that the request gave.
    pub(crate) about: String,
    pub(crate) purpose: String,
    pub(crate) request_id: String,
    pub(crate) source: String,
    pub(crate) trace: String,
}

impl Act {
    /// What somebody wanted who showed no valid token, and why he was sent away.
    pub(super) fn of_stranger(right: &Right, origin: Origin, reason: &str) -> Self {
        let source = origin.source();
        let Origin { purpose, trace, .. } = origin;
        Self {
            district: NOWHERE.to_owned(),
            permission: right.permission.clone(),
            about: reason.to_owned(),
            purpose,
            source,
            trace,
            ..Self::default()
        }
    }
}

impl Origin {
    /// Reads it from a call's headers and the connection it came by.
    pub(crate) fn of(headers: &HeaderMap, from: Option<SocketAddr>, span: &Span) -> Self {
        let text = |name: &str| headers.get(name).and_then(|it| it.to_str().ok());
        let decoded = text(PURPOSE_BIN)
            .and_then(|it| STANDARD_NO_PAD.decode(it).or_else(|_| STANDARD.decode(it)).ok());
        let purpose = match decoded {
            Some(bytes) => String::from_utf8(bytes).unwrap_or_default(),
            None => text(PURPOSE).unwrap_or_default().to_owned(),
        };
        let shown = purpose.trim().chars().filter(|it| !it.is_control()).take(LONGEST);
        Self {
            purpose: shown.collect(),
            source: from.map(|it| it.ip()),
            trace: match span.is_disabled() {
                true => String::new(),
                false => span.in_scope(current_trace_parent).unwrap_or_default(),
            },
        }
    }

    /// The address, as it is told.
    pub(super) fn source(&self) -> String {
        self.source.map(|it| it.to_string()).unwrap_or_default()
    }
}
