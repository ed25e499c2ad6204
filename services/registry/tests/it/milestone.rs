use kit::testing::Bed;
use proto::google::r#type::Date;
use proto::registry::v1 as pb;
use proto::registry::v1::back_schedule_milestones_request::Step;
use proto::registry::v1::report_milestones_request::Report;
use proto::registry::v1::{MilestoneState, ProjectClass};
use tonic::{Code, Status};

use crate::fixture::{DISTRICT, Registry, batch, date, decimal, fails, name, refused};
use crate::project::project;
use crate::task::task;

fn milestone(
    id: &str,
    project: &str,
    start_date: Option<Date>,
    plan_date: Option<Date>,
) -> pb::Milestone {
    pb::Milestone {
        name: name("milestones", id),
        display_name: "主体封顶".to_owned(),
        project: name("projects", project),
        start_date,
        plan_date,
        ..Default::default()
    }
}

fn report(id: &str, forecast_date: Option<Date>, actual_date: Option<Date>) -> Report {
    Report {
        name: name("milestones", id),
        forecast_date,
        actual_date,
        note: "现场会商确定".to_owned(),
    }
}

fn plan(project: &str, deadline: Option<Date>, reason: &str) -> pb::BackScheduleMilestonesRequest {
    let step = |(id, display_name, days): (&str, &str, i32)| Step {
        milestone_id: format!("{project}-{id}"),
        display_name: display_name.to_owned(),
        duration_days: days,
        ..Default::default()
    };
    pb::BackScheduleMilestonesRequest {
        parent: DISTRICT.to_owned(),
        project: name("projects", project),
        deadline,
        steps: [("1", "征地", 60), ("2", "开工", 30), ("3", "封顶", 90)]
            .into_iter()
            .map(step)
            .collect(),
        reason: reason.to_owned(),
        ..Default::default()
    }
}

impl Registry {
    async fn batch_milestones(
        &mut self,
        milestones: Vec<pb::Milestone>,
        reason: &str,
    ) -> Result<(i32, i32, i32), Status> {
        batch!(
            self.milestones,
            batch_update_milestones,
            BatchUpdateMilestonesRequest,
            milestones,
            milestones,
            reason
        )
    }

    async fn report_milestones(&mut self, reports: Vec<Report>) -> Result<(i32, i32), Status> {
        let request = pb::ReportMilestonesRequest {
            parent: DISTRICT.to_owned(),
            reports,
            ..Default::default()
        };
        let reply = self.milestones.report_milestones(request).await?.into_inner();
        Ok((reply.updated_count, reply.unchanged_count))
    }

    /// Id, state and slack of every bar of a chart, page by page.
    async fn chart(
        &mut self,
        filter: pb::ListScheduleRequest,
    ) -> Vec<(String, MilestoneState, i32)> {
        let mut request =
            pb::ListScheduleRequest { parent: DISTRICT.to_owned(), page_size: 2, ..filter };
        let mut bars = Vec::new();
        loop {
            let page = self.milestones.list_schedule(request.clone()).await.unwrap().into_inner();
            bars.extend(page.bars.iter().map(|it| {
                assert!(!it.owner_display_name.is_empty());
                let name = &it.milestone.as_ref().unwrap().name;
                (name.rsplit('/').next().unwrap().to_owned(), it.state(), it.slack_days)
            }));
            if page.next_page_token.is_empty() {
                return bars;
            }
            request.page_token = page.next_page_token;
        }
    }

    async fn with_projects(bed: &Bed) -> Self {
        let mut registry = Self::with_units(bed).await;
        let projects = ["park", "road"].map(|id| project(id, ProjectClass::Key)).to_vec();
        registry.batch_projects(projects, "").await.unwrap();
        registry.batch_tasks(vec![task("reform")], "").await.unwrap();
        bed.clock().set("2022-10-15T00:00:00Z".parse().unwrap());
        registry
    }
}

