//! Milestones.

mod chart;

use kit::field::Fields;
use kit::page::Page;
use kit::request_id::Once;
use kit::{clock, date, decimal, etag, guard};
use proto::google::r#type as wire;
use proto::registry::v1 as pb;
use proto::registry::v1::change::Resource;
use proto::registry::v1::milestone_service_server::MilestoneService;
use rust_decimal::Decimal;
use tonic::{Request, Response, Status};

use super::definition::told;
use super::{Rpc, known};
use crate::milestone::{Contents, Milestone};
use crate::rpc::revision;
use crate::store::milestone::Filter;
use crate::{definition, district, milestone, project, store, task, unit};

const CREATED: &str = "saima.registry.v1.MilestoneCreated";
const UPDATED: &str = "saima.registry.v1.MilestoneUpdated";
const REPORTED: &str = "saima.registry.v1.MilestoneReported";

#[tonic::async_trait]
impl MilestoneService for Rpc {
    async fn get_milestone(
        &self,
        request: Request<pb::GetMilestoneRequest>,
    ) -> Result<Response<pb::Milestone>, Status> {
        let name = milestone::NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let milestone = store::milestone::get(&mut tx, &name).await?;
        Ok(Response::new(milestone.into()))
    }

    async fn list_milestones(
        &self,
        request: Request<pb::ListMilestonesRequest>,
    ) -> Result<Response<pb::ListMilestonesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let filter = Filter {
            project: fields.optional_member("project", &project::NAME, &request.project, district),
            task: fields.optional_member("task", &task::NAME, &request.task, district),
            unit: fields.optional_member("unit", &unit::NAME, &request.unit, district),
        };
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.project, &request.task, &request.unit],
        )?;

        let mut tx = self.db.begin_read().await?;
        store::district::get(&mut tx, district).await?;
        let mut milestones = store::milestone::list(&mut tx, district, &filter, &page).await?;
        let next_page_token = page.cut(&mut milestones, |it| it.id.clone());
        let milestones = milestones.into_iter().map(pb::Milestone::from).collect();
        Ok(Response::new(pb::ListMilestonesResponse { milestones, next_page_token }))
    }

    async fn batch_update_milestones(
        &self,
        request: Request<pb::BatchUpdateMilestonesRequest>,
    ) -> Result<Response<pb::BatchUpdateMilestonesResponse>, Status> {
        Ok(Response::new(self.update(&request.into_inner()).await?))
    }

    async fn report_milestones(
        &self,
        request: Request<pb::ReportMilestonesRequest>,
    ) -> Result<Response<pb::ReportMilestonesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let reports = chart::reports(&mut fields, &request.reports, district);
        fields.check()?;
        let once = Once::new(district, "ReportMilestones", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let district_now = store::district::lock(&mut tx, district).await?;
        let today = tx.now().to_zoned(district_now.zone()?).date();
        let ids: Vec<String> = reports.iter().map(|it| it.id.clone()).collect();
        let present = store::milestone::of(&mut tx, district, &ids).await?;
        for milestone in &present {
            guard::for_unit(district, milestone.contents.unit.as_deref().unwrap_or_default())?;
        }
        let changed = milestone::report(present, reports, today, tx.now())?;
        store::milestone::save(&mut tx, &changed).await?;
        let reply = pb::ReportMilestonesResponse {
            updated_count: changed.len() as i32,
            unchanged_count: (ids.len() - changed.len()) as i32,
        };
        let told = changed.into_iter().map(|it| (REPORTED, it));
        revision::append(&mut tx, district, "", told, Resource::Milestone).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn back_schedule_milestones(
        &self,
        request: Request<pb::BackScheduleMilestonesRequest>,
    ) -> Result<Response<pb::BackScheduleMilestonesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let reason = fields.text("reason", &request.reason, 0..=500);
        let rows = chart::steps(&mut fields, &request, district);
        fields.check()?;
        let once = Once::new(district, "BackScheduleMilestones", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::district::lock(&mut tx, district).await?;
        let ids = definition::ids(&rows);
        let present = store::milestone::of(&mut tx, district, &ids).await?;
        let known = known(&mut tx, district, &rows).await?;
        let batch = definition::merge("steps", district, present, rows, known, &reason, tx.now())?;
        store::milestone::save(&mut tx, batch.written()).await?;
        let mut planned = store::milestone::of(&mut tx, district, &ids).await?;
        planned.sort_by_key(|it| it.contents.plan_date);
        let milestones = planned.into_iter().map(pb::Milestone::from).collect();
        let reply = pb::BackScheduleMilestonesResponse { milestones };
        if request.validate_only {
            return Ok(Response::new(reply));
        }
        let written = batch.told(CREATED, UPDATED);
        revision::append(&mut tx, district, &reason, written, Resource::Milestone).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn list_schedule(
        &self,
        request: Request<pb::ListScheduleRequest>,
    ) -> Result<Response<pb::ListScheduleResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let chart = chart::filter(&mut fields, &request, district);
        let day = fields.optional_date("day", &request.day);
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.project, &request.task, &request.unit],
        )?;

        let mut tx = self.db.begin_read().await?;
        let found = store::district::get(&mut tx, district).await?;
        let day = day.unwrap_or(tx.now().to_zoned(found.zone()?).date());
        let mut bars = store::milestone::chart(&mut tx, district, &chart, &page).await?;
        let next_page_token = page.cut(&mut bars, store::milestone::key);
        let bars = bars.into_iter().map(|(it, owner)| chart::bar(it, owner, day)).collect();
        Ok(Response::new(pb::ListScheduleResponse { bars, next_page_token }))
    }
}

