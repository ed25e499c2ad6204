//! The days on which a district works (H5, X8).

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use kit::name::Pattern;
use kit::{Error, Result};

/// How calendars are named.
pub(crate) static NAME: Pattern = Pattern::new("calendar", "districts/{district}/calendar");

/// Longest row of days on which nobody works.
const LONGEST: usize = 60;

/// A district's holidays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Calendar {
    /// Weekdays on which nobody works.
    pub(crate) holidays: BTreeSet<Date>,
    /// Weekend days that are worked.
    pub(crate) workdays: BTreeSet<Date>,
    pub(crate) revision: i64,
}

impl Calendar {
    /// True when the district works on a day.
    pub(crate) fn is_worked(&self, day: Date) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        self.workdays.contains(&day) || !weekend && !self.holidays.contains(&day)
    }

    /// The first worked day from `day` on, forwards or backwards.
    pub(crate) fn nearest(&self, day: Date, forwards: bool) -> Result<Date> {
        let mut found = day;
        for _ in 0..LONGEST {
            if self.is_worked(found) {
                return Ok(found);
            }
            let step = if forwards { 1.day() } else { (-1).day() };
            found = found.checked_add(step).map_err(Error::internal)?;
        }
        Ok(day)
    }
}
