//! Messages of the contract, read from YAML in the shape of proto3 JSON.
//!
//! Field names as in the protos, or in lowerCamel. Shorter forms that are taken too:
//! - `google.type.Decimal`: the number alone, `weight: 12.5`; it never passes through a float;
//! - `google.type.Date`: `2023-01-01`; a Timestamp: `2023-01-01T09:00:00+08:00`;
//! - a FieldMask: `theme,report_due_date`;
//! - an enum value without its prefix: `kind: VILLAGE` for `UNIT_KIND_VILLAGE`;
//! - a resource name without what is the same for the whole district: see [`crate::names`].
//!
//! Refused: unknown fields, fields only the server sets, two members of one choice.

use std::rc::Rc;

use prost::Message;
use prost_reflect::{
    DynamicMessage, EnumDescriptor, FieldDescriptor, Kind as Type, MessageDescriptor,
    MethodDescriptor, Value,
};

use crate::names;
use crate::problem::{Origin, Problems};
use crate::yaml::{Kind, Scalar, Tree};

/// google.api.FieldBehavior.OUTPUT_ONLY.
const OUTPUT_ONLY: i32 = 3;

/// Reads trees of one district's files.
pub struct Reader<'a> {
    /// Completes relative resource names.
    pub district: &'a str,
    /// Where faults go.
    pub problems: &'a mut Problems,
}

impl Reader<'_> {
    /// The message `T`, known to the contract as `name`. With a fault, what could be read.
    pub fn message<T: Message + Default>(&mut self, name: &str, origin: &Origin) -> T {
        descriptor(name)
            .map(|it| self.dynamic(&it, origin))
            .and_then(|it| it.transcode_to().ok())
            .unwrap_or_default()
    }

    /// A message of any type of the contract. With a fault, an empty one.
    pub fn dynamic(&mut self, descriptor: &MessageDescriptor, origin: &Origin) -> DynamicMessage {
        let mut at = Cursor {
            district: self.district,
            problems: self.problems,
            file: &origin.file,
            path: origin.path.clone(),
        };
        at.message(descriptor, &origin.tree)
            .unwrap_or_else(|| DynamicMessage::new(descriptor.clone()))
    }
}

/// The message `T`, known to the contract as `name`, from proto3 JSON as a server sends it.
pub fn from_json<T: Message + Default>(name: &str, text: &str) -> Result<T, String> {
    let descriptor = descriptor(name).ok_or("unknown to the contract")?;
    let mut json = serde_json::Deserializer::from_str(text);
    let message = DynamicMessage::deserialize(descriptor, &mut json);
    let message = message.and_then(|it| json.end().map(|()| it)).map_err(|it| it.to_string())?;
    message.transcode_to().map_err(|error| error.to_string())
}

/// The RPC `Service/Method`, or `Method` alone where only one service has it.
pub fn method(path: &str) -> Option<MethodDescriptor> {
    let (service, name) = match path.rsplit_once('/') {
        Some((service, name)) => (Some(service), name),
        None => (None, path),
    };
    let is_meant = |it: &prost_reflect::ServiceDescriptor| {
        service.is_none_or(|meant| it.name() == meant || it.full_name() == meant)
    };
    let services: Vec<_> = proto::descriptors().services().filter(is_meant).collect();
    let mut found = services.iter().flat_map(|it| it.methods()).filter(|it| it.name() == name);
    found.next().filter(|_| found.next().is_none())
}

/// The descriptor of the message `name`.
pub fn descriptor(name: &str) -> Option<MessageDescriptor> {
    proto::descriptors().get_message_by_name(name)
}

/// No file says this: the server alone does, or it is the tag of a revision.
pub fn is_kept_by_server(field: &FieldDescriptor) -> bool {
    if field.name() == "etag" {
        return true;
    }
    let Some(behaviour) = proto::descriptors().get_extension_by_name("google.api.field_behavior")
    else {
        return false;
    };
    let options = field.options();
    let values = options.get_extension(&behaviour);
    values.as_list().is_some_and(|it| it.contains(&Value::EnumNumber(OUTPUT_ONLY)))
}

