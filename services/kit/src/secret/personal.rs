//! The wrapper that does not print.

use std::fmt;

/// A value about a person. It prints as `[personal]`, whatever prints it; whoever needs the
/// value itself says so by `reveal`.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Personal<T>(T);

impl<T> Personal<T> {
    /// Takes a value in.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, to be sealed, compared, or sent to who may see it; never to be logged.
    pub fn reveal(&self) -> &T {
        &self.0
    }

    /// The value itself, to be sent to who may see it.
    pub fn into_revealed(self) -> T {
        self.0
    }
}

impl<T> From<T> for Personal<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

impl<T> fmt::Display for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}
