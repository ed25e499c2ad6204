use kit::testing::Bed;
use kit::testing::Channel;
use proto::google::r#type::Date;
use proto::scoring::v1 as pb;
use proto::scoring::v1::adjustment_service_client::AdjustmentServiceClient;
use proto::scoring::v1::change::Resource;
use tonic::{Code, Response, Status};

use crate::district::{self, DISTRICT, decimal, name, unit};
use crate::fixture::{MONTHS, Scoring, evidence, fails, quarter, refused, request_id, text, unmet};

type Client = AdjustmentServiceClient<Channel>;
use pb::AdjustmentState as State;

async fn start(bed: &Bed) -> (Scoring, Client) {
    let scoring = Scoring::start(bed).await;
    define(&scoring).await;
    let client = AdjustmentServiceClient::new(scoring.served.channel());
    (scoring, client)
}

/// A scheme with a positive and a negative list beside the one that holds.
pub(crate) async fn define(scoring: &Scoring) {
    district::create_scheme(scoring.served.channel(), "lists-2023", district::lists()).await;
}

/// Scores the quarter by that scheme.
async fn run(scoring: &mut Scoring) -> pb::Run {
    let request = pb::CreateRunRequest {
        parent: DISTRICT.to_owned(),
        run: Some(pb::Run {
            scheme: name("schemes", "lists-2023"),
            period: name("periods", "2023Q1"),
            ..Default::default()
        }),
        ..Default::default()
    };
    scoring.runs.create_run(request).await.unwrap().into_inner()
}

fn day(month: i32, day: i32) -> Option<Date> {
    Some(Date { year: 2023, month, day })
}

fn entry(unit_id: &str, item_id: &str) -> pb::Adjustment {
    pb::Adjustment {
        unit: unit(unit_id),
        period: name("periods", "2023Q1"),
        scheme: name("schemes", "lists-2023"),
        item_id: item_id.to_owned(),
        points: decimal("2"),
        ground: "项目进度滞后".to_owned(),
        source: pb::AdjustmentSource::Bulletin.into(),
        citation: "督查通报2023年第3期".to_owned(),
        occur_date: day(3, 1),
        evidence: vec![evidence("通报")],
        ..Default::default()
    }
}

/// A deduction that becomes final when the work has not caught up by the fifth of April.
fn provisional() -> pb::Adjustment {
    pb::Adjustment { due_date: day(4, 5), ..entry("works", "late") }
}

async fn create(client: &mut Client, entry: pb::Adjustment) -> Result<pb::Adjustment, Status> {
    let request = pb::CreateAdjustmentRequest {
        parent: DISTRICT.to_owned(),
        adjustment: Some(entry),
        ..Default::default()
    };
    client.create_adjustment(request).await.map(Response::into_inner)
}

async fn batch(
    client: &mut Client,
    adjustments: Vec<pb::Adjustment>,
    request_id: &str,
) -> Result<pb::BatchCreateAdjustmentsResponse, Status> {
    let request = pb::BatchCreateAdjustmentsRequest {
        parent: DISTRICT.to_owned(),
        adjustments,
        request_id: request_id.to_owned(),
    };
    client.batch_create_adjustments(request).await.map(Response::into_inner)
}

async fn lift(client: &mut Client, name: &str) -> Result<pb::Adjustment, Status> {
    let request = pb::LiftAdjustmentRequest {
        name: name.to_owned(),
        reason: "进度已赶上".to_owned(),
        evidence: vec![evidence("现场照片")],
        ..Default::default()
    };
    client.lift_adjustment(request).await.map(Response::into_inner)
}

async fn waive(client: &mut Client, name: &str) -> Result<pb::Adjustment, Status> {
    let request = pb::WaiveAdjustmentRequest {
        name: name.to_owned(),
        reason: "先行先试，予以容错".to_owned(),
        ..Default::default()
    };
    client.waive_adjustment(request).await.map(Response::into_inner)
}

async fn clarify(client: &mut Client, name: &str) -> Result<pb::Adjustment, Status> {
    let request = pb::ClarifyAdjustmentRequest {
        name: name.to_owned(),
        reason: "经核查不实".to_owned(),
        ..Default::default()
    };
    client.clarify_adjustment(request).await.map(Response::into_inner)
}

/// Records two deductions and names them.
pub(crate) async fn two_deductions(scoring: &Scoring) -> [String; 2] {
    let mut client = AdjustmentServiceClient::new(scoring.served.channel());
    let mut enter = async || create(&mut client, entry("works", "late")).await.unwrap().name;
    [enter().await, enter().await]
}

