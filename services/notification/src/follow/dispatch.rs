//! Sending what is due by channels, beside any number of replicas: a batch of one channel is one
//! piece of work, chosen by the `Desk` and kept within the channel's rate.

use std::collections::HashMap;
use std::sync::Arc;

use kit::Result;
use kit::boot::Context;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::carry::Carrier;
use super::desk::{self, Lane, PAUSE, Sending};
use crate::channel::Channel;
use crate::contact::Contact;
use crate::delivery::{Attempt, SHIFT};
use crate::dispatch::Dispatch;
use crate::message::Message;
use crate::rpc::channel;
use crate::store;

/// Sends until the shutdown.
pub(crate) async fn run(context: Context, bell: Arc<Notify>) {
    let shutdown = context.shutdown.clone();
    desk::run(Sender { context }, shutdown, bell).await;
}

struct Sender {
    context: Context,
}

impl Sending for Sender {
    async fn due(&self) -> Result<Vec<Lane>> {
        let db = self.context.db.across("dispatches");
        store::dispatch::due(&mut db.begin_read().await?).await
    }

    async fn send(&self, lane: Lane) -> Lane {
        if let Err(error) = Box::pin(self.work(&lane.0, &lane.1)).await {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            tracing::warn!(district = lane.0, channel = lane.1, %error, cause, "sending later");
            tokio::time::sleep(PAUSE).await;
        }
        lane
    }
}

impl Sender {
    async fn work(&self, district: &str, id: &str) -> Result<()> {
        let lease = kit::id::uid();
        let (keys, db) = (&self.context.keys, self.context.db.within(district));
        let mut tx = db.begin_write().await?;
        let quiet = store::quiet_hours::get(&mut tx, district).await?;
        let morning = Some(quiet.over(tx.now())?).filter(|it| *it > tx.now());
        let place = (district, id);
        let claimed = store::dispatch::claim(&mut tx, keys, place, &lease, morning).await?;
        let Some((channel, dispatches)) = claimed else { return tx.commit().await };
        let contacts: Vec<&str> = dispatches.iter().map(|it| it.contact.as_str()).collect();
        let contacts = store::contact::by_ids(&mut tx, keys, district, &contacts).await?;
        if dispatches.is_empty() {
            store::dispatch::settle(&mut tx, (district, id), &lease, &[]).await?;
            return tx.commit().await;
        }
        tx.commit().await?;
        let contacts = contacts.into_iter().map(|it| (it.id.clone(), it)).collect();
        let (db, lease) = (&db, &*lease);
        let renew = || async move {
            let mut tx = db.begin_write().await?;
            store::dispatch::renew(&mut tx, (district, id), lease).await?;
            tx.commit().await
        };
        let sent = self.send(&channel, dispatches, &contacts);
        let mut outcomes = desk::keeping(renew, sent).await;
        for (it, _) in outcomes.iter_mut().filter(|(it, _)| !it.urgent) {
            it.next_time = quiet.over(it.next_time)?;
        }

        let mut tx = db.begin_write().await?;
        channel::settle(&mut tx, keys, &channel, lease, outcomes).await?;
        tx.commit().await
    }

    /// Sends one after the other until there is no more to send, or the circuit opens.
    async fn send(
        &self,
        channel: &Channel,
        dispatches: Vec<Dispatch>,
        contacts: &HashMap<String, Contact>,
    ) -> Vec<(Dispatch, Attempt)> {
        let begin = Instant::now();
        let carrier = Carrier::new(&self.context.outbound, channel);
        let mut health = channel.standing.health;
        let mut outcomes = Vec::new();
        for mut dispatch in dispatches {
            let now = self.context.clock.now();
            if begin.elapsed() > SHIFT
                || self.context.shutdown.is_cancelled()
                || health.is_open(now)
            {
                break;
            }
            // One that was removed meanwhile is held when this batch is through.
            let Some(contact) = contacts.get(&dispatch.contact) else { continue };
            let message = Message {
                id: format!("{}.{}", dispatch.district, dispatch.sequence),
                subject: dispatch.matter.subject.clone(),
                body: dispatch.matter.body.clone(),
                due_date: dispatch.matter.due_date,
                language: contact.language,
            };
            let number = dispatch.attempts + 1;
            let attempt = carrier.send(&message, &contact.address, number, now).await;
            dispatch.tried(&attempt, now);
            health = health.after(channel::reached(&attempt), now);
            outcomes.push((dispatch, attempt));
        }
        outcomes
    }
}
