//! Accounts that were cut off: whose tokens count no more, in a district or everywhere.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use kit::name::{Pattern, is_id};
use kit::suite::Suite;
use kit::{Error, Result};

/// How accounts are named.
pub(crate) static NAME: Pattern =
    Pattern::new("account", "districts/{district}/accounts/{account}");

/// All districts at once.
pub(crate) const EVERYWHERE: &str = "-";

/// No token is older than this, whatever a process is told to take.
pub(crate) const LONGEST_TOKEN: SignedDuration = SignedDuration::from_hours(25);

/// What ids of accounts begin with that fit none.
const DIGEST: &str = "sha256.";

/// How an account stands after a step.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) district: String,
    pub(crate) id: String,
    /// As tokens say it.
    pub(crate) account: String,
    pub(crate) is_barred: bool,
    /// Tokens issued before are refused.
    pub(crate) valid_after: Timestamp,
    pub(crate) reason: String,
    pub(crate) author: String,
    pub(crate) update_time: Timestamp,
    pub(crate) revision: i64,
}

impl Account {
    /// An account that was cut off; `before` is how it stood. The later of two instants counts.
    pub(crate) fn revoked(
        district: &str,
        account: &str,
        before: Option<&Self>,
        (valid_after, is_barred): (Timestamp, bool),
        (reason, author): (String, String),
        now: Timestamp,
    ) -> Self {
        Self {
            district: district.to_owned(),
            id: id_of(account),
            account: account.to_owned(),
            is_barred: is_barred || before.is_some_and(|it| it.is_barred),
            valid_after: before.map_or(valid_after, |it| it.valid_after.max(valid_after)),
            reason,
            author,
            update_time: now,
            revision: before.map_or(1, |it| it.revision + 1),
        }
    }

    /// Lifts the bar.
    pub(crate) fn restore(
        &mut self,
        name: &str,
        (reason, author): (String, String),
        now: Timestamp,
    ) -> Result<()> {
        if !self.is_barred {
            let message = "the account is not barred; it may come in with a new token";
            return Err(Error::precondition("ACCOUNT_NOT_BARRED", name, message));
        }
        self.is_barred = false;
        self.reason = reason;
        self.author = author;
        self.update_time = now;
        self.revision += 1;
        Ok(())
    }
}

/// The id of an account: itself where it fits one.
pub(crate) fn id_of(account: &str) -> String {
    if is_id(account) && !account.starts_with(DIGEST) {
        return account.to_owned();
    }
    let digest = Suite::International.hash(&[account.as_bytes()]);
    digest[..24].iter().fold(DIGEST.to_owned(), |mut id, byte| {
        // Writing into a string cannot fail.
        let _ = write!(id, "{byte:02x}");
        id
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_account_has_an_id_of_its_own() {
        let accounts = ["wang.wei", "王伟", "wang wei", "auth0|7", "districts/a/apiKeys/b"];
        let ids: Vec<String> = accounts.iter().map(|it| id_of(it)).collect();
        assert!(ids.iter().all(|it| is_id(it)), "{ids:?}");
        assert_eq!(ids[0], "wang.wei");
        // Whoever is called as a digest is not taken for whom the digest stands for.
        assert_ne!(id_of(&ids[1]), ids[1]);
    }
}
