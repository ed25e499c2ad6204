//! What is scored may be a project or a leading post, all the way from the definitions to the
//! board.

use kit::testing::Bed;
use proto::google::r#type::Date;
use proto::registry::v1 as registry;
use proto::registry::v1::indicator_service_client::IndicatorServiceClient;
use proto::registry::v1::leaf::Method;
use proto::registry::v1::milestone_service_client::MilestoneServiceClient;
use proto::scoring::v1 as pb;

use crate::district::{self, DISTRICT, decimal, leaf, name, unit};
use crate::fixture::{MONTHS, Scoring, refused, text, value};

pub(crate) fn project(id: &str) -> String {
    name("projects", id)
}

pub(crate) fn post(id: &str) -> String {
    name("posts", id)
}

/// Two key projects and a major one led by works, and the heads of finance and works.
pub(crate) async fn define(scoring: &Scoring) {
    let channel = || scoring.served.channel();
    let project = |id: &str, display_name: &str, class: registry::ProjectClass| registry::Project {
        name: project(id),
        display_name: display_name.to_owned(),
        class: class.into(),
        lead_unit: unit("works"),
        ..Default::default()
    };
    let request = registry::BatchUpdateProjectsRequest {
        parent: DISTRICT.to_owned(),
        projects: vec![
            project("ring", "环城路", registry::ProjectClass::Key),
            project("park", "产业园", registry::ProjectClass::Key),
            project("dam", "水库", registry::ProjectClass::Major),
        ],
        ..Default::default()
    };
    let mut projects = registry::project_service_client::ProjectServiceClient::new(channel());
    projects.batch_update_projects(request).await.unwrap();
    let post = |id: &str, display_name: &str, at: &str, kind: registry::PostKind| registry::Post {
        name: post(id),
        display_name: display_name.to_owned(),
        unit: unit(at),
        kind: kind.into(),
        ..Default::default()
    };
    let request = registry::BatchUpdatePostsRequest {
        parent: DISTRICT.to_owned(),
        posts: vec![
            post("finance", "财政局局长", "finance", registry::PostKind::Head),
            post("works", "住建局局长", "works", registry::PostKind::Head),
            post("deputy", "住建局副局长", "works", registry::PostKind::Deputy),
        ],
        ..Default::default()
    };
    let mut posts = registry::post_service_client::PostServiceClient::new(channel());
    posts.batch_update_posts(request).await.unwrap();
    let target = |subject: String, value: &str| registry::Target {
        name: format!("{subject}/targets/investment.2023Q1"),
        value: decimal(value),
        ..Default::default()
    };
    let request = registry::BatchUpdateTargetsRequest {
        parent: DISTRICT.to_owned(),
        targets: vec![
            target(name("projects", "ring"), "200"),
            target(name("projects", "park"), "100"),
        ],
        ..Default::default()
    };
    let mut targets = registry::target_service_client::TargetServiceClient::new(channel());
    targets.batch_update_targets(request).await.unwrap();
    district::create_scheme(channel(), "special-2023", scheme()).await;
}

fn scheme() -> registry::Scheme {
    let track = |id: &str, display_name: &str, members, leaf| registry::Track {
        track_id: id.to_owned(),
        display_name: display_name.to_owned(),
        members: Some(members),
        root: Some(leaf),
        ..Default::default()
    };
    let projects = registry::Members {
        project_classes: vec![registry::ProjectClass::Key.into()],
        ..Default::default()
    };
    let heads = registry::Members {
        post_kinds: vec![registry::PostKind::Head.into()],
        post_categories: vec!["economic".to_owned()],
        ..Default::default()
    };
    let fixed = registry::bounds::Fixed { low: decimal("0"), high: decimal("100") };
    let hundred = registry::MinMax {
        bounds: Some(registry::Bounds { source: Some(registry::bounds::Source::Fixed(fixed)) }),
        unclamped: false,
    };
    let completion = Method::Completion(registry::Completion::default());
    registry::Scheme {
        display_name: "重点项目与一把手考核".to_owned(),
        series: "special".to_owned(),
        tracks: vec![
            track("projects", "重点项目", projects, leaf("investment", "100", completion)),
            track("heads", "一把手", heads, leaf("survey", "100", Method::MinMax(hundred))),
        ],
        ..district::scheme()
    }
}

