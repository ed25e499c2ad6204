//! What is kept how long, and forgetting what is merely operational when its time is over.
//!
//! A service says what of its own can be forgotten, within which bounds, and by which statement;
//! a district chooses the days. Forgetting goes on beside any number of replicas, a batch to a
//! transaction, so that nobody waits long for a lock.
//!
//! Deliberately absent: rows of ledgers, which are kept for good; persons, whom people erase.

mod service;
mod store;

use std::time::Duration;

use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::{audit, clock, feed, request_id};

pub(crate) use service::Retention;

/// How often is looked for what is old.
const EVERY: Duration = Duration::from_secs(3600);
/// Rows of one transaction, and how long others come first after it.
const BATCH: i64 = 500;
const PAUSE: Duration = Duration::from_millis(20);

/// Something that is kept for a time.
#[derive(Debug)]
pub struct Rule {
    /// What it is called within its service, `dispatch-texts`.
    pub id: &'static str,
    /// What is kept so long, from when on, and what remains afterwards.
    pub subject: &'static str,
    /// Days where nobody chose.
    pub days: i32,
    /// The fewest and the most that a district may choose.
    pub bounds: (i32, i32),
    /// Who forgets it, and how.
    pub how: How,
}

/// Who forgets something, and how.
#[derive(Clone, Copy, Debug)]
pub enum How {
    /// The service, some rows of a district at a time.
    Rows(Forget),
    /// The service, for all districts at once when the last of them wants it no more, since they
    /// share one order.
    Feed,
    /// People, to whom it is proposed.
    People,
    /// Nobody: it ends by the calendar, and stays on record.
    Term,
}

/// Forgets at most `Old::most` and yields how many.
pub type Forget = for<'a> fn(&'a mut Tx, Old<'a>) -> BoxFuture<'a, Result<u64>>;

/// What is to be forgotten.
#[derive(Clone, Copy, Debug)]
pub struct Old<'a> {
    /// Of which district.
    pub district: &'a str,
    /// What was over before this instant, in microseconds.
    pub before: i64,
    /// How many at once.
    pub most: i64,
}

/// What every service keeps for a time.
static EVERYWHERE: [Rule; 3] = [
    APPROVALS,
    CHANGES,
    Rule {
        id: "replies",
        subject: "Replies stored under a request id, from the call on: the same call made again \
                  is answered from them. Afterwards it is a new call.",
        days: request_id::KEPT_DAYS,
        bounds: (request_id::KEPT_DAYS, 90),
        how: How::Rows(|tx, old| Box::pin(request_id::forget(tx, old))),
    },
];

/// How long what a second person must approve can be approved and done.
pub(crate) const APPROVALS: Rule = Rule {
    id: "approvals",
    subject: "Requests for approval, from when they were made on: within this time another person \
              approves, and whoever asked does it. Afterwards a request has expired, and stays on \
              record. A request keeps the time that held when it was made.",
    days: 3,
    bounds: (1, 30),
    how: How::Term,
};

const CHANGES: Rule = Rule {
    id: "changes",
    subject: "Events of the change feed, from when they were recorded on. All districts of a \
              service share one feed, and the longest time that one of them wants holds for it. \
              Who has not read so far by then reads the resources afresh.",
    days: 3650,
    bounds: (90, 36_500),
    how: How::Feed,
};

/// The rules of a service, with those that every service has, by id.
pub(crate) fn all(own: &'static [Rule]) -> Vec<&'static Rule> {
    let mut all: Vec<&Rule> = EVERYWHERE.iter().chain(own).collect();
    all.sort_by_key(|rule| rule.id);
    all
}

impl Rule {
    /// How many days hold where somebody chose some, by this release's bounds.
    fn days(&self, chosen: Option<i64>) -> i64 {
        let (least, most) = self.bounds;
        chosen.unwrap_or(self.days.into()).clamp(least.into(), most.into())
    }
}

/// How many days a district keeps something.
pub async fn days(tx: &mut Tx, district: &str, rule: &Rule) -> Result<i64> {
    let chosen = store::latest(tx, district, rule.id).await?;
    Ok(rule.days(chosen.map(|it| it.keep_days)))
}

/// Forgets what is old, once an hour until the token is cancelled.
pub(crate) async fn keep(db: Db, own: &'static [Rule], shutdown: CancellationToken) {
    let turns = async {
        loop {
            tokio::time::sleep(EVERY).await;
            if let Err(error) = turn(&db, own).await {
                // The next hour tries again; nothing but room is lost meanwhile.
                tracing::warn!(%error, "what is old was not forgotten");
            }
        }
    };
    let _ = shutdown.run_until_cancelled(turns).await;
}

/// Forgets everything that is old, and yields how many rows.
pub async fn turn(db: &Db, own: &'static [Rule]) -> Result<u64> {
    let mut tx = db.across("retention").begin_read().await?;
    let (districts, now) = (store::districts(&mut tx).await?, tx.now());
    drop(tx);
    let mut tx = db.across("retention").begin_write().await?;
    audit::forget(&mut tx).await?;
    tx.commit().await?;
    let mut count = 0;
    let mut longest = 0;
    for district in &districts {
        longest = longest
            .max(days(&mut db.within(district).begin_read().await?, district, &CHANGES).await?);
        for rule in all(own) {
            let How::Rows(forget) = rule.how else { continue };
            match district_turn(&db.within(district), district, (rule, forget), now).await {
                Ok(0) => {}
                Ok(some) => {
                    tracing::info!(district, rule = rule.id, count = some, "forgotten");
                    count += some;
                }
                // One district's trouble is no other's.
                Err(error) => tracing::warn!(district, rule = rule.id, %error, "forgotten later"),
            }
        }
    }
    if !districts.is_empty() {
        count += feed_turn(&db.across("retention"), before(now, longest)?).await?;
    }
    Ok(count)
}

fn before(now: Timestamp, days: i64) -> Result<i64> {
    let before = now.checked_sub(SignedDuration::from_hours(24 * days));
    Ok(clock::to_micros(before.map_err(Error::internal)?))
}

async fn feed_turn(db: &Db, before: i64) -> Result<u64> {
    let mut count = 0;
    loop {
        let mut tx = db.begin_write().await?;
        let some = feed::compact_before(&mut tx, before, BATCH).await?;
        tx.commit().await?;
        count += some;
        if some < BATCH as u64 {
            return Ok(count);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn district_turn(
    db: &Db,
    district: &str,
    (rule, forget): (&Rule, Forget),
    now: Timestamp,
) -> Result<u64> {
    let days = days(&mut db.begin_read().await?, district, rule).await?;
    let old = Old { district, before: before(now, days)?, most: BATCH };
    let mut count = 0;
    loop {
        let mut tx = db.begin_write().await?;
        let some = forget(&mut tx, old).await?;
        tx.commit().await?;
        count += some;
        if some < BATCH as u64 {
            return Ok(count);
        }
        tokio::time::sleep(PAUSE).await;
    }
}
