//! Spans of days that persons take places for.

use jiff::civil::Date;

/// First to last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: Date,
    /// None while it is open.
    pub(crate) end: Option<Date>,
}

impl Span {
    /// Both hold on some day.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.end.is_none_or(|end| other.start <= end)
            && other.end.is_none_or(|end| self.start <= end)
    }

    /// It holds on a day.
    pub(crate) fn holds(&self, day: Date) -> bool {
        self.start <= day && self.end.is_none_or(|end| day <= end)
    }

    /// A day on which `most` others or more hold beside it.
    pub(crate) fn full_day(&self, others: impl Iterator<Item = Self>, most: usize) -> Option<Date> {
        let beside: Vec<Self> = others.filter(|it| it.meets(self)).collect();
        if beside.len() < most {
            return None;
        }
        // Their number is highest on a day on which one of them begins.
        let days = beside.iter().map(|it| it.start).filter(|day| self.holds(*day));
        let full = |day: &Date| beside.iter().filter(|it| it.holds(*day)).count() >= most;
        days.chain([self.start]).find(full)
    }
}
