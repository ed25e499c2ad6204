//! Personal values: sealed field by field under a key of each record's own, looked up by a
//! keyed hash, erased by forgetting the record's key, and never printed.
//!
//! A record's key is random, kept in `kit_record_key` wrapped by the newest wrapping key of
//! the `Keyring`, which lives outside the database. Forgetting it erases every value of the
//! record, in every ledger, feed and copy that holds them sealed, while the rows stay as they
//! were, so that hashes over them still hold: a sealed value is its own salted commitment. In
//! old copies of the database the wrapped key is worth nothing once the wrapping key of then
//! is destroyed: rotate after an erasure, as often as the rules of the place ask.
//!
//! ```ignore
//! let key = secret::create(tx, &ctx.keys, district, "persons/wang-min").await?;
//! let sealed: Vec<u8> = key.seal("identity_number", &number)?;           // a BYTEA / BLOB column
//! let index: Vec<u8> = ctx.keys.blind(district, "identity_number", &number)?;  // a UNIQUE column
//! …
//! let key = secret::read(tx, &ctx.keys, district, "persons/wang-min").await?;  // None: erased
//! let number: Personal<String> = key.open("identity_number", &sealed)?;
//! …
//! secret::erase(tx, district, "persons/wang-min").await?;
//! ```
//!
//! Deliberately absent: which values are personal, who may see them, how long they are kept.

mod keyring;
mod personal;
mod record;

pub use keyring::{Keyring, Made};
pub use personal::Personal;
pub use record::{RecordKey, create, create_many, erase, read, read_many, rewrap};
