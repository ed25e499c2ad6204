//! Recusals (任职回避): whose account stands so close to a person that it keeps away from his record.

use jiff::Timestamp;
use kit::name::Pattern;
use kit::{Error, Result};

/// How recusals are named.
pub(crate) static NAME: Pattern =
    Pattern::new("recusal", "districts/{district}/recusals/{recusal}");

kit::numbered! {
    /// How somebody stands to a person.
    enum Kinship {
        /// The person himself.
        Own = 1,
        /// Husband or wife.
        Spouse = 2,
        /// In direct line.
        Direct = 3,
        /// Collateral within three generations.
        Collateral = 4,
        /// Close by marriage.
        Affinity = 5,
    }
}

/// An account that keeps away from a person.
#[derive(Clone, Debug)]
pub(crate) struct Recusal {
    /// Its position in the district's ledger, and its id.
    pub(crate) sequence: i64,
    pub(crate) person: String,
    pub(crate) account: String,
    pub(crate) kinship: Kinship,
    pub(crate) ground: String,
    pub(crate) recorder: String,
    pub(crate) create_time: Timestamp,
    pub(crate) end: Option<End>,
}

/// How it ended.
#[derive(Clone, Debug)]
pub(crate) struct End {
    pub(crate) ender: String,
    pub(crate) reason: String,
    pub(crate) create_time: Timestamp,
}

impl Recusal {
    /// Its full name.
    pub(crate) fn name(&self, district: &str) -> String {
        NAME.format(&[district, &self.sequence.to_string()])
    }

    /// Ends it, once.
    pub(crate) fn end(&mut self, district: &str, end: End) -> Result<()> {
        if self.end.is_some() {
            let message = "was ended before";
            return Err(Error::precondition("RECUSAL_ENDED", self.name(district), message));
        }
        self.end = Some(end);
        Ok(())
    }
}

/// Refuses a decision to whoever stands so to the person whom it is about.
pub(crate) fn refused(kinship: Kinship) -> Error {
    let (reason, message) = match kinship {
        Kinship::Own => ("OWN_MATTER", "it is about yourself: another person decides"),
        _ => ("RELATIVES_MATTER", "it is about a relative of yours: another person decides"),
    };
    Error::Denied { reason, message: message.to_owned() }
}
