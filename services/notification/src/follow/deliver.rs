//! Sending what is due to endpoints, beside any number of replicas.
//!
//! A batch of one endpoint is one piece of work, chosen by the `Desk`; an endpoint is served by one
//! replica at a time. At the shutdown what is on the way is finished and the endpoint given back;
//! one that a killed process had is served again when its lease ends, which is short, since who lives
//! renews it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::join_all;
use kit::Result;
use kit::boot::Context;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::desk::{self, Lane, PAUSE, Sending};
use super::post::Post;
use crate::delivery::{Attempt, Delivery, SHIFT};
use crate::endpoint::Endpoint;
use crate::event::Event;
use crate::lane::Health;
use crate::rpc::endpoint;
use crate::secret::Secret;
use crate::store;

/// Connections to one endpoint.
const CONNECTIONS: usize = 4;

/// Sends until the shutdown.
pub(crate) async fn run(context: Context, bell: Arc<Notify>) {
    let shutdown = context.shutdown.clone();
    desk::run(Sender { context }, shutdown, bell).await;
}

struct Sender {
    context: Context,
}

/// A batch on its way.
struct Batch {
    waiting: VecDeque<(Delivery, Event)>,
    health: Health,
    outcomes: Vec<(Delivery, Attempt)>,
    stopped: bool,
}

impl Sending for Sender {
    async fn due(&self) -> Result<Vec<Lane>> {
        let db = self.context.db.across("deliveries");
        store::delivery::due(&mut db.begin_read().await?).await
    }

    async fn send(&self, lane: Lane) -> Lane {
        if let Err(error) = self.work(&lane.0, &lane.1).await {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            tracing::warn!(district = lane.0, endpoint = lane.1, %error, cause, "sending later");
            tokio::time::sleep(PAUSE).await;
        }
        lane
    }
}

impl Sender {
    async fn work(&self, district: &str, id: &str) -> Result<()> {
        let lease = kit::id::uid();
        let db = self.context.db.within(district);
        let mut tx = db.begin_write().await?;
        let claimed = store::delivery::claim(&mut tx, district, id, &lease).await?;
        let Some((endpoint, deliveries)) = claimed else { return tx.commit().await };
        if deliveries.is_empty() {
            return Ok(());
        }
        let secrets = store::secret::valid(&mut tx, &self.context.keys, district, id).await?;
        let places: Vec<i64> = deliveries.iter().map(|delivery| delivery.event).collect();
        let events = store::event::by_places(&mut tx, district, &places).await?;
        tx.commit().await?;

        let batch = Batch {
            waiting: deliveries.into_iter().zip(events).collect(),
            health: endpoint.standing.health,
            outcomes: Vec::new(),
            stopped: false,
        };
        let (db, lease) = (&db, &*lease);
        let renew = || async move {
            let mut tx = db.begin_write().await?;
            store::delivery::renew(&mut tx, (district, id), lease).await?;
            tx.commit().await
        };
        let outcomes = desk::keeping(renew, self.send(&endpoint, &secrets, batch)).await;

        let mut tx = db.begin_write().await?;
        endpoint::settle(&mut tx, &endpoint, lease, &outcomes).await?;
        tx.commit().await
    }

    async fn send(
        &self,
        endpoint: &Endpoint,
        secrets: &[Secret],
        batch: Batch,
    ) -> Vec<(Delivery, Attempt)> {
        let count = if endpoint.wish.ordered { 1 } else { CONNECTIONS };
        let count = count.min(batch.waiting.len());
        let batch = Mutex::new(batch);
        let begin = Instant::now();
        let mut lines = Vec::new();
        for _ in 0..count {
            lines.push(self.line(endpoint, secrets, &batch, begin));
        }
        join_all(lines).await;
        batch.into_inner().unwrap_or_else(PoisonError::into_inner).outcomes
    }

    /// Sends one event after another over one connection until there is no more to send.
    async fn line(
        &self,
        endpoint: &Endpoint,
        secrets: &[Secret],
        batch: &Mutex<Batch>,
        begin: Instant,
    ) {
        let lock = || batch.lock().unwrap_or_else(PoisonError::into_inner);
        let mut post = Post::new(&self.context.outbound, endpoint, secrets);
        loop {
            if begin.elapsed() > SHIFT || self.context.shutdown.is_cancelled() {
                return;
            }
            let now = self.context.clock.now();
            let next = {
                let mut batch = lock();
                if batch.stopped || batch.health.is_open(now) {
                    None
                } else {
                    batch.waiting.pop_front()
                }
            };
            let Some((mut delivery, event)) = next else { return };
            let attempt = post.send(&event, delivery.attempts + 1, now).await;
            delivery.tried(&attempt, now);
            let mut batch = lock();
            batch.health = batch.health.after(attempt.succeeded(), now);
            batch.stopped |=
                attempt.is_farewell() || (endpoint.wish.ordered && !attempt.succeeded());
            batch.outcomes.push((delivery, attempt));
        }
    }
}
