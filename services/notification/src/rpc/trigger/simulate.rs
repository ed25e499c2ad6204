//! Trying a trigger over what has happened.

use std::time::Duration;

use futures::StreamExt as _;
use jiff::Timestamp;
use kit::field::{self, Fields};
use kit::{Error, Result, clock, guard};
use proto::notification::v1 as pb;
use tokio::time::Instant;

use super::wish;
use crate::document::Draft;
use crate::follow::issue::passes;
use crate::follow::message;
use crate::follow::trigger::{Judge, Made};
use crate::rpc::{Rpc, document};
use crate::trigger::{Heard, NAME, Trial, Trigger};
use crate::{district, store};

/// Most events that a trigger is tried on.
const MOST: i32 = 10_000;
/// The same where something is read of each before its condition is judged.
const MOST_READ: i32 = 1000;
/// Most documents that are told of.
const TOLD: usize = 200;
/// How long documents are made for: a trial ends well before a call's time is over, or nobody could switch
/// on what waits for results of a large district, for each of which its run is computed anew.
const WHILE: Duration = Duration::from_secs(4);

/// Tries a trigger over past events of its type, and records it where the trigger is saved.
pub(super) async fn run(
    rpc: &Rpc,
    request: pb::SimulateTriggerRequest,
) -> Result<pb::SimulateTriggerResponse> {
    let given = field::required("trigger", request.trigger.as_ref())?;
    let mut fields = Fields::default();
    let parent = fields.name("parent", &district::NAME, &request.parent);
    let start = fields.optional_time("start_time", &request.start_time);
    let end = fields.optional_time("end_time", &request.end_time);
    fields.check()?;
    let (saved, trigger) = tried(rpc, given, parent.id("district")).await?;
    let reply = over(rpc, &trigger, (start, end)).await?;
    if let Some(saved) = saved {
        let faults = reply.trials.iter().filter(|it| !it.fault.is_empty()).count();
        let mut tx = rpc.db.begin_write().await?;
        store::document::lock(&mut tx, &saved.district).await?;
        let record = Trial {
            revision: saved.revision,
            digest: super::trial::digest(&saved.district, &trigger.rule),
            account: guard::account().unwrap_or_default(),
            start,
            end,
            events: reply.event_count.into(),
            matches: reply.match_count.into(),
            faults: faults as i64,
            truncated: reply.truncated,
            create_time: tx.now(),
        };
        store::trigger::record(&mut tx, &saved.district, &saved.id, &record).await?;
        tx.commit().await?;
    }
    Ok(reply)
}

async fn over(
    rpc: &Rpc,
    trigger: &Trigger,
    (start, end): (Option<Timestamp>, Option<Timestamp>),
) -> Result<pb::SimulateTriggerResponse> {
    let id = trigger.district.as_str();
    let place = rpc.sources.place(id).await?;
    let judge = Judge::of(trigger);
    let most = if judge.waits() { MOST_READ } else { MOST };
    let now = rpc.db.begin_read().await?.now();
    let feed = rpc.feeds.of(&trigger.rule.event_type);
    let feed = feed.ok_or_else(|| Error::internal("a type of no feed"))?;
    let kinds = vec![trigger.rule.event_type.clone()];
    let mut changes = feed.watch(Some(id), kinds, String::new()).await?;
    let mut reply = pb::SimulateTriggerResponse::default();
    let begin = Instant::now();
    // The first bookmark says that everything there was has come.
    while let Some(change) = changes.next().await {
        let Some(event) = change?.event else { break };
        if start.is_some_and(|start| event.time < start) || end.is_some_and(|end| event.time >= end)
        {
            continue;
        }
        let left = WHILE.saturating_sub(begin.elapsed());
        if reply.event_count == most || judge.waits() && left.is_zero() {
            reply.truncated = true;
            break;
        }
        reply.event_count += 1;
        if !judge.may_hold(&message::facts(&event)?) {
            continue;
        }
        let is_told = reply.trials.len() < TOLD && !left.is_zero();
        if is_told || judge.waits() {
            let made = rpc.sources.make(trigger, &judge, &event, &place, now);
            let trial = match tokio::time::timeout(left, made).await {
                Ok(Ok(Made::Nothing)) => continue,
                Ok(Ok(Made::Document(draft))) => Some(trial(event, *draft, String::new(), id)),
                Ok(Ok(Made::Fault(fault))) => Some(trial(event, Draft::default(), fault, id)),
                Ok(Err(error)) if passes(&error) => return Err(error),
                // As it would wait for ever, were the trigger enabled.
                Ok(Err(error)) => Some(trial(event, Draft::default(), error.to_string(), id)),
                // Whether it holds is not known.
                Err(_) if judge.waits() => {
                    reply.event_count -= 1;
                    reply.truncated = true;
                    break;
                }
                Err(_) => None,
            };
            reply.trials.extend(trial.filter(|_| is_told));
        }
        reply.match_count += 1;
    }
    Ok(reply)
}

/// The trigger that is to be tried, and beside it the one that is saved under its name.
async fn tried(
    rpc: &Rpc,
    given: &pb::Trigger,
    district: &str,
) -> Result<(Option<Trigger>, Trigger)> {
    let mut fields = Fields::default();
    let id = fields.optional_member("trigger.name", &NAME, &given.name, district);
    if given.event_type.is_empty() && id.is_some() {
        fields.check()?;
        let saved = rpc.trigger(&NAME.parse("trigger.name", &given.name)?).await?;
        return Ok((Some(saved.clone()), saved));
    }
    let rule = wish::read(&mut fields, given, district);
    fields.check()?;
    rpc.check_place(district, &rule).await?;
    let saved = match &id {
        Some(id) => store::trigger::get(&mut rpc.db.begin_read().await?, district, id).await?,
        None => None,
    };
    let trigger = Trigger {
        district: district.to_owned(),
        id: id.unwrap_or_else(|| "trial".to_owned()),
        revision: 0,
        enabled: false,
        rule,
        create_time: Default::default(),
        last_trial: None,
    };
    Ok((saved, trigger))
}

fn trial(event: Heard, draft: Draft, fault: String, district: &str) -> pb::TriggerTrial {
    let missing = draft.missing.iter().map(|it| document::missing(district, it)).collect();
    let recipients = draft.recipients.into_iter().map(|it| pb::DocumentRecipient {
        unit: district::UNIT.format(&[district, &it.unit]),
        unit_display_name: it.display_name,
        role: it.role as i32,
        problem: it.problem,
        further_roles: it.further_roles.iter().map(|role| *role as i32).collect(),
        ..Default::default()
    });
    pb::TriggerTrial {
        event_name: event.name,
        event_time: Some(clock::to_proto(event.time)),
        recipients: recipients.collect(),
        missing,
        fields: document::fields(draft.contents, draft.english_contents),
        fault,
    }
}
