//! What schemes need to know of the indicators they name.

use std::collections::BTreeMap;

use engine::{Accumulation, Direction};
use proto::registry::v1 as pb;

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
}

impl Indicators {
    /// Takes what registry says. An indicator whose kind of reporting this version does not
    /// know is left out, and then unknown to every scheme.
    pub fn from_proto(indicators: &[pb::Indicator]) -> Indicators {
        let known = indicators.iter().filter_map(|it| Some((it.name.clone(), measure(it)?)));
        Indicators { by_name: known.collect() }
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
    })
}
