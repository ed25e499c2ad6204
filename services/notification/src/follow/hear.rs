//! What the feeds of registry, scoring and notification itself tell, for triggers and webhooks.

use futures::StreamExt as _;
use kit::boot::Context;
use kit::db::Db;
use kit::feed::{self, Change, Filter, Notice};
use kit::peers::Peer;
use kit::{Result, clock};
use prost::Message as _;
use proto::registry::v1 as registry;
use proto::registry::v1::change_service_client::ChangeServiceClient as RegistryChanges;
use proto::scoring::v1 as scoring;
use proto::scoring::v1::change_service_client::ChangeServiceClient as ScoringChanges;
use tokio_util::sync::CancellationToken;

use crate::trigger::{Heard, types_of};

/// A feed that triggers and webhooks listen to.
#[derive(Clone)]
pub(crate) enum Feed {
    Registry(RegistryChanges<Peer>),
    Scoring(ScoringChanges<Peer>),
    Own(Db, CancellationToken),
}

/// The feeds.
#[derive(Clone)]
pub(crate) struct Feeds([Feed; 3]);

macro_rules! heard {
    ($reply:expr) => {{
        let reply = $reply?;
        let event = reply.change.map(|change| Heard {
            time: change.change_time.as_ref().and_then(clock::from_proto).unwrap_or_default(),
            trace_parent: change.trace_parent.clone(),
            payload: change.encode_to_vec(),
            kind: change.kind,
            name: change.name,
        });
        Ok(told(reply.resume_token, event))
    }};
}

impl Feeds {
    pub(crate) fn new(context: &Context) -> Self {
        let peers = &context.peers;
        Self([
            Feed::Registry(kit::client!(RegistryChanges, peers.get("registry"))),
            Feed::Scoring(kit::client!(ScoringChanges, peers.get("scoring"))),
            Feed::Own(context.db.clone(), context.shutdown.clone()),
        ])
    }

    /// Each of them.
    pub(crate) fn each(self) -> [Feed; 3] {
        self.0
    }

    /// The one that tells of a type.
    pub(crate) fn of(&self, event_type: &str) -> Option<&Feed> {
        let service = event_type.split('.').nth(1)?;
        self.0.iter().find(|feed| feed.service() == service)
    }
}

impl Feed {
    pub(crate) fn service(&self) -> &'static str {
        match self {
            Self::Registry(_) => "registry",
            Self::Scoring(_) => "scoring",
            Self::Own(..) => "notification",
        }
    }

    /// Every type that triggers may wait for.
    pub(crate) fn types(&self) -> Vec<String> {
        types_of(self.service())
    }

    /// What it tells after `resume_token`: of one district, or of all.
    pub(crate) async fn watch(
        &self,
        district: Option<&str>,
        kinds: Vec<String>,
        resume_token: String,
    ) -> Result<feed::Changes<Heard>> {
        let parent = format!("districts/{}", district.unwrap_or("-"));
        Ok(match self {
            Self::Registry(changes) => {
                let request = registry::WatchChangesRequest { parent, resume_token, kinds };
                let watched = changes.clone().watch_changes(request).await?.into_inner();
                watched.map(|reply| heard!(reply)).boxed()
            }
            Self::Scoring(changes) => {
                let request = scoring::WatchChangesRequest { parent, resume_token, kinds };
                let watched = changes.clone().watch_changes(request).await?.into_inner();
                watched.map(|reply| heard!(reply)).boxed()
            }
            Self::Own(db, shutdown) => {
                let filter = Filter { district: district.map(str::to_owned), kinds };
                let watched = feed::watch(db, filter, &resume_token, shutdown.clone()).await?;
                let own = watched.map(|notice| {
                    Ok(match notice? {
                        Notice::Bookmark { token } => told(token, None),
                        Notice::Entry(entry) => {
                            let heard = Heard {
                                kind: entry.kind,
                                name: entry.name,
                                time: entry.create_time,
                                trace_parent: entry.trace_parent,
                                payload: entry.payload,
                            };
                            told(entry.token, Some(heard))
                        }
                    })
                });
                own.boxed()
            }
        })
    }
}

fn told(token: String, event: Option<Heard>) -> Change<Heard> {
    let trace_parent = event.as_ref().map(|it| it.trace_parent.clone()).unwrap_or_default();
    Change { token, trace_parent, event }
}
