//! Results that rest on other results: annual from quarters, a head's from the unit's, awards.

use kit::testing::Bed;
use proto::registry::v1 as registry;
use proto::registry::v1::leaf::Method;
use proto::registry::v1::node::Rule;
use proto::registry::v1::reference as refer;
use proto::scoring::v1 as pb;
use tonic::{Response, Status};

use crate::district::{self, DISTRICT, decimal, leaf, name, unit};
use crate::fixture::{MONTHS, Scoring, quarter, refused, text, unmet, value};

impl Scoring {
    pub(crate) async fn run_of(
        &mut self,
        scheme: &str,
        period: &str,
        supersedes: &str,
    ) -> Result<pb::Run, Status> {
        let request = pb::CreateRunRequest {
            parent: DISTRICT.to_owned(),
            run: Some(pb::Run {
                scheme: name("schemes", scheme),
                period: name("periods", period),
                supersedes: supersedes.to_owned(),
                definitions: pb::run::Definitions::Current.into(),
                ..Default::default()
            }),
            ..Default::default()
        };
        self.runs.create_run(request).await.map(Response::into_inner)
    }

    pub(crate) async fn scores(&mut self, run: &str) -> Vec<String> {
        let results = self.results(run).await;
        results.iter().map(|it| format!("{} {}", it.unit_display_name, text(&it.score))).collect()
    }
}

fn node(id: &str, weight: &str, rule: Rule) -> registry::Node {
    registry::Node {
        node_id: id.to_owned(),
        display_name: id.to_owned(),
        weight: decimal(weight),
        rule: Some(rule),
        ..Default::default()
    }
}

/// The published total of the usual series in the same period.
fn reference(weight: &str, whose: refer::subject::Whose, of_node: &str) -> registry::Node {
    let reference = registry::Reference {
        series: "annual-target".to_owned(),
        node_id: of_node.to_owned(),
        subject: Some(refer::Subject { whose: Some(whose) }),
        periods: Some(refer::Periods {
            which: Some(refer::periods::Which::Same(refer::periods::Same {})),
        }),
        missing: registry::MissingPolicy::Block.into(),
        ..Default::default()
    };
    node("quarter", weight, Rule::Reference(reference))
}

fn survey(weight: &str) -> registry::Node {
    let fixed = registry::bounds::Fixed { low: decimal("0"), high: decimal("100") };
    let min_max = registry::MinMax {
        bounds: Some(registry::Bounds { source: Some(registry::bounds::Source::Fixed(fixed)) }),
        unclamped: false,
    };
    leaf("survey", weight, Method::MinMax(min_max))
}

/// Departments: 60 from the usual scheme, 40 from the survey.
fn whole(children: Vec<registry::Node>) -> registry::Scheme {
    let mut scheme = district::scheme();
    scheme.tracks.truncate(1);
    let track = &mut scheme.tracks[0];
    track.root = Some(node("total", "100", Rule::Sum(registry::Sum { children })));
    (track.warnings, track.colouring) = (None, None);
    registry::Scheme { series: "whole".to_owned(), ..scheme }
}

fn own() -> refer::subject::Whose {
    refer::subject::Whose::Own(refer::subject::Own {})
}

