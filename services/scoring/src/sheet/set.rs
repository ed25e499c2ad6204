//! The sheets that one transaction works on.

use std::collections::BTreeMap;

use super::{Entry, Sheet, year};
use crate::cell::Standing;
use crate::report::Reading;

/// Whose sheet of which year it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) year: i64,
    pub(crate) unit: String,
}

impl Key {
    /// The sheet that holds a unit's cells of a period.
    pub(crate) fn of(unit: &str, period: &str) -> Self {
        Self { year: year(period), unit: unit.to_owned() }
    }
}

/// Some sheets of a district, and which of them were written to.
#[derive(Debug, Default)]
pub(crate) struct Sheets {
    years: BTreeMap<i64, BTreeMap<String, Held>>,
}

#[derive(Debug, Default)]
struct Held {
    sheet: Sheet,
    touched: bool,
}

impl Sheets {
    /// Takes in a sheet as it was stored.
    pub(crate) fn insert(&mut self, key: Key, sheet: Sheet) {
        let held = Held { sheet, touched: false };
        self.years.entry(key.year).or_default().insert(key.unit, held);
    }

    /// What counts in a cell; none before the first report.
    pub(crate) fn entry(&self, unit: &str, period: &str, indicator: &str) -> Option<&Entry> {
        self.sheet(unit, period)?.entry(period, indicator)
    }

    /// True when the period is closed and the unit has cells in it.
    pub(crate) fn is_locked(&self, unit: &str, period: &str) -> bool {
        self.sheet(unit, period).is_some_and(|sheet| sheet.is_locked(period))
    }

    /// See [`Sheet::put`]; a unit's first report of a year makes its sheet.
    pub(crate) fn put(
        &mut self,
        [unit, period, indicator]: [&str; 3],
        sequence: i64,
        reading: Reading,
        late: bool,
    ) {
        self.open_for(unit, period).put(period, indicator, sequence, reading, late);
    }

    /// The sheet that holds a unit's cells of a period, which will be written to.
    pub(crate) fn open_for(&mut self, unit: &str, period: &str) -> &mut Sheet {
        let units = self.years.entry(year(period)).or_default();
        let held = units.entry(unit.to_owned()).or_default();
        held.touched = true;
        &mut held.sheet
    }

    /// See [`Sheet::judge`].
    pub(crate) fn judge(
        &mut self,
        [unit, period, indicator]: [&str; 3],
        sequence: i64,
        standing: Standing,
    ) {
        let units = self.years.get_mut(&year(period));
        if let Some(held) = units.and_then(|units| units.get_mut(unit)) {
            held.touched |= held.sheet.judge(period, indicator, sequence, standing);
        }
    }

    /// Locks the period's cells in every sheet.
    pub(crate) fn lock(&mut self, period: &str) {
        for held in self.years.values_mut().flat_map(BTreeMap::values_mut) {
            held.touched |= held.sheet.lock(period);
        }
    }

    /// The sheets written to, by year and unit.
    pub(crate) fn touched(&self) -> impl Iterator<Item = (i64, &str, &Sheet)> {
        self.years.iter().flat_map(|(year, units)| {
            let touched = units.iter().filter(|(_, held)| held.touched);
            touched.map(|(unit, held)| (*year, unit.as_str(), &held.sheet))
        })
    }

    fn sheet(&self, unit: &str, period: &str) -> Option<&Sheet> {
        self.years.get(&year(period))?.get(unit).map(|held| &held.sheet)
    }
}
