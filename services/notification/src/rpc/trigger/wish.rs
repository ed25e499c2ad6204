//! What a trigger is to say, read off the wire and checked against the events it waits for.

use std::collections::BTreeMap;

use kit::condition;
use kit::field::Fields;
use kit::mask::Mask;
use proto::notification::v1 as pb;

use crate::district::{UNIT, Unit};
use crate::document::{Content, Kind, problem};
use crate::fact::{Shape, Tried as _};
use crate::follow::message;
use crate::rpc::document;
use crate::trigger::draft::try_out;
use crate::trigger::{Recipient, Relation, Rule, may_name_problems};

const MOST_RECIPIENTS: usize = 20;

/// Reads a whole rule.
pub(super) fn read(fields: &mut Fields, given: &pb::Trigger, district: &str) -> Rule {
    let (contents, english_fields) = document::contents(fields, "trigger.fields", &given.fields);
    let rule = Rule {
        display_name: fields.text("trigger.display_name", &given.display_name, 1..=200),
        event_type: fields.text("trigger.event_type", &given.event_type, 1..=100),
        condition: fields.paragraph("trigger.condition", &given.condition, 0..=2000),
        kind: fields.choice::<Kind>("trigger.document_kind", given.document_kind),
        recipients: recipients(fields, "trigger.recipients", &given.recipients, district),
        fields: contents,
        english_fields,
        delay_hours: fields.number("trigger.delay_hours", given.delay_hours, 0..=2400).into(),
        due_days: fields.number("trigger.due_days", given.due_days, 0..=366).into(),
        digest_hours: fields.number("trigger.digest_hours", given.digest_hours, 0..=744).into(),
    };
    if fields.is_sound() {
        check(fields, &rule);
    }
    rule
}

/// The rule as it stands with what an update changes.
pub(super) fn patched(
    request: &pb::UpdateTriggerRequest,
    given: &pb::Trigger,
    mut whole: pb::Trigger,
    district: &str,
) -> kit::Result<Rule> {
    let mutable = [
        ("display_name", !given.display_name.is_empty()),
        ("event_type", !given.event_type.is_empty()),
        ("condition", !given.condition.is_empty()),
        ("document_kind", given.document_kind != 0),
        ("recipients", !given.recipients.is_empty()),
        ("fields", !given.fields.is_empty()),
        ("delay_hours", given.delay_hours != 0),
        ("due_days", given.due_days != 0),
        ("digest_hours", given.digest_hours != 0),
    ];
    let mask = Mask::parse(&request.update_mask, &mutable)?;
    macro_rules! take {
        ($($field:ident),+) => {$(
            if mask.has(stringify!($field)) {
                whole.$field = given.$field.clone();
            }
        )+};
    }
    take!(
        display_name,
        event_type,
        condition,
        document_kind,
        recipients,
        fields,
        delay_hours,
        due_days,
        digest_hours
    );
    let mut fields = Fields::default();
    let rule = read(&mut fields, &whole, district);
    fields.check()?;
    Ok(rule)
}

/// The recipients of a rule.
pub(in crate::rpc) fn recipients(
    fields: &mut Fields,
    path: &str,
    given: &[pb::TriggerRecipient],
    district: &str,
) -> Vec<Recipient> {
    if given.len() > MOST_RECIPIENTS {
        let message = format!("must be at most {MOST_RECIPIENTS}, are {}", given.len());
        fields.violation(path, "TOO_MANY", message);
        return Vec::new();
    }
    let mut recipients = Vec::new();
    for (at, it) in given.iter().enumerate() {
        let path = format!("{path}[{at}]");
        let relation = fields.choice(format_args!("{path}.relation"), it.relation);
        let unit = match relation {
            Relation::Named => {
                fields.member(format_args!("{path}.unit"), &UNIT, &it.unit, district)
            }
            _ => {
                if !it.unit.is_empty() {
                    let message = "is given with RELATION_NAMED only";
                    fields.violation(format_args!("{path}.unit"), "NOT_ALLOWED", message);
                }
                String::new()
            }
        };
        let path = format!("{path}.problem");
        let problem = fields.paragraph(path, &it.problem, 0..=problem::LONGEST);
        recipients.push(Recipient { relation, unit, problem });
    }
    recipients
}

