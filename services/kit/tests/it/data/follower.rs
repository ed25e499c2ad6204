//! A follower to try: it keeps each event as a note, and fails when told to.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use futures::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use kit::clock::Fixed;
use kit::db::{Db, Tx};
use kit::feed::{self, Change, Changes, Entry, Filter, Follower, Notice};
use kit::testing::Bed;
use kit::{Error, Result, telemetry};
use tokio_util::sync::CancellationToken;

use super::note::{self, Note};

#[derive(Clone)]
pub(super) struct Copier {
    /// The feed that is followed.
    pub(super) origin: Db,
    /// The stream breaks after this many messages.
    pub(super) breaks_after: usize,
    /// Every so many applications fail after their effect.
    pub(super) fails_every: u32,
    pub(super) tries: Arc<AtomicU32>,
    /// This event can never be applied.
    pub(super) refuses: Option<i64>,
    pub(super) connections: Arc<AtomicU32>,
    /// Moved by each application, so that every transaction has an instant of its own.
    pub(super) clock: Arc<Fixed>,
    /// The instant of the transaction in which each event was applied.
    pub(super) instants: Arc<Mutex<Vec<Timestamp>>>,
    /// The trace parent under which each event was applied.
    pub(super) traces: Arc<Mutex<Vec<String>>>,
}

impl Copier {
    pub(super) async fn of(bed: &Bed) -> Self {
        Self {
            origin: bed.db("origin", &note::MIGRATIONS).await,
            breaks_after: usize::MAX,
            fails_every: u32::MAX,
            tries: Arc::default(),
            refuses: None,
            connections: Arc::default(),
            clock: Arc::clone(bed.clock()),
            instants: Arc::default(),
            traces: Arc::default(),
        }
    }
}

impl Follower for Copier {
    type Event = Entry;

    fn name(&self) -> &'static str {
        "origin"
    }

    async fn connect(&self, resume_token: String) -> Result<Changes<Entry>> {
        self.connections.fetch_add(1, Ordering::Relaxed);
        let shutdown = CancellationToken::new();
        let watch = feed::watch(&self.origin, Filter::default(), &resume_token, shutdown).await?;
        let changes = watch.take(self.breaks_after).map(|notice| {
            Ok(match notice? {
                Notice::Entry(entry) => Change {
                    token: entry.token.clone(),
                    trace_parent: entry.trace_parent.clone(),
                    event: Some(entry),
                },
                Notice::Bookmark { token } => {
                    Change { token, trace_parent: String::new(), event: None }
                }
            })
        });
        Ok(changes.boxed())
    }

    async fn apply(&self, tx: &mut Tx, event: Entry) -> Result<()> {
        let trace = telemetry::current_trace_parent().unwrap_or_default();
        self.traces.lock().unwrap().push(trace);
        self.instants.lock().unwrap().push(tx.now());
        self.clock.set(tx.now() + SignedDuration::from_micros(1));
        // A second application would violate the primary key.
        Note::new(event.position).insert(tx).await?;
        let tries = self.tries.fetch_add(1, Ordering::Relaxed) + 1;
        if tries.is_multiple_of(self.fails_every) || self.refuses == Some(event.position) {
            return Err(Error::unavailable("told to fail"));
        }
        Ok(())
    }
}
