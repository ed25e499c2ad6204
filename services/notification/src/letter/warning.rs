//! Warnings (两个预警提示, H5), as scoring tells them.

use jiff::civil::Date;
use minijinja::{Value, context};
use rust_decimal::Decimal;

use super::Kind;
use crate::district::District;
use crate::document::Language;
use crate::print;

/// A warning to one unit.
#[derive(Clone, Debug)]
pub(crate) struct Warning {
    /// Its full name.
    pub(crate) source: String,
    /// Id of the unit that answers for the subject, the unit itself or of a project or post.
    pub(crate) unit: String,
    pub(crate) unit_display_name: String,
    /// Id of the period.
    pub(crate) period: String,
    /// Name of the track; a project or post that is warned stands behind it in brackets.
    pub(crate) track: String,
    pub(crate) ground: Ground,
}

/// Why a unit is warned.
#[derive(Clone, Debug)]
pub(crate) enum Ground {
    /// An indicator is behind the time schedule (未达时序进度).
    BehindSchedule {
        /// Its name.
        indicator: String,
        unit_of_measure: String,
        /// Per cent of what was due that was reached.
        pace: Decimal,
        actual: Decimal,
        due: Decimal,
    },
    /// The unit is low in the ranking (排名靠后).
    LowRanking { rank: Decimal, track_size: i64, score: Decimal },
}

impl Warning {
    /// The letter it makes.
    pub(crate) fn kind(&self) -> Kind {
        match self.ground {
            Ground::BehindSchedule { .. } => Kind::WorkReminder,
            Ground::LowRanking { .. } => Kind::WarningSheet,
        }
    }

    /// What its letter's template may print in a language.
    pub(crate) fn values(
        &self,
        district: &District,
        number: &str,
        (issued, due_date): (Date, Date),
        language: Language,
    ) -> Value {
        let day = |day| print::day_in(language, day);
        let common = context! {
            district => &district.display_name,
            office => district.office_in(language),
            number => number,
            issue_date => day(issued),
            due_date => day(due_date),
            recipient => &self.unit_display_name,
            period => print::period_in(language, &self.period),
            track => &self.track,
        };
        match &self.ground {
            Ground::BehindSchedule { indicator, unit_of_measure, pace, actual, due } => context! {
                indicator => indicator,
                actual => print::quantity(*actual, unit_of_measure),
                due => print::quantity(*due, unit_of_measure),
                pace => print::score(*pace),
                ..common
            },
            Ground::LowRanking { rank, track_size, score } => context! {
                rank => print::score(*rank),
                track_size => *track_size,
                score => print::score(*score),
                ..common
            },
        }
    }
}
