//! Triggers at work: events that they wait for are kept until their time, then written about.
//!
//! Whether a condition holds is decided in the transaction that moves the feed's cursor, so each
//! event counts once; one that names what is read beside the event, when that is read. Whom to write to
//! is asked of registry afterwards. What cannot be written stays where it is with the reason, and holds
//! up nothing else.

mod judge;
mod sources;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt as _, stream};
use jiff::ToSpan as _;
use kit::boot::Context;
use kit::db::{Db, Tx};
use kit::feed::{self, Follower};
use kit::{Error, Result};
use tokio::sync::Notify;

use super::hear::Feed;
use super::issue::passes;
use super::message;
use crate::district::{self, District};
use crate::document::{Draft, NAME as DOCUMENT};
use crate::fact::{Fact, Printed as _};
use crate::trigger::{Heard, NAME as TRIGGER, Task, Trigger, digest, is_of_dispatches};
use crate::{rpc, store};

pub(crate) use judge::Judge;
pub(crate) use sources::{Made, Sources};

/// Tasks in one transaction.
const BATCH: i64 = 100;
/// How often is looked for what is due.
const PAUSE: Duration = Duration::from_secs(1);
/// How long what is at fault is put off.
pub(super) const PUT_OFF: Duration = Duration::from_secs(600);

/// Follows a feed until the shutdown, and rings `bell` after each event.
pub(crate) fn events(context: Context, feed: Feed, bell: Arc<Notify>) -> impl Future<Output = ()> {
    feed::follow(context.db, Events { feed, bell }, context.shutdown)
}

struct Events {
    feed: Feed,
    bell: Arc<Notify>,
}

impl Follower for Events {
    type Event = Heard;

    fn name(&self) -> &'static str {
        match self.feed {
            Feed::Registry(_) => "registry.triggers-1",
            Feed::Scoring(_) => "scoring.triggers-1",
            Feed::Own(..) => "notification.triggers-1",
        }
    }

    async fn connect(&self, resume_token: String) -> Result<feed::Changes<Heard>> {
        let mut changes = self.feed.watch(None, self.feed.types(), resume_token).await?;
        let bell = Arc::clone(&self.bell);
        // The next change is asked for when the one before is committed: the moment to ring.
        let ringing = stream::poll_fn(move |cx| {
            bell.notify_one();
            changes.poll_next_unpin(cx)
        });
        Ok(ringing.boxed())
    }

    async fn apply(&self, tx: &mut Tx, event: Heard) -> Result<()> {
        let district = district::of(&event.name).to_owned();
        let waiting = store::trigger::waiting(tx, &district, &event.kind).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let facts = message::facts(&event)?;
        if is_of_its_own(tx, &district, &event, &facts).await? {
            return Ok(());
        }
        let mut tasks = Vec::new();
        for trigger in waiting.iter().filter(|it| Judge::of(it).may_hold(&facts)) {
            let hours = trigger.rule.delay_hours + trigger.rule.digest_hours;
            let mut due_time = tx.now().checked_add(hours.hours()).map_err(Error::internal)?;
            if trigger.rule.digest_hours > 0
                && let Some(gathered) = store::trigger::gathered(tx, &district, &trigger.id).await?
            {
                due_time = due_time.min(gathered);
            }
            tasks.push(Task {
                district: district.clone(),
                trigger: trigger.id.clone(),
                revision: trigger.revision,
                event_key: event.key(),
                event: event.clone(),
                due_time,
                fault: String::new(),
            });
        }
        store::trigger::queue(tx, &tasks).await
    }
}

/// True for what became on its way of a document that a trigger wrote about such an event: it would
/// never end.
async fn is_of_its_own(tx: &mut Tx, district: &str, event: &Heard, facts: &Fact) -> Result<bool> {
    if !is_of_dispatches(&event.kind) {
        return Ok(false);
    }
    let document = DOCUMENT.read(facts.resource_text("letter"));
    let Some(sequence) = document.and_then(|name| name.id("document").parse().ok()) else {
        return Ok(false);
    };
    let cause = store::document::cause(tx, district, sequence).await?.unwrap_or_default();
    let Some(trigger) = TRIGGER.read(&cause) else { return Ok(false) };
    let trigger = store::trigger::get(tx, district, trigger.id("trigger")).await?;
    Ok(trigger.is_some_and(|it| is_of_dispatches(&it.rule.event_type)))
}

/// Writes what is due, until the shutdown.
pub(crate) async fn run(context: Context, bell: Arc<Notify>) {
    let writer = Writer { db: context.db.clone(), sources: Sources::new(&context.peers) };
    let work = async {
        loop {
            if let Err(error) = writer.pass().await {
                tracing::warn!(%error, "what triggers wait for cannot be read");
            }
            let _ = tokio::time::timeout(PAUSE, bell.notified()).await;
        }
    };
    tokio::select! {
        () = context.shutdown.cancelled() => {}
        () = work => {}
    }
}

async fn triggers(tx: &mut Tx, district: &str, tasks: &[Task]) -> Result<Vec<(Trigger, Judge)>> {
    let wanted = tasks.iter().map(|it| (it.trigger.clone(), it.revision));
    let wanted: BTreeSet<_> = wanted.collect();
    let found = store::trigger::at_revisions(tx, district, &Vec::from_iter(wanted)).await?;
    let judged = |it: Trigger| {
        let judge = Judge::of(&it);
        (it, judge)
    };
    Ok(found.into_iter().map(judged).collect())
}

