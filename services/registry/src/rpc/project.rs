//! Projects.

use kit::field::Fields;
use kit::page::Page;
use kit::{clock, date, decimal, etag};
use proto::registry::v1 as pb;
use proto::registry::v1::project_service_server::ProjectService;
use tonic::{Request, Response, Status};

use super::definition::told;
use super::{Rpc, members, optional_amount, optional_id};
use crate::project::{Contents, Project, Stage};
use crate::store::project::Filter;
use crate::{district, front, post, project, station, store, unit};

const CREATED: &str = "saima.registry.v1.ProjectCreated";
const UPDATED: &str = "saima.registry.v1.ProjectUpdated";

#[tonic::async_trait]
impl ProjectService for Rpc {
    async fn get_project(
        &self,
        request: Request<pb::GetProjectRequest>,
    ) -> Result<Response<pb::Project>, Status> {
        let name = project::NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let project = store::project::get(&mut tx, &name).await?;
        Ok(Response::new(project.into()))
    }

    async fn list_projects(
        &self,
        request: Request<pb::ListProjectsRequest>,
    ) -> Result<Response<pb::ListProjectsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let filter = Filter {
            class: fields.optional_choice("class", request.class),
            lead_unit: fields.optional_member(
                "lead_unit",
                &unit::NAME,
                &request.lead_unit,
                district,
            ),
            territorial_owner: fields.optional_member(
                "territorial_owner",
                &unit::NAME,
                &request.territorial_owner,
                district,
            ),
            front: fields.optional_member("front", &front::NAME, &request.front, district),
            stage: fields.optional_choice("stage", request.stage),
        };
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[
                &request.parent,
                &request.class,
                &request.lead_unit,
                &request.territorial_owner,
                &request.front,
                &request.stage,
            ],
        )?;

        let mut tx = self.db.begin_read().await?;
        store::district::get(&mut tx, district).await?;
        let mut projects = store::project::list(&mut tx, district, &filter, &page).await?;
        let next_page_token = page.cut(&mut projects, |it| it.id.clone());
        let projects = projects.into_iter().map(pb::Project::from).collect();
        Ok(Response::new(pb::ListProjectsResponse { projects, next_page_token }))
    }

    async fn batch_update_projects(
        &self,
        request: Request<pb::BatchUpdateProjectsRequest>,
    ) -> Result<Response<pb::BatchUpdateProjectsResponse>, Status> {
        Ok(Response::new(self.update(&request.into_inner()).await?))
    }
}

told!(Project, project, shown: true);

impl From<Project> for pb::Project {
    fn from(project: Project) -> Self {
        let name = project.name();
        let Project { district, uid, contents, create_time, update_time, revision, .. } = project;
        Self {
            name,
            uid,
            display_name: contents.display_name,
            class: contents.class as i32,
            lead_unit: unit::NAME.format(&[&district, &contents.lead_unit]),
            territorial_owner: contents
                .territorial_owner
                .map(|id| unit::NAME.format(&[&district, &id]))
                .unwrap_or_default(),
            functional_owner: contents
                .functional_owner
                .map(|id| unit::NAME.format(&[&district, &id]))
                .unwrap_or_default(),
            leader_posts: contents
                .leader_posts
                .iter()
                .map(|id| post::NAME.format(&[&district, id]))
                .collect(),
            head_posts: contents
                .head_posts
                .iter()
                .map(|id| post::NAME.format(&[&district, id]))
                .collect(),
            member_units: contents
                .member_units
                .iter()
                .map(|id| unit::NAME.format(&[&district, id]))
                .collect(),
            steward_posts: contents
                .steward_posts
                .iter()
                .map(|id| post::NAME.format(&[&district, id]))
                .collect(),
            stations: contents
                .stations
                .iter()
                .map(|id| station::NAME.format(&[&district, id]))
                .collect(),
            front: contents
                .front
                .map(|id| front::NAME.format(&[&district, &id]))
                .unwrap_or_default(),
            industry_chain: contents.industry_chain.unwrap_or_default(),
            planned_investment: contents.planned_investment.map(decimal::to_proto),
            start_date: contents.start_date.map(date::to_proto),
            end_date: contents.end_date.map(date::to_proto),
            stage: contents.stage as i32,
            stage_date: contents.stage_date.map(date::to_proto),
            contract_value: contents.contract_value.map(decimal::to_proto),
            investment_done: contents.investment_done.map(decimal::to_proto),
            capital_in_place: contents.capital_in_place.map(decimal::to_proto),
            progress_date: contents.progress_date.map(date::to_proto),
            create_time: Some(clock::to_proto(create_time)),
            update_time: Some(clock::to_proto(update_time)),
            etag: etag::of(revision),
        }
    }
}

fn contents(fields: &mut Fields, at: &str, given: &pb::Project, district: &str) -> Contents {
    Contents {
        display_name: fields.text(format_args!("{at}.display_name"), &given.display_name, 1..=200),
        class: fields.choice(format_args!("{at}.class"), given.class),
        lead_unit: fields.member(
            format_args!("{at}.lead_unit"),
            &unit::NAME,
            &given.lead_unit,
            district,
        ),
        territorial_owner: fields.optional_member(
            format_args!("{at}.territorial_owner"),
            &unit::NAME,
            &given.territorial_owner,
            district,
        ),
        functional_owner: fields.optional_member(
            format_args!("{at}.functional_owner"),
            &unit::NAME,
            &given.functional_owner,
            district,
        ),
        leader_posts: members(
            fields,
            format_args!("{at}.leader_posts"),
            &post::NAME,
            &given.leader_posts,
            district,
            0..=2,
        ),
        head_posts: members(
            fields,
            format_args!("{at}.head_posts"),
            &post::NAME,
            &given.head_posts,
            district,
            0..=2,
        ),
        member_units: members(
            fields,
            format_args!("{at}.member_units"),
            &unit::NAME,
            &given.member_units,
            district,
            0..=50,
        ),
        steward_posts: members(
            fields,
            format_args!("{at}.steward_posts"),
            &post::NAME,
            &given.steward_posts,
            district,
            0..=50,
        ),
        stations: members(
            fields,
            format_args!("{at}.stations"),
            &station::NAME,
            &given.stations,
            district,
            0..=20,
        ),
        front: fields.optional_member(
            format_args!("{at}.front"),
            &front::NAME,
            &given.front,
            district,
        ),
        industry_chain: optional_id(
            fields,
            format_args!("{at}.industry_chain"),
            &given.industry_chain,
        ),
        planned_investment: optional_amount(
            fields,
            format_args!("{at}.planned_investment"),
            &given.planned_investment,
        ),
        start_date: fields.optional_date(format_args!("{at}.start_date"), &given.start_date),
        end_date: fields.optional_date(format_args!("{at}.end_date"), &given.end_date),
        stage: Stage::Planned,
        stage_date: None,
        contract_value: None,
        investment_done: None,
        capital_in_place: None,
        progress_date: None,
    }
}
