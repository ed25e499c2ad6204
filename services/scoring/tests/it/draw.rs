use kit::testing::Bed;
use proto::google::r#type::Date;
use proto::registry::v1 as registry;
use proto::registry::v1::VisitKind;
use proto::registry::v1::visit_service_client::VisitServiceClient;
use proto::scoring::v1 as pb;
use proto::scoring::v1::activity_service_client::ActivityServiceClient;
use proto::scoring::v1::draw_observations_request;
use proto::scoring::v1::draw_observations_request::{
    Activities, ActivityMeasure, ExternalMeasure, ExternalResults, InspectionMeasure, Inspections,
    Origin,
};
use proto::scoring::v1::external_result_service_client::ExternalResultServiceClient;
use tonic::{Response, Status};

use crate::district::{DISTRICT, decimal, name, unit};
use crate::external_result::{create, result};
use crate::fixture::{Scoring, evidence, refused, text, unmet, value};
use crate::subject;

async fn draw(
    scoring: &mut Scoring,
    indicator: &str,
    period: &str,
    origin: Origin,
) -> Result<(i32, i32, i32), Status> {
    let request = pb::DrawObservationsRequest {
        parent: DISTRICT.to_owned(),
        indicator: name("indicators", indicator),
        period: name("periods", period),
        reason: "台账更新".to_owned(),
        origin: Some(origin),
        ..Default::default()
    };
    let reply = scoring.observations.draw_observations(request).await.map(Response::into_inner)?;
    Ok((reply.created_count, reply.corrected_count, reply.unchanged_count))
}

/// What stands of a subject now.
async fn of_subject(scoring: &mut Scoring, subject: &str, indicator: &str) -> pb::Observation {
    let request = pb::ListObservationsRequest {
        parent: DISTRICT.to_owned(),
        unit: subject.to_owned(),
        indicator: name("indicators", indicator),
        ..Default::default()
    };
    let found = scoring.observations.list_observations(request).await.unwrap().into_inner();
    found.observations.into_iter().next().unwrap()
}

fn orders() -> Origin {
    let measure = ActivityMeasure::Amount.into();
    Origin::Activities(Activities { kind: "order".to_owned(), measure })
}

