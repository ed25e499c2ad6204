//! Rest calendars (放假安排, X7): which days are worked.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};
use kit::name::Pattern;
use serde::{Deserialize, Serialize};

use crate::definition::{self, Definition, days};

/// How calendars are named: by their year.
pub(crate) static NAME: Pattern =
    Pattern::new("rest_calendar", "districts/{district}/restCalendars/{rest_calendar}");

/// The calendar of a year.
pub(crate) type RestCalendar = Definition<Contents>;

/// What differs from a working week, in the order of days.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Contents {
    /// Days from Monday to Friday on which nobody works.
    #[serde(with = "days")]
    pub(crate) holidays: BTreeSet<Date>,
    /// Saturdays and Sundays that are worked.
    #[serde(with = "days")]
    pub(crate) workdays: BTreeSet<Date>,
}

impl definition::Contents for Contents {
    fn pattern() -> &'static Pattern {
        &NAME
    }
}

impl Contents {
    /// All that several years say.
    pub(crate) fn joined(years: impl IntoIterator<Item = Self>) -> Self {
        years.into_iter().fold(Self::default(), |mut sum, it| {
            sum.holidays.extend(it.holidays);
            sum.workdays.extend(it.workdays);
            sum
        })
    }

    /// The day is worked.
    pub(crate) fn works(&self, day: Date) -> bool {
        match is_weekend(day) {
            true => self.workdays.contains(&day),
            false => !self.holidays.contains(&day),
        }
    }
}

/// The day is a Saturday or Sunday.
pub(crate) fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The ids of the calendars that span some days.
pub(crate) fn years(from: Date, until: Date) -> Vec<String> {
    (from.year()..=until.year()).map(|year| format!("{year:04}")).collect()
}
