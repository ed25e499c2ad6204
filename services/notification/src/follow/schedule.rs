//! Schedules at work: each occurrence that is due writes its document, once.
//!
//! Peers are asked first; then the occurrence is claimed, recorded and written about in one
//! transaction, by moving the schedule on from the very day that was read. Another process that was
//! first leaves nothing to move.

use std::collections::BTreeMap;
use std::time::Duration;

use kit::boot::Context;
use kit::db::Db;
use kit::{Error, Result};

use super::issue::passes;
use super::peers::{Inspections, Registry};
use super::trigger::PUT_OFF;
use crate::calendar::Calendar;
use crate::district::{District, Unit};
use crate::document::Kind;
use crate::schedule::{Next, Schedule};
use crate::{rpc, store};

/// How often is looked for what is due.
const PAUSE: Duration = Duration::from_secs(1);

/// Writes what is due, until the shutdown.
pub(crate) async fn run(context: Context) {
    let writer = Writer {
        db: context.db.clone(),
        registry: Registry::new(&context.peers),
        inspections: Inspections::new(&context.peers),
    };
    let work = async {
        loop {
            if let Err(error) = writer.pass().await {
                tracing::warn!(%error, "schedules cannot be read");
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::select! {
        () = context.shutdown.cancelled() => {}
        () = work => {}
    }
}

struct Writer {
    db: Db,
    registry: Registry,
    inspections: Inspections,
}

impl Writer {
    async fn pass(&self) -> Result<()> {
        let mut tx = self.db.across("schedules").begin_read().await?;
        let districts = store::schedule::due_districts(&mut tx).await?;
        drop(tx);
        for id in districts {
            if let Err(error) = self.district(&id).await {
                tracing::warn!(district = id, %error, "its schedules are kept later");
            }
        }
        Ok(())
    }

    async fn district(&self, id: &str) -> Result<()> {
        let mut tx = self.db.within(id).begin_read().await?;
        let due = store::schedule::due(&mut tx, id).await?;
        let calendar = store::calendar::get(&mut tx, id).await?;
        drop(tx);
        let district = self.registry.district(id).await?;
        let units = self.registry.units(id).await?;
        for schedule in due {
            match self.schedule(&schedule, &district, &units, &calendar).await {
                Err(error) if !passes(&error) => self.hold(&schedule, &error).await?,
                Err(error) => tracing::warn!(schedule = schedule.name(), %error, "is kept later"),
                Ok(()) => {}
            }
        }
        Ok(())
    }

    /// Leaves the occurrence that is due for a while, and says why.
    async fn hold(&self, schedule: &Schedule, error: &Error) -> Result<()> {
        let cause = std::error::Error::source(error).map(ToString::to_string);
        tracing::error!(schedule = schedule.name(), %error, cause, "its occurrence is held");
        let mut tx = self.db.within(&schedule.district).begin_write().await?;
        let until = tx.now().checked_add(PUT_OFF).map_err(Error::internal)?;
        store::schedule::hold(&mut tx, schedule, &error.to_string(), until).await?;
        tx.commit().await
    }

    /// Keeps one occurrence; the next look finds the one behind it.
    async fn schedule(
        &self,
        schedule: &Schedule,
        district: &District,
        units: &BTreeMap<String, Unit>,
        calendar: &Calendar,
    ) -> Result<()> {
        let Some(next) = schedule.next else { return Ok(()) };
        let inspections = match schedule.plan.kind {
            Kind::InspectionBulletin => {
                self.inspections.of(&district.id, &schedule.months(&next)?, units).await?
            }
            _ => Default::default(),
        };
        let oversight = match schedule.plan.needs_oversight() {
            true => Some(self.registry.oversight(&district.id).await?),
            false => None,
        };
        let oversight = oversight.as_ref();
        let mut tx = self.db.within(&district.id).begin_write().await?;
        let now = tx.now();
        let following = schedule.following(next.planned, district, calendar)?;
        let draft = match is_passed_over(schedule, &next, &following, now) {
            true => None,
            false => {
                Some(schedule.draft(&next, district, (units, oversight), &inspections, now)?)
            }
        };
        let mut after = schedule.clone();
        after.next = Some(following);
        rpc::schedule::keep(&mut tx, district, (schedule, &after), &next, draft).await?;
        tx.commit().await
    }
}

/// True when nothing is written of an occurrence: it is left out, or missed and not the last.
fn is_passed_over(
    schedule: &Schedule,
    next: &Next,
    following: &Next,
    now: jiff::Timestamp,
) -> bool {
    next.left_out || schedule.plan.last_only && following.due <= now
}
