//! Districts (区县): the realm of one assessment office each. Everything else lives in one.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use kit::name::Pattern;
use kit::{Error, Result};

use crate::patch::patch;

/// How districts are named.
pub(crate) static NAME: Pattern = Pattern::new("district", "districts/{district}");

/// The time zone of a district that names none.
pub(crate) const TIME_ZONE: &str = "Asia/Shanghai";

/// A district.
#[derive(Clone, Debug)]
pub(crate) struct District {
    pub(crate) id: String,
    pub(crate) uid: String,
    pub(crate) contents: Contents,
    /// Counts the transactions that wrote to the district: who has read an edition has read
    /// all that its definitions say.
    pub(crate) edition: i64,
    pub(crate) create_time: Timestamp,
    pub(crate) update_time: Timestamp,
    pub(crate) revision: i64,
}

/// What the office says of a district.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) display_name: String,
    /// IANA name of the zone in which days begin.
    pub(crate) time_zone: String,
}

impl District {
    /// A district that was not there before.
    pub(crate) fn new(id: String, contents: Contents, now: Timestamp) -> Self {
        Self {
            id,
            uid: kit::id::uid(),
            contents,
            edition: 1,
            create_time: now,
            update_time: now,
            revision: 1,
        }
    }

    /// Its full name.
    pub(crate) fn name(&self) -> String {
        NAME.format(&[&self.id])
    }

    /// The time zone in which its days begin.
    pub(crate) fn zone(&self) -> Result<TimeZone> {
        TimeZone::get(&self.contents.time_zone).map_err(Error::internal)
    }

    /// Takes on other contents and says whether that is a change. The days of periods are
    /// counted in the time zone, so it stays once there are any.
    pub(crate) fn change(
        &mut self,
        contents: Contents,
        has_periods: bool,
        now: Timestamp,
    ) -> Result<bool> {
        if self.contents == contents {
            return Ok(false);
        }
        if has_periods && self.contents.time_zone != contents.time_zone {
            let zone = &self.contents.time_zone;
            let message = format!("its periods were cut in {zone}; the time zone is fixed");
            return Err(Error::precondition("TIME_ZONE_FIXED", self.name(), message));
        }
        self.contents = contents;
        self.update_time = now;
        self.revision += 1;
        Ok(true)
    }
}

impl Contents {
    /// Takes over the fields that are named, as the contract calls them.
    pub(crate) fn patch(&mut self, given: Self, named: impl Fn(&str) -> bool) {
        patch!(self, given, named, display_name time_zone);
    }
}

/// True when there is such a time zone.
pub(crate) fn is_time_zone(name: &str) -> bool {
    TimeZone::get(name).is_ok()
}
