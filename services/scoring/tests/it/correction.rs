use kit::testing::Bed;
use proto::scoring::v1 as pb;
use tonic::Code;

use crate::district::{DISTRICT, decimal, name};
use crate::fixture::{Scoring, fails, refused, request_id, text, value};

kit::both! {
    // A3: nothing is changed; a correction supersedes.
    async fn a_correction_takes_the_place_of_what_it_corrects(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let first = scoring.report(value("finance", "revenue", "2023-01", "10")).await.unwrap();
        scoring.verify(&[&first.name], "office").await.unwrap();
        let second = scoring.correct(&first.name, "11", "漏报一笔").await.unwrap();
        assert_eq!((second.sequence, text(&second.value)), (2, "11"));
        assert_eq!((&second.supersedes, &*second.reason), (&first.name, "漏报一笔"));
        assert_eq!(second.state(), pb::ObservationState::Reported, "to be verified afresh");
        assert!(second.late, "a correction does not mend lateness");
        let third = scoring.correct(&second.name, "12", "又漏报一笔").await.unwrap();
        assert_eq!(third.supersedes, second.name);

        let old = scoring.get(&first.name).await.unwrap();
        assert_eq!((old.state(), text(&old.value)), (pb::ObservationState::Superseded, "10"));
        assert_eq!(old.reason, "漏报一笔");
        assert_eq!(scoring.current("finance", "revenue", "2023-01").await, third);
        assert_eq!(scoring.ledger_size().await, 3);
        let superseded = pb::ListObservationsRequest {
            parent: DISTRICT.to_owned(),
            state: pb::ObservationState::Superseded.into(),
            ..Default::default()
        };
        let reply = scoring.observations.list_observations(superseded).await.unwrap().into_inner();
        assert_eq!(reply.observations.len(), 2);
        assert_eq!(scoring.reconciliation("2023-01").await.corrected_count, 2);

        fails(scoring.correct(&first.name, "9", "迟了").await, Code::Aborted, "ETAG_MISMATCH");
        fails(scoring.verify(&[&first.name], "office").await, Code::FailedPrecondition, "SUPERSEDED");
    }

    async fn a_value_is_corrected_to_not_applicable_and_back(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let first = scoring.report(value("finance", "revenue", "2023-01", "0")).await.unwrap();
        let request = pb::CorrectObservationRequest {
            name: first.name.clone(),
            presence: pb::Presence::NotApplicable.into(),
            reason: "职能已划转".to_owned(),
            request_id: request_id(),
            ..Default::default()
        };
        let second = scoring.observations.correct_observation(request.clone()).await.unwrap().into_inner();
        assert_eq!((second.presence(), text(&second.value)), (pb::Presence::NotApplicable, "-"));
        assert_eq!(second.note, "职能已划转");
        let again = scoring.observations.correct_observation(request).await.unwrap().into_inner();
        assert_eq!(again, second, "the same request has one effect and one reply");
        let third = scoring.correct(&second.name, "0", "职能未划转").await.unwrap();
        assert_eq!((third.presence(), text(&third.value)), (pb::Presence::Value, "0"));
    }

    async fn a_correction_with_faults_is_refused(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let first = scoring.report(value("finance", "revenue", "2023-01", "10")).await.unwrap();
        let outcome = scoring.correct(&first.name, "-1", "误").await;
        refused(outcome, &[("value", "VALUE_OUT_OF_RANGE")]);
        let request = pb::CorrectObservationRequest {
            name: first.name.clone(),
            presence: pb::Presence::NotApplicable.into(),
            value: decimal("1"),
            ..Default::default()
        };
        let outcome = scoring.observations.correct_observation(request).await;
        refused(outcome, &[("value", "VALUE_NOT_ALLOWED"), ("reason", "REQUIRED")]);
        let absent = scoring.correct(&name("observations", "99"), "1", "误").await;
        fails(absent, Code::NotFound, "NOT_FOUND");
        assert_eq!(scoring.ledger_size().await, 1);
    }

    // Two corrections of the same observation at once: one holds, the other is told.
    async fn of_two_corrections_at_once_one_is_aborted(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let mut name = scoring.report(value("finance", "revenue", "2023-01", "10")).await.unwrap().name;
        for round in 0..10 {
            let correct = |value: &str| {
                let mut observations = scoring.observations.clone();
                let request = pb::CorrectObservationRequest {
                    name: name.clone(),
                    value: decimal(value),
                    reason: format!("第{round}次"),
                    ..Default::default()
                };
                async move { observations.correct_observation(request).await }
            };
            let (one, other) = tokio::join!(correct("1"), correct("2"));
            let (held, refused) = if one.is_ok() { (one, other) } else { (other, one) };
            fails(refused, Code::Aborted, "ETAG_MISMATCH");
            name = held.unwrap().into_inner().name;
        }
        assert_eq!(scoring.current("finance", "revenue", "2023-01").await.sequence, 11);
        assert_eq!(scoring.ledger_size().await, 11, "positions have no gaps");
    }

    async fn of_two_reports_for_a_cell_at_once_one_is_refused(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        for month in ["2023-01", "2023-02", "2023-03"] {
            let (mut one, mut other) = (scoring.observations.clone(), scoring.observations.clone());
            let request = pb::CreateObservationRequest {
                parent: DISTRICT.to_owned(),
                observation: Some(value("finance", "revenue", month, "1")),
                ..Default::default()
            };
            let (one, other) = tokio::join!(
                one.create_observation(request.clone()),
                other.create_observation(request)
            );
            let (held, lost) = if one.is_ok() { (one, other) } else { (other, one) };
            assert!(held.is_ok());
            refused(lost, &[("observation", "DUPLICATE_OBSERVATION")]);
        }
        assert_eq!(scoring.ledger_size().await, 3);
    }
}
