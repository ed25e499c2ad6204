//! What schemes need to know of the indicators they name.

use std::collections::BTreeMap;

use engine::{Accumulation, Direction, Limits};
use proto::google::r#type as wire;
use proto::registry::v1 as pb;
use rust_decimal::Decimal;

use crate::span::Length;

/// The indicators of a district by name.
#[derive(Clone, Debug, Default)]
pub struct Indicators {
    by_name: BTreeMap<String, Measure>,
}

/// One indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// Name in the office's words.
    pub display_name: String,
    /// Which way is better.
    pub direction: Direction,
    /// How long the periods are for which it is reported.
    pub frequency: Length,
    /// How shorter periods make a longer one.
    pub accumulation: Accumulation,
    /// What is known of its value for a whole period before it is reported.
    pub limits: Limits,
}

impl Indicators {
    /// Takes what registry says. An indicator whose kind of reporting this version does not
    /// know is left out, and then unknown to every scheme.
    pub fn from_proto(indicators: &[pb::Indicator]) -> Indicators {
        let known = indicators.iter().filter_map(|it| Some((it.name.clone(), measure(it)?)));
        Indicators { by_name: known.collect() }
    }

    /// The name of the indicator of that id, which is the last part of its name.
    pub(crate) fn by_id(&self, id: &str) -> Option<&str> {
        let mut names = self.by_name.keys().map(String::as_str);
        names.find(|name| name.rsplit('/').next() == Some(id))
    }

    /// What is known of the values of all of them, by name.
    pub(crate) fn limits(&self) -> BTreeMap<String, Limits> {
        let known = self.by_name.iter().filter(|(_, it)| it.limits != Limits::default());
        known.map(|(name, it)| (name.clone(), it.limits)).collect()
    }

    /// The indicator of that name.
    pub fn get(&self, name: &str) -> Option<&Measure> {
        self.by_name.get(name)
    }
}

fn measure(indicator: &pb::Indicator) -> Option<Measure> {
    Some(Measure {
        display_name: indicator.display_name.clone(),
        direction: match indicator.direction() {
            pb::Direction::Unspecified => return None,
            pb::Direction::HigherIsBetter => Direction::HigherIsBetter,
            pb::Direction::LowerIsBetter => Direction::LowerIsBetter,
        },
        frequency: match indicator.frequency() {
            pb::Frequency::Unspecified => return None,
            pb::Frequency::Weekly => Length::Week,
            pb::Frequency::Monthly => Length::Month,
            pb::Frequency::Quarterly => Length::Quarter,
            pb::Frequency::HalfYearly => Length::HalfYear,
            pb::Frequency::Yearly => Length::Year,
        },
        accumulation: match indicator.accumulation() {
            pb::Accumulation::Unspecified => return None,
            pb::Accumulation::Sum => Accumulation::Sum,
            pb::Accumulation::Cumulative => Accumulation::Cumulative,
            pb::Accumulation::Mean => Accumulation::Mean,
            pb::Accumulation::Latest => Accumulation::Latest,
        },
        limits: limits(indicator),
    })
}

/// The bounds of each report, as far as they also bound what many reports come to: a sum of
/// values from 0 up is no less than the least of them, and may be any number more.
fn limits(indicator: &pb::Indicator) -> Limits {
    let bound = |given: &Option<wire::Decimal>| kit::decimal::parse(&given.as_ref()?.value);
    let (least, most) = (bound(&indicator.min_value), bound(&indicator.max_value));
    match indicator.accumulation() {
        pb::Accumulation::Sum => Limits {
            least: least.filter(|least| *least >= Decimal::ZERO),
            most: most.filter(|most| *most <= Decimal::ZERO),
            above: false,
        },
        _ => Limits { least, most, above: false },
    }
}