kit::both! {
    // H4: a result is made of published ones and of its own figures; it pins what it took.
    async fn a_result_is_made_of_published_ones(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let scheme = whole(vec![reference("60", own(), ""), survey("40")]);
        district::create_scheme(scoring.served.channel(), "whole-2023", scheme).await;
        scoring.store(quarter()).await;
        for period in MONTHS.iter().chain(&["2023Q1"]) {
            scoring.verify_all(period).await;
            scoring.close(period).await.unwrap();
        }
        let usual = scoring.run("2023Q1", "").await.unwrap();
        let departments = ["finance", "health", "works"].map(unit);
        let absent: Vec<_> = departments.iter().map(|it| ("MISSING_RESULT", it.as_str())).collect();
        unmet(scoring.run_of("whole-2023", "2023Q1", "").await, &absent);
        scoring.publish(&usual.name).await.unwrap();

        let first = scoring.run_of("whole-2023", "2023Q1", "").await.unwrap();
        // 99 × 0.6 + 90 × 0.4; 75.33 × 0.6 + 80 × 0.4; 50 × 0.6 + 0.
        assert_eq!(scoring.scores(&first.name).await, ["财政局 95.4", "住建局 77.2", "卫健局 30"]);
        let explained = scoring.explain(&first.name, "works").await.explanation.unwrap();
        let node = &explained.children[0];
        assert_eq!((text(&node.points), &*node.lines[0].label, text(&node.lines[0].points)), ("45.2", "2023Q1", "75.33"));
        assert_eq!(node.lines[0].sources, [format!("{}/results/works", usual.name)]);
        scoring.publish(&first.name).await.unwrap();

        // A3: what if works had reached 100 there, and finance had no result at all.
        let cited = |id: &str, points| pb::SimulatedResult {
            unit: unit(id),
            node_id: "quarter".to_owned(),
            period: name("periods", "2023Q1"),
            points,
            ..Default::default()
        };
        let what_if = |results| pb::SimulateRunRequest { name: first.name.clone(), results, ..Default::default() };
        let request = what_if(vec![cited("works", decimal("100"))]);
        let reply = scoring.comparisons.simulate_run(request).await.unwrap().into_inner();
        let after = |it: &pb::ResultDifference| text(&it.after.as_ref().unwrap().score).to_owned();
        assert_eq!(reply.differences.iter().map(after).collect::<Vec<_>>(), ["92"]);
        let absent = scoring.comparisons.simulate_run(what_if(vec![cited("finance", None)])).await;
        unmet(absent, &[("MISSING_RESULT", &unit("finance"))]);
        let strange = pb::SimulatedResult { node_id: "survey".to_owned(), ..cited("works", None) };
        let nothing = pb::SimulatedResult { full_marks: decimal("0"), ..cited("works", decimal("1")) };
        let outcome = scoring.comparisons.simulate_run(what_if(vec![nothing])).await;
        refused(outcome, &[("results[0].full_marks", "OUT_OF_RANGE")]);
        let outcome = scoring.comparisons.simulate_run(what_if(vec![strange])).await;
        refused(outcome, &[("results[0].node_id", "UNKNOWN_RESULT")]);

        // The result that it took is superseded: what was published stays, a new run takes the new.
        district::set_targets(scoring.served.channel(), &[("works", "revenue", "2023Q1", "75")]).await;
        let later = scoring.run_now("2023Q1", &usual.name).await.unwrap();
        scoring.publish(&later.name).await.unwrap();
        let request = pb::VerifyRunRequest { name: first.name.clone() };
        assert!(scoring.runs.verify_run(request).await.unwrap().into_inner().repeated);
        let second = scoring.run_of("whole-2023", "2023Q1", &first.name).await.unwrap();
        assert_eq!(scoring.scores(&second.name).await, ["财政局 95.4", "住建局 81.2", "卫健局 30"]);
    }

    // S4: a head's score takes the unit's, and a part of it, whatever its depth.
    async fn a_heads_score_takes_the_units(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let post = |id: &str, display_name: &str| registry::Post {
            name: name("posts", id),
            display_name: display_name.to_owned(),
            unit: unit(id),
            kind: registry::PostKind::Head.into(),
            ..Default::default()
        };
        let request = registry::BatchUpdatePostsRequest {
            parent: DISTRICT.to_owned(),
            posts: vec![post("finance", "财政局局长"), post("works", "住建局局长")],
            ..Default::default()
        };
        let channel = scoring.served.channel();
        let mut posts = registry::post_service_client::PostServiceClient::new(channel);
        posts.batch_update_posts(request).await.unwrap();
        let its_unit = || refer::subject::Whose::Unit(refer::subject::Unit {});
        let part = registry::Node { node_id: "revenue".to_owned(), ..reference("20", its_unit(), "revenue") };
        let mut scheme = whole(vec![reference("50", its_unit(), ""), part, survey("30")]);
        scheme.tracks[0].members = Some(registry::Members {
            post_kinds: vec![registry::PostKind::Head.into()],
            ..Default::default()
        });
        district::create_scheme(scoring.served.channel(), "heads-2023", scheme).await;
        let mut rows = quarter();
        for (post, text) in [("finance", "100"), ("works", "60")] {
            rows.push(pb::Observation { unit: name("posts", post), ..value(post, "survey", "2023Q1", text) });
        }
        scoring.store(rows).await;
        for period in MONTHS.iter().chain(&["2023Q1"]) {
            scoring.verify_all(period).await;
            scoring.close(period).await.unwrap();
        }
        let usual = scoring.run("2023Q1", "").await.unwrap();
        scoring.publish(&usual.name).await.unwrap();
        let run = scoring.run_of("heads-2023", "2023Q1", "").await.unwrap();
        // 99 × 0.5 + 40 of 40 + 30; 75.33 × 0.5 = 37.67, 33.33 of 40: 16.67, and 18.
        assert_eq!(scoring.scores(&run.name).await, ["财政局局长 99.5", "住建局局长 72.34"]);
    }

    // B11: an award counts in the result once it is announced.
    async fn an_announced_award_counts_in_another_result(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let points = registry::AwardPoints {
            rows: vec![registry::award_points::Row {
                award: "race/tiger".to_owned(),
                points: decimal("5"),
                ..Default::default()
            }],
        };
        let scheme = whole(vec![survey("100"), node("honours", "0", Rule::AwardPoints(points))]);
        crate::award::propose_and_decide(&mut scoring).await;
        district::create_scheme(scoring.served.channel(), "whole-2023", scheme).await;
        let before = scoring.run_of("whole-2023", "2023Q1", "").await.unwrap();
        assert_eq!(scoring.scores(&before.name).await[0], "财政局 90");
        let request = pb::AnnounceAwardsRequest {
            parent: DISTRICT.to_owned(),
            names: vec![name("awards", "1")],
            ..Default::default()
        };
        scoring.awards.announce_awards(request).await.unwrap();
        let after = scoring.run_of("whole-2023", "2023Q1", "").await.unwrap();
        assert_eq!(scoring.scores(&after.name).await[0], "财政局 95");
        let explained = scoring.explain(&after.name, "finance").await.explanation.unwrap();
        let line = &explained.children[1].lines[0];
        assert_eq!((&*line.label, text(&line.points), line.counts), ("race/tiger", "5", true));
        assert_eq!(text(&scoring.explain(&before.name, "finance").await.result.unwrap().score), "90");
    }

    // Growth is measured against the same period of the year before.
    async fn growth_looks_at_the_year_before(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        for id in ["2022Q1", "2022-01", "2022-02", "2022-03"] {
            district::create_period(scoring.served.channel(), id).await;
        }
        let mut growth = leaf("revenue", "100", Method::Marks(registry::Marks::default()));
        let Some(Rule::Leaf(it)) = &mut growth.rule else { panic!("no leaf") };
        it.figure = Some(registry::Figure {
            source: Some(registry::figure::Source::Growth(registry::Growth::default())),
        });
        let old = registry::Scheme {
            series: "old".to_owned(),
            effective_period: name("periods", "2022Q1"),
            ..whole(vec![leaf("revenue", "100", Method::Marks(registry::Marks::default()))])
        };
        district::create_scheme(scoring.served.channel(), "old-2022", old).await;
        let scheme = registry::Scheme { series: "growth".to_owned(), ..whole(vec![growth]) };
        district::create_scheme(scoring.served.channel(), "growth-2023", scheme).await;
        let last_year = [("2022-01", "20"), ("2022-02", "20"), ("2022-03", "20")];
        let mut rows: Vec<_> = last_year.iter().map(|(month, text)| value("works", "revenue", month, text)).collect();
        rows.extend(quarter());
        scoring.store(rows).await;
        for period in MONTHS.iter().chain(&["2023Q1"]) {
            scoring.verify_all(period).await;
            scoring.close(period).await.unwrap();
        }
        let run = scoring.run_of("growth-2023", "2023Q1", "").await.unwrap();
        let works = scoring.explain(&run.name, "works").await;
        // 75 after 60: 25 per cent more.
        assert_eq!(text(&works.result.unwrap().score), "25");
        let request = pb::VerifyRunRequest { name: run.name };
        assert!(scoring.runs.verify_run(request).await.unwrap().into_inner().repeated);
    }

    // H3, A3: where nothing newer is known a level of before holds on, marked, with its evidence.
    async fn a_value_holds_on_until_there_is_a_newer_one(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        district::create_period(scoring.served.channel(), "2022Q4").await;
        let old = registry::Scheme {
            series: "old".to_owned(),
            effective_period: name("periods", "2022Q4"),
            ..whole(vec![survey("100")])
        };
        district::create_scheme(scoring.served.channel(), "old-2022", old).await;
        let mut held = survey("100");
        let Some(Rule::Leaf(it)) = &mut held.rule else { panic!("no leaf") };
        it.set_missing(registry::MissingPolicy::CarryForward);
        let scheme = registry::Scheme { series: "held".to_owned(), ..whole(vec![held]) };
        district::create_scheme(scoring.served.channel(), "held-2023", scheme).await;
        let before = [("health", "70"), ("finance", "10")];
        let before = before.map(|(unit, text)| value(unit, "survey", "2022Q4", text));
        scoring.store(before.into_iter().chain(quarter()).collect()).await;
        for period in ["2022Q4"].iter().chain(MONTHS.iter()).chain(&["2023Q1"]) {
            scoring.verify_all(period).await;
            scoring.close(period).await.unwrap();
        }
        let run = scoring.run_of("held-2023", "2023Q1", "").await.unwrap();
        assert_eq!(scoring.scores(&run.name).await, ["财政局 90", "住建局 80", "卫健局 70"]);
        let health = scoring.explain(&run.name, "health").await;
        assert_eq!(health.result.unwrap().flags, ["CARRIED_FORWARD"]);
        let behind: Vec<_> = health.observations.iter().map(|it| (&*it.period, text(&it.value))).collect();
        assert_eq!(behind, [(&*name("periods", "2022Q4"), "70")]);
        assert!(scoring.explain(&run.name, "finance").await.result.unwrap().flags.is_empty());
        let request = pb::VerifyRunRequest { name: run.name };
        assert!(scoring.runs.verify_run(request).await.unwrap().into_inner().repeated);
        // The usual scheme of the same facts has nothing for the health bureau.
        let plain = scoring.run_of("plan-2023", "2023Q1", "").await.unwrap();
        let missing = scoring.explain(&plain.name, "health").await.result.unwrap();
        assert!(missing.flags.contains(&"MISSING".to_owned()), "{:?}", missing.flags);
    }
}
