//! Identifiers nobody can guess.

use uuid::Uuid;

/// A new random identifier: a version 4 UUID in its canonical lower-case form.
pub fn uid() -> String {
    Uuid::new_v4().to_string()
}
