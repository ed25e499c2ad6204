//! The days of a period and the shorter periods within it, both by its id alone.

use jiff::ToSpan as _;
use jiff::civil::Date;

/// How long a period is, the shortest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Length {
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
    /// In months.
    pub fn months(self) -> i8 {
        match self {
            Length::Month => 1,
            Length::Quarter => 3,
            Length::HalfYear => 6,
            Length::Year => 12,
        }
    }

    /// As messages call it.
    pub fn noun(self) -> &'static str {
        match self {
            Length::Month => "month",
            Length::Quarter => "quarter",
            Length::HalfYear => "half-year",
            Length::Year => "year",
        }
    }
}

impl Span {
    /// Reads `2023`, `2023H1`, `2023Q1` or `2023-04`.
    ///
    /// ```
    /// use rulebook::{Length, Span};
    /// let quarter = Span::parse("2024Q1").unwrap();
    /// assert_eq!((quarter.first.to_string(), quarter.last.to_string()), ("2024-01-01".into(), "2024-03-31".into()));
    /// assert_eq!(quarter.parts(Length::Month).map(|part| part.id()).collect::<Vec<_>>(), ["2024-01", "2024-02", "2024-03"]);
    /// assert!(Span::parse("2024Q5").is_none());
    /// ```
    pub fn parse(id: &str) -> Option<Span> {
        let (year, part) = id.split_at_checked(4)?;
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

    /// The id that it is named by.
    pub fn id(&self) -> String {
        let (year, month) = (self.first.year(), self.first.month());
        let number = (month - 1) / self.length.months() + 1;
        match self.length {
            Length::Month => format!("{year:04}-{number:02}"),
            Length::Quarter => format!("{year:04}Q{number}"),
            Length::HalfYear => format!("{year:04}H{number}"),
            Length::Year => format!("{year:04}"),
        }
    }

    /// The periods of that length it consists of, in time order; none of a longer one.
    pub fn parts(&self, length: Length) -> impl Iterator<Item = Span> {
        let (first, count) = (self.first, self.length.months() / length.months());
        (0..count).filter_map(move |number| {
            let start = first
                .checked_add((i32::from(number) * i32::from(length.months())).months())
                .ok()?;
            Span::starting(start, length)
        })
    }

    /// The period of the same length so many before it.
    pub fn back(&self, count: i32) -> Option<Span> {
        let months = count.checked_mul(self.length.months().into())?;
        Span::starting(self.first.checked_sub(months.months()).ok()?, self.length)
    }

    /// The same period of the year before.
    pub fn year_before(&self) -> Option<Span> {
        let first = self.first.checked_sub(1.year()).ok()?;
        Span::starting(first, self.length)
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
        let next = first.checked_add(i32::from(length.months()).months()).ok()?;
        Some(Span { length, first, last: next.yesterday().ok()? })
    }
}

/// Days from `first` to `last`, both included; none when `last` lies before.
fn days(first: Date, last: Date) -> u32 {
    let between = last.since(first).map_or(-1, |span| span.get_days());
    u32::try_from(between + 1).unwrap_or(0)
}
