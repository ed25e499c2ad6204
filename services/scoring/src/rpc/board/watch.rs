//! Watching a board: at once as it stands, then after changes, at most once a second. What
//! happens in this service wakes it; whether registry's definitions changed it asks.

use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, StreamExt as _};
use kit::feed::{self, Filter, Notice, Watch};
use kit::name::Name;
use kit::{Error, Result};
use proto::scoring::v1 as pb;
use tokio::time::Instant;
use tonic::Status;

use crate::board::scheme_and_period;
use crate::rpc::Rpc;
use crate::rpc::assignment::Definitions;

/// Least time between two boards.
const PAUSE: Duration = Duration::from_secs(1);

/// How often registry is asked whether the definitions are still the same.
const TICK: Duration = Duration::from_secs(5);

/// The changes after which a board may look another way.
const KINDS: [&str; 6] = [
    "saima.scoring.v1.ObservationsReported",
    "saima.scoring.v1.ObservationCorrected",
    "saima.scoring.v1.ObservationsVerified",
    "saima.scoring.v1.ObservationDisputed",
    "saima.scoring.v1.ReconciliationClosed",
    "saima.scoring.v1.RunPublished",
];

/// The boards of that name, one after another. It ends with an error.
pub(super) async fn boards(
    rpc: Rpc,
    name: Name,
) -> Result<impl Stream<Item = std::result::Result<pb::WatchBoardResponse, Status>> + Send> {
    // The feed is heard before the first board is read, so that no change falls between.
    let rpc = Rpc { db: rpc.db.within(name.id("district")), ..rpc };
    let news = news(&rpc, name.id("district")).await?;
    let board = rpc.board(&name).await?;
    let watcher = Watcher {
        rpc,
        name,
        news,
        ready: Some(board.clone()),
        shown: board,
        at: Instant::now(),
        definitions: None,
    };
    Ok(futures::stream::unfold(Some(watcher), |watcher| async {
        let mut watcher = watcher?;
        match watcher.next().await {
            Ok(board) => Some((Ok(pb::WatchBoardResponse { board: Some(board) }), Some(watcher))),
            Err(error) => Some((Err(error.into()), None)),
        }
    }))
}

struct Watcher {
    rpc: Rpc,
    name: Name,
    news: Watch,
    /// The first board, until it is sent.
    ready: Option<pb::Board>,
    /// The last one sent.
    shown: pb::Board,
    /// When it was sent.
    at: Instant,
    /// The definitions at the last tick.
    definitions: Option<Arc<Definitions>>,
}

impl Watcher {
    async fn next(&mut self) -> Result<pb::Board> {
        if let Some(board) = self.ready.take() {
            return Ok(board);
        }
        loop {
            self.change().await?;
            self.pause().await?;
            let board = self.rpc.board(&self.name).await?;
            self.at = Instant::now();
            let later = pb::Board { board_time: self.shown.board_time, ..board.clone() };
            if later != self.shown {
                self.shown = board.clone();
                return Ok(board);
            }
        }
    }

    /// Waits for something after which the board may look another way.
    async fn change(&mut self) -> Result<()> {
        let mut tick = Instant::now() + TICK;
        loop {
            match tokio::time::timeout_at(tick, self.notice()).await {
                Ok(Ok(Notice::Entry(_))) => return Ok(()),
                Ok(Ok(Notice::Bookmark { .. })) => {}
                Ok(Err(error)) => return Err(error),
                Err(_) if self.is_redefined().await => return Ok(()),
                Err(_) => tick = Instant::now() + TICK,
            }
        }
    }

    /// True when registry has other definitions than at the last look. A published board asks
    /// nothing; a registry that does not answer is asked again at the next tick.
    async fn is_redefined(&mut self) -> bool {
        let board = scheme_and_period(self.name.id("board")).filter(|_| self.shown.provisional);
        let Some((_, period)) = board else { return false };
        let read = self.rpc.assignments.current(self.name.id("district"), period).await;
        let Ok(Some(definitions)) = read else { return false };
        let before = self.definitions.replace(Arc::clone(&definitions));
        before.is_none_or(|before| !Arc::ptr_eq(&before, &definitions))
    }

    /// Lets what else happens meanwhile pass by: the next board shows it, too.
    async fn pause(&mut self) -> Result<()> {
        let end = self.at + PAUSE;
        while let Ok(notice) = tokio::time::timeout_at(end, self.notice()).await {
            notice?;
        }
        Ok(())
    }

    async fn notice(&mut self) -> Result<Notice> {
        self.news.next().await.unwrap_or_else(|| Err(Error::internal("the feed has ended")))
    }
}

/// What happens in a district from now on.
async fn news(rpc: &Rpc, district: &str) -> Result<Watch> {
    let filter = Filter {
        district: Some(district.to_owned()),
        kinds: KINDS.iter().map(|kind| (*kind).to_owned()).collect(),
    };
    let end = feed::end(&rpc.db).await?;
    feed::watch(&rpc.db, filter, &end, rpc.shutdown.clone()).await
}