/// An order that a body won.
async fn win(scoring: &Scoring, unit_id: &str, day: i32, amount: &str, unit_of_measure: &str) {
    let request = pb::CreateActivityRequest {
        parent: DISTRICT.to_owned(),
        activity: Some(pb::Activity {
            unit: unit(unit_id),
            activity_date: Some(Date { year: 2023, month: 1, day }),
            kind: "order".to_owned(),
            title: "订单".to_owned(),
            amount: decimal(amount),
            unit_of_measure: unit_of_measure.to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let mut client = ActivityServiceClient::new(scoring.served.channel());
    client.create_activity(request).await.unwrap();
}

kit::both! {
    // B9: what bodies did is an indicator's value, drawn anew when the ledger has grown.
    async fn activities_become_an_indicators_value(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        win(&scoring, "works", 5, "30", "万元").await;
        win(&scoring, "works", 31, "12.5", "万元").await;
        assert_eq!(draw(&mut scoring, "revenue", "2023-01", orders()).await.unwrap(), (3, 0, 0));
        let drawn = scoring.current("works", "revenue", "2023-01").await;
        assert_eq!((text(&drawn.value), drawn.evidence.len()), ("42.5", 1));
        // Nothing in the ledger is a count of nothing.
        let none = scoring.current("health", "revenue", "2023-01").await;
        assert_eq!(text(&none.value), "0");
        assert_eq!(draw(&mut scoring, "revenue", "2023-01", orders()).await.unwrap(), (0, 0, 3));
        win(&scoring, "works", 6, "1", "万元").await;
        assert_eq!(draw(&mut scoring, "revenue", "2023-01", orders()).await.unwrap(), (0, 1, 2));
        let again = scoring.current("works", "revenue", "2023-01").await;
        assert_eq!((text(&again.value), again.supersedes, again.reason.as_str()), ("43.5", drawn.name, "台账更新"));

        win(&scoring, "works", 7, "1", "亿元").await;
        let mixed = draw(&mut scoring, "revenue", "2023-01", orders()).await;
        refused(mixed, &[("origin", "UNIT_OF_MEASURE")]);
        refused(draw(&mut scoring, "other", "2023-01", orders()).await, &[("indicator", "UNKNOWN_INDICATOR")]);
        refused(draw(&mut scoring, "revenue", "2023Q1", orders()).await, &[("period", "PERIOD_KIND")]);
        refused(draw(&mut scoring, "revenue", "2024-01", orders()).await, &[("period", "UNKNOWN_PERIOD")]);
        scoring.verify_all("2023-01").await;
        scoring.close("2023-01").await.unwrap();
        let late = draw(&mut scoring, "revenue", "2023-01", orders()).await;
        unmet(late, &[("PERIOD_CLOSED", &name("periods", "2023-01"))]);
    }

    // H3, B7: what inspectors found counts as an indicator of its own.
    async fn inspections_become_an_indicators_value(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        crate::inspection::file(&scoring, "2023-01").await;
        let origin = |measure: InspectionMeasure| {
            Origin::Inspections(Inspections { measure: measure.into() })
        };
        let grave = draw(&mut scoring, "incidents", "2023-01", origin(InspectionMeasure::Grave));
        assert_eq!(grave.await.unwrap(), (3, 0, 0));
        assert_eq!(text(&scoring.current("works", "incidents", "2023-01").await.value), "1");
        assert_eq!(text(&scoring.current("finance", "incidents", "2023-01").await.value), "0");
    }

    // Q8: visits and joint decisions of registry's ledger count for the project that was visited, and
    // for the leader's post.
    async fn visits_become_an_indicators_value(bed: &Bed) {
        use draw_observations_request::{VisitMeasure, Visits};
        let mut scoring = Scoring::start(bed).await;
        subject::define(&scoring).await;
        let visit = |id: &str, on: &str, kind: VisitKind, decisions: usize| registry::Visit {
            project: subject::project(id),
            leader_post: subject::post("works"),
            day: subject::day(on),
            kind: kind.into(),
            decisions: vec!["现场定下开工日期".to_owned(); decisions],
            ..Default::default()
        };
        let request = registry::BatchCreateVisitsRequest {
            parent: DISTRICT.to_owned(),
            visits: vec![
                visit("ring", "2023-01-03", VisitKind::Site, 0),
                visit("ring", "2023-01-31", VisitKind::JointDecision, 2),
                visit("park", "2023-01-04", VisitKind::Site, 0),
                // The month after.
                visit("ring", "2023-02-01", VisitKind::Site, 0),
            ],
            ..Default::default()
        };
        let mut client = VisitServiceClient::new(scoring.served.channel());
        client.batch_create_visits(request).await.unwrap();
        let origin = |measure: VisitMeasure| Origin::Visits(Visits { measure: measure.into() });
        let mut drawn = Vec::new();
        for measure in [VisitMeasure::Visits, VisitMeasure::JointDecisions, VisitMeasure::Decisions, VisitMeasure::Weeks] {
            draw(&mut scoring, "investment", "2023-01", origin(measure)).await.unwrap();
            let (ring, park) = (of_subject(&mut scoring, &subject::project("ring"), "investment").await, of_subject(&mut scoring, &subject::project("park"), "investment").await);
            drawn.push((text(&ring.value).to_owned(), text(&park.value).to_owned()));
            assert!(ring.note.contains("走访2次，其中现场会商1次"), "{}", ring.note);
        }
        let expected = [("2", "1"), ("1", "0"), ("2", "0"), ("2", "1")];
        assert_eq!(drawn, expected.map(|(ring, park)| (ring.to_owned(), park.to_owned())));
        // Units are not visited: a count of nothing. Leaders are counted by their posts.
        assert_eq!(text(&scoring.current("finance", "investment", "2023-01").await.value), "0");
        draw(&mut scoring, "survey", "2023Q1", origin(VisitMeasure::Visits)).await.unwrap();
        assert_eq!(text(&of_subject(&mut scoring, &subject::post("works"), "survey").await.value), "4");
        let unsaid = draw(&mut scoring, "survey", "2023Q1", Origin::Visits(Visits::default())).await;
        refused(unsaid, &[("visits.measure", "REQUIRED")]);
    }

    // Q10, H2: a result of a higher level is an indicator's value, with its document.
    async fn results_of_a_higher_level_become_an_indicators_value(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        scoring.report(value("south", "survey", "2023Q1", "95.5")).await.unwrap();
        let mut results = ExternalResultServiceClient::new(scoring.served.channel());
        let first = create(&mut results, result("north")).await.unwrap();
        let mended = pb::ExternalResult {
            value: decimal("96"),
            supersedes: first.name,
            ..result("north")
        };
        create(&mut results, mended).await.unwrap();
        let origin = |measure: ExternalMeasure| {
            Origin::ExternalResults(ExternalResults { measure: measure.into() })
        };
        let drawn = draw(&mut scoring, "survey", "2023Q1", origin(ExternalMeasure::Value)).await;
        assert_eq!(drawn.unwrap(), (1, 0, 0));
        let north = scoring.current("north", "survey", "2023Q1").await;
        assert_eq!((text(&north.value), north.evidence), ("96", vec![evidence("满意度通报")]));
        // Of whom nothing was said, the cell stays as it is.
        assert_eq!(text(&scoring.current("south", "survey", "2023Q1").await.value), "95.5");
    }
}
