//! The bell that wakes watchers: rung by commits of this process, and by a poll
//! for those of other replicas.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;

use super::head::Head;
use crate::db::Db;
use crate::error::Result;

const POLL: Duration = Duration::from_millis(250);

/// Carries the highest position this process knows of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signal(Arc<Bell>);

#[derive(Debug, Default)]
struct Bell {
    position: watch::Sender<i64>,
    polled: AtomicBool,
}

impl Signal {
    /// Tells the watchers that the feed reaches `position`.
    pub(crate) fn raise(&self, position: i64) {
        self.0.position.send_if_modified(|known| {
            let news = position > *known;
            *known = position.max(*known);
            news
        });
    }

    /// Hears every raise from now on. One poll serves all watchers and ends with the last.
    pub(super) fn listen(&self, db: &Db) -> watch::Receiver<i64> {
        let receiver = self.0.position.subscribe();
        if !self.0.polled.swap(true, Ordering::AcqRel) {
            tokio::spawn(poll(db.clone()));
        }
        receiver
    }
}

async fn poll(db: Db) {
    let bell = &db.signal.0;
    loop {
        tokio::time::sleep(POLL).await;
        if bell.position.is_closed() {
            bell.polled.store(false, Ordering::Release);
            // A watcher may have come between the look and the store.
            if bell.position.is_closed() || bell.polled.swap(true, Ordering::AcqRel) {
                return;
            }
        }
        match reach(&db).await {
            Ok(position) => db.signal.raise(position),
            Err(error) => tracing::debug!(%error, "the feed's head cannot be read now"),
        }
    }
}

async fn reach(db: &Db) -> Result<i64> {
    let mut tx = db.begin_read().await?;
    Ok(Head::read(&mut tx).await?.position)
}
