//! Periods as scoring needs them: how long, from when to when, what encloses what.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use kit::{Error, Result};
use rulebook::Span;

/// How long a period is, the shortest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// `2023-W05`
    Week,
    /// `2023-04`
    Month,
    /// `2023Q2`
    Quarter,
    /// `2023H1`
    HalfYear,
    /// `2023`
    Year,
}

impl Kind {
    /// As messages call it.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::HalfYear => "half-year",
            Self::Year => "year",
        }
    }
}

/// A span of whole days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    /// Last segment of its name.
    pub(crate) id: Arc<str>,
    /// How long it is.
    pub(crate) kind: Kind,
    /// First day.
    pub(crate) first: Date,
    /// Last day, inclusive.
    pub(crate) last: Date,
    /// Last day on which a report is on time, inclusive.
    pub(crate) due: Date,
}

impl Period {
    /// The first instant at which a report is late: the due day counts to its end by the
    /// district's clocks.
    pub(crate) fn due_end(&self, zone: &TimeZone) -> Result<Timestamp> {
        let next = self.due.tomorrow().map_err(Error::internal)?;
        let midnight = next.to_zoned(zone.clone()).map_err(Error::internal)?;
        Ok(midnight.timestamp())
    }

    /// The last day before the period.
    pub(crate) fn eve(&self) -> Date {
        self.first.saturating_sub(1.day())
    }
}

/// The ids of the longer periods that a period lies in, the shortest first.
pub(crate) fn enclosing(id: &str) -> Vec<String> {
    let Some((year, rest)) = id.split_at_checked(4) else { return Vec::new() };
    let quarter = |quarter: u32| format!("{year}Q{quarter}");
    let half = |half: u32| format!("{year}H{half}");
    let number = |text: &str| text.parse::<u32>().unwrap_or_default();
    match rest.split_at_checked(1) {
        Some(("-", week)) if week.starts_with('W') => match Span::parse(id) {
            // A week lies where its last day does.
            Some(week) => {
                let month = format!("{:04}-{:02}", week.last.year(), week.last.month());
                let longer = enclosing(&month);
                std::iter::once(month).chain(longer).collect()
            }
            None => Vec::new(),
        },
        Some(("-", month)) => {
            let month = number(month).max(1) - 1;
            vec![quarter(month / 3 + 1), half(month / 6 + 1), year.to_owned()]
        }
        Some(("Q", given)) => vec![half((number(given).max(1) - 1) / 2 + 1), year.to_owned()],
        Some(("H", _)) => vec![year.to_owned()],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_lies_in_its_quarter_half_and_year() {
        assert_eq!(enclosing("2023-01"), ["2023Q1", "2023H1", "2023"]);
        assert_eq!(enclosing("2023-06"), ["2023Q2", "2023H1", "2023"]);
        assert_eq!(enclosing("2023-12"), ["2023Q4", "2023H2", "2023"]);
        assert_eq!(enclosing("2023Q3"), ["2023H2", "2023"]);
        assert_eq!(enclosing("2023H2"), ["2023"]);
        assert!(enclosing("2023").is_empty());
        assert_eq!(enclosing("2023-W05"), ["2023-02", "2023Q1", "2023H1", "2023"]);
        assert_eq!(enclosing("2020-W53"), ["2021-01", "2021Q1", "2021H1", "2021"]);
        assert!(enclosing("2023-W54").is_empty());
    }

    #[test]
    fn the_due_day_counts_to_its_last_instant_in_the_districts_zone() {
        let period = Period {
            id: "2023-01".into(),
            kind: Kind::Month,
            first: Date::constant(2023, 1, 1),
            last: Date::constant(2023, 1, 31),
            due: Date::constant(2023, 2, 5),
        };
        let end = period.due_end(&TimeZone::fixed(jiff::tz::offset(8)));
        assert_eq!(end.ok(), "2023-02-05T16:00:00Z".parse().ok());
    }
}
