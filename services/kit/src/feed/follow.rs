//! Following another service's feed: each event takes effect exactly once, in order.
//!
//! What has come already is applied in one transaction, so that a backlog costs one commit for
//! many events. Where such a batch fails, its events are applied one by one, so that those
//! before the failing one stand.

use std::future::Future;
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::BoxStream;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::batch;
use super::token::Token;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};

/// A live feed sends a bookmark every ten seconds; silence for three means a dead connection.
const SILENCE: Duration = Duration::from_secs(30);
const CONNECT: Duration = Duration::from_secs(10);
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// What a service does about another's events.
pub trait Follower: Send + Sync + 'static {
    /// An event as the follower wants it.
    type Event: Clone + Send + Sync;

    /// The key of the cursor. A follower that wants other kinds than before takes another name,
    /// for what the old one passed over will not come again.
    fn name(&self) -> &'static str;

    /// Opens the other service's Watch after `resume_token`, empty for its beginning.
    fn connect(
        &self,
        resume_token: String,
    ) -> impl Future<Output = Result<Changes<Self::Event>>> + Send;

    /// The event's effect, in the transaction that also moves the cursor and may hold other
    /// events' effects: it must not wait for anything else. An error undoes it and the event
    /// comes again: what cannot be applied must be recorded and passed over here.
    fn apply(&self, tx: &mut Tx, event: Self::Event) -> impl Future<Output = Result<()>> + Send;
}

/// What comes over a Watch.
pub type Changes<Event> = BoxStream<'static, Result<Change<Event>>>;

/// One message of a Watch.
#[derive(Clone, Debug)]
pub struct Change<Event> {
    /// Where to resume after it.
    pub token: String,
    /// The trace parent of what caused it; empty when unknown.
    pub trace_parent: String,
    /// The event; none in a bookmark.
    pub event: Option<Event>,
}

/// Follows until `shutdown` fires, connecting again with a jittered pause whenever the stream
/// or the database fails. Replicas may follow under the same name: each event is applied by one.
///
/// A follower that was away while its next event was compacted, or that is ahead of a feed
/// restored from an old copy, is refused with `RESUME_TOKEN_EXPIRED`. What it missed is unknown,
/// so nothing is skipped: it logs the error and asks again until an operator deletes its row of
/// `kit_cursor`, from where on it begins with the oldest event kept, without a restart. Events
/// applied before then come again, which an effect with a key of its own passes over
/// (`ON CONFLICT DO NOTHING`); what was compacted is read from the other service's resources.
pub async fn follow<F: Follower>(db: Db, follower: F, shutdown: CancellationToken) {
    let (mut pause, db) = (SHORTEST_PAUSE, db.across("follow"));
    loop {
        let error = tokio::select! {
            biased;
            () = shutdown.cancelled() => return,
            error = pursue(&db, &follower, &mut pause) => error,
        };
        report(follower.name(), &error);
        tokio::select! {
            biased;
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(jittered(pause)) => {}
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// One connection's life.
async fn pursue<F: Follower>(db: &Db, follower: &F, pause: &mut Duration) -> Error {
    let outcome: Result<()> = async {
        let mut cursor = batch::load(&mut db.begin_read().await?, follower.name()).await?;
        let token = cursor.map(Token::write).unwrap_or_default();
        let mut changes = within(CONNECT, follower.connect(token)).await??;
        while let Some(first) = within(SILENCE, changes.next()).await? {
            let batch = batch::gather::<F>(first?, &mut changes)?;
            batch::take(db, follower, &mut cursor, &batch.changes).await?;
            *pause = SHORTEST_PAUSE;
            batch.end?;
        }
        Ok(())
    }
    .await;
    outcome.err().unwrap_or_else(batch::ended)
}

async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Result<T> {
    let late = |_| Error::unavailable("nothing came from the other service for too long");
    tokio::time::timeout(limit, work).await.map_err(late)
}

fn report(name: &'static str, error: &Error) {
    let cause = crate::error::chain(error);
    match error {
        Error::Unavailable { .. } | Error::Deadline => {
            tracing::info!(feed = name, error = cause, "following again");
        }
        _ => tracing::error!(feed = name, error = cause, "following again after a failure"),
    }
}

/// Between half the pause and all of it, so that replicas do not come back together.
fn jittered(pause: Duration) -> Duration {
    let half = pause / 2;
    let micros = half.as_micros() as u64 + 1;
    half + Duration::from_micros(Uuid::new_v4().as_u64_pair().1 % micros)
}
