//! A small district, as the contract writes it.
#![allow(dead_code, unreachable_pub)]

use proto::google::r#type::Decimal;
use proto::registry::v1 as pb;
use rulebook::Indicators;

pub fn decimal(text: &str) -> Option<Decimal> {
    Some(Decimal { value: text.to_owned() })
}

pub fn name(kind: &str, id: &str) -> String {
    format!("districts/hengkou/{kind}/{id}")
}

pub fn indicator(
    id: &str,
    direction: pb::Direction,
    frequency: pb::Frequency,
    how: pb::Accumulation,
) -> pb::Indicator {
    pb::Indicator {
        name: name("indicators", id),
        display_name: format!("指标 {id}"),
        direction: direction.into(),
        frequency: frequency.into(),
        accumulation: how.into(),
        ..pb::Indicator::default()
    }
}

/// Revenue is added month by month, satisfaction is a monthly level, accidents are counted
/// from the start of the period, emissions are reported for quarters, the ledger for a year.
pub fn indicators() -> Vec<pb::Indicator> {
    use pb::{Accumulation as How, Direction as Way, Frequency as Often};
    vec![
        indicator("revenue", Way::HigherIsBetter, Often::Monthly, How::Sum),
        indicator("satisfaction", Way::HigherIsBetter, Often::Monthly, How::Mean),
        indicator("accidents", Way::LowerIsBetter, Often::Monthly, How::Cumulative),
        indicator("emissions", Way::LowerIsBetter, Often::Quarterly, How::Latest),
        indicator("yearbook", Way::HigherIsBetter, Often::Yearly, How::Sum),
    ]
}

pub fn known() -> Indicators {
    Indicators::from_proto(&indicators())
}

pub fn leaf(id: &str, weight: &str, method: pb::leaf::Method) -> pb::Node {
    let leaf = pb::Leaf {
        indicator: name("indicators", id),
        missing: 0,
        figure: None,
        method: Some(method),
    };
    node(id, weight, pb::node::Rule::Leaf(leaf))
}

pub fn completion(cap: Option<&str>) -> pb::leaf::Method {
    pb::leaf::Method::Completion(pb::Completion { cap: cap.and_then(decimal) })
}

pub fn deduction(points: &str) -> pb::leaf::Method {
    pb::leaf::Method::DeductPerEvent(pb::DeductPerEvent { deduction: decimal(points), floor: None })
}

pub fn sum(id: &str, weight: &str, children: Vec<pb::Node>) -> pb::Node {
    node(id, weight, pb::node::Rule::Sum(pb::Sum { children }))
}

pub fn node(id: &str, weight: &str, rule: pb::node::Rule) -> pb::Node {
    pb::Node {
        node_id: id.to_owned(),
        display_name: if matches!(rule, pb::node::Rule::Leaf(_)) {
            String::new()
        } else {
            format!("部分 {id}")
        },
        weight: decimal(weight),
        rule: Some(rule),
        ..pb::Node::default()
    }
}

pub fn track(id: &str, category: &str, root: pb::Node) -> pb::Track {
    pb::Track {
        track_id: id.to_owned(),
        display_name: format!("赛道 {id}"),
        members: Some(pb::Members {
            categories: vec![category.to_owned()],
            ..pb::Members::default()
        }),
        root: Some(root),
        ..pb::Track::default()
    }
}

pub fn scheme(tracks: Vec<pb::Track>) -> pb::Scheme {
    pb::Scheme {
        name: name("schemes", "2023"),
        display_name: "恒口示范区2023年度目标责任考核方案".to_owned(),
        series: "annual-target".to_owned(),
        effective_period: name("periods", "2023"),
        tracks,
        ..pb::Scheme::default()
    }
}

/// One track of two leaves.
pub fn plain() -> pb::Scheme {
    let leaves =
        vec![leaf("revenue", "70", completion(None)), leaf("accidents", "30", deduction("2"))];
    scheme(vec![track("general", "general-management", sum("total", "100", leaves))])
}

pub fn unit(id: &str, category: &str) -> pb::Unit {
    pb::Unit {
        name: name("units", id),
        display_name: id.to_owned(),
        kind: pb::UnitKind::Department.into(),
        category: category.to_owned(),
        ..pb::Unit::default()
    }
}

/// Faults as `path reason`.
pub fn faults(scheme: &pb::Scheme) -> Vec<String> {
    match rulebook::parse(scheme, &known()) {
        Err(kit::Error::Invalid(violations)) => {
            violations.iter().map(|it| format!("{} {}", it.field, it.reason)).collect()
        }
        other => panic!("not refused for its fields: {other:?}"),
    }
}

/// The scheme's root, to be spoiled.
pub fn root(scheme: &mut pb::Scheme) -> &mut pb::Node {
    scheme.tracks[0].root.as_mut().unwrap()
}

pub fn child(scheme: &mut pb::Scheme, place: usize) -> &mut pb::Node {
    match root(scheme).rule.as_mut().unwrap() {
        pb::node::Rule::Sum(sum) => &mut sum.children[place],
        _ => panic!("the root is no sum"),
    }
}

pub fn method(scheme: &mut pb::Scheme, place: usize) -> &mut Option<pb::leaf::Method> {
    match child(scheme, place).rule.as_mut().unwrap() {
        pb::node::Rule::Leaf(leaf) => &mut leaf.method,
        _ => panic!("no leaf"),
    }
}
