//! Scoring's feed, followed: every warning and every closed month goes into the tray as it came,
//! once, and from there to letters and bulletins.
//!
//! The tray takes an event unread. What this version cannot make out waits there for one that
//! can, instead of being passed over for good.

pub(crate) mod address;
pub(crate) mod carry;
pub(crate) mod deliver;
mod desk;
pub(crate) mod dispatch;
pub(crate) mod escalate;
pub(crate) mod hear;
pub(crate) mod issue;
pub(crate) mod message;
pub(crate) mod peers;
pub(crate) mod post;
pub(crate) mod public;
mod read;
pub(crate) mod schedule;
pub(crate) mod trigger;
pub(crate) mod webhook;

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

use crate::notice::{Cause, Kind, Notice};
use crate::{district, store};

const WARNING_RAISED: &str = "saima.scoring.v1.WarningRaised";
const RECONCILIATION_CLOSED: &str = "saima.scoring.v1.ReconciliationClosed";

/// Follows scoring until the shutdown, and rings `bell` after each event.
pub(crate) fn events(context: Context, bell: Arc<Notify>) -> impl Future<Output = ()> {
    let changes = kit::client!(ChangeServiceClient, context.peers.get("scoring"));
    feed::follow(context.db, Events { changes, bell }, context.shutdown)
}

struct Events {
    changes: ChangeServiceClient<Peer>,
    bell: Arc<Notify>,
}

impl Follower for Events {
    type Event = scoring::Change;

    fn name(&self) -> &'static str {
        "scoring.warnings-and-closings"
    }

    async fn connect(&self, resume_token: String) -> Result<feed::Changes<scoring::Change>> {
        let request = scoring::WatchChangesRequest {
            parent: "districts/-".to_owned(),
            resume_token,
            kinds: vec![WARNING_RAISED.to_owned(), RECONCILIATION_CLOSED.to_owned()],
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
        let kind = match event.kind.as_str() {
            WARNING_RAISED => Kind::Warning,
            RECONCILIATION_CLOSED => Kind::Closing,
            // Not asked for, and nothing is written about it.
            _ => return Ok(()),
        };
        let cause = Cause {
            district: district::of(&event.name).to_owned(),
            trace_parent: event.trace_parent.clone(),
        };
        let notice = Notice {
            source: event.name.clone(),
            payload: event.encode_to_vec(),
            create_time: tx.now(),
        };
        store::notice::insert(tx, &cause, kind, &notice).await
    }
}