/// Where reading stands.
struct Cursor<'a> {
    district: &'a str,
    problems: &'a mut Problems,
    file: &'a Rc<str>,
    path: String,
}

impl Cursor<'_> {
    fn message(&mut self, descriptor: &MessageDescriptor, tree: &Tree) -> Option<DynamicMessage> {
        let entries = match (&tree.kind, descriptor.full_name()) {
            (Kind::Scalar(text), "google.type.Decimal") if !tree.is_null() => {
                return self.decimal(descriptor, text, tree);
            }
            (Kind::Scalar(text), "google.type.Date") if !tree.is_null() => {
                return self.date(descriptor, text, tree);
            }
            (Kind::Scalar(text), "google.protobuf.Timestamp") if !tree.is_null() => {
                return self.timestamp(descriptor, text, tree);
            }
            (Kind::Scalar(text), "google.protobuf.FieldMask") if !tree.is_null() => {
                let paths = text.text.split(',').map(|it| Value::String(it.trim().to_owned()));
                let mut message = DynamicMessage::new(descriptor.clone());
                message.set_field_by_name("paths", Value::List(paths.collect()));
                return Some(message);
            }
            (Kind::Map(entries), _) => entries,
            _ => {
                let fields = field_names(descriptor);
                let wanted = if fields.is_empty() {
                    "{}".to_owned()
                } else {
                    format!("a mapping with {fields}")
                };
                return self.refuse(tree, format!("needs {wanted}, this is {}", tree.describe()));
            }
        };
        let mut message = DynamicMessage::new(descriptor.clone());
        for entry in entries {
            let length = self.path.len();
            if length > 0 {
                self.path.push('.');
            }
            self.path.push_str(&entry.key);
            let found = descriptor
                .get_field_by_name(&entry.key)
                .or_else(|| descriptor.get_field_by_json_name(&entry.key));
            match found {
                None => self.fault(entry.at, unknown(descriptor)),
                Some(field) if is_kept_by_server(&field) => {
                    self.fault(entry.at, "only the server keeps this field")
                }
                Some(field) => self.field(&mut message, &field, &entry.value),
            }
            self.path.truncate(length);
        }
        Some(message)
    }

    fn field(&mut self, message: &mut DynamicMessage, field: &FieldDescriptor, tree: &Tree) {
        let rival = field.containing_oneof().and_then(|choice| {
            choice.fields().find(|it| it.number() != field.number() && message.has_field(it))
        });
        if let Some(rival) = rival {
            self.fault(
                tree.at,
                format!("`{}` stands here already, and only one of the two can", rival.name()),
            );
        } else if message.has_field(field) {
            self.fault(tree.at, "stands here already under its other name");
        } else if let Some(value) = self.value(field, tree) {
            message.set_field(field, value);
        }
    }

    fn value(&mut self, field: &FieldDescriptor, tree: &Tree) -> Option<Value> {
        if field.is_map() {
            return self.refuse(tree, "cannot be written in a file");
        }
        if !field.is_list() {
            return self.single(field, tree);
        }
        let Kind::List(items) = &tree.kind else {
            return self.refuse(tree, format!("needs a list, this is {}", tree.describe()));
        };
        let mut values = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let length = self.path.len();
            self.path.push_str(&format!("[{index}]"));
            values.extend(self.single(field, item));
            self.path.truncate(length);
        }
        Some(Value::List(values))
    }

    fn single(&mut self, field: &FieldDescriptor, tree: &Tree) -> Option<Value> {
        let kind = field.kind();
        if let Type::Message(descriptor) = &kind {
            return self.message(descriptor, tree).map(Value::Message);
        }
        let scalar = match &tree.kind {
            Kind::Scalar(scalar) if !tree.is_null() => scalar,
            _ => {
                return self
                    .refuse(tree, format!("needs a single value, this is {}", tree.describe()));
            }
        };
        let text = scalar.text.as_str();
        let value = match &kind {
            Type::String => match names::complete(field.full_name(), self.district, text) {
                Ok(name) => Some(Value::String(name)),
                Err(shape) => {
                    return self.refuse(tree, format!("`{text}` must look like `{shape}`"));
                }
            },
            Type::Bool if scalar.plain => text.parse().ok().map(Value::Bool),
            Type::Int32 if scalar.plain => text.parse().ok().map(Value::I32),
            Type::Int64 => text.parse().ok().map(Value::I64),
            Type::Enum(values) => return self.choice(values, text, tree),
            _ => None,
        };
        match value {
            Some(value) => Some(value),
            None => self.refuse(tree, format!("`{text}` is no {}", plainly(&kind))),
        }
    }

    fn choice(&mut self, values: &EnumDescriptor, text: &str, tree: &Tree) -> Option<Value> {
        let zero = values.get_value(0).map(|it| it.name().to_owned()).unwrap_or_default();
        let prefix = zero.trim_end_matches("UNSPECIFIED");
        let found = values
            .get_value_by_name(text)
            .or_else(|| values.get_value_by_name(&format!("{prefix}{text}")))
            .filter(|it| it.number() != 0);
        if let Some(found) = found {
            return Some(Value::EnumNumber(found.number()));
        }
        let names: Vec<_> = values.values().filter(|it| it.number() != 0).collect();
        let names: Vec<_> = names.iter().map(|it| it.name().trim_start_matches(prefix)).collect();
        self.refuse(tree, format!("`{text}` is none of {}", names.join(", ")))
    }

    fn decimal(
        &mut self,
        descriptor: &MessageDescriptor,
        scalar: &Scalar,
        tree: &Tree,
    ) -> Option<DynamicMessage> {
        match kit::decimal::parse(&scalar.text) {
            Some(_) => {
                let mut message = DynamicMessage::new(descriptor.clone());
                message.set_field_by_name("value", Value::String(scalar.text.clone()));
                Some(message)
            }
            None => {
                self.refuse(tree, format!("`{}` is no decimal of at most 28 digits", scalar.text))
            }
        }
    }

    fn date(
        &mut self,
        descriptor: &MessageDescriptor,
        scalar: &Scalar,
        tree: &Tree,
    ) -> Option<DynamicMessage> {
        let Ok(date) = scalar.text.parse::<jiff::civil::Date>() else {
            return self.refuse(tree, format!("`{}` is no day such as 2023-01-31", scalar.text));
        };
        let date = kit::date::to_proto(date);
        let mut message = DynamicMessage::new(descriptor.clone());
        for (name, number) in [("year", date.year), ("month", date.month), ("day", date.day)] {
            message.set_field_by_name(name, Value::I32(number));
        }
        Some(message)
    }

    fn timestamp(
        &mut self,
        descriptor: &MessageDescriptor,
        scalar: &Scalar,
        tree: &Tree,
    ) -> Option<DynamicMessage> {
        let Ok(instant) = scalar.text.parse::<jiff::Timestamp>() else {
            return self.refuse(tree, format!("`{}` is no 2023-01-31T09:00:00+08:00", scalar.text));
        };
        let instant = kit::clock::to_proto(instant);
        let mut message = DynamicMessage::new(descriptor.clone());
        message.set_field_by_name("seconds", Value::I64(instant.seconds));
        message.set_field_by_name("nanos", Value::I32(instant.nanos));
        Some(message)
    }

    fn refuse<T>(&mut self, tree: &Tree, message: impl std::fmt::Display) -> Option<T> {
        self.fault(tree.at, message);
        None
    }

    fn fault(&mut self, at: crate::yaml::Place, message: impl std::fmt::Display) {
        self.problems.add(self.file, at, &self.path, message);
    }
}

fn unknown(descriptor: &MessageDescriptor) -> String {
    match field_names(descriptor).as_str() {
        "" => format!("unknown field; a {} has none", descriptor.name()),
        fields => format!("unknown field; a {} has {fields}", descriptor.name()),
    }
}

fn field_names(descriptor: &MessageDescriptor) -> String {
    let fields: Vec<_> = descriptor.fields().filter(|it| !is_kept_by_server(it)).collect();
    fields.iter().map(FieldDescriptor::name).collect::<Vec<_>>().join(", ")
}

fn plainly(kind: &Type) -> &'static str {
    match kind {
        Type::Bool => "true or false",
        Type::Int32 | Type::Int64 => "whole number",
        _ => "value of this field",
    }
}
