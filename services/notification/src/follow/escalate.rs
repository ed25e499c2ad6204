//! Speaking to the next level about rectifications and receipts that are late, on the district's own
//! day.
//!
//! What a peer that is away, or one district's trouble, keeps from being done is done at the next
//! look: the day of each step is stored, so nothing is passed over and nothing is said twice.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::ToSpan as _;
use kit::boot::Context;
use kit::{Error, Result};

use super::peers::Registry;
use crate::rectification::Way;
use crate::rpc::{receipt, rectification};
use crate::store;

/// How often is looked for who is late.
const PAUSE: Duration = Duration::from_secs(1);

/// Looks until the shutdown.
pub(crate) async fn run(context: Context) {
    let registry = Registry::new(&context.peers);
    let work = async {
        loop {
            if let Err(error) = pass(&context, &registry).await {
                tracing::warn!(%error, "who is late cannot be read");
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::select! {
        () = context.shutdown.cancelled() => {}
        () = work => {}
    }
}

async fn pass(context: &Context, registry: &Registry) -> Result<()> {
    let mut tx = context.db.across("escalations").begin_read().await?;
    // The day is nowhere further on than this.
    let ahead = tx.now().checked_add(14.hours()).map_err(Error::internal)?;
    let latest = ahead.to_zoned(jiff::tz::TimeZone::UTC).date();
    let mut districts =
        BTreeSet::from_iter(store::rectification::late_districts(&mut tx, latest).await?);
    districts.extend(store::receipt::late_districts(&mut tx, latest).await?);
    drop(tx);
    for id in districts {
        if let Err(error) = district(context, registry, &id).await {
            tracing::warn!(district = id, %error, "the next level is spoken to later");
        }
    }
    Ok(())
}

async fn district(context: &Context, registry: &Registry, id: &str) -> Result<()> {
    let district = registry.district(id).await?;
    let db = context.db.within(id);
    let mut tx = db.begin_read().await?;
    let today = district.day(tx.now());
    let late = !store::rectification::late(&mut tx, id, today, 1).await?.is_empty();
    let unsigned = !store::receipt::late(&mut tx, id, today, 1).await?.is_empty();
    drop(tx);
    if !late && !unsigned {
        return Ok(());
    }
    let units = registry.units(id).await?;
    let oversight = registry.oversight(id).await?;
    let way = Way { units: &units, oversight: &oversight };
    // A batch of each, then it is another district's turn.
    rectification::escalate(&db, &district, &way).await?;
    receipt::escalate(&db, &district, &way).await
}
