//! Schedules (H5, X8, X10): rules of the calendar, and what became of their occurrences.

mod draft;
mod recurrence;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use kit::name::Pattern;
use kit::{Error, Result};

use crate::calendar::Calendar;
use crate::district::District;
use crate::document::{Contents, Kind};
use crate::trigger;

pub(crate) use draft::{Inspections, sample};
pub(crate) use recurrence::{Frequency, Recurrence};

/// How schedules are named.
pub(crate) static NAME: Pattern =
    Pattern::new("schedule", "districts/{district}/schedules/{schedule}");
/// How occurrences are named.
pub(crate) static OCCURRENCE: Pattern = Pattern::new(
    "occurrence",
    "districts/{district}/schedules/{schedule}/occurrences/{occurrence}",
);

/// Minutes after which an occurrence is caught up rather than in time.
const GRACE: i64 = 60;

kit::numbered! {
    /// What happens on a day on which nobody works.
    enum HolidayRule {
        /// The next working day.
        After = 1,
        /// The working day before.
        Before = 2,
        /// It stays.
        Keep = 3,
        /// It is left out.
        Skip = 4,
    }
}

kit::numbered! {
    /// How an occurrence ended.
    enum State {
        /// Its document was issued.
        Written = 1,
        /// A later one was caught up instead.
        PassedOver = 2,
        /// Nobody worked on its day.
        LeftOut = 3,
    }
}

/// A schedule as it stands.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    pub(crate) district: String,
    pub(crate) id: String,
    pub(crate) revision: i64,
    pub(crate) plan: Plan,
    /// None while it rests.
    pub(crate) next: Option<Next>,
    /// Why the occurrence that is due was not kept; empty when nothing is wrong.
    pub(crate) fault: String,
    pub(crate) update_time: Timestamp,
}

/// What a schedule says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) display_name: String,
    pub(crate) recurrence: Recurrence,
    pub(crate) holiday_rule: HolidayRule,
    /// It speaks of the cycle before.
    pub(crate) before: bool,
    pub(crate) kind: Kind,
    /// Ids of units.
    pub(crate) recipients: Vec<String>,
    pub(crate) categories: Vec<String>,
    /// Who in connexion with those units is written to; the units as such when empty.
    pub(crate) relations: Vec<trigger::Recipient>,
    /// The document's fields, as templates.
    pub(crate) fields: Contents,
    /// Those in English, where they are not the same.
    pub(crate) english_fields: Contents,
    pub(crate) due_days: i64,
    /// What each recipient is to correct, as a template; empty for nothing.
    pub(crate) problem: String,
    /// Of several that were missed only the last is caught up.
    pub(crate) last_only: bool,
    pub(crate) paused: bool,
}

/// An occurrence to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Next {
    /// The day that the rule names.
    pub(crate) planned: Date,
    /// When it is due, moved by the calendar.
    pub(crate) due: Timestamp,
    /// The calendar leaves it out.
    pub(crate) left_out: bool,
}

/// What became of an occurrence.
#[derive(Clone, Debug)]
pub(crate) struct Occurrence {
    pub(crate) district: String,
    pub(crate) schedule: String,
    pub(crate) planned: Date,
    pub(crate) due: Timestamp,
    pub(crate) state: State,
    pub(crate) late: bool,
    /// Place of its document.
    pub(crate) document: Option<i64>,
    pub(crate) create_time: Timestamp,
}

impl Schedule {
    /// Its full name.
    pub(crate) fn name(&self) -> String {
        NAME.format(&[&self.district, &self.id])
    }

    /// Sets the first occurrence that is due after `now`; what was at fault is tried anew.
    pub(crate) fn plan_from(
        &mut self,
        district: &District,
        calendar: &Calendar,
        now: Timestamp,
    ) -> Result<()> {
        self.next = None;
        self.fault.clear();
        if self.plan.paused {
            return Ok(());
        }
        // An occurrence of days before may have been moved into the days to come.
        let mut planned = district.day(now).checked_sub(70.days()).map_err(Error::internal)?;
        loop {
            let next = self.following(planned, district, calendar)?;
            if next.due > now {
                self.next = Some(next);
                return Ok(());
            }
            planned = next.planned;
        }
    }

    /// The occurrence whose planned day follows.
    pub(crate) fn following(
        &self,
        planned: Date,
        district: &District,
        calendar: &Calendar,
    ) -> Result<Next> {
        let planned = self.plan.recurrence.after(planned)?;
        let (day, left_out) = match self.plan.holiday_rule {
            _ if calendar.is_worked(planned) => (planned, false),
            HolidayRule::After => (calendar.nearest(planned, true)?, false),
            HolidayRule::Before => (calendar.nearest(planned, false)?, false),
            HolidayRule::Keep => (planned, false),
            HolidayRule::Skip => (planned, true),
        };
        let at = day.to_datetime(self.plan.recurrence.time);
        let due = at.to_zoned(district.zone.clone()).map_err(Error::internal)?.timestamp();
        Ok(Next { planned, due, left_out })
    }

    /// True when an occurrence is caught up rather than in time.
    pub(crate) fn is_late(next: &Next, now: Timestamp) -> bool {
        now.duration_since(next.due) > jiff::SignedDuration::from_mins(GRACE)
    }
}

impl Occurrence {
    /// Its full name.
    pub(crate) fn name(&self) -> String {
        OCCURRENCE.format(&[&self.district, &self.schedule, &self.planned.to_string()])
    }
}

#[cfg(test)]
mod tests;
