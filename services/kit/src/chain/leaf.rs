//! A row as bytes, and their hash.

use crate::suite::{Hash, Suite};

/// A value of a row, the same from either database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// No value.
    Null,
    /// A whole number; true is 1.
    Integer(i64),
    /// A text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
}

/// The bytes that say which ledger and columns a leaf is of, hashed.
pub(super) fn form(suite: Suite, ledger: &str, columns: &[String]) -> Hash {
    let mut bytes = Vec::with_capacity(256);
    bytes.extend_from_slice(b"saima row 1");
    bytes.push(suite.byte());
    text(&mut bytes, ledger.as_bytes());
    for column in columns {
        text(&mut bytes, column.as_bytes());
    }
    suite.hash(&[&bytes])
}

/// The hash of a row of this form. `buffer` is only room.
pub(super) fn leaf<'a>(
    suite: Suite,
    form: &Hash,
    values: impl Iterator<Item = Value<'a>>,
    buffer: &mut Vec<u8>,
) -> Hash {
    buffer.clear();
    buffer.push(0);
    buffer.extend_from_slice(form);
    for value in values {
        match value {
            Value::Null => buffer.push(0),
            Value::Integer(number) => {
                buffer.push(1);
                buffer.extend_from_slice(&number.to_be_bytes());
            }
            Value::Text(value) => {
                buffer.push(2);
                text(buffer, value.as_bytes());
            }
            Value::Bytes(value) => {
                buffer.push(3);
                text(buffer, value);
            }
        }
    }
    suite.hash(&[buffer])
}

/// Bytes under their length.
pub(super) fn text(bytes: &mut Vec<u8>, text: &[u8]) {
    bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
    bytes.extend_from_slice(text);
}
