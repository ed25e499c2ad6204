//! Stations (管家工作站): where the stewards of projects work (X5).

use kit::field::Fields;
use kit::name::Pattern;

use crate::definition::{self, Collection, Definition, Reference};

/// How stations are named.
pub(crate) static NAME: Pattern =
    Pattern::new("station", "districts/{district}/stations/{station}");

kit::numbered! {
    /// Who sends a station.
    enum Level {
        /// By the district itself (市派管理工作站, X5).
        City = 1,
        /// By a town or a department (镇办、部门派驻管家工作站, X5).
        Town = 2,
    }
}

/// A station.
pub(crate) type Station = Definition<Contents>;

/// What the office says of a station.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) display_name: String,
    pub(crate) level: Level,
    /// Id of the unit that hosts it.
    pub(crate) unit: String,
    /// Id of the station above.
    pub(crate) upper: Option<String>,
}

impl definition::Contents for Contents {
    fn pattern() -> &'static Pattern {
        &NAME
    }

    fn collection() -> Collection {
        Collection::Station
    }

    fn references(&self) -> Vec<Reference<'_>> {
        [
            Some(Reference::new("unit", Collection::Unit, &self.unit)),
            Reference::optional("upper", Collection::Station, &self.upper),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn check(&self, fields: &mut Fields, at: &str) {
        if self.level == Level::City && self.upper.is_some() {
            let message = "a station of the district has none above it";
            fields.violation(format_args!("{at}.upper"), "STATION_ORDER", message);
        }
    }
}
