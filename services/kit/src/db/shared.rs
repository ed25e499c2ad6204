//! Small writes that become durable together on SQLite. One fsync costs more than all the rest
//! of a small write, so whoever waits for the writer meanwhile joins the transaction under way,
//! as a savepoint of its own; the last one to come commits for all.
//!
//! - **All or nothing holds for each.** A savepoint that is dropped is rolled back alone.
//! - **Nothing is acknowledged early.** `commit` returns after the fsync that covers it. If
//!   that fails, everyone in the group is told, and nothing of the group is kept.
//! - **Nobody waits for a timer.** Who is done queues for the writer again, behind those who
//!   waited before; back at the writer, he commits. Alone, that is at once.
//!
//! A later member sees what earlier ones wrote. A stored reply is given again only when it is
//! durable ([`Member::commit`] by `Once::replay`); a refusal may name a row whose fsync is
//! still to come.

use std::sync::Arc;
use std::time::Duration;

use sqlx::{Sqlite, SqliteConnection, SqlitePool, Transaction};
use tokio::sync::oneshot::{self, error::TryRecvError};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::open::ACQUIRE_TIMEOUT;
use crate::error::{Error, Result};

/// The group that is open now, if there is one.
#[derive(Clone, Debug, Default)]
pub(super) struct Shared(Arc<Mutex<Option<Group>>>);

/// Writes in one transaction.
#[derive(Debug)]
struct Group {
    transaction: Transaction<'static, Sqlite>,
    /// Who is done and waits for the fsync.
    done: Vec<oneshot::Sender<Told>>,
}

/// What a member is told when its group ends.
type Told = std::result::Result<(), Lost>;

/// Why a group was not kept.
#[derive(Clone, Copy, Debug)]
enum Lost {
    Full,
    Other,
}

/// A write whose turn it is.
#[derive(Debug)]
pub(super) struct Member {
    shared: Shared,
    /// Empty once it ended.
    turn: Option<OwnedMutexGuard<Option<Group>>>,
}

impl Shared {
    /// Waits for its turn and joins the group, or opens one.
    pub(super) async fn begin(&self, pool: &SqlitePool) -> sqlx::Result<Member> {
        let turn = tokio::time::timeout(ACQUIRE_TIMEOUT, Arc::clone(&self.0).lock_owned());
        let mut turn = turn.await.map_err(|_| sqlx::Error::PoolTimedOut)?;
        if turn.is_none() {
            let transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
            *turn = Some(Group { transaction, done: Vec::new() });
        }
        let mut member = Member { shared: self.clone(), turn: Some(turn) };
        sqlx::query("SAVEPOINT member").execute(member.connection()?).await?;
        Ok(member)
    }
}

impl Member {
    /// The connection, while it is this member's turn.
    pub(super) fn connection(&mut self) -> sqlx::Result<&mut SqliteConnection> {
        Ok(&mut **self.group()?)
    }

    fn group(&mut self) -> sqlx::Result<&mut Transaction<'static, Sqlite>> {
        let group = self.turn.as_mut().and_then(|turn| turn.as_mut());
        let ended = || sqlx::Error::Protocol("the transaction ended before".to_owned());
        Ok(&mut group.ok_or_else(ended)?.transaction)
    }

    /// Ends it, and returns when what it wrote and saw is durable. A task of its own, since a
    /// caller who hangs up must not leave the group without anybody to commit it.
    pub(super) async fn commit(&mut self) -> Result<()> {
        let member = Self { shared: self.shared.clone(), turn: self.turn.take() };
        tokio::spawn(member.release()).await.map_err(Error::internal)?
    }

    async fn release(mut self) -> Result<()> {
        sqlx::query("RELEASE member").execute(self.connection()?).await?;
        let (told, mut outcome) = oneshot::channel();
        if let Some(mut turn) = self.turn.take()
            && let Some(group) = &mut *turn
        {
            group.done.push(told);
        }
        let turn = Arc::clone(&self.shared.0).lock_owned();
        tokio::select! {
            biased;
            told = &mut outcome => told_of(told.ok()),
            mut turn = turn => match outcome.try_recv() {
                Ok(told) => told_of(Some(told)),
                Err(TryRecvError::Closed) => told_of(None),
                // Nobody was told, so its group is the one that is open.
                Err(TryRecvError::Empty) => {
                    if let Some(group) = turn.take() {
                        group.commit().await;
                    }
                    told_of(outcome.await.ok())
                }
            },
        }
    }
}

impl Drop for Member {
    /// Undoes what it wrote, and the group with it when that is all there is, or cannot be.
    fn drop(&mut self) {
        let Some(mut turn) = self.turn.take() else { return };
        let others = turn.as_ref().is_some_and(|group| !group.done.is_empty());
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) if others => drop(runtime.spawn(async move {
                let Some(group) = &mut *turn else { return };
                if let Err(error) = group.undo().await {
                    tracing::warn!(%error, "a group of writes was rolled back");
                    *turn = None;
                }
            })),
            _ => *turn = None,
        }
    }
}

impl Group {
    async fn commit(self) {
        let outcome = match self.transaction.commit().await {
            Ok(()) => Ok(()),
            Err(cause) => {
                tracing::warn!(error = %cause, "a group of writes was not kept");
                let is_full = matches!(Error::from(cause), Error::Exhausted { .. });
                Err(if is_full { Lost::Full } else { Lost::Other })
            }
        };
        for member in self.done {
            // Whoever hung up does not listen.
            let _ = member.send(outcome);
        }
    }

    /// Fails when SQLite rolled the whole transaction back by itself, as on a full disk.
    async fn undo(&mut self) -> sqlx::Result<()> {
        sqlx::query("ROLLBACK TO member").execute(&mut *self.transaction).await?;
        sqlx::query("RELEASE member").execute(&mut *self.transaction).await?;
        Ok(())
    }
}

/// A group that was dropped told nobody.
fn told_of(told: Option<Told>) -> Result<()> {
    match told.unwrap_or(Err(Lost::Other)) {
        Ok(()) => Ok(()),
        Err(Lost::Full) => Err(Error::storage_full()),
        Err(Lost::Other) => Err(Error::Unavailable {
            message: "what was written together was not kept; try again".to_owned(),
            retry_after: Duration::from_secs(1),
        }),
    }
}