/// A scheme that scores key projects by their milestones (Q5): four fifths within ten days; those
/// that were missed before go on, if so wished.
async fn by_milestones(scoring: &Scoring, frequency: registry::Frequency, carry_overdue: bool) {
    let channel = || scoring.served.channel();
    let indicator = registry::Indicator {
        display_name: "节点完成".to_owned(),
        kind: registry::IndicatorKind::Common.into(),
        unit_of_measure: "个".to_owned(),
        direction: registry::Direction::HigherIsBetter.into(),
        frequency: frequency.into(),
        accumulation: registry::Accumulation::Latest.into(),
        evaluating_unit: unit("office"),
        ..Default::default()
    };
    let request = registry::CreateIndicatorRequest {
        parent: DISTRICT.to_owned(),
        indicator_id: "nodes".to_owned(),
        indicator: Some(indicator),
        ..Default::default()
    };
    let mut indicators = IndicatorServiceClient::new(channel());
    indicators.create_indicator(request).await.unwrap();
    let late = registry::milestone_points::Lateness { within_days: 10, credit: decimal("80") };
    let points =
        registry::MilestonePoints { late: vec![late], carry_overdue, ..Default::default() };
    let mut scheme = scheme();
    scheme.series = "nodes".to_owned();
    scheme.tracks.truncate(1);
    scheme.tracks[0].root = Some(leaf("nodes", "100", Method::Milestones(points)));
    district::create_scheme(channel(), "nodes-2023", scheme).await;
}

pub(crate) fn day(text: &str) -> Option<Date> {
    let mut parts = text.split('-').map(|part| part.parse::<i32>().unwrap());
    let mut next = || parts.next().unwrap();
    Some(Date { year: next(), month: next(), day: next() })
}

fn report(subject: &str, indicator: &str, period: &str, text: &str) -> pb::Observation {
    pb::Observation { unit: subject.to_owned(), ..value("", indicator, period, text) }
}

/// A milestone of a project that began before the year.
fn planned(id: &str, project_id: &str, plan: &str) -> registry::Milestone {
    registry::Milestone {
        name: name("milestones", id),
        display_name: id.to_owned(),
        project: project(project_id),
        start_date: day("2022-12-01"),
        plan_date: day(plan),
        ..Default::default()
    }
}

