//! Schedules.

mod wish;

use jiff::Timestamp;
use kit::db::Tx;
use kit::field::{self, Fields};
use kit::page::Page;
use kit::request_id::Once;
use kit::{Error, clock, date, etag};
use proto::notification::v1 as pb;
use proto::notification::v1::change::Resource;
use proto::notification::v1::schedule_service_server::ScheduleService;
use tonic::{Request, Response, Status};

use super::{Rpc, change, document};
use crate::district::{self, District, UNIT};
use crate::document::{Draft, NAME as DOCUMENT};
use crate::schedule::{NAME, Next, Occurrence, Schedule, State};
use crate::store;

const CREATED: &str = "saima.notification.v1.ScheduleCreated";
const UPDATED: &str = "saima.notification.v1.ScheduleUpdated";
const KEPT: &str = "saima.notification.v1.OccurrenceKept";

/// Keeps an occurrence of a schedule: moves the schedule on, issues the document if there is one,
/// and records what became of it. Nothing when another process did so.
pub(crate) async fn keep(
    tx: &mut Tx,
    district: &District,
    (before, after): (&Schedule, &Schedule),
    next: &Next,
    draft: Option<Draft>,
) -> kit::Result<()> {
    let now = tx.now();
    store::document::lock(tx, &district.id).await?;
    if !store::schedule::advance(tx, before, after).await? {
        return Ok(());
    }
    let state = match (&draft, next.left_out) {
        (Some(_), _) => State::Written,
        (None, true) => State::LeftOut,
        (None, false) => State::PassedOver,
    };
    let issued = document::issue(tx, district, draft.into_iter().collect()).await?.pop();
    let written = issued.as_ref().and_then(|it| DOCUMENT.read(&it.name));
    let occurrence = Occurrence {
        district: district.id.clone(),
        schedule: before.id.clone(),
        planned: next.planned,
        due: next.due,
        state,
        late: Schedule::is_late(next, now),
        document: written.and_then(|name| name.id("document").parse().ok()),
        create_time: now,
    };
    store::schedule::record(tx, &occurrence).await?;
    let reply = pb::Occurrence::from(occurrence);
    let name = reply.name.clone();
    change::append(tx, &district.id, KEPT, &name, Resource::Occurrence(reply));
    Ok(())
}

