//! The document that a trigger writes about an event.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;
use minijinja::Value;

use super::{Heard, Relation, Trigger};
use crate::district::{Oversight, PERIOD, UNIT, Unit};
use crate::document::{Content, Contents, Draft, Recipient};
use crate::fact::{Fact, Printed as _, Shape, Tried as _};
use crate::template::{Fault, grammar, press};

/// Where an event says which unit it is about, the one that answers first.
const UNITS: [&str; 4] = ["responsible_unit", "lead_unit", "recipient", "unit"];

/// What registry was asked about an event, as far as the trigger's recipients need it.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// Id of the unit that evaluates the indicator.
    pub(crate) evaluating_unit: Option<String>,
    pub(crate) oversight: Oversight,
}

impl Trigger {
    /// The document about an event; a fault when nobody can be written to, or nothing said.
    pub(crate) fn draft(
        &self,
        event: &Heard,
        facts: &Fact,
        units: &BTreeMap<String, Unit>,
        asked: &Asked,
        today: Date,
    ) -> Result<Draft, Fault> {
        let unit = UNITS
            .iter()
            .find_map(|name| UNIT.read(facts.resource_text(name)))
            .map(|name| name.id("unit").to_owned());
        let mut recipients: Vec<Recipient> = Vec::new();
        for it in &self.rule.recipients {
            let found = match it.relation {
                Relation::Unit | Relation::UnitHead | Relation::Reporter => unit.clone(),
                Relation::ParentUnit => unit.as_ref().and_then(|id| {
                    units.get(id).map(|it| it.parent.clone()).filter(|it| !it.is_empty())
                }),
                Relation::EvaluatingUnit => asked.evaluating_unit.clone(),
                Relation::LeaderInCharge => unit
                    .as_ref()
                    .and_then(|id| asked.oversight.leader(id, units))
                    .map(str::to_owned),
                Relation::Office => asked.oversight.office.clone(),
                Relation::Named => Some(it.unit.clone()),
            };
            let Some(found) = found else { continue };
            let Some(known) = units.get(&found) else {
                let message = format!("there is no unit {found} that still works");
                return Err(Fault { reason: "UNKNOWN_UNIT", message });
            };
            if !recipients.iter().any(|it| it.unit == found) {
                recipients.push(Recipient {
                    unit: found,
                    display_name: known.display_name.clone(),
                    role: it.relation.role(),
                    ..Recipient::default()
                });
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
        let days = (self.rule.due_days > 0).then(|| self.rule.due_days.days());
        Ok(Draft {
            kind: self.rule.kind,
            recipients,
            period: period.map(|it| it.id("period").to_owned()).unwrap_or_default(),
            due_date: days.and_then(|days| today.checked_add(days).ok()),
            contents: filled(&self.rule.fields, &facts.value())?,
            source: event.name.clone(),
            cause: self.name(),
            cause_key: Some(format!("{}@{}", self.id, event.key())),
            ..Draft::default()
        })
    }
}

/// Fields filled in. Each line of a list's template is an item.
fn filled(fields: &Contents, event: &Value) -> Result<Contents, Fault> {
    let mut filled = Contents::new();
    for (name, content) in fields {
        let content = match content {
            Content::Text(source) => {
                Content::Text(press::print(source, event, Some(press::SUBJECT))?)
            }
            Content::List(sources) => {
                let mut items = Vec::new();
                for source in sources {
                    // An item with nothing to say is left out.
                    let Ok(text) = press::print(source, event, Some(press::BULLETIN)) else {
                        continue;
                    };
                    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
                    items.extend(lines.map(str::to_owned));
                }
                Content::List(items)
            }
        };
        filled.insert(name.clone(), content);
    }
    Ok(filled)
}

/// Says whether a source can be printed of events of this shape.
pub(crate) fn try_field(source: &str, shape: &Shape) -> Result<(), Fault> {
    let sample = shape.sample();
    grammar::check(source, &sample)?;
    press::print(source, &sample, Some(press::BULLETIN)).map(|_| ())
}
