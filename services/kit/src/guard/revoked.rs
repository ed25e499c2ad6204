//! Accounts that were cut off before their tokens end, as the process last heard of them.
//!
//! The process that keeps them reads its own database, every other one asks it, every two
//! seconds. Out of reach, what is known stays known; tokens live for minutes.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use jiff::Timestamp;
use proto::access::v1 as pb;
use proto::access::v1::account_service_client::AccountServiceClient;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::decide::Guard;
use crate::clock;
use crate::error::{Error, Result};
use crate::identity::Identity;
use crate::peers::Peer;

const EVERY: Duration = Duration::from_secs(2);
/// How long a start waits for the first word.
const FIRST: Duration = Duration::from_secs(2);
/// What a district is called that is all of them.
const EVERYWHERE: &str = "-";

/// An account that was cut off.
#[derive(Clone, Debug)]
pub struct Revocation {
    /// In which district; `-` in all of them.
    pub district: String,
    /// The account, as tokens say it.
    pub account: String,
    /// Whether no token of it is taken.
    pub is_barred: bool,
    /// Tokens issued before are refused.
    pub valid_after: Timestamp,
}

type Read = dyn Fn() -> BoxFuture<'static, Result<Vec<Revocation>>> + Send + Sync;

/// Where a process learns who was cut off. Clones share it.
#[derive(Clone)]
pub struct Revocations {
    read: Arc<Read>,
    changed: Arc<Notify>,
}

impl Revocations {
    /// Revocations that `read` yields: all that matter.
    pub fn new(
        read: impl Fn() -> BoxFuture<'static, Result<Vec<Revocation>>> + Send + Sync + 'static,
    ) -> Self {
        Self { read: Arc::new(read), changed: Arc::default() }
    }

    /// Those that a peer keeps.
    pub(crate) fn of(peer: Peer) -> Self {
        Self::new(move || Box::pin(asked(peer.clone())))
    }

    /// Says that there is something new, for whoever need not wait then.
    pub fn changed(&self) {
        self.changed.notify_one();
    }
}

impl fmt::Debug for Revocations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Revocations(..)")
    }
}

async fn asked(peer: Peer) -> Result<Vec<Revocation>> {
    let mut client = crate::client!(AccountServiceClient, peer);
    let mut request = pb::ListRevocationsRequest {
        parent: format!("districts/{EVERYWHERE}"),
        page_size: 1000,
        page_token: String::new(),
    };
    let mut all = Vec::new();
    loop {
        let page = client.list_revocations(request.clone()).await?.into_inner();
        all.extend(page.accounts.into_iter().filter_map(read));
        if page.next_page_token.is_empty() {
            return Ok(all);
        }
        request.page_token = page.next_page_token;
    }
}

fn read(it: pb::Account) -> Option<Revocation> {
    let district = it.name.split('/').nth(1)?.to_owned();
    let valid_after = clock::from_proto(&it.valid_after?)?;
    Some(Revocation { district, account: it.account, is_barred: it.is_barred, valid_after })
}

/// What is known, by account.
#[derive(Debug, Default)]
pub(super) struct Known(HashMap<String, Vec<Revocation>>);

impl Known {
    /// True where the caller lost what he had in a district; an empty one is all at once, of
    /// which each is a part, and `-` is any.
    pub(super) fn cuts(&self, who: &Identity, district: &str) -> bool {
        if self.0.is_empty() || who.is_suite || who.account.is_empty() {
            return false;
        }
        self.0.get(&who.account).is_some_and(|all| {
            let mut holding =
                all.iter().filter(|it| it.is_barred || who.issue_time < it.valid_after);
            holding.any(|it| {
                district.is_empty() || it.district == EVERYWHERE || it.district == district
            })
        })
    }
}

impl Guard {
    /// Learns who was cut off until the shutdown.
    pub(crate) async fn follow(self, from: Revocations, shutdown: CancellationToken) {
        let mut reached = true;
        loop {
            match (from.read)().await {
                Ok(all) => {
                    reached = true;
                    self.learn(all);
                }
                Err(error) => {
                    // Said once, not every two seconds.
                    if std::mem::replace(&mut reached, false) {
                        tracing::warn!(%error, "who was cut off is not known anew");
                    }
                }
            }
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
                () = from.changed.notified() => {}
            }
        }
    }

    /// Learns who was cut off before the first caller comes, if that is soon told.
    pub(crate) async fn ask(&self, from: &Revocations) {
        if let Ok(Ok(all)) = tokio::time::timeout(FIRST, (from.read)()).await {
            self.learn(all);
        }
    }

    fn learn(&self, all: Vec<Revocation>) {
        let mut known = Known::default();
        for it in all {
            known.0.entry(it.account.clone()).or_default().push(it);
        }
        self.known_revocations().send_replace(Arc::new(known));
    }
}

/// The refusal.
pub(super) fn refusal() -> Error {
    Error::Unauthenticated {
        reason: "ACCOUNT_REVOKED",
        message: "the account was cut off; ask whoever looks after the district's security"
            .to_owned(),
    }
}
