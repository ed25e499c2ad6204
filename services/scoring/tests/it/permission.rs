//! Who is bound to a unit acts for it and for no other.

use kit::testing::{Bed, Channel, token};
use proto::scoring::v1 as pb;
use proto::scoring::v1::correction_service_client::CorrectionServiceClient;
use proto::scoring::v1::observation_service_client::ObservationServiceClient;
use proto::scoring::v1::reconciliation_service_client::ReconciliationServiceClient;
use proto::scoring::v1::run_service_client::RunServiceClient;
use proto::scoring::v1::warning_service_client::WarningServiceClient;
use tonic::{Code, Status};

use crate::district::{DISTRICT, decimal, name, unit};
use crate::fixture::{Scoring, batch, fails, header, quarter, refused, value};

/// Somebody with a role in a unit of the district.
fn of_unit(scoring: &Scoring, role: &str, id: &str) -> Channel {
    scoring.served.channel_as(&token("wang.wei", &[&format!("{role}@{}", unit(id))]))
}

/// Somebody with a role in the whole district.
fn of_district(scoring: &Scoring, account: &str, role: &str) -> Channel {
    scoring.served.channel_as(&token(account, &[&format!("{role}@{DISTRICT}")]))
}

async fn report(
    channel: &Channel,
    observation: pb::Observation,
) -> Result<pb::Observation, Status> {
    let request = pb::CreateObservationRequest {
        parent: DISTRICT.to_owned(),
        observation: Some(observation),
        request_id: String::new(),
    };
    let reply = ObservationServiceClient::new(channel.clone()).create_observation(request).await;
    reply.map(tonic::Response::into_inner)
}

