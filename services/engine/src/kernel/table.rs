//! The facts of a cohort by columns: what sheets hold by subject, an indicator at a time.

use rust_decimal::Decimal;

use super::number::{Scaled, decimal};
use super::units::Units;
use crate::fact::{Cell, Cohort, Fact, Share, Sheet};
use crate::track::Track;

/// A cohort by columns, its subjects in the order of their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The subjects' names, rising, each once.
    pub subjects: Vec<String>,
    /// A column for each indicator; an indicator without one is missing for everybody.
    pub columns: Vec<TableColumn>,
}

/// What is known of one indicator, a place for each subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableColumn {
    /// The indicator's name.
    pub indicator: String,
    /// Places after the point of the values.
    pub scale: u32,
    /// Values in units of the last place; 0 where there is none.
    pub values: Units,
    /// Whether there is a value, and what is to be said of it. Empty when all are present,
    /// verified and whole.
    pub states: Vec<State>,
    /// Places after the point of the targets.
    pub target_scale: u32,
    /// Targets in units of the last place, 0 where there is none; empty when nobody has one.
    pub targets: Units,
    /// How much of the target is due; the whole for everybody when empty.
    pub elapsed: Vec<Share>,
}

/// What a place of a column holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Which of three.
    pub kind: Kind,
    /// The evaluating unit has not agreed with every observation behind it.
    pub unverified: bool,
    /// Some observations that belong to it are missing.
    pub partial: bool,
    /// It is of an earlier period and holds on.
    pub carried: bool,
}

/// Missing, not applicable and a value, zero being a value like any other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// A value.
    #[default]
    Value,
    /// Nothing was reported.
    Missing,
    /// The indicator does not apply.
    NotApplicable,
}

impl Table {
    /// The columns that a track asks for; `None` when a column's values have no common scale
    /// within 128 bits.
    pub fn of(track: &Track, cohort: &Cohort) -> Option<Table> {
        let mut columns: Vec<TableColumn> = Vec::new();
        for (_, leaf) in track.leaves() {
            if columns.iter().all(|column| column.indicator != leaf.indicator) {
                columns.push(column(&leaf.indicator, cohort)?);
            }
        }
        let subjects = cohort.sheets().iter().map(|sheet| sheet.subject.clone());
        Some(Table { subjects: subjects.collect(), columns })
    }

    /// The column of an indicator. `near` is where it may lie, to be looked at first.
    pub(super) fn column(&self, near: usize, indicator: &str) -> Option<&TableColumn> {
        let guess = near.checked_sub(1).and_then(|near| self.columns.get(near));
        let found = guess.filter(|column| column.indicator == indicator);
        found.or_else(|| self.columns.iter().find(|column| column.indicator == indicator))
    }

    /// The sheet of the subject in that place. Of whose observations a value is made, and why
    /// an indicator does not apply, is not known here; neither changes a number.
    pub(super) fn sheet(&self, place: usize) -> Option<Sheet> {
        let mut sheet = Sheet { subject: self.subjects.get(place)?.clone(), ..Sheet::default() };
        for column in &self.columns {
            sheet.cells.insert(column.indicator.as_str().into(), column.cell(place)?);
        }
        Some(sheet)
    }
}

impl TableColumn {
    /// The state of a place.
    pub(super) fn state(&self, place: usize) -> State {
        self.states.get(place).copied().unwrap_or_default()
    }

    fn cell(&self, place: usize) -> Option<Cell> {
        let State { kind, unverified, partial, carried } = self.state(place);
        let (verified, sources) = (!unverified, Vec::new());
        let target = match self.targets.get(place) {
            0 => None,
            units => Some(decimal(units, self.target_scale)?),
        };
        let fact = match kind {
            Kind::Value => {
                let value = decimal(self.values.get(place), self.scale)?;
                Fact::Value { value, verified, partial, sources }
            }
            Kind::Missing => Fact::Missing,
            Kind::NotApplicable => Fact::NotApplicable { reason: String::new(), verified, sources },
        };
        let elapsed = self.elapsed.get(place).copied().unwrap_or(Share::WHOLE);
        Some(Cell { fact, carried, target, elapsed, ..Cell::default() })
    }
}

fn column(indicator: &str, cohort: &Cohort) -> Option<TableColumn> {
    let sheets = cohort.sheets().iter();
    let cells: Vec<Option<&Cell>> = sheets.map(|sheet| sheet.cells.get(indicator)).collect();
    let value = |cell: &Option<&Cell>| match cell.map(|cell| &cell.fact) {
        Some(Fact::Value { value, .. }) => Some(*value),
        _ => None,
    };
    let (scale, values) = units(cells.iter().map(value).collect())?;
    let targets = cells.iter().map(|cell| cell.and_then(|cell| cell.target)).collect();
    let (target_scale, targets) = units(targets)?;
    let states: Vec<State> = cells.iter().map(|cell| cell.map_or(ABSENT, state)).collect();
    let plain = states.iter().all(|state| *state == State::default());
    Some(TableColumn {
        indicator: indicator.to_owned(),
        scale,
        values,
        states: if plain { Vec::new() } else { states },
        target_scale,
        targets,
        elapsed: cells.iter().map(|cell| cell.map_or(Share::WHOLE, |it| it.elapsed)).collect(),
    })
}

/// Decimals in units of the last place that any of them needs, 0 where there is none.
fn units(decimals: Vec<Option<Decimal>>) -> Option<(u32, Units)> {
    let scaled: Vec<Option<Scaled>> =
        decimals.into_iter().map(|decimal| decimal.map(Scaled::from)).collect();
    let scale = scaled.iter().flatten().map(|scaled| scaled.scale).max().unwrap_or_default();
    let units = scaled.into_iter().map(|scaled| match scaled {
        Some(scaled) => scaled.at(scale),
        None => Some(0),
    });
    Some((scale, units.collect::<Option<Vec<i128>>>()?.into_iter().collect()))
}

const ABSENT: State =
    State { kind: Kind::Missing, unverified: false, partial: false, carried: false };

fn state(cell: &Cell) -> State {
    let carried = cell.carried;
    match &cell.fact {
        Fact::Missing => ABSENT,
        Fact::NotApplicable { verified, .. } => {
            State { kind: Kind::NotApplicable, unverified: !verified, partial: false, carried }
        }
        Fact::Value { verified, partial, .. } => {
            State { kind: Kind::Value, unverified: !verified, partial: *partial, carried }
        }
    }
}
