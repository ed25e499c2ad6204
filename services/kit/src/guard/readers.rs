//! Who reads of how many persons. Whoever reads of more within an hour than anybody's work asks
//! for is refused, and the auditor is told.
//!
//! Counted is what replies name, whichever handler wrote them. Each process counts for itself.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeSet, HashMap};
use std::hash::BuildHasher as _;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::error::{Error, Result};
use crate::name::is_id;

const HOUR: Duration = Duration::from_secs(3600);
/// Persons that are remembered at most, over all accounts; accounts that read least lately are
/// forgotten first.
const REMEMBERED: usize = 1_000_000;

/// The readers of a process. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Readers(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    most: usize,
    hasher: RandomState,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    young: HashMap<String, Reader>,
    old: HashMap<String, Reader>,
    /// Persons in `young`.
    count: usize,
}

/// Whom an account has read of, and when last.
#[derive(Debug, Default)]
struct Reader {
    persons: HashMap<u64, Instant>,
    was_told: bool,
}

impl Readers {
    pub(crate) fn new(most: NonZeroU32) -> Self {
        let most = most.get() as usize;
        Self(Arc::new(Inner { most, hasher: RandomState::new(), seen: Mutex::default() }))
    }

    /// Notes that `account` is about to be told of these persons, or refuses it.
    pub(crate) fn read(&self, account: &str, persons: &BTreeSet<&str>) -> Result<()> {
        self.read_at(account, persons, Instant::now())
    }

    fn read_at(&self, account: &str, persons: &BTreeSet<&str>, now: Instant) -> Result<()> {
        if persons.is_empty() {
            return Ok(());
        }
        let Inner { most, hasher, seen } = &*self.0;
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut reader = seen.take(account);
        reader.persons.retain(|_, at| now.duration_since(*at) < HOUR);
        let persons: Vec<u64> = persons.iter().map(|it| hasher.hash_one(it)).collect();
        let new = persons.iter().filter(|it| !reader.persons.contains_key(it)).count();
        let total = reader.persons.len() + new;
        let told = total > most / 2;
        if told && !std::mem::replace(&mut reader.was_told, told) {
            tracing::warn!(account, total, most, "an account reads of many persons");
        }
        reader.was_told = told;
        if total <= *most {
            reader.persons.extend(persons.into_iter().map(|it| (it, now)));
        }
        seen.put(account, reader);
        if total <= *most {
            return Ok(());
        }
        tracing::warn!(account, total, most, "ALARM: an account was stopped from reading on");
        Err(Error::Exhausted {
            reason: "TOO_MANY_PERSONS",
            message: format!(
                "you have read of more than {most} persons within an hour; the auditor was told"
            ),
        })
    }
}

impl Seen {
    fn take(&mut self, account: &str) -> Reader {
        let young = self.young.remove(account).inspect(|it| self.count -= it.persons.len());
        young.or_else(|| self.old.remove(account)).unwrap_or_default()
    }

    fn put(&mut self, account: &str, reader: Reader) {
        self.count += reader.persons.len();
        self.young.insert(account.to_owned(), reader);
        if self.count > REMEMBERED / 2 {
            self.old = std::mem::take(&mut self.young);
            self.count = 0;
        }
    }
}

/// The persons that an encoded message names, `districts/{district}/persons/{person}`, by
/// themselves or before something of theirs.
pub(crate) fn persons(message: &[u8]) -> BTreeSet<&str> {
    const FIRST: &[u8] = b"districts/";
    let begins = message.windows(FIRST.len()).enumerate().filter(|(_, it)| *it == FIRST);
    begins.filter_map(|(at, _)| person(&message[..at], &message[at..])).collect()
}

/// The person that a text names, which begins behind its length.
fn person<'a>(before: &[u8], text: &'a [u8]) -> Option<&'a str> {
    let of_length = |length: usize| {
        let text = std::str::from_utf8(text.get(..length)?).ok()?;
        let mut ids = text.split('/').skip(1);
        let (district, kind, person) = (ids.next()?, ids.next()?, ids.next()?);
        let length = "districts/".len() + district.len() + 1 + kind.len() + 1 + person.len();
        (kind == "persons" && is_id(district) && is_id(person)).then(|| &text[..length])
    };
    match before {
        [.., more, last] if *more >= 0x80 => {
            of_length(usize::from(more & 0x7f) | usize::from(*last) << 7)
                .or_else(|| of_length(usize::from(*last)))
        }
        [.., last] => of_length(usize::from(*last)),
        [] => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use prost::Message as _;
    use proto::access::v1 as pb;

    use super::*;

    fn read(
        readers: &Readers,
        account: &str,
        range: std::ops::Range<u32>,
        now: Instant,
    ) -> Result<()> {
        let names: Vec<String> = range.map(|it| format!("districts/a/persons/p{it}")).collect();
        readers.read_at(account, &names.iter().map(String::as_str).collect(), now)
    }

    #[test]
    fn who_reads_of_too_many_is_stopped_for_an_hour() {
        let readers = Readers::new(10.try_into().unwrap());
        let mut now = Instant::now();
        read(&readers, "keeper", 0..8, now).unwrap();
        // The same ones again are no more persons.
        read(&readers, "keeper", 0..8, now).unwrap();
        read(&readers, "keeper", 8..10, now).unwrap();
        let refused = read(&readers, "keeper", 10..11, now);
        let Err(Error::Exhausted { reason, .. }) = refused else { panic!("it was let through") };
        assert_eq!(reason, "TOO_MANY_PERSONS");
        // Those he knows he may read of, and so may another.
        read(&readers, "keeper", 3..6, now).unwrap();
        read(&readers, "other", 10..20, now).unwrap();
        assert!(read(&readers, "third", 0..11, now).is_err(), "all at once");
        now += HOUR / 2;
        read(&readers, "keeper", 0..1, now).unwrap();
        now += HOUR / 2;
        read(&readers, "keeper", 20..29, now).unwrap();
        assert!(read(&readers, "keeper", 29..30, now).is_err(), "one was read half an hour ago");
    }

    #[test]
    fn memory_is_bounded() {
        let (readers, now) = (Readers::new(1000.try_into().unwrap()), Instant::now());
        for account in 0..1200 {
            read(&readers, &account.to_string(), 0..1000, now).unwrap();
        }
        let seen = readers.0.seen.lock().unwrap();
        let held = seen.young.values().chain(seen.old.values());
        assert!(held.map(|it| it.persons.len()).sum::<usize>() <= REMEMBERED);
    }

    #[test]
    fn persons_are_found_where_a_message_names_them() {
        let long = format!("districts/{}/persons/{}", "d".repeat(63), "p".repeat(63));
        let texts = [
            "districts/a/persons/b",
            "districts/a/persons/b/archiveEntries/3",
            "districts/a/units/c",
            "see districts/a/persons/d",
            &long,
        ];
        for next in ["", "B2", "R"] {
            let message = pb::AuditRecord {
                account: texts[0].to_owned(),
                permission: texts[1].to_owned(),
                about: texts[2].to_owned(),
                purpose: texts[3].to_owned(),
                request_id: next.to_owned(),
                source: long.clone(),
                ..Default::default()
            };
            let bytes = message.encode_to_vec();
            assert_eq!(persons(&bytes), BTreeSet::from([texts[0], &long]));
        }
        assert!(persons(b"districts/").is_empty());
    }
}
