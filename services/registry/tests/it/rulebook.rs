//! A small district with everything a scheme needs, and schemes for it.

use kit::testing::Bed;
use proto::registry::v1 as pb;
use proto::registry::v1::UnitKind;

use crate::fixture::{DISTRICT, Registry, decimal, indicator, name, target};

/// Units on each track.
pub(crate) const GENERAL: [&str; 2] = ["finance", "party"];
pub(crate) const ECONOMIC: [&str; 2] = ["economy", "tourism"];

impl Registry {
    /// A district with units of two categories, three indicators and a year of periods.
    pub(crate) async fn ready(bed: &Bed) -> Self {
        let mut registry = Self::start(bed).await;
        let unit = |id: &str, kind: UnitKind, category: &str| pb::Unit {
            name: name("units", id),
            display_name: format!("单位{id}"),
            kind: kind as i32,
            category: category.to_owned(),
            ..Default::default()
        };
        let mut units = vec![
            unit("region", UnitKind::Group, ""),
            unit("headquarters", UnitKind::Headquarters, ""),
        ];
        units.extend(GENERAL.map(|id| unit(id, UnitKind::Department, "general")));
        units.extend(ECONOMIC.map(|id| unit(id, UnitKind::Department, "economic")));
        let parent = DISTRICT.to_owned();
        let request = pb::BatchUpdateUnitsRequest { parent, units, ..Default::default() };
        registry.units.batch_update_units(request).await.unwrap();
        let indicators = ["gdp", "party", "free"].map(indicator).to_vec();
        registry.batch_indicators(indicators).await;
        for id in ["2023", "2023Q1", "2023Q2", "2023Q3", "2023-01", "2023-02", "2023-03"] {
            registry.create_period(id).await;
        }
        registry
    }

    /// Targets of everybody who needs one.
    pub(crate) async fn assign(&mut self, period: &str) {
        let units = GENERAL.into_iter().chain(ECONOMIC);
        let rows = units.map(|unit| target(unit, "gdp", period, "100")).collect();
        self.batch_targets(rows).await.unwrap();
    }

    pub(crate) async fn draft(&mut self, id: &str, scheme: pb::Scheme) -> pb::Scheme {
        let request = pb::CreateSchemeRequest {
            parent: DISTRICT.to_owned(),
            scheme_id: id.to_owned(),
            scheme: Some(scheme),
            ..Default::default()
        };
        self.schemes.create_scheme(request).await.unwrap().into_inner()
    }

    /// A scheme in force, its targets assigned.
    pub(crate) async fn enacted(&mut self, id: &str, scheme: pb::Scheme) -> pb::Scheme {
        let period = scheme.effective_period.rsplit('/').next().unwrap().to_owned();
        self.assign(&period).await;
        self.draft(id, scheme).await;
        let name = name("schemes", id);
        let request = pb::EnactSchemeRequest { name, ..Default::default() };
        self.schemes.enact_scheme(request).await.unwrap().into_inner()
    }
}

/// Two tracks by category, each with a completion leaf and a mark.
pub(crate) fn scheme(effective_period: &str) -> pb::Scheme {
    let root = || sum("root", "100", vec![leaf("a", "gdp", "60"), leaf("b", "party", "40")]);
    pb::Scheme {
        display_name: "恒口示范区2023年度目标责任考核方案".to_owned(),
        series: "annual-target".to_owned(),
        effective_period: name("periods", effective_period),
        tracks: vec![track("general", "general", root()), track("economic", "economic", root())],
        ..Default::default()
    }
}

/// A track of the units of one category.
pub(crate) fn track(id: &str, category: &str, root: pb::Node) -> pb::Track {
    let categories = vec![category.to_owned()];
    pb::Track {
        track_id: id.to_owned(),
        display_name: "综合管理类".to_owned(),
        members: Some(pb::Members { categories, ..Default::default() }),
        root: Some(root),
        ..Default::default()
    }
}

pub(crate) fn sum(id: &str, weight: &str, children: Vec<pb::Node>) -> pb::Node {
    pb::Node {
        node_id: id.to_owned(),
        display_name: "总分".to_owned(),
        weight: decimal(weight),
        rule: Some(pb::node::Rule::Sum(pb::Sum { children })),
        ..Default::default()
    }
}

/// A leaf that divides `gdp` by its target and takes any other indicator as a mark.
pub(crate) fn leaf(id: &str, indicator: &str, weight: &str) -> pb::Node {
    let method = match indicator {
        "gdp" => pb::leaf::Method::Completion(pb::Completion::default()),
        _ => pb::leaf::Method::Marks(pb::Marks {}),
    };
    let leaf = pb::Leaf {
        indicator: name("indicators", indicator),
        method: Some(method),
        ..Default::default()
    };
    pb::Node {
        node_id: id.to_owned(),
        weight: decimal(weight),
        rule: Some(pb::node::Rule::Leaf(leaf)),
        ..Default::default()
    }
}
