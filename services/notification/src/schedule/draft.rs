//! The document that an occurrence writes.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan as _};
use kit::{Error, Result};
use minijinja::{Value, context};

use super::recurrence::Cycle;
use super::{Next, Plan, Schedule};
use crate::district::{District, Unit};
use crate::document::{Content, Contents, Draft, Kind, Language, Recipient, problem};
use crate::print;
use crate::template::press;

/// What inspections of a cycle came to, a line a unit.
pub(crate) type Inspections = BTreeMap<String, Inspected>;

/// What inspections of a unit came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inspected {
    /// The unit's name.
    pub(crate) unit: String,
    pub(crate) inspections: i64,
    pub(crate) commended: i64,
    pub(crate) problems: i64,
    pub(crate) grave: i64,
    pub(crate) open: i64,
}

impl Schedule {
    /// Ids of the months that an occurrence speaks of.
    pub(crate) fn months(&self, next: &Next) -> Result<Vec<String>> {
        Ok(self.plan.recurrence.cycle(next.planned, self.plan.before)?.months)
    }

    /// The document of an occurrence.
    pub(crate) fn draft(
        &self,
        next: &Next,
        district: &District,
        units: &BTreeMap<String, Unit>,
        inspections: &Inspections,
        now: Timestamp,
    ) -> Result<Draft> {
        let cycle = self.plan.recurrence.cycle(next.planned, self.plan.before)?;
        let today = district.day(now);
        let late = Self::is_late(next, now).then(|| district.day(next.due));
        let values = |language| values(language, today, &cycle, late, inspections);
        let contents = |language| filled(&self.plan.fields, &values(language));
        let printed = problem::printed(&self.plan.problem, &values(Language::Chinese));
        let problem = printed.map_err(|fault| {
            let message = format!("its problem cannot be printed: {fault}");
            Error::precondition("PROBLEM", self.name(), message)
        })?;
        let sent = |(id, unit): (&String, &Unit)| {
            let is_meant =
                self.plan.recipients.contains(id) || self.plan.categories.contains(&unit.category);
            is_meant.then(|| Recipient {
                unit: id.clone(),
                display_name: unit.display_name.clone(),
                problem: problem.clone(),
                ..Recipient::default()
            })
        };
        let recipients: Vec<_> = units.iter().filter_map(sent).collect();
        if recipients.is_empty() && !self.plan.is_for_everybody() {
            let message = "there is no unit of its recipients and categories that still works";
            return Err(Error::precondition("NO_RECIPIENT", self.name(), message));
        }
        let days = (self.plan.due_days > 0).then(|| self.plan.due_days.days());
        Ok(Draft {
            kind: self.plan.kind,
            recipients,
            contents: contents(Language::Chinese),
            english_contents: contents(Language::English),
            period: cycle.period,
            period_title: cycle.title,
            english_period_title: cycle.english_title,
            due_date: days.and_then(|days| today.checked_add(days).ok()),
            source: self.name(),
            cause: self.name(),
            cause_key: Some(format!("{}@{}", self.name(), next.planned)),
            ..Draft::default()
        })
    }
}

impl Plan {
    /// Nobody is named: everybody is meant, where the kind allows that.
    pub(crate) fn is_for_everybody(&self) -> bool {
        self.recipients.is_empty() && self.categories.is_empty()
    }
}

/// What templates may print in a language; `late` is the day for which it was planned.
fn values(
    language: Language,
    today: Date,
    cycle: &Cycle,
    late: Option<Date>,
    inspections: &Inspections,
) -> Value {
    let day = |day| print::day_in(language, day);
    let (period, delay) = match language {
        Language::Chinese => {
            (&cycle.title, late.map(|it| format!("本期原定{}，现予补发。", day(it))))
        }
        Language::English => {
            (&cycle.english_title, late.map(|it| format!("It was due on {}.", day(it))))
        }
    };
    let line = |it: &Inspected| {
        context! {
            unit => &it.unit,
            inspections => it.inspections,
            commended => it.commended,
            problems => it.problems,
            grave => it.grave,
            open => it.open,
        }
    };
    context! {
        date => day(today),
        period => period,
        number => cycle.number,
        delay => delay.unwrap_or_default(),
        inspections => inspections.values().map(line).collect::<Vec<_>>(),
    }
}

/// Sample data for the fields of a schedule.
pub(crate) fn sample(kind: Kind) -> Value {
    let cycle = Cycle {
        months: Vec::new(),
        period: "2023-02".to_owned(),
        title: "2023年1—2月".to_owned(),
        english_title: "2023-01 to 2023-02".to_owned(),
        number: 1,
    };
    let mut inspections = Inspections::new();
    if kind == Kind::InspectionBulletin {
        let unit = "交通局".to_owned();
        let counted =
            Inspected { unit, inspections: 1, commended: 1, problems: 1, grave: 1, open: 1 };
        inspections.insert(String::new(), counted);
    }
    let day = date(2023, 3, 1);
    values(Language::Chinese, day, &cycle, Some(day), &inspections)
}

/// Fields filled in; they were tried when the schedule was saved, and what fails now says so where
/// it would stand.
fn filled(fields: &Contents, values: &Value) -> Contents {
    let print = |source: &String| press::print(source, values, Some(press::BULLETIN));
    let content = |content: &Content| match content {
        Content::Text(source) => {
            Content::Text(print(source).unwrap_or_else(|fault| format!("（{fault}）")))
        }
        Content::List(sources) => {
            let printed = sources.iter().filter_map(|source| print(source).ok());
            let lines = printed.flat_map(|text| {
                let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
                lines.map(str::to_owned).collect::<Vec<_>>()
            });
            Content::List(lines.collect())
        }
    };
    fields.iter().map(|(name, it)| (name.clone(), content(it))).collect()
}
