//! The days of a period and the shorter periods within it, both by its id alone.

use jiff::ToSpan as _;
use jiff::civil::{Date, ISOWeekDate, Weekday};

/// How long a period is, the shortest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Length {
    /// `2023-W05`, from Monday to Sunday as ISO 8601 counts.
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

/// Whole days from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// How long it is.
    pub length: Length,
    /// First day.
    pub first: Date,
    /// Last day.
    pub last: Date,
}

impl Length {
    /// The shortest first.
    pub(crate) const ALL: [Length; 5] =
        [Length::Week, Length::Month, Length::Quarter, Length::HalfYear, Length::Year];

    /// In months; 0 of a week, which is no part of one.
    fn months(self) -> i8 {
        match self {
            Length::Week => 0,
            Length::Month => 1,
            Length::Quarter => 3,
            Length::HalfYear => 6,
            Length::Year => 12,
        }
    }

    /// As messages call it.
    pub fn noun(self) -> &'static str {
        match self {
            Length::Week => "week",
            Length::Month => "month",
            Length::Quarter => "quarter",
            Length::HalfYear => "half-year",
            Length::Year => "year",
        }
    }
}

impl Span {
    /// Reads `2023`, `2023H1`, `2023Q1`, `2023-04` or `2023-W05`.
    ///
    /// ```
    /// use rulebook::{Length, Span};
    /// let quarter = Span::parse("2024Q1").unwrap();
    /// assert_eq!((quarter.first.to_string(), quarter.last.to_string()), ("2024-01-01".into(), "2024-03-31".into()));
    /// assert_eq!(quarter.parts(Length::Month).map(|part| part.id()).collect::<Vec<_>>(), ["2024-01", "2024-02", "2024-03"]);
    /// assert!(Span::parse("2024Q5").is_none());
    /// let week = Span::parse("2020-W53").unwrap();
    /// assert_eq!((week.first.to_string(), week.last.to_string()), ("2020-12-28".into(), "2021-01-03".into()));
    /// ```
    pub fn parse(id: &str) -> Option<Span> {
        let (year, part) = id.split_at_checked(4)?;
        if let Some(week) = part.strip_prefix("-W") {
            return Span::week(year, week);
        }
        let (length, number, digits) = match part.split_at_checked(1) {
            None => (Length::Year, "1", 1),
            Some(("H", number)) => (Length::HalfYear, number, 1),
            Some(("Q", number)) => (Length::Quarter, number, 1),
            Some(("-", number)) => (Length::Month, number, 2),
            Some(_) => return None,
        };
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !plain(year) || !plain(number) || number.len() != digits {
            return None;
        }
        let month = (number.parse::<i8>().ok()?.checked_sub(1)?).checked_mul(length.months())? + 1;
        Span::starting(Date::new(year.parse().ok()?, month, 1).ok()?, length)
    }

