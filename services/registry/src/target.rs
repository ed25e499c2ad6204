//! Targets (目标值): what a subject is to reach in an indicator by the end of a period (B1, H2).

mod plan;

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use kit::field::Fields;
use kit::name::is_id;
use kit::{Result, etag};
use rulebook::Span;
use rust_decimal::Decimal;

use crate::batch::Batch;
use crate::{indicator, period, subject};

pub(crate) use plan::{PlanShare, around};

/// What errors call a target.
pub(crate) const NOUN: &str = "target";

/// A target, and the longer period from whose plan it follows where nobody set it.
#[derive(Clone, Debug)]
pub(crate) struct Due {
    pub(crate) target: Target,
    pub(crate) planned_in: Option<String>,
}

/// Which target: ids of subject, indicator and period within one district.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) unit: String,
    pub(crate) indicator: String,
    pub(crate) period: String,
}

/// A target.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) district: String,
    pub(crate) key: Key,
    pub(crate) contents: Contents,
    pub(crate) create_time: Timestamp,
    pub(crate) update_time: Timestamp,
    pub(crate) revision: i64,
}

/// What the office says of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) value: Decimal,
    /// Where it comes from.
    pub(crate) source: String,
    /// What it was broken down from.
    pub(crate) higher: Option<Higher>,
    /// What is to be reached on the way.
    pub(crate) plan: Vec<PlanShare>,
}

/// A target of a higher level (市考指标, H2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Higher {
    pub(crate) issuer: String,
    pub(crate) document: String,
    /// What the indicator is called there; may be empty.
    pub(crate) indicator: String,
    pub(crate) value: Decimal,
    /// Per cent of it that falls to the subject.
    pub(crate) share: Option<Decimal>,
}

impl Key {
    /// The full name of the target.
    pub(crate) fn format(&self, district: &str) -> String {
        let Key { unit, indicator, period } = self;
        format!("{}/targets/{indicator}.{period}", subject::name(district, unit))
    }

    /// Reads `districts/{district}/units/{unit}/targets/{indicator}.{period}`, or the same below a
    /// project or a post, into the district and the key. Ids of indicators may hold dots, those of periods do not.
    pub(crate) fn parse(name: &str) -> Option<(String, Self)> {
        let (unit, target) = name.split_once("/targets/")?;
        let (district, unit) = subject::read(unit)?;
        let (indicator, period) = target.rsplit_once('.')?;
        let is_key = is_id(indicator) && is_id(period);
        let key = is_key.then(|| Self {
            unit,
            indicator: indicator.to_owned(),
            period: period.to_owned(),
        })?;
        Some((district, key))
    }
}

impl Target {
    /// A target that was not there before.
    pub(crate) fn new(district: &str, key: Key, contents: Contents, now: Timestamp) -> Self {
        Self {
            district: district.to_owned(),
            key,
            contents,
            create_time: now,
            update_time: now,
            revision: 1,
        }
    }

    /// Its full name.
    pub(crate) fn name(&self) -> String {
        self.key.format(&self.district)
    }

    /// What its plan asks of a shorter period within its own; nothing where it says nothing of
    /// that one, or asks for nothing.
    fn planned(&self, span: &Span) -> Option<Decimal> {
        let whole = Span::parse(&self.key.period)?;
        let share = plan::share(&whole, &self.contents.plan, span)?;
        let value = self.contents.value.checked_mul(share)?.checked_div(Decimal::ONE_HUNDRED)?;
        (!value.is_zero()).then(|| value.normalize())
    }

    /// Takes on other contents and says whether that is a change.
    pub(crate) fn change(&mut self, contents: Contents, now: Timestamp) -> bool {
        if self.contents == contents {
            return false;
        }
        self.contents = contents;
        self.update_time = now;
        self.revision += 1;
        true
    }
}

/// A row of a batch: which target, how it is to be, and which revision its writer saw.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) key: Key,
    pub(crate) contents: Contents,
    pub(crate) etag: String,
}

/// What a batch of targets is judged against.
#[derive(Debug)]
pub(crate) struct Known {
    /// The targets that are there, of every period in the batch.
    pub(crate) targets: Vec<Target>,
    /// Ids of all subjects.
    pub(crate) subjects: HashSet<String>,
    /// Ids of all indicators.
    pub(crate) indicators: HashSet<String>,
    /// Ids of all periods.
    pub(crate) periods: HashSet<String>,
    /// Ids of the indicators that grow with the period.
    pub(crate) growing: HashSet<String>,
    /// Ids of the indicators whose targets some scheme divides by.
    pub(crate) divided: HashSet<String>,
}

