//! Who reads of how many persons. Whoever reads of more within an hour than anybody's work asks
//! for is refused, and the auditor is told.
//!
//! Counted is what replies name, whichever handler wrote them, in the transaction that records
//! the reading: so an account has one count, however many replicas it asks. A person is known by
//! a digest of the name.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use jiff::SignedDuration;
use sha2::{Digest as _, Sha256};

use crate::clock;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::name::is_id;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// Why somebody was stopped.
pub(super) const REASON: &str = "TOO_MANY_PERSONS";

/// Of whom an account is about to be told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told<'a> {
    pub(crate) account: &'a str,
    pub(crate) persons: &'a BTreeSet<i64>,
    /// How many persons an account may be told of within an hour.
    pub(crate) most: NonZeroU32,
}

/// Notes of whom an account is told, or refuses it; what was noted is taken back with the
/// transaction then.
pub(super) async fn count(tx: &mut Tx, told: Told<'_>) -> Result<()> {
    let Told { account, persons, most } = told;
    let now = clock::to_micros(tx.now());
    let fresh = clock::to_micros(tx.now().checked_sub(HOUR).map_err(Error::internal)?);
    let persons: Vec<i64> = persons.iter().copied().collect();
    let mut total = persons.len();
    if total <= most.get() as usize {
        note(tx, account, &persons, now).await?;
        total = noted(tx, account, fresh).await?;
    }
    let most = most.get() as usize;
    if total <= most {
        let half = most / 2;
        if total > half && total.saturating_sub(persons.len()) <= half {
            tracing::warn!(account, total, most, "an account reads of many persons");
        }
        return Ok(());
    }
    tracing::warn!(account, total, most, "ALARM: an account was stopped from reading on");
    Err(Error::Exhausted {
        reason: REASON,
        message: format!(
            "you have read of more than {most} persons within an hour; the auditor was told"
        ),
    })
}

/// Notes persons.
async fn note(tx: &mut Tx, account: &str, persons: &[i64], now: i64) -> Result<()> {
    crate::insert_many!(
        tx,
        "INSERT INTO kit_person_read (account, person, read_time) ",
        persons,
        |row, person| {
            row.push_bind(account).push_bind(*person).push_bind(now);
        },
        "ON CONFLICT (account, person) DO UPDATE SET read_time = excluded.read_time"
    )?;
    Ok(())
}

/// Of how many persons an account was told since `fresh`.
async fn noted(tx: &mut Tx, account: &str, fresh: i64) -> Result<usize> {
    let (count,) = crate::fetch_one!(
        tx,
        (i64,),
        "SELECT COUNT(*) FROM kit_person_read WHERE account = $1 AND read_time > $2",
        account,
        fresh
    )?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// Forgets whom somebody read of more than an hour ago.
pub(crate) async fn forget(tx: &mut Tx) -> Result<u64> {
    let fresh = tx.now().checked_sub(HOUR).map_err(Error::internal)?;
    crate::execute!(
        tx,
        "DELETE FROM kit_person_read WHERE read_time <= $1",
        clock::to_micros(fresh)
    )
}

/// The persons that an encoded message names, each by a digest.
pub(crate) fn persons(message: &[u8]) -> BTreeSet<i64> {
    named(message).into_iter().map(digest).collect()
}

fn digest(name: &str) -> i64 {
    let mut first = [0; 8];
    first.copy_from_slice(&Sha256::digest(name)[..8]);
    i64::from_be_bytes(first)
}

/// The persons that an encoded message names, `districts/{district}/persons/{person}`, by
/// themselves or before something of theirs.
fn named(message: &[u8]) -> BTreeSet<&str> {
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
    use prost::Message as _;
    use proto::access::v1 as pb;

    use super::*;

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
            assert_eq!(named(&bytes), BTreeSet::from([texts[0], &long]));
        }
        assert!(named(b"districts/").is_empty());
    }
}
