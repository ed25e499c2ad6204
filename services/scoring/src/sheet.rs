//! Sheets: every cell of a unit whose period lies in one year, in one piece. Scoring reads a
//! district as some hundred pieces, never as its hundred thousand rows.
//!
//! A sheet is derived from the ledgers, written in their transaction, and can be made anew from
//! them, byte for byte. Missing, not applicable, zero, unverified, disputed and locked are
//! different things in it.

pub(crate) mod packed;
mod set;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::cell::Standing;
use crate::report::Reading;
pub(crate) use set::{Key, Sheets};

/// What counts in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The current observation.
    pub(crate) sequence: i64,
    /// What it says.
    pub(crate) reading: Reading,
    /// What the evaluating unit made of it.
    pub(crate) standing: Standing,
    /// It was reported after the due date.
    pub(crate) late: bool,
    /// How often it was corrected.
    pub(crate) corrections: u32,
}

/// The cells of one unit in one year.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sheet {
    /// By id.
    periods: Vec<Period>,
    /// By id.
    indicators: Vec<Arc<str>>,
    /// By period, then indicator; none where nothing was reported.
    entries: Vec<Option<Entry>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Period {
    id: Arc<str>,
    locked: bool,
}

/// The year that a period lies in; periods begin with it.
pub(crate) fn year(period: &str) -> i64 {
    period.get(..4).and_then(|year| year.parse().ok()).unwrap_or_default()
}

impl Sheet {
    /// What counts in a cell; none before the first report.
    pub(crate) fn entry(&self, period: &str, indicator: &str) -> Option<&Entry> {
        let (period, indicator) = (self.period(period).ok()?, self.indicator(indicator).ok()?);
        self.entries[period * self.indicators.len() + indicator].as_ref()
    }

    /// True when the period is closed.
    pub(crate) fn is_locked(&self, period: &str) -> bool {
        self.period(period).is_ok_and(|at| self.periods[at].locked)
    }

    /// Puts an observation into its cell; nobody has looked at it. A correction neither makes nor
    /// mends lateness. Yields what counted there before.
    pub(crate) fn put(
        &mut self,
        period: &str,
        indicator: &str,
        sequence: i64,
        reading: Reading,
        late: bool,
    ) -> Option<Entry> {
        let cell = self.cell(period, indicator);
        let corrections = cell.map_or(0, |before| before.corrections + 1);
        let late = cell.map_or(late, |before| before.late);
        let standing = Standing::Reported;
        cell.replace(Entry { sequence, reading, standing, late, corrections })
    }

    /// Writes what the evaluating unit made of a current observation; false when the cell
    /// holds another one.
    pub(crate) fn judge(
        &mut self,
        period: &str,
        indicator: &str,
        sequence: i64,
        standing: Standing,
    ) -> bool {
        let (Ok(period), Ok(indicator)) = (self.period(period), self.indicator(indicator)) else {
            return false;
        };
        match &mut self.entries[period * self.indicators.len() + indicator] {
            Some(entry) if entry.sequence == sequence => {
                entry.standing = standing;
                true
            }
            _ => false,
        }
    }

    /// Locks a period's cells; false when there are none.
    pub(crate) fn lock(&mut self, period: &str) -> bool {
        let Ok(at) = self.period(period) else { return false };
        self.periods[at].locked = true;
        true
    }

    /// The cell, made when the sheet has no such period or indicator yet.
    fn cell(&mut self, period: &str, indicator: &str) -> &mut Option<Entry> {
        let indicator = self.indicator(indicator).unwrap_or_else(|at| {
            self.insert_indicator(at, indicator);
            at
        });
        let width = self.indicators.len();
        let period = self.period(period).unwrap_or_else(|at| {
            self.periods.insert(at, Period { id: period.into(), locked: false });
            self.entries.splice(at * width..at * width, std::iter::repeat_n(None, width));
            at
        });
        &mut self.entries[period * width + indicator]
    }

    fn insert_indicator(&mut self, at: usize, id: &str) {
        let width = self.indicators.len();
        let mut entries = Vec::with_capacity(self.periods.len() * (width + 1));
        for row in 0..self.periods.len() {
            let row = &self.entries[row * width..(row + 1) * width];
            entries.extend_from_slice(&row[..at]);
            entries.push(None);
            entries.extend_from_slice(&row[at..]);
        }
        self.entries = entries;
        self.indicators.insert(at, id.into());
    }

    fn period(&self, id: &str) -> Result<usize, usize> {
        self.periods.binary_search_by(|it| (*it.id).cmp(id))
    }

    fn indicator(&self, id: &str) -> Result<usize, usize> {
        self.indicators.binary_search_by(|it| (**it).cmp(id))
    }
}
