//! Reports of persons placed (X7): a week by its Monday, a day by itself; which are late or missing
//! follows from the calendar.

use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan as _};
use kit::name::Pattern;

use crate::rest_calendar::Contents as Calendar;
use crate::span::Span;

/// How reports are named.
pub(crate) static NAME: Pattern =
    Pattern::new("placement_report", "districts/{district}/placementReports/{placement_report}");

/// The ledger's name among the heads.
pub(crate) const LEDGER: &str = "placement_report";

/// A report.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    /// Its position in the district's ledger, and its id.
    pub(crate) sequence: i64,
    /// Position of the placement.
    pub(crate) placement: i64,
    pub(crate) kind: Kind,
    /// The day, or the Monday of the week.
    pub(crate) day: Date,
    pub(crate) done: String,
    pub(crate) plan: String,
    pub(crate) problems: String,
    pub(crate) account: String,
    pub(crate) create_time: Timestamp,
}

kit::numbered! {
    /// What a report is about.
    enum Kind {
        /// A week, named by its Monday (周报).
        Weekly = 1,
        /// A day's check-in (日签到).
        Daily = 2,
    }
}

/// Which reports of a placement were due, late and missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Gap {
    pub(crate) due: i32,
    pub(crate) on_time: i32,
    pub(crate) late: Vec<Date>,
    pub(crate) missing: Vec<Date>,
}

impl Kind {
    /// The day by which the report about a day is due.
    pub(crate) fn due(self, day: Date) -> Date {
        match self {
            Self::Weekly => day.saturating_add(6.days()),
            Self::Daily => day,
        }
    }

    /// A report about this day is asked for: of every week, and of the days that are worked.
    fn asks(self, day: Date, calendar: &Calendar) -> bool {
        match self {
            Self::Weekly => day.weekday() == Weekday::Monday,
            Self::Daily => calendar.works(day),
        }
    }
}

/// The gaps of a placement between two days, as they are seen today. `filed` is the day each
/// report is about, with the day on which it was filed.
pub(crate) fn gap(
    kind: Kind,
    term: Span,
    (from, until): (Date, Date),
    filed: &[(Date, Date)],
    calendar: &Calendar,
    today: Date,
) -> Gap {
    let mut gap = Gap::default();
    let days = from.series(1.day()).take_while(|day| *day <= until);
    for day in days.filter(|day| term.holds(*day)) {
        let due = kind.due(day);
        let is_due = kind.asks(day, calendar) && due < today;
        gap.due += i32::from(is_due);
        match filed.iter().find(|(about, _)| *about == day) {
            Some((_, on)) if due < *on => gap.late.push(day),
            Some(_) => gap.on_time += 1,
            None if is_due => gap.missing.push(day),
            None => {}
        }
    }
    gap
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const APRIL: (Date, Date) = (date(2023, 4, 1), date(2023, 4, 30));

    #[test]
    fn weeks_are_due_on_sunday_and_days_at_their_end() {
        let week = Calendar::default();
        let term = Span { start: date(2023, 4, 1), end: Some(date(2023, 4, 20)) };
        // The first of April is a Saturday; the weeks begin on the 3rd, 10th and 17th.
        let filed = [(date(2023, 4, 3), date(2023, 4, 9)), (date(2023, 4, 10), date(2023, 4, 17))];
        let found = gap(Kind::Weekly, term, APRIL, &filed, &week, date(2023, 4, 23));
        let expected =
            Gap { due: 2, on_time: 1, late: vec![date(2023, 4, 10)], missing: Vec::new() };
        assert_eq!(found, expected);
        let found = gap(Kind::Weekly, term, APRIL, &filed, &week, date(2023, 4, 24));
        assert_eq!((found.due, found.missing), (3, vec![date(2023, 4, 17)]));

        let filed = [(date(2023, 4, 3), date(2023, 4, 3)), (date(2023, 4, 8), date(2023, 4, 8))];
        let found = gap(Kind::Daily, term, APRIL, &filed, &week, date(2023, 4, 5));
        let expected =
            Gap { due: 2, on_time: 2, late: Vec::new(), missing: vec![date(2023, 4, 4)] };
        assert_eq!(found, expected, "a Saturday may be, and need not");

        // The 5th is a holiday, the Saturday of the 1st is worked instead.
        let days = |day| std::collections::BTreeSet::from([day]);
        let moved = Calendar { holidays: days(date(2023, 4, 5)), workdays: days(date(2023, 4, 1)) };
        let found = gap(Kind::Daily, term, APRIL, &filed, &moved, date(2023, 4, 6));
        let expected = vec![date(2023, 4, 1), date(2023, 4, 4)];
        assert_eq!((found.due, found.missing), (3, expected));
    }
}
