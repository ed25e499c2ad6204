//! The one row that says what the feed is and how far it reaches.

use uuid::Uuid;

use super::token::Token;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};

/// The feed's identity and ends: events after `compacted` up to `position` are kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) feed: Uuid,
    pub(super) position: i64,
    pub(super) compacted: i64,
}

impl Head {
    pub(super) async fn read(tx: &mut Tx) -> Result<Self> {
        let (uid, position, compacted) = crate::fetch_one!(
            tx,
            (String, i64, i64),
            "SELECT uid, position, compacted FROM kit_feed_head"
        )?;
        let feed = Uuid::try_parse(&uid).map_err(Error::internal)?;
        Ok(Self { feed, position, compacted })
    }

    /// Refuses a reader whose next event is gone, or who read another feed, or more than this
    /// one holds, as after a restore from an old copy.
    pub(super) fn resume(&self, token: Token) -> Result<i64> {
        let kept = self.compacted..=self.position;
        if token.feed == self.feed && kept.contains(&token.position) {
            return Ok(token.position);
        }
        Err(Error::OutOfRange {
            reason: "RESUME_TOKEN_EXPIRED",
            message: "the feed no longer holds what followed this resume_token; \
                      read the resources anew, then watch without a token"
                .to_owned(),
        })
    }
}

/// The resume token of the feed's present end: a watch from it brings what comes after.
pub async fn end(db: &Db) -> Result<String> {
    let Head { feed, position, .. } = Head::read(&mut db.begin_read().await?).await?;
    Ok(Token { feed, position }.write())
}

/// Drops the events up to and including position `through` and yields how many. Readers that
/// had not come so far are refused with `RESUME_TOKEN_EXPIRED`; a position the feed has not
/// reached drops nothing.
pub async fn compact(tx: &mut Tx, through: i64) -> Result<u64> {
    let moved = crate::execute!(
        tx,
        "UPDATE kit_feed_head SET compacted = $1 WHERE compacted < $1 AND position >= $1",
        through
    )?;
    if moved == 0 {
        return Ok(0);
    }
    crate::execute!(tx, "DELETE FROM kit_feed WHERE position <= $1", through)
}

/// Drops the oldest events, at most so many, as long as they were recorded before this instant.
pub(crate) async fn compact_before(tx: &mut Tx, before: i64, most: i64) -> Result<u64> {
    let oldest = crate::fetch_all!(
        tx,
        (i64, i64),
        "SELECT position, create_time FROM kit_feed ORDER BY position LIMIT $1",
        most
    )?;
    match oldest.iter().take_while(|(_, create_time)| *create_time < before).last() {
        Some((through, _)) => compact(tx, *through).await,
        None => Ok(0),
    }
}
