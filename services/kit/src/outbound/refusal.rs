//! Why a request led to no reply.

use std::fmt;

/// The kinds of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The address cannot be read.
    UrlFormat,
    /// It leads where no request may go.
    ForbiddenAddress,
    /// It is unencrypted where that is not allowed.
    PlainHttp,
    /// Its name has no address.
    NameNotFound,
    /// Nobody answers there.
    NotConnected,
    /// The certificate or the encryption is not acceptable.
    Tls,
    /// It took too long.
    Timeout,
    /// What came back is no reply.
    BrokenReply,
}

impl Reason {
    /// A stable word in upper snake case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UrlFormat => "URL_FORMAT",
            Self::ForbiddenAddress => "FORBIDDEN_ADDRESS",
            Self::PlainHttp => "PLAIN_HTTP",
            Self::NameNotFound => "NAME_NOT_FOUND",
            Self::NotConnected => "NOT_CONNECTED",
            Self::Tls => "TLS",
            Self::Timeout => "TIMEOUT",
            Self::BrokenReply => "BROKEN_REPLY",
        }
    }
}

/// Why a request was not made, or led to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The kind.
    pub reason: Reason,
    /// What is wrong, in words.
    pub message: String,
}

impl Refusal {
    pub(super) fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}
