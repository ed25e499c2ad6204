//! Erasure of persons (rule 4): whose time is over, and what remains of him.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use kit::{Error, Result};

use crate::person::{Basics, Person};

/// What was over before it is old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    pub(crate) day: Date,
    pub(crate) instant: Timestamp,
}

/// Somebody whose time is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) person: String,
    /// The last day in any post; none for who held none.
    pub(crate) last_day: Option<Date>,
    pub(crate) update_time: Timestamp,
}

/// That somebody was erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Erasure {
    pub(crate) person: String,
    pub(crate) reason: String,
    pub(crate) account: String,
    pub(crate) erase_time: Timestamp,
}

impl Limit {
    /// So many days before now, by the district's calendar.
    pub(crate) fn of(now: Timestamp, days: i64, zone: &TimeZone) -> Result<Self> {
        let instant = now.checked_sub(SignedDuration::from_hours(24 * days));
        let instant = instant.map_err(Error::internal)?;
        Ok(Self { day: instant.to_zoned(zone.clone()).date(), instant })
    }
}

impl Person {
    /// True when nobody knows any more who it was.
    pub(crate) fn is_erased(&self) -> bool {
        self.display_name.is_empty()
    }

    /// Takes away what tells who it was. The posts stay: they say who answered for a unit, by the
    /// id alone.
    pub(crate) fn erase(&mut self, now: Timestamp) {
        self.display_name.clear();
        self.external_id = None;
        self.basics = Basics::default();
        self.revision += 1;
        self.update_time = now;
    }
}
