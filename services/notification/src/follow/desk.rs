//! What is sent next. Several batches go on at once, few of one district, and a district with none
//! under way comes first: one district's flood, or its dead endpoints, delays nobody else's letter.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use kit::Result;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How often is looked for what has become due.
pub(super) const PAUSE: Duration = Duration::from_millis(500);
/// How often a sender that is still at it renews its lease: a database may be away for two of three times.
const RENEWAL: Duration = Duration::from_secs(5);
/// Batches under way in all, and of one district.
const BATCHES: usize = 32;
const OF_DISTRICT: usize = 4;

/// What is sent to in one piece, an endpoint or a channel, by district and id.
pub(super) type Lane = (String, String);

/// Who sends.
pub(super) trait Sending: Send + Sync + 'static {
    /// The lanes for which something is due.
    fn due(&self) -> impl Future<Output = Result<Vec<Lane>>> + Send;

    /// Sends one batch, and says whose it was.
    fn send(&self, lane: Lane) -> impl Future<Output = Lane> + Send;
}

/// What a piece of work comes to, its lease renewed for as long as it is under way.
pub(super) async fn keeping<T, F: Future<Output = Result<()>>>(
    renew: impl Fn() -> F,
    work: impl Future<Output = T>,
) -> T {
    tokio::select! {
        biased;
        came = work => came,
        never = keep(renew) => match never {},
    }
}

async fn keep<F: Future<Output = Result<()>>>(renew: impl Fn() -> F) -> Infallible {
    loop {
        tokio::time::sleep(RENEWAL).await;
        if let Err(error) = renew().await {
            tracing::warn!(%error, "a lease is not renewed");
        }
    }
}

/// Sends until the shutdown, and then finishes what is on its way. Each batch is a task of its own:
/// one that stood still while its loop waits for a connection would keep the rows it has taken from
/// those who have all the connections.
pub(super) async fn run(sender: impl Sending, shutdown: CancellationToken, bell: Arc<Notify>) {
    let sender = Arc::new(sender);
    let mut desk = Desk::default();
    let mut jobs = JoinSet::new();
    while !shutdown.is_cancelled() {
        match sender.due().await {
            Ok(due) => {
                for lane in desk.choose(due) {
                    let sender = Arc::clone(&sender);
                    jobs.spawn(async move { sender.send(lane).await });
                }
            }
            Err(error) => {
                tracing::warn!(%error, "what is due cannot be read");
                tokio::time::sleep(PAUSE).await;
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            Some(job) = jobs.join_next() => desk.done(&through(job)),
            () = bell.notified() => {}
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
    while let Some(job) = jobs.join_next().await {
        through(job);
    }
}

/// Whose batch is through. A panic within it is the sender's own.
fn through(job: std::result::Result<Lane, tokio::task::JoinError>) -> Lane {
    job.unwrap_or_else(|error| match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        // Nobody ends a batch but the end of the whole.
        Err(_) => Lane::default(),
    })
}

/// Which lanes are being sent to.
#[derive(Default)]
pub(super) struct Desk {
    busy: BTreeMap<String, BTreeSet<String>>,
    /// The district that was served last; those behind it come first.
    last: String,
}

impl Desk {
    /// What to begin with now.
    pub(super) fn choose(&mut self, due: Vec<Lane>) -> Vec<Lane> {
        let mut waiting: BTreeMap<String, VecDeque<String>> = BTreeMap::new();
        for (district, id) in due {
            if !self.busy.get(&district).is_some_and(|busy| busy.contains(&id)) {
                waiting.entry(district).or_default().push_back(id);
            }
        }
        let (mut order, behind): (Vec<String>, Vec<String>) =
            waiting.keys().cloned().partition(|district| *district > self.last);
        order.extend(behind);
        let mut room = BATCHES.saturating_sub(self.busy.values().map(BTreeSet::len).sum());
        let mut chosen = Vec::new();
        for level in 0..OF_DISTRICT {
            for district in &order {
                let busy = self.busy.get(district).map_or(0, BTreeSet::len);
                if room == 0 || busy > level {
                    continue;
                }
                let Some(id) = waiting.get_mut(district).and_then(VecDeque::pop_front) else {
                    continue;
                };
                room -= 1;
                self.busy.entry(district.clone()).or_default().insert(id.clone());
                self.last.clone_from(district);
                chosen.push((district.clone(), id));
            }
        }
        chosen
    }

    /// Notes that a batch is through.
    pub(super) fn done(&mut self, (district, id): &Lane) {
        if let Some(busy) = self.busy.get_mut(district) {
            busy.remove(id);
            if busy.is_empty() {
                self.busy.remove(district);
            }
        }
    }
}
