//! Pages of a list: size, opaque token bound to the filter, what comes next.

use std::fmt::Display;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};

/// The size of a page when the caller names none.
pub const DEFAULT_SIZE: usize = 50;
/// The largest page; a larger wish is coerced to it.
pub const MAX_SIZE: usize = 1000;

const FINGERPRINT: usize = 8;

/// One page of a list, as asked for.
#[derive(Clone, Debug)]
pub struct Page {
    size: usize,
    after: Option<String>,
    fingerprint: [u8; FINGERPRINT],
}

impl Page {
    /// Reads `page_size` and `page_token`. `filter` is every other field that shapes the list:
    /// a token from a list with another filter is refused with reason `PAGE_TOKEN`.
    pub fn parse(page_size: i32, page_token: &str, filter: &[&dyn Display]) -> Result<Self> {
        let size = usize::try_from(page_size).map_err(|_| {
            let message = format!("must not be negative, is {page_size}");
            Error::invalid("page_size", "OUT_OF_RANGE", message)
        })?;
        let fingerprint = fingerprint(filter);
        Ok(Self {
            size: if size == 0 { DEFAULT_SIZE } else { size.min(MAX_SIZE) },
            after: read_token(page_token, fingerprint)?,
            fingerprint,
        })
    }

    /// The bound for `LIMIT`: one row more than the page, so that its end is seen.
    pub fn limit(&self) -> i64 {
        self.size as i64 + 1
    }

    /// The key of the last row of the page before; `None` on the first page.
    pub fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// `after` for a list whose key is a number.
    pub fn after_number(&self) -> Result<Option<i64>> {
        let read = |key: &str| key.parse().map_err(|_| unreadable());
        self.after().map(read).transpose()
    }

    /// Cuts `rows` to the page and returns the next page's token, empty at the end of the list.
    /// `key` gives the row's key in the list's order.
    pub fn cut<T>(&self, rows: &mut Vec<T>, key: impl FnOnce(&T) -> String) -> String {
        if rows.len() <= self.size {
            return String::new();
        }
        rows.truncate(self.size);
        let Some(last) = rows.last() else { return String::new() };
        let mut bytes = self.fingerprint.to_vec();
        bytes.extend_from_slice(key(last).as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

fn read_token(token: &str, fingerprint: [u8; FINGERPRINT]) -> Result<Option<String>> {
    if token.is_empty() {
        return Ok(None);
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| unreadable())?;
    let (bound, key) = bytes.split_at_checked(FINGERPRINT).ok_or_else(unreadable)?;
    if bound != fingerprint {
        return Err(refusal(
            "belongs to a list with another parent or filter; keep them the same from page to page",
        ));
    }
    let key = String::from_utf8(key.to_vec()).map_err(|_| unreadable())?;
    Ok(Some(key))
}

fn unreadable() -> Error {
    refusal("is not a token that this service gave out")
}

fn refusal(message: &str) -> Error {
    Error::invalid("page_token", "PAGE_TOKEN", message)
}

fn fingerprint(filter: &[&dyn Display]) -> [u8; FINGERPRINT] {
    let mut hash = Sha256::new();
    for part in filter {
        let part = part.to_string();
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut short = [0; FINGERPRINT];
    short.copy_from_slice(&hash.finalize()[..FINGERPRINT]);
    short
}
