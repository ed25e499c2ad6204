//! Periods (考核周期): spans of whole days, named after what they are of the calendar (B5).

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use kit::name::Pattern;
use rulebook::{Length, Span};

use crate::patch::patch;

/// How periods are named.
pub(crate) static NAME: Pattern = Pattern::new("period", "districts/{district}/periods/{period}");

/// How many days after its end a period's reports are due where nothing else is said.
const DUE_DAYS: i32 = 5;

kit::numbered! {
    /// How long a period is.
    enum Kind {
        /// `2023-04`
        Month = 1,
        /// `2023Q2`
        Quarter = 2,
        /// `2023H1`
        HalfYear = 3,
        /// `2023`
        Year = 4,
        /// `2023-W05`
        Week = 5,
    }
}

/// A period.
#[derive(Clone, Debug)]
pub(crate) struct Period {
    pub(crate) district: String,
    pub(crate) id: String,
    pub(crate) uid: String,
    pub(crate) span: Span,
    pub(crate) contents: Contents,
    pub(crate) create_time: Timestamp,
    pub(crate) update_time: Timestamp,
    pub(crate) revision: i64,
}

/// What the office says of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    /// 主题; may be empty.
    pub(crate) theme: String,
    /// Last day on which a report is on time.
    pub(crate) report_due_date: Date,
}

impl Period {
    /// A period that was not there before.
    pub(crate) fn new(district: &str, span: Span, contents: Contents, now: Timestamp) -> Self {
        Self {
            district: district.to_owned(),
            id: span.id(),
            uid: kit::id::uid(),
            span,
            contents,
            create_time: now,
            update_time: now,
            revision: 1,
        }
    }

    /// Its full name.
    pub(crate) fn name(&self) -> String {
        NAME.format(&[&self.district, &self.id])
    }

    /// Takes on other contents and says whether that is a change.
    pub(crate) fn change(&mut self, contents: Contents, now: Timestamp) -> bool {
        if self.contents == contents {
            return false;
        }
        self.contents = contents;
        self.update_time = now;
        self.revision += 1;
        true
    }
}

impl Contents {
    /// Takes over the fields that are named, as the contract calls them.
    pub(crate) fn patch(&mut self, given: Self, named: impl Fn(&str) -> bool) {
        patch!(self, given, named, theme report_due_date);
    }
}

/// The days of an id of the calendar; `None` when it is none of the years 1990 to 2200.
pub(crate) fn span(id: &str) -> Option<Span> {
    Span::parse(id).filter(|span| (1990..=2200).contains(&span.first.year()))
}

/// What a span is of the calendar.
pub(crate) fn kind(span: &Span) -> Kind {
    match span.length {
        Length::Week => Kind::Week,
        Length::Month => Kind::Month,
        Length::Quarter => Kind::Quarter,
        Length::HalfYear => Kind::HalfYear,
        Length::Year => Kind::Year,
    }
}

/// A number that rises with the length.
pub(crate) fn rank(kind: Kind) -> i64 {
    match kind {
        Kind::Week => 0,
        longer => longer as i64,
    }
}

/// The day on which reports of a period are due where nothing else is said.
pub(crate) fn usual_due_date(span: &Span) -> Date {
    span.last.saturating_add(DUE_DAYS.days())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(id: &str, expected: Option<(Kind, &str, &str)>) {
        let found = span(id).map(|it| (kind(&it), it.first.to_string(), it.last.to_string()));
        let expected =
            expected.map(|(kind, first, last)| (kind, first.to_owned(), last.to_owned()));
        assert_eq!(found, expected, "{id}");
    }

    #[test]
    fn an_id_says_which_days_it_covers() {
        check("2023", Some((Kind::Year, "2023-01-01", "2023-12-31")));
        check("2023H1", Some((Kind::HalfYear, "2023-01-01", "2023-06-30")));
        check("2023H2", Some((Kind::HalfYear, "2023-07-01", "2023-12-31")));
        check("2023Q1", Some((Kind::Quarter, "2023-01-01", "2023-03-31")));
        check("2023Q4", Some((Kind::Quarter, "2023-10-01", "2023-12-31")));
        check("2024-02", Some((Kind::Month, "2024-02-01", "2024-02-29")));
        check("2100-02", Some((Kind::Month, "2100-02-01", "2100-02-28")));
        check("2023-W05", Some((Kind::Week, "2023-01-30", "2023-02-05")));
        check("1990", Some((Kind::Year, "1990-01-01", "1990-12-31")));
        check("2200-12", Some((Kind::Month, "2200-12-01", "2200-12-31")));
    }

    #[test]
    fn nothing_else_is_a_period() {
        let wrong = [
            "",
            "23",
            "202",
            "1989",
            "2201",
            "2023H0",
            "2023H3",
            "2023Q0",
            "2023Q5",
            "2023Q12",
            "2023-00",
            "2023-13",
            "2023-4",
            "2023-004",
            "2023-",
            "2023Q",
            "2023q1",
            "2023W05",
            "2023-W54",
            "2023-W5",
            "+023",
            "2023-+4",
            "2023 ",
            "２０２３",
            "2023-04-01",
            "20230",
        ];
        for id in wrong {
            check(id, None);
        }
    }
}
