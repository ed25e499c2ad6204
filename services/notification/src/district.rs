//! Districts as letters name them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use kit::name::Pattern;

use crate::document::Language;

/// How districts are named.
pub(crate) static NAME: Pattern = Pattern::new("district", "districts/{district}");
/// How units are named.
pub(crate) static UNIT: Pattern = Pattern::new("unit", "districts/{district}/units/{unit}");
/// How periods are named.
pub(crate) static PERIOD: Pattern = Pattern::new("period", "districts/{district}/periods/{period}");

/// The id of the district that a resource of this name lies in; empty when it names none.
pub(crate) fn of(name: &str) -> &str {
    name.strip_prefix("districts/").and_then(|rest| rest.split('/').next()).unwrap_or_default()
}

/// A unit, as far as letters go to it.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub(crate) display_name: String,
    /// Id of the unit above it; empty when there is none.
    pub(crate) parent: String,
    /// May be empty.
    pub(crate) category: String,
}

/// A district, as far as its letters show it.
#[derive(Clone, Debug)]
pub(crate) struct District {
    pub(crate) id: String,
    pub(crate) display_name: String,
    pub(crate) zone: TimeZone,
}

/// Who is in charge of whom in a district.
#[derive(Clone, Debug, Default)]
pub(crate) struct Oversight {
    /// Id of the assessment office.
    pub(crate) office: Option<String>,
    /// Ids of leaders by the ids of the units they are in charge of.
    pub(crate) leaders: BTreeMap<String, String>,
}

impl Oversight {
    /// The leader in charge of a unit, or of the nearest one above it.
    pub(crate) fn leader(&self, unit: &str, units: &BTreeMap<String, Unit>) -> Option<&str> {
        let mut at = unit;
        // No tree of units is deeper than it has units.
        for _ in 0..=units.len() {
            if let Some(leader) = self.leaders.get(at) {
                return Some(leader);
            }
            at = units.get(at).map(|it| it.parent.as_str()).filter(|it| !it.is_empty())?;
        }
        None
    }
}

impl District {
    /// The office that signs (落款).
    pub(crate) fn office(&self) -> String {
        format!("{}目标责任考核工作领导小组办公室", self.display_name)
    }

    /// The same in a language.
    pub(crate) fn office_in(&self, language: Language) -> String {
        match language {
            Language::Chinese => self.office(),
            Language::English => format!("Assessment Office, {}", self.display_name),
        }
    }

    /// The civil day of an instant in the district.
    pub(crate) fn day(&self, instant: Timestamp) -> Date {
        instant.to_zoned(self.zone.clone()).date()
    }
}
