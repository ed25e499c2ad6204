//! Triggers at work: events that they wait for are kept until their time, then written about.
//!
//! Whether a condition holds is decided in the transaction that moves the feed's cursor, so each
//! event counts once. Whom to write to is asked of registry afterwards. What cannot be written
//! stays where it is with the reason, and holds up nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt as _, stream};
use jiff::ToSpan as _;
use kit::boot::Context;
use kit::db::{Db, Tx};
use kit::feed::{self, Follower};
use kit::peers::{Peer, Peers};
use kit::{Error, Result, condition};
use proto::scoring::v1 as scoring;
use proto::scoring::v1::board_service_client::BoardServiceClient;
use proto::scoring::v1::feedback_service_client::FeedbackServiceClient;
use proto::scoring::v1::run_service_client::RunServiceClient;
use tokio::sync::Notify;

use super::hear::Feed;
use super::issue::passes;
use super::message;
use super::peers::Registry;
use crate::district::{self, District, PERIOD, UNIT, Unit};
use crate::document::{Draft, NAME as DOCUMENT};
use crate::fact::{Fact, Printed as _};
use crate::trigger::digest;
use crate::trigger::draft::Asked;
use crate::trigger::{Heard, NAME as TRIGGER, Relation, Task, Trigger, is_of_dispatches};
use crate::{rpc, store};

