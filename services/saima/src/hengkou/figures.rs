//! Figures for the pack: what every unit reports, computed from nothing but the names of
//! unit, indicator and period, so that every run of the demo shows the same quarter.
//!
//! Each unit has a strength of −5 to +5 per cent. What grows over the quarter stands near
//! 33, 66 and 100 per cent of its target, give or take strength and chance; a few units lag
//! in an indicator in January and February and catch up in March, a few are slow in all. Levels and marks spread
//! around a usual value. A few reports are late, missing, not applicable, or disputed by the
//! evaluating unit, which is then proved right or gives in.

mod chance;
mod shape;

use std::collections::HashMap;

use proto::registry::v1::node::Rule;
use proto::registry::v1::{Frequency, Node, Unit};

use self::chance::{draw, noise};
use crate::names;
use crate::pack::Pack;

/// What one unit reports of one indicator for one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Id of the unit.
    pub unit: String,
    /// Id of the indicator.
    pub indicator: String,
    /// Id of the period.
    pub period: String,
    /// What it says.
    pub said: Said,
    /// Title of the ledger that proves it.
    pub evidence: Option<String>,
    /// It comes after the due date.
    pub late: bool,
    /// The evaluating unit does not agree at first.
    pub dispute: Option<Dispute>,
}

/// What a report says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// A value.
    Value(String),
    /// That the indicator does not apply, and why.
    NotApplicable(&'static str),
}

/// A dispute over a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// What the evaluating unit counted.
    pub counted: String,
    /// Why it disagrees.
    pub reason: &'static str,
    /// The report stands in the end; else the unit corrects it to what was counted.
    pub upheld: bool,
}

/// Indicators that do not apply to a unit, and why.
const NOT_APPLICABLE: &[(&str, &str, &str)] = &[
    ("discipline-commission", "project-investment", "纪检监察机关不包抓项目"),
    ("assessment-office", "project-investment", "考核办不包抓项目"),
    ("zhanqian", "factory-jobs", "辖区内没有社区工厂"),
    ("laojie", "factory-jobs", "辖区内没有社区工厂"),
    ("yunwu", "straw-fires", "全村已退耕还林，没有秸秆"),
    ("tianchi", "straw-fires", "全村已退耕还林，没有秸秆"),
    ("laolin", "afforestation", "全村已是公益林，没有造林任务"),
];

const DISPUTES: &[&str] = &[
    "与部门台账核对，部分完成量佐证材料不足",
    "现场抽查数量少于上报数",
    "统计口径不一致，跨期数据应予剔除",
];

/// Every report for `period`, a month or the quarter, by unit and indicator.
pub fn reports(pack: &Pack, period: &str) -> Vec<Report> {
    let month = match period.rsplit_once('-') {
        Some((_, month)) => month.parse().unwrap_or(3),
        None => 3,
    };
    let frequency = if period.contains('Q') { Frequency::Quarterly } else { Frequency::Monthly };
    let targets: HashMap<&str, &str> = pack
        .targets
        .iter()
        .filter_map(|it| Some((it.value.name.as_str(), it.value.value.as_ref()?.value.as_str())))
        .collect();
    let mut reports = Vec::new();
    for unit in pack.units.iter().map(|it| &it.value) {
        for indicator in carried(pack, unit).into_iter().filter(|it| due(pack, it, frequency)) {
            let id = names::id(indicator);
            let target = format!("{}/targets/{id}.{}", unit.name, super::QUARTER);
            let cell = Cell {
                unit: names::id(&unit.name),
                indicator: id,
                period,
                month,
                target: targets.get(target.as_str()).and_then(|it| it.parse().ok()),
            };
            reports.extend(cell.report());
        }
    }
    reports
}

/// Names of the indicators on a unit's track.
fn carried<'a>(pack: &'a Pack, unit: &Unit) -> Vec<&'a str> {
    let tracks = pack.schemes.iter().flat_map(|it| &it.value.tracks);
    let mut own = tracks
        .filter(|it| it.members.as_ref().is_some_and(|it| it.categories.contains(&unit.category)));
    own.next().and_then(|it| it.root.as_ref()).map(leaves).unwrap_or_default()
}