/// What came of a task.
struct Ready {
    task: Task,
    /// None where there is nothing to write.
    draft: Option<Draft>,
    /// It is told together with others.
    digest: bool,
}

struct Writer {
    db: Db,
    sources: Sources,
}

impl Writer {
    /// Goes round until no district has more to write, a batch of each at a time.
    async fn pass(&self) -> Result<()> {
        let mut tx = self.db.across("triggers").begin_read().await?;
        let mut districts = store::trigger::due_districts(&mut tx).await?;
        drop(tx);
        while !districts.is_empty() {
            let mut busy = Vec::new();
            for id in districts {
                match self.district(&id).await {
                    Ok(true) => busy.push(id),
                    Ok(false) => {}
                    Err(error) => tracing::warn!(district = id, %error, "triggers write later"),
                }
            }
            districts = busy;
        }
        Ok(())
    }

    /// Writes a batch, and digests when all that belongs to them has been looked at. True when there
    /// may be more.
    async fn district(&self, id: &str) -> Result<bool> {
        let mut tx = self.db.within(id).begin_read().await?;
        let tasks = store::trigger::due(&mut tx, id, BATCH).await?;
        let triggers = triggers(&mut tx, id, &tasks).await?;
        let now = tx.now();
        drop(tx);
        let place = self.sources.place(id).await?;
        let is_whole = tasks.len() as i64 == BATCH;
        let mut ready = Vec::new();
        for task in tasks {
            let found = triggers.iter();
            let mut found = found.filter(|(it, _)| it.id == task.trigger);
            let Some((trigger, judge)) = found.find(|(it, _)| it.revision == task.revision) else {
                self.hold(&task, "its revision of the trigger is not there").await?;
                continue;
            };
            let digest = trigger.rule.digest_hours > 0;
            match self.sources.make(trigger, judge, &task.event, &place, now).await {
                Ok(Made::Document(draft)) => {
                    ready.push(Ready { task, draft: Some(*draft), digest });
                }
                Ok(Made::Nothing) => ready.push(Ready { task, draft: None, digest }),
                Ok(Made::Fault(fault)) => self.hold(&task, &fault).await?,
                Err(error) => self.hold(&task, &error.to_string()).await?,
            }
        }
        self.write_all(&place.district, &ready).await?;
        if !is_whole {
            self.tell(&place.district).await?;
        }
        Ok(is_whole)
    }

    async fn write_all(&self, district: &District, ready: &[Ready]) -> Result<()> {
        match self.write(district, ready).await {
            Err(error) if !passes(&error) => {}
            outcome => return outcome,
        }
        // The one at fault is found one by one.
        for one in ready {
            if let Err(error) = self.write(district, std::slice::from_ref(one)).await {
                self.hold(&one.task, &error.to_string()).await?;
            }
        }
        Ok(())
    }

    async fn write(&self, district: &District, ready: &[Ready]) -> Result<()> {
        if ready.is_empty() {
            return Ok(());
        }
        let mut tx = self.db.within(&district.id).begin_write().await?;
        store::document::lock(&mut tx, &district.id).await?;
        let tasks: Vec<&Task> = ready.iter().map(|it| &it.task).collect();
        let taken = store::trigger::take(&mut tx, &district.id, &tasks).await?;
        let is_ours = |task: &Task| taken.contains(&(task.trigger.clone(), task.event_key.clone()));
        let (mut drafts, mut gathered) = (Vec::new(), Vec::new());
        for Ready { task, draft, digest } in ready.iter().filter(|it| is_ours(&it.task)) {
            let Some(draft) = draft.clone() else { continue };
            if *digest {
                let each = digest::of_each(draft).into_iter();
                gathered.extend(each.map(|it| (&*task.trigger, &*task.event_key, it)));
            } else {
                drafts.push(draft);
            }
        }
        store::trigger::gather(&mut tx, &district.id, &gathered).await?;
        rpc::document::issue(&mut tx, district, drafts).await?;
        tx.commit().await
    }

    /// Writes digests that have all that belongs to them, those of a recipient in one transaction, a
    /// document at a time.
    async fn tell(&self, district: &District) -> Result<()> {
        let id = &district.id;
        let mut tx = self.db.within(id).begin_read().await?;
        let addresses = store::trigger::addresses(&mut tx, id).await?;
        drop(tx);
        for to in addresses {
            let mut tx = self.db.within(id).begin_write().await?;
            store::document::lock(&mut tx, id).await?;
            // Another process may have been first.
            let events = store::trigger::count(&mut tx, id, &to).await?;
            let (mut after, events) = (String::new(), usize::try_from(events).unwrap_or_default());
            for number in 1..=digest::parts(events) {
                let (drafts, last) = store::trigger::entries(&mut tx, id, &to, &after).await?;
                let part = digest::part(number, events);
                let joined = digest::joined(&to.unit, &drafts);
                let draft = joined.map(|draft| Draft { part, ..draft });
                rpc::document::issue(&mut tx, district, draft.into_iter().collect()).await?;
                after = last.unwrap_or_default();
            }
            store::trigger::forget(&mut tx, id, &to).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Leaves a task where it is, and says why.
    async fn hold(&self, task: &Task, fault: &str) -> Result<()> {
        tracing::warn!(trigger = task.trigger, event = task.event.name, fault, "is held");
        let mut tx = self.db.within(&task.district).begin_write().await?;
        let until = tx.now().checked_add(PUT_OFF).map_err(Error::internal)?;
        store::trigger::hold(&mut tx, task, fault, until).await?;
        tx.commit().await
    }
}
