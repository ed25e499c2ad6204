//! What the feeds tell, set on its way to whoever subscribed to it.

use std::sync::Arc;

use futures::stream::BoxStream;
use futures::{StreamExt as _, stream};
use jiff::Timestamp;
use kit::boot::Context;
use kit::db::{Db, Tx};
use kit::feed::{self, Change, Filter, Follower, Notice};
use kit::peers::Peer;
use kit::{Error, Result, clock};
use prost::Message as _;
use prost_reflect::DynamicMessage;
use proto::scoring::v1 as scoring;
use proto::scoring::v1::change_service_client::ChangeServiceClient;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::endpoint::wants;
use crate::event::{self, Event};
use crate::rpc::event_type;
use crate::{district, store};

/// Characters of a resource that are sent; a larger one is left out.
const LARGEST: usize = 64 * 1024;

/// Follows scoring until the shutdown, and rings `bell` after each event.
pub(crate) fn scoring(context: Context, bell: Arc<Notify>) -> impl Future<Output = ()> {
    let changes = kit::client!(ChangeServiceClient, context.peers.get("scoring"));
    feed::follow(context.db, Scoring { changes, bell }, context.shutdown)
}

/// The same for what notification itself does.
pub(crate) fn own(context: Context, bell: Arc<Notify>) -> impl Future<Output = ()> {
    let follower = Own { db: context.db.clone(), shutdown: context.shutdown.clone(), bell };
    feed::follow(context.db, follower, context.shutdown)
}

/// What a feed told.
#[derive(Clone)]
struct Told {
    service: &'static str,
    kind: String,
    name: String,
    time: Timestamp,
    trace_parent: String,
    /// The change, as the service's contract encodes it.
    payload: Vec<u8>,
}

struct Scoring {
    changes: ChangeServiceClient<Peer>,
    bell: Arc<Notify>,
}

impl Follower for Scoring {
    type Event = Told;

    fn name(&self) -> &'static str {
        "scoring.webhooks-1"
    }

    async fn connect(&self, resume_token: String) -> Result<feed::Changes<Told>> {
        let request = scoring::WatchChangesRequest {
            parent: "districts/-".to_owned(),
            resume_token,
            kinds: event::types_of("scoring"),
        };
        let watched = self.changes.clone().watch_changes(request).await?.into_inner();
        let changes = watched.map(|reply| {
            let reply = reply?;
            let told = reply.change.map(|change| {
                let time = change.change_time.as_ref().and_then(clock::from_proto);
                Told {
                    service: "scoring",
                    time: time.unwrap_or_default(),
                    trace_parent: change.trace_parent.clone(),
                    payload: change.encode_to_vec(),
                    kind: change.kind,
                    name: change.name,
                }
            });
            Ok(change(reply.resume_token, told))
        });
        Ok(ringing(changes.boxed(), &self.bell))
    }

    async fn apply(&self, tx: &mut Tx, told: Told) -> Result<()> {
        tell(tx, told).await
    }
}

struct Own {
    db: Db,
    shutdown: CancellationToken,
    bell: Arc<Notify>,
}

impl Follower for Own {
    type Event = Told;

    fn name(&self) -> &'static str {
        "notification.webhooks-1"
    }

    async fn connect(&self, resume_token: String) -> Result<feed::Changes<Told>> {
        let filter = Filter { district: None, kinds: event::types_of("notification") };
        let watched = feed::watch(&self.db, filter, &resume_token, self.shutdown.clone()).await?;
        let changes = watched.map(|notice| {
            Ok(match notice? {
                Notice::Bookmark { token } => change(token, None),
                Notice::Entry(entry) => {
                    let told = Told {
                        service: "notification",
                        kind: entry.kind,
                        name: entry.name,
                        time: entry.create_time,
                        trace_parent: entry.trace_parent,
                        payload: entry.payload,
                    };
                    change(entry.token, Some(told))
                }
            })
        });
        Ok(ringing(changes.boxed(), &self.bell))
    }

    async fn apply(&self, tx: &mut Tx, told: Told) -> Result<()> {
        tell(tx, told).await
    }
}

fn change(token: String, told: Option<Told>) -> Change<Told> {
    let trace_parent = told.as_ref().map(|it| it.trace_parent.clone()).unwrap_or_default();
    Change { token, trace_parent, event: told }
}

/// Rings whenever the next change is asked for: then the one before is committed.
fn ringing(
    mut changes: BoxStream<'static, Result<Change<Told>>>,
    bell: &Arc<Notify>,
) -> feed::Changes<Told> {
    let bell = Arc::clone(bell);
    let ringing = stream::poll_fn(move |cx| {
        bell.notify_one();
        changes.poll_next_unpin(cx)
    });
    ringing.boxed()
}

/// Keeps an event for its district's endpoints; where there never was one, nothing.
async fn tell(tx: &mut Tx, told: Told) -> Result<()> {
    let district = district::of(&told.name).to_owned();
    let Some(sequence) = store::event::next(tx, &district).await? else { return Ok(()) };
    let event = Event {
        district,
        sequence,
        id: format!("msg_{}", kit::id::uid()),
        resource: resource(&told)?,
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
fn resource(told: &Told) -> Result<String> {
    let contract = event_type::change(told.service)?;
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
