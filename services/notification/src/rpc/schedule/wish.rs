//! What a schedule is to say, read off the wire.

use std::collections::BTreeMap;

use jiff::civil::Time;
use kit::field::Fields;
use kit::mask::Mask;
use minijinja::Value;
use proto::notification::v1 as pb;

use crate::district::{UNIT, Unit};
use crate::document::{Content, Kind, Language, problem};
use crate::rpc::document;
use crate::rpc::trigger::recipients as recipients_of;
use crate::schedule::{Frequency, HolidayRule, Plan, Recurrence, sample};
use crate::template::{Fault, grammar, press};

const MOST_RECIPIENTS: usize = 500;
const MOST_CATEGORIES: usize = 20;
const RELATIONS: &str = "schedule.recipient_relations";

/// Reads a whole plan.
pub(super) fn read(fields: &mut Fields, given: &pb::Schedule, district: &str) -> Plan {
    let (contents, english_fields) = document::contents(fields, "schedule.fields", &given.fields);
    let plan = Plan {
        display_name: fields.text("schedule.display_name", &given.display_name, 1..=200),
        recurrence: recurrence(fields, given),
        holiday_rule: fields
            .optional_choice::<HolidayRule>("schedule.holiday_rule", given.holiday_rule)
            .unwrap_or_default(),
        before: given.speaks_of_before,
        kind: fields.choice::<Kind>("schedule.document_kind", given.document_kind),
        recipients: recipients(fields, given, district),
        categories: categories(fields, given),
        relations: recipients_of(fields, RELATIONS, &given.recipient_relations, district),
        fields: contents,
        english_fields,
        due_days: fields.number("schedule.due_days", given.due_days, 0..=366).into(),
        problem: fields.paragraph("schedule.problem", &given.problem, 0..=problem::LONGEST),
        last_only: given.catch_up_last_only,
        paused: given.paused,
    };
    if fields.is_sound() {
        check(fields, &plan);
    }
    plan
}

/// The plan as it stands with what an update changes.
pub(super) fn patched(
    request: &pb::UpdateScheduleRequest,
    given: &pb::Schedule,
    mut whole: pb::Schedule,
    district: &str,
) -> kit::Result<Plan> {
    macro_rules! patch {
        ($($field:ident),+ $(,)?) => {{
            let unset = pb::Schedule::default();
            let mutable = [$((stringify!($field), given.$field != unset.$field)),+];
            let mask = Mask::parse(&request.update_mask, &mutable)?;
            $(if mask.has(stringify!($field)) {
                whole.$field = given.$field.clone();
            })+
        }};
    }
    patch!(
        display_name,
        frequency,
        weekday,
        month,
        day,
        hour,
        minute,
        holiday_rule,
        speaks_of_before,
        document_kind,
        recipients,
        recipient_categories,
        recipient_relations,
        fields,
        due_days,
        problem,
        catch_up_last_only,
        paused,
    );
    let mut fields = Fields::default();
    let plan = read(&mut fields, &whole, district);
    fields.check()?;
    Ok(plan)
}

fn recurrence(fields: &mut Fields, given: &pb::Schedule) -> Recurrence {
    let frequency = fields.choice::<Frequency>("schedule.frequency", given.frequency);
    let mut recurrence = Recurrence { frequency, ..Recurrence::default() };
    let mut number = |name: &str, value: i32, most: i32| {
        let path = format!("schedule.{name}");
        if most == 0 && value != 0 {
            fields.violation(path, "NOT_ALLOWED", "has no meaning with this frequency");
            return 0;
        }
        match most {
            0 => 0,
            _ => i8::try_from(fields.number(path, value, 1..=most)).unwrap_or(1),
        }
    };
    match frequency.months() {
        None => {
            recurrence.weekday = number("weekday", given.weekday, 7);
            number("month", given.month, 0);
            number("day", given.day, 0);
        }
        Some(months) => {
            recurrence.month = number("month", given.month, months.into());
            recurrence.day = number("day", given.day, 31);
            number("weekday", given.weekday, 0);
        }
    }
    let hour = fields.number("schedule.hour", given.hour, 0..=23);
    let minute = fields.number("schedule.minute", given.minute, 0..=59);
    let part = |number: i32| i8::try_from(number).unwrap_or_default();
    recurrence.time = Time::new(part(hour), part(minute), 0, 0).unwrap_or_default();
    recurrence
}

fn recipients(fields: &mut Fields, given: &pb::Schedule, district: &str) -> Vec<String> {
    if given.recipients.len() > MOST_RECIPIENTS {
        let message = format!("must be at most {MOST_RECIPIENTS}, are {}", given.recipients.len());
        fields.violation("schedule.recipients", "TOO_MANY", message);
        return Vec::new();
    }
    let mut read = |(at, name): (usize, &String)| {
        fields.member(format_args!("schedule.recipients[{at}]"), &UNIT, name, district)
    };
    given.recipients.iter().enumerate().map(&mut read).collect()
}

