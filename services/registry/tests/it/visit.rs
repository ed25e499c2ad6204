use kit::testing::Bed;
use proto::google::r#type::Date;
use proto::registry::v1 as pb;
use proto::registry::v1::{ProjectClass, VisitKind};
use tonic::Status;

use crate::fixture::{DISTRICT, Registry, date, ids, name, refused};
use crate::project::project;
use crate::task::task;

pub(crate) fn visit(project: &str, leader: &str, day: Option<Date>) -> pb::Visit {
    pb::Visit {
        project: name("projects", project),
        leader_post: name("posts", leader),
        day,
        kind: VisitKind::Site as i32,
        ..Default::default()
    }
}

impl Registry {
    pub(crate) async fn visit(&mut self, visits: Vec<pb::Visit>) -> Result<Vec<pb::Visit>, Status> {
        let request = pb::BatchCreateVisitsRequest {
            parent: DISTRICT.to_owned(),
            visits,
            ..Default::default()
        };
        self.visits.batch_create_visits(request).await.map(|it| it.into_inner().visits)
    }

    async fn with_leaders(bed: &Bed) -> Self {
        let mut registry = Self::with_units(bed).await;
        let led = |id: &str, leader: &str| pb::Project {
            leader_posts: vec![name("posts", leader)],
            ..project(id, ProjectClass::Key)
        };
        let projects = vec![
            led("park", "leader-1"),
            led("road", "leader-2"),
            project("pond", ProjectClass::Other),
        ];
        registry.batch_projects(projects, "").await.unwrap();
        registry
            .batch_tasks(
                vec![pb::Task { leader_posts: vec![name("posts", "leader-1")], ..task("reform") }],
                "",
            )
            .await
            .unwrap();
        bed.clock().set("2022-10-15T00:00:00Z".parse().unwrap());
        registry
    }
}

/// Last segment, visits, joint decisions, weeks, and days of the missing Mondays.
fn told(tallies: &[pb::VisitTally]) -> Vec<(&str, i32, i32, i32, Vec<i32>)> {
    let line = |it: &'_ pb::VisitTally| it.missing_weeks.iter().map(|week| week.day).collect();
    tallies
        .iter()
        .map(|it| {
            (
                it.subject.rsplit('/').next().unwrap(),
                it.visit_count,
                it.joint_decision_count,
                it.week_count,
                line(it),
            )
        })
        .collect()
}

kit::both! {
    // Q8: weekly visits by the project leader and joint decisions, recorded and counted.
    async fn visits_are_counted_and_missing_weeks_named(bed: &Bed) {
        let mut registry = Registry::with_leaders(bed).await;
        let joint = pb::Visit {
            kind: VisitKind::JointDecision as i32,
            units: vec![name("units", "finance"), name("units", "town")],
            decisions: vec!["月底前完成征地".to_owned(), "调剂用地指标".to_owned()],
            ..visit("park", "leader-1", date(2022, 9, 12))
        };
        let visits = vec![
            visit("park", "leader-1", date(2022, 9, 6)),
            visit("park", "leader-2", date(2022, 9, 9)),
            joint.clone(),
            visit("pond", "leader-1", date(2022, 9, 20)),
            visit("park", "leader-1", date(2022, 10, 3)),
        ];
        let recorded = registry.visit(visits).await.unwrap();
        assert_eq!(recorded[2].name, name("visits", "3"));
        assert_eq!((&recorded[2].units, &recorded[2].decisions), (&joint.units, &joint.decisions));

        let request = pb::ListVisitTalliesRequest {
            parent: DISTRICT.to_owned(),
            start_date: date(2022, 9, 5),
            end_date: date(2022, 9, 25),
        };
        let tallies = registry.visits.list_visit_tallies(request).await.unwrap().into_inner();
        assert_eq!(told(&tallies.owners), [
            ("park", 3, 1, 2, vec![19]),
            ("pond", 1, 0, 1, vec![5, 12]),
            ("road", 0, 0, 0, vec![5, 12, 19]),
            ("reform", 0, 0, 0, vec![5, 12, 19]),
        ]);
        assert_eq!(told(&tallies.leaders), [("leader-1", 3, 1, 3, vec![]), ("leader-2", 1, 0, 1, vec![12, 19])]);
        assert_eq!(tallies.owners[0].decision_count, 2);

        let request = pb::ListVisitsRequest { parent: DISTRICT.to_owned(), leader_post: name("posts", "leader-1"), page_size: 3, ..Default::default() };
        assert_eq!(ids!(registry.visits, list_visits, visits, request), ["1", "3", "4", "5"]);
    }

    async fn a_visit_with_faults_refuses_the_whole_batch(bed: &Bed) {
        let mut registry = Registry::with_leaders(bed).await;
        let both = pb::Visit { task: name("tasks", "reform"), ..visit("park", "none", date(2022, 10, 16)) };
        let silent = pb::Visit { kind: VisitKind::JointDecision as i32, ..visit("none", "leader-1", date(2022, 9, 12)) };
        refused(registry.visit(vec![visit("park", "leader-1", date(2022, 9, 6)), both, silent]).await, &[
            ("visits[1].leader_post", "UNKNOWN_POST"),
            ("visits[1].project", "ONE_OWNER"),
            ("visits[1].day", "FUTURE_DATE"),
            ("visits[2].project", "UNKNOWN_PROJECT"),
            ("visits[2].decisions", "REQUIRED"),
        ]);
        let request = pb::ListVisitsRequest { parent: DISTRICT.to_owned(), ..Default::default() };
        assert!(ids!(registry.visits, list_visits, visits, request).is_empty());
    }
}
