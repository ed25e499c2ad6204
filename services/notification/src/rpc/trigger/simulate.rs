//! Trying a trigger over what has happened.

use futures::StreamExt as _;
use kit::field::{self, Fields};
use kit::{Error, Result, clock};
use proto::notification::v1 as pb;

use super::wish;
use crate::district;
use crate::document::Draft;
use crate::follow::{message, trigger as work};
use crate::rpc::{Rpc, document};
use crate::trigger::{Heard, NAME, Trigger};

/// Most events that a trigger is tried on.
const MOST: i32 = 10_000;
/// Most documents that are told of.
const TOLD: usize = 200;

/// Tries a trigger over past events of its type.
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
    let id = parent.id("district");
    let trigger = match given.event_type.is_empty() && !given.name.is_empty() {
        true => {
            let mut fields = Fields::default();
            fields.member("trigger.name", &NAME, &given.name, id);
            fields.check()?;
            rpc.trigger(&NAME.parse("trigger.name", &given.name)?).await?
        }
        false => tried(rpc, given, id).await?,
    };
    let district = rpc.registry.district(id).await?;
    let units = rpc.registry.units(id).await?;
    let now = rpc.db.begin_read().await?.now();
    let feed = rpc.feeds.of(&trigger.rule.event_type);
    let feed = feed.ok_or_else(|| Error::internal("a type of no feed"))?;
    let kinds = vec![trigger.rule.event_type.clone()];
    let mut changes = feed.watch(Some(id), kinds, String::new()).await?;
    let mut reply = pb::SimulateTriggerResponse::default();
    // The first bookmark says that everything there was has come.
    while let Some(change) = changes.next().await {
        let Some(event) = change?.event else { break };
        if start.is_some_and(|start| event.time < start) || end.is_some_and(|end| event.time >= end)
        {
            continue;
        }
        if reply.event_count == MOST {
            reply.truncated = true;
            break;
        }
        reply.event_count += 1;
        if !work::holds(&trigger, &message::facts(&event)?) {
            continue;
        }
        reply.match_count += 1;
        if reply.trials.len() < TOLD {
            let place = (&district, &units);
            let draft = rpc.sources.draft(&trigger, &event, place, now).await?;
            reply.trials.push(trial(event, draft, id));
        }
    }
    Ok(reply)
}

/// A trigger that is not saved.
async fn tried(rpc: &Rpc, given: &pb::Trigger, district: &str) -> Result<Trigger> {
    let mut fields = Fields::default();
    let rule = wish::read(&mut fields, given, district);
    fields.check()?;
    rpc.check_place(district, &rule).await?;
    Ok(Trigger {
        district: district.to_owned(),
        id: "trial".to_owned(),
        revision: 0,
        enabled: false,
        rule,
        create_time: Default::default(),
    })
}

fn trial(
    event: Heard,
    draft: std::result::Result<Draft, String>,
    district: &str,
) -> pb::TriggerTrial {
    let (draft, fault) = match draft {
        Ok(draft) => (draft, String::new()),
        Err(fault) => (Draft::default(), fault),
    };
    let missing = draft.missing.iter().map(|it| document::missing(district, it)).collect();
    let recipients = draft.recipients.into_iter().map(|it| pb::DocumentRecipient {
        unit: district::UNIT.format(&[district, &it.unit]),
        unit_display_name: it.display_name,
        role: it.role as i32,
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
