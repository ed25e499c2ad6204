//! Cells: one unit, one indicator, one period, and the observation that counts there now.
//! Derived from the ledgers and never the text of record.

use std::sync::Arc;

use crate::report::Reading;

/// What the evaluating unit made of the current observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing yet.
    Reported,
    /// It agrees.
    Verified,
    /// It disagrees.
    Disputed,
}

/// A cell with a report.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    /// The period.
    pub(crate) period: Arc<str>,
    /// The unit.
    pub(crate) unit: Arc<str>,
    /// The indicator.
    pub(crate) indicator: Arc<str>,
    /// The current observation.
    pub(crate) sequence: i64,
    /// What it says.
    pub(crate) reading: Reading,
    /// What the evaluating unit made of it.
    pub(crate) standing: Standing,
    /// It was reported after the due date.
    pub(crate) late: bool,
    /// How often it was corrected.
    pub(crate) corrections: i64,
}
