//! Warnings (两个预警提示, H5): behind the time schedule, and low in the ranking.

use jiff::Timestamp;
use kit::name::Pattern;
use rust_decimal::Decimal;

/// How warnings are named.
pub(crate) static NAME: Pattern =
    Pattern::new("warning", "districts/{district}/warnings/{warning}");

/// A warning to one unit.
#[derive(Clone, Debug)]
pub(crate) struct Warning {
    /// Its position in the district's ledger of warnings, and its id.
    pub(crate) sequence: i64,
    pub(crate) period: String,
    pub(crate) unit: String,
    pub(crate) unit_display_name: String,
    /// Id of the unit that answers for it; empty in rows of before.
    pub(crate) responsible_unit: String,
    pub(crate) responsible_unit_display_name: String,
    pub(crate) scheme: String,
    pub(crate) track: String,
    pub(crate) track_display_name: String,
    pub(crate) ground: Ground,
    pub(crate) create_time: Timestamp,
}

/// Which warning it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    BehindSchedule,
    LowRanking,
}

/// Why a unit is warned.
#[derive(Clone, Debug)]
pub(crate) enum Ground {
    /// An indicator is behind the time schedule (未达时序进度).
    BehindSchedule {
        indicator: String,
        indicator_display_name: String,
        unit_of_measure: String,
        /// Per cent of what was due that was reached.
        pace: Decimal,
        actual: Decimal,
        due: Decimal,
    },
    /// The unit is low in the ranking (排名靠后).
    LowRanking { run: i64, rank: Decimal, track_size: i64, score: Decimal },
}

impl Ground {
    /// Which warning it makes.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::BehindSchedule { .. } => Kind::BehindSchedule,
            Self::LowRanking { .. } => Kind::LowRanking,
        }
    }
}

impl Warning {
    /// What a unit is warned of once in a period: the indicator, or the scheme whose ranking it is.
    pub(crate) fn subject(&self) -> &str {
        match &self.ground {
            Ground::BehindSchedule { indicator, .. } => indicator,
            Ground::LowRanking { .. } => &self.scheme,
        }
    }
}

/// Leaves out what a unit was warned of before in the same period, or earlier in the list, and
/// numbers the rest after `last`. `known` says whether a unit was warned of a subject.
pub(crate) fn number(
    mut warnings: Vec<Warning>,
    known: impl Fn(&str, &str) -> bool,
    last: i64,
) -> Vec<Warning> {
    let mut said = std::collections::HashSet::new();
    warnings.retain(|warning| {
        let (unit, subject) = (warning.unit.clone(), warning.subject().to_owned());
        !known(&unit, &subject) && said.insert((unit, subject))
    });
    for (sequence, warning) in (last + 1..).zip(&mut warnings) {
        warning.sequence = sequence;
    }
    warnings
}
