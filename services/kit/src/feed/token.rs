//! Resume tokens: a feed's identity and a position in it, opaque to the reader.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::error::{Error, Result};

const FORM: u8 = 1;

/// A place in one feed: everything up to `position` has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) feed: Uuid,
    pub(super) position: i64,
}

impl Token {
    pub(super) fn write(self) -> String {
        let mut bytes = vec![FORM];
        bytes.extend_from_slice(self.feed.as_bytes());
        bytes.extend_from_slice(&self.position.to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Refuses what no feed gave out with reason `RESUME_TOKEN`.
    pub(super) fn read(text: &str) -> Result<Self> {
        parse(text).ok_or_else(|| {
            let message = "is not a token that a Watch gave out";
            Error::invalid("resume_token", "RESUME_TOKEN", message)
        })
    }
}

fn parse(text: &str) -> Option<Token> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (&form, rest) = bytes.split_first()?;
    let (feed, position) = rest.split_at_checked(16)?;
    let position = i64::from_be_bytes(position.try_into().ok()?);
    (form == FORM && position >= 0)
        .then_some(Token { feed: Uuid::from_slice(feed).ok()?, position })
}
