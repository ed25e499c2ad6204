//! Scoring's feed, followed: every published result, announced award and card goes into the tray
//! as it came, once, and from there to the archives.
//!
//! The tray takes an event unread. What this version cannot make out waits there for one that
//! can, instead of being passed over for good.

pub(crate) mod peers;
mod read;
pub(crate) mod settle;

use std::sync::Arc;

use futures::{StreamExt as _, stream};
use kit::Result;
use kit::boot::Context;
use kit::db::Tx;
use kit::feed::{self, Change, Follower};
use kit::peers::Peer;
use prost::Message as _;
use proto::scoring::v1 as scoring;
use proto::scoring::v1::change_service_client::ChangeServiceClient;
use tokio::sync::Notify;

use crate::notice::{Notice, district_of};
use crate::store;

const RESULT_PUBLISHED: &str = "saima.scoring.v1.ResultPublished";
const AWARD_ANNOUNCED: &str = "saima.scoring.v1.AwardAnnounced";
const CARD_ISSUED: &str = "saima.scoring.v1.CardIssued";
const CARD_WITHDRAWN: &str = "saima.scoring.v1.CardWithdrawn";
const KINDS: [&str; 4] = [RESULT_PUBLISHED, AWARD_ANNOUNCED, CARD_ISSUED, CARD_WITHDRAWN];

/// Follows scoring until the shutdown, and rings `bell` after each event.
pub(crate) fn events(ctx: Context, bell: Arc<Notify>) -> impl Future<Output = ()> {
    let changes = kit::client!(ChangeServiceClient, ctx.peers.get("scoring"));
    feed::follow(ctx.db, Events { changes, bell }, ctx.shutdown)
}

struct Events {
    changes: ChangeServiceClient<Peer>,
    bell: Arc<Notify>,
}

impl Follower for Events {
    type Event = scoring::Change;

    fn name(&self) -> &'static str {
        "scoring.outcomes"
    }

    async fn connect(&self, resume_token: String) -> Result<feed::Changes<scoring::Change>> {
        let request = scoring::WatchChangesRequest {
            parent: "districts/-".to_owned(),
            resume_token,
            kinds: KINDS.map(str::to_owned).to_vec(),
        };
        let watched = self.changes.clone().watch_changes(request).await?.into_inner();
        let mut changes = watched.map(|reply| {
            let reply = reply?;
            let trace_parent = reply.change.as_ref().map(|it| it.trace_parent.clone());
            Ok(Change {
                token: reply.resume_token,
                trace_parent: trace_parent.unwrap_or_default(),
                event: reply.change,
            })
        });
        // The next change is asked for when the one before is committed: the moment to ring.
        let bell = Arc::clone(&self.bell);
        let ringing = stream::poll_fn(move |cx| {
            bell.notify_one();
            changes.poll_next_unpin(cx)
        });
        Ok(ringing.boxed())
    }

    async fn apply(&self, tx: &mut Tx, event: scoring::Change) -> Result<()> {
        if !KINDS.contains(&event.kind.as_str()) {
            // Not asked for, and nothing is filed about it.
            return Ok(());
        }
        // A card may be issued and withdrawn before either is settled: a notice each.
        let source = match event.kind.as_str() {
            CARD_WITHDRAWN => format!("{}/withdrawn", event.name),
            _ => event.name.clone(),
        };
        let notice = Notice {
            district: district_of(&event.name).to_owned(),
            source,
            payload: event.encode_to_vec(),
            trace_parent: event.trace_parent.clone(),
            create_time: tx.now(),
        };
        store::notice::insert(tx, &notice).await
    }
}
