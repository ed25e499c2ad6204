//! Settling what lies in the tray: asking what results mean, then filing them.
//!
//! Peers are asked outside any transaction. A run that cannot be settled stays in the tray and
//! holds up neither its district's other runs nor other districts; a notice that cannot be read
//! is put off for longer, and nobody waits with it.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt as _, stream};
use kit::boot::Context;
use kit::db::Db;
use kit::{Error, Result, telemetry};
use opentelemetry::metrics::Counter;
use tokio::sync::Notify;
use tracing::Instrument as _;

use super::peers::Meanings;
use super::read;
use crate::archive::PublishedResult;
use crate::distinction::Told;
use crate::notice::Notice;
use crate::rpc::archive;
use crate::store;

/// Notices read at once, and the most results in one transaction.
const BATCH: i64 = 500;
/// Districts settled at once.
const CONCURRENT: usize = 8;
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How long a notice that cannot be read is put off: no wait mends it, a newer version does.
const PUT_OFF: Duration = Duration::from_secs(600);

/// Settles whenever `bell` rings, after a growing pause what failed before, and now and then
/// what was put off, until the shutdown.
pub(crate) async fn run(ctx: Context, bell: Arc<Notify>) {
    let meter = opentelemetry::global::meter("saima");
    let settler = Settler {
        db: ctx.db,
        meanings: Meanings::new(&ctx.peers),
        headless: meter
            .u64_counter("saima.cadre.headless_results")
            .with_description(
                "Published results of units that had no head on the period's last day",
            )
            .build(),
    };
    let work = async {
        let mut pause = SHORTEST_PAUSE;
        loop {
            if settler.pass().await {
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
        () = ctx.shutdown.cancelled() => {}
        () = work => {}
    }
}

struct Settler {
    db: Db,
    meanings: Meanings,
    headless: Counter<u64>,
}

/// Results of one run that lie in the tray.
#[derive(Default)]
struct Run {
    trace_parent: String,
    results: Vec<PublishedResult>,
}

impl Settler {
    /// Tries everything in the tray once; true when all of it is settled or put off.
    async fn pass(&self) -> bool {
        let districts = match self.districts().await {
            Ok(districts) => districts,
            Err(error) => {
                tracing::warn!(%error, "the tray of notices cannot be read");
                return false;
            }
        };
        let districts = districts.into_iter().map(|district| self.district(district));
        let outcomes: Vec<bool> =
            stream::iter(districts).buffer_unordered(CONCURRENT).collect().await;
        outcomes.into_iter().all(|done| done)
    }

    async fn districts(&self) -> Result<Vec<String>> {
        store::notice::districts(&mut self.db.across("notices").begin_read().await?).await
    }

    async fn district(&self, district: String) -> bool {
        self.runs(&district).await.unwrap_or_else(|error| report(&district, "", &error))
    }

    /// Tries the runs of one district in turn, as long as the peers answer.
    async fn runs(&self, district: &str) -> Result<bool> {
        let mut done = true;
        let mut after = String::new();
        loop {
            let notices = self.notices(district, &after).await?;
            let (runs, distinctions) = self.read(&notices).await?;
            for (id, run) in runs {
                let span = tracing::info_span!("settle", district, run = id);
                let parent = Some(run.trace_parent.as_str()).filter(|it| !it.is_empty());
                telemetry::with_trace_parent(parent, &span);
                if let Err(error) = self.run(district, &id, &run.results).instrument(span).await {
                    done = report(district, &id, &error);
                    if passes(&error) {
                        return Ok(done);
                    }
                }
            }
            for told in distinctions {
                if let Err(error) = self.distinction(&told).await {
                    done = report(district, &told.source, &error);
                    if passes(&error) {
                        return Ok(done);
                    }
                }
            }
            let Some(last) = notices.into_iter().next_back() else {
                return Ok(done);
            };
            after = last.source;
        }
    }

    async fn notices(&self, district: &str, after: &str) -> Result<Vec<Notice>> {
        let mut tx = self.db.within(district).begin_read().await?;
        store::notice::list(&mut tx, district, after, BATCH).await
    }

    /// The results that notices tell of, by run, and the awards and cards; what cannot be read is
    /// put off.
    async fn read(&self, notices: &[Notice]) -> Result<(BTreeMap<String, Run>, Vec<Told>)> {
        let mut runs: BTreeMap<String, Run> = BTreeMap::new();
        let mut distinctions = Vec::new();
        for notice in notices {
            match read::told(notice) {
                Ok(read::Told::Distinction(told)) => distinctions.push(told),
                Ok(read::Told::Result(result)) => {
                    let run = runs.entry(result.run.clone()).or_default();
                    run.trace_parent.clone_from(&notice.trace_parent);
                    run.results.push(result);
                }
                Err(error) => self.put_off(notice, &error).await?,
            }
        }
        Ok((runs, distinctions))
    }

    /// Leaves in the tray a notice that cannot be read, and says so.
    async fn put_off(&self, notice: &Notice, error: &Error) -> Result<()> {
        let cause = std::error::Error::source(error).map(ToString::to_string);
        let source = &notice.source;
        tracing::error!(source, %error, cause, "stays in the tray and is tried again later");
        let mut tx = self.db.within(&notice.district).begin_write().await?;
        let until = tx.now().checked_add(PUT_OFF).map_err(Error::internal)?;
        store::notice::put_off(&mut tx, &notice.district, source, until).await?;
        tx.commit().await
    }

    async fn run(&self, district: &str, run: &str, results: &[PublishedResult]) -> Result<()> {
        let meaning = self.meanings.of_run(district, run).await?;
        let mut units: Vec<&str> = results.iter().map(|result| result.unit.as_str()).collect();
        units.sort_unstable();
        units.dedup();
        let sources: Vec<&str> = results.iter().map(|result| result.source.as_str()).collect();

        let mut tx = self.db.within(district).begin_write().await?;
        store::headship::lock(&mut tx, district, &units).await?;
        let mut fresh = store::notice::take(&mut tx, district, &sources).await?;
        // Results that were settled before they came with vetoes come once more.
        let taken = results.iter().filter(|it| fresh.contains(&it.source)).collect::<Vec<_>>();
        for known in store::result::known(&mut tx, district, &sources).await? {
            fresh.remove(&known);
        }
        let settled: Vec<&PublishedResult> =
            results.iter().filter(|result| fresh.contains(&result.source)).collect();
        store::result::insert(&mut tx, &settled, &meaning).await?;
        store::distinction::insert_gates(&mut tx, &taken).await?;
        let filed = archive::file(&mut tx, district, &units).await?;
        tx.commit().await?;

        let filed: HashSet<&str> = filed.iter().map(|entry| entry.source.as_str()).collect();
        let headless =
            settled.iter().filter(|result| !filed.contains(result.source.as_str())).count();
        if headless > 0 {
            self.headless.add(headless as u64, &[]);
            tracing::warn!(district, run, headless, "units without a head have results");
        }
        Ok(())
    }

    /// Files an award or card, once.
    async fn distinction(&self, told: &Told) -> Result<()> {
        let belonging = self.meanings.of_distinction(told).await?;
        let mut tx = self.db.within(&told.district).begin_write().await?;
        let fresh = store::notice::take(&mut tx, &told.district, &[&told.notice]).await?;
        if fresh.is_empty() {
            return Ok(());
        }
        store::distinction::insert(&mut tx, told, &belonging).await?;
        tx.commit().await
    }
}

/// True for what passes by waiting, whatever the run.
fn passes(error: &Error) -> bool {
    matches!(error, Error::Unavailable { .. } | Error::Deadline | Error::Exhausted { .. })
}

/// Says why something of a district stays in the tray.
fn report(district: &str, run: &str, error: &Error) -> bool {
    if passes(error) {
        tracing::info!(district, run, %error, "settling later");
    } else {
        let cause = std::error::Error::source(error).map(ToString::to_string);
        tracing::error!(district, run, %error, cause, "cannot be settled, will be tried again");
    }
    false
}