kit::both! {
    // Q5: back-scheduled from the deadline, without gaps.
    async fn a_plan_is_scheduled_backwards_from_its_deadline(bed: &Bed) {
        let mut registry = Registry::with_projects(bed).await;
        let tried = pb::BackScheduleMilestonesRequest { validate_only: true, ..plan("park", date(2022, 12, 31), "") };
        let tried = registry.milestones.back_schedule_milestones(tried).await.unwrap().into_inner().milestones;
        assert!(registry.chart(pb::ListScheduleRequest::default()).await.is_empty());
        let planned = registry.milestones.back_schedule_milestones(plan("park", date(2022, 12, 31), "")).await;
        let planned = planned.unwrap().into_inner().milestones;
        let days: Vec<_> = planned.iter().map(|it| (it.start_date, it.plan_date)).collect();
        assert_eq!(days, [
            (date(2022, 7, 5), date(2022, 9, 2)),
            (date(2022, 9, 3), date(2022, 10, 2)),
            (date(2022, 10, 3), date(2022, 12, 31)),
        ]);
        assert_eq!(tried.iter().map(|it| it.plan_date).collect::<Vec<_>>(), planned.iter().map(|it| it.plan_date).collect::<Vec<_>>());

        // Another deadline is another plan, for a reason.
        let silent = registry.milestones.back_schedule_milestones(plan("park", date(2022, 12, 20), "")).await;
        fails(silent, Code::FailedPrecondition, "REASON_REQUIRED", "milestones/park-1");
        let moved = registry.milestones.back_schedule_milestones(plan("park", date(2022, 12, 20), "提前竣工")).await;
        assert_eq!(moved.unwrap().into_inner().milestones[2].plan_date, date(2022, 12, 20));
        let told: Vec<_> = registry.revisions_of("milestones/park-3").await.into_iter().map(|it| (it.number, it.reason)).collect();
        assert_eq!(told, [(1, String::new()), (2, "提前竣工".to_owned())]);

        let mut faulty = plan("none", None, "");
        faulty.steps[1].duration_days = 0;
        faulty.steps[2].milestone_id = "none-1".to_owned();
        refused(registry.milestones.back_schedule_milestones(faulty).await, &[
            ("deadline", "REQUIRED"),
            ("steps[2].name", "DUPLICATE"),
            ("steps[1].duration_days", "OUT_OF_RANGE"),
        ]);
        let stray = plan("none", date(2022, 12, 31), "");
        let stray = registry.milestones.back_schedule_milestones(stray).await;
        refused(stray, &[("steps[0].project", "UNKNOWN_PROJECT"), ("steps[1].project", "UNKNOWN_PROJECT"), ("steps[2].project", "UNKNOWN_PROJECT")]);
    }

    // Q5: a chart of many projects: plan, forecast, actual, slack and state on a day.
    async fn a_chart_shows_plan_forecast_actual_and_slack(bed: &Bed) {
        let mut registry = Registry::with_projects(bed).await;
        for project in ["park", "road"] {
            registry.milestones.back_schedule_milestones(plan(project, date(2022, 12, 31), "")).await.unwrap();
        }
        let of_task = pb::Milestone { project: String::new(), task: name("tasks", "reform"), unit: name("units", "audit"), ..milestone("t", "", date(2022, 11, 1), date(2022, 11, 30)) };
        registry.batch_milestones(vec![of_task], "").await.unwrap();
        let reports = vec![
            report("park-1", None, date(2022, 8, 30)),
            report("park-2", None, date(2022, 10, 5)),
            report("park-3", date(2023, 1, 10), None),
            report("road-1", None, date(2022, 9, 2)),
        ];
        assert_eq!(registry.report_milestones(reports.clone()).await.unwrap(), (4, 0));
        assert_eq!(registry.report_milestones(reports).await.unwrap(), (0, 4));

        // Today is 15 October.
        use MilestoneState::*;
        let all = registry.chart(pb::ListScheduleRequest::default()).await;
        let told: Vec<_> = all.iter().map(|(id, state, slack)| (id.as_str(), *state, *slack)).collect();
        assert_eq!(told, [
            ("park-1", Reached, 3),
            ("park-2", ReachedLate, -3),
            ("park-3", AtRisk, -10),
            ("road-1", Reached, 0),
            ("road-2", Overdue, -13),
            ("road-3", UnderWay, 0),
            ("t", NotBegun, 0),
        ]);
        let request = pb::ListScheduleRequest { project: name("projects", "road"), day: date(2022, 12, 1), ..Default::default() };
        let road = registry.chart(request).await;
        assert_eq!(road[1], ("road-2".to_owned(), Overdue, -60));
        let request = pb::ListScheduleRequest { unit: name("units", "audit"), ..Default::default() };
        assert_eq!(registry.chart(request).await.len(), 1);
        let request = pb::ListScheduleRequest { parent: DISTRICT.to_owned(), task: name("tasks", "a"), project: name("projects", "a"), ..Default::default() };
        refused(registry.milestones.list_schedule(request).await, &[("task", "ONE_OWNER")]);
    }

    // Q5: a milestone has its points, 1 unless it is said, and they change for a reason.
    async fn a_milestone_has_points_that_change_for_a_reason(bed: &Bed) {
        let mut registry = Registry::with_projects(bed).await;
        let mut client = registry.milestones.clone();
        let mut points = async |id: &str| {
            let request = pb::GetMilestoneRequest { name: name("milestones", id) };
            client.get_milestone(request).await.unwrap().into_inner().points.unwrap().value
        };
        let worth = |text: &str| pb::Milestone {
            points: decimal(text),
            ..milestone("a", "park", date(2022, 9, 1), date(2022, 9, 30))
        };
        let plain = milestone("b", "park", date(2022, 9, 1), date(2022, 9, 30));
        assert_eq!(registry.batch_milestones(vec![worth("2.5"), plain], "").await.unwrap(), (2, 0, 0));
        assert_eq!((points("a").await, points("b").await), ("2.5".to_owned(), "1".to_owned()));
        assert_eq!(registry.batch_milestones(vec![worth("2.50")], "").await.unwrap(), (0, 0, 1));
        let silent = registry.batch_milestones(vec![worth("3")], "").await;
        fails(silent, Code::FailedPrecondition, "REASON_REQUIRED", "milestones/a");
        assert_eq!(registry.batch_milestones(vec![worth("3")], "加重权重").await.unwrap(), (0, 1, 0));
        // A report leaves them alone; a plan says them by step.
        registry.report_milestones(vec![report("a", None, date(2022, 9, 20))]).await.unwrap();
        assert_eq!(points("a").await, "3");
        let mut backwards = plan("park", date(2022, 12, 31), "");
        backwards.steps[2].points = decimal("40");
        let planned = registry.milestones.back_schedule_milestones(backwards).await.unwrap().into_inner().milestones;
        let told: Vec<_> = planned.into_iter().map(|it| it.points.unwrap().value).collect();
        assert_eq!(told, ["1", "1", "40"]);
        for faulty in ["0", "-1", "1000000.5"] {
            refused(registry.batch_milestones(vec![worth(faulty)], "x").await, &[("milestones[0].points", "OUT_OF_RANGE")]);
        }
    }

    async fn milestones_with_faults_are_refused_whole(bed: &Bed) {
        let mut registry = Registry::with_projects(bed).await;
        let both = pb::Milestone { task: name("tasks", "reform"), ..milestone("a", "park", date(2022, 9, 1), date(2022, 8, 1)) };
        let none = pb::Milestone { project: String::new(), ..milestone("b", "park", date(2022, 9, 1), date(2022, 9, 1)) };
        refused(registry.batch_milestones(vec![both, none], "").await, &[
            ("milestones[0].project", "ONE_OWNER"),
            ("milestones[0].plan_date", "DATE_ORDER"),
            ("milestones[1].project", "ONE_OWNER"),
        ]);
        registry.batch_milestones(vec![milestone("a", "park", date(2022, 9, 1), date(2022, 9, 30))], "").await.unwrap();
        let reports = vec![report("a", None, date(2022, 10, 16)), report("none", None, date(2022, 10, 1))];
        refused(registry.report_milestones(reports).await, &[("reports[0].actual_date", "FUTURE_DATE"), ("reports[1].name", "UNKNOWN_MILESTONE")]);
        let reports = vec![report("a", None, None), report("a", None, date(2022, 10, 1))];
        refused(registry.report_milestones(reports).await, &[("reports[1].name", "DUPLICATE"), ("reports[0].actual_date", "REQUIRED")]);
    }
}
