//! A clock that runs on from whatever instant the story has come to.

use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};
use kit::clock::{Clock, System};

/// The machine's clock, moved to another time.
#[derive(Debug, Default)]
pub(super) struct StoryClock {
    moved: Mutex<SignedDuration>,
}

impl StoryClock {
    /// Moves the clock to `instant`.
    pub(super) fn set(&self, instant: Timestamp) {
        *self.lock() = instant.duration_since(System.now());
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
