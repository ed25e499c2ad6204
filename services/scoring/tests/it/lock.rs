//! Corrections of a closed period.

use kit::testing::Bed;
use proto::scoring::v1 as pb;
use proto::scoring::v1::correction::State;
use proto::scoring::v1::decide_correction_request::Decision;
use tonic::{Code, Response, Status};

use crate::district::{DISTRICT, decimal, name, unit};
use crate::fixture::{Scoring, fails, refused, request_id, text, unmet};

impl Scoring {
    async fn request(&mut self, correction: pb::Correction) -> Result<pb::Correction, Status> {
        let request = pb::CreateCorrectionRequest {
            parent: DISTRICT.to_owned(),
            correction: Some(correction),
            request_id: String::new(),
        };
        self.corrections.create_correction(request).await.map(Response::into_inner)
    }
}

fn wanted(unit_id: &str, indicator: &str, period: &str, value: &str) -> pb::Correction {
    pb::Correction {
        unit: unit(unit_id),
        indicator: name("indicators", indicator),
        period: name("periods", period),
        value: decimal(value),
        reason: "统计口径有误".to_owned(),
        requester: "zhang.san".to_owned(),
        ..Default::default()
    }
}

fn decision(correction: &pb::Correction, decision: Decision) -> pb::DecideCorrectionRequest {
    pb::DecideCorrectionRequest {
        name: correction.name.clone(),
        decision: decision.into(),
        reason: "核实无误".to_owned(),
        decider: "li.si".to_owned(),
        etag: correction.etag.clone(),
        request_id: request_id(),
    }
}

/// A correction through all its steps.
pub(crate) async fn request_and_approve(scoring: &mut Scoring) {
    let requested = scoring.request(wanted("works", "revenue", "2023-01", "31")).await.unwrap();
    let request = decision(&requested, Decision::Approve);
    scoring.corrections.decide_correction(request).await.unwrap();
}

kit::both! {
    // A3: after the lock a value is corrected by two persons, and the run before stays as it is.
    async fn a_locked_value_is_corrected_once_another_person_approves(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap();
        scoring.publish(&run.name).await.unwrap();
        let before = scoring.current("works", "revenue", "2023-02").await;
        let requested = scoring.request(wanted("works", "revenue", "2023-02", "35")).await.unwrap();
        assert_eq!((requested.state(), &requested.corrects), (State::Requested, &before.name));
        assert_eq!(scoring.current("works", "revenue", "2023-02").await, before, "nothing changes yet");
        let twice = scoring.request(wanted("works", "revenue", "2023-02", "36")).await;
        unmet(twice, &[("CORRECTION_PENDING", &requested.name)]);

        let own = pb::DecideCorrectionRequest {
            decider: "zhang.san".to_owned(),
            ..decision(&requested, Decision::Approve)
        };
        refused(scoring.corrections.decide_correction(own).await, &[("decider", "SAME_PERSON")]);
        let request = decision(&requested, Decision::Approve);
        let executed = scoring.corrections.decide_correction(request.clone()).await.unwrap().into_inner();
        let again = scoring.corrections.decide_correction(request).await.unwrap().into_inner();
        assert_eq!((executed.state(), &executed), (State::Executed, &again));
        let now = scoring.current("works", "revenue", "2023-02").await;
        assert_eq!((&now.name, &now.supersedes, text(&now.value)), (&executed.observation, &before.name, "35"));
        assert_eq!(now.state(), pb::ObservationState::Locked);
        let request = decision(&executed, Decision::Reject);
        let outcome = scoring.corrections.decide_correction(request).await;
        unmet(outcome, &[("CORRECTION_DECIDED", &executed.name)]);

        assert_eq!(text(&scoring.explain(&run.name, "works").await.result.unwrap().score), "75.33");
        let second = scoring.run("2023Q1", &run.name).await.unwrap();
        let works = scoring.explain(&second.name, "works").await;
        // 90 of 90: 40 instead of 33.33; and nothing unverified.
        let result = works.result.unwrap();
        assert_eq!((text(&result.score), &result.flags[..]), ("82", &[][..]));
    }

    async fn a_value_that_was_never_reported_is_added_by_a_correction(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let requested = scoring.request(wanted("health", "survey", "2023Q1", "70")).await.unwrap();
        assert_eq!(requested.corrects, "");
        let request = decision(&requested, Decision::Approve);
        scoring.corrections.decide_correction(request).await.unwrap();
        let now = scoring.current("health", "survey", "2023Q1").await;
        assert!(now.late && now.supersedes.is_empty());
        assert_eq!(now.state(), pb::ObservationState::Locked);
        let run = scoring.run("2023Q1", "").await.unwrap();
        let health = scoring.explain(&run.name, "health").await.result.unwrap();
        assert_eq!(text(&health.score), "57");
        assert_eq!(scoring.reconciliation("2023Q1").await.missing_count, 0);
    }

    async fn a_rejected_correction_changes_nothing(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let size = scoring.ledger_size().await;
        let requested = scoring.request(wanted("works", "revenue", "2023-02", "35")).await.unwrap();
        // Two deciders at once: one holds.
        let (mut one, mut other) = (scoring.corrections.clone(), scoring.corrections.clone());
        let (first, second) = tokio::join!(
            one.decide_correction(decision(&requested, Decision::Reject)),
            other.decide_correction(decision(&requested, Decision::Reject))
        );
        let (held, lost) = if first.is_ok() { (first, second) } else { (second, first) };
        assert_eq!(held.unwrap().into_inner().state(), State::Rejected);
        fails(lost, Code::Aborted, "ETAG_MISMATCH");
        assert_eq!(scoring.ledger_size().await, size);
        // Another request may follow.
        scoring.request(wanted("works", "revenue", "2023-02", "36")).await.unwrap();
        let list = pb::ListCorrectionsRequest { parent: DISTRICT.to_owned(), ..Default::default() };
        let all = scoring.corrections.list_corrections(list.clone()).await.unwrap().into_inner();
        assert_eq!(all.corrections.len(), 2);
        let rejected = pb::ListCorrectionsRequest { state: State::Rejected.into(), period: name("periods", "2023-02"), ..list };
        let page = scoring.corrections.list_corrections(rejected).await.unwrap().into_inner();
        assert_eq!(page.corrections.iter().map(|it| &it.name).collect::<Vec<_>>(), [&requested.name]);
    }

    async fn what_is_wrong_with_a_correction_is_named_by_its_field(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let open = scoring.request(wanted("works", "revenue", "2023-01", "1")).await;
        unmet(open, &[("PERIOD_OPEN", &name("reconciliations", "2023-01"))]);
        let unknown = scoring.request(wanted("nobody", "revenue", "2023-01", "1")).await;
        refused(unknown, &[("correction.unit", "UNKNOWN_UNIT")]);
        let unknown = scoring.request(wanted("works", "revenue", "2024-01", "1")).await;
        refused(unknown, &[("correction.period", "UNKNOWN_PERIOD")]);
        let below = scoring.request(wanted("works", "investment", "2023-01", "-1")).await;
        refused(below, &[("correction.value", "VALUE_OUT_OF_RANGE")]);
        let bare = pb::Correction { reason: String::new(), requester: String::new(), ..wanted("works", "revenue", "2023-01", "1") };
        refused(scoring.request(bare).await, &[("correction.reason", "REQUIRED"), ("correction.requester", "REQUIRED")]);
        let absent = pb::GetCorrectionRequest { name: name("corrections", "1") };
        fails(scoring.corrections.get_correction(absent).await, Code::NotFound, "NOT_FOUND");
    }
}
