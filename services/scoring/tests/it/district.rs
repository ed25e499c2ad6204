//! A small district: two offices that evaluate, three departments and two villages that run,
//! four indicators, the first quarter of 2023 and its months, targets, a scheme in force.
//!
//! What everybody comes to is reckoned by hand in `quarter`.

use kit::testing::Channel;
use proto::google::r#type::Decimal;
use proto::registry::v1 as pb;
use proto::registry::v1::district_service_client::DistrictServiceClient;
use proto::registry::v1::indicator_service_client::IndicatorServiceClient;
use proto::registry::v1::period_service_client::PeriodServiceClient;
use proto::registry::v1::scheme_service_client::SchemeServiceClient;
use proto::registry::v1::target_service_client::TargetServiceClient;
use proto::registry::v1::unit_service_client::UnitServiceClient;

pub(crate) const DISTRICT: &str = "districts/hengkou";
pub(crate) const SCHEME: &str = "districts/hengkou/schemes/plan-2023";

pub(crate) fn name(collection: &str, id: &str) -> String {
    format!("{DISTRICT}/{collection}/{id}")
}

pub(crate) fn unit(id: &str) -> String {
    name("units", id)
}

pub(crate) fn decimal(text: &str) -> Option<Decimal> {
    Some(Decimal { value: text.to_owned() })
}

