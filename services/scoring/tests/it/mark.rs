//! Marks of difficulty, innovation and contribution, from the panel to the score.

use kit::testing::{Bed, Channel};
use proto::registry::v1 as registry;
use proto::registry::v1::leaf::Method;
use proto::scoring::v1 as pb;
use proto::scoring::v1::mark_service_client::MarkServiceClient;
use tonic::{Code, Response, Status};

use crate::district::{self, DISTRICT, decimal, leaf, name, unit};
use crate::fixture::{MONTHS, Scoring, fails, refused, request_id, text, value};

type Client = MarkServiceClient<Channel>;

/// Departments by their survey alone, which is worth more the harder and newer it is.
fn scheme() -> registry::Scheme {
    use registry::graded::Aspect;
    use registry::graded::aspect::Factor;
    let aspect = |id: &str, display_name: &str, weight: &str| Aspect {
        aspect_id: id.to_owned(),
        display_name: display_name.to_owned(),
        weight: decimal(weight),
        factors: [("A", "1"), ("B", "0.9"), ("C", "0.8")]
            .map(|(mark, factor)| Factor { mark: mark.to_owned(), factor: decimal(factor) })
            .into(),
        unmarked: decimal("0.5"),
    };
    let graded = registry::Graded {
        child: Some(Box::new(leaf("survey", "100", Method::Marks(registry::Marks {})))),
        indicator: name("indicators", "survey"),
        aspects: vec![aspect("difficulty", "难度", "2"), aspect("innovation", "创新", "1")],
    };
    let root = registry::Node {
        node_id: "graded".to_owned(),
        display_name: "公开承诺".to_owned(),
        weight: decimal("100"),
        rule: Some(registry::node::Rule::Graded(Box::new(graded))),
        ..Default::default()
    };
    let track = registry::Track {
        track_id: "departments".to_owned(),
        display_name: "经济管理类".to_owned(),
        members: Some(registry::Members {
            categories: vec!["economic".to_owned()],
            ..Default::default()
        }),
        root: Some(root),
        ..Default::default()
    };
    registry::Scheme {
        display_name: "公开承诺评价办法".to_owned(),
        series: "promises".to_owned(),
        tracks: vec![track],
        ..district::scheme()
    }
}

async fn define(scoring: &Scoring) -> Client {
    district::create_scheme(scoring.served.channel(), "promises-2023", scheme()).await;
    MarkServiceClient::new(scoring.served.channel())
}

fn mark(unit_id: &str, aspect_id: &str, given: &str) -> pb::Mark {
    pb::Mark {
        unit: unit(unit_id),
        indicator: name("indicators", "survey"),
        period: name("periods", "2023Q1"),
        aspect_id: aspect_id.to_owned(),
        mark: given.to_owned(),
        panel: "承诺事项评定小组".to_owned(),
        ground: "跨部门协同，全市首创".to_owned(),
        ..Default::default()
    }
}

fn batch(marks: Vec<pb::Mark>) -> pb::BatchCreateMarksRequest {
    pb::BatchCreateMarksRequest { parent: DISTRICT.to_owned(), marks, ..Default::default() }
}

async fn give(client: &mut Client, marks: Vec<pb::Mark>) -> Result<Vec<pb::Mark>, Status> {
    client.batch_create_marks(batch(marks)).await.map(Response::into_inner).map(|it| it.marks)
}

/// Leaves a row in the ledger, in a quarter that is still open.
pub(crate) async fn give_one(scoring: &Scoring) {
    let mut client = define(scoring).await;
    district::create_period(scoring.served.channel(), "2023Q3").await;
    let mark = pb::Mark { period: name("periods", "2023Q3"), ..mark("finance", "difficulty", "A") };
    give(&mut client, vec![mark]).await.unwrap();
}