kit::both! {
    // Q5: the milestones planned for a period are scored as they stood on its last day.
    async fn projects_are_scored_by_their_milestones(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        define(&scoring).await;
        by_milestones(&scoring, registry::Frequency::Quarterly, false).await;
        let mut client = MilestoneServiceClient::new(scoring.served.channel());
        let request = registry::BatchUpdateMilestonesRequest {
            parent: DISTRICT.to_owned(),
            milestones: vec![
                planned("ring-permit", "ring", "2023-02-01"),
                registry::Milestone {
                    points: decimal("3"),
                    ..planned("ring-bridge", "ring", "2023-03-01")
                },
                planned("ring-open", "ring", "2023-04-15"),
                planned("park-permit", "park", "2023-03-20"),
            ],
            ..Default::default()
        };
        client.batch_update_milestones(request).await.unwrap();
        let provisional = scoring.run_of("nodes-2023", "2023Q1", "").await;
        assert!(provisional.is_err(), "the period is open");
        let reached = |id: &str, actual: &str| registry::report_milestones_request::Report {
            name: name("milestones", id),
            actual_date: day(actual),
            ..Default::default()
        };
        let request = registry::ReportMilestonesRequest {
            parent: DISTRICT.to_owned(),
            reports: vec![
                reached("ring-permit", "2023-02-01"),
                reached("ring-bridge", "2023-03-06"),
                // After the quarter's last day: not reached for this quarter.
                reached("park-permit", "2023-04-01"),
            ],
            ..Default::default()
        };
        client.report_milestones(request).await.unwrap();
        for period in MONTHS.iter().chain(&["2023Q1"]) {
            scoring.close(period).await.unwrap();
        }
        let run = scoring.run_of("nodes-2023", "2023Q1", "").await.unwrap();
        // One in time and one of three points five days late, of two that were due: (1 + 3·0.8)/4;
        // none of one.
        assert_eq!(scoring.scores(&run.name).await, ["环城路 85", "产业园 0"]);
        let explained = scoring.explain(&run.name, "projects.ring").await.explanation.unwrap();
        let inputs: Vec<_> = explained.inputs.iter().map(|it| (&*it.symbol, text(&it.value))).collect();
        assert!(inputs.contains(&("late2", "5")) && inputs.contains(&("p2", "3")), "{inputs:?}");
    }

    // Q5: scored each month, a milestone that was missed goes on until it is reached, and has the
    // credit of its lateness in the month in which it is.
    async fn a_milestone_that_was_missed_goes_on_until_it_is_reached(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        define(&scoring).await;
        by_milestones(&scoring, registry::Frequency::Monthly, true).await;
        let mut client = MilestoneServiceClient::new(scoring.served.channel());
        let request = registry::BatchUpdateMilestonesRequest {
            parent: DISTRICT.to_owned(),
            milestones: vec![
                // Of the year before, and so of no month of this one.
                planned("ring-plan", "ring", "2022-12-20"),
                planned("ring-permit", "ring", "2023-02-25"),
                planned("ring-bridge", "ring", "2023-03-10"),
                planned("park-permit", "park", "2023-01-20"),
                planned("park-road", "park", "2023-02-10"),
            ],
            ..Default::default()
        };
        client.batch_update_milestones(request).await.unwrap();
        let reached = |id: &str, actual: &str| registry::report_milestones_request::Report {
            name: name("milestones", id),
            actual_date: day(actual),
            ..Default::default()
        };
        let request = registry::ReportMilestonesRequest {
            parent: DISTRICT.to_owned(),
            reports: vec![
                reached("ring-permit", "2023-03-03"),
                reached("ring-bridge", "2023-03-09"),
                reached("park-permit", "2023-02-20"),
                reached("park-road", "2023-02-10"),
            ],
            ..Default::default()
        };
        client.report_milestones(request).await.unwrap();
        let mut scores = Vec::new();
        for month in MONTHS {
            scoring.close(month).await.unwrap();
            let run = scoring.run_of("nodes-2023", month, "").await.unwrap();
            let mut found = scoring.scores(&run.name).await;
            found.sort();
            scores.push(found.join(" "));
        }
        assert_eq!(scores, [
            // The park missed its permit; the ring has nothing planned, which is missing here.
            "产业园 0 环城路 0",
            // The permit came a month late, beyond the ten days that count; the road in time.
            "产业园 50 环城路 0",
            // The ring's permit came six days late: (0.8 + 1)/2. The park has nothing planned any more.
            "产业园 0 环城路 90",
        ]);
    }

    // B6, Q6, S1: projects and heads' posts run on tracks of their own.
    async fn projects_and_posts_are_scored_as_units_are(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        define(&scoring).await;
        let mut rows = Vec::new();
        for (month, ring, park) in [(MONTHS[0], "40", "50"), (MONTHS[1], "90", "80"), (MONTHS[2], "150", "120")] {
            rows.push(report(&project("ring"), "investment", month, ring));
            rows.push(report(&project("park"), "investment", month, park));
        }
        rows.push(report(&post("works"), "survey", "2023Q1", "88"));
        scoring.store(rows).await;
        let single = scoring.report(report(&post("finance"), "survey", "2023Q1", "92")).await.unwrap();
        assert_eq!(single.unit, post("finance"));
        let deputy = scoring.report(report(&post("deputy"), "survey", "2023Q1", "1")).await;
        refused(deputy, &[("observation.unit", "UNKNOWN_UNIT")]);
        let dam = scoring.report(report(&project("dam"), "investment", "2023-01", "1")).await;
        refused(dam, &[("observation.unit", "UNKNOWN_UNIT")]);
        let list = pb::ListObservationsRequest {
            parent: DISTRICT.to_owned(),
            unit: project("ring"),
            ..Default::default()
        };
        let reply = scoring.observations.list_observations(list).await.unwrap().into_inner();
        assert_eq!(reply.observations.len(), 3);
        assert!(reply.observations.iter().all(|it| it.unit == project("ring")));
        let open = scoring.open_cells("2023-01", "office").await;
        assert!(open.iter().any(|it| it.unit == project("park") && it.gap() == pb::CellGap::Unverified));

        for period in MONTHS.iter().chain(&["2023Q1"]) {
            scoring.verify_all(period).await;
            scoring.close(period).await.unwrap();
        }
        let request = pb::CreateRunRequest {
            parent: DISTRICT.to_owned(),
            run: Some(pb::Run {
                scheme: name("schemes", "special-2023"),
                period: name("periods", "2023Q1"),
                ..Default::default()
            }),
            request_id: String::new(),
        };
        let run = scoring.runs.create_run(request).await.unwrap().into_inner();
        let results = scoring.results(&run.name).await;
        let lines: Vec<_> = results.iter()
            .map(|it| format!("{} {} {} #{} {}", it.track_id, it.unit_display_name, text(&it.score), text(&it.rank), it.unit))
            .collect();
        assert_eq!(lines, [
            format!("projects 产业园 100 #1 {}", project("park")),
            format!("projects 环城路 75 #2 {}", project("ring")),
            format!("heads 财政局局长 92 #1 {}", post("finance")),
            format!("heads 住建局局长 88 #2 {}", post("works")),
        ]);
        assert_eq!(results[1].name, format!("{}/results/projects.ring", run.name));
        let responsible: Vec<_> = results.iter().map(|it| it.responsible_unit.clone()).collect();
        assert_eq!(responsible, [unit("works"), unit("works"), unit("finance"), unit("works")]);
        let get = pb::GetResultRequest { name: results[1].name.clone() };
        assert_eq!(scoring.runs.get_result(get).await.unwrap().into_inner(), results[1]);
        let explained = scoring.explain(&run.name, "posts.works").await;
        assert_eq!(explained.observations.len(), 1);
        scoring.publish(&run.name).await.unwrap();
        let request = pb::GetBoardRequest { name: name("boards", "special-2023.2023Q1") };
        let board = scoring.boards.get_board(request).await.unwrap().into_inner();
        assert_eq!(board.tracks[0].entries[0].unit, project("park"));

        // The unit that leads a project objects for it.
        let objection = |filing: &str| pb::CreateObjectionRequest {
            parent: DISTRICT.to_owned(),
            objection: Some(pb::Objection {
                result: results[1].name.clone(),
                filing_unit: unit(filing),
                ground: "进度".to_owned(),
                ..Default::default()
            }),
            request_id: String::new(),
        };
        let outcome = scoring.objections.create_objection(objection("finance")).await;
        refused(outcome, &[("objection.filing_unit", "NOT_THE_SUBJECT")]);
        let filed = scoring.objections.create_objection(objection("works")).await.unwrap().into_inner();
        assert_eq!(filed.unit, project("ring"));
    }

    // H5: a project behind schedule is warned as a unit is.
    async fn a_project_behind_schedule_is_warned_of(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        define(&scoring).await;
        let mut behind = scheme();
        behind.tracks[0].warnings = Some(registry::WarningRules { behind_schedule: decimal("10"), lowest_ranks: 0 });
        behind.series = "behind".to_owned();
        district::create_scheme(scoring.served.channel(), "behind-2023", behind).await;
        scoring.store(vec![report(&project("ring"), "investment", "2023-01", "31")]).await;
        scoring.verify_all("2023-01").await;
        scoring.close("2023-01").await.unwrap();
        let warnings = scoring.all_warnings().await;
        let ring: Vec<_> = warnings.iter().filter(|it| it.unit == project("ring")).collect();
        assert_eq!(ring.len(), 1);
        // 31 of 90 days of 200 are due: 68.89.
        assert_eq!((&*ring[0].unit_display_name, text(&ring[0].pace)), ("环城路", "45"));
        let responsible = (ring[0].responsible_unit.clone(), &*ring[0].responsible_unit_display_name);
        assert_eq!(responsible, (unit("works"), "住建局"));
    }
}