told!(Milestone, milestone, shown: true);

impl From<Milestone> for pb::Milestone {
    fn from(milestone: Milestone) -> Self {
        let name = milestone.name();
        let Milestone { district, uid, contents, create_time, update_time, revision, .. } =
            milestone;
        Self {
            name,
            uid,
            display_name: contents.display_name,
            project: contents
                .project
                .map(|id| project::NAME.format(&[&district, &id]))
                .unwrap_or_default(),
            task: contents.task.map(|id| task::NAME.format(&[&district, &id])).unwrap_or_default(),
            unit: contents.unit.map(|id| unit::NAME.format(&[&district, &id])).unwrap_or_default(),
            points: Some(decimal::to_proto(contents.points)),
            start_date: Some(date::to_proto(contents.start_date)),
            plan_date: Some(date::to_proto(contents.plan_date)),
            forecast_date: contents.forecast_date.map(date::to_proto),
            actual_date: contents.actual_date.map(date::to_proto),
            note: contents.note,
            create_time: Some(clock::to_proto(create_time)),
            update_time: Some(clock::to_proto(update_time)),
            etag: etag::of(revision),
        }
    }
}

/// What a milestone counts: 1 unless it is said.
fn points(fields: &mut Fields, at: &str, given: &Option<wire::Decimal>) -> Decimal {
    fields.optional_decimal(format_args!("{at}.points"), given).unwrap_or(Decimal::ONE)
}

fn contents(fields: &mut Fields, at: &str, given: &pb::Milestone, district: &str) -> Contents {
    Contents {
        display_name: fields.text(format_args!("{at}.display_name"), &given.display_name, 1..=200),
        project: fields.optional_member(
            format_args!("{at}.project"),
            &project::NAME,
            &given.project,
            district,
        ),
        task: fields.optional_member(format_args!("{at}.task"), &task::NAME, &given.task, district),
        unit: fields.optional_member(format_args!("{at}.unit"), &unit::NAME, &given.unit, district),
        points: points(fields, at, &given.points),
        start_date: fields.date(format_args!("{at}.start_date"), &given.start_date),
        plan_date: fields.date(format_args!("{at}.plan_date"), &given.plan_date),
        forecast_date: None,
        actual_date: None,
        note: String::new(),
    }
}
