//! The document that an occurrence writes.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan as _};
use kit::{Error, Result};
use minijinja::{Value, context};

use super::recurrence::Cycle;
use super::{Next, Plan, Schedule};
use crate::district::{District, Oversight, Unit};
use crate::document::{Content, Contents, Draft, Kind, Language, Recipient, Role, problem};
use crate::print;
use crate::template::press;
use crate::trigger::draft::{Asked, found};
use crate::trigger::{self, Relation};

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
        (units, oversight): (&BTreeMap<String, Unit>, Option<&Oversight>),
        inspections: &Inspections,
        now: Timestamp,
    ) -> Result<Draft> {
        let cycle = self.plan.recurrence.cycle(next.planned, self.plan.before)?;
        let today = district.day(now);
        let late = Self::is_late(next, now).then(|| district.day(next.due));
        let values = |language| values(language, today, &cycle, late, inspections);
        let contents = |language, fields: &Contents| filled(fields, &values(language));
        // Where there are no English words the same ones stand there, with English values.
        let mut english_fields = self.plan.fields.clone();
        english_fields.extend(self.plan.english_fields.clone());
        let printed = problem::printed(&self.plan.problem, &values(Language::Chinese));
        let problem = printed.map_err(|fault| {
            let message = format!("its problem cannot be printed: {fault}");
            Error::precondition("PROBLEM", self.name(), message)
        })?;
        let (mut recipients, missing) = self.plan.addressed(units, oversight);
        recipients.iter_mut().for_each(|it| it.charge(&problem));
        if recipients.is_empty() && !self.plan.is_for_everybody() {
            let message = "there is no unit of its recipients and categories that still works, and \
                           nobody who stands so to one";
            return Err(Error::precondition("NO_RECIPIENT", self.name(), message));
        }
        let days = (self.plan.due_days > 0).then(|| self.plan.due_days.days());
        Ok(Draft {
            kind: self.plan.kind,
            recipients,
            missing,
            contents: contents(Language::Chinese, &self.plan.fields),
            english_contents: contents(Language::English, &english_fields),
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
        self.recipients.is_empty() && self.categories.is_empty() && self.relations.is_empty()
    }

    /// Registry is to be asked who is in charge of whom.
    pub(crate) fn needs_oversight(&self) -> bool {
        let asks = |it: &trigger::Recipient| {
            matches!(it.relation, Relation::LeaderInCharge | Relation::Office)
        };
        self.relations.iter().any(asks)
    }

    /// Whom it is for, and for whom of that nobody is found.
    fn addressed(
        &self,
        units: &BTreeMap<String, Unit>,
        oversight: Option<&Oversight>,
    ) -> (Vec<Recipient>, Vec<trigger::Recipient>) {
        let meant = units.iter().filter(|(id, unit)| {
            self.recipients.contains(id) || self.categories.contains(&unit.category)
        });
        let meant: Vec<&String> = meant.map(|(id, _)| id).collect();
        let (mut recipients, mut missing) = (Vec::new(), Vec::new());
        let mut address = |id: &String, role| {
            let known = units.get(id)?;
            Recipient::address(&mut recipients, id, &known.display_name, role);
            Some(())
        };
        if self.relations.is_empty() {
            for id in meant {
                address(id, Role::Unit);
            }
            return (recipients, missing);
        }
        for it in &self.relations {
            let of: Vec<Vec<String>> = match it.relation.is_of_a_unit() {
                true => meant.iter().map(|id| vec![(*id).clone()]).collect(),
                false => vec![Vec::new()],
            };
            if of.is_empty() {
                missing.push(it.clone());
            }
            for subjects in of {
                let asked = Asked { subjects, oversight, ..Asked::default() };
                let found = found(it, units, &asked);
                let role = it.relation.role();
                if found.iter().filter_map(|id| address(id, role)).count() == 0 {
                    let unit = asked.subjects.first().unwrap_or(&it.unit).clone();
                    missing.push(trigger::Recipient { unit, ..it.clone() });
                }
            }
        }
        (recipients, missing)
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

/// Sample data for the fields of a schedule in a language.
pub(crate) fn sample(kind: Kind, language: Language) -> Value {
    let cycle = Cycle {
        months: Vec::new(),
        period: "2023-02".to_owned(),
        title: "2023年1—2月".to_owned(),
        english_title: "January and February 2023".to_owned(),
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
    values(language, day, &cycle, Some(day), &inspections)
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