/// Defines the whole district.
pub(crate) async fn define(channel: Channel) {
    let parent = DISTRICT.to_owned();
    let request = pb::CreateDistrictRequest {
        district_id: "hengkou".to_owned(),
        district: Some(pb::District {
            display_name: "恒口示范区".to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    DistrictServiceClient::new(channel.clone()).create_district(request).await.unwrap();
    let units = vec![
        department("office", "考核办", "office"),
        department("safety", "安监局", "office"),
        department("finance", "财政局", "economic"),
        department("works", "住建局", "economic"),
        department("health", "卫健局", "economic"),
        village("north", "北村"),
        village("south", "南村"),
    ];
    let request =
        pb::BatchUpdateUnitsRequest { parent: parent.clone(), units, ..Default::default() };
    UnitServiceClient::new(channel.clone()).batch_update_units(request).await.unwrap();
    for id in ["2023Q1", "2023-01", "2023-02", "2023-03"] {
        create_period(channel.clone(), id).await;
    }
    let request = pb::BatchUpdateIndicatorsRequest {
        parent: parent.clone(),
        indicators: indicators(),
        ..Default::default()
    };
    IndicatorServiceClient::new(channel.clone()).batch_update_indicators(request).await.unwrap();
    set_targets(channel.clone(), &TARGETS).await;
    create_scheme(channel.clone(), "plan-2023", scheme()).await;
}

pub(crate) async fn create_period(channel: Channel, id: &str) {
    let request = pb::CreatePeriodRequest {
        parent: DISTRICT.to_owned(),
        period_id: id.to_owned(),
        ..Default::default()
    };
    PeriodServiceClient::new(channel).create_period(request).await.unwrap();
}

pub(crate) async fn create_unit(channel: Channel, id: &str, category: &str) {
    let request = pb::CreateUnitRequest {
        parent: DISTRICT.to_owned(),
        unit_id: id.to_owned(),
        unit: Some(department(id, id, category)),
        ..Default::default()
    };
    UnitServiceClient::new(channel).create_unit(request).await.unwrap();
}

/// Unit, indicator, period, value.
const TARGETS: [(&str, &str, &str, &str); 6] = [
    ("finance", "revenue", "2023Q1", "300"),
    ("finance", "investment", "2023Q1", "900"),
    ("works", "revenue", "2023Q1", "90"),
    ("works", "investment", "2023Q1", "600"),
    ("health", "revenue", "2023Q1", "60"),
    ("health", "investment", "2023Q1", "300"),
];

pub(crate) async fn set_targets(channel: Channel, targets: &[(&str, &str, &str, &str)]) {
    let target = |(unit, indicator, period, value): &(&str, &str, &str, &str)| pb::Target {
        name: name("units", &format!("{unit}/targets/{indicator}.{period}")),
        value: decimal(value),
        ..Default::default()
    };
    let request = pb::BatchUpdateTargetsRequest {
        parent: DISTRICT.to_owned(),
        targets: targets.iter().map(target).collect(),
        ..Default::default()
    };
    TargetServiceClient::new(channel).batch_update_targets(request).await.unwrap();
}

pub(crate) async fn create_scheme(channel: Channel, id: &str, scheme: pb::Scheme) {
    let mut schemes = SchemeServiceClient::new(channel);
    let request = pb::CreateSchemeRequest {
        parent: DISTRICT.to_owned(),
        scheme_id: id.to_owned(),
        scheme: Some(scheme),
        ..Default::default()
    };
    schemes.create_scheme(request).await.unwrap();
    let request = pb::EnactSchemeRequest { name: name("schemes", id), ..Default::default() };
    schemes.enact_scheme(request).await.unwrap();
}

/// Writes a unit anew: its name, its category.
pub(crate) async fn update_unit(channel: Channel, id: &str, display_name: &str, category: &str) {
    let request = pb::BatchUpdateUnitsRequest {
        parent: DISTRICT.to_owned(),
        units: vec![department(id, display_name, category)],
        ..Default::default()
    };
    UnitServiceClient::new(channel).batch_update_units(request).await.unwrap();
}

fn department(id: &str, display_name: &str, category: &str) -> pb::Unit {
    pb::Unit {
        name: unit(id),
        display_name: display_name.to_owned(),
        kind: pb::UnitKind::Department.into(),
        category: category.to_owned(),
        ..Default::default()
    }
}

fn village(id: &str, display_name: &str) -> pb::Unit {
    let kind = pb::UnitKind::Village.into();
    pb::Unit { kind, ..department(id, display_name, "village") }
}

fn indicators() -> Vec<pb::Indicator> {
    use pb::{Accumulation, Direction, Frequency};
    let indicator = |id: &str, display_name: &str, unit_of_measure: &str| pb::Indicator {
        name: name("indicators", id),
        display_name: display_name.to_owned(),
        kind: pb::IndicatorKind::Common.into(),
        unit_of_measure: unit_of_measure.to_owned(),
        direction: Direction::HigherIsBetter.into(),
        frequency: Frequency::Monthly.into(),
        accumulation: Accumulation::Sum.into(),
        evaluating_unit: unit("office"),
        min_value: decimal("0"),
        ..Default::default()
    };
    vec![
        indicator("revenue", "一般公共预算收入", "万元"),
        pb::Indicator {
            accumulation: Accumulation::Cumulative.into(),
            ..indicator("investment", "固定资产投资", "万元")
        },
        pb::Indicator {
            direction: Direction::LowerIsBetter.into(),
            evaluating_unit: unit("safety"),
            ..indicator("incidents", "安全事故", "件")
        },
        pb::Indicator {
            frequency: Frequency::Quarterly.into(),
            accumulation: Accumulation::Latest.into(),
            evaluating_unit: unit("safety"),
            max_value: decimal("100"),
            ..indicator("survey", "群众满意度", "分")
        },
    ]
}

/// Departments: revenue 100, and on top of it the positive and negative list (S5).
pub(crate) fn lists() -> pb::Scheme {
    use pb::adjustment_item::{Range, Side, Worth};
    use pb::leaf::Method;
    use pb::node::Rule;
    let item = |id: &str, side: Side, worth: Worth| pb::AdjustmentItem {
        item_id: id.to_owned(),
        display_name: id.to_owned(),
        side: side.into(),
        aspect: "work".to_owned(),
        worth: Some(worth),
        ..Default::default()
    };
    let range = Range { least: decimal("1"), most: decimal("3") };
    let list = pb::Adjustments {
        aspects: vec![pb::AdjustmentAspect {
            aspect_id: "work".to_owned(),
            display_name: "担当作为".to_owned(),
            ..Default::default()
        }],
        items: vec![
            item("praised", Side::Bonus, Worth::Range(range)),
            item("late", Side::Deduction, Worth::Points(decimal("2").unwrap())),
        ],
        ..Default::default()
    };
    let list =
        pb::Node { rule: Some(Rule::Adjustments(list)), ..node("lists", "正负面清单", "0") };
    let revenue = leaf("revenue", "100", Method::Completion(pb::Completion::default()));
    let track = pb::Track {
        track_id: "departments".to_owned(),
        display_name: "经济管理类".to_owned(),
        members: Some(pb::Members {
            categories: vec!["economic".to_owned()],
            ..Default::default()
        }),
        root: Some(sum("total", "总分", "100", vec![revenue, list])),
        ..Default::default()
    };
    pb::Scheme {
        display_name: "担当作为评价办法".to_owned(),
        series: "lists".to_owned(),
        tracks: vec![track],
        ..scheme()
    }
}

/// Departments: progress 80 (revenue 40, investment 40), ordinary 20 (incidents 10, survey
/// 10). Villages: the survey alone.
pub(crate) fn scheme() -> pb::Scheme {
    use pb::leaf::Method;
    use pb::node::Rule;
    let progress = sum(
        "progress",
        "目标进度",
        "80",
        vec![
            leaf("revenue", "40", Method::Completion(pb::Completion::default())),
            leaf("investment", "40", Method::Completion(pb::Completion::default())),
        ],
    );
    let deduct = pb::DeductPerEvent { deduction: decimal("2"), floor: None };
    let ordinary = sum(
        "ordinary",
        "日常考核",
        "20",
        vec![
            leaf("incidents", "10", Method::DeductPerEvent(deduct)),
            leaf("survey", "10", Method::MinMax(hundred())),
        ],
    );
    let departments = pb::Track {
        track_id: "departments".to_owned(),
        display_name: "经济管理类".to_owned(),
        members: Some(pb::Members {
            categories: vec!["economic".to_owned()],
            ..Default::default()
        }),
        root: Some(sum("total", "总分", "100", vec![progress, ordinary])),
        colouring: Some(pb::Colouring {
            rule: Some(pb::colouring::Rule::ByThreshold(pb::colouring::ByThreshold {
                green_at_least: decimal("90"),
                yellow_at_least: decimal("60"),
            })),
        }),
        warnings: Some(pb::WarningRules { behind_schedule: decimal("10"), lowest_ranks: 1 }),
        ..Default::default()
    };
    let root =
        Rule::Sum(pb::Sum { children: vec![leaf("survey", "100", Method::MinMax(hundred()))] });
    let villages = pb::Track {
        track_id: "villages".to_owned(),
        display_name: "村".to_owned(),
        members: Some(pb::Members { categories: vec!["village".to_owned()], ..Default::default() }),
        root: Some(pb::Node { rule: Some(root), ..node("total", "总分", "100") }),
        ..Default::default()
    };
    pb::Scheme {
        display_name: "恒口示范区2023年度目标责任考核方案".to_owned(),
        series: "annual-target".to_owned(),
        effective_period: name("periods", "2023Q1"),
        tracks: vec![departments, villages],
        ..Default::default()
    }
}

/// A leaf under the indicator's id.
pub(crate) fn leaf(indicator: &str, weight: &str, method: pb::leaf::Method) -> pb::Node {
    let leaf = pb::Leaf {
        indicator: name("indicators", indicator),
        method: Some(method),
        ..Default::default()
    };
    pb::Node { rule: Some(pb::node::Rule::Leaf(leaf)), ..node(indicator, "", weight) }
}

fn sum(id: &str, display_name: &str, weight: &str, children: Vec<pb::Node>) -> pb::Node {
    let rule = Some(pb::node::Rule::Sum(pb::Sum { children }));
    pb::Node { rule, ..node(id, display_name, weight) }
}

fn node(id: &str, display_name: &str, weight: &str) -> pb::Node {
    pb::Node {
        node_id: id.to_owned(),
        display_name: display_name.to_owned(),
        weight: decimal(weight),
        ..Default::default()
    }
}

fn hundred() -> pb::MinMax {
    let fixed = pb::bounds::Fixed { low: decimal("0"), high: decimal("100") };
    pb::MinMax {
        bounds: Some(pb::Bounds { source: Some(pb::bounds::Source::Fixed(fixed)) }),
        unclamped: false,
    }
}
