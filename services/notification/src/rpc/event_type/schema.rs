//! JSON Schemas (2020-12) of events, made from the descriptors of the contract.
//!
//! They say what the JSON form of protobuf says: names in camel case, enumerations by name,
//! whole numbers of 64 bits as text, and nothing required, for what is empty is left out.

use std::collections::BTreeMap;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};

/// The schema of the CloudEvent of a type.
pub(super) fn of(event_type: &str, resource: &MessageDescriptor) -> String {
    let mut defs = BTreeMap::new();
    define(resource, &mut defs);
    let data = json!({
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": "Name of the resource."},
            "resource": {
                "description": "The resource as it was after the change; null when it is too large.",
                "anyOf": [reference(resource), {"type": "null"}],
            },
        },
        "required": ["name"],
    });
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("urn:saima:event:{event_type}"),
        "title": event_type,
        "type": "object",
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "description": "The same in every attempt."},
            "source": {"type": "string", "pattern": "^//saima/districts/"},
            "type": {"const": event_type},
            "subject": {"type": "string"},
            "time": {"type": "string", "format": "date-time"},
            "datacontenttype": {"const": "application/json"},
            "traceparent": {"type": "string"},
            "data": data,
        },
        "required": ["specversion", "id", "source", "type", "subject", "time", "data"],
        "$defs": defs,
    });
    schema.to_string()
}

/// Adds a message, and what it is made of, to the definitions.
fn define(message: &MessageDescriptor, defs: &mut BTreeMap<String, Value>) {
    if well_known(message).is_some() || defs.contains_key(message.full_name()) {
        return;
    }
    defs.insert(message.full_name().to_owned(), Value::Null);
    let mut properties = Map::new();
    for field in message.fields() {
        if let Kind::Message(inner) = field.kind() {
            define(&inner, defs);
        }
        properties.insert(field.json_name().to_owned(), shown(&field));
    }
    let mut schema = json!({"type": "object", "properties": properties});
    describe(&mut schema, remark(message.path(), message.parent_file().file_descriptor_proto()));
    defs.insert(message.full_name().to_owned(), schema);
}

fn shown(field: &FieldDescriptor) -> Value {
    let mut schema = if field.is_map() {
        let value = match field.kind() {
            Kind::Message(entry) => single(&entry.map_entry_value_field()),
            _ => json!({}),
        };
        json!({"type": "object", "additionalProperties": value})
    } else if field.is_list() {
        json!({"type": "array", "items": single(field)})
    } else {
        single(field)
    };
    describe(&mut schema, remark(field.path(), field.parent_file().file_descriptor_proto()));
    schema
}

fn single(field: &FieldDescriptor) -> Value {
    match field.kind() {
        Kind::Message(message) => reference(&message),
        Kind::Enum(numbers) => {
            let names: Vec<String> = numbers.values().map(|it| it.name().to_owned()).collect();
            json!({"type": "string", "enum": names})
        }
        Kind::Bool => json!({"type": "boolean"}),
        Kind::String => json!({"type": "string"}),
        Kind::Bytes => json!({"type": "string", "contentEncoding": "base64"}),
        Kind::Double | Kind::Float => json!({"type": "number"}),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 | Kind::Uint64 | Kind::Fixed64 => {
            json!({"type": "string", "pattern": "^-?[0-9]+$"})
        }
        _ => json!({"type": "integer"}),
    }
}

fn reference(message: &MessageDescriptor) -> Value {
    let named = || json!({"$ref": format!("#/$defs/{}", message.full_name())});
    well_known(message).unwrap_or_else(named)
}

/// Messages that have a JSON form of their own.
fn well_known(message: &MessageDescriptor) -> Option<Value> {
    match message.full_name() {
        "google.protobuf.Timestamp" => Some(json!({"type": "string", "format": "date-time"})),
        "google.protobuf.Duration" => Some(json!({"type": "string", "pattern": "s$"})),
        "google.protobuf.FieldMask" => Some(json!({"type": "string"})),
        _ => None,
    }
}

fn describe(schema: &mut Value, remark: Option<String>) {
    if let (Some(fields), Some(remark)) = (schema.as_object_mut(), remark) {
        fields.insert("description".to_owned(), Value::String(remark));
    }
}

/// What the contract says in front of something.
fn remark(path: &[i32], file: &prost_types::FileDescriptorProto) -> Option<String> {
    let places = &file.source_code_info.as_ref()?.location;
    let place = places.iter().find(|it| it.path == path)?;
    let lines = place.leading_comments.as_deref()?.lines().map(str::trim);
    Some(lines.collect::<Vec<_>>().join(" ").trim().to_owned())
}
