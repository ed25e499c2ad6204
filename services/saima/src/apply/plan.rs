//! What is to be done so that a server has what the files have.

use std::io::{self, Write};

use proto::cadre::v1::{ListPersonsRequest, Person};
use proto::registry::v1::scheme::State;
use proto::registry::v1::{
    District, GetDistrictRequest, Indicator, ListIndicatorsRequest, ListPeriodsRequest,
    ListSchemesRequest, ListTargetsRequest, ListUnitsRequest, Period, Scheme, Target, Unit,
};
use tonic::Code;

use super::compare::{Absent, Difference, Update, compare};
use super::work::Differences;
use crate::client::{Suite, pages};
use crate::failure::{Failure, Result};
use crate::names;
use crate::pack::Pack;
use crate::problem::{Item, Problems};
use crate::table::{Align, Cell, Paint, Table};

/// Changes that are named one by one; the rest are counted.
const NAMED: usize = 20;

/// The difference between a pack and a server.
#[derive(Debug)]
pub struct Plan {
    pub(super) parent: String,
    pub(super) districts: Difference<District>,
    pub(super) units: Difference<Unit>,
    pub(super) indicators: Difference<Indicator>,
    pub(super) periods: Difference<Period>,
    pub(super) targets: Difference<Target>,
    pub(super) schemes: Difference<Scheme>,
    pub(super) persons: Difference<Person>,
    /// Schemes to be put in force, by name.
    pub(super) enact: Vec<Item<String>>,
    in_force: usize,
    /// Projects, tasks and what belongs to them.
    pub(super) work: Differences,
    /// Why existing definitions change.
    pub(super) reason: String,
}

/// What the server has of a district.
#[derive(Default)]
struct Present {
    district: Vec<District>,
    units: Vec<Unit>,
    indicators: Vec<Indicator>,
    periods: Vec<Period>,
    targets: Vec<Target>,
    schemes: Vec<Scheme>,
    persons: Vec<Person>,
}

impl Plan {
    /// Compares the pack with what the server has.
    pub async fn make(pack: &Pack, suite: &Suite) -> Result<Self> {
        let Some(district) = &pack.district else {
            return Err(Failure::data(
                "no file names the district: `district: {name: …, display_name: …}`",
            ));
        };
        let parent = district.value.name.clone();
        let present = Present::load(suite, &parent).await?;
        let is_new = present.district.is_empty();
        let work = Differences::make(&pack.work, suite, &parent, is_new).await?;
        let (mut enact, mut in_force) = (Vec::new(), 0);
        for item in &pack.enact {
            let value =
                names::complete("saima.registry.v1.Scheme.name", &pack.district_id, &item.value);
            let value = value.unwrap_or_default();
            let state = present.schemes.iter().find(|it| it.name == value).map(Scheme::state);
            match state {
                Some(State::InForce | State::Superseded) => in_force += 1,
                _ => enact.push(Item { value, origin: item.origin.clone() }),
            }
        }
        let district = std::slice::from_ref(district);
        let plan = Self {
            parent,
            districts: compare(
                "saima.registry.v1.District",
                |it| &it.name,
                Absent::AsItIs,
                district,
                present.district,
            ),
            units: compare(
                "saima.registry.v1.Unit",
                |it| &it.name,
                Absent::Empty,
                &pack.units,
                present.units,
            ),
            indicators: compare(
                "saima.registry.v1.Indicator",
                |it| &it.name,
                Absent::Empty,
                &pack.indicators,
                present.indicators,
            ),
            periods: compare(
                "saima.registry.v1.Period",
                |it| &it.name,
                Absent::AsItIs,
                &pack.periods,
                present.periods,
            ),
            targets: compare(
                "saima.registry.v1.Target",
                |it| &it.name,
                Absent::Empty,
                &pack.targets,
                present.targets,
            ),
            schemes: compare(
                "saima.registry.v1.Scheme",
                |it| &it.name,
                Absent::AsItIs,
                &pack.schemes,
                present.schemes,
            ),
            persons: compare(
                "saima.cadre.v1.Person",
                |it| &it.external_id,
                Absent::AsItIs,
                &pack.persons,
                present.persons,
            ),
            enact,
            in_force,
            work,
            reason: String::new(),
        };
        plan.refuse_impossible()?;
        Ok(plan)
    }

    /// The reason that is kept with the history of what it changes.
    pub fn because(self, reason: &str) -> Self {
        Self { reason: reason.to_owned(), ..self }
    }

