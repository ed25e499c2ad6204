//! What is known of a subject: facts, targets, time elapsed, what the ledger of bonuses and
//! deductions holds, what comes from other runs; and the cohort it runs in.

mod carried;
mod entry;
mod plan;
mod tally;

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::exact::Ratio;
use crate::trouble::Trouble;

pub use carried::{Exemption, Referred, Won};
pub use entry::{Entry, EntryStanding};
pub use plan::{Day, Milestone, Milestones, PlanPoint};
pub use tally::{BrokenQuota, MarkQuota, Tally, broken_quotas};

/// What is known of one indicator of one subject. Missing, not applicable, zero and
/// unverified are four different things and stay so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fact {
    /// A value, zero being a value like any other.
    Value {
        /// The value, in the indicator's unit of measure.
        value: Decimal,
        /// The evaluating unit agrees with every observation behind it.
        verified: bool,
        /// Some observations that belong to it are missing.
        partial: bool,
        /// Names of the observations behind it, in time order.
        sources: Vec<String>,
    },
    /// Nothing was reported.
    #[default]
    Missing,
    /// The office decided that the indicator does not apply to the subject.
    NotApplicable {
        /// Why, in the office's words.
        reason: String,
        /// The evaluating unit agrees.
        verified: bool,
        /// Names of the observations that say so, in time order.
        sources: Vec<String>,
    },
}

/// The share of a period that has elapsed, an exact fraction such as 31/90.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    done: u32,
    whole: u32,
}

impl Default for Share {
    fn default() -> Share {
        Share::WHOLE
    }
}

impl Share {
    /// The whole period.
    pub const WHOLE: Share = Share { done: 1, whole: 1 };

    /// `done` of `whole`, at most the whole; nothing of a whole of 0.
    pub fn new(done: u32, whole: u32) -> Share {
        Share { done: done.min(whole), whole: whole.max(1) }
    }

    /// What has elapsed, and of what.
    pub(crate) fn parts(self) -> (u32, u32) {
        (self.done, self.whole)
    }

    /// How many of so many equal parts of the period have ended.
    pub(crate) fn ended(self, parts: usize) -> usize {
        let ended = u128::from(self.done) * parts as u128 / u128::from(self.whole);
        usize::try_from(ended).unwrap_or(parts).min(parts)
    }

    pub(crate) fn of(self, target: Decimal) -> Ratio {
        if self.done == self.whole {
            return Ratio::from(target);
        }
        let parts = Ratio::from(target) * Ratio::whole(self.done.into());
        // The whole is never 0, so nothing is lost here.
        parts.over(Ratio::whole(self.whole.into())).unwrap_or(Ratio::ZERO)
    }
}

/// One indicator of one subject: what is known, what was to be reached, how far time is. A
/// caller names the fields it knows and takes the rest from [`Cell::default`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// What is known.
    pub fact: Fact,
    /// It is of an earlier period and holds on, as the track wants it where nothing newer is known.
    pub carried: bool,
    /// The value to reach by the end of the period.
    pub target: Option<Decimal>,
    /// How much of the target is due by now. The whole for a level (an indicator that does
    /// not grow with the period).
    pub elapsed: Share,
    /// The same counted in whole reporting periods: after February, 2 of 12 months.
    pub rounds: Share,
    /// The subject's own plan on the way to the target, in time order; empty where it has none.
    pub plan: Vec<PlanPoint>,
    /// The value of the same period of the year before (上年同期).
    pub last_year: Option<Decimal>,
}

impl Cell {
    /// What the subject's own plan says is to be reached by now: on a line through its points,
    /// from 0 at the start; the last one holds from there on. None where it has no plan.
    pub(crate) fn planned(&self) -> Option<Decimal> {
        let now = self.elapsed.of(Decimal::ONE);
        let last = self.plan.last()?;
        let mut before = (Ratio::ZERO, Ratio::ZERO);
        for point in &self.plan {
            let (at, value) = (point.elapsed.of(Decimal::ONE), Ratio::from(point.value));
            if at >= now {
                let share = (now - before.0.clone()).over(at - before.0);
                // Two points at one time: the later one in the list holds.
                let share = share.unwrap_or(Ratio::ONE);
                let planned = before.1.clone() + (value - before.1) * share;
                return planned.cut().ok();
            }
            before = (at, value);
        }
        Some(last.value)
    }
}

