use kit::testing::Bed;
use proto::registry::v1 as registry;
use proto::registry::v1::target_service_client::TargetServiceClient;
use proto::scoring::v1 as pb;
use tonic::Code;

use crate::district::{self, DISTRICT, SCHEME, decimal, name, unit};
use crate::fixture::{Scoring, fails, quarter, refused, text, value};

fn line(it: &pb::Warning) -> String {
    let short = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    let (pace, actual, due) = (text(&it.pace), text(&it.actual), text(&it.due));
    let (rank, score) = (text(&it.rank), text(&it.score));
    let what = short(&it.indicator);
    format!(
        "{} {} {what} {pace} {actual} {due} {rank}/{} {score}",
        short(&it.period),
        short(&it.unit),
        it.track_size
    )
}

fn lines(warnings: &[pb::Warning]) -> Vec<String> {
    warnings.iter().map(line).collect()
}

kit::both! {
    // H5: behind the time schedule, when a month closes, against the quarter's target by days.
    async fn an_indicator_behind_schedule_is_warned_of(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        scoring.store(quarter()).await;
        scoring.verify_all("2023-01").await;
        scoring.close("2023-01").await.unwrap();
        // 31 of 90 days: works owes 206.67 of 600, health 20.67 of 60. Finance is 3 per cent
        // behind, which is less than the 10 of the rule.
        let january = scoring.all_warnings().await;
        assert_eq!(lines(&january), [
            "2023-01 health revenue 48.39 10 20.666667 -/0 -",
            "2023-01 works investment 48.39 100 206.666667 -/0 -",
        ]);
        let first = &january[0];
        assert_eq!(first.name, name("warnings", "1"));
        assert_eq!(first.kind(), pb::WarningKind::BehindSchedule);
        assert_eq!((&*first.unit_display_name, &*first.indicator_display_name), ("卫健局", "一般公共预算收入"));
        assert_eq!((&*first.unit_of_measure, &*first.track_display_name), ("万元", "经济管理类"));
        assert_eq!((&*first.scheme, &*first.track_id, &*first.run), (SCHEME, "departments", ""));

        for period in ["2023-02", "2023-03", "2023Q1"] {
            scoring.verify_all(period).await;
            scoring.close(period).await.unwrap();
        }
        // By unit, then in the order of the scheme.
        assert_eq!(lines(&scoring.all_warnings().await[2..]), [
            // Health reported nothing for February: what it has counts.
            "2023-02 health revenue 25.42 10 39.333333 -/0 -",
            "2023-02 works revenue 84.75 50 59 -/0 -",
            "2023-02 works investment 76.27 300 393.333333 -/0 -",
            "2023-03 health revenue 50 30 60 -/0 -",
            "2023-03 works revenue 83.33 75 90 -/0 -",
            "2023-03 works investment 75 450 600 -/0 -",
        ]);
    }

    // H5: a month's own target goes before the quarter's.
    async fn a_month_with_a_target_of_its_own_is_held_against_it(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let own = [("works", "revenue", "2023-01", "40"), ("health", "revenue", "2023-01", "10")];
        district::set_targets(scoring.served.channel(), &own).await;
        scoring.store(quarter()).await;
        scoring.verify_all("2023-01").await;
        scoring.close("2023-01").await.unwrap();
        assert_eq!(lines(&scoring.all_warnings().await), [
            "2023-01 works revenue 75 30 40 -/0 -",
            "2023-01 works investment 48.39 100 206.666667 -/0 -",
        ]);
    }

    // H2, H5, H6: what a target plans on the way is due, in warnings, on the board and in a run.
    async fn a_planned_target_is_due_by_its_plan(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let channel = || scoring.served.channel();
        let paced = registry::leaf::Method::Pace(registry::PacePoints {
            curve: Some(registry::pace_points::Curve::Plan(Default::default())),
            ..Default::default()
        });
        let mut rules = district::scheme();
        rules.series = "paced".to_owned();
        rules.tracks.truncate(1);
        let root = registry::Sum { children: vec![district::leaf("revenue", "100", paced)] };
        rules.tracks[0].root.as_mut().unwrap().rule = Some(registry::node::Rule::Sum(root));
        district::create_scheme(channel(), "paced-2023", rules).await;
        let row = |period: &str, share: &str| registry::PlanShare {
            period: name("periods", period),
            share_percent: decimal(share),
        };
        let higher = registry::HigherTarget {
            issuer: "安康市考核办".to_owned(),
            document: "安考发〔2023〕3号".to_owned(),
            value: decimal("720"),
            share_percent: decimal("12.5"),
            ..Default::default()
        };
        let target = registry::Target {
            name: name("units", "works/targets/revenue.2023Q1"),
            value: decimal("90"),
            higher: Some(higher),
            // As much as works brings in January, and more than it has at the end of February.
            plan: vec![row("2023-01", "33.3333"), row("2023-02", "80")],
            ..Default::default()
        };
        let request = registry::BatchUpdateTargetsRequest {
            parent: DISTRICT.to_owned(),
            targets: vec![target.clone()],
            ..Default::default()
        };
        TargetServiceClient::new(channel()).batch_update_targets(request).await.unwrap();
        scoring.store(quarter()).await;
        scoring.verify_all("2023-01").await;
        scoring.close("2023-01").await.unwrap();
        let board = scoring.board_of("paced-2023", "2023Q1").await;
        let works = board.tracks[0].entries.iter().find(|it| it.unit == unit("works")).unwrap();
        // 75 of 29.99997 due; by days it would have been 31.
        assert_eq!((text(&works.score), text(&works.pace)), ("100", "100"));
        scoring.verify_all("2023-02").await;
        scoring.close("2023-02").await.unwrap();
        let warned = scoring.all_warnings().await;
        let revenue = |it: &&pb::Warning| it.unit == unit("works") && it.indicator.ends_with("/revenue");
        let lines: Vec<String> = warned.iter().filter(revenue).map(line).collect();
        // 50 of 72; by days it would have been 59.
        assert_eq!(lines, ["2023-02 works revenue 69.44 50 72 -/0 -"]);

        scoring.verify_all("2023-03").await;
        scoring.close("2023-03").await.unwrap();
        scoring.verify_all("2023Q1").await;
        scoring.close("2023Q1").await.unwrap();
        let run = scoring.run_of("paced-2023", "2023Q1", "").await.unwrap();
        let explained = scoring.explain(&run.name, "works").await;
        assert_eq!(text(&explained.result.unwrap().score), "83.33");
        let tree = explained.explanation.unwrap();
        let planned = tree.children[0].inputs.iter().find(|it| it.symbol == "planned").unwrap();
        assert_eq!(text(&planned.value), "90");
        let broken_down = &explained.broken_down_targets[0];
        assert_eq!((&broken_down.target, &*broken_down.document), (&target.name, "安考发〔2023〕3号"));
        assert_eq!((text(&broken_down.higher_value), text(&broken_down.share_percent)), ("720", "12.5"));
        let verify = pb::VerifyRunRequest { name: run.name };
        assert!(scoring.runs.verify_run(verify).await.unwrap().into_inner().repeated);
    }

    // H5: low in the ranking, when a run is published; once, however often it is published.
    async fn the_lowest_of_a_published_ranking_is_warned(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let before = scoring.all_warnings().await.len();
        let run = scoring.run("2023Q1", "").await.unwrap();
        assert_eq!(scoring.all_warnings().await.len(), before, "nobody is warned by a draft");
        scoring.publish(&run.name).await.unwrap();
        let raised = scoring.all_warnings().await.split_off(before);
        assert_eq!(lines(&raised), ["2023Q1 health  - - - 3/3 50"]);
        assert_eq!(raised[0].kind(), pb::WarningKind::LowRanking);
        assert_eq!((&raised[0].run, raised[0].track_size), (&run.name, 3));
        let later = scoring.run("2023Q1", &run.name).await.unwrap();
        scoring.publish(&later.name).await.unwrap();
        assert_eq!(scoring.all_warnings().await.len(), before + 1);
    }

    async fn warnings_are_listed_and_narrowed(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap();
        scoring.publish(&run.name).await.unwrap();
        let mut count = async |request: pb::ListWarningsRequest| {
            let request = pb::ListWarningsRequest { parent: DISTRICT.to_owned(), ..request };
            scoring.warnings.list_warnings(request).await.unwrap().into_inner().warnings.len()
        };
        let all = pb::ListWarningsRequest::default;
        assert_eq!(count(all()).await, 9);
        assert_eq!(count(pb::ListWarningsRequest { unit: unit("health"), ..all() }).await, 4);
        let period = name("periods", "2023-02");
        assert_eq!(count(pb::ListWarningsRequest { period, ..all() }).await, 3);
        let kind = pb::WarningKind::LowRanking.into();
        assert_eq!(count(pb::ListWarningsRequest { kind, ..all() }).await, 1);
        let get = pb::GetWarningRequest { name: name("warnings", "9") };
        let last = scoring.warnings.get_warning(get).await.unwrap().into_inner();
        assert_eq!(last.kind(), pb::WarningKind::LowRanking);
        let get = pb::GetWarningRequest { name: name("warnings", "10") };
        fails(scoring.warnings.get_warning(get).await, Code::NotFound, "NOT_FOUND");
        let request = pb::ListWarningsRequest { parent: DISTRICT.to_owned(), kind: 9, ..all() };
        refused(scoring.warnings.list_warnings(request).await, &[("kind", "UNKNOWN_VALUE")]);
    }

    // No report is no pace: what is missing is told as missing, not as behind.
    async fn what_is_missing_is_not_behind(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        scoring.report(value("works", "revenue", "2023-01", "0")).await.unwrap();
        scoring.verify_all("2023-01").await;
        scoring.close("2023-01").await.unwrap();
        assert_eq!(lines(&scoring.all_warnings().await), ["2023-01 works revenue 0 0 31 -/0 -"]);
    }
}