/// Checks a rule against the events it waits for and the document it writes.
fn check(fields: &mut Fields, rule: &Rule) {
    let Some(shape) = message::shape(&rule.event_type) else {
        let message = format!("{} is no type that triggers wait for", rule.event_type);
        fields.violation("trigger.event_type", "UNKNOWN_EVENT_TYPE", message);
        return;
    };
    for fault in condition::read(&rule.condition, &shape).err().unwrap_or_default() {
        fields.violation("trigger.condition", fault.reason, fault.message);
    }
    let lacks = [
        ("trigger.recipients", rule.recipients.is_empty() && !rule.kind.is_for_everybody()),
        ("trigger.due_days", rule.due_days == 0 && rule.kind.needs_due_date()),
    ];
    for (path, lacking) in lacks {
        if lacking {
            let message = format!("must be given for a document of the kind {}", rule.kind.id());
            fields.violation(path, "REQUIRED", message);
        }
    }
    check_problems(fields, rule, &shape);
    if rule.kind.needs_period() && !message::says_period(&shape) {
        let kind = rule.kind.id();
        let message = format!("says no period, which a document of the kind {kind} has");
        fields.violation("trigger.event_type", "NO_PERIOD", message);
    }
    for (name, reason, message) in rule.kind.faults(&rule.fields) {
        fields.violation(format_args!("trigger.fields[{name}]"), reason, message);
    }
    for (name, content) in &rule.fields {
        check_field(fields, &format!("trigger.fields[{name}]"), content, &shape);
    }
    for (name, content) in &rule.english_fields {
        let path = format!("trigger.fields[{name}].{}", content.english_name());
        check_field(fields, &path, content, &shape);
    }
}

/// Checks what recipients are to correct.
fn check_problems(fields: &mut Fields, rule: &Rule, shape: &Shape) {
    let sample = shape.sample();
    for (at, it) in rule.recipients.iter().enumerate().filter(|(_, it)| !it.problem.is_empty()) {
        let path = format!("trigger.recipients[{at}].problem");
        if !may_name_problems(&rule.event_type) {
            let message = "would open a rectification about what became of one, and never end";
            fields.violation(path, "NOT_ALLOWED", message);
        } else if let Err(fault) = problem::check(&it.problem, &sample) {
            fields.violation(path, fault.reason, fault.message);
        }
    }
    if rule.due_days == 0 && rule.recipients.iter().any(|it| !it.problem.is_empty()) {
        let message = "must be given where a recipient has a problem to correct";
        fields.violation("trigger.due_days", "REQUIRED", message);
    }
}

fn check_field(fields: &mut Fields, path: &str, content: &Content, shape: &Shape) {
    let sources: Vec<&String> = match content {
        Content::Text(source) => vec![source],
        Content::List(sources) => sources.iter().collect(),
    };
    let is_item = matches!(content, Content::List(_));
    for source in sources {
        if let Err(fault) = try_out(source, is_item, shape) {
            fields.violation(path, fault.reason, fault.message);
        }
    }
}

/// Refuses units that are not there.
pub(super) fn check_units(rule: &Rule, units: &BTreeMap<String, Unit>) -> kit::Result<()> {
    let mut fields = Fields::default();
    for (at, it) in rule.recipients.iter().enumerate() {
        if !it.unit.is_empty() && !units.contains_key(&it.unit) {
            let message = format!("there is no unit {} that still works", it.unit);
            fields.violation(
                format_args!("trigger.recipients[{at}].unit"),
                "UNKNOWN_UNIT",
                message,
            );
        }
    }
    fields.check()
}
