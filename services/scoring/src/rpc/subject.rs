//! What registry knows of a district, for facts that no period's assignment asks for.

use std::collections::HashSet;
use std::fmt::Display;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use kit::field::Fields;
use kit::{Error, Result, Violation};
use proto::registry::v1 as registry;

use super::Rpc;
use super::assignment::Definitions;
use crate::assignment::{DISTRICT, SCHEME, UNIT};
use crate::subject;

const PAGE: i32 = 1000;

/// A district as facts are held against it.
#[derive(Debug)]
pub(super) struct Roster {
    district: String,
    /// Every unit, retired ones too, by id.
    units: HashSet<String>,
    /// The day that it is by the district's clocks.
    today: Date,
}

impl Rpc {
    /// Asks registry about a district, in a few calls whatever is to be checked.
    pub(super) async fn roster(&self, district: &str) -> Result<Roster> {
        let name = DISTRICT.format(&[district]);
        let request = registry::GetDistrictRequest { name: name.clone() };
        let found = self.districts.clone().get_district(request).await?.into_inner();
        let zone = TimeZone::get(&found.time_zone).map_err(Error::internal)?;
        let mut units = HashSet::new();
        let mut page_token = String::new();
        loop {
            let request = registry::ListUnitsRequest {
                parent: name.clone(),
                page_size: PAGE,
                page_token,
                show_retired: true,
                ..Default::default()
            };
            let page = self.units.clone().list_units(request).await?.into_inner();
            let ids = page.units.iter().filter_map(|unit| UNIT.read(&unit.name));
            units.extend(ids.map(|name| name.id("unit").to_owned()));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        let today = self.clock.now().to_zoned(zone).date();
        Ok(Roster { district: district.to_owned(), units, today })
    }
}

impl Roster {
    /// The day that it is by the district's clocks.
    pub(super) fn today(&self) -> Date {
        self.today
    }

    /// Refuses a unit that registry does not know: `UNKNOWN_UNIT`.
    pub(super) fn unit(&self, fields: &mut Fields, field: impl Display, id: &str) {
        if !self.units.contains(id) {
            let message = format!("there is no {}", UNIT.format(&[&self.district, id]));
            fields.violation(field, "UNKNOWN_UNIT", message);
        }
    }

    /// Refuses a day to come: `IN_FUTURE`.
    pub(super) fn past(&self, fields: &mut Fields, field: impl Display, day: Date) {
        if day > self.today {
            let message = format!("must not be later than today, {}, is {day}", self.today);
            fields.violation(field, "IN_FUTURE", message);
        }
    }
}

/// The track of a scheme on which a subject runs: `SCHEME_NOT_IN_FORCE`, `NOT_ENTERED`.
pub(super) fn entered(
    definitions: &Definitions,
    district: &str,
    scheme: &str,
    id: &str,
) -> std::result::Result<String, Violation> {
    let period = &definitions.assignment.period.id;
    let refuse =
        |field: &str, reason, message| Err(Violation { field: field.to_owned(), reason, message });
    let name = SCHEME.format(&[district, scheme]);
    if definitions.rulebook(scheme).is_none() {
        let message = format!("{name} does not hold in {period}");
        return refuse("scheme", "SCHEME_NOT_IN_FORCE", message);
    }
    let subject = subject::name(district, id);
    let mut entrants = definitions.wire.entrants.iter();
    match entrants.find(|it| it.scheme == name && it.unit == subject) {
        Some(entrant) => Ok(entrant.track_id.clone()),
        None => {
            let message = format!("{subject} runs on no track of {name} in {period}");
            refuse("unit", "NOT_ENTERED", message)
        }
    }
}
