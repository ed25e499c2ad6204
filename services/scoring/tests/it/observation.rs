use kit::testing::Bed;
use proto::scoring::v1 as pb;
use proto::scoring::v1::observation_service_client::ObservationServiceClient;
use tonic::Code;

use crate::district::{self, DISTRICT, decimal, name, unit};
use crate::fixture::{
    Scoring, fails, not_applicable, quarter, refused, request_id, text, unmet, value,
};

fn evidence() -> pb::Evidence {
    pb::Evidence {
        title: "入库凭证".to_owned(),
        sha256: "ab".repeat(32),
        uri: "档案室/2023/1".to_owned(),
    }
}

kit::both! {
    // B1, A3
    async fn a_report_is_recorded_with_its_evidence(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let given = pb::Observation {
            evidence: vec![evidence()],
            note: "含上级补助".to_owned(),
            ..value("finance", "revenue", "2023-03", "100.50")
        };
        let recorded = scoring.report(given.clone()).await.unwrap();
        assert_eq!(recorded.name, name("observations", "1"));
        assert_eq!(recorded.sequence, 1);
        assert_eq!(text(&recorded.value), "100.5");
        assert_eq!(recorded.presence(), pb::Presence::Value);
        assert_eq!(recorded.state(), pb::ObservationState::Reported);
        assert_eq!((&recorded.evidence, &recorded.note), (&given.evidence, &given.note));
        assert_eq!(recorded.report_time, recorded.create_time);
        assert!(!recorded.late && recorded.supersedes.is_empty() && recorded.reason.is_empty());
        assert_eq!(scoring.get(&recorded.name).await.unwrap(), recorded);

        let second = scoring.report(value("works", "revenue", "2023-03", "0")).await.unwrap();
        assert_eq!(second.sequence, 2);
        for absent in ["observations/3", "observations/01", "observations/x"] {
            let absent = format!("{DISTRICT}/{absent}");
            fails(scoring.get(&absent).await, Code::NotFound, "NOT_FOUND");
        }
        refused(scoring.get("observations/1").await, &[("name", "NAME_FORMAT")]);
    }

    // A3, A4: many at once share what it costs to be durable, and nothing else.
    async fn many_callers_report_at_once(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let figures: Vec<pb::Observation> = quarter().into_iter().collect();
        let calls = figures.iter().cycle().take(figures.len() * 2).cloned().map(|figure| {
            let mut client = scoring.observations.clone();
            let request = pb::CreateObservationRequest {
                parent: DISTRICT.to_owned(),
                observation: Some(figure),
                request_id: String::new(),
            };
            tokio::spawn(async move { client.create_observation(request).await })
        });
        let (mut recorded, mut refusals) = (Vec::new(), 0);
        for call in calls.collect::<Vec<_>>() {
            match call.await.unwrap() {
                Ok(reply) => recorded.push(reply.into_inner()),
                Err(status) => {
                    refused(Err::<(), _>(status), &[("observation", "DUPLICATE_OBSERVATION")]);
                    refusals += 1;
                }
            }
        }
        assert_eq!((recorded.len(), refusals), (figures.len(), figures.len()));
        recorded.sort_by_key(|it| it.sequence);
        for (sequence, observation) in (1..).zip(&recorded) {
            assert_eq!(observation.sequence, sequence, "no position is given twice or left out");
            assert_eq!(scoring.get(&observation.name).await.unwrap(), *observation);
        }
    }

    // Zero is a value; that an indicator does not apply is none, and is said with its reason.
    async fn zero_and_not_applicable_are_kept_apart(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let zero = scoring.report(value("finance", "incidents", "2023-01", "-0.00")).await.unwrap();
        assert_eq!((text(&zero.value), zero.presence()), ("0", pb::Presence::Value));
        let none = scoring.report(not_applicable("health", "incidents", "2023-01")).await.unwrap();
        assert_eq!((text(&none.value), none.presence()), ("-", pb::Presence::NotApplicable));
        assert_eq!(scoring.get(&none.name).await.unwrap(), none);

        let silent = pb::Observation {
            note: String::new(),
            ..not_applicable("works", "incidents", "2023-01")
        };
        refused(scoring.report(silent).await, &[("observation.note", "REQUIRED")]);
        let both = pb::Observation {
            value: decimal("0"),
            ..not_applicable("works", "incidents", "2023-01")
        };
        refused(scoring.report(both).await, &[("observation.value", "VALUE_NOT_ALLOWED")]);
        let absent = pb::Observation { value: None, ..value("works", "incidents", "2023-01", "0") };
        refused(scoring.report(absent).await, &[("observation.value", "REQUIRED")]);
    }

    async fn what_is_wrong_is_named_by_its_field(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let cases = [
            (value("nobody", "revenue", "2023-01", "1"), "unit", "UNKNOWN_UNIT"),
            (value("finance", "nothing", "2023-01", "1"), "indicator", "UNKNOWN_INDICATOR"),
            (value("finance", "revenue", "2023-09", "1"), "period", "UNKNOWN_PERIOD"),
            (value("north", "revenue", "2023-01", "1"), "indicator", "NOT_ASSIGNED"),
            (value("office", "revenue", "2023-01", "1"), "indicator", "NOT_ASSIGNED"),
            (value("finance", "revenue", "2023Q1", "1"), "period", "PERIOD_KIND"),
            (value("finance", "survey", "2023-01", "1"), "period", "PERIOD_KIND"),
            (value("finance", "revenue", "2023-01", "-1"), "value", "VALUE_OUT_OF_RANGE"),
            (value("finance", "survey", "2023Q1", "100.01"), "value", "VALUE_OUT_OF_RANGE"),
            (value("finance", "revenue", "2023-01", "1e18"), "value", "DECIMAL_FORMAT"),
            (value("finance", "revenue", "2023-01", "0.0000001"), "value", "DECIMAL_FORMAT"),
            (value("finance", "revenue", "2023-01", "很多"), "value", "DECIMAL_FORMAT"),
        ];
        for (observation, field, reason) in cases {
            let field = format!("observation.{field}");
            refused(scoring.report(observation).await, &[(&field, reason)]);
        }
        let astray = pb::Observation {
            unit: "districts/elsewhere/units/finance".to_owned(),
            indicator: "revenue".to_owned(),
            period: String::new(),
            presence: 7,
            note: "长".repeat(501),
            evidence: vec![pb::Evidence { sha256: "AB".repeat(32), ..evidence() }],
            ..value("finance", "revenue", "2023-01", "1")
        };
        refused(scoring.report(astray).await, &[
            ("observation.unit", "OTHER_DISTRICT"),
            ("observation.indicator", "NAME_FORMAT"),
            ("observation.period", "REQUIRED"),
            ("observation.presence", "UNKNOWN_VALUE"),
            ("observation.note", "LENGTH"),
            ("observation.evidence[0].sha256", "SHA256_FORMAT"),
        ]);
        let much = pb::Observation {
            evidence: vec![evidence(); 21],
            ..value("finance", "revenue", "2023-01", "1")
        };
        refused(scoring.report(much).await, &[("observation.evidence", "OUT_OF_RANGE")]);
        let request = pb::CreateObservationRequest { parent: DISTRICT.to_owned(), ..Default::default() };
        let outcome = scoring.observations.create_observation(request).await;
        refused(outcome, &[("observation", "REQUIRED")]);
        assert_eq!(scoring.ledger_size().await, 0);
    }

    async fn a_cell_is_reported_once(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let row = value("finance", "revenue", "2023-01", "1");
        let request_id = request_id();
        let mut request = pb::CreateObservationRequest {
            parent: DISTRICT.to_owned(),
            observation: Some(row.clone()),
            request_id,
        };
        let first = scoring.observations.create_observation(request.clone()).await.unwrap();
        let again = scoring.observations.create_observation(request.clone()).await.unwrap();
        assert_eq!(first.into_inner(), again.into_inner());
        request.observation.as_mut().unwrap().value = decimal("2");
        let reused = scoring.observations.create_observation(request).await;
        fails(reused, Code::InvalidArgument, "REQUEST_ID_REUSED");
        refused(scoring.report(row).await, &[("observation", "DUPLICATE_OBSERVATION")]);
        assert_eq!(scoring.ledger_size().await, 1);
    }

    // H3: a report belongs to its period while the period is open.
    async fn a_closed_period_takes_no_report(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        scoring.report(value("finance", "revenue", "2023-01", "1")).await.unwrap();
        scoring.verify_all("2023-01").await;
        scoring.close("2023-01").await.unwrap();
        let period = name("periods", "2023-01");
        let late = scoring.report(value("works", "revenue", "2023-01", "1")).await;
        unmet(late, &[("PERIOD_CLOSED", &period)]);
        let first = name("observations", "1");
        unmet(scoring.correct(&first, "2", "误报").await, &[("PERIOD_CLOSED", &period)]);
        let locked = scoring.get(&first).await.unwrap();
        assert_eq!(locked.state(), pb::ObservationState::Locked);
    }

    // Recorded time is not effective time: what an integrator hands on later was not late.
    async fn lateness_goes_by_when_the_unit_reported(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        // The bed's clock stands at 1 April; the due day of January ended on 5 February at
        // 16:00 UTC, midnight in Shanghai.
        let late = scoring.report(value("finance", "revenue", "2023-01", "1")).await.unwrap();
        assert!(late.late);
        let handed_in = |unit: &str, time: &str| pb::Observation {
            report_time: Some(kit::clock::to_proto(time.parse().unwrap())),
            ..value(unit, "revenue", "2023-01", "1")
        };
        let on_time = scoring.report(handed_in("works", "2023-02-05T15:59:59Z")).await.unwrap();
        assert!(!on_time.late);
        assert_ne!(on_time.report_time, on_time.create_time);
        let just_late = scoring.report(handed_in("health", "2023-02-05T16:00:00Z")).await.unwrap();
        assert!(just_late.late);
        let future = handed_in("health", "2023-04-01T00:00:01Z");
        refused(scoring.report(future).await, &[("observation.report_time", "IN_FUTURE")]);
        let due = value("works", "revenue", "2023-03", "1");
        assert!(!scoring.report(due).await.unwrap().late);
        assert_eq!(scoring.reconciliation("2023-01").await.late_count, 2);
    }

    // What was defined a moment ago is never called unknown.
    async fn a_unit_created_a_moment_ago_is_known(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        scoring.report(value("finance", "revenue", "2023-01", "1")).await.unwrap();
        district::create_unit(scoring.served.channel(), "water", "economic").await;
        scoring.report(value("water", "revenue", "2023-01", "1")).await.unwrap();
        district::create_unit(scoring.served.channel(), "roads", "economic").await;
        scoring.store(vec![
            value("works", "revenue", "2023-01", "1"),
            value("roads", "revenue", "2023-01", "1"),
        ]).await;
    }

    // A1: without registry nothing can be checked, so nothing is taken.
    async fn without_registry_a_report_is_to_be_tried_again(bed: &Bed) {
        let served = bed.start(&[scoring::SERVICE]).await;
        let mut observations = ObservationServiceClient::new(served.channel());
        let request = pb::CreateObservationRequest {
            parent: DISTRICT.to_owned(),
            observation: Some(value("finance", "revenue", "2023-01", "1")),
            ..Default::default()
        };
        let outcome = observations.create_observation(request).await;
        fails(outcome, Code::Unavailable, "UNAVAILABLE");
    }

    async fn the_ledger_is_listed_in_order_and_narrowed(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let rows = quarter().len();
        scoring.store(quarter()).await;
        let (mut seen, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = pb::ListObservationsRequest {
                parent: DISTRICT.to_owned(),
                page_size: 10,
                page_token,
                ..Default::default()
            };
            let page = scoring.observations.list_observations(request).await.unwrap().into_inner();
            seen.extend(page.observations.into_iter().map(|it| it.sequence));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        assert_eq!(seen, (1..=rows as i64).collect::<Vec<_>>());

        let mut count = async |request: pb::ListObservationsRequest| {
            let request = pb::ListObservationsRequest {
                parent: DISTRICT.to_owned(),
                page_size: 1000,
                ..request
            };
            let reply = scoring.observations.list_observations(request).await.unwrap();
            reply.into_inner().observations.len()
        };
        let all = pb::ListObservationsRequest::default;
        assert_eq!(count(pb::ListObservationsRequest { unit: unit("health"), ..all() }).await, 8);
        let indicator = name("indicators", "survey");
        assert_eq!(count(pb::ListObservationsRequest { indicator, ..all() }).await, 4);
        let period = name("periods", "2023-02");
        assert_eq!(count(pb::ListObservationsRequest { period, ..all() }).await, 8);
        let reported = pb::ObservationState::Reported.into();
        assert_eq!(count(pb::ListObservationsRequest { state: reported, ..all() }).await, rows);
        let verified = pb::ObservationState::Verified.into();
        assert_eq!(count(pb::ListObservationsRequest { state: verified, ..all() }).await, 0);

        let elsewhere = "districts/elsewhere/units/health".to_owned();
        let request = pb::ListObservationsRequest { parent: DISTRICT.to_owned(), unit: elsewhere, ..all() };
        let outcome = scoring.observations.list_observations(request).await;
        refused(outcome, &[("unit", "OTHER_DISTRICT")]);
    }

    // Whatever a list is narrowed to, it brings the same rows in the ledger's order.
    async fn every_state_is_listed_alone_and_narrowed(bed: &Bed) {
        use pb::ObservationState::{Disputed, Locked, Reported, Superseded, Verified};
        let mut scoring = Scoring::start(bed).await;
        scoring.store(crate::fixture::quarter()).await;
        for month in ["2023-01", "2023-02"] {
            scoring.verify_all(month).await;
        }
        scoring.close("2023-01").await.unwrap();
        for (id, month) in [("finance", "2023-02"), ("works", "2023-03")] {
            let before = scoring.current(id, "revenue", month).await;
            scoring.correct(&before.name, "33", "漏报").await.unwrap();
        }
        let disputed = scoring.current("finance", "investment", "2023-03").await;
        scoring.dispute(&disputed.name, "office", "不符").await.unwrap();

        let ledger = pb::ListObservationsRequest {
            parent: DISTRICT.to_owned(),
            page_size: 1000,
            show_superseded: true,
            ..Default::default()
        };
        let all = scoring.observations.list_observations(ledger.clone()).await.unwrap();
        let all = all.into_inner().observations;
        for state in [Reported, Verified, Disputed, Locked, Superseded] {
            assert!(all.iter().any(|row| row.state() == state), "{state:?}");
            for (unit_id, month) in [("", ""), ("finance", ""), ("", "2023-03"), ("works", "2023-03")] {
                let of = |collection, id: &str| match id {
                    "" => String::new(),
                    id => name(collection, id),
                };
                let (unit, period) = (of("units", unit_id), of("periods", month));
                let wanted = all.iter().filter(|row| {
                    row.state() == state
                        && (unit.is_empty() || row.unit == unit)
                        && (period.is_empty() || row.period == period)
                });
                let wanted: Vec<i64> = wanted.map(|row| row.sequence).collect();
                let (mut seen, mut page_token) = (Vec::new(), String::new());
                loop {
                    let request = pb::ListObservationsRequest {
                        unit: unit.clone(),
                        period: period.clone(),
                        state: state.into(),
                        page_size: 3,
                        page_token,
                        ..ledger.clone()
                    };
                    let page = scoring.observations.list_observations(request).await.unwrap();
                    let page = page.into_inner();
                    seen.extend(page.observations.iter().map(|row| row.sequence));
                    page_token = page.next_page_token;
                    if page_token.is_empty() {
                        break;
                    }
                }
                assert_eq!(seen, wanted, "{state:?} {unit_id} {month}");
            }
        }
    }
}
