//! The time, injected. Instants are cut to microseconds, so that what is read
//! back from a database equals what was written.

use std::fmt;
use std::sync::Mutex;

use jiff::Timestamp;

use crate::error::{Error, Result};

/// Tells the time. Nothing else in the suite asks the machine for it.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The current instant in UTC, cut to microseconds.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

impl Clock for System {
    #[allow(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    fn now(&self) -> Timestamp {
        cut(Timestamp::now())
    }
}

/// A clock that stands still until it is set.
#[derive(Debug)]
pub struct Fixed(Mutex<Timestamp>);

impl Fixed {
    /// A clock that stands at `at`.
    pub fn new(at: Timestamp) -> Self {
        Self(Mutex::new(cut(at)))
    }

    /// Moves the clock to `at`, forwards or backwards.
    pub fn set(&self, at: Timestamp) {
        *self.lock() = cut(at);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Timestamp> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        *self.lock()
    }
}

/// An instant as it is stored: microseconds since 1970-01-01 UTC.
pub fn to_micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// An instant as it was stored. A value outside the calendar is damage, hence `Internal`.
pub fn from_micros(micros: i64) -> Result<Timestamp> {
    Timestamp::from_microsecond(micros).map_err(Error::internal)
}

/// An instant on the wire.
pub fn to_proto(at: Timestamp) -> prost_types::Timestamp {
    let micros = at.as_microsecond();
    prost_types::Timestamp {
        seconds: micros.div_euclid(1_000_000),
        nanos: (micros.rem_euclid(1_000_000) * 1_000) as i32,
    }
}

/// An instant from the wire, cut to microseconds; `None` outside years 1 to 9999.
pub fn from_proto(at: &prost_types::Timestamp) -> Option<Timestamp> {
    if !(0..1_000_000_000).contains(&at.nanos) {
        return None;
    }
    let at = Timestamp::new(at.seconds, at.nanos).ok().map(cut)?;
    (1..=9999).contains(&at.to_zoned(jiff::tz::TimeZone::UTC).year()).then_some(at)
}

fn cut(at: Timestamp) -> Timestamp {
    let whole = at.as_nanosecond().div_euclid(1_000) * 1_000;
    Timestamp::from_nanosecond(whole).unwrap_or(at)
}
