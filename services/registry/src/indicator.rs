//! Indicators (指标): what is measured. What it is worth is said by schemes (H2).

use std::collections::{HashMap, HashSet};
use std::fmt::Display;

use jiff::Timestamp;
use kit::field::Fields;
use kit::name::Pattern;
use kit::{Error, Result, etag};
use rust_decimal::Decimal;

use crate::batch::{Batch, Row};
use crate::patch::patch;
use crate::unit;

/// How indicators are named.
pub(crate) static NAME: Pattern =
    Pattern::new("indicator", "districts/{district}/indicators/{indicator}");

kit::numbered! {
    /// The three kinds of indicator.
    enum Kind {
        /// 共性.
        Common = 1,
        /// 个性.
        Specific = 2,
        /// 争先创优.
        Striving = 3,
    }
}

kit::numbered! {
    /// Which way is better.
    enum Direction {
        /// More is better.
        HigherIsBetter = 1,
        /// Less is better.
        LowerIsBetter = 2,
    }
}

kit::numbered! {
    /// How often a value is due.
    enum Frequency {
        /// For each month.
        Monthly = 1,
        /// For each quarter.
        Quarterly = 2,
        /// For each half-year.
        HalfYearly = 3,
        /// For each year.
        Yearly = 4,
        /// For each week.
        Weekly = 5,
    }
}

kit::numbered! {
    /// How the values of shorter periods make the value of a longer one.
    enum Accumulation {
        /// They are added.
        Sum = 1,
        /// Each counts from the start of the longer period; the last holds.
        Cumulative = 2,
        /// Their mean holds.
        Mean = 3,
        /// The last holds.
        Latest = 4,
    }
}

/// An indicator.
#[derive(Clone, Debug)]
pub(crate) struct Indicator {
    pub(crate) district: String,
    pub(crate) id: String,
    pub(crate) uid: String,
    pub(crate) contents: Contents,
    pub(crate) create_time: Timestamp,
    pub(crate) update_time: Timestamp,
    pub(crate) revision: i64,
}

/// What the office says of an indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) display_name: String,
    pub(crate) kind: Kind,
    pub(crate) unit_of_measure: String,
    pub(crate) direction: Direction,
    pub(crate) frequency: Frequency,
    pub(crate) accumulation: Accumulation,
    /// Id of the unit that verifies reports.
    pub(crate) evaluating_unit: String,
    pub(crate) min_value: Option<Decimal>,
    pub(crate) max_value: Option<Decimal>,
    pub(crate) definition: String,
    pub(crate) source: String,
}

impl Indicator {
    /// An indicator that was not there before.
    pub(crate) fn new(district: &str, id: String, contents: Contents, now: Timestamp) -> Self {
        Self {
            district: district.to_owned(),
            id,
            uid: kit::id::uid(),
            contents,
            create_time: now,
            update_time: now,
            revision: 1,
        }
    }

    /// Its full name.
    pub(crate) fn name(&self) -> String {
        NAME.format(&[&self.district, &self.id])
    }

    /// Takes on other contents and says whether that is a change. Where a scheme in force
    /// rests on the indicator, only its words may change.
    pub(crate) fn change(
        &mut self,
        contents: Contents,
        is_in_force: bool,
        now: Timestamp,
    ) -> Result<bool> {
        if self.contents == contents {
            return Ok(false);
        }
        if is_in_force && let Some(field) = self.contents.first_frozen(&contents) {
            let message = format!("a scheme in force uses it; its {field} is fixed");
            return Err(Error::precondition("INDICATOR_IN_FORCE", self.name(), message));
        }
        self.contents = contents;
        self.update_time = now;
        self.revision += 1;
        Ok(true)
    }
}

impl Contents {
    /// Takes over the fields that are named, as the contract calls them.
    pub(crate) fn patch(&mut self, given: Self, named: impl Fn(&str) -> bool) {
        patch!(self, given, named,
            display_name kind unit_of_measure direction frequency accumulation
            evaluating_unit min_value max_value definition source);
    }

    /// Refuses, below `at`, bounds that no value lies within and an evaluating unit that is not
    /// among the district's `units`.
    pub(crate) fn check(
        &self,
        fields: &mut Fields,
        at: impl Display,
        district: &str,
        units: &HashSet<String>,
    ) {
        if let (Some(least), Some(most)) = (self.min_value, self.max_value)
            && least > most
        {
            let message = format!("must not be below min_value, {least}");
            fields.violation(format_args!("{at}.max_value"), "BOUNDS_CROSSED", message);
        }
        if !units.contains(&self.evaluating_unit) {
            let name = unit::NAME.format(&[district, &self.evaluating_unit]);
            let field = format_args!("{at}.evaluating_unit");
            fields.violation(field, "UNKNOWN_UNIT", format!("there is no unit {name}"));
        }
    }

    /// The first field that `other` changes though scores rest on it.
    fn first_frozen(&self, other: &Self) -> Option<&'static str> {
        macro_rules! changed {
            ($($field:ident)+) => {
                [$((stringify!($field), self.$field != other.$field)),+]
            };
        }
        let fields = changed!(
            kind unit_of_measure direction frequency accumulation
            evaluating_unit min_value max_value
        );
        fields.into_iter().find_map(|(field, changed)| changed.then_some(field))
    }
}

/// What a batch of indicators is judged against.
#[derive(Debug)]
pub(crate) struct Known {
    /// The indicators that are there.
    pub(crate) indicators: Vec<Indicator>,
    /// Ids of all units.
    pub(crate) units: HashSet<String>,
    /// Ids of the indicators that a scheme in force uses.
    pub(crate) in_force: HashSet<String>,
}

/// Works out what `rows` do to the district's indicators. Faults are named by row.
pub(crate) fn merge(
    district: &str,
    known: Known,
    rows: Vec<Row<Contents>>,
    now: Timestamp,
) -> Result<Batch<Indicator>> {
    let mut fields = Fields::default();
    for (index, row) in rows.iter().enumerate() {
        let at = format_args!("indicators[{index}]");
        row.contents.check(&mut fields, at, district, &known.units);
    }
    fields.check()?;

    let by_id = known.indicators.into_iter().map(|indicator| (indicator.id.clone(), indicator));
    let mut indicators: HashMap<String, Indicator> = by_id.collect();
    let mut batch = Batch::default();
    for row in rows {
        let Some(mut indicator) = indicators.remove(&row.id) else {
            let indicator = Indicator::new(district, row.id, row.contents, now);
            etag::check(&row.etag, 0, &indicator.name())?;
            batch.created.push(indicator);
            continue;
        };
        etag::check(&row.etag, indicator.revision, &indicator.name())?;
        let is_in_force = known.in_force.contains(&indicator.id);
        let changed = indicator.change(row.contents, is_in_force, now);
        batch.take(indicator, changed)?;
    }
    batch.check()
}
