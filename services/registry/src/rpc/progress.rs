//! Progress.

use std::collections::BTreeSet;

use jiff::Timestamp;
use kit::field::Fields;
use kit::page::Page;
use kit::request_id::Once;
use kit::{Error, clock, date, decimal, guard};
use proto::registry::v1 as pb;
use proto::registry::v1::change::Resource;
use proto::registry::v1::progress_service_server::ProgressService;
use tonic::{Request, Response, Status};

use super::{BATCH, Rpc, is_bounded, optional_amount};
use crate::definition::{Collection, Reference};
use crate::progress::{self, Entry, Figures, Standing, Summary};
use crate::rpc::revision;
use crate::store::project::Filter;
use crate::{district, front, project, store, unit};

const PROGRESSED: &str = "saima.registry.v1.ProjectProgressed";

/// The project segment that stands for every project.
const EVERY_PROJECT: &str = "/projects/-";

#[tonic::async_trait]
impl ProgressService for Rpc {
    async fn batch_create_progress(
        &self,
        request: Request<pb::BatchCreateProgressRequest>,
    ) -> Result<Response<pb::BatchCreateProgressResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let mut entries = entries(&mut fields, &request.progress, district);
        fields.check()?;
        let once = Once::new(district, "BatchCreateProgress", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let locked = store::district::lock(&mut tx, district).await?;
        let today = tx.now().to_zoned(locked.zone()?).date();
        let last = store::progress::last(&mut tx, district).await?;
        for (entry, sequence) in entries.iter_mut().zip(last + 1..) {
            (entry.sequence, entry.create_time) = (sequence, tx.now());
        }
        let ids: BTreeSet<&str> = entries.iter().map(|it| it.project.as_str()).collect();
        let known = store::definition::known(&mut tx, district, [Collection::Project]).await?;
        let mut before = store::progress::of(&mut tx, district, &ids).await?;
        let mut fields = Fields::default();
        for (row, entry) in entries.iter().enumerate() {
            let project = Reference::new("project", Collection::Project, &entry.project);
            known.check(&mut fields, &format!("progress[{row}]"), &[project]);
        }
        progress::check(&mut fields, &before, &entries, today);
        fields.check()?;

        let ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
        before.extend(entries.iter().cloned());
        let all = progress::by_project(before);
        let mut moved = Vec::new();
        for mut project in store::project::of(&mut tx, district, &ids).await? {
            guard::for_unit(district, &project.contents.lead_unit)?;
            let mut contents = project.contents.clone();
            contents.stand(Standing::by(all[&project.id].iter(), today));
            if contents != project.contents {
                project.replace(contents, tx.now());
                moved.push(project);
            }
        }
        let reply = pb::BatchCreateProgressResponse {
            created_count: entries.len() as i32,
            project_count: moved.len() as i32,
        };
        if request.validate_only {
            return Ok(Response::new(reply));
        }
        store::progress::insert(&mut tx, &entries).await?;
        store::project::save(&mut tx, &moved).await?;
        let told = moved.into_iter().map(|it| (PROGRESSED, it));
        revision::append(&mut tx, district, "", told, Resource::Project).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn list_progress(
        &self,
        request: Request<pb::ListProgressRequest>,
    ) -> Result<Response<pb::ListProgressResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = match request.parent.strip_suffix(EVERY_PROJECT) {
            Some(district) => fields.name("parent", &district::NAME, district),
            None => fields.name("parent", &project::NAME, &request.parent),
        };
        fields.check()?;
        let (district, project) = (parent.id("district"), parent.id("project"));
        let page = Page::parse(request.page_size, &request.page_token, &[&request.parent])?;

        let mut tx = self.db.begin_read().await?;
        let project = Some(project).filter(|it| !it.is_empty());
        match project {
            Some(_) => drop(store::project::get(&mut tx, &parent).await?),
            None => drop(store::district::get(&mut tx, district).await?),
        }
        let mut entries = store::progress::list(&mut tx, district, project, &page).await?;
        let next_page_token = page.cut(&mut entries, |it| it.sequence.to_string());
        let progress = entries.into_iter().map(pb::Progress::from).collect();
        Ok(Response::new(pb::ListProgressResponse { progress, next_page_token }))
    }