fn leaves(node: &Node) -> Vec<&str> {
    match &node.rule {
        Some(Rule::Leaf(leaf)) => vec![leaf.indicator.as_str()],
        Some(Rule::Sum(it)) => it.children.iter().flat_map(leaves).collect(),
        Some(Rule::WeightedMean(it)) => it.children.iter().flat_map(leaves).collect(),
        Some(Rule::GeometricMean(it)) => it.children.iter().flat_map(leaves).collect(),
        None => Vec::new(),
    }
}

fn due(pack: &Pack, indicator: &str, frequency: Frequency) -> bool {
    pack.indicators.iter().any(|it| it.value.name == indicator && it.value.frequency() == frequency)
}

/// One unit, one indicator, one period.
struct Cell<'a> {
    unit: &'a str,
    indicator: &'a str,
    period: &'a str,
    /// 1 to 3 within the quarter.
    month: i64,
    target: Option<i64>,
}

impl Cell<'_> {
    /// `None` when the report is missing.
    fn report(&self) -> Option<Report> {
        let &Cell { unit, indicator, period, .. } = self;
        let excuse = NOT_APPLICABLE.iter().find(|it| (it.0, it.1) == (unit, indicator));
        let said = match excuse {
            Some((_, _, why)) => Said::NotApplicable(why),
            None if draw(&["missing", unit, indicator, period], 170) == 0 => return None,
            None => Said::Value(self.value(1000)?),
        };
        let late = draw(&["late", unit, period], 16) == 0;
        let dispute = if matches!(said, Said::Value(_)) { self.dispute() } else { None };
        let proven = shape::of(indicator).is_some_and(shape::Shape::is_counted);
        let evidence = proven.then(|| format!("{period} {indicator} 台账"));
        let (unit, indicator, period) = (unit.to_owned(), indicator.to_owned(), period.to_owned());
        Some(Report { unit, indicator, period, said, evidence, late, dispute })
    }

    /// The value as reported, or `counted` per mille of it where that can be argued about.
    fn value(&self, counted: i64) -> Option<String> {
        let shape = shape::of(self.indicator)?;
        let keys = [self.unit, self.indicator, self.period];
        Some(shape.value(self.progress(), self.target.unwrap_or(0), &keys, counted))
    }

    fn dispute(&self) -> Option<Dispute> {
        let key = ["contested", self.unit, self.indicator, self.period];
        if !shape::of(self.indicator)?.is_counted() || draw(&key, 50) != 0 {
            return None;
        }
        let counted = self.value(850)?;
        if Some(&counted) == self.value(1000).as_ref() {
            return None;
        }
        let reason =
            DISPUTES[usize::try_from(draw(&["reason", self.unit, self.indicator], 3)).unwrap_or(0)];
        let upheld = draw(&["upheld", self.unit, self.period], 3) == 0;
        Some(Dispute { counted, reason, upheld })
    }

    /// The whole unit is a third behind, all quarter long.
    fn is_slow(&self) -> bool {
        draw(&["slow", self.unit], 18) == 0
    }

    /// This indicator is far behind in the first two months.
    fn lags(&self) -> bool {
        draw(&["lag", self.unit], 26) == 0 && draw(&["lag", self.unit, self.indicator], 3) == 0
    }

    /// Per mille of the quarter's work that is done.
    fn progress(&self) -> Progress {
        let strength = noise(&["strength", self.unit], 50);
        let usual = 333 * self.month + strength * self.month / 3;
        let chance = noise(&[self.unit, self.indicator, self.period], 25);
        let caught_up = [54, 58, 94][usize::try_from(self.month - 1).unwrap_or(2).min(2)];
        let done = match (self.is_slow(), self.lags()) {
            (true, _) => (usual + chance) * 66 / 100,
            (_, true) => usual * caught_up / 100,
            _ => usual + chance,
        };
        Progress { done, strength }
    }
}

/// How far a unit is in an indicator, both per mille.
#[derive(Clone, Copy)]
struct Progress {
    done: i64,
    strength: i64,
}

#[cfg(test)]
mod tests;
