//! Comparisons that were made, so that no page of one is computed anew. Runs never change, and so
//! neither does what lies between two of them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use prost::Message as _;
use proto::scoring::v1 as pb;

/// Bytes of the held comparisons on the wire; in memory they take some times as much.
const MOST_BYTES: usize = 16 << 20;

/// What is compared: a district and the output digests of the earlier and the later run with their
/// positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) district: String,
    pub(super) base: (i64, String),
    pub(super) later: (i64, String),
}

/// What lies between two runs.
#[derive(Debug)]
pub(super) struct Made {
    /// By the subject's id, which each stands beside.
    pub(super) differences: Vec<(String, pb::ResultDifference)>,
    /// How many subjects came to the same.
    pub(super) unchanged: usize,
}

/// The comparisons last asked for, the latest last.
#[derive(Debug, Default)]
pub(in crate::rpc) struct Held(Mutex<VecDeque<(Key, usize, Arc<Made>)>>);

impl Held {
    pub(super) fn get(&self, key: &Key) -> Option<Arc<Made>> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = held.iter().position(|(it, ..)| it == key)?;
        let it = held.remove(found)?;
        let made = Arc::clone(&it.2);
        held.push_back(it);
        Some(made)
    }

    pub(super) fn put(&self, key: Key, made: Made) -> Arc<Made> {
        let bytes = made.differences.iter().map(|(_, it)| it.encoded_len()).sum();
        let made = Arc::new(made);
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|(it, ..)| *it != key);
        held.push_back((key, bytes, Arc::clone(&made)));
        while held.len() > 1 && held.iter().map(|(_, bytes, _)| bytes).sum::<usize>() > MOST_BYTES {
            held.pop_front();
        }
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(later: i64) -> Key {
        let run = |sequence: i64| (sequence, "0f".to_owned());
        Key { district: "hengkou".to_owned(), base: run(1), later: run(later) }
    }

    fn made(bytes: usize) -> Made {
        let unit = "u".repeat(bytes);
        let difference = pb::ResultDifference { unit, ..Default::default() };
        Made { differences: vec![("works".to_owned(), difference)], unchanged: 3 }
    }

    #[test]
    fn the_least_used_go_first_and_the_last_one_stays() {
        let held = Held::default();
        held.put(key(2), made(MOST_BYTES / 3));
        held.put(key(3), made(MOST_BYTES / 3));
        assert!(held.get(&key(2)).is_some_and(|it| it.unchanged == 3));
        held.put(key(4), made(MOST_BYTES / 2));
        assert!(held.get(&key(3)).is_none() && held.get(&key(2)).is_some());
        held.put(key(5), made(MOST_BYTES * 2));
        assert!(held.get(&key(2)).is_none() && held.get(&key(5)).is_some());
    }
}
