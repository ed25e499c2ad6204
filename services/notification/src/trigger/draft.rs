//! The document that a trigger writes about an event.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;
use minijinja::Value;

use super::{Heard, Relation, Trigger};
use crate::district::{Oversight, PERIOD, UNIT, Unit};
use crate::document::{Content, Contents, Draft, Recipient, problem};
use crate::fact::{Fact, Printed as _, Shape, Tried as _};
use crate::template::{Fault, grammar, press};

/// Where an event says which unit it is about, the one that answers first.
const UNITS: [&str; 5] = ["responsible_unit", "lead_unit", "recipient", "filing_unit", "unit"];
/// Where it says several, as a whistle does of whom it calls.
const SEVERAL: &str = "units";
/// Where it says who takes part.
const MEMBERS: &str = "member_units";

/// What an event, and who was asked about it, say of the units that stand to it in some relation; as
/// far as the trigger's recipients need it.
#[derive(Debug, Default)]
pub(crate) struct Asked<'a> {
    /// Ids of the units that it is about, or that answer for what it is about.
    pub(crate) subjects: Vec<String>,
    /// Ids of the units that evaluate it.
    pub(crate) evaluating: Vec<String>,
    /// Id of the unit that raised it.
    pub(crate) raising: Option<String>,
    /// Ids of the units that take part.
    pub(crate) members: Vec<String>,
    pub(crate) oversight: Option<&'a Oversight>,
}

impl Trigger {
    /// The document about an event; a fault when nobody can be written to, or nothing said.
    pub(crate) fn draft(
        &self,
        event: &Heard,
        facts: &Fact,
        units: &BTreeMap<String, Unit>,
        asked: &Asked<'_>,
        today: Date,
    ) -> Result<Draft, Fault> {
        let value = facts.value();
        let (mut recipients, mut missing) = (Vec::new(), Vec::new());
        for it in &self.rule.recipients {
            let found = found(it, units, asked);
            if found.is_empty() {
                missing.push(super::Recipient { problem: String::new(), ..it.clone() });
            }
            let problem = problem::printed(&it.problem, &value)?;
            for id in found {
                let Some(known) = units.get(&id) else {
                    let message = format!("there is no unit {id} that still works");
                    return Err(Fault { reason: "UNKNOWN_UNIT", message });
                };
                let role = it.relation.role();
                let to = Recipient::address(&mut recipients, &id, &known.display_name, role);
                to.charge(&problem);
            }
        }
        let everybody = self.rule.recipients.is_empty() && self.rule.kind.is_for_everybody();
        if recipients.is_empty() && !everybody {
            let message = "the event names no unit of the relations asked for".to_owned();
            return Err(Fault { reason: "NO_RECIPIENT", message });
        }
        // A result has the period of its run.
        let period = PERIOD.read(facts.resource_text("period"));
        let period = period.or_else(|| PERIOD.read(facts.text("run", "period")));
        if period.is_none() && self.rule.kind.needs_period() {
            let kind = self.rule.kind.id();
            let message = format!("the event names no period, which a {kind} has");
            return Err(Fault { reason: "NO_PERIOD", message });
        }
        let days = (self.rule.due_days > 0).then(|| self.rule.due_days.days());
        Ok(Draft {
            kind: self.rule.kind,
            recipients,
            missing,
            period: period.map(|it| it.id("period").to_owned()).unwrap_or_default(),
            due_date: days.and_then(|days| today.checked_add(days).ok()),
            contents: filled(&self.rule.fields, &value)?,
            english_contents: in_english(&self.rule.english_fields, &value),
            source: event.name.clone(),
            cause: self.name(),
            cause_key: Some(format!("{}@{}", self.id, event.key())),
            ..Draft::default()
        })
    }
}

/// Ids of the units that an event is about, or that answer for what it is about, as it says itself.
pub(crate) fn subjects(facts: &Fact) -> Vec<String> {
    match UNITS.iter().find_map(|name| id(facts.resource_text(name))) {
        Some(one) => vec![one],
        None => facts.resource_texts(SEVERAL).into_iter().filter_map(id).collect(),
    }
}

/// Ids of the units that take part in what an event is about, as it says itself.
pub(crate) fn members(facts: &Fact) -> Vec<String> {
    facts.resource_texts(MEMBERS).into_iter().filter_map(id).collect()
}

/// The id in a unit's name.
fn id(name: &str) -> Option<String> {
    UNIT.read(name).map(|name| name.id("unit").to_owned())
}

/// Ids of the units that a recipient of a rule stands for; none when there is nobody.
pub(crate) fn found(
    it: &super::Recipient,
    units: &BTreeMap<String, Unit>,
    asked: &Asked<'_>,
) -> Vec<String> {
    let parent = |id: &String| {
        let parent = units.get(id).map(|it| it.parent.clone());
        parent.filter(|it| !it.is_empty())
    };
    let subjects = &asked.subjects;
    match it.relation {
        Relation::Unit | Relation::UnitHead | Relation::Reporter => subjects.clone(),
        Relation::ParentUnit => subjects.iter().filter_map(parent).collect(),
        Relation::EvaluatingUnit => asked.evaluating.clone(),
        Relation::RaisingUnit => Vec::from_iter(asked.raising.clone()),
        Relation::MemberUnit => asked.members.clone(),
        Relation::LeaderInCharge => {
            let leader = |id: &String| asked.oversight?.leader(id, units);
            subjects.iter().filter_map(leader).map(str::to_owned).collect()
        }
        Relation::Office => asked.oversight.and_then(|it| it.office.clone()).into_iter().collect(),
        Relation::Named => vec![it.unit.clone()],
    }
}

/// Fields filled in.
fn filled(fields: &Contents, event: &Value) -> Result<Contents, Fault> {
    let filled = fields.iter().map(|(name, it)| Ok((name.clone(), content(it, event)?)));
    filled.collect()
}

/// English fields filled in. One that cannot be holds nothing up: the Chinese one, which holds, stands
/// there instead.
fn in_english(fields: &Contents, event: &Value) -> Contents {
    let filled = |(name, it): (&String, &Content)| Some((name.clone(), content(it, event).ok()?));
    fields.iter().filter_map(filled).collect()
}

/// A field filled in. Each line of a list's template is an item.
fn content(content: &Content, event: &Value) -> Result<Content, Fault> {
    let sources = match content {
        Content::Text(source) => {
            return Ok(Content::Text(press::print(source, event, Some(press::SUBJECT))?));
        }
        Content::List(sources) => sources,
    };
    let mut items = Vec::new();
    for source in sources {
        // An item with nothing to say is left out.
        let Ok(text) = press::print(source, event, Some(press::BULLETIN)) else { continue };
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        items.extend(lines.map(str::to_owned));
    }
    Ok(Content::List(items))
}

/// Says whether a source can be printed of events of this shape. What may be left out, as an item of a
/// list, may have nothing to say of the sample, such as one of the green where that is red.
pub(crate) fn try_out(source: &str, may_be_empty: bool, shape: &Shape) -> Result<(), Fault> {
    let sample = shape.sample();
    grammar::check(source, &sample)?;
    let print = if may_be_empty { press::lines } else { press::print };
    print(source, &sample, Some(press::BULLETIN)).map(|_| ())
}
