//! The copies that are held: some, the least used goes first.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::Definitions;

/// Bytes of the held assignments as they came; in memory they take some times as much.
const MOST_BYTES: usize = 64 << 20;

/// A copy of one period's definitions.
#[derive(Clone)]
pub(super) struct Copy {
    pub(super) etag: String,
    /// When registry was last asked about it.
    pub(super) asked: Timestamp,
    /// The turn at which that was.
    pub(super) turn: u64,
    pub(super) definitions: Arc<Definitions>,
}

/// Copies by district and period.
#[derive(Default)]
pub(super) struct Held {
    copies: HashMap<String, Used>,
    bytes: usize,
    uses: u64,
}

struct Used {
    copy: Copy,
    last: u64,
}

impl Held {
    pub(super) fn get(&mut self, district: &str, period: &str) -> Option<Copy> {
        self.uses += 1;
        let used = self.copies.get_mut(&key(district, period))?;
        used.last = self.uses;
        Some(used.copy.clone())
    }

    pub(super) fn put(&mut self, district: &str, period: &str, copy: Copy) {
        self.uses += 1;
        self.bytes += copy.definitions.bytes;
        let used = Used { copy, last: self.uses };
        if let Some(before) = self.copies.insert(key(district, period), used) {
            self.bytes -= before.copy.definitions.bytes;
        }
        while self.bytes > MOST_BYTES && self.copies.len() > 1 {
            let least = self.copies.iter().min_by_key(|(_, used)| used.last);
            let Some(key) = least.map(|(key, _)| key.clone()) else { return };
            if let Some(gone) = self.copies.remove(&key) {
                self.bytes -= gone.copy.definitions.bytes;
            }
        }
    }
}

fn key(district: &str, period: &str) -> String {
    format!("{district}/{period}")
}