async fn settle(client: &mut Client) -> Vec<pb::Adjustment> {
    let request =
        pb::SettleAdjustmentsRequest { parent: DISTRICT.to_owned(), ..Default::default() };
    client.settle_adjustments(request).await.unwrap().into_inner().adjustments
}

async fn get(client: &mut Client, name: &str) -> pb::Adjustment {
    let request = pb::GetAdjustmentRequest { name: name.to_owned() };
    client.get_adjustment(request).await.unwrap().into_inner()
}

/// Leaves a row in each ledger.
pub(crate) async fn enter_and_waive(scoring: &Scoring) {
    define(scoring).await;
    let mut client = AdjustmentServiceClient::new(scoring.served.channel());
    let entry = pb::Adjustment { period: name("periods", "2023Q2"), ..entry("works", "late") };
    let made = create(&mut client, entry).await.unwrap();
    waive(&mut client, &made.name).await.unwrap();
}

kit::both! {
    // S5, X9: an entry with its source and evidence, listed by subject and period.
    async fn an_entry_is_recorded_with_its_source(bed: &Bed) {
        let (mut scoring, mut client) = start(bed).await;
        let given = pb::Adjustment { matter: "ring-road".to_owned(), ..entry("works", "late") };
        let made = create(&mut client, given.clone()).await.unwrap();
        assert_eq!((made.name.as_str(), made.track_id.as_str()), (&*name("adjustments", "1"), "departments"));
        assert_eq!((made.state(), made.steps.len()), (State::Final, 0));
        assert_eq!(get(&mut client, &made.name).await, made);
        let echoed = pb::Adjustment {
            name: String::new(),
            track_id: String::new(),
            state: 0,
            create_time: None,
            ..made
        };
        assert_eq!(echoed, given);
        let id = request_id();
        let rows = || vec![entry("finance", "praised"), entry("works", "praised"), provisional()];
        let reply = batch(&mut client, rows(), &id).await.unwrap();
        assert_eq!((reply.first_adjustment.as_str(), reply.created_count), (&*name("adjustments", "2"), 3));
        assert_eq!(batch(&mut client, rows(), &id).await.unwrap(), reply);
        // Each entry is told of with what it says.
        let mut stream = crate::change::watch(&mut scoring, "", &["AdjustmentsEntered"]).await;
        assert_eq!(crate::change::next(&mut stream).await.1.name, name("adjustments", "1"));
        for at in 0..reply.created_count {
            let (_, change) = crate::change::next(&mut stream).await;
            let Some(Resource::Adjustment(told)) = change.resource else { panic!("{change:?}") };
            assert_eq!((&told.name, &*told.ground), (&change.name, &*rows()[at as usize].ground));
        }
        let list = pb::ListAdjustmentsRequest {
            parent: DISTRICT.to_owned(),
            unit: unit("works"),
            period: name("periods", "2023Q1"),
            scheme: name("schemes", "lists-2023"),
            page_size: 2,
            ..Default::default()
        };
        let first = client.list_adjustments(list.clone()).await.unwrap().into_inner();
        assert_eq!(first.adjustments.len(), 2);
        let list = pb::ListAdjustmentsRequest { page_token: first.next_page_token, ..list };
        let last = client.list_adjustments(list).await.unwrap().into_inner();
        assert_eq!((last.adjustments.len(), last.next_page_token.as_str()), (1, ""));
        let running = pb::ListAdjustmentsRequest {
            parent: DISTRICT.to_owned(),
            provisional: true,
            ..Default::default()
        };
        let running = client.list_adjustments(running).await.unwrap().into_inner().adjustments;
        assert_eq!(running.iter().map(|it| &*it.name).collect::<Vec<_>>(), [name("adjustments", "4")]);
    }

    // Q7: lifted when the work catches up by its date, final when it does not.
    async fn a_provisional_deduction_is_lifted_or_becomes_final(bed: &Bed) {
        let (_scoring, mut client) = start(bed).await;
        let one = create(&mut client, provisional()).await.unwrap();
        let two = create(&mut client, provisional()).await.unwrap();
        assert_eq!(one.state(), State::Provisional);
        // The due day counts to its end by the district's clocks, eight hours ahead.
        bed.clock().set("2023-04-05T15:59:59Z".parse().unwrap());
        assert!(settle(&mut client).await.is_empty());
        let lifted = lift(&mut client, &one.name).await.unwrap();
        assert_eq!((lifted.state(), lifted.steps.len()), (State::Lifted, 1));
        assert_eq!(lifted.steps[0].evidence, [evidence("现场照片")]);
        unmet(lift(&mut client, &one.name).await, &[("NOT_PROVISIONAL", &one.name)]);

        bed.clock().set("2023-04-05T16:00:00Z".parse().unwrap());
        assert_eq!(get(&mut client, &two.name).await.state(), State::Final);
        unmet(lift(&mut client, &two.name).await, &[("NOT_PROVISIONAL", &two.name)]);
        let settled = settle(&mut client).await;
        assert_eq!(settled.iter().map(|it| &it.name).collect::<Vec<_>>(), [&two.name]);
        assert_eq!((settled[0].state(), settled[0].steps.len()), (State::Final, 1));
        assert!(settle(&mut client).await.is_empty());
    }

    // S10: waived with grounds, or found groundless; every step stays.
    async fn an_entry_is_waived_or_found_groundless(bed: &Bed) {
        let (_scoring, mut client) = start(bed).await;
        let one = create(&mut client, entry("works", "late")).await.unwrap();
        let two = create(&mut client, provisional()).await.unwrap();
        let waived = waive(&mut client, &one.name).await.unwrap();
        assert_eq!((waived.state(), waived.steps[0].reason.as_str()), (State::Waived, "先行先试，予以容错"));
        let clear = clarify(&mut client, &two.name).await.unwrap();
        assert_eq!(clear.state(), State::Groundless);
        unmet(clarify(&mut client, &one.name).await, &[("NOT_COUNTING", &one.name)]);
        unmet(waive(&mut client, &two.name).await, &[("NOT_COUNTING", &two.name)]);
        bed.clock().set("2023-05-01T00:00:00Z".parse().unwrap());
        assert!(settle(&mut client).await.is_empty());
        assert_eq!(get(&mut client, &two.name).await.state(), State::Groundless);
        fails(waive(&mut client, &name("adjustments", "9")).await, Code::NotFound, "NOT_FOUND");
    }

    // S5, S10: entries move the score; what is waived after a run changes nothing of it, and the
    // run that takes its place is without it.
    async fn a_run_pins_entries_as_they_stood(bed: &Bed) {
        let (mut scoring, mut client) = start(bed).await;
        scoring.store(crate::fixture::quarter()).await;
        let made = create(&mut client, entry("works", "late")).await.unwrap();
        let praised = pb::Adjustment { points: decimal("2.5"), ..entry("works", "praised") };
        create(&mut client, praised).await.unwrap();
        for period in MONTHS.iter().chain(&["2023Q1"]) {
            scoring.verify_all(period).await;
            scoring.close(period).await.unwrap();
        }
        let late = create(&mut client, entry("works", "late")).await;
        unmet(late, &[("PERIOD_CLOSED", &name("periods", "2023Q1"))]);
        let before = run(&mut scoring).await;
        waive(&mut client, &made.name).await.unwrap();
        let after = run(&mut scoring).await;
        // Revenue of 75 against 90 gives 83.33, an entry takes 2 and another adds 2.5.
        for (run, score) in [(&before, "83.83"), (&after, "85.83")] {
            let explained = scoring.explain(&run.name, "works").await;
            assert_eq!(text(&explained.result.unwrap().score), score);
            let tree = explained.explanation.unwrap();
            let list = tree.children.iter().find(|it| it.node_id == "lists").unwrap();
            let line = list.lines.iter().find(|it| it.label == "late").unwrap();
            assert!(line.sources.iter().any(|it| it.contains("督查通报2023年第3期")), "{line:?}");
        }
    }

    async fn a_batch_of_entries_with_faults_is_refused_whole(bed: &Bed) {
        let (_scoring, mut client) = start(bed).await;
        let bad = pb::Adjustment {
            points: decimal("0"),
            source: 0,
            ground: String::new(),
            finding: "findings/1".to_owned(),
            ..entry("works", "x y")
        };
        refused(batch(&mut client, vec![entry("works", "late"), bad], "").await, &[
            ("adjustments[1].points", "OUT_OF_RANGE"),
            ("adjustments[1].item_id", "ID_FORMAT"),
            ("adjustments[1].ground", "REQUIRED"),
            ("adjustments[1].source", "REQUIRED"),
            ("adjustments[1].finding", "NAME_FORMAT"),
        ]);
        let rows = vec![
            pb::Adjustment { period: name("periods", "2024Q1"), ..entry("works", "late") },
            pb::Adjustment { scheme: name("schemes", "other"), ..entry("works", "late") },
            entry("office", "late"),
            pb::Adjustment { occur_date: day(4, 2), ..entry("works", "late") },
            pb::Adjustment { due_date: day(3, 31), ..entry("works", "late") },
            entry("works", "criticised"),
            pb::Adjustment { points: decimal("4"), ..entry("works", "praised") },
            pb::Adjustment { due_date: day(4, 5), ..entry("works", "praised") },
        ];
        refused(batch(&mut client, rows, "").await, &[
            ("adjustments[0].period", "UNKNOWN_PERIOD"),
            ("adjustments[1].scheme", "SCHEME_NOT_IN_FORCE"),
            ("adjustments[2].unit", "NOT_ENTERED"),
            ("adjustments[3].occur_date", "IN_FUTURE"),
            ("adjustments[4].due_date", "IN_PAST"),
            ("adjustments[5].item_id", "UNKNOWN_ITEM"),
            ("adjustments[6].item_id", "NOT_OF_ITEM"),
            ("adjustments[7].due_date", "DUE_DATE_NOT_ALLOWED"),
        ]);
        let finding = name("inspections", "1/findings/1");
        let cites = pb::Adjustment { finding, ..entry("works", "late") };
        refused(create(&mut client, cites).await, &[("adjustment.finding", "UNKNOWN_FINDING")]);
        let list = pb::ListAdjustmentsRequest { parent: DISTRICT.to_owned(), ..Default::default() };
        assert!(client.list_adjustments(list).await.unwrap().into_inner().adjustments.is_empty());
    }

    // A3, S5, S10: what if an entry had not been made, had been another, or one more had been made.
    async fn entries_are_otherwise_in_a_simulation(bed: &Bed) {
        let (mut scoring, mut client) = start(bed).await;
        let late = create(&mut client, entry("works", "late")).await.unwrap();
        scoring.store(quarter()).await;
        for period in MONTHS.iter().chain(&["2023Q1"]) {
            scoring.verify_all(period).await;
            scoring.close(period).await.unwrap();
        }
        let run = run(&mut scoring).await;
        // 75 of 90, and 2 less.
        assert_eq!(scoring.scores(&run.name).await, ["财政局 100", "住建局 81.33", "卫健局 50"]);
        let what_if = |entries| pb::SimulateRunRequest { name: run.name.clone(), entries, ..Default::default() };
        let other = |adjustment: &str, unit_id: &str, item_id: &str, points: &str| pb::SimulatedEntry {
            adjustment: adjustment.to_owned(),
            unit: if unit_id.is_empty() { String::new() } else { unit(unit_id) },
            item_id: item_id.to_owned(),
            points: decimal(points),
            ..Default::default()
        };
        let gone = pb::SimulatedEntry { adjustment: late.name.clone(), left_out: true, ..Default::default() };
        let cases = [
            (vec![gone.clone()], vec!["住建局 83.33"]),
            (vec![other(&late.name, "", "praised", "3")], vec!["住建局 86.33"]),
            (vec![gone, other("", "health", "praised", "1.5")], vec!["卫健局 51.5", "住建局 83.33"]),
        ];
        for (entries, expected) in cases {
            let reply = scoring.comparisons.simulate_run(what_if(entries)).await.unwrap().into_inner();
            let after = |it: &pb::ResultDifference| {
                format!("{} {}", it.unit_display_name, text(&it.after.as_ref().unwrap().score))
            };
            let after: Vec<String> = reply.differences.iter().map(after).collect();
            assert_eq!(after, expected);
        }
        assert_eq!(get(&mut client, &late.name).await, late, "nothing is stored");

        let nobody = pb::SimulatedEntry { left_out: true, ..Default::default() };
        refused(scoring.comparisons.simulate_run(what_if(vec![nobody, other("", "works", "", "0")])).await, &[
            ("entries[0].adjustment", "REQUIRED"),
            ("entries[1].item_id", "REQUIRED"),
            ("entries[1].points", "OUT_OF_RANGE"),
        ]);
        let faults = vec![
            other(&name("adjustments", "9"), "", "", "1"),
            other("", "works", "absent", "1"),
            other("", "works", "praised", "9"),
            other("", "office", "praised", "1"),
        ];
        refused(scoring.comparisons.simulate_run(what_if(faults)).await, &[
            ("entries[0].adjustment", "UNKNOWN_ADJUSTMENT"),
            ("entries[1].item_id", "UNKNOWN_ITEM"),
            ("entries[2].item_id", "NOT_OF_ITEM"),
            ("entries[3].unit", "NOT_ENTERED"),
        ]);
    }
}
