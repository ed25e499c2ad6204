//! Which days a schedule falls on, and what it speaks of then.

use jiff::ToSpan as _;
use jiff::civil::{Date, Time, Weekday};
use kit::{Error, Result};

use crate::document::Language;
use crate::print;

kit::numbered! {
    /// How often.
    enum Frequency {
        /// Each week.
        Weekly = 1,
        /// Each month.
        Monthly = 2,
        /// Each second month.
        Bimonthly = 3,
        /// Each quarter.
        Quarterly = 4,
        /// Each half-year.
        HalfYearly = 5,
        /// Each year.
        Yearly = 6,
    }
}

impl Frequency {
    /// Months of a cycle; none of weeks.
    pub(crate) fn months(self) -> Option<i8> {
        Some(match self {
            Self::Weekly => return None,
            Self::Monthly => 1,
            Self::Bimonthly => 2,
            Self::Quarterly => 3,
            Self::HalfYearly => 6,
            Self::Yearly => 12,
        })
    }
}

/// A rule of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Recurrence {
    pub(crate) frequency: Frequency,
    /// 1 for Monday to 7, of weeks.
    pub(crate) weekday: i8,
    /// Month within the cycle, from 1.
    pub(crate) month: i8,
    /// Day of the month; the last where it has fewer.
    pub(crate) day: i8,
    pub(crate) time: Time,
}

impl Default for Recurrence {
    fn default() -> Self {
        let frequency = Frequency::Weekly;
        Self { frequency, weekday: 1, month: 1, day: 1, time: Time::midnight() }
    }
}

/// What an occurrence speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cycle {
    /// Ids of the months in it; none of a week.
    pub(crate) months: Vec<String>,
    /// Id of the period that it is, or of its last month; empty of a week.
    pub(crate) period: String,
    /// Its name in print, Chinese and English.
    pub(crate) title: String,
    pub(crate) english_title: String,
    /// Its place in the year, from 1.
    pub(crate) number: i64,
}

impl Recurrence {
    /// The first day after `day` that the rule names.
    pub(super) fn after(&self, day: Date) -> Result<Date> {
        let Some(months) = self.frequency.months() else {
            let weekday = Weekday::from_monday_one_offset(self.weekday).map_err(Error::internal)?;
            return day.nth_weekday(1, weekday).map_err(Error::internal);
        };
        let mut first = day.first_of_month();
        loop {
            if (first.month() - 1) % months == self.month - 1 {
                let named = self.day.min(first.days_in_month());
                let named = Date::new(first.year(), first.month(), named);
                let named = named.map_err(Error::internal)?;
                if named > day {
                    return Ok(named);
                }
            }
            first = first.checked_add(1.month()).map_err(Error::internal)?;
        }
    }

    /// The cycle that a day lies in, or the one before.
    pub(super) fn cycle(&self, day: Date, before: bool) -> Result<Cycle> {
        let Some(months) = self.frequency.months() else {
            let back = if before { 7.days() } else { 0.days() };
            let week = day.checked_sub(back).map_err(Error::internal)?.iso_week_date();
            let number = i64::from(week.week());
            let title = format!("{}年第{number}周", week.year());
            let english_title = format!("week {number} of {}", week.year());
            let (months, period) = (Vec::new(), String::new());
            return Ok(Cycle { months, period, title, english_title, number });
        };
        let begin = day.month() - (day.month() - 1) % months;
        let first = Date::new(day.year(), begin, 1).map_err(Error::internal)?;
        let back = if before { i64::from(months) } else { 0 };
        let first = first.checked_sub(back.months()).map_err(Error::internal)?;
        let (year, begin) = (first.year(), first.month());
        let end = begin + months - 1;
        let number = i64::from((begin - 1) / months + 1);
        let period = match self.frequency {
            Frequency::Quarterly => format!("{year}Q{number}"),
            Frequency::HalfYearly => format!("{year}H{number}"),
            Frequency::Yearly => format!("{year}"),
            _ => format!("{year}-{end:02}"),
        };
        let (title, english_title) = match self.frequency {
            Frequency::Bimonthly => {
                let [first, last] = [begin, end].map(print::english_month);
                (format!("{year}年{begin}—{end}月"), format!("{first} and {last} {year}"))
            }
            _ => {
                let title = |language| print::period_in(language, &period);
                (title(Language::Chinese), title(Language::English))
            }
        };
        let months = (begin..=end).map(|month| format!("{year}-{month:02}")).collect();
        Ok(Cycle { months, period, title, english_title, number })
    }
}
