//! `saima apply`: the difference, its carrying out, and that there is none left.

use kit::testing::{Bed, Served};
use saima::apply::Plan;
use saima::client::{Server, Suite};
use saima::pack::{Pack, Source};
use saima::packs::Files;
use saima::serve::SERVICES;

use crate::command::saima;
use crate::example;

async fn suite(served: &Served) -> Suite {
    let server = Server::at(format!("http://{}", served.address()).parse().unwrap());
    let suite = Suite::connect(&server, &kit::testing::everybody()).await.unwrap();
    suite.approved_by(&server, &kit::testing::second()).await.unwrap()
}

fn definitions() -> Vec<Source> {
    Files::find("hengkou").unwrap().definitions()
}

fn hengkou() -> Pack {
    Pack::read(&definitions()).unwrap()
}

/// The pack with one piece of one of its files replaced.
fn changed(file: &str, old: &str, new: &str) -> Pack {
    let mut files = definitions();
    let file = files.iter_mut().find(|it| *it.label == format!("hengkou/{file}")).unwrap();
    file.text = file.text.replacen(old, new, 1);
    assert!(file.text.contains(new));
    Pack::read(&files).unwrap()
}

async fn shown(plan: &Plan) -> Vec<String> {
    let mut out = Vec::new();
    plan.print(&mut out, false).unwrap();
    lines(&out)
}

fn lines(text: &[u8]) -> Vec<String> {
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    std::str::from_utf8(text).unwrap().lines().map(words).collect()
}

/// One of each definition that is told in batches, naming one another.
const WORK: &str = "\
fronts: [{name: projects, display_name: 项目建设一线, managing_unit: finance}]
stations: [{name: city-01, display_name: 管家工作站, level: CITY, unit: finance}]
posts: [{name: leader, display_name: 区长, unit: party-government-office, kind: DISTRICT_LEADER}]
projects:
  - name: park
    display_name: 产业园
    class: KEY
    lead_unit: finance
    leader_posts: [leader]
    stations: [city-01]
    front: projects
    planned_investment: 130000000.50
    start_date: 2023-02-01
communities: [{name: east, display_name: 东街社区, unit: finance, grid_count: 10}]
pairings: [{name: p1, community: east, organisation: 财政局党支部, unit: finance, member_count: 6}]
seats: [{name: s1, unit: finance, role: CONVENER, least: 1, most: 1, post: leader}]
task_lists: [{name: list, display_name: 任务一览表, period: '2023', offices: [finance, organisation]}]
tasks:
  - name: t1
    display_name: 改革
    class: REFORM
    task_list: list
    lead_unit: finance
    project: park
    indicators: [party-building]
    goals: [{period: 2023Q1, text: 开工}]
plates: [{name: plate, display_name: 亮点, unit: finance, task: t1, period: '2023'}]
phases: [{name: one, display_name: 动员, campaign: c, start_date: 2023-01-01, end_date: 2023-02-01, duties: [部署]}]
milestones: [{name: m1, display_name: 封顶, project: park, start_date: 2023-03-01, plan_date: 2023-06-30}]
orders:
  - {name: o1, kind: RESPONSIBILITY, issuer_post: leader, lead_unit: finance, task: t1, issue_date: 2023-01-01, deadline: 2023-12-31, target_effect: 完成}
whistles: [{name: w1, community: east, topic: 排水, units: [finance], raise_date: 2023-05-01, due_date: 2023-05-08}]
lessons: [{name: l1, task: t1, text: 经验, scheme: annual-2023, proposal: 调整}]
inspectors: [{name: i1, account: inspector-1, label: 第一督查组, series: annual-target, track_id: economic-management, start_date: 2023-01-01}]
targets:
  - name: finance/city-targets.2023Q2
    value: 200
    higher: {issuer: 安康市考核办, document: 安考办发〔2023〕1号, value: 1000, share_percent: 20}
    plan: [{period: 2023-04, share_percent: 30.5}, {period: 2023-05, share_percent: 60}]
pools: [{name: young, display_name: 年轻干部库, kind: YOUNG, criteria: {born_from: 1985-01-01, least_months_in_rank: 24, experience: {units: [finance], least_months: 12}}}]
training_posts: [{name: tp1, display_name: 锻炼岗位, front: projects, managing_unit: finance, places: 2, criteria: {least_education: COLLEGE}}]
campaigns:
  - name: c1
    display_name: 选派
    training_posts: [tp1]
    phases:
      - {kind: NOMINATION, start_date: 2023-01-01, end_date: 2023-01-31}
      - {kind: APPRAISAL, start_date: 2023-02-01, end_date: 2023-02-28}
      - {kind: DECISION, start_date: 2023-03-01, end_date: 2023-03-31}
rest_calendars: [{name: '2023', holidays: [2023-04-05], workdays: [2023-04-23]}]
appointment_rules: [{name: stay, display_name: 任期两年, basis: 办法第六条, to_positions: [leader], stay: {heads_only: true, least_months: 24}}]
";

/// Hengkou with `work` beside its own files.
fn with(work: &str) -> Pack {
    let mut files = definitions();
    files.push(Source::new("work.yaml", work));
    Pack::read(&files).unwrap()
}