    /// Nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.districts.is_empty()
            && self.units.is_empty()
            && self.indicators.is_empty()
            && self.periods.is_empty()
            && self.targets.is_empty()
            && self.schemes.is_empty()
            && self.persons.is_empty()
            && self.enact.is_empty()
            && self.work.is_empty()
    }

    /// Prints how much is created, changed and equal, and what is changed.
    pub fn print(&self, out: &mut impl Write, painted: bool) -> io::Result<()> {
        let mut table = Table::new([
            ("", Align::Left),
            ("created", Align::Right),
            ("updated", Align::Right),
            ("unchanged", Align::Right),
        ]);
        let mut changes = Vec::new();
        count(&mut table, &mut changes, "district", &self.districts, |it| &it.name);
        count(&mut table, &mut changes, "units", &self.units, |it| &it.name);
        count(&mut table, &mut changes, "indicators", &self.indicators, |it| &it.name);
        count(&mut table, &mut changes, "periods", &self.periods, |it| &it.name);
        count(&mut table, &mut changes, "targets", &self.targets, |it| &it.name);
        count(&mut table, &mut changes, "schemes", &self.schemes, |it| &it.name);
        table.line(counts("in force", self.enact.len(), 0, self.in_force));
        count(&mut table, &mut changes, "persons", &self.persons, |it| &it.external_id);
        self.work.count(&mut table, &mut changes);
        table.print(out, "", painted)?;
        for change in changes.iter().take(NAMED) {
            writeln!(out, "  ~ {change}")?;
        }
        if changes.len() > NAMED {
            writeln!(out, "  … and {} more", changes.len() - NAMED)?;
        }
        Ok(())
    }

    fn refuse_impossible(&self) -> Result<()> {
        let mut problems = Problems::default();
        for Update { wanted, present, fields } in &self.schemes.updated {
            if present.state() != State::Draft {
                let fields = fields.join(", ");
                problems.add_below(
                    &wanted.origin,
                    "",
                    format!("`{}` is in force and cannot change ({fields} differ); write a successor with an id of its own", names::id(&present.name)),
                );
            }
        }
        for Item { value, origin } in &self.persons.created {
            if value.external_id.is_empty() {
                problems.add_below(
                    origin,
                    "",
                    "needs an external_id, or every apply would create the person again",
                );
            }
        }
        problems.check(())
    }
}

impl Present {
    async fn load(suite: &Suite, parent: &str) -> Result<Self> {
        let parent = parent.to_owned();
        let get = GetDistrictRequest { name: parent.clone() };
        let district = match suite.districts().get_district(get).await {
            Ok(district) => vec![district.into_inner()],
            Err(status) if status.code() == Code::NotFound => return Ok(Self::default()),
            Err(status) => return Err(status.into()),
        };
        let units = ListUnitsRequest { parent: parent.clone(), ..Default::default() };
        let indicators = ListIndicatorsRequest { parent: parent.clone(), ..Default::default() };
        let periods = ListPeriodsRequest { parent: parent.clone(), ..Default::default() };
        let targets =
            ListTargetsRequest { parent: format!("{parent}/units/-"), ..Default::default() };
        let schemes = ListSchemesRequest { parent: parent.clone(), ..Default::default() };
        let persons = ListPersonsRequest { parent, ..Default::default() };
        Ok(Self {
            district,
            units: pages!(suite.units(), list_units, units, units),
            indicators: pages!(suite.indicators(), list_indicators, indicators, indicators),
            periods: pages!(suite.periods(), list_periods, periods, periods),
            targets: pages!(suite.targets(), list_targets, targets, targets),
            schemes: pages!(suite.schemes(), list_schemes, schemes, schemes),
            persons: pages!(suite.persons(), list_persons, persons, persons),
        })
    }
}

pub(super) fn count<T>(
    table: &mut Table,
    changes: &mut Vec<String>,
    title: &str,
    difference: &Difference<T>,
    key: fn(&T) -> &str,
) {
    let Difference { created, updated, unchanged } = difference;
    table.line(counts(title, created.len(), updated.len(), *unchanged));
    for Update { wanted, fields, .. } in updated {
        let name = key(&wanted.value).split('/').skip(2).collect::<Vec<_>>().join("/");
        let name = if name.is_empty() { key(&wanted.value).to_owned() } else { name };
        changes.push(format!("{name}: {}", fields.join(", ")));
    }
}

fn counts(title: &str, created: usize, updated: usize, unchanged: usize) -> [Cell; 4] {
    let cell = |count: usize, paint| {
        Cell::new(count.to_string(), if count == 0 { Paint::Dim } else { paint })
    };
    [
        title.into(),
        cell(created, Paint::Green),
        cell(updated, Paint::Yellow),
        cell(unchanged, Paint::Plain),
    ]
}
