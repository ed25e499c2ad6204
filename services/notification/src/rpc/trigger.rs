//! Triggers.

mod simulate;
mod trial;
mod wish;

use kit::field::{self, Fields};
use kit::name::Name;
use kit::page::Page;
use kit::request_id::Once;
use kit::{Error, clock, etag};
use prost::Message;
use proto::notification::v1 as pb;
use proto::notification::v1::change::Resource;
use proto::notification::v1::trigger_service_server::TriggerService;
use tonic::{Request, Response, Status};

use super::{Rpc, change};
use crate::trigger::{NAME, Rule, Task, Trigger};
use crate::{district, store};

pub(super) use wish::recipients;

const CREATED: &str = "saima.notification.v1.TriggerCreated";
const UPDATED: &str = "saima.notification.v1.TriggerUpdated";
const ENABLED: &str = "saima.notification.v1.TriggerEnabled";
const DISABLED: &str = "saima.notification.v1.TriggerDisabled";

#[tonic::async_trait]
impl TriggerService for Rpc {
    async fn get_trigger(
        &self,
        request: Request<pb::GetTriggerRequest>,
    ) -> Result<Response<pb::Trigger>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        Ok(Response::new(self.trigger(&name).await?.into()))
    }

    async fn list_triggers(
        &self,
        request: Request<pb::ListTriggersRequest>,
    ) -> Result<Response<pb::ListTriggersResponse>, Status> {
        let request = request.into_inner();
        let parent = district::NAME.parse("parent", &request.parent)?;
        let page = Page::parse(request.page_size, &request.page_token, &[&request.parent])?;
        let mut tx = self.db.begin_read().await?;
        let mut found = store::trigger::list(&mut tx, parent.id("district"), &page).await?;
        let next_page_token = page.cut(&mut found, |it| it.id.clone());
        let triggers = found.into_iter().map(pb::Trigger::from).collect();
        Ok(Response::new(pb::ListTriggersResponse { triggers, next_page_token }))
    }

    async fn list_trigger_revisions(
        &self,
        request: Request<pb::ListTriggerRevisionsRequest>,
    ) -> Result<Response<pb::ListTriggerRevisionsResponse>, Status> {
        let request = request.into_inner();
        let name = NAME.parse("name", &request.name)?;
        let page = Page::parse(request.page_size, &request.page_token, &[&request.name])?;
        let after = page.after_number()?.unwrap_or_default();
        let (district, id) = (name.id("district"), name.id("trigger"));
        let mut tx = self.db.begin_read().await?;
        let mut found =
            store::trigger::revisions(&mut tx, district, id, after, page.limit()).await?;
        let next_page_token = page.cut(&mut found, |it| it.revision.to_string());
        let triggers = found.into_iter().map(pb::Trigger::from).collect();
        Ok(Response::new(pb::ListTriggerRevisionsResponse { triggers, next_page_token }))
    }

    async fn list_trigger_tasks(
        &self,
        request: Request<pb::ListTriggerTasksRequest>,
    ) -> Result<Response<pb::ListTriggerTasksResponse>, Status> {
        let request = request.into_inner();
        let parent = NAME.parse("parent", &request.parent)?;
        let page = Page::parse(request.page_size, &request.page_token, &[&request.parent])?;
        let (district, id) = (parent.id("district"), parent.id("trigger"));
        let mut tx = self.db.begin_read().await?;
        let mut found = store::trigger::tasks(&mut tx, district, id, &page).await?;
        let next_page_token = page.cut(&mut found, |it| it.event_key.clone());
        let tasks = found.into_iter().map(pb::TriggerTask::from).collect();
        Ok(Response::new(pb::ListTriggerTasksResponse { tasks, next_page_token }))
    }

    async fn create_trigger(
        &self,
        request: Request<pb::CreateTriggerRequest>,
    ) -> Result<Response<pb::Trigger>, Status> {
        let request = request.into_inner();
        let given = field::required("trigger", request.trigger.as_ref())?;
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let id = fields.id("trigger_id", &request.trigger_id);
        let district = parent.id("district");
        let rule = wish::read(&mut fields, given, district);
        fields.check()?;
        let once = Once::new(district, "CreateTrigger", &request.request_id, &request)?;
        self.check_place(district, &rule).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::document::lock(&mut tx, district).await?;
        if store::trigger::get(&mut tx, district, &id).await?.is_some() {
            return Err(Error::already_exists("trigger", NAME.format(&[district, &id])).into());
        }
        let trigger = Trigger {
            district: district.to_owned(),
            id,
            revision: 1,
            enabled: false,
            rule,
            create_time: tx.now(),
            last_trial: None,
        };
        store::trigger::save(&mut tx, &trigger).await?;
        let reply = pb::Trigger::from(trigger);
        let resource = Resource::Trigger(reply.clone());
        change::append(&mut tx, district, CREATED, &reply.name, resource);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn update_trigger(
        &self,
        request: Request<pb::UpdateTriggerRequest>,
    ) -> Result<Response<pb::Trigger>, Status> {
        let request = request.into_inner();
        let given = field::required("trigger", request.trigger.as_ref())?;
        let name = NAME.parse("trigger.name", &given.name)?;
        let district = name.id("district");
        let before = self.trigger(&name).await?;
        let rule = wish::patched(&request, given, before.into(), district)?;
        self.check_place(district, &rule).await?;

        let mut tx = self.db.begin_write().await?;
        store::document::lock(&mut tx, district).await?;
        let found = store::trigger::get(&mut tx, district, name.id("trigger")).await?;
        let mut trigger = found.ok_or_else(|| name.not_found())?;
        etag::check(&given.etag, trigger.revision, name.as_str())?;
        let before = trial::digest(district, &trigger.rule);
        if !trigger.change(rule, tx.now()) {
            return Ok(Response::new(trigger.into()));
        }
        if trigger.enabled && trial::digest(district, &trigger.rule) != before {
            trial::check(&mut tx, &trigger).await?;
        }
        store::trigger::save(&mut tx, &trigger).await?;
        let reply = pb::Trigger::from(trigger);
        let resource = Resource::Trigger(reply.clone());
        change::append(&mut tx, district, UPDATED, &reply.name, resource);
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn enable_trigger(
        &self,
        request: Request<pb::EnableTriggerRequest>,
    ) -> Result<Response<pb::Trigger>, Status> {
        let request = request.into_inner();
        let name = NAME.parse("name", &request.name)?;
        let once = ("EnableTrigger", request.request_id.as_str());
        self.switch(&name, true, &request.etag, once, &request).await
    }

    async fn disable_trigger(
        &self,
        request: Request<pb::DisableTriggerRequest>,
    ) -> Result<Response<pb::Trigger>, Status> {
        let request = request.into_inner();
        let name = NAME.parse("name", &request.name)?;
        let once = ("DisableTrigger", request.request_id.as_str());
        self.switch(&name, false, &request.etag, once, &request).await
    }

    async fn simulate_trigger(
        &self,
        request: Request<pb::SimulateTriggerRequest>,
    ) -> Result<Response<pb::SimulateTriggerResponse>, Status> {
        Ok(Response::new(simulate::run(self, request.into_inner()).await?))
    }
}

impl Rpc {
    pub(super) async fn trigger(&self, name: &Name) -> kit::Result<Trigger> {
        let mut tx = self.db.begin_read().await?;
        let found = store::trigger::get(&mut tx, name.id("district"), name.id("trigger")).await?;
        found.ok_or_else(|| name.not_found())
    }

    /// Refuses a district or units that registry does not know.
    pub(super) async fn check_place(&self, district: &str, rule: &Rule) -> kit::Result<()> {
        self.registry.district(district).await?;
        if rule.recipients.iter().any(|it| !it.unit.is_empty()) {
            let units = self.registry.units(district).await?;
            wish::check_units(rule, &units)?;
        }
        Ok(())
    }

    async fn switch(
        &self,
        name: &Name,
        enabled: bool,
        given: &str,
        (method, request_id): (&'static str, &str),
        request: &impl Message,
    ) -> Result<Response<pb::Trigger>, Status> {
        let (district, id) = (name.id("district"), name.id("trigger"));
        let once = Once::new(district, method, request_id, request)?;
        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::document::lock(&mut tx, district).await?;
        let found = store::trigger::get(&mut tx, district, id).await?;
        let mut trigger = found.ok_or_else(|| name.not_found())?;
        etag::check(given, trigger.revision, name.as_str())?;
        trigger.switch(enabled, tx.now())?;
        if enabled {
            trial::check(&mut tx, &trigger).await?;
        }
        store::trigger::save(&mut tx, &trigger).await?;
        if !enabled {
            store::trigger::withdraw(&mut tx, district, id).await?;
        }
        let reply = pb::Trigger::from(trigger);
        let kind = if enabled { ENABLED } else { DISABLED };
        change::append(&mut tx, district, kind, &reply.name, Resource::Trigger(reply.clone()));
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

impl From<Trigger> for pb::Trigger {
    fn from(it: Trigger) -> Self {
        let last_trial = it.last_trial.as_ref();
        Self {
            name: it.name(),
            enabled: it.enabled,
            revision: it.revision,
            last_trial: last_trial
                .map(|last| trial::told(last, &trial::digest(&it.district, &it.rule))),
            update_time: Some(clock::to_proto(it.create_time)),
            etag: etag::of(it.revision),
            ..said(&it.district, it.rule)
        }
    }
}

/// What a rule says, and nothing else of its trigger.
fn said(district: &str, rule: Rule) -> pb::Trigger {
    let recipients = rule.recipients.iter().map(|to| super::document::missing(district, to));
    pb::Trigger {
        recipients: recipients.collect(),
        display_name: rule.display_name,
        event_type: rule.event_type,
        condition: rule.condition,
        document_kind: rule.kind as i32,
        fields: super::document::fields(rule.fields, rule.english_fields),
        delay_hours: rule.delay_hours as i32,
        due_days: rule.due_days as i32,
        digest_hours: rule.digest_hours as i32,
        ..Default::default()
    }
}

impl From<Task> for pb::TriggerTask {
    fn from(it: Task) -> Self {
        Self {
            event_type: it.event.kind,
            event_name: it.event.name,
            event_time: Some(clock::to_proto(it.event.time)),
            due_time: Some(clock::to_proto(it.due_time)),
            trigger_revision: it.revision,
            fault: it.fault,
        }
    }
}
