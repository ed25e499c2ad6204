//! Parts of a message by path, as text: `run.name`, `tracks.0.entries.0.score`.

use prost_reflect::{DynamicMessage, Kind, ReflectMessage, Value};

/// The value at `path`, the message itself at `.`; `None` where there is none. A number that is
/// not set is 0, as on the wire.
pub(super) fn at(message: &DynamicMessage, path: &str) -> Option<Value> {
    let mut here = Value::Message(message.clone());
    for step in path.split('.').filter(|it| !it.is_empty()) {
        here = match &here {
            Value::Message(it) => it.get_field_by_name(step)?.into_owned(),
            Value::List(it) => it.get(step.parse::<usize>().ok()?)?.clone(),
            _ => return None,
        };
    }
    Some(here)
}

/// The value at `path` as it is written in a message: a decimal or a day alone, an enum value by
/// its name without the prefix. Empty where nothing is set, and beyond the end of a list.
pub(super) fn text_at(message: &DynamicMessage, path: &str) -> Option<String> {
    let Some(value) = at(message, path) else {
        let in_list = path.split('.').any(|it| it.parse::<usize>().is_ok());
        return in_list.then(String::new);
    };
    let (parent, last) = match path.rsplit_once('.') {
        Some((parent, last)) => (at(message, parent)?, last),
        None => (Value::Message(message.clone()), path),
    };
    let field = parent.as_message().and_then(|it| it.descriptor().get_field_by_name(last));
    if let (Some(field), Value::EnumNumber(number)) = (&field, &value) {
        return Some(enum_text(&field.kind(), *number));
    }
    let absent = matches!((&field, &parent), (Some(field), Value::Message(it)) if field.supports_presence() && !it.has_field(field));
    Some(if absent { String::new() } else { text(&value) })
}

fn text(value: &Value) -> String {
    match value {
        Value::Message(message) => message_text(message),
        Value::String(text) => text.clone(),
        Value::Bool(it) => it.to_string(),
        Value::I32(it) => it.to_string(),
        Value::I64(it) => it.to_string(),
        Value::U32(it) => it.to_string(),
        Value::U64(it) => it.to_string(),
        Value::List(items) => items.iter().map(text).collect::<Vec<_>>().join("、"),
        _ => String::new(),
    }
}

fn message_text(message: &DynamicMessage) -> String {
    let number = |name| message.get_field_by_name(name).and_then(|it| it.as_i32()).unwrap_or(0);
    match message.descriptor().full_name() {
        "google.type.Decimal" => message
            .get_field_by_name("value")
            .and_then(|it| it.as_str().map(str::to_owned))
            .unwrap_or_default(),
        "google.type.Date" => {
            format!("{:04}-{:02}-{:02}", number("year"), number("month"), number("day"))
        }
        "google.protobuf.Timestamp" => {
            let seconds = message.get_field_by_name("seconds").and_then(|it| it.as_i64());
            let instant = seconds.and_then(|it| jiff::Timestamp::from_second(it).ok());
            instant.map(|it| it.to_string()).unwrap_or_default()
        }
        _ => String::new(),
    }
}

fn enum_text(kind: &Kind, number: i32) -> String {
    let Kind::Enum(values) = kind else { return String::new() };
    let zero = values.get_value(0).map(|it| it.name().to_owned()).unwrap_or_default();
    let prefix = zero.trim_end_matches("UNSPECIFIED");
    let value = values.get_value(number).filter(|it| it.number() != 0);
    value.map(|it| it.name().trim_start_matches(prefix).to_owned()).unwrap_or_default()
}
