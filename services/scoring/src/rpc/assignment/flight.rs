//! One question at a time about each period, however many calls want its answer.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// One question: who holds it asks.
type Flight = Arc<tokio::sync::Mutex<()>>;

/// The questions under way, and the order in which calls came and questions were put.
#[derive(Default)]
pub(super) struct Flights {
    by_period: Mutex<HashMap<String, Flight>>,
    turns: AtomicU64,
}

impl Flights {
    /// The next turn. An answer to a question put at a later turn than a call's holds for it.
    pub(super) fn turn(&self) -> u64 {
        self.turns.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// The question about a period.
    pub(super) fn of(&self, district: &str, period: &str) -> Flight {
        let mut flights = self.by_period.lock().unwrap_or_else(PoisonError::into_inner);
        flights.retain(|_, flight| Arc::strong_count(flight) > 1);
        Arc::clone(flights.entry(format!("{district}/{period}")).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_about_one_period_share_a_question_until_all_have_their_answer() {
        let flights = Flights::default();
        let one = flights.of("hengkou", "2023-01");
        assert!(Arc::ptr_eq(&one, &flights.of("hengkou", "2023-01")));
        assert!(!Arc::ptr_eq(&one, &flights.of("hengkou", "2023-02")));
        drop(one);
        drop(flights.of("elsewhere", "2023-01"));
        assert_eq!(flights.by_period.lock().map(|it| it.len()).ok(), Some(1));
        assert!(flights.turn() < flights.turn());
    }
}
