//! A clock that runs on from whatever instant the story has come to.

use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};
use kit::clock::{Clock, System};

use crate::failure::{Failure, Result};

/// The machine's clock, moved to another time.
#[derive(Debug, Default)]
pub(super) struct StoryClock {
    moved: Mutex<SignedDuration>,
}

impl StoryClock {
    /// Moves the clock to `instant`, for example `2023-02-04T10:00:00+08:00`.
    pub(super) fn set(&self, instant: &str) -> Result<()> {
        let instant: Timestamp = instant.parse().map_err(Failure::other)?;
        *self.lock() = instant.duration_since(System.now());
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, SignedDuration> {
        self.moved.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Clock for StoryClock {
    fn now(&self) -> Timestamp {
        let now = System.now();
        now.checked_add(*self.lock()).unwrap_or(now)
    }
}