kit::both! {
    // H1, H2
    async fn a_second_apply_finds_everything_unchanged(bed: &Bed) {
        let served = bed.start(&SERVICES).await;
        let suite = suite(&served).await;
        let pack = hengkou();
        let plan = Plan::make(&pack, &suite).await.unwrap();
        let expected = [
            "created updated unchanged", "district 1 0 0", "units 129 0 0", "indicators 37 0 0", "periods 8 0 0",
            "targets 616 0 0", "schemes 1 0 0", "in force 1 0 0", "persons 130 0 0",
        ];
        assert_eq!(shown(&plan).await, expected);
        plan.carry_out(&suite).await.unwrap();

        let again = Plan::make(&pack, &suite).await.unwrap();
        assert!(again.is_empty(), "{:?}", shown(&again).await);
        let expected = [
            "created updated unchanged", "district 0 0 1", "units 0 0 129", "indicators 0 0 37", "periods 0 0 8",
            "targets 0 0 616", "schemes 0 0 1", "in force 0 0 1", "persons 0 0 130",
        ];
        assert_eq!(shown(&again).await, expected);
        let url = format!("http://{}", served.address());
        let folder = example("hengkou");
        let (folder, token) = (folder.to_str().unwrap(), kit::testing::everybody());
        let command = saima(&["apply", "-f", folder, "--server", &url, "--token", &token]);
        assert!(command.status.success());
        assert_eq!(lines(&command.stdout), expected);
        served.stop().await;
    }

    async fn a_change_in_a_file_is_the_only_difference(bed: &Bed) {
        let served = bed.start(&SERVICES).await;
        let suite = suite(&served).await;
        Plan::make(&hengkou(), &suite).await.unwrap().carry_out(&suite).await.unwrap();

        for (file, old, new, expected) in [
            ("units.yaml", "display_name: 财政局", "display_name: 财政金融局", "~ units/finance: display_name"),
            ("periods.yaml", "theme: 双过半", "theme: 时间过半任务过半", "~ periods/2023Q2: theme"),
            ("district.yaml", "display_name: 恒口示范区", "display_name: 恒口", "~ districts/hengkou: display_name"),
            ("persons.yaml", "post: 书记", "post: 纪工委书记", "~ demo-002: postings"),
            ("targets/economic-management.csv", "finance,100,", "finance,101,", "~ units/finance/targets/city-targets.2023Q1: value"),
            ("indicators.yaml", "display_name: 领导评议", "display_name: 分管领导评议", "~ indicators/leaders-assessment: display_name"),
        ] {
            let pack = changed(file, old, new);
            let plan = Plan::make(&pack, &suite).await.unwrap();
            let lines = shown(&plan).await;
            assert_eq!(lines.iter().filter(|it| it.starts_with('~')).collect::<Vec<_>>(), [expected]);
            plan.carry_out(&suite).await.unwrap();
            assert!(Plan::make(&pack, &suite).await.unwrap().is_empty(), "{file}");
            Plan::make(&hengkou(), &suite).await.unwrap().carry_out(&suite).await.unwrap();
        }
        served.stop().await;
    }

    async fn what_cannot_be_done_is_said_where_it_was_written(bed: &Bed) {
        let served = bed.start(&SERVICES).await;
        let suite = suite(&served).await;
        let pack = changed("indicators.yaml", "evaluating_unit: statistics", "evaluating_unit: nobody");
        let fault = Plan::make(&pack, &suite).await.unwrap().carry_out(&suite).await.unwrap_err().to_string();
        assert!(fault.starts_with("hengkou/indicators.yaml:"), "{fault}");
        assert!(fault.contains("evaluating_unit: "), "{fault}");

        Plan::make(&hengkou(), &suite).await.unwrap().carry_out(&suite).await.unwrap();
        let pack = changed("schemes/annual-2023.yaml", "yellow_behind: 3", "yellow_behind: 4");
        let fault = Plan::make(&pack, &suite).await.unwrap_err().to_string();
        assert!(fault.contains("`annual-2023` is in force and cannot change (tracks differ)"), "{fault}");
        served.stop().await;
    }

    // Q1, Q2, Q3, Q4, Q5, X1, X5, X13, B3, B7, H2: what a district resolves to do stands in files too.
    async fn projects_tasks_and_orders_are_applied_and_change_for_a_reason(bed: &Bed) {
        let served = bed.start(&SERVICES).await;
        let suite = suite(&served).await;
        let plan = Plan::make(&with(WORK), &suite).await.unwrap();
        let lines = shown(&plan).await;
        let titles = ["fronts", "stations", "posts", "projects", "communities", "pairings", "seats",
            "task lists", "tasks", "plates", "phases", "milestones", "orders", "whistles", "lessons", "inspectors",
            "pools", "training posts", "campaigns", "rest calendars", "appointment rules"];
        for title in titles {
            assert!(lines.contains(&format!("{title} 1 0 0")), "{title}: {lines:?}");
        }
        plan.carry_out(&suite).await.unwrap();
        let again = Plan::make(&with(WORK), &suite).await.unwrap();
        assert!(again.is_empty(), "{:?}", shown(&again).await);

        let later = with(&WORK.replace("deadline: 2023-12-31", "deadline: 2023-12-20"));
        let plan = Plan::make(&later, &suite).await.unwrap();
        let lines = shown(&plan).await;
        assert!(lines.contains(&"~ orders/o1: deadline".to_owned()), "{lines:?}");
        let fault = plan.carry_out(&suite).await.unwrap_err().to_string();
        assert!(fault.contains("changes only for a reason"), "{fault}");
        let plan = Plan::make(&later, &suite).await.unwrap();
        plan.because("提前完成").carry_out(&suite).await.unwrap();
        assert!(Plan::make(&later, &suite).await.unwrap().is_empty());

        let stray = with(&WORK.replace("front: projects", "front: nowhere"));
        let fault = Plan::make(&stray, &suite).await.unwrap().carry_out(&suite).await.unwrap_err().to_string();
        assert!(fault.starts_with("work.yaml:") && fault.contains("front"), "{fault}");
        served.stop().await;
    }
}
