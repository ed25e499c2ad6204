//! Conditions, checked against the contract of the events that they speak of.

use kit::decimal;
use kit::field::Fields;
use prost_reflect::{Kind, MessageDescriptor};
use proto::notification::v1 as pb;
use proto::notification::v1::endpoint::Condition as PbCondition;

use crate::endpoint::{Condition, Operator};
use crate::event::{EVERY, TYPES};
use crate::rpc::event_type;

const MOST: usize = 10;
const MOST_VALUES: usize = 50;

/// Reads the conditions of an endpoint.
pub(super) fn read(fields: &mut Fields, given: &pb::Endpoint) -> Vec<Condition> {
    let path = "endpoint.conditions";
    if given.conditions.len() > MOST {
        let message = format!("must be at most {MOST}, are {}", given.conditions.len());
        fields.violation(path, "TOO_MANY", message);
        return Vec::new();
    }
    let wanted =
        |it: &&&str| given.event_types.iter().any(|wanted| wanted == EVERY || wanted == **it);
    let resources = TYPES.iter().filter(wanted).filter_map(|it| event_type::resource(it).ok());
    let resources: Vec<MessageDescriptor> = resources.collect();
    let mut conditions = Vec::new();
    for (at, it) in given.conditions.iter().enumerate() {
        conditions.extend(one(fields, &format!("{path}[{at}]"), it, &resources));
    }
    conditions
}

fn one(
    fields: &mut Fields,
    path: &str,
    it: &PbCondition,
    resources: &[MessageDescriptor],
) -> Option<Condition> {
    let operator = fields.choice::<Operator>(format_args!("{path}.operator"), it.operator);
    let field = fields.text(format_args!("{path}.field"), &it.field, 1..=200);
    let most = if operator.is_of_numbers() { 1 } else { MOST_VALUES };
    if it.values.is_empty() || it.values.len() > most {
        let message = format!("must be 1 to {most}, are {}", it.values.len());
        fields.violation(format_args!("{path}.values"), "OUT_OF_RANGE", message);
    }
    let mut values = Vec::new();
    for (at, value) in it.values.iter().take(most).enumerate() {
        let path = format!("{path}.values[{at}]");
        let value = fields.text(&path, value, 0..=200);
        if operator.is_of_numbers() && decimal::parse(&value).is_none() {
            fields.violation(path, "DECIMAL_FORMAT", "is no decimal number");
        }
        values.push(value);
    }
    if field.is_empty() {
        return None;
    }
    let Some(found) = resources.iter().find_map(|resource| walk(resource, &field)) else {
        let known: Vec<&str> = resources.iter().map(|it| it.name()).collect();
        let message =
            format!("no resource of these types has the field {field}: {}", known.join(", "));
        fields.violation(format_args!("{path}.field"), "UNKNOWN_FIELD", message);
        return None;
    };
    Some(Condition::new(found, operator, values))
}

/// A path in the contract's names and in JSON's; none when the resource has no such field.
fn walk(resource: &MessageDescriptor, path: &str) -> Option<(Vec<String>, Vec<String>)> {
    let (mut names, mut keys) = (Vec::new(), Vec::new());
    let mut message = Some(resource.clone());
    for name in path.split('.') {
        let field = message?.get_field_by_name(name)?;
        names.push(field.name().to_owned());
        keys.push(field.json_name().to_owned());
        message = match field.kind() {
            Kind::Message(inner) => Some(inner),
            _ => None,
        };
    }
    Some((names, keys))
}

/// A condition as it was given.
pub(super) fn shown(it: &Condition) -> PbCondition {
    PbCondition {
        field: it.field.join("."),
        operator: it.operator() as i32,
        values: it.values.clone(),
    }
}
