//! Deliveries: an event on its way to one endpoint, tried over days, never dropped.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kit::name::Pattern;
use sha2::{Digest as _, Sha256};

/// How deliveries are named.
pub(crate) static NAME: Pattern =
    Pattern::new("delivery", "districts/{district}/endpoints/{endpoint}/deliveries/{delivery}");

/// Events that one sender takes at a time, and outcomes in one transaction.
pub(crate) const BATCH: i64 = 100;
/// How long a lane stays its sender's unless it says that it still lives: so long a letter waits at most
/// for a sender that was killed.
pub(crate) const LEASE: SignedDuration = SignedDuration::from_secs(20);
/// How long a sender goes on with one batch; the rest of it is given back, and others get their turn.
pub(crate) const SHIFT: Duration = Duration::from_secs(45);

/// Seconds between one attempt and the next: some three days in all.
const PAUSES: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

kit::numbered! {
    /// How far a delivery came.
    enum State {
        /// It waits for its next attempt, or is on the way.
        Pending = 1,
        /// The endpoint took it.
        Delivered = 2,
        /// Given up.
        Dead = 3,
    }
}

/// An event on its way to one endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) district: String,
    pub(crate) endpoint: String,
    /// Place of the event in the district's order.
    pub(crate) event: i64,
    pub(crate) state: State,
    pub(crate) next_time: Timestamp,
    /// Attempts since it was last set on its way.
    pub(crate) tries: i64,
    /// All attempts.
    pub(crate) attempts: i64,
    pub(crate) last_failure: String,
}

/// What came of one attempt.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attempt {
    /// 1 for the first.
    pub(crate) number: i64,
    pub(crate) create_time: Timestamp,
    pub(crate) url: String,
    /// Why it failed; empty when it did not.
    pub(crate) reason: String,
    pub(crate) message: String,
    /// Status of the reply; 0 when there was none.
    pub(crate) status: i64,
    /// The beginning of the reply.
    pub(crate) reply: String,
    pub(crate) duration_millis: i64,
}

impl Attempt {
    /// True when the endpoint took the event.
    pub(crate) fn succeeded(&self) -> bool {
        self.reason.is_empty()
    }

    /// True when the endpoint wants no more (410 Gone).
    pub(crate) fn is_farewell(&self) -> bool {
        self.status == 410
    }
}

impl Delivery {
    /// Its full name.
    pub(crate) fn name(&self) -> String {
        NAME.format(&[&self.district, &self.endpoint, &self.event.to_string()])
    }

    /// Moves it on after an attempt, to its end or its next attempt.
    pub(crate) fn tried(&mut self, attempt: &Attempt, now: Timestamp) {
        self.tries += 1;
        self.attempts = attempt.number;
        self.last_failure = attempt.message.clone();
        if attempt.succeeded() {
            self.state = State::Delivered;
            return;
        }
        match next_time(&self.name(), self.tries, self.attempts, now) {
            Some(next) => self.next_time = next,
            None => self.state = State::Dead,
        }
    }
}

/// When something called `name` is tried again that has just failed; none when it is given up.
pub(crate) fn next_time(
    name: &str,
    tries: i64,
    attempts: i64,
    now: Timestamp,
) -> Option<Timestamp> {
    let seconds = usize::try_from(tries - 1).ok().and_then(|it| PAUSES.get(it))?;
    Some(now + SignedDuration::from_millis(jittered(name, attempts, seconds * 1_000)))
}

/// A fifth more or less, so that many that failed together do not come back together; the
/// same for the same attempt.
fn jittered(name: &str, attempts: i64, millis: i64) -> i64 {
    let digest = Sha256::digest(format!("{name} {attempts}").as_bytes());
    let share = i64::from(u16::from_be_bytes([digest[0], digest[1]]));
    millis - millis / 5 + millis * 2 / 5 * share / 65_536
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh() -> Delivery {
        Delivery {
            district: "hengkou".to_owned(),
            endpoint: "portal".to_owned(),
            event: 7,
            state: State::Pending,
            next_time: Timestamp::UNIX_EPOCH,
            tries: 0,
            attempts: 0,
            last_failure: String::new(),
        }
    }

    // A2: ten attempts over days, each pause within a fifth of its length.
    #[test]
    fn a_delivery_that_always_fails_is_tried_over_days_and_then_given_up() {
        let mut delivery = fresh();
        let mut now = Timestamp::UNIX_EPOCH;
        for (number, pause) in (1..).zip(PAUSES) {
            let attempt = Attempt { number, reason: "STATUS".to_owned(), ..Attempt::default() };
            delivery.tried(&attempt, now);
            assert_eq!(delivery.state, State::Pending);
            let waited = delivery.next_time.duration_since(now).as_millis();
            let pause = i128::from(pause) * 1_000;
            assert!((pause * 4 / 5..=pause * 6 / 5).contains(&waited), "{waited} for {pause}");
            now = delivery.next_time;
        }
        let days = now.duration_since(Timestamp::UNIX_EPOCH).as_hours() / 24;
        assert!((2..=4).contains(&days), "{days} days");
        let last = Attempt { number: 10, reason: "STATUS".to_owned(), ..Attempt::default() };
        delivery.tried(&last, now);
        assert_eq!((delivery.state, delivery.attempts), (State::Dead, 10));
    }
}