#[tonic::async_trait]
impl ScheduleService for Rpc {
    async fn get_schedule(
        &self,
        request: Request<pb::GetScheduleRequest>,
    ) -> Result<Response<pb::Schedule>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let found = store::schedule::get(&mut tx, name.id("district"), name.id("schedule")).await?;
        Ok(Response::new(found.ok_or_else(|| name.not_found())?.into()))
    }

    async fn list_schedules(
        &self,
        request: Request<pb::ListSchedulesRequest>,
    ) -> Result<Response<pb::ListSchedulesResponse>, Status> {
        let request = request.into_inner();
        let parent = district::NAME.parse("parent", &request.parent)?;
        let page = Page::parse(request.page_size, &request.page_token, &[&request.parent])?;
        let mut tx = self.db.begin_read().await?;
        let mut found = store::schedule::list(&mut tx, parent.id("district"), &page).await?;
        let next_page_token = page.cut(&mut found, |it| it.id.clone());
        let schedules = found.into_iter().map(pb::Schedule::from).collect();
        Ok(Response::new(pb::ListSchedulesResponse { schedules, next_page_token }))
    }

    async fn create_schedule(
        &self,
        request: Request<pb::CreateScheduleRequest>,
    ) -> Result<Response<pb::Schedule>, Status> {
        let request = request.into_inner();
        let given = field::required("schedule", request.schedule.as_ref())?;
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let id = fields.id("schedule_id", &request.schedule_id);
        let plan = wish::read(&mut fields, given, parent.id("district"));
        fields.check()?;
        let district = parent.id("district");
        let once = Once::new(district, "CreateSchedule", &request.request_id, &request)?;
        let district = self.registry.district(district).await?;
        wish::check_units(&plan, &self.registry.units(&district.id).await?)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::document::lock(&mut tx, &district.id).await?;
        if store::schedule::get(&mut tx, &district.id, &id).await?.is_some() {
            return Err(Error::already_exists("schedule", NAME.format(&[&district.id, &id])).into());
        }
        let now = tx.now();
        let mut schedule = Schedule {
            district: district.id.clone(),
            id,
            revision: 1,
            plan,
            next: None,
            fault: String::new(),
            update_time: now,
        };
        let reply = plan_anew(&mut tx, &district, &mut schedule, now, CREATED).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn update_schedule(
        &self,
        request: Request<pb::UpdateScheduleRequest>,
    ) -> Result<Response<pb::Schedule>, Status> {
        let request = request.into_inner();
        let given = field::required("schedule", request.schedule.as_ref())?;
        let name = NAME.parse("schedule.name", &given.name)?;
        let (district, id) = (name.id("district"), name.id("schedule"));
        let district = self.registry.district(district).await?;
        let units = self.registry.units(&district.id).await?;

        let mut tx = self.db.begin_write().await?;
        store::document::lock(&mut tx, &district.id).await?;
        let found = store::schedule::get(&mut tx, &district.id, id).await?;
        let mut schedule = found.ok_or_else(|| name.not_found())?;
        etag::check(&given.etag, schedule.revision, name.as_str())?;
        let whole = pb::Schedule::from(schedule.clone());
        let plan = wish::patched(&request, given, whole, &district.id)?;
        wish::check_units(&plan, &units)?;
        if plan == schedule.plan {
            return Ok(Response::new(schedule.into()));
        }
        let now = tx.now();
        schedule.plan = plan;
        schedule.revision += 1;
        schedule.update_time = now;
        let reply = plan_anew(&mut tx, &district, &mut schedule, now, UPDATED).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn list_occurrences(
        &self,
        request: Request<pb::ListOccurrencesRequest>,
    ) -> Result<Response<pb::ListOccurrencesResponse>, Status> {
        let request = request.into_inner();
        let parent = NAME.parse("parent", &request.parent)?;
        let page = Page::parse(request.page_size, &request.page_token, &[&request.parent])?;
        let (district, id) = (parent.id("district"), parent.id("schedule"));
        let mut tx = self.db.begin_read().await?;
        let mut found = store::schedule::occurrences(&mut tx, district, id, &page).await?;
        let next_page_token = page.cut(&mut found, |it| date::to_text(it.planned));
        let occurrences = found.into_iter().map(pb::Occurrence::from).collect();
        Ok(Response::new(pb::ListOccurrencesResponse { occurrences, next_page_token }))
    }
}

/// Stores a schedule with its first occurrence from now on.
async fn plan_anew(
    tx: &mut Tx,
    district: &District,
    schedule: &mut Schedule,
    now: Timestamp,
    kind: &'static str,
) -> kit::Result<pb::Schedule> {
    let calendar = store::calendar::get(tx, &district.id).await?;
    schedule.plan_from(district, &calendar, now)?;
    store::schedule::save(tx, std::slice::from_ref(schedule)).await?;
    let reply = pb::Schedule::from(schedule.clone());
    let resource = Resource::Schedule(reply.clone());
    change::append(tx, &district.id, kind, &reply.name, resource);
    Ok(reply)
}

impl From<Schedule> for pb::Schedule {
    fn from(it: Schedule) -> Self {
        let recurrence = it.plan.recurrence;
        let of_weeks = recurrence.frequency.months().is_none();
        let unless = |not: bool, number: i8| if not { 0 } else { i32::from(number) };
        let recipients = it.plan.recipients.iter().map(|id| UNIT.format(&[&it.district, id]));
        let relations = it.plan.relations.iter().map(|to| document::missing(&it.district, to));
        Self {
            name: it.name(),
            frequency: recurrence.frequency as i32,
            weekday: unless(!of_weeks, recurrence.weekday),
            month: unless(of_weeks, recurrence.month),
            day: unless(of_weeks, recurrence.day),
            hour: recurrence.time.hour().into(),
            minute: recurrence.time.minute().into(),
            holiday_rule: it.plan.holiday_rule as i32,
            speaks_of_before: it.plan.before,
            document_kind: it.plan.kind as i32,
            recipients: recipients.collect(),
            recipient_relations: relations.collect(),
            display_name: it.plan.display_name,
            recipient_categories: it.plan.categories,
            fields: document::fields(it.plan.fields, it.plan.english_fields),
            due_days: it.plan.due_days as i32,
            problem: it.plan.problem,
            catch_up_last_only: it.plan.last_only,
            paused: it.plan.paused,
            fault: it.fault,
            next_time: it.next.map(|it| clock::to_proto(it.due)),
            update_time: Some(clock::to_proto(it.update_time)),
            etag: etag::of(it.revision),
        }
    }
}

impl From<Occurrence> for pb::Occurrence {
    fn from(it: Occurrence) -> Self {
        let document =
            it.document.map(|place| DOCUMENT.format(&[&it.district, &place.to_string()]));
        Self {
            name: it.name(),
            state: it.state as i32,
            planned_date: Some(date::to_proto(it.planned)),
            due_time: Some(clock::to_proto(it.due)),
            late: it.late,
            document: document.unwrap_or_default(),
            create_time: Some(clock::to_proto(it.create_time)),
        }
    }
}