/// The targets of a period and its parts, among them those that follow for the period itself from
/// the plans of longer ones ([`around`]): what is planned between its ends, in the subjects and
/// indicators for which it has none of its own. The shortest of the longer periods decides.
pub(crate) fn due(span: &Span, targets: Vec<Target>) -> Vec<Due> {
    let longer = around(span);
    let (wide, own): (Vec<Target>, Vec<Target>) =
        targets.into_iter().partition(|it| longer.contains(&it.key.period));
    let id = span.id();
    let mut due: Vec<Due> =
        own.into_iter().map(|target| Due { target, planned_in: None }).collect();
    let mut have: HashSet<Key> = due.iter().map(|it| it.target.key.clone()).collect();
    for period in &longer {
        for target in wide.iter().filter(|it| it.key.period == *period) {
            let key = Key { period: id.clone(), ..target.key.clone() };
            let Some(value) = target.planned(span) else { continue };
            if !have.insert(key.clone()) {
                continue;
            }
            let contents = Contents { value, plan: Vec::new(), ..target.contents.clone() };
            let target = Target { key, contents, ..target.clone() };
            due.push(Due { target, planned_in: Some(period.clone()) });
        }
    }
    due
}

/// Works out what `rows` do to the district's targets. Faults are named by row.
pub(crate) fn merge(
    district: &str,
    known: Known,
    rows: Vec<Row>,
    now: Timestamp,
) -> Result<Batch<Target>> {
    let mut fields = Fields::default();
    for (index, row) in rows.iter().enumerate() {
        known.check(&mut fields, index, district, row);
    }
    fields.check()?;

    let by_key = known.targets.into_iter().map(|target| (target.key.clone(), target));
    let mut targets: HashMap<Key, Target> = by_key.collect();
    let mut batch = Batch::default();
    for Row { key, contents, etag } in rows {
        let Some(mut target) = targets.remove(&key) else {
            let target = Target::new(district, key, contents, now);
            etag::check(&etag, 0, &target.name())?;
            batch.created.push(target);
            continue;
        };
        etag::check(&etag, target.revision, &target.name())?;
        let changed = target.change(contents, now);
        batch.take(target, Ok(changed))?;
    }
    Ok(batch)
}

impl Known {
    fn check(&self, fields: &mut Fields, index: usize, district: &str, row: &Row) {
        let Row { key, contents, .. } = row;
        let mut refuse = |reason, kind, name| {
            let message = format!("there is no {kind} {name}");
            fields.violation(format_args!("targets[{index}].name"), reason, message);
        };
        let name = subject::name(district, &key.unit);
        if !self.subjects.contains(&key.unit) {
            let (noun, reason) = subject::noun(&key.unit);
            refuse(reason, noun, name.clone());
        }
        let indicator = indicator::NAME.format(&[district, &key.indicator]);
        if !self.periods.contains(&key.period) {
            refuse("UNKNOWN_PERIOD", "period", period::NAME.format(&[district, &key.period]));
        }
        if !self.indicators.contains(&key.indicator) {
            refuse("UNKNOWN_INDICATOR", "indicator", indicator);
        } else if self.divided.contains(&key.indicator)
            && let Some((reason, message)) = rulebook::target_fault(&indicator, contents.value)
        {
            let message = format!("{message}; {} {name}", subject::noun(&key.unit).0);
            fields.violation(format_args!("targets[{index}].value"), reason, message);
        }
        if self.indicators.contains(&key.indicator)
            && !self.growing.contains(&key.indicator)
            && !contents.plan.is_empty()
        {
            let indicator = &key.indicator;
            let message = format!("{indicator} does not grow with the period: it has no plan");
            fields.violation(format_args!("targets[{index}].plan"), "NOT_GROWING", message);
        }
        let at = format!("targets[{index}].plan");
        plan::check(fields, &at, &key.period, &contents.plan);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_indicator_and_period_by_the_last_dot() {
        let parsed = Key::parse("districts/d/units/u/targets/a.b.c.2023-04");
        let key = Key {
            unit: "u".to_owned(),
            indicator: "a.b.c".to_owned(),
            period: "2023-04".to_owned(),
        };
        assert_eq!(parsed, Some(("d".to_owned(), key)));
        let long = "i".repeat(63);
        assert!(Key::parse(&format!("districts/d/units/u/targets/{long}.2023Q1")).is_some());
        assert!(Key::parse(&format!("districts/d/units/u/targets/{long}i.2023Q1")).is_none());
        for wrong in ["", "a", ".2023", "a.", "a/b.2023", "-.2023", "a.20 23"] {
            assert!(
                Key::parse(&format!("districts/d/units/u/targets/{wrong}")).is_none(),
                "{wrong}"
            );
        }
    }
}
