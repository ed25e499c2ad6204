//! Results given by a higher level (上级考核结果, H2, Q10), with the document each stands in.

use jiff::Timestamp;
use jiff::civil::Date;
use kit::name::Pattern;
use rust_decimal::Decimal;

use crate::report::Evidence;

/// How they are named.
pub(crate) static NAME: Pattern =
    Pattern::new("external_result", "districts/{district}/externalResults/{external_result}");

/// What a higher level gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    /// Id of whose result it is; the district's own when none.
    pub(crate) unit: Option<String>,
    pub(crate) period: String,
    pub(crate) indicator: Option<String>,
    pub(crate) issuer: String,
    pub(crate) title: String,
    pub(crate) target: Option<Decimal>,
    pub(crate) value: Option<Decimal>,
    /// Rank, and how many were ranked.
    pub(crate) rank: Option<(i64, i64)>,
    /// Items done, and how many there were.
    pub(crate) done: Option<(i64, i64)>,
    /// Grade; empty without one.
    pub(crate) grade: String,
    pub(crate) document: Evidence,
    pub(crate) issue_date: Date,
    /// Position of the result whose place it takes.
    pub(crate) supersedes: Option<i64>,
}

/// One row of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExternalResult {
    /// Its position in the district's ledger, and its id.
    pub(crate) sequence: i64,
    pub(crate) contents: Contents,
    /// Another took its place.
    pub(crate) superseded: bool,
    pub(crate) create_time: Timestamp,
}

impl Contents {
    /// True when something was given at all.
    pub(crate) fn says_something(&self) -> bool {
        self.target.is_some()
            || self.value.is_some()
            || self.rank.is_some()
            || self.done.is_some()
            || !self.grade.is_empty()
    }
}

/// The full name of the result at a position.
pub(crate) fn name(district: &str, sequence: i64) -> String {
    NAME.format(&[district, &sequence.to_string()])
}