/// Tasks in one transaction.
const BATCH: i64 = 100;
/// Events of one trigger that are gathered at a time.
const GATHERED: i64 = 2000;
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
        for trigger in waiting.iter().filter(|it| holds(it, &facts)) {
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

/// True when a trigger's condition holds. It was checked when it was saved; one that can no longer
/// be read is written to the log and does not hold.
pub(crate) fn holds(trigger: &Trigger, facts: &Fact) -> bool {
    let shape = message::shape(&trigger.rule.event_type);
    let condition = shape.map(|shape| condition::read(&trigger.rule.condition, &shape));
    match condition {
        Some(Ok(condition)) => condition.holds(facts),
        fault => {
            tracing::error!(trigger = trigger.name(), ?fault, "its condition cannot be read");
            false
        }
    }
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

/// The peers that are asked what an event alone does not say.
#[derive(Clone)]
pub(crate) struct Sources {
    registry: Registry,
    feedbacks: FeedbackServiceClient<Peer>,
    runs: RunServiceClient<Peer>,
    boards: BoardServiceClient<Peer>,
}

impl Sources {
    pub(crate) fn new(peers: &Peers) -> Self {
        Self {
            registry: Registry::new(peers),
            feedbacks: kit::client!(FeedbackServiceClient, peers.get("scoring")),
            runs: kit::client!(RunServiceClient, peers.get("scoring")),
            boards: kit::client!(BoardServiceClient, peers.get("scoring")),
        }
    }

    /// The document that a trigger writes about an event.
    pub(crate) async fn draft(
        &self,
        trigger: &Trigger,
        event: &Heard,
        district: (&District, &BTreeMap<String, Unit>),
        now: jiff::Timestamp,
    ) -> Result<std::result::Result<Draft, String>> {
        let mut facts = message::facts(event)?;
        if message::is_result(&event.kind) {
            let name = format!("{}/feedback", event.name);
            let request = scoring::GetFeedbackRequest { name, ..Default::default() };
            let feedback = self.feedbacks.clone().get_feedback(request).await?.into_inner();
            message::add(&mut facts, message::FEEDBACK, &feedback)?;
            let name = event.name.split("/results/").next().unwrap_or_default().to_owned();
            let request = scoring::GetRunRequest { name };
            let run = self.runs.clone().get_run(request).await?.into_inner();
            message::add(&mut facts, message::RUN, &run)?;
        }
        if message::is_run(&event.kind)
            && let Some(name) = board_of(&facts)
        {
            let request = scoring::GetBoardRequest { name };
            let board = self.boards.clone().get_board(request).await?.into_inner();
            message::add(&mut facts, message::BOARD, &board)?;
        }
        let (district, units) = district;
        let asked = self.asked(trigger, &facts, &district.id).await?;
        let today = district.day(now);
        let draft = trigger.draft(event, &facts, units, &asked, today);
        Ok(draft.map_err(|fault| fault.to_string()))
    }

    /// What the recipients' relations need.
    async fn asked(&self, trigger: &Trigger, facts: &Fact, district: &str) -> Result<Asked> {
        let wants = |relation| trigger.rule.recipients.iter().any(|it| it.relation == relation);
        let mut asked = Asked::default();
        let indicator = facts.resource_text("indicator");
        let answering = UNIT.read(facts.resource_text("answering_unit"));
        if let Some(unit) = answering {
            asked.evaluating_unit = Some(unit.id("unit").to_owned());
        } else if wants(Relation::EvaluatingUnit) && !indicator.is_empty() {
            asked.evaluating_unit = self.registry.evaluating_unit(indicator).await?;
        }
        if wants(Relation::LeaderInCharge) || wants(Relation::Office) {
            asked.oversight = self.registry.oversight(district).await?;
        }
        Ok(asked)
    }
}

/// Name of the board that a run is shown on.
fn board_of(run: &Fact) -> Option<String> {
    let (scheme, period) = (run.resource_text("scheme"), PERIOD.read(run.resource_text("period"))?);
    let (parent, scheme) = scheme.rsplit_once("/schemes/")?;
    Some(format!("{parent}/boards/{scheme}.{}", period.id("period")))
}

/// What is due in a district, with the triggers that wait for it: a batch, and of a trigger in it
/// that gathers all that it has.
async fn due(tx: &mut Tx, district: &str) -> Result<(Vec<Task>, Vec<Trigger>)> {
    let mut tasks = store::trigger::due(tx, district, None, BATCH).await?;
    let triggers = triggers(tx, district, &tasks).await?;
    let gathering: BTreeSet<&str> =
        triggers.iter().filter(|it| it.rule.digest_hours > 0).map(|it| it.id.as_str()).collect();
    if gathering.is_empty() || (tasks.len() as i64) < BATCH {
        return Ok((tasks, triggers));
    }
    tasks.retain(|it| !gathering.contains(it.trigger.as_str()));
    for trigger in gathering {
        tasks.extend(store::trigger::due(tx, district, Some(trigger), GATHERED).await?);
    }
    let triggers = self::triggers(tx, district, &tasks).await?;
    Ok((tasks, triggers))
}

async fn triggers(tx: &mut Tx, district: &str, tasks: &[Task]) -> Result<Vec<Trigger>> {
    let wanted = tasks.iter().map(|it| (it.trigger.clone(), it.revision));
    let wanted: BTreeSet<_> = wanted.collect();
    store::trigger::at_revisions(tx, district, &Vec::from_iter(wanted)).await
}

struct Writer {
    db: Db,
    sources: Sources,
}

impl Writer {
    async fn pass(&self) -> Result<()> {
        let mut tx = self.db.across("triggers").begin_read().await?;
        let districts = store::trigger::due_districts(&mut tx).await?;
        drop(tx);
        for id in districts {
            if let Err(error) = self.district(&id).await {
                tracing::warn!(district = id, %error, "triggers write later");
            }
        }
        Ok(())
    }

    async fn district(&self, id: &str) -> Result<()> {
        let mut tx = self.db.within(id).begin_read().await?;
        let (tasks, triggers) = due(&mut tx, id).await?;
        let now = tx.now();
        drop(tx);
        let district = self.sources.registry.district(id).await?;
        let units = self.sources.registry.units(id).await?;
        let mut ready = Vec::new();
        for task in tasks {
            let trigger =
                triggers.iter().find(|it| it.id == task.trigger && it.revision == task.revision);
            let Some(trigger) = trigger else {
                self.hold(&task, "its revision of the trigger is not there").await?;
                continue;
            };
            let place = (&district, &units);
            match self.sources.draft(trigger, &task.event, place, now).await {
                Ok(Ok(draft)) => ready.push((task, draft, trigger.rule.digest_hours > 0)),
                Ok(Err(fault)) => self.hold(&task, &fault).await?,
                Err(error) => self.hold(&task, &error.to_string()).await?,
            }
        }
        match self.write(&district, &ready).await {
            Err(error) if !passes(&error) => {}
            outcome => return outcome,
        }
        // The one at fault is found one by one.
        for one in &ready {
            if let Err(error) = self.write(&district, std::slice::from_ref(one)).await {
                self.hold(&one.0, &error.to_string()).await?;
            }
        }
        Ok(())
    }

    async fn write(&self, district: &District, ready: &[(Task, Draft, bool)]) -> Result<()> {
        if ready.is_empty() {
            return Ok(());
        }
        let mut tx = self.db.within(&district.id).begin_write().await?;
        store::document::lock(&mut tx, &district.id).await?;
        let tasks: Vec<&Task> = ready.iter().map(|(task, ..)| task).collect();
        let taken = store::trigger::take(&mut tx, &district.id, &tasks).await?;
        let is_ours = |task: &Task| taken.contains(&(task.trigger.clone(), task.event_key.clone()));
        let (mut drafts, mut gathered) = (Vec::new(), BTreeMap::new());
        for (task, draft, digest) in ready.iter().filter(|(task, ..)| is_ours(task)) {
            match digest {
                true => gathered.entry(&task.trigger).or_insert_with(Vec::new).push(draft.clone()),
                false => drafts.push(draft.clone()),
            }
        }
        drafts.extend(gathered.into_values().flat_map(digest::gather));
        rpc::document::issue(&mut tx, district, drafts).await?;
        tx.commit().await
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