/// All that is known of one subject. An indicator without a cell is missing and has no target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The subject's name.
    pub subject: String,
    /// Its cells, by the indicator's name.
    pub cells: BTreeMap<Arc<str>, Cell>,
    /// Its counted ballots, by the name of the indicator that they rate.
    pub tallies: BTreeMap<String, Tally>,
    /// Its milestones, by the name of the indicator that they make up.
    pub milestones: BTreeMap<String, Milestones>,
    /// How hard, how new … what was taken on is (S2): by the indicator's name, then by
    /// aspect, the mark given, for example `difficulty` → `A`.
    pub marks: BTreeMap<String, BTreeMap<String, String>>,
    /// The ledger of bonuses and deductions, in any order.
    pub entries: Vec<Entry>,
    /// Results that reference nodes ask for, by node id.
    pub results: BTreeMap<String, Vec<Referred>>,
    /// Awards that count here, in any order.
    pub awards: Vec<Won>,
    /// Rules that do not apply to the subject.
    pub exemptions: Vec<Exemption>,
}

impl Sheet {
    pub(crate) fn fact(&self, indicator: &str) -> &Fact {
        self.cells.get(indicator).map_or(&Fact::Missing, |cell| &cell.fact)
    }
}

/// The subjects that run on one track, each once, in the order of their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cohort {
    sheets: Vec<Sheet>,
}

impl Cohort {
    /// A cohort in any order given. `DUPLICATE_SUBJECT` when a subject stands in it twice.
    pub fn new(mut sheets: Vec<Sheet>) -> Result<Cohort, Trouble> {
        sheets.sort_by(|one, two| one.subject.cmp(&two.subject));
        let twice = sheets.windows(2).find(|pair| pair[0].subject == pair[1].subject);
        match twice {
            Some(pair) => Err(Trouble::duplicate_subject(&pair[0].subject)),
            None => Ok(Cohort { sheets }),
        }
    }

    /// The sheet of a subject.
    pub fn sheet(&self, subject: &str) -> Option<&Sheet> {
        let at = self.sheets.binary_search_by(|sheet| sheet.subject.as_str().cmp(subject));
        self.sheets.get(at.ok()?)
    }

    /// The sheets, in the order of their subjects' names.
    pub fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }
}

/// The values of one indicator or figure over a cohort, least first; only those that there are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Column {
    values: Vec<Decimal>,
    /// Their sum; none when it has too many digits.
    sum: Option<Decimal>,
    /// The sum of those above 0.
    gains: Option<Decimal>,
}

impl Column {
    pub(crate) fn from_values(mut values: Vec<Decimal>) -> Column {
        values.sort_unstable();
        let first = values.partition_point(|value| *value <= Decimal::ZERO);
        let add = |values: &[Decimal]| {
            let sum: Ratio = values.iter().map(|value| Ratio::from(*value)).sum();
            sum.cut().ok()
        };
        let (sum, gains) = (add(&values), add(&values[first..]));
        Column { values, sum, gains }
    }

    pub(crate) fn gains(&self) -> Option<Decimal> {
        self.gains
    }

    pub(crate) fn sum(&self) -> Option<Decimal> {
        self.sum
    }

    pub(crate) fn of(cohort: &Cohort, indicator: &str) -> Column {
        let facts = cohort.sheets.iter().map(|sheet| sheet.fact(indicator));
        let values = facts
            .filter_map(|fact| match fact {
                Fact::Value { value, .. } => Some(*value),
                Fact::Missing | Fact::NotApplicable { .. } => None,
            })
            .collect();
        Column::from_values(values)
    }

    pub(crate) fn least(&self) -> Option<Decimal> {
        self.values.first().copied()
    }

    pub(crate) fn greatest(&self) -> Option<Decimal> {
        self.values.last().copied()
    }

    pub(crate) fn size(&self) -> usize {
        self.values.len()
    }

    /// How many values are less, and how many are greater.
    pub(crate) fn around(&self, value: Decimal) -> (usize, usize) {
        let less = self.values.partition_point(|other| *other < value);
        let greater = self.values.len() - self.values.partition_point(|other| *other <= value);
        (less, greater)
    }
}