kit::both! {
    // B1, A3
    async fn a_reporter_reports_for_his_unit_alone(bed: &Bed) {
        let scoring = Scoring::start(bed).await;
        let finance = of_unit(&scoring, "unit-reporter", "finance");
        let own = report(&finance, value("finance", "revenue", "2023-01", "10")).await.unwrap();
        let other = report(&finance, value("works", "revenue", "2023-01", "10")).await;
        fails(other, Code::PermissionDenied, "OTHER_UNIT");

        let works = of_unit(&scoring, "unit-reporter", "works");
        let mut of_works = ObservationServiceClient::new(works.clone());
        let read = of_works.get_observation(pb::GetObservationRequest { name: own.name.clone() });
        fails(read.await, Code::PermissionDenied, "OTHER_UNIT");
        let correct = of_works.correct_observation(pb::CorrectObservationRequest {
            name: own.name.clone(),
            value: decimal("99"),
            reason: "漏报".to_owned(),
            ..Default::default()
        });
        fails(correct.await, Code::PermissionDenied, "OTHER_UNIT");

        // A list must be narrowed to the own unit.
        let mut of_finance = ObservationServiceClient::new(finance.clone());
        let mut request =
            pb::ListObservationsRequest { parent: DISTRICT.to_owned(), ..Default::default() };
        let all = of_finance.list_observations(request.clone()).await;
        fails(all, Code::PermissionDenied, "OTHER_UNIT");
        request.unit = unit("finance");
        let listed = of_finance.list_observations(request).await.unwrap().into_inner();
        assert_eq!(listed.observations, [own]);

        // In a bulk the foreign rows are named, and nothing is stored.
        let rows = vec![
            value("works", "revenue", "2023-02", "1"),
            value("finance", "revenue", "2023-02", "2"),
        ];
        let messages = batch(header(2), rows).into_iter();
        let messages = messages.map(|it| pb::BulkCreateObservationsRequest { content: Some(it) });
        let stream = futures::stream::iter(messages.collect::<Vec<_>>());
        let reply = of_finance.bulk_create_observations(stream).await.unwrap().into_inner();
        assert_eq!((reply.stored_count, reply.problem_count), (0, 1));
        assert_eq!((reply.problems[0].row, &*reply.problems[0].reason), (0, "OTHER_UNIT"));

        // Another district is none of his, whatever is asked.
        let mut elsewhere = value("finance", "revenue", "2023-03", "1");
        elsewhere.unit = "districts/other/units/finance".to_owned();
        let request = pb::CreateObservationRequest {
            parent: "districts/other".to_owned(),
            observation: Some(elsewhere),
            request_id: String::new(),
        };
        fails(of_finance.create_observation(request).await, Code::PermissionDenied, "NOT_PERMITTED");
    }

    // B7
    async fn an_evaluating_unit_judges_its_own_indicators(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let reported = scoring.report(value("finance", "revenue", "2023-01", "10")).await.unwrap();
        let verify = async |channel: Channel, by: &str| {
            let request = pb::VerifyObservationsRequest {
                parent: DISTRICT.to_owned(),
                names: vec![reported.name.clone()],
                evaluating_unit: unit(by),
                request_id: String::new(),
            };
            ReconciliationServiceClient::new(channel).verify_observations(request).await
        };
        let safety = of_unit(&scoring, "evaluating-unit", "safety");
        fails(verify(safety.clone(), "office").await, Code::PermissionDenied, "OTHER_UNIT");
        assert!(verify(safety, "safety").await.is_err(), "revenue is not safety's to judge");
        let reporter = of_unit(&scoring, "unit-reporter", "finance");
        fails(verify(reporter, "finance").await, Code::PermissionDenied, "NOT_PERMITTED");
        let office = of_unit(&scoring, "evaluating-unit", "office");
        assert_eq!(verify(office, "office").await.unwrap().into_inner().verified_count, 1);
    }

    // A3, H12
    async fn a_unit_sees_its_own_result_once_it_is_published(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap().name;
        let mut head = RunServiceClient::new(of_unit(&scoring, "unit-head", "finance"));
        let result = |id: &str| pb::GetResultRequest { name: format!("{run}/results/{id}") };
        fails(head.get_result(result("finance")).await, Code::NotFound, "NOT_FOUND");

        // The office publishes when its leader approved.
        let office = of_district(&scoring, "li.na", "assessment-office");
        let publish = async |approval: String| {
            let request = pb::PublishRunRequest { name: run.clone(), approval, ..Default::default() };
            RunServiceClient::new(office.clone()).publish_run(request).await
        };
        let refusal = publish(String::new()).await.unwrap_err();
        let leader = token("zhao.lei", &[&format!("office-leader@{DISTRICT}")]);
        let approval = office.approval(&refusal, &leader).await.unwrap();
        publish(approval).await.unwrap();

        assert!(head.get_result(result("finance")).await.unwrap().into_inner().score.is_some());
        fails(head.get_result(result("works")).await, Code::PermissionDenied, "OTHER_UNIT");
        let explain = |id: &str| pb::ExplainScoreRequest { name: format!("{run}/results/{id}") };
        assert!(head.explain_score(explain("finance")).await.is_ok());
        fails(head.explain_score(explain("works")).await, Code::PermissionDenied, "OTHER_UNIT");
        let all = pb::ListResultsRequest { parent: run.clone(), ..Default::default() };
        fails(head.list_results(all).await, Code::PermissionDenied, "OTHER_UNIT");

        let mut warnings = WarningServiceClient::new(of_unit(&scoring, "unit-head", "finance"));
        let all = pb::ListWarningsRequest { parent: DISTRICT.to_owned(), ..Default::default() };
        fails(warnings.list_warnings(all.clone()).await, Code::PermissionDenied, "OTHER_UNIT");
        let own = pb::ListWarningsRequest { unit: unit("finance"), ..all };
        assert!(warnings.list_warnings(own).await.is_ok());
    }

    // A3
    async fn nobody_signs_for_another(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        scoring.store(quarter()).await;
        for period in crate::fixture::MONTHS {
            scoring.verify_all(period).await;
            scoring.close(period).await.unwrap();
        }
        let wanted = pb::CreateCorrectionRequest {
            parent: DISTRICT.to_owned(),
            correction: Some(pb::Correction {
                unit: unit("finance"),
                indicator: name("indicators", "revenue"),
                period: name("periods", "2023-01"),
                value: decimal("101"),
                reason: "入库数有误".to_owned(),
                requester: "li.na".to_owned(),
                ..Default::default()
            }),
            request_id: String::new(),
        };
        let head = of_unit(&scoring, "unit-head", "finance");
        let mut head = CorrectionServiceClient::new(head);
        refused(
            head.create_correction(wanted.clone()).await,
            &[("correction.requester", "NOT_YOURSELF")],
        );
        let office = of_district(&scoring, "li.na", "assessment-office");
        let mut office = CorrectionServiceClient::new(office);
        let made = office.create_correction(wanted).await.unwrap().into_inner();
        let decide = |decider: &str| pb::DecideCorrectionRequest {
            name: made.name.clone(),
            decision: pb::decide_correction_request::Decision::Approve.into(),
            reason: "属实".to_owned(),
            decider: decider.to_owned(),
            etag: made.etag.clone(),
            request_id: String::new(),
        };
        let leader = of_district(&scoring, "zhao.lei", "office-leader");
        let mut leader = CorrectionServiceClient::new(leader);
        refused(leader.decide_correction(decide("sun.yi")).await, &[("decider", "NOT_YOURSELF")]);
        leader.decide_correction(decide("zhao.lei")).await.unwrap();
        // A platform vouches for whom it names.
        let roles = [format!("office-leader@{DISTRICT}"), format!("integrator@{DISTRICT}")];
        let platform = token("platform", &[&roles[0], &roles[1]]);
        let mut platform = CorrectionServiceClient::new(scoring.served.channel_as(&platform));
        let again = platform.decide_correction(decide("sun.yi")).await;
        assert_ne!(again.unwrap_err().code(), Code::InvalidArgument, "it may name another");
    }
}
