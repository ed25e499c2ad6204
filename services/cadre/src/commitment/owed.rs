//! Who still owes commitments.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use super::{Area, Occasion, due};
use crate::person::HeldPost;

/// A head who made none in some area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Owed {
    pub(crate) person: String,
    pub(crate) unit: String,
    pub(crate) areas: Vec<Area>,
    pub(crate) occasion: Occasion,
    pub(crate) due: Date,
    pub(crate) late: bool,
}

/// Those of `heads` who owe commitments for the year of `today`; `made` are person and area of
/// those that were made.
pub(crate) fn owed(heads: &[HeldPost], made: &[(String, Area)], today: Date) -> Vec<Owed> {
    let mut areas: HashMap<&str, HashSet<Area>> = HashMap::new();
    for (person, area) in made {
        areas.entry(person).or_default().insert(*area);
    }
    let owes = |head: &HeldPost| {
        let made = areas.get(head.person.as_str());
        let missing = [Area::PartyBuilding, Area::Innovation, Area::Priorities]
            .into_iter()
            .filter(|area| made.is_none_or(|made| !made.contains(area)));
        let (occasion, due) = due(today.year(), head.start);
        let areas: Vec<Area> = missing.collect();
        (!areas.is_empty()).then(|| Owed {
            person: head.person.clone(),
            unit: head.unit.clone(),
            areas,
            occasion,
            due,
            late: today > due,
        })
    };
    heads.iter().filter_map(owes).collect()
}
