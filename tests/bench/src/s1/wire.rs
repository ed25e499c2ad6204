//! S1 as a district writes it into registry and reports it: the same rulebook, the same values.

use proto::google::r#type::Decimal as Wire;
use proto::registry::v1 as registry;
use proto::scoring::v1::bulk_create_observations_request::{Columns, Content};
use registry::node::Rule;

use super::{COUNTY, INDICATORS, MONTHS, TRACK, UNITS, value};
use crate::suite::{decimal, indicator_in, unit_in};

/// The year that is scored.
pub(crate) const YEAR: &str = "2023";

/// The months that are reported.
pub(crate) fn months() -> Vec<String> {
    (1..=MONTHS).map(|month| format!("{YEAR}-{month:02}")).collect()
}

/// The units of a district, 26 of each category.
pub(crate) fn units(district: &str) -> Vec<registry::Unit> {
    let unit = |u: usize| registry::Unit {
        name: unit_in(district, u as u32),
        display_name: format!("单位{u}"),
        kind: registry::UnitKind::Department.into(),
        category: category(u / TRACK),
        ..Default::default()
    };
    (0..UNITS).map(unit).collect()
}

fn category(track: usize) -> String {
    format!("track-{track}")
}

/// The indicators, reported by the month and added up.
pub(crate) fn indicators(district: &str) -> Vec<registry::Indicator> {
    let indicator = |i: usize| registry::Indicator {
        name: indicator_in(district, i as u32),
        display_name: format!("指标{i}"),
        kind: registry::IndicatorKind::Common.into(),
        direction: match i % 4 {
            1 => registry::Direction::LowerIsBetter.into(),
            _ => registry::Direction::HigherIsBetter.into(),
        },
        frequency: registry::Frequency::Monthly.into(),
        accumulation: registry::Accumulation::Sum.into(),
        evaluating_unit: unit_in(district, 0),
        ..Default::default()
    };
    (0..INDICATORS).map(indicator).collect()
}

/// The targets of the year, where a method compares with one.
pub(crate) fn targets(district: &str) -> Vec<registry::Target> {
    let target = |u: usize, i: usize| registry::Target {
        name: format!("{}/targets/i{i:03}.{YEAR}", unit_in(district, u as u32)),
        value: decimal(1200),
        ..Default::default()
    };
    let compared = |i: &usize| i % 4 < 2;
    let of_unit = |u| (0..INDICATORS).filter(compared).map(move |i| target(u, i));
    (0..UNITS).flat_map(of_unit).collect()
}

/// The scheme: the same rulebook for every track.
pub(crate) fn scheme(district: &str) -> registry::Scheme {
    let track = |k: usize| registry::Track {
        track_id: category(k),
        display_name: format!("第{k}组"),
        members: Some(registry::Members { categories: vec![category(k)], ..Default::default() }),
        root: Some(registry::Node {
            node_id: "total".into(),
            display_name: "总分".into(),
            weight: decimal(100),
            rule: Some(Rule::Sum(registry::Sum {
                children: (0..INDICATORS).map(|i| leaf(district, i)).collect(),
            })),
            ..Default::default()
        }),
        gates: vec![veto()],
        grading: Some(grading()),
        ..Default::default()
    };
    registry::Scheme {
        display_name: "测评方案".into(),
        series: "s1".into(),
        effective_period: format!("{district}/periods/{YEAR}"),
        tracks: (0..UNITS / TRACK).map(track).collect(),
        ..Default::default()
    }
}

fn leaf(district: &str, i: usize) -> registry::Node {
    use registry::leaf::Method;
    use registry::{Bounds, Completion, Control, MinMax, Steps, bounds, steps::Step};
    // In tenths, so that no step of a weight has more than two places.
    let weight = 10 + 5 * (i % 5) as i64;
    let hundredths = |number: i64| decimal(format!("{}.{:02}", number / 100, number % 100));
    let step = |(threshold, tenths): (Option<i64>, i64)| Step {
        threshold: threshold.and_then(decimal),
        points: hundredths(weight * tenths),
        precondition: None,
    };
    let method = match i % 4 {
        0 => Method::Completion(Completion { cap: decimal(1) }),
        1 => Method::Control(Control {}),
        2 => Method::MinMax(MinMax {
            bounds: Some(Bounds { source: Some(bounds::Source::Cohort(bounds::Cohort {})) }),
            unclamped: false,
        }),
        _ => {
            let steps = [(Some(1300), 10), (Some(1200), 8), (Some(1100), 6), (None, 3)];
            Method::Steps(Steps { steps: steps.map(step).to_vec() })
        }
    };
    registry::Node {
        node_id: format!("n{i:02}"),
        display_name: format!("指标{i}"),
        weight: hundredths(weight * 10),
        rule: Some(Rule::Leaf(registry::Leaf {
            indicator: indicator_in(district, i as u32),
            missing: registry::MissingPolicy::ZeroPoints.into(),
            method: Some(method),
            ..Default::default()
        })),
        ..Default::default()
    }
}

/// Too few points for the last indicator leave nothing but the lowest grade.
fn veto() -> registry::Gate {
    use registry::condition::{Kind, Points};
    let limits = registry::NumberRange { below: decimal("2.32"), ..Default::default() };
    let node_id = format!("n{:02}", INDICATORS - 1);
    let points = Points { node_id, limits: Some(limits), percent: false };
    registry::Gate {
        gate_id: "veto".into(),
        display_name: "否决".into(),
        when: Some(registry::Condition { kind: Some(Kind::Points(points)) }),
        effect: Some(registry::gate::Effect::LowestGrade(registry::gate::LowestGrade {})),
    }
}

/// A fifth, rounded down, is graded A, ties at the edge stay outside.
fn grading() -> registry::Grading {
    use registry::edge::{AllOut, Rule as EdgeRule};
    use registry::grading::{Grade, Grades, Rule as GradingRule};
    use registry::quota::{Rounding, Size};
    let grade = |id: &str, at_least: Option<Wire>, quota| Grade {
        grade_id: id.into(),
        display_name: id.to_uppercase(),
        at_least,
        quota,
        outright: Vec::new(),
    };
    let fifth = decimal(20).map(|share| registry::Quota { size: Some(Size::Share(share)) });
    let grades = Grades {
        grades: vec![grade("a", None, fifth), grade("b", decimal(1), None), grade("c", None, None)],
        rounding: Rounding::Floor.into(),
        edge: Some(registry::Edge { rule: Some(EdgeRule::AllOut(AllOut {})) }),
    };
    registry::Grading { rule: Some(GradingRule::Grades(grades)) }
}

/// What county `t` reports of a month, and how many rows that is.
pub(crate) fn month(district: &str, t: usize, m: usize) -> (usize, Content) {
    let cells = || (0..UNITS).flat_map(|u| (0..INDICATORS).map(move |i| (u, i)));
    let columns = Columns {
        period: format!("{district}/periods/{}", months()[m]),
        units: (0..UNITS).map(|u| unit_in(district, u as u32)).collect(),
        indicators: (0..INDICATORS).map(|i| indicator_in(district, i as u32)).collect(),
        unit_indexes: cells().map(|(u, _)| u as u32).collect(),
        indicator_indexes: cells().map(|(_, i)| i as u32).collect(),
        values: cells().map(|(u, i)| value(t, u, i, m)).collect(),
        decimal_places: 2,
        ..Default::default()
    };
    (COUNTY / MONTHS, Content::Columns(columns))
}
