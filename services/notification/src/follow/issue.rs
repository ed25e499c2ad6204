//! Issuing what lies in the tray: letters of warnings, a bulletin of each closed month.
//!
//! Peers are asked outside any transaction. What cannot be issued stays in the tray and holds
//! up neither its cause's other notices nor its district's other causes nor other districts.
//! A notice that is itself at fault, unreadable or refused on its own, is put off for longer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt as _, stream};
use kit::boot::Context;
use kit::db::Db;
use kit::{Error, Result, telemetry};
use tokio::sync::Notify;
use tracing::Instrument as _;

use super::peers::{Boards, Registry};
use super::read;
use crate::district::District;
use crate::letter::Warning;
use crate::notice::{Cause, Kind, Notice};
use crate::rpc::{bulletin, letter};
use crate::store;

/// Notices read at once, and letters in one transaction.
const BATCH: i64 = 200;
/// Districts worked at once.
const CONCURRENT: usize = 8;
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How long a notice that is itself at fault is put off: no wait mends it, a newer version does.
const PUT_OFF: Duration = Duration::from_secs(600);

/// Issues whenever `bell` rings, after a growing pause what failed before, and now and then what
/// was put off, until the shutdown.
pub(crate) async fn run(context: Context, bell: Arc<Notify>) {
    let registry = Registry::new(&context.peers);
    let boards = Boards::new(registry.clone(), &context.peers);
    let issuer = Issuer { db: context.db, registry, boards };
    let work = async {
        let mut pause = SHORTEST_PAUSE;
        loop {
            if issuer.pass().await {
                pause = SHORTEST_PAUSE;
                let _ = tokio::time::timeout(LONGEST_PAUSE, bell.notified()).await;
            } else {
                tokio::time::sleep(SHORTEST_PAUSE).await;
                let _ = tokio::time::timeout(pause, bell.notified()).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    };
    tokio::select! {
        () = context.shutdown.cancelled() => {}
        () = work => {}
    }
}

struct Issuer {
    db: Db,
    registry: Registry,
    boards: Boards,
}

impl Issuer {
    /// Tries everything in the tray once; true when all of it is issued or put off.
    async fn pass(&self) -> bool {
        let causes = match self.causes().await {
            Ok(causes) => causes,
            Err(error) => {
                tracing::warn!(%error, "the tray of notices cannot be read");
                return false;
            }
        };
        let mut districts: BTreeMap<String, Vec<Cause>> = BTreeMap::new();
        for cause in causes {
            districts.entry(cause.district.clone()).or_default().push(cause);
        }
        let districts = districts.into_iter().map(|(id, causes)| self.district(id, causes));
        let outcomes: Vec<bool> =
            stream::iter(districts).buffer_unordered(CONCURRENT).collect().await;
        outcomes.into_iter().all(|done| done)
    }

    async fn causes(&self) -> Result<Vec<Cause>> {
        store::notice::causes(&mut self.db.across("notices").begin_read().await?).await
    }

    /// Works one district's causes in turn. Name and zone are asked for once a pass: one call
    /// for many letters, and a new name shows at once.
    async fn district(&self, id: String, causes: Vec<Cause>) -> bool {
        let district = match self.registry.district(&id).await {
            Ok(district) => district,
            Err(error) => return report(&id, &error),
        };
        let mut done = true;
        for cause in &causes {
            let span = tracing::info_span!("issue", district = id);
            let parent = Some(cause.trace_parent.as_str()).filter(|it| !it.is_empty());
            telemetry::with_trace_parent(parent, &span);
            done &= self.cause(&district, cause).instrument(span).await;
        }
        done
    }

    async fn cause(&self, district: &District, cause: &Cause) -> bool {
        let letters = self.letters(district, cause).await;
        let bulletins = self.bulletins(district, cause).await;
        [letters, bulletins].into_iter().all(|outcome| match outcome {
            Ok(done) => done,
            Err(error) => report(&district.id, &error),
        })
    }

    async fn letters(&self, district: &District, cause: &Cause) -> Result<bool> {
        let mut after = None;
        loop {
            let notices = self.notices(cause, Kind::Warning, after.as_ref()).await?;
            let mut warnings = Vec::new();
            for notice in &notices {
                match read::warning(&district.id, notice) {
                    Ok(warning) => warnings.push(warning),
                    Err(error) => self.put_off(district, &notice.source, &error, PUT_OFF).await?,
                }
            }
            self.batch(district, &warnings).await?;
            let Some(last) = notices.into_iter().next_back() else {
                return Ok(true);
            };
            after = Some(last);
        }
    }

    /// Issues letters together and, where that fails, one by one: the one at fault is put off.
    async fn batch(&self, district: &District, warnings: &[Warning]) -> Result<()> {
        match self.issue(district, warnings).await {
            Err(error) if !passes(&error) => {}
            outcome => return outcome,
        }
        for warning in warnings {
            match self.issue(district, std::slice::from_ref(warning)).await {
                Err(error) if !passes(&error) => {
                    self.put_off(district, &warning.source, &error, PUT_OFF).await?;
                }
                outcome => outcome?,
            }
        }
        Ok(())
    }

    async fn issue(&self, district: &District, warnings: &[Warning]) -> Result<()> {
        if warnings.is_empty() {
            return Ok(());
        }
        let mut tx = self.db.within(&district.id).begin_write().await?;
        letter::issue(&mut tx, district, warnings).await?;
        tx.commit().await
    }

    async fn bulletins(&self, district: &District, cause: &Cause) -> Result<bool> {
        let mut done = true;
        let mut after = None;
        loop {
            let notices = self.notices(cause, Kind::Closing, after.as_ref()).await?;
            for notice in &notices {
                if let Err(error) = self.bulletin(district, notice).await {
                    done = report(&district.id, &error);
                    if !passes(&error) {
                        self.put_off(district, &notice.source, &error, Duration::ZERO).await?;
                    }
                }
            }
            let Some(last) = notices.into_iter().next_back() else {
                return Ok(done);
            };
            after = Some(last);
        }
    }

    async fn bulletin(&self, district: &District, notice: &Notice) -> Result<()> {
        let closing = match read::closing(&district.id, notice) {
            Ok(closing) => closing,
            Err(error) => {
                return self.put_off(district, &notice.source, &error, PUT_OFF).await;
            }
        };
        let Some(closing) = closing else {
            let mut tx = self.db.within(&district.id).begin_write().await?;
            store::notice::take(&mut tx, &district.id, &[&notice.source]).await?;
            return tx.commit().await;
        };
        let boards = self.boards.of(&closing).await?;
        let mut tx = self.db.within(&district.id).begin_write().await?;
        bulletin::issue(&mut tx, district, &notice.source, &closing.month, &boards).await?;
        tx.commit().await
    }

    async fn notices(
        &self,
        cause: &Cause,
        kind: Kind,
        after: Option<&Notice>,
    ) -> Result<Vec<Notice>> {
        let mut tx = self.db.within(&cause.district).begin_read().await?;
        store::notice::list(&mut tx, cause, kind, after, BATCH).await
    }

    /// Leaves in the tray a notice that is itself at fault for a while, and says so there.
    async fn put_off(
        &self,
        district: &District,
        source: &str,
        error: &Error,
        wait: Duration,
    ) -> Result<()> {
        let cause = std::error::Error::source(error).map(ToString::to_string);
        tracing::error!(source, %error, cause, "stays in the tray and is tried again later");
        let mut tx = self.db.within(&district.id).begin_write().await?;
        let until = tx.now().checked_add(wait).map_err(Error::internal)?;
        let fault = error.to_string();
        store::notice::put_off(&mut tx, &district.id, source, (&fault, until)).await?;
        tx.commit().await
    }
}

/// True for what passes by waiting, whatever the notice says.
pub(crate) fn passes(error: &Error) -> bool {
    matches!(error, Error::Unavailable { .. } | Error::Deadline | Error::Exhausted { .. })
}

/// Says why something of a district stays in the tray.
fn report(district: &str, error: &Error) -> bool {
    if passes(error) {
        tracing::info!(district, %error, "issuing later");
    } else {
        let cause = std::error::Error::source(error).map(ToString::to_string);
        tracing::error!(district, %error, cause, "cannot be issued, will be tried again");
    }
    false
}
