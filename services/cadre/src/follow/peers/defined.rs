//! What the registry defines that cadre keeps persons for.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kit::field::Fields;
use kit::{Error, Result};
use proto::registry::v1 as registry;

use super::Registry;
use crate::member::Seat;
use crate::rpc::{DISTRICT, FRONT, SEAT, UNIT};

impl Registry {
    /// Refuses units that the district never had: row of the list, field within it, and id.
    pub(crate) async fn check_units(
        &self,
        district: &str,
        list: &str,
        named: &[(usize, &'static str, String)],
    ) -> Result<()> {
        let wanted = named.iter().map(|it| it.2.as_str()).collect();
        let unknown = self.unknown_units(district, wanted).await?;
        let mut fields = Fields::default();
        for (row, field, unit) in named.iter().filter(|it| unknown.contains(&it.2)) {
            let message = format!("there is no unit {}", UNIT.format(&[district, unit]));
            fields.violation(format_args!("{list}[{row}].{field}"), "UNKNOWN_UNIT", message);
        }
        fields.check()
    }

    /// The fronts of a district, each with the unit that manages it.
    pub(crate) async fn fronts(&self, district: &str) -> Result<HashMap<String, String>> {
        let mut request = registry::ListFrontsRequest {
            parent: DISTRICT.format(&[district]),
            page_size: kit::page::MAX_SIZE as i32,
            ..Default::default()
        };
        let mut found = HashMap::new();
        loop {
            let page = self.fronts.clone().list_fronts(request.clone()).await?.into_inner();
            for it in page.fronts {
                if let (Some(name), Some(unit)) =
                    (FRONT.read(&it.name), UNIT.read(&it.managing_unit))
                {
                    found.insert(name.id("front").to_owned(), unit.id("unit").to_owned());
                }
            }
            if page.next_page_token.is_empty() {
                return Ok(found);
            }
            request.page_token = page.next_page_token;
        }
    }

    /// Those of the seats `wanted` that there are.
    pub(crate) async fn seats(
        &self,
        district: &str,
        wanted: BTreeSet<&str>,
    ) -> Result<BTreeMap<String, Seat>> {
        let all = self.list_seats(district, String::new()).await?;
        let wanted = all.into_iter().filter(|it| wanted.contains(it.id.as_str()));
        Ok(wanted.map(|it| (it.id.clone(), it)).collect())
    }

    /// The seats of a body by id; NOT_FOUND when there is no such unit.
    pub(crate) async fn seats_of(&self, district: &str, unit: &str) -> Result<Vec<Seat>> {
        let name = UNIT.format(&[district, unit]);
        let request = registry::GetUnitRequest { name: name.clone() };
        self.units.clone().get_unit(request).await?;
        self.list_seats(district, name).await
    }

    async fn list_seats(&self, district: &str, unit: String) -> Result<Vec<Seat>> {
        let mut request = registry::ListSeatsRequest {
            parent: DISTRICT.format(&[district]),
            page_size: kit::page::MAX_SIZE as i32,
            unit,
            ..Default::default()
        };
        let mut found = Vec::new();
        loop {
            let page = self.seats.clone().list_seats(request.clone()).await?.into_inner();
            for seat in page.seats {
                found.push(read_seat(seat)?);
            }
            if page.next_page_token.is_empty() {
                return Ok(found);
            }
            request.page_token = page.next_page_token;
        }
    }
}

fn read_seat(seat: registry::Seat) -> Result<Seat> {
    let unit = |name: &str| UNIT.read(name).map(|it| it.id("unit").to_owned());
    let unread = || Error::internal(format!("the registry's seat {} cannot be read", seat.name));
    Ok(Seat {
        id: SEAT.read(&seat.name).ok_or_else(unread)?.id("seat").to_owned(),
        unit: unit(&seat.unit).ok_or_else(unread)?,
        role: seat.role.try_into()?,
        least: seat.least,
        most: seat.most,
        partner_units: seat.partner_units.iter().filter_map(|it| unit(it)).collect(),
    })
}