    fn week(year: &str, week: &str) -> Option<Span> {
        let plain = |text: &str, digits| {
            text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !plain(year, 4) || !plain(week, 2) {
            return None;
        }
        let (year, week) = (year.parse().ok()?, week.parse().ok()?);
        let monday = ISOWeekDate::new(year, week, Weekday::Monday).ok()?.date();
        Span::starting(monday, Length::Week)
    }

    /// The id that it is named by.
    pub fn id(&self) -> String {
        let (year, month) = (self.first.year(), self.first.month());
        let number = (month - 1) / self.length.months().max(1) + 1;
        match self.length {
            Length::Week => {
                let week = self.first.iso_week_date();
                format!("{:04}-W{:02}", week.year(), week.week())
            }
            Length::Month => format!("{year:04}-{number:02}"),
            Length::Quarter => format!("{year:04}Q{number}"),
            Length::HalfYear => format!("{year:04}H{number}"),
            Length::Year => format!("{year:04}"),
        }
    }

    /// The periods of that length it consists of, in time order; none of a longer one. A week
    /// belongs to the longer period in which its last day lies.
    pub fn parts(&self, length: Length) -> impl Iterator<Item = Span> {
        // The week in which the first day lies ends on that day or later.
        let (first, unit) = match length {
            Length::Week => {
                let ahead = self.first.weekday().to_monday_zero_offset();
                (self.first.saturating_sub(i32::from(ahead).days()), 7.days())
            }
            _ => (self.first, i32::from(length.months()).months()),
        };
        let last = if length > self.length { None } else { Some(self.last) };
        std::iter::successors(Some(first), move |start| start.checked_add(unit).ok())
            .map_while(move |start| Span::starting(start, length))
            .take_while(move |part| last.is_some_and(|last| part.last <= last))
    }

    /// The periods of every length it consists of, itself among them.
    pub fn every_part(&self) -> impl Iterator<Item = Span> {
        Length::ALL.into_iter().flat_map(|length| self.parts(length))
    }

    /// The period of the same length so many before it.
    pub fn back(&self, count: i32) -> Option<Span> {
        let unit = match self.length {
            Length::Week => 7.days(),
            length => i32::from(length.months()).months(),
        };
        let first = self.first.checked_sub(unit.checked_mul(count.into()).ok()?).ok()?;
        Span::starting(first, self.length)
    }

    /// The same period of the year before.
    pub fn year_before(&self) -> Option<Span> {
        if self.length == Length::Week {
            let week = self.first.iso_week_date();
            let monday = ISOWeekDate::new(week.year() - 1, week.week(), Weekday::Monday).ok()?;
            return Span::starting(monday.date(), self.length);
        }
        let first = self.first.checked_sub(1.year()).ok()?;
        Span::starting(first, self.length)
    }

    /// The twelve months before it begins.
    pub fn months_before(&self) -> Option<Span> {
        let first = self.first.checked_sub(1.year()).ok()?;
        Some(Span { length: Length::Year, first, last: self.first.yesterday().ok()? })
    }

    /// True when the other lies within it.
    pub fn covers(&self, other: &Span) -> bool {
        self.first <= other.first && other.last <= self.last
    }

    /// How many days it has.
    pub fn days(&self) -> u32 {
        days(self.first, self.last)
    }

    /// How many of its days lie up to `through`, that day included.
    pub fn days_through(&self, through: Date) -> u32 {
        days(self.first, through.min(self.last))
    }

    fn starting(first: Date, length: Length) -> Option<Span> {
        let next = match length {
            Length::Week => first.checked_add(7.days()).ok()?,
            length => first.checked_add(i32::from(length.months()).months()).ok()?,
        };
        Some(Span { length, first, last: next.yesterday().ok()? })
    }
}

/// Days from `first` to `last`, both included; none when `last` lies before.
fn days(first: Date, last: Date) -> u32 {
    let between = last.since(first).map_or(-1, |span| span.get_days());
    u32::try_from(between + 1).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(id: &str, length: Length) -> Vec<String> {
        Span::parse(id)
            .map(|it| it.parts(length).map(|part| part.id()).collect())
            .unwrap_or_default()
    }

    #[test]
    fn a_week_belongs_where_its_sunday_lies() {
        // 2023 begins on a Sunday, February on a Wednesday.
        assert_eq!(
            parts("2023-01", Length::Week),
            ["2022-W52", "2023-W01", "2023-W02", "2023-W03", "2023-W04",]
        );
        assert_eq!(
            parts("2023-02", Length::Week),
            ["2023-W05", "2023-W06", "2023-W07", "2023-W08"]
        );
        let year: Vec<String> =
            (1..=12).flat_map(|month| parts(&format!("2023-{month:02}"), Length::Week)).collect();
        assert_eq!(parts("2023", Length::Week), year);
        assert_eq!(parts("2023-W05", Length::Week), ["2023-W05"]);
        assert_eq!(parts("2023-W05", Length::Month), [""; 0]);
        assert_eq!(parts("2023Q1", Length::Month), ["2023-01", "2023-02", "2023-03"]);
        assert_eq!(parts("2023Q1", Length::Year), [""; 0]);
    }

    #[test]
    fn weeks_are_counted_as_the_calendar_has_them() {
        for id in ["2020-W53", "2021-W01", "2023-W52", "2024-W01"] {
            assert_eq!(Span::parse(id).map(|it| it.id()).as_deref(), Some(id));
        }
        for id in
            ["2021-W53", "2023-W00", "2023-W54", "2023-W5", "2023-W005", "2023-w05", "2023W05"]
        {
            assert_eq!(Span::parse(id), None, "{id}");
        }
        let of = |id: &str, change: fn(&Span) -> Option<Span>| {
            Span::parse(id).and_then(|it| change(&it)).map(|it| it.id())
        };
        assert_eq!(of("2023-W05", |it| it.year_before()).as_deref(), Some("2022-W05"));
        assert_eq!(of("2020-W53", |it| it.year_before()), None);
        assert_eq!(of("2023-W01", |it| it.back(1)).as_deref(), Some("2022-W52"));
        assert_eq!(of("2023Q1", |it| it.back(2)).as_deref(), Some("2022Q3"));
    }
}
