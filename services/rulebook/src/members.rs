//! Which units run on which track.

use std::collections::{BTreeMap, BTreeSet};

use kit::Violation;
use kit::field::Fields;
use proto::registry::v1 as pb;

use crate::{Rulebook, UNIT};

/// Selects units: those listed, and those that match every condition that is set. Retired
/// units and groups are never selected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Members {
    pub(crate) categories: BTreeSet<String>,
    pub(crate) kinds: BTreeSet<i32>,
    pub(crate) units: BTreeSet<String>,
    pub(crate) except_units: BTreeSet<String>,
}

/// A unit on a track.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entrant {
    /// The track.
    pub track_id: String,
    /// The unit's name.
    pub unit: String,
}

impl Members {
    /// Reads the contract's message, noting faults below `path`.
    pub(crate) fn read(path: &str, members: Option<&pb::Members>, fields: &mut Fields) -> Members {
        let empty = pb::Members::default();
        let given = members.unwrap_or(&empty);
        if given.categories.is_empty() && given.kinds.is_empty() && given.units.is_empty() {
            fields.violation(path, "MEMBERS_EMPTY", "needs categories, kinds or units to select");
        }
        let categories = given.categories.iter().enumerate();
        let kinds = given.kinds.iter().enumerate();
        Members {
            categories: categories
                .map(|(place, it)| fields.id(format_args!("{path}.categories[{place}]"), it))
                .collect(),
            kinds: kinds
                .map(|(place, it)| kind(format!("{path}.kinds[{place}]"), *it, fields))
                .collect(),
            units: units(&format!("{path}.units"), &given.units, fields),
            except_units: units(&format!("{path}.except_units"), &given.except_units, fields),
        }
    }

    fn selects(&self, unit: &pb::Unit) -> bool {
        if !eligible(unit) || self.except_units.contains(&unit.name) {
            return false;
        }
        let conditions = !self.categories.is_empty() || !self.kinds.is_empty();
        let category = self.categories.is_empty() || self.categories.contains(&unit.category);
        let kind = self.kinds.is_empty() || self.kinds.contains(&unit.kind);
        self.units.contains(&unit.name) || (conditions && category && kind)
    }
}

impl Rulebook {
    /// Who runs where, by track in the scheme's order and unit name. Refuses a unit on two
    /// tracks (`UNIT_ON_TWO_TRACKS`) and a listed unit that is unknown (`UNKNOWN_UNIT`), retired
    /// (`UNIT_RETIRED`) or a group (`UNIT_GROUP`).
    pub fn select(&self, units: &[pb::Unit]) -> Result<Vec<Entrant>, Vec<Violation>> {
        let known: BTreeMap<&str, &pb::Unit> =
            units.iter().map(|unit| (unit.name.as_str(), unit)).collect();
        let mut fields = Fields::default();
        let (mut entrants, mut runs_on) = (Vec::new(), BTreeMap::new());
        for (place, entry) in self.entries.iter().enumerate() {
            let path = format!("scheme.tracks[{place}].members");
            for name in &entry.members.units {
                check_listed(
                    &format!("{path}.units"),
                    name,
                    known.get(name.as_str()).copied(),
                    &mut fields,
                );
            }
            let track_id = entry.track.track_id();
            for unit in known.values().filter(|unit| entry.members.selects(unit)) {
                if let Some(other) = runs_on.insert(unit.name.as_str(), track_id) {
                    let message = format!("{} runs on {other} already", unit.name);
                    fields.violation(&path, "UNIT_ON_TWO_TRACKS", message);
                }
                entrants.push(Entrant { track_id: track_id.to_owned(), unit: unit.name.clone() });
            }
        }
        if fields.is_sound() { Ok(entrants) } else { Err(fields.into_violations()) }
    }

    /// Who runs where by a scheme that was enacted, in the order of `select`, whatever became of
    /// the units since. A unit that several tracks select runs on the one that lists it by name,
    /// else on the first; where `select` refuses nothing the two say the same.
    pub fn place(&self, units: &[pb::Unit]) -> Vec<Entrant> {
        let known: BTreeMap<&str, &pb::Unit> =
            units.iter().map(|unit| (unit.name.as_str(), unit)).collect();
        let mut runs_on: Vec<Vec<&str>> = vec![Vec::new(); self.entries.len()];
        for unit in known.into_values() {
            if let Some(place) = self.place_of(unit) {
                runs_on[place].push(&unit.name);
            }
        }
        let tracks = self.entries.iter().zip(runs_on);
        let entrants = tracks.flat_map(|(entry, units)| {
            let track_id = entry.track.track_id();
            units
                .into_iter()
                .map(move |unit| Entrant { track_id: track_id.to_owned(), unit: unit.to_owned() })
        });
        entrants.collect()
    }

    fn place_of(&self, unit: &pb::Unit) -> Option<usize> {
        let selecting = || {
            let entries = self.entries.iter().enumerate();
            entries.filter(|(_, entry)| entry.members.selects(unit))
        };
        let listing = selecting().find(|(_, entry)| entry.members.units.contains(&unit.name));
        listing.or_else(|| selecting().next()).map(|(place, _)| place)
    }
}

fn check_listed(field: &str, name: &str, unit: Option<&pb::Unit>, fields: &mut Fields) {
    match unit {
        None => fields.violation(field, "UNKNOWN_UNIT", format!("there is no unit {name}")),
        Some(unit) if unit.retire_time.is_some() => {
            fields.violation(field, "UNIT_RETIRED", format!("{name} was retired"));
        }
        Some(unit) if unit.kind() == pb::UnitKind::Group => {
            fields.violation(
                field,
                "UNIT_GROUP",
                format!("{name} is a group, which is not evaluated"),
            );
        }
        Some(_) => {}
    }
}

fn eligible(unit: &pb::Unit) -> bool {
    unit.retire_time.is_none() && unit.kind() != pb::UnitKind::Group
}

fn kind(field: String, kind: i32, fields: &mut Fields) -> i32 {
    if fields.choice::<pb::UnitKind>(&field, kind) == pb::UnitKind::Group {
        fields.violation(field, "UNIT_GROUP", "groups are not evaluated");
    }
    kind
}

fn units(path: &str, names: &[String], fields: &mut Fields) -> BTreeSet<String> {
    let read = |(place, name): (usize, &String)| {
        fields.name(format_args!("{path}[{place}]"), &UNIT, name).as_str().to_owned()
    };
    names.iter().enumerate().map(read).collect()
}
