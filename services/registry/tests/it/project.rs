use kit::testing::Bed;
use proto::registry::v1 as pb;
use proto::registry::v1::{PostKind, ProjectClass, ProjectStage};
use tonic::{Code, Status};

use crate::fixture::{DISTRICT, Registry, batch, date, decimal, fails, ids, name, refused};
use crate::post::post;

pub(crate) fn project(id: &str, class: ProjectClass) -> pb::Project {
    pb::Project {
        name: name("projects", id),
        display_name: "新能源装备产业园".to_owned(),
        class: class as i32,
        lead_unit: name("units", "finance"),
        ..Default::default()
    }
}

impl Registry {
    /// Three departments, of which `finance` leads, and the posts of two leaders.
    pub(crate) async fn with_units(bed: &Bed) -> Self {
        let mut registry = Self::start(bed).await;
        for id in ["finance", "audit", "town"] {
            registry.create_department(id).await;
        }
        let leader = |id| post(id, "finance", PostKind::DistrictLeader);
        registry.batch_posts(vec![leader("leader-1"), leader("leader-2")]).await.unwrap();
        registry
    }

    pub(crate) async fn batch_projects(
        &mut self,
        projects: Vec<pb::Project>,
        reason: &str,
    ) -> Result<(i32, i32, i32), Status> {
        batch!(
            self.projects,
            batch_update_projects,
            BatchUpdateProjectsRequest,
            projects,
            projects,
            reason
        )
    }

    pub(crate) async fn project(&mut self, id: &str) -> pb::Project {
        let request = pb::GetProjectRequest { name: name("projects", id) };
        self.projects.get_project(request).await.unwrap().into_inner()
    }

    pub(crate) async fn revisions_of(&mut self, resource: &str) -> Vec<pb::Revision> {
        let parent = DISTRICT.to_owned();
        let resource = format!("{DISTRICT}/{resource}");
        let request = pb::ListRevisionsRequest { parent, resource, ..Default::default() };
        self.revisions.list_revisions(request).await.unwrap().into_inner().revisions
    }
}

