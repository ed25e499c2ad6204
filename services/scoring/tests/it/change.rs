use std::time::Duration;

use kit::testing::Bed;
use proto::scoring::v1 as pb;
use proto::scoring::v1::change::Resource;
use tonic::{Code, Streaming};

use crate::district::{DISTRICT, name};
use crate::fixture::{Scoring, fails, refused, value};

pub(crate) async fn watch(
    scoring: &mut Scoring,
    resume_token: &str,
    kinds: &[&str],
) -> Streaming<pb::WatchChangesResponse> {
    let request = pb::WatchChangesRequest {
        parent: DISTRICT.to_owned(),
        resume_token: resume_token.to_owned(),
        kinds: kinds.iter().map(|kind| format!("saima.scoring.v1.{kind}")).collect(),
    };
    scoring.changes.watch_changes(request).await.unwrap().into_inner()
}

/// The next change, bookmarks passed over.
pub(crate) async fn next(stream: &mut Streaming<pb::WatchChangesResponse>) -> (String, pb::Change) {
    let reply = async {
        loop {
            let reply = stream.message().await.unwrap().unwrap();
            if let Some(change) = reply.change {
                return (reply.resume_token, change);
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), reply).await.expect("no change came")
}

kit::both! {
    // A2: a disputed figure is told with its reason and whose it is.
    async fn a_dispute_is_told_with_the_figure(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let figure = scoring.report(value("works", "revenue", "2023-01", "1")).await.unwrap();
        scoring.dispute(&figure.name, "office", "不符").await.unwrap();
        let mut stream = watch(&mut scoring, "", &["ObservationDisputed"]).await;
        let (_, change) = next(&mut stream).await;
        let Some(Resource::Observation(told)) = change.resource else { panic!("{change:?}") };
        assert_eq!((&told.name, &told.unit, &*told.reason), (&figure.name, &figure.unit, "不符"));
        assert_eq!(told.state(), pb::ObservationState::Disputed);
    }

    // A2: integrators see what happened in the order it was committed.
    async fn the_feed_tells_a_quarter(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let first = scoring.report(value("works", "revenue", "2023-01", "1")).await.unwrap();
        let rows = vec![
            value("works", "investment", "2023-01", "1"),
            value("finance", "revenue", "2023-01", "3"),
        ];
        scoring.store(rows).await;
        let corrected = scoring.correct(&first.name, "2", "漏报").await.unwrap();
        scoring.dispute(&corrected.name, "office", "不符").await.unwrap();
        scoring.verify_all("2023-01").await;
        for period in ["2023-01", "2023-02", "2023-03", "2023Q1"] {
            scoring.close(period).await.unwrap();
        }
        let run = scoring.run("2023Q1", "").await.unwrap();
        scoring.publish(&run.name).await.unwrap();

        let mut stream = watch(&mut scoring, "", &[]).await;
        let mut seen = Vec::new();
        let mut tokens = Vec::new();
        while !seen.iter().any(|it: &String| it.starts_with("WarningRaised warnings/10 ")) {
            let (token, change) = next(&mut stream).await;
            tokens.push(token);
            assert!(change.change_time.is_some());
            let kind = change.kind.trim_start_matches("saima.scoring.v1.").to_owned();
            let resource = match change.resource {
                None => "",
                Some(Resource::Reconciliation(_)) => "reconciliation",
                Some(Resource::Run(_)) => "run",
                Some(Resource::Result(_)) => "result",
                Some(Resource::Warning(_)) => "warning",
                Some(Resource::Observation(_)) => "observation",
                Some(_) => "other",
            };
            let name = change.name.trim_start_matches("districts/hengkou/").to_owned();
            seen.push(format!("{kind} {name} {resource}"));
        }
        assert_eq!(seen, [
            "ObservationsReported observations/1 ",
            "ObservationsReported observations ",
            "ObservationCorrected observations/4 ",
            "ObservationDisputed observations/4 observation",
            "ObservationsVerified observations ",
            "ReconciliationClosed reconciliations/2023-01 reconciliation",
            "WarningRaised warnings/1 warning",
            "WarningRaised warnings/2 warning",
            "WarningRaised warnings/3 warning",
            // Nothing more was reported: what January brought is behind more and more.
            "ReconciliationClosed reconciliations/2023-02 reconciliation",
            "WarningRaised warnings/4 warning",
            "WarningRaised warnings/5 warning",
            "WarningRaised warnings/6 warning",
            "ReconciliationClosed reconciliations/2023-03 reconciliation",
            "WarningRaised warnings/7 warning",
            "WarningRaised warnings/8 warning",
            "WarningRaised warnings/9 warning",
            "ReconciliationClosed reconciliations/2023Q1 reconciliation",
            "RunCreated runs/1 run",
            "saima.access.v1.ApprovalRequested approvals/scoring-1 other",
            "saima.access.v1.ApprovalApproved approvals/scoring-1 other",
            "saima.access.v1.ApprovalUsed approvals/scoring-1 other",
            "RunPublished runs/1 run",
            "ResultPublished runs/1/results/works result",
            "ResultPublished runs/1/results/finance result",
            "ResultPublished runs/1/results/health result",
            "ResultPublished runs/1/results/north result",
            "ResultPublished runs/1/results/south result",
            "WarningRaised warnings/10 warning",
        ]);

        // Resumed after the fifth, it goes on with the sixth.
        let mut stream = watch(&mut scoring, &tokens[4], &[]).await;
        assert_eq!(next(&mut stream).await.1.name, name("reconciliations", "2023-01"));
        let mut stream = watch(&mut scoring, "", &["RunPublished"]).await;
        let (_, change) = next(&mut stream).await;
        let Some(Resource::Run(published)) = change.resource else { panic!("no run") };
        assert_eq!(published.state(), pb::run::State::Published);
    }

    async fn a_watch_sees_what_comes_and_ends_with_the_service(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let mut stream = watch(&mut scoring, "", &[]).await;
        scoring.report(value("works", "revenue", "2023-01", "1")).await.unwrap();
        assert_eq!(next(&mut stream).await.1.kind, "saima.scoring.v1.ObservationsReported");

        let request = pb::WatchChangesRequest { parent: "units/x".to_owned(), ..Default::default() };
        refused(scoring.changes.watch_changes(request).await, &[("parent", "NAME_FORMAT")]);
        let request = pb::WatchChangesRequest {
            parent: "districts/-".to_owned(),
            kinds: vec!["saima.scoring.v1.ObservationsReported".to_owned()],
            ..Default::default()
        };
        let mut all = scoring.changes.watch_changes(request).await.unwrap().into_inner();
        assert_eq!(next(&mut all).await.1.name, name("observations", "1"));

        let Scoring { served, .. } = scoring;
        let stopping = tokio::spawn(served.stop());
        let end = async {
            loop {
                match stream.message().await {
                    Ok(Some(_)) => {}
                    other => return other,
                }
            }
        };
        let end = tokio::time::timeout(Duration::from_secs(20), end).await.expect("the stream went on");
        fails(end, Code::Unavailable, "UNAVAILABLE");
        drop(all);
        stopping.await.unwrap();
    }
}