fn categories(fields: &mut Fields, given: &pb::Schedule) -> Vec<String> {
    let path = "schedule.recipient_categories";
    if given.recipient_categories.len() > MOST_CATEGORIES {
        let count = given.recipient_categories.len();
        fields.violation(
            path,
            "TOO_MANY",
            format!("must be at most {MOST_CATEGORIES}, are {count}"),
        );
        return Vec::new();
    }
    let mut read = |(at, id): (usize, &String)| fields.id(format_args!("{path}[{at}]"), id);
    given.recipient_categories.iter().enumerate().map(&mut read).collect()
}

/// Checks a plan against the document it writes.
fn check(fields: &mut Fields, plan: &Plan) {
    let kind = plan.kind;
    let nobody = plan.is_for_everybody();
    let lacks = [
        ("schedule.recipients", nobody && !kind.is_for_everybody()),
        ("schedule.due_days", plan.due_days == 0 && kind.needs_due_date()),
    ];
    for (path, lacking) in lacks {
        if lacking {
            let message = format!("must be given for a document of the kind {}", kind.id());
            fields.violation(path, "REQUIRED", message);
        }
    }
    for (at, it) in plan.relations.iter().enumerate() {
        if !it.relation.is_known_of_a_unit() {
            let message = "a schedule speaks of units alone, and of nothing that stands so to one";
            fields.violation(format_args!("{RELATIONS}[{at}].relation"), "NOT_ALLOWED", message);
        }
        if !it.problem.is_empty() {
            let message = "a schedule has one problem for all; say it in schedule.problem";
            fields.violation(format_args!("{RELATIONS}[{at}].problem"), "NOT_ALLOWED", message);
        }
    }
    let is_of_units = plan.relations.iter().any(|it| it.relation.is_of_a_unit());
    if is_of_units && plan.recipients.is_empty() && plan.categories.is_empty() {
        let message = "must be given, or recipient_categories: a relation is one to units";
        fields.violation("schedule.recipients", "REQUIRED", message);
    }
    let lacks = [
        ("schedule.recipients", plan.is_for_everybody()),
        ("schedule.due_days", plan.due_days == 0),
    ];
    for (path, lacking) in lacks {
        if lacking && !plan.problem.is_empty() {
            let message = "must be given where there is a problem to correct";
            fields.violation(path, "REQUIRED", message);
        }
    }
    if kind.needs_period() && plan.recurrence.frequency.months().is_none() {
        let message = format!("a week is no period that a document of the kind {} has", kind.id());
        fields.violation("schedule.frequency", "NO_PERIOD", message);
    }
    for (name, reason, message) in kind.faults(&plan.fields) {
        fields.violation(format_args!("schedule.fields[{name}]"), reason, message);
    }
    let chinese = sample(kind, Language::Chinese);
    if let Err(fault) = problem::check(&plan.problem, &chinese) {
        fields.violation("schedule.problem", fault.reason, fault.message);
    }
    for (name, content) in &plan.fields {
        check_field(fields, &format!("schedule.fields[{name}]"), content, &chinese);
    }
    let english = sample(kind, Language::English);
    for (name, content) in &plan.english_fields {
        let path = format!("schedule.fields[{name}].{}", content.english_name());
        check_field(fields, &path, content, &english);
    }
}

fn check_field(fields: &mut Fields, path: &str, content: &Content, sample: &Value) {
    let sources = match content {
        Content::Text(source) => std::slice::from_ref(source),
        Content::List(sources) => sources,
    };
    for fault in sources.iter().filter_map(|source| try_out(source, sample).err()) {
        fields.violation(path, fault.reason, fault.message);
    }
}

fn try_out(source: &str, sample: &Value) -> Result<(), Fault> {
    grammar::check(source, sample)?;
    press::print(source, sample, Some(press::BULLETIN)).map(|_| ())
}

/// Refuses units that are not there.
pub(super) fn check_units(plan: &Plan, units: &BTreeMap<String, Unit>) -> kit::Result<()> {
    let mut fields = Fields::default();
    for (at, id) in plan.recipients.iter().enumerate() {
        if !units.contains_key(id) {
            let message = format!("there is no unit {id} that still works");
            fields.violation(format_args!("schedule.recipients[{at}]"), "UNKNOWN_UNIT", message);
        }
    }
    for (at, it) in plan.relations.iter().enumerate() {
        if !it.unit.is_empty() && !units.contains_key(&it.unit) {
            let message = format!("there is no unit {} that still works", it.unit);
            fields.violation(format_args!("{RELATIONS}[{at}].unit"), "UNKNOWN_UNIT", message);
        }
    }
    fields.check()
}
