//! What a request says of members, and what it is checked against.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use kit::Result;
use kit::db::Tx;
use kit::field::Fields;
use proto::cadre::v1 as pb;

use super::super::{PERSON, SEAT, UNIT, bounded, term};
use crate::follow::peers::Registry;
use crate::member::{Clash, Contents, Role, Seat, clashes};
use crate::person::Person;
use crate::placement::Placement;
use crate::store;

/// A row of a request.
pub(super) struct Draft {
    seat: String,
    person: String,
    home_unit: Option<String>,
    start: Date,
    end: Option<Date>,
}

/// Reads the rows.
pub(super) fn read(fields: &mut Fields, district: &str, given: &[pb::Member]) -> Vec<Draft> {
    let rows = bounded(fields, "members", given).iter().enumerate();
    rows.map(|(row, it)| {
        let at = format!("members[{row}]");
        let (start, end) = term(fields, &at, &it.start_date, &it.end_date);
        Draft {
            seat: fields.member(format_args!("{at}.seat"), &SEAT, &it.seat, district),
            person: fields.member(format_args!("{at}.person"), &PERSON, &it.person, district),
            home_unit: fields.optional_member(
                format_args!("{at}.home_unit"),
                &UNIT,
                &it.home_unit,
                district,
            ),
            start,
            end,
        }
    })
    .collect()
}

/// What the registry says of the seats and units named.
pub(super) struct Known {
    seats: BTreeMap<String, Seat>,
    unknown_units: BTreeSet<String>,
}

impl Known {
    /// Asks it.
    pub(super) async fn ask(registry: &Registry, district: &str, rows: &[Draft]) -> Result<Self> {
        registry.check_district(district).await?;
        let seats = registry.seats(district, rows.iter().map(|it| &*it.seat).collect()).await?;
        let units = rows.iter().filter_map(|it| it.home_unit.as_deref()).collect();
        let unknown_units = registry.unknown_units(district, units).await?;
        Ok(Self { seats, unknown_units })
    }

    /// The members to be, or what stands in their way by row.
    pub(super) async fn check(
        &self,
        tx: &mut Tx,
        district: &str,
        rows: Vec<Draft>,
    ) -> Result<Vec<Contents>> {
        let ids: Vec<&str> = rows.iter().map(|it| it.person.as_str()).collect();
        let persons = store::person::of_ids(tx, district, &ids).await?;
        let persons: HashMap<&str, &Person> =
            persons.iter().map(|it| (it.id.as_str(), it)).collect();
        let mut fields = Fields::default();
        let mut contents = Vec::with_capacity(rows.len());
        for (row, it) in rows.iter().enumerate() {
            let at = format!("members[{row}]");
            contents.extend(self.resolve(&mut fields, &at, it, persons.get(&*it.person).copied()));
        }
        fields.check()?;
        let seats: Vec<&str> = self.seats.keys().map(String::as_str).collect();
        let standing = store::member::beside(tx, district, &ids, &seats).await?;
        let standing = standing.iter().filter(|it| !it.is_revoked());
        let standing: Vec<Contents> = standing.map(|it| it.standing()).collect();
        let mut fields = Fields::default();
        for (row, clash) in clashes(&contents, &standing, &self.seats) {
            let most = self.seats.get(&contents[row].seat).map_or(0, |seat| seat.most);
            refuse(&mut fields, district, row, &contents[row], most, clash);
        }
        let placed = store::placement::beside(tx, district, &ids, &[]).await?;
        for (row, it) in contents.iter().enumerate().filter(|(_, it)| it.role == Role::FullTime) {
            let other =
                |other: &&Placement| other.person == it.person && other.span().meets(&it.span());
            if let Some(other) = placed.iter().find(other) {
                let message = format!("is on a training post by {}", other.name(district));
                let field = format!("members[{row}].person");
                fields.violation(field, "EXCLUSIVE_SEATS", message);
            }
        }
        fields.check()?;
        Ok(contents)
    }

    fn resolve(
        &self,
        fields: &mut Fields,
        at: &str,
        it: &Draft,
        person: Option<&Person>,
    ) -> Option<Contents> {
        let seat = self.seats.get(&it.seat);
        if seat.is_none() {
            let message = format!("there is no seat {}", it.seat);
            fields.violation(format_args!("{at}.seat"), "UNKNOWN_SEAT", message);
        }
        if person.is_none() {
            let message = format!("there is no person {}", it.person);
            fields.violation(format_args!("{at}.person"), "UNKNOWN_PERSON", message);
        }
        let (seat, person) = (seat?, person?);
        let home = it.home_unit.as_deref().or_else(|| person.home_unit(it.start));
        let Some(home) = home else {
            let message = format!("no one posting on {} tells it; name the unit", it.start);
            fields.violation(format_args!("{at}.home_unit"), "HOME_UNIT_REQUIRED", message);
            return None;
        };
        if self.unknown_units.contains(home) {
            let message = format!("there is no unit {home}");
            fields.violation(format_args!("{at}.home_unit"), "UNKNOWN_UNIT", message);
        }
        let partners = &seat.partner_units;
        if seat.role == Role::Flexible
            && !partners.is_empty()
            && !partners.iter().any(|it| it == home)
        {
            let message =
                format!("the seat {} is for members lent by {}", it.seat, partners.join(", "));
            fields.violation(format_args!("{at}.home_unit"), "NOT_A_PARTNER", message);
        }
        Some(Contents {
            seat: it.seat.clone(),
            unit: seat.unit.clone(),
            role: seat.role,
            person: it.person.clone(),
            home_unit: home.to_owned(),
            start: it.start,
            end: it.end,
        })
    }
}

fn refuse(fields: &mut Fields, district: &str, row: usize, it: &Contents, most: i32, clash: Clash) {
    let seat = |id: &str| SEAT.format(&[district, id]);
    let (field, reason, message) = match clash {
        Clash::Overlap(other) => {
            let message = format!("sits in the body already, on {}", seat(&other));
            ("person", "MEMBER_OVERLAP", message)
        }
        Clash::Exclusive(other) => {
            let message = format!("is a full-time member already, on {}", seat(&other));
            ("person", "EXCLUSIVE_SEATS", message)
        }
        Clash::Full(day) => {
            let message = format!("{} has {most} on {day} already", seat(&it.seat));
            ("seat", "SEAT_FULL", message)
        }
    };
    fields.violation(format_args!("members[{row}].{field}"), reason, message);
}
