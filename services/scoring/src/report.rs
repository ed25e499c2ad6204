//! What a unit says of one cell, before it is in the ledger.

use jiff::Timestamp;
use rust_decimal::Decimal;

/// Digits that a value may have before the point.
pub(crate) const WHOLE_DIGITS: u32 = 18;
/// Digits that a value may have after the point.
pub(crate) const PLACES: u32 = 6;
/// Documents that may stand behind one value.
pub(crate) const MOST_EVIDENCE: usize = 20;

/// What a report says. Zero is a value; not applicable is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// The value, in the indicator's unit of measure.
    Value(Decimal),
    /// The indicator does not apply to the unit in the period.
    NotApplicable,
}

/// A document that proves a value; the file itself stays where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Evidence {
    /// What it is.
    pub(crate) title: String,
    /// Lower-case hex SHA-256 of the file.
    pub(crate) sha256: String,
    /// Where the office keeps it; may be empty.
    pub(crate) uri: String,
}

impl Evidence {
    /// How much room its texts take.
    pub(crate) fn bytes(&self) -> usize {
        self.title.len() + self.sha256.len() + self.uri.len()
    }
}

/// A report that is sound in itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Report {
    /// What it says.
    pub(crate) reading: Reading,
    /// Free text.
    pub(crate) note: String,
    /// What stands behind it.
    pub(crate) evidence: Vec<Evidence>,
    /// When the unit handed it in; when it is recorded if absent.
    pub(crate) report_time: Option<Timestamp>,
}

/// True when a value has no more digits than the ledger keeps.
pub(crate) fn fits(value: Decimal) -> bool {
    let value = value.normalize();
    let whole = value.trunc().mantissa().unsigned_abs();
    value.scale() <= PLACES && whole < 10_u128.pow(WHOLE_DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_at_most_eighteen_digits_before_and_six_after_the_point() {
        let fits = |text: &str| fits(text.parse().unwrap_or_default());
        assert!(fits("999999999999999999.999999"));
        assert!(fits("-999999999999999999.999999"));
        assert!(fits("1.2000000000"));
        assert!(fits("0"));
        assert!(!fits("1000000000000000000"));
        assert!(!fits("0.0000001"));
    }
}
