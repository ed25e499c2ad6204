//! What the feeds tell, set on its way to whoever subscribed to it.

use std::sync::Arc;

use futures::{StreamExt as _, stream};
use kit::boot::Context;
use kit::db::Tx;
use kit::feed::{self, Follower};
use kit::{Error, Result};
use prost_reflect::DynamicMessage;
use tokio::sync::Notify;

use super::hear::Feed;
use crate::endpoint::wants;
use crate::event::{self, Event};
use crate::rpc::event_type;
use crate::trigger::Heard;
use crate::{district, store};

/// Characters of a resource that are sent; a larger one is left out.
const LARGEST: usize = 64 * 1024;

/// Follows a feed until the shutdown, and rings `bell` after each event.
pub(crate) fn events(context: Context, feed: Feed, bell: Arc<Notify>) -> impl Future<Output = ()> {
    feed::follow(context.db, Events { feed, bell }, context.shutdown)
}

struct Events {
    feed: Feed,
    bell: Arc<Notify>,
}

impl Follower for Events {
    type Event = Heard;

    fn name(&self) -> &'static str {
        match self.feed {
            Feed::Registry(_) => "registry.webhooks-1",
            Feed::Scoring(_) => "scoring.webhooks-1",
            Feed::Own(..) => "notification.webhooks-1",
        }
    }

    async fn connect(&self, resume_token: String) -> Result<feed::Changes<Heard>> {
        let kinds = event::types_of(self.feed.service());
        let mut changes = self.feed.watch(None, kinds, resume_token).await?;
        let bell = Arc::clone(&self.bell);
        // The next change is asked for when the one before is committed: the moment to ring.
        let ringing = stream::poll_fn(move |cx| {
            bell.notify_one();
            changes.poll_next_unpin(cx)
        });
        Ok(ringing.boxed())
    }

    async fn apply(&self, tx: &mut Tx, heard: Heard) -> Result<()> {
        tell(tx, heard, self.feed.service()).await
    }
}

/// Keeps an event for its district's endpoints; where there never was one, nothing.
async fn tell(tx: &mut Tx, told: Heard, service: &str) -> Result<()> {
    let district = district::of(&told.name).to_owned();
    let place = store::event::next(tx, &district, (service, told.time)).await?;
    let Some(sequence) = place else { return Ok(()) };
    let event = Event {
        district,
        sequence,
        id: format!("msg_{}", kit::id::uid()),
        resource: resource(&told, service)?,
        kind: told.kind,
        subject: told.name,
        happen_time: told.time,
        create_time: tx.now(),
        trace_parent: told.trace_parent,
    };
    let conditional = store::event::conditional(tx, &event).await?;
    let unwanted = conditional.into_iter().filter(|(_, it)| !wants(it, &event.resource));
    let unwanted: Vec<String> = unwanted.map(|(id, _)| id).collect();
    store::event::insert(tx, &event, &unwanted).await
}

/// The resource of a change in the JSON of its contract; empty when it is too large, or newer
/// than the contract known here.
fn resource(told: &Heard, service: &str) -> Result<String> {
    let contract = event_type::change(service)?;
    let change = DynamicMessage::decode(contract.clone(), &*told.payload);
    let change = change.map_err(Error::internal)?;
    let held = contract
        .oneofs()
        .find(|it| it.name() == "resource")
        .and_then(|it| it.fields().find(|field| change.has_field(field)))
        .map(|field| change.get_field(&field).into_owned());
    let Some(held) = held.as_ref().and_then(|value| value.as_message()) else {
        return Ok(String::new());
    };
    let text = serde_json::to_string(held).map_err(Error::internal)?;
    Ok(if text.len() > LARGEST { String::new() } else { text })
}
