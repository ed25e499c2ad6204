use kit::testing::Bed;
use proto::scoring::v1 as pb;
use tonic::Code;

use crate::district::{DISTRICT, name, unit};
use crate::fixture::{MONTHS, Scoring, fails, quarter, refused, request_id, unmet, value};

fn counts(it: &pb::Reconciliation) -> [i32; 5] {
    [it.due_count, it.missing_count, it.reported_count, it.verified_count, it.disputed_count]
}

kit::both! {
    // B1: the unit reports, the evaluating unit agrees or disagrees, the period closes.
    async fn a_month_goes_from_missing_to_locked(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        // Three departments with three monthly indicators each; the survey is quarterly.
        assert_eq!(counts(&scoring.reconciliation("2023-01").await), [9, 9, 0, 0, 0]);
        assert_eq!(counts(&scoring.reconciliation("2023Q1").await), [5, 5, 0, 0, 0]);
        scoring.store(quarter()).await;
        assert_eq!(counts(&scoring.reconciliation("2023-01").await), [9, 0, 9, 0, 0]);
        assert_eq!(counts(&scoring.reconciliation("2023-02").await), [9, 1, 8, 0, 0]);

        let revenue = scoring.current("works", "revenue", "2023-01").await;
        assert_eq!(scoring.verify(&[&revenue.name], "office").await.unwrap(), 1);
        let investment = scoring.current("works", "investment", "2023-01").await;
        let reply = scoring.dispute(&investment.name, "office", "与统计数不符").await.unwrap();
        assert_eq!(reply.observation, investment.name);
        assert_eq!(counts(&scoring.reconciliation("2023-01").await), [9, 0, 7, 1, 1]);
        let disputed = scoring.get(&investment.name).await.unwrap();
        assert_eq!(disputed.state(), pb::ObservationState::Disputed);
        assert_eq!(disputed.reason, "与统计数不符");

        // It ends when the unit corrects its report, to be agreed with afresh.
        let corrected = scoring.correct(&investment.name, "99", "按统计数更正").await.unwrap();
        assert_eq!(corrected.state(), pb::ObservationState::Reported);
        // Or when the evaluating unit agrees after all.
        scoring.dispute(&corrected.name, "office", "仍不符").await.unwrap();
        scoring.verify_all("2023-01").await;
        assert_eq!(scoring.get(&corrected.name).await.unwrap().state(), pb::ObservationState::Verified);
        let closed = scoring.close("2023-01").await.unwrap();
        assert_eq!(closed.state(), pb::reconciliation::State::Closed);
        assert_eq!(counts(&closed), [9, 0, 0, 9, 0]);
        assert_eq!(closed.corrected_count, 1);
        assert!(closed.close_time.is_some());
        assert_eq!(scoring.reconciliation("2023-01").await, closed);
        let locked = scoring.get(&corrected.name).await.unwrap();
        assert_eq!(locked.state(), pb::ObservationState::Locked);
    }

    async fn open_cells_say_who_must_act(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        scoring.report(value("finance", "revenue", "2023-01", "1")).await.unwrap();
        let disputed = scoring.report(value("works", "revenue", "2023-01", "1")).await.unwrap();
        scoring.dispute(&disputed.name, "office", "不符").await.unwrap();
        let open = scoring.open_cells("2023-01", "office").await;
        let short = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
        let seen: Vec<_> = open.iter().map(|cell| (short(&cell.unit), short(&cell.indicator), cell.gap())).collect();
        use pb::CellGap::{Disputed, Missing, Unverified};
        let expected = [
            ("finance", "investment", Missing),
            ("finance", "revenue", Unverified),
            ("health", "investment", Missing),
            ("health", "revenue", Missing),
            ("works", "investment", Missing),
            ("works", "revenue", Disputed),
        ];
        let expected = expected.map(|(unit, indicator, gap)| (unit.to_owned(), indicator.to_owned(), gap));
        assert_eq!(seen, expected);
        assert_eq!((&*open[0].observation, &open[5].observation), ("", &disputed.name));
        assert!(open.iter().all(|cell| cell.evaluating_unit == unit("office")));

        let (mut seen, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = pb::ListOpenCellsRequest {
                parent: name("reconciliations", "2023-01"),
                page_size: 4,
                page_token,
                ..Default::default()
            };
            let page = scoring.reconciliations.list_open_cells(request).await.unwrap().into_inner();
            seen.extend(page.open_cells.into_iter().map(|cell| (cell.unit, cell.indicator)));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        assert_eq!(seen.len(), 9);
        assert!(seen.is_sorted());
        let request = pb::ListOpenCellsRequest {
            parent: name("reconciliations", "2023-01"),
            unit: unit("works"),
            ..Default::default()
        };
        let reply = scoring.reconciliations.list_open_cells(request).await.unwrap().into_inner();
        assert_eq!(reply.open_cells.len(), 3);
    }

    async fn only_the_evaluating_unit_judges(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let revenue = scoring.report(value("works", "revenue", "2023-01", "1")).await.unwrap().name;
        let incidents = scoring.report(value("works", "incidents", "2023-01", "1")).await.unwrap().name;
        let both = [&*revenue, &*incidents];
        unmet(scoring.verify(&both, "office").await, &[("NOT_EVALUATING_UNIT", &incidents)]);
        assert_eq!(scoring.reconciliation("2023-01").await.verified_count, 0, "all or none");
        unmet(scoring.dispute(&revenue, "works", "自评").await, &[("NOT_EVALUATING_UNIT", &revenue)]);

        let twice = [&*revenue, &*revenue];
        assert_eq!(scoring.verify(&twice, "office").await.unwrap(), 1);
        unmet(scoring.verify(&[&revenue], "office").await, &[("ALREADY_VERIFIED", &revenue)]);
        let absent = name("observations", "77");
        fails(scoring.verify(&[&absent], "office").await, Code::NotFound, "NOT_FOUND");
        refused(scoring.verify(&[], "office").await, &[("names", "OUT_OF_RANGE")]);
        let other = ["districts/elsewhere/observations/1"];
        refused(scoring.verify(&other, "office").await, &[("names[0]", "OTHER_DISTRICT")]);
        refused(scoring.dispute(&revenue, "office", "").await, &[("reason", "REQUIRED")]);
    }

    async fn a_verdict_sent_twice_is_taken_once(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let revenue = scoring.report(value("works", "revenue", "2023-01", "1")).await.unwrap().name;
        let request = pb::VerifyObservationsRequest {
            parent: DISTRICT.to_owned(),
            names: vec![revenue.clone()],
            evaluating_unit: unit("office"),
            request_id: request_id(),
        };
        for _ in 0..2 {
            let reply = scoring.reconciliations.verify_observations(request.clone()).await.unwrap();
            assert_eq!(reply.into_inner().verified_count, 1);
        }
        let request = pb::DisputeObservationRequest {
            name: revenue,
            evaluating_unit: unit("office"),
            reason: "不符".to_owned(),
            request_id: request_id(),
            ..Default::default()
        };
        let first = scoring.reconciliations.dispute_observation(request.clone()).await.unwrap();
        let again = scoring.reconciliations.dispute_observation(request).await.unwrap();
        assert_eq!(first.into_inner(), again.into_inner());
    }

    // Five thousand at once, in one statement each way.
    async fn many_observations_are_agreed_with_at_once(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let reply = scoring.store(quarter()).await;
        let names = (reply.first_sequence..=reply.last_sequence).map(|it| name("observations", &it.to_string()));
        let of_office: Vec<String> = names
            .zip(quarter())
            .filter(|(_, row)| row.indicator.ends_with("revenue") || row.indicator.ends_with("investment"))
            .map(|(name, _)| name)
            .collect();
        let of_office: Vec<&str> = of_office.iter().map(String::as_str).collect();
        let count = of_office.len() as i32;
        assert_eq!(scoring.verify(&of_office, "office").await.unwrap(), count);
        let much = vec![of_office[0]; 5001];
        refused(scoring.verify(&much, "office").await, &[("names", "OUT_OF_RANGE")]);
    }

    async fn a_period_closes_when_nothing_is_in_the_way(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let unverified = scoring.report(value("works", "revenue", "2023-01", "1")).await.unwrap().name;
        let disputed = scoring.report(value("works", "incidents", "2023-01", "1")).await.unwrap().name;
        scoring.dispute(&disputed, "safety", "不符").await.unwrap();
        // By unit and indicator; what is missing is not in the way.
        unmet(scoring.close("2023-01").await, &[("DISPUTED", &disputed), ("UNVERIFIED", &unverified)]);
        let parts = MONTHS.map(|month| name("reconciliations", month));
        let parts: Vec<_> = parts.iter().map(|part| ("PART_OPEN", part.as_str())).collect();
        unmet(scoring.close("2023Q1").await, &parts);

        scoring.verify_all("2023-01").await;
        let closed = scoring.close("2023-01").await.unwrap();
        assert_eq!(counts(&closed), [9, 7, 0, 2, 0], "what is missing stays missing");
        let period = name("periods", "2023-01");
        unmet(scoring.close("2023-01").await, &[("PERIOD_CLOSED", &period)]);
        unmet(scoring.verify(&[&unverified], "office").await, &[("PERIOD_CLOSED", &unverified)]);
        unmet(scoring.dispute(&unverified, "office", "迟了").await, &[("PERIOD_CLOSED", &unverified)]);
        for month in &MONTHS[1..] {
            scoring.close(month).await.unwrap();
        }
        scoring.close("2023Q1").await.unwrap();
        fails(scoring.close("2024Q1").await, Code::NotFound, "NOT_FOUND");
    }

    async fn what_is_in_the_way_is_listed_up_to_twenty(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        for number in 0..25 {
            let id = format!("d{number:02}");
            crate::district::create_unit(scoring.served.channel(), &id, "economic").await;
        }
        let rows = (0..25).map(|number| value(&format!("d{number:02}"), "revenue", "2023-01", "1"));
        scoring.store(rows.collect()).await;
        let names = (1..=20).map(|number: i32| name("observations", &number.to_string()));
        let names: Vec<String> = names.collect();
        let expected: Vec<_> = names.iter().map(|name| ("UNVERIFIED", name.as_str())).collect();
        unmet(scoring.close("2023-01").await, &expected);
    }

    async fn closing_twice_with_one_request_has_one_effect(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let request = pb::CloseReconciliationRequest {
            name: name("reconciliations", "2023-01"),
            request_id: request_id(),
        };
        let first = scoring.reconciliations.close_reconciliation(request.clone()).await.unwrap();
        let again = scoring.reconciliations.close_reconciliation(request).await.unwrap();
        assert_eq!(first.into_inner(), again.into_inner());
    }

    // A report and the closing of its period at once: whichever comes first, the closed
    // period holds nothing that was not agreed.
    async fn nothing_slips_into_a_period_that_closes(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let (mut observations, mut reconciliations) =
            (scoring.observations.clone(), scoring.reconciliations.clone());
        let request = pb::CreateObservationRequest {
            parent: DISTRICT.to_owned(),
            observation: Some(value("works", "revenue", "2023-01", "1")),
            ..Default::default()
        };
        let close = pb::CloseReconciliationRequest {
            name: name("reconciliations", "2023-01"),
            ..Default::default()
        };
        let (reported, closed) = tokio::join!(
            observations.create_observation(request),
            reconciliations.close_reconciliation(close)
        );
        assert!(reported.is_ok() != closed.is_ok());
        let period = scoring.reconciliation("2023-01").await;
        assert_eq!(period.close_time.is_some(), closed.is_ok());
        assert_eq!(period.reported_count, i32::from(reported.is_ok()));
    }
}
