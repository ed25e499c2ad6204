//! How often one caller may call: a bucket for each account, and for each address of those who
//! have none. Each process counts for itself.
//!
//! A bucket is one instant: when it would be full again. So it costs no timer and fills by itself.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::config::Limits;
use crate::error::{Error, Result};

/// Buckets that are remembered at most; those used least lately are forgotten first, and are
/// full then.
const BUCKETS: usize = 65_536;
const MINUTE: Duration = Duration::from_secs(60);

/// The buckets of a process. Clones share them.
#[derive(Clone)]
pub(super) struct Rate(Option<Arc<Inner>>);

struct Inner {
    /// What one call takes.
    each: Duration,
    /// What a full bucket holds.
    whole: Duration,
    buckets: Mutex<Buckets>,
}

#[derive(Default)]
struct Buckets {
    young: HashMap<Who, Instant>,
    old: HashMap<Who, Instant>,
}

/// Whose calls are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Who {
    Account(String),
    Address(IpAddr),
}

impl Who {
    /// An address; of version 6, the network that one subscriber has.
    pub(super) fn at(address: IpAddr) -> Self {
        Self::Address(match address {
            IpAddr::V6(it) => match it.to_ipv4_mapped() {
                Some(it) => it.into(),
                None => Ipv6Addr::from_bits(it.to_bits() >> 64 << 64).into(),
            },
            address => address,
        })
    }
}

impl Rate {
    pub(super) fn new(limits: &Limits) -> Self {
        if limits.calls_per_minute == 0 {
            return Self(None);
        }
        let each = MINUTE / limits.calls_per_minute;
        let whole = each.saturating_mul(limits.call_burst.get());
        Self(Some(Arc::new(Inner { each, whole, buckets: Mutex::default() })))
    }

    /// Takes a call out of a bucket, or says when there is one again.
    pub(super) fn take(&self, who: Who) -> Result<()> {
        self.take_at(who, Instant::now())
    }

    fn take_at(&self, who: Who, now: Instant) -> Result<()> {
        let Some(inner) = &self.0 else { return Ok(()) };
        let mut buckets = inner.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let full = buckets.find(&who).map_or(now, |at| at.max(now));
        let then = full + inner.each;
        let over = then.duration_since(now).saturating_sub(inner.whole);
        if over.is_zero() {
            buckets.put(who, then);
            return Ok(());
        }
        buckets.put(who, full);
        Err(Error::TooOften {
            message: "you call more often than this service takes; wait as long as it says"
                .to_owned(),
            retry_after: over,
        })
    }
}

impl Buckets {
    fn find(&mut self, who: &Who) -> Option<Instant> {
        self.young.get(who).copied().or_else(|| self.old.remove(who))
    }

    fn put(&mut self, who: Who, at: Instant) {
        if self.young.len() >= BUCKETS / 2 {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(who, at);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn rate(calls_per_minute: u32, burst: u32) -> Rate {
        let call_burst = burst.try_into().unwrap();
        Rate::new(&Limits { calls_per_minute, call_burst, ..Limits::default() })
    }

    fn account(name: impl ToString) -> Who {
        Who::Account(name.to_string())
    }

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let rate = rate(60, 3);
        let mut now = Instant::now();
        for _ in 0..3 {
            rate.take_at(account("a"), now).unwrap();
        }
        let refused = rate.take_at(account("a"), now);
        let Err(Error::TooOften { retry_after, .. }) = refused else { panic!() };
        assert_eq!(retry_after, Duration::from_secs(1));
        rate.take_at(account("b"), now).unwrap();
        now += retry_after;
        rate.take_at(account("a"), now).unwrap();
        assert!(rate.take_at(account("a"), now).is_err());
        // What was refused costs nothing, and nobody saves up more than a burst.
        now += Duration::from_secs(100);
        for _ in 0..3 {
            rate.take_at(account("a"), now).unwrap();
        }
        assert!(rate.take_at(account("a"), now).is_err());
        // Without a limit there is none.
        let free = self::rate(0, 1);
        assert!((0..100).all(|_| free.take_at(account("a"), now).is_ok()));
    }

    #[test]
    fn memory_is_bounded_and_keeps_who_calls() {
        let (rate, now) = (rate(60, 1), Instant::now());
        rate.take_at(account("busy"), now).unwrap();
        for other in 0..BUCKETS * 2 {
            rate.take_at(account(other), now).unwrap();
            if other % 1000 == 0 {
                assert!(rate.take_at(account("busy"), now).is_err(), "after {other} others");
            }
        }
        let buckets = rate.0.as_ref().unwrap().buckets.lock().unwrap();
        assert!(buckets.young.len() + buckets.old.len() <= BUCKETS);
    }

    #[test]
    fn one_subscriber_is_one_address() {
        let at = |it: &str| Who::at(it.parse().unwrap());
        assert_eq!(at("2001:db8::1"), at("2001:db8::ffff:2"));
        assert_ne!(at("2001:db8:0:1::1"), at("2001:db8::1"));
        assert_eq!(at("::ffff:192.0.2.1"), at("192.0.2.1"));
    }
}
