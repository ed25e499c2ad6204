//! A district as small as can be, in the real registry and the real scoring: an office that
//! evaluates, two departments, one indicator, one quarter with its months, one scheme.

use kit::testing::Channel;
use proto::google::r#type::Decimal;
use proto::registry::v1 as registry;
use proto::registry::v1::district_service_client::DistrictServiceClient;
use proto::registry::v1::indicator_service_client::IndicatorServiceClient;
use proto::registry::v1::period_service_client::PeriodServiceClient;
use proto::registry::v1::scheme_service_client::SchemeServiceClient;
use proto::registry::v1::target_service_client::TargetServiceClient;
use proto::registry::v1::unit_service_client::UnitServiceClient;
use proto::scoring::v1 as scoring;
use proto::scoring::v1::observation_service_client::ObservationServiceClient;
use proto::scoring::v1::reconciliation_service_client::ReconciliationServiceClient;
use proto::scoring::v1::run_service_client::RunServiceClient;

const DISTRICT: &str = "districts/hengkou";
const MONTHS: [&str; 3] = ["2023-01", "2023-02", "2023-03"];

/// Defines the district. Each department is to reach 300 in the quarter.
pub(crate) async fn define(channel: &Channel) {
    let district = registry::CreateDistrictRequest {
        district_id: "hengkou".to_owned(),
        district: Some(registry::District {
            display_name: "恒口示范区".to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    DistrictServiceClient::new(channel.clone()).create_district(district).await.unwrap();
    let units = registry::BatchUpdateUnitsRequest {
        parent: DISTRICT.to_owned(),
        units: vec![
            unit("office", "考核办", "office"),
            unit("finance", "财政局", "economic"),
            unit("water", "水利局", "economic"),
        ],
        ..Default::default()
    };
    UnitServiceClient::new(channel.clone()).batch_update_units(units).await.unwrap();
    for period in ["2023Q1"].iter().chain(&MONTHS) {
        let period = registry::CreatePeriodRequest {
            parent: DISTRICT.to_owned(),
            period_id: (*period).to_owned(),
            ..Default::default()
        };
        PeriodServiceClient::new(channel.clone()).create_period(period).await.unwrap();
    }
    let indicators = registry::BatchUpdateIndicatorsRequest {
        parent: DISTRICT.to_owned(),
        indicators: vec![indicator()],
        ..Default::default()
    };
    let mut client = IndicatorServiceClient::new(channel.clone());
    client.batch_update_indicators(indicators).await.unwrap();
    let target = |unit: &str| registry::Target {
        name: format!("{DISTRICT}/units/{unit}/targets/revenue.2023Q1"),
        value: decimal("300"),
        ..Default::default()
    };
    let targets = registry::BatchUpdateTargetsRequest {
        parent: DISTRICT.to_owned(),
        targets: vec![target("finance"), target("water")],
        ..Default::default()
    };
    TargetServiceClient::new(channel.clone()).batch_update_targets(targets).await.unwrap();
    let mut schemes = SchemeServiceClient::new(channel.clone());
    let draft = registry::CreateSchemeRequest {
        parent: DISTRICT.to_owned(),
        scheme_id: "plan-2023".to_owned(),
        scheme: Some(scheme()),
        ..Default::default()
    };
    let name = schemes.create_scheme(draft).await.unwrap().into_inner().name;
    let enact = registry::EnactSchemeRequest { name, ..Default::default() };
    schemes.enact_scheme(enact).await.unwrap();
}

/// The departments report a month, the office agrees, the month is closed.
async fn close_month(channel: &Channel, month: &str, finance: &str, water: &str) {
    let mut names = Vec::new();
    for (unit, value) in [("finance", finance), ("water", water)] {
        let observation = scoring::Observation {
            unit: format!("{DISTRICT}/units/{unit}"),
            indicator: format!("{DISTRICT}/indicators/revenue"),
            period: format!("{DISTRICT}/periods/{month}"),
            value: decimal(value),
            ..Default::default()
        };
        let report = scoring::CreateObservationRequest {
            parent: DISTRICT.to_owned(),
            observation: Some(observation),
            ..Default::default()
        };
        let mut observations = ObservationServiceClient::new(channel.clone());
        names.push(observations.create_observation(report).await.unwrap().into_inner().name);
    }
    let agreed = scoring::VerifyObservationsRequest {
        parent: DISTRICT.to_owned(),
        names,
        evaluating_unit: format!("{DISTRICT}/units/office"),
        ..Default::default()
    };
    let mut reconciliations = ReconciliationServiceClient::new(channel.clone());
    reconciliations.verify_observations(agreed).await.unwrap();
    close(channel, month).await;
}

/// Finance reaches its target and water a half; the quarter is closed, scored and published.
/// Yields the run.
pub(crate) async fn publish_quarter(channel: &Channel) -> scoring::Run {
    for month in MONTHS {
        close_month(channel, month, "100", "50").await;
    }
    close(channel, "2023Q1").await;
    let run = scoring::CreateRunRequest {
        parent: DISTRICT.to_owned(),
        run: Some(scoring::Run {
            scheme: format!("{DISTRICT}/schemes/plan-2023"),
            period: format!("{DISTRICT}/periods/2023Q1"),
            ..Default::default()
        }),
        ..Default::default()
    };
    let mut runs = RunServiceClient::new(channel.clone());
    let name = runs.create_run(run).await.unwrap().into_inner().name;
    let publish = scoring::PublishRunRequest { name, ..Default::default() };
    runs.publish_run(publish).await.unwrap().into_inner()
}

async fn close(channel: &Channel, period: &str) {
    let name = format!("{DISTRICT}/reconciliations/{period}");
    let request = scoring::CloseReconciliationRequest { name, ..Default::default() };
    let mut reconciliations = ReconciliationServiceClient::new(channel.clone());
    reconciliations.close_reconciliation(request).await.unwrap();
}

fn unit(id: &str, display_name: &str, category: &str) -> registry::Unit {
    registry::Unit {
        name: format!("{DISTRICT}/units/{id}"),
        display_name: display_name.to_owned(),
        kind: registry::UnitKind::Department.into(),
        category: category.to_owned(),
        ..Default::default()
    }
}

fn indicator() -> registry::Indicator {
    registry::Indicator {
        name: format!("{DISTRICT}/indicators/revenue"),
        display_name: "一般公共预算收入".to_owned(),
        kind: registry::IndicatorKind::Common.into(),
        unit_of_measure: "万元".to_owned(),
        direction: registry::Direction::HigherIsBetter.into(),
        frequency: registry::Frequency::Monthly.into(),
        accumulation: registry::Accumulation::Sum.into(),
        evaluating_unit: format!("{DISTRICT}/units/office"),
        ..Default::default()
    }
}

fn scheme() -> registry::Scheme {
    let leaf = registry::Leaf {
        indicator: format!("{DISTRICT}/indicators/revenue"),
        method: Some(registry::leaf::Method::Completion(registry::Completion::default())),
        ..Default::default()
    };
    let root = registry::Node {
        node_id: "revenue".to_owned(),
        display_name: "一般公共预算收入".to_owned(),
        weight: decimal("100"),
        rule: Some(registry::node::Rule::Leaf(leaf)),
        ..Default::default()
    };
    let track = registry::Track {
        track_id: "economic".to_owned(),
        display_name: "经济管理类".to_owned(),
        members: Some(registry::Members {
            categories: vec!["economic".to_owned()],
            ..Default::default()
        }),
        root: Some(root),
        ..Default::default()
    };
    registry::Scheme {
        display_name: "恒口示范区2023年度目标责任考核方案".to_owned(),
        series: "annual-target".to_owned(),
        effective_period: format!("{DISTRICT}/periods/2023Q1"),
        tracks: vec![track],
        ..Default::default()
    }
}

fn decimal(value: &str) -> Option<Decimal> {
    Some(Decimal { value: value.to_owned() })
}
