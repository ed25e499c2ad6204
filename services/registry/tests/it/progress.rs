use kit::testing::Bed;
use proto::google::r#type::Date;
use proto::registry::v1 as pb;
use proto::registry::v1::{ProjectClass, ProjectStage};
use tonic::Status;

use crate::fixture::{DISTRICT, Registry, date, decimal, name, refused, request_id};
use crate::project::project;

pub(crate) fn entry(project: &str, day: Option<Date>, stage: ProjectStage) -> pb::Progress {
    pb::Progress {
        project: name("projects", project),
        day,
        stage: stage as i32,
        ..Default::default()
    }
}

impl Registry {
    pub(crate) async fn record(
        &mut self,
        progress: Vec<pb::Progress>,
    ) -> Result<(i32, i32), Status> {
        let request = pb::BatchCreateProgressRequest {
            parent: DISTRICT.to_owned(),
            progress,
            request_id: request_id(),
            ..Default::default()
        };
        let reply = self.progress.batch_create_progress(request).await?.into_inner();
        Ok((reply.created_count, reply.project_count))
    }

    async fn summary(&mut self, day: Option<Date>) -> pb::ProjectSummary {
        let request = pb::GetProjectSummaryRequest {
            parent: DISTRICT.to_owned(),
            day,
            class: ProjectClass::Key as i32,
            ..Default::default()
        };
        self.progress.get_project_summary(request).await.unwrap().into_inner()
    }

    async fn with_project(bed: &Bed) -> Self {
        let mut registry = Self::with_units(bed).await;
        registry.batch_projects(vec![project("park", ProjectClass::Key)], "").await.unwrap();
        bed.clock().set("2023-06-06T00:00:00Z".parse().unwrap());
        registry
    }
}

kit::both! {
    // X6: 96 of 145 key projects started and 6.13 billion yuan completed by April.
    async fn projects_are_counted_as_they_stood_on_a_day(bed: &Bed) {
        let mut registry = Registry::with_units(bed).await;
        bed.clock().set("2023-06-06T00:00:00Z".parse().unwrap());
        let mut projects: Vec<_> = (0..145).map(|it| project(&format!("key-{it:03}"), ProjectClass::Key)).collect();
        projects.push(project("major", ProjectClass::Major));
        registry.batch_projects(projects, "").await.unwrap();
        let started = |it: i32| pb::Progress {
            investment_done: decimal(if it == 0 { "135000000.01" } else { "63105263.05" }),
            ..entry(&format!("key-{it:03}"), date(2023, 4, 3), ProjectStage::Started)
        };
        let mut entries: Vec<_> = (0..96).map(started).collect();
        entries.push(entry("major", date(2023, 4, 3), ProjectStage::Started));
        entries.push(entry("key-140", date(2023, 5, 1), ProjectStage::Started));
        assert_eq!(registry.record(entries).await.unwrap(), (98, 98));

        let april = registry.summary(date(2023, 4, 5)).await;
        assert_eq!((april.project_count, april.started_count), (145, 96));
        assert_eq!(april.investment_done, decimal("6129999989.76"));
        let stages: Vec<_> = april.stages.iter().map(|it| (it.stage(), it.count)).collect();
        assert_eq!(stages, [(ProjectStage::Planned, 49), (ProjectStage::Started, 96)]);
        assert_eq!(registry.summary(date(2023, 4, 2)).await.started_count, 0);
        assert_eq!(registry.summary(None).await.started_count, 97);
        assert_eq!(registry.project("key-140").await.stage_date, date(2023, 5, 1));
    }

    // X6: signed, in talks, contract value, capital in place; figures over time.
    async fn entries_hold_by_their_day_whatever_comes_first(bed: &Bed) {
        let mut registry = Registry::with_project(bed).await;
        let signed = pb::Progress { contract_value: decimal("1238000000"), ..entry("park", date(2023, 3, 10), ProjectStage::Signed) };
        let talks = entry("park", date(2023, 2, 1), ProjectStage::InTalks);
        let capital = |day, value| pb::Progress { capital_in_place: decimal(value), ..entry("park", day, ProjectStage::Unspecified) };
        registry.record(vec![signed, capital(date(2023, 4, 1), "50")]).await.unwrap();
        // Told late, and about a day long past: what holds now stays.
        registry.record(vec![talks, capital(date(2023, 3, 20), "40")]).await.unwrap();
        let found = registry.project("park").await;
        assert_eq!((found.stage(), found.stage_date), (ProjectStage::Signed, date(2023, 3, 10)));
        assert_eq!((found.contract_value, found.capital_in_place), (decimal("1238000000"), decimal("50")));
        assert_eq!(found.progress_date, date(2023, 4, 1));
        assert_eq!(registry.summary(date(2023, 3, 25)).await.capital_in_place, decimal("40"));

        let request = pb::ListProgressRequest { parent: name("projects", "park"), page_size: 3, ..Default::default() };
        let page = registry.progress.list_progress(request.clone()).await.unwrap().into_inner();
        let rest = pb::ListProgressRequest { page_token: page.next_page_token.clone(), ..request };
        let rest = registry.progress.list_progress(rest).await.unwrap().into_inner();
        assert_eq!((page.progress.len(), rest.progress.len()), (3, 1));
        assert_eq!(rest.progress[0].name, name("projects", "park/progress/4"));
        let all = pb::ListProgressRequest { parent: name("projects", "-"), ..Default::default() };
        assert_eq!(registry.progress.list_progress(all).await.unwrap().into_inner().progress.len(), 4);
    }

    // Q5: a project falls back only with a word about why.
    async fn an_entry_with_faults_refuses_the_whole_batch(bed: &Bed) {
        let mut registry = Registry::with_project(bed).await;
        let built = pb::Progress { investment_done: decimal("100"), ..entry("park", date(2023, 3, 1), ProjectStage::UnderConstruction) };
        registry.record(vec![built]).await.unwrap();
        let less = pb::Progress { investment_done: decimal("99.9"), ..entry("park", date(2023, 4, 1), ProjectStage::Unspecified) };
        let entries = vec![
            entry("park", date(2023, 4, 1), ProjectStage::Signed),
            less.clone(),
            entry("none", date(2023, 4, 1), ProjectStage::Signed),
            entry("park", date(2023, 6, 7), ProjectStage::Completed),
        ];
        refused(registry.record(entries).await, &[
            ("progress[2].project", "UNKNOWN_PROJECT"),
            ("progress[0].note", "REASON_REQUIRED"),
            ("progress[1].note", "REASON_REQUIRED"),
            ("progress[3].day", "FUTURE_DATE"),
        ]);
        let empty = entry("park", date(2023, 4, 1), ProjectStage::Unspecified);
        refused(registry.record(vec![empty]).await, &[("progress[0].stage", "REQUIRED")]);
        let explained = pb::Progress { note: "审计核减".to_owned(), ..less };
        let suspended = entry("park", date(2023, 5, 1), ProjectStage::Suspended);
        assert_eq!(registry.record(vec![explained, suspended]).await.unwrap(), (2, 1));
        let found = registry.project("park").await;
        assert_eq!((found.stage(), found.investment_done), (ProjectStage::Suspended, decimal("99.9")));
        let kinds: Vec<_> = registry.revisions_of("projects/park").await.into_iter().map(|it| it.change.unwrap().kind).collect();
        assert_eq!(kinds.len(), 3);
        assert!(kinds[2].ends_with(".ProjectProgressed"), "{kinds:?}");
    }
}