kit::both! {
    // B3: territorial and functional owner; X6: investment; Q3: project leaders, one to two.
    async fn a_project_is_created_with_its_parties(bed: &Bed) {
        let mut registry = Registry::with_units(bed).await;
        let given = pb::Project {
            territorial_owner: name("units", "town"),
            functional_owner: name("units", "audit"),
            leader_posts: vec![name("posts", "leader-1"), name("posts", "leader-2")],
            member_units: vec![name("units", "audit"), name("units", "town")],
            planned_investment: decimal("1300000000.50"),
            start_date: date(2023, 2, 1),
            end_date: date(2024, 12, 31),
            industry_chain: "new-energy".to_owned(),
            ..project("park", ProjectClass::Key)
        };
        let created = registry.batch_projects(vec![given.clone()], "").await.unwrap();
        assert_eq!(created, (1, 0, 0));
        let found = registry.project("park").await;
        assert_eq!(found.stage(), ProjectStage::Planned);
        assert_eq!(found.planned_investment, decimal("1300000000.5"));
        assert_eq!((&found.leader_posts, &found.member_units), (&given.leader_posts, &given.member_units));
        assert_eq!((found.territorial_owner, found.functional_owner), (given.territorial_owner.clone(), given.functional_owner.clone()));
        assert_eq!(registry.batch_projects(vec![given], "").await.unwrap(), (0, 0, 1));
    }

    async fn a_project_with_faults_refuses_the_whole_batch(bed: &Bed) {
        let mut registry = Registry::with_units(bed).await;
        let given = pb::Project {
            leader_posts: vec![name("posts", "leader-1"), name("posts", "leader-1"), name("posts", "none")],
            member_units: vec![name("units", "audit"), name("units", "audit")],
            planned_investment: decimal("-1"),
            ..project("b", ProjectClass::Unspecified)
        };
        let projects = vec![project("a", ProjectClass::Major), given];
        refused(registry.batch_projects(projects, "").await, &[
            ("projects[1].class", "REQUIRED"),
            ("projects[1].leader_posts", "TOO_MANY"),
            ("projects[1].member_units[1]", "DUPLICATE"),
            ("projects[1].planned_investment", "OUT_OF_RANGE"),
        ]);
        let given = pb::Project {
            leader_posts: vec![name("posts", "leader-1"), name("posts", "none")],
            stations: vec![name("stations", "none")],
            ..project("b", ProjectClass::Key)
        };
        let projects = vec![project("a", ProjectClass::Major), given];
        refused(registry.batch_projects(projects, "").await, &[
            ("projects[1].leader_posts[1]", "UNKNOWN_POST"),
            ("projects[1].stations[0]", "UNKNOWN_STATION"),
        ]);
        let request = pb::GetProjectRequest { name: name("projects", "a") };
        fails(registry.projects.get_project(request).await, Code::NotFound, "NOT_FOUND", "projects/a");
    }

    // X1: 145 key and 15 major projects are listed by class, page by page.
    async fn projects_are_listed_by_what_they_are(bed: &Bed) {
        let mut registry = Registry::with_units(bed).await;
        let mut projects: Vec<_> = (0..145).map(|it| project(&format!("key-{it:03}"), ProjectClass::Key)).collect();
        projects.extend((0..15).map(|it| pb::Project {
            lead_unit: name("units", "audit"),
            ..project(&format!("major-{it:02}"), ProjectClass::Major)
        }));
        assert_eq!(registry.batch_projects(projects, "").await.unwrap(), (160, 0, 0));
        let list = pb::ListProjectsRequest { parent: DISTRICT.to_owned(), ..Default::default() };
        let request = pb::ListProjectsRequest { class: ProjectClass::Key as i32, page_size: 100, ..list.clone() };
        assert_eq!(ids!(registry.projects, list_projects, projects, request).len(), 145);
        let request = pb::ListProjectsRequest { lead_unit: name("units", "audit"), ..list.clone() };
        assert_eq!(ids!(registry.projects, list_projects, projects, request).len(), 15);
        let request = pb::ListProjectsRequest { stage: ProjectStage::Started as i32, ..list };
        assert!(ids!(registry.projects, list_projects, projects, request).is_empty());
    }

    // Q5: every adjustment keeps its history, with its reason.
    async fn a_change_of_a_project_overwrites_no_history(bed: &Bed) {
        let mut registry = Registry::with_units(bed).await;
        registry.batch_projects(vec![project("park", ProjectClass::Key)], "").await.unwrap();
        bed.clock().set("2023-05-01T00:00:00Z".parse().unwrap());
        let changed = pb::Project { lead_unit: name("units", "audit"), ..project("park", ProjectClass::Major) };
        assert_eq!(registry.batch_projects(vec![changed], "升格为重大项目").await.unwrap(), (0, 1, 0));

        let revisions = registry.revisions_of("projects/park").await;
        let told: Vec<_> = revisions.iter().map(|it| {
            let change = it.change.as_ref().unwrap();
            let Some(pb::change::Resource::Project(project)) = &change.resource else { panic!("{change:?}") };
            (it.number, it.reason.as_str(), change.kind.rsplit('.').next().unwrap(), project.class())
        }).collect();
        assert_eq!(told, [
            (1, "", "ProjectCreated", ProjectClass::Key),
            (2, "升格为重大项目", "ProjectUpdated", ProjectClass::Major),
        ]);
        let found = registry.project("park").await;
        assert_eq!(found.update_time, revisions[1].change.as_ref().unwrap().change_time);
        assert_ne!(found.update_time, found.create_time);
    }

    async fn a_stale_etag_changes_no_project(bed: &Bed) {
        let mut registry = Registry::with_units(bed).await;
        registry.batch_projects(vec![project("park", ProjectClass::Key)], "").await.unwrap();
        let changed = pb::Project { etag: "\"7\"".to_owned(), ..project("park", ProjectClass::Major) };
        fails(registry.batch_projects(vec![changed], "").await, Code::Aborted, "ETAG_MISMATCH", "projects/park");
        let new = pb::Project { etag: "\"1\"".to_owned(), ..project("other", ProjectClass::Major) };
        fails(registry.batch_projects(vec![new], "").await, Code::Aborted, "ETAG_MISMATCH", "projects/other");
    }
}
