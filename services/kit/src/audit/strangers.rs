//! Calls without a valid token. Anybody may send them by the million, so a ledger of each would be
//! a way to fill the disk: of each address the first is on record at once, and once a minute how
//! many came after it. Addresses beyond a hundred in a minute are counted together.

use std::collections::BTreeMap;
use std::mem;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::guard::Act;

/// How often is told how many there were.
pub(crate) const EACH: Duration = Duration::from_secs(60);
/// Addresses that are told apart in that time.
const APART: usize = 100;

/// Who came to the door of a process.
#[derive(Debug)]
pub(super) struct Strangers(Mutex<Door>);

#[derive(Debug)]
struct Door {
    since: Instant,
    /// By address; under the empty one those that are counted together.
    came: BTreeMap<String, Came>,
}

#[derive(Debug)]
struct Came {
    /// The last one.
    act: Act,
    /// How many there were of whom no record tells yet.
    more: u64,
}

impl Strangers {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Door { since: Instant::now(), came: BTreeMap::new() }))
    }

    /// Notes a call, and yields it where it is to be put on record by itself.
    pub(super) fn came(&self, act: Act) -> Option<Act> {
        let mut door = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = door.came.len() >= APART && !door.came.contains_key(&act.source);
        let source = if is_full { String::new() } else { act.source.clone() };
        match door.came.get_mut(&source) {
            Some(came) => {
                came.act = Act { source, ..act };
                came.more += 1;
                None
            }
            None => {
                let first = Act { source: source.clone(), ..act };
                door.came.insert(source, Came { act: first.clone(), more: 0 });
                Some(first)
            }
        }
    }

    /// What is to be put on record of those who came since; all are first ones again.
    pub(super) fn turn(&self, now: Instant) -> Vec<Act> {
        let mut door = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = now.duration_since(mem::replace(&mut door.since, now)).as_secs();
        let many = mem::take(&mut door.came).into_values().filter(|it| it.more > 0);
        let told = many.map(|Came { mut act, more }| {
            act.about = format!("{}, and {more} more within {passed} s", act.about);
            act
        });
        told.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(source: usize) -> Act {
        Act {
            source: format!("192.0.2.{source}"),
            about: "TOKEN_REFUSED".to_owned(),
            ..Act::default()
        }
    }

    #[test]
    fn a_flood_leaves_few_rows_and_its_count() {
        let strangers = Strangers::new();
        let begin = Instant::now();
        let mut rows = 0;
        for call in 0..100_000 {
            rows += usize::from(strangers.came(act(call % 1000)).is_some());
        }
        assert_eq!(rows, APART + 1);
        let told = strangers.turn(begin + EACH);
        assert_eq!(told.len(), APART + 1);
        let count = |it: &Act| {
            let words: Vec<&str> = it.about.split(' ').collect();
            words.get(2).and_then(|it| it.parse::<usize>().ok()).unwrap_or_default()
        };
        assert_eq!(told.iter().map(count).sum::<usize>() + rows, 100_000);
        assert!(told[0].source.is_empty() && told[0].about.ends_with("within 60 s"));
        // Then all begins anew, and who comes once is told of once.
        assert!(strangers.turn(begin + EACH * 2).is_empty());
        assert!(strangers.came(act(1)).is_some());
        assert!(strangers.turn(begin + EACH * 3).is_empty());
    }
}
