//! Visits.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use kit::field::Fields;
use kit::page::Page;
use kit::request_id::Once;
use kit::{clock, date};
use proto::registry::v1 as pb;
use proto::registry::v1::change::Resource;
use proto::registry::v1::visit_service_server::VisitService;
use tonic::{Request, Response, Status};

use super::{BATCH, Rpc, change, is_bounded, members, span, texts};
use crate::definition::Collection;
use crate::store::visit::Filter;
use crate::visit::{Owner, Tally, Visit};
use crate::{district, post, project, store, task, unit, visit};

const RECORDED: &str = "saima.registry.v1.VisitRecorded";

/// Everything a visit may name.
const NAMED: [Collection; 4] =
    [Collection::Project, Collection::Task, Collection::Post, Collection::Unit];

#[tonic::async_trait]
impl VisitService for Rpc {
    async fn batch_create_visits(
        &self,
        request: Request<pb::BatchCreateVisitsRequest>,
    ) -> Result<Response<pb::BatchCreateVisitsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let mut visits = visits(&mut fields, &request.visits, district);
        fields.check()?;
        let once = Once::new(district, "BatchCreateVisits", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let held = store::district::hold(&mut tx, district).await?;
        let today = tx.now().to_zoned(held.zone()?).date();
        let known = store::definition::known(&mut tx, district, NAMED).await?;
        let last = store::visit::last(&mut tx, district).await?;
        let mut fields = Fields::default();
        for (row, visit) in visits.iter_mut().enumerate() {
            let at = format!("visits[{row}]");
            known.check(&mut fields, &at, &visit.references());
            visit.check(&mut fields, &at, today);
            (visit.sequence, visit.create_time) = (last + 1 + row as i64, tx.now());
        }
        fields.check()?;
        store::visit::insert(&mut tx, &visits).await?;
        let visits: Vec<pb::Visit> = visits.into_iter().map(pb::Visit::from).collect();
        for visit in &visits {
            let resource = Resource::Visit(visit.clone());
            change::append(&mut tx, district, RECORDED, &visit.name, resource);
        }
        let reply = pb::BatchCreateVisitsResponse { visits };
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn list_visits(
        &self,
        request: Request<pb::ListVisitsRequest>,
    ) -> Result<Response<pb::ListVisitsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let mut narrowed =
            |field: &str, pattern, name| fields.optional_member(field, pattern, name, district);
        let filter = Filter {
            project: narrowed("project", &project::NAME, &request.project),
            task: narrowed("task", &task::NAME, &request.task),
            leader_post: narrowed("leader_post", &post::NAME, &request.leader_post),
        };
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.project, &request.task, &request.leader_post],
        )?;

        let mut tx = self.db.begin_read().await?;
        store::district::get(&mut tx, district).await?;
        let mut visits = store::visit::list(&mut tx, district, &filter, &page).await?;
        let next_page_token = page.cut(&mut visits, |it| it.sequence.to_string());
        let visits = visits.into_iter().map(pb::Visit::from).collect();
        Ok(Response::new(pb::ListVisitsResponse { visits, next_page_token }))
    }

    async fn list_visit_tallies(
        &self,
        request: Request<pb::ListVisitTalliesRequest>,
    ) -> Result<Response<pb::ListVisitTalliesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let (first, last) = span(&mut fields, &request.start_date, &request.end_date);
        fields.check()?;

        let mut tx = self.db.begin_read().await?;
        store::district::get(&mut tx, district).await?;
        let visits = store::visit::during(&mut tx, district, first, last).await?;
        let projects = store::project::leaders(&mut tx, district).await?;
        let tasks = store::task::leaders(&mut tx, district).await?;
        let leaders: BTreeSet<String> =
            projects.iter().chain(&tasks).flat_map(|(_, posts)| posts.iter().cloned()).collect();
        let owners = projects.into_iter().map(|(id, _)| Owner::Project(id));
        let owners = owners.chain(tasks.into_iter().map(|(id, _)| Owner::Task(id)));
        let (owners, leaders) = visit::tally(&visits, owners, leaders.into_iter());
        let weeks = visit::weeks(first, last);
        let owner = |owner: &Owner| match owner {
            Owner::Project(id) => project::NAME.format(&[district, id]),
            Owner::Task(id) => task::NAME.format(&[district, id]),
        };
        let owners = owners.iter().map(|(it, tally)| told(owner(it), tally, &weeks));
        let leader = |id: &String| post::NAME.format(&[district, id]);
        let leaders = leaders.iter().map(|(it, tally)| told(leader(it), tally, &weeks));
        Ok(Response::new(pb::ListVisitTalliesResponse {
            owners: owners.collect(),
            leaders: leaders.collect(),
        }))
    }
}

impl From<Visit> for pb::Visit {
    fn from(visit: Visit) -> Self {
        let district = &visit.district;
        let project = |id: String| project::NAME.format(&[district, &id]);
        let task = |id: String| task::NAME.format(&[district, &id]);
        Self {
            name: visit::NAME.format(&[district, &visit.sequence.to_string()]),
            project: visit.project.map(project).unwrap_or_default(),
            task: visit.task.map(task).unwrap_or_default(),
            leader_post: post::NAME.format(&[district, &visit.leader_post]),
            day: Some(date::to_proto(visit.day)),
            kind: visit.kind as i32,
            units: visit.units.iter().map(|id| unit::NAME.format(&[district, id])).collect(),
            decisions: visit.decisions,
            note: visit.note,
            create_time: Some(clock::to_proto(visit.create_time)),
        }
    }
}

/// Visits as given; their numbers and times are told when they are recorded.
fn visits(fields: &mut Fields, given: &[pb::Visit], district: &str) -> Vec<Visit> {
    if !is_bounded(fields, "visits", given.len(), BATCH) {
        return Vec::new();
    }
    let mut visits = Vec::with_capacity(given.len());
    for (row, it) in given.iter().enumerate() {
        let at = |field: &str| format!("visits[{row}].{field}");
        visits.push(Visit {
            district: district.to_owned(),
            sequence: 0,
            project: fields.optional_member(at("project"), &project::NAME, &it.project, district),
            task: fields.optional_member(at("task"), &task::NAME, &it.task, district),
            leader_post: fields.member(at("leader_post"), &post::NAME, &it.leader_post, district),
            day: fields.date(at("day"), &it.day),
            kind: fields.choice(at("kind"), it.kind),
            units: members(fields, at("units"), &unit::NAME, &it.units, district, 0..=50),
            decisions: texts(fields, at("decisions"), &it.decisions, 20),
            note: fields.text(at("note"), &it.note, 0..=500),
            create_time: Timestamp::UNIX_EPOCH,
        });
    }
    visits
}

fn told(subject: String, tally: &Tally, weeks: &[Date]) -> pb::VisitTally {
    let missing = weeks.iter().filter(|week| !tally.weeks.contains(*week));
    pb::VisitTally {
        subject,
        visit_count: tally.visits,
        joint_decision_count: tally.joint_decisions,
        decision_count: tally.decisions,
        week_count: tally.weeks.len() as i32,
        missing_weeks: missing.map(|week| date::to_proto(*week)).collect(),
    }
}
