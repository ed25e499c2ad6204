//! Quiet hours (Q6): when letters do not leave by channels.

use std::collections::BTreeSet;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use kit::name::Pattern;
use kit::{Error, Result};

use crate::document::Kind;

/// How a district's quiet hours are named.
pub(crate) static NAME: Pattern = Pattern::new("quiet_hours", "districts/{district}/quietHours");

/// A district's quiet hours, in minutes after midnight; none when both are equal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct QuietHours {
    pub(crate) start: i64,
    pub(crate) end: i64,
    /// Kinds that leave nevertheless, by their numbers.
    pub(crate) urgent: BTreeSet<i64>,
    /// Name of the zone whose clock counts.
    pub(crate) zone: String,
    pub(crate) revision: i64,
}

impl QuietHours {
    pub(crate) fn is_urgent(&self, kind: Kind) -> bool {
        self.urgent.contains(&(kind as i64))
    }

    /// The first instant from `at` on that is not quiet.
    pub(crate) fn over(&self, at: Timestamp) -> Result<Timestamp> {
        if self.start == self.end {
            return Ok(at);
        }
        let zone = TimeZone::get(&self.zone).map_err(Error::internal)?;
        let local = at.to_zoned(zone.clone());
        let minute = i64::from(local.hour()) * 60 + i64::from(local.minute());
        let over_midnight = self.start > self.end;
        let quiet = match over_midnight {
            true => minute >= self.start || minute < self.end,
            false => (self.start..self.end).contains(&minute),
        };
        if !quiet {
            return Ok(at);
        }
        let mut day = local.date();
        if over_midnight && minute >= self.start {
            day = day.checked_add(1.day()).map_err(Error::internal)?;
        }
        let end = Time::new((self.end / 60) as i8, (self.end % 60) as i8, 0, 0);
        let end = day.to_datetime(end.map_err(Error::internal)?);
        Ok(end.to_zoned(zone).map_err(Error::internal)?.timestamp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(start: i64, end: i64, at: &str) -> Option<String> {
        let zone = "Asia/Shanghai".to_owned();
        let hours = QuietHours { start, end, zone, ..QuietHours::default() };
        Some(hours.over(at.parse().ok()?).ok()?.to_string())
    }

    #[test]
    fn quiet_hours_end_in_the_morning() {
        // Ten in the evening to half past seven, in Shanghai.
        for (at, expected) in [
            ("2023-04-01T13:59:59Z", "2023-04-01T13:59:59Z"),
            ("2023-04-01T14:00:00Z", "2023-04-01T23:30:00Z"),
            ("2023-04-01T18:00:00Z", "2023-04-01T23:30:00Z"),
            ("2023-04-01T23:30:00Z", "2023-04-01T23:30:00Z"),
        ] {
            assert_eq!(over(22 * 60, 450, at).as_deref(), Some(expected), "{at}");
        }
    }

    #[test]
    fn quiet_hours_within_a_day() {
        assert_eq!(over(720, 840, "2023-04-01T05:00:00Z").as_deref(), Some("2023-04-01T06:00:00Z"));
        assert_eq!(over(720, 840, "2023-04-01T07:00:00Z").as_deref(), Some("2023-04-01T07:00:00Z"));
        assert_eq!(over(720, 720, "2023-04-01T04:00:00Z").as_deref(), Some("2023-04-01T04:00:00Z"));
    }
}