kit::both! {
    // S2, A3: marks change what a commitment is worth; a run pins them, a correction reaches the next.
    async fn a_panel_s_marks_change_what_a_commitment_is_worth(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let mut client = define(&scoring).await;
        let row = |id: &str, points: &str| value(id, "survey", "2023Q1", points);
        scoring.store(vec![row("finance", "90"), row("works", "90"), row("health", "90")]).await;
        let given = give(&mut client, vec![
            mark("finance", "difficulty", "A"),
            mark("finance", "innovation", "A"),
            mark("works", "difficulty", "C"),
            mark("works", "innovation", "B"),
        ]).await.unwrap();
        assert_eq!(given[2].name, name("marks", "3"));
        for period in MONTHS.iter().chain(&["2023Q1"]) {
            scoring.verify_all(period).await;
            scoring.close(period).await.unwrap();
        }
        let run = scoring.run_of("promises-2023", "2023Q1", "").await.unwrap();
        // 90; 90 · (2 · 0.8 + 0.9) / 3; nothing marked is worth half.
        assert_eq!(scoring.scores(&run.name).await, ["财政局 90", "住建局 75", "卫健局 45"]);
        let explained = scoring.explain(&run.name, "works").await;
        assert_eq!(explained.marks, [given[2].name.clone(), given[3].name.clone()]);
        let tree = explained.explanation.unwrap();
        let input = tree.inputs.iter().find(|it| it.symbol == "f(difficulty)").unwrap();
        assert_eq!((&*input.meaning, text(&input.value)), ("factor of 难度, marked C", "0.8"));
        let unmarked = scoring.explain(&run.name, "health").await.explanation.unwrap();
        assert!(unmarked.flags.contains(&"UNMARKED".to_owned()), "{:?}", unmarked.flags);

        // What if works had been given an A, and finance no mark for its innovation.
        let simulated = |unit_id: &str, aspect_id: &str, mark: &str| pb::SimulatedMark {
            unit: unit(unit_id),
            indicator: name("indicators", "survey"),
            aspect_id: aspect_id.to_owned(),
            mark: mark.to_owned(),
        };
        let what_if = |marks| pb::SimulateRunRequest { name: run.name.clone(), marks, ..Default::default() };
        let request = what_if(vec![simulated("works", "difficulty", "A"), simulated("finance", "innovation", "")]);
        let reply = scoring.comparisons.simulate_run(request).await.unwrap().into_inner();
        let after: Vec<_> = reply.differences.iter()
            .map(|it| format!("{} {}", it.unit_display_name, text(&it.after.as_ref().unwrap().score)))
            .collect();
        assert_eq!(after, ["财政局 75", "住建局 87"]);
        let request = what_if(vec![simulated("works", "beauty", "A"), simulated("works", "difficulty", "D")]);
        let refusal = scoring.comparisons.simulate_run(request).await;
        refused(refusal, &[("marks[0].aspect_id", "UNKNOWN_ASPECT"), ("marks[1].mark", "UNKNOWN_MARK")]);

        // Marks as given say nothing of another weight, and the reply says so.
        let heavier = |node_id: &str| pb::SimulatedWeight {
            track_id: "departments".to_owned(),
            node_id: node_id.to_owned(),
            weight: decimal("80"),
        };
        let request = pb::SimulateRunRequest {
            name: run.name.clone(),
            weights: vec![heavier("graded"), heavier("survey")],
            ..Default::default()
        };
        let reply = scoring.comparisons.simulate_run(request).await.unwrap().into_inner();
        let as_given: Vec<_> = reply.marks_as_given.iter()
            .map(|it| (&*it.node_id, text(&it.weight_before), text(&it.weight_after)))
            .collect();
        assert_eq!(as_given, [("survey", "100", "80")]);
        let nothing = pb::SimulateRunRequest { name: run.name.clone(), ..Default::default() };
        let reply = scoring.comparisons.simulate_run(nothing).await.unwrap().into_inner();
        assert_eq!(reply.marks_as_given, []);

        // After the closing a mark can be corrected, and not be given for the first time.
        fails(give(&mut client, vec![mark("health", "difficulty", "A")]).await, Code::FailedPrecondition, "PERIOD_CLOSED");
        let better = pb::Mark { supersedes: given[2].name.clone(), ..mark("works", "difficulty", "B") };
        give(&mut client, vec![better]).await.unwrap();
        assert_eq!(scoring.explain(&run.name, "works").await.marks, [given[2].name.clone(), given[3].name.clone()]);
        let verify = pb::VerifyRunRequest { name: run.name.clone() };
        assert!(scoring.runs.verify_run(verify).await.unwrap().into_inner().repeated);
        let next = scoring.run_of("promises-2023", "2023Q1", "").await.unwrap();
        assert_eq!(scoring.scores(&next.name).await, ["财政局 90", "住建局 81", "卫健局 45"]);
    }

    // S2: one mark stands for each aspect; corrections stay beside what they correct.
    async fn marks_are_listed_and_corrected(bed: &Bed) {
        let scoring = Scoring::start(bed).await;
        let mut client = define(&scoring).await;
        let request = pb::BatchCreateMarksRequest {
            request_id: request_id(),
            ..batch(vec![mark("finance", "difficulty", "B"), mark("works", "difficulty", "B")])
        };
        let first = client.batch_create_marks(request.clone()).await.unwrap().into_inner();
        assert_eq!(client.batch_create_marks(request).await.unwrap().into_inner(), first);
        let corrected = pb::Mark { supersedes: first.marks[0].name.clone(), ..mark("finance", "difficulty", "A") };
        let corrected = give(&mut client, vec![corrected]).await.unwrap().remove(0);
        let get = pb::GetMarkRequest { name: first.marks[0].name.clone() };
        let before = client.get_mark(get).await.unwrap().into_inner();
        assert_eq!(before, pb::Mark { superseded: true, ..first.marks[0].clone() });

        let list = pb::ListMarksRequest {
            parent: DISTRICT.to_owned(),
            period: name("periods", "2023Q1"),
            page_size: 1,
            ..Default::default()
        };
        let page = client.list_marks(list.clone()).await.unwrap().into_inner();
        assert_eq!(page.marks, [first.marks[1].clone()]);
        let next = pb::ListMarksRequest { page_token: page.next_page_token, ..list };
        let page = client.list_marks(next).await.unwrap().into_inner();
        assert_eq!((&page.marks[..], &*page.next_page_token), (&[corrected.clone()][..], ""));
        let list = pb::ListMarksRequest {
            parent: DISTRICT.to_owned(),
            unit: unit("finance"),
            show_superseded: true,
            ..Default::default()
        };
        let page = client.list_marks(list).await.unwrap().into_inner();
        assert_eq!(page.marks, [before, corrected]);
    }

    // S2: whatever no rule takes up is refused by row, and nothing of the batch is recorded.
    async fn marks_with_faults_are_refused_by_row(bed: &Bed) {
        let scoring = Scoring::start(bed).await;
        let mut client = define(&scoring).await;
        let lost = pb::Mark { period: name("periods", "2031Q1"), ..mark("works", "difficulty", "A") };
        let outcome = give(&mut client, vec![
            mark("finance", "difficulty", "A"),
            mark("finance", "beauty", "A"),
            mark("works", "difficulty", "D"),
            mark("nobody", "difficulty", "A"),
            lost,
        ]).await;
        refused(outcome, &[
            ("marks[1].aspect_id", "UNKNOWN_ASPECT"),
            ("marks[2].mark", "UNKNOWN_MARK"),
            ("marks[3].unit", "NOT_ENTERED"),
            ("marks[4].period", "UNKNOWN_PERIOD"),
        ]);
        let stray = pb::Mark { supersedes: name("marks", "9"), ..mark("works", "difficulty", "A") };
        let outcome = give(&mut client, vec![
            mark("finance", "difficulty", "A"),
            mark("finance", "difficulty", "B"),
            stray,
        ]).await;
        refused(outcome, &[("marks[1].aspect_id", "ALREADY_MARKED"), ("marks[2].supersedes", "NOT_STANDING")]);
        refused(give(&mut client, vec![pb::Mark { panel: String::new(), ..mark("works", "difficulty", "A") }]).await, &[
            ("marks[0].panel", "REQUIRED"),
        ]);
        let list = pb::ListMarksRequest { parent: DISTRICT.to_owned(), ..Default::default() };
        assert_eq!(client.list_marks(list).await.unwrap().into_inner().marks, []);
    }
}