    async fn get_project_summary(
        &self,
        request: Request<pb::GetProjectSummaryRequest>,
    ) -> Result<Response<pb::ProjectSummary>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let day = fields.optional_date("day", &request.day);
        let filter = Filter {
            class: fields.optional_choice("class", request.class),
            lead_unit: fields.optional_member(
                "lead_unit",
                &unit::NAME,
                &request.lead_unit,
                district,
            ),
            territorial_owner: None,
            front: fields.optional_member("front", &front::NAME, &request.front, district),
            stage: None,
        };
        fields.check()?;

        let mut tx = self.db.begin_read().await?;
        let found = store::district::get(&mut tx, district).await?;
        let day = day.unwrap_or(tx.now().to_zoned(found.zone()?).date());
        let entries = progress::by_project(store::progress::until(&mut tx, district, day).await?);
        let projects = store::project::matching(&mut tx, district, &filter).await?;
        let standing = |id: &String| Standing::by(entries.get(id).into_iter().flatten(), day);
        let summary = progress::sum(projects.iter().map(|it| (&it.contents, standing(&it.id))));
        let summary = summary.ok_or_else(|| Error::OutOfRange {
            reason: "SUM_TOO_LARGE",
            message: "the sums have more digits than a decimal holds".to_owned(),
        })?;
        Ok(Response::new(summary_to_proto(summary, day)))
    }
}

impl From<Entry> for pb::Progress {
    fn from(entry: Entry) -> Self {
        let Entry { district, sequence, project, day, stage, figures, note, create_time } = entry;
        Self {
            name: progress::NAME.format(&[&district, &project, &sequence.to_string()]),
            project: project::NAME.format(&[&district, &project]),
            day: Some(date::to_proto(day)),
            stage: stage.map_or(0, |it| it as i32),
            contract_value: figures.contract_value.map(decimal::to_proto),
            investment_done: figures.investment_done.map(decimal::to_proto),
            capital_in_place: figures.capital_in_place.map(decimal::to_proto),
            note,
            create_time: Some(clock::to_proto(create_time)),
        }
    }
}

/// Entries as given; their numbers and times are told when they are recorded.
fn entries(fields: &mut Fields, given: &[pb::Progress], district: &str) -> Vec<Entry> {
    if !is_bounded(fields, "progress", given.len(), BATCH) {
        return Vec::new();
    }
    let mut entries = Vec::with_capacity(given.len());
    for (row, it) in given.iter().enumerate() {
        let at = format!("progress[{row}]");
        let figures = Figures {
            contract_value: optional_amount(
                fields,
                format_args!("{at}.contract_value"),
                &it.contract_value,
            ),
            investment_done: optional_amount(
                fields,
                format_args!("{at}.investment_done"),
                &it.investment_done,
            ),
            capital_in_place: optional_amount(
                fields,
                format_args!("{at}.capital_in_place"),
                &it.capital_in_place,
            ),
        };
        let stage = fields.optional_choice(format_args!("{at}.stage"), it.stage);
        let figure = [&it.contract_value, &it.investment_done, &it.capital_in_place];
        if it.stage == 0 && figure.iter().all(|it| it.is_none()) {
            let message = "must say a stage or a figure";
            fields.violation(format_args!("{at}.stage"), "REQUIRED", message);
        }
        entries.push(Entry {
            district: district.to_owned(),
            sequence: 0,
            project: fields.member(
                format_args!("{at}.project"),
                &project::NAME,
                &it.project,
                district,
            ),
            day: fields.date(format_args!("{at}.day"), &it.day),
            stage,
            figures,
            note: fields.text(format_args!("{at}.note"), &it.note, 0..=500),
            create_time: Timestamp::UNIX_EPOCH,
        });
    }
    entries
}

fn summary_to_proto(summary: Summary, day: jiff::civil::Date) -> pb::ProjectSummary {
    let amount = |it: Option<_>| Some(decimal::to_proto(it.unwrap_or_default()));
    let stages = summary.stages.into_iter();
    pb::ProjectSummary {
        day: Some(date::to_proto(day)),
        project_count: summary.projects,
        started_count: summary.started,
        stages: stages
            .map(|(stage, count)| pb::project_summary::StageCount { stage, count })
            .collect(),
        planned_investment: amount(Some(summary.planned_investment)),
        contract_value: amount(summary.figures.contract_value),
        investment_done: amount(summary.figures.investment_done),
        capital_in_place: amount(summary.figures.capital_in_place),
    }
}
