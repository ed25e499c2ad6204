//! What differs between a message of a file and the server's.

use std::collections::HashMap;

use prost::Message;
use prost_reflect::{DynamicMessage, Kind, MessageDescriptor, ReflectMessage, Value};

use crate::message::{descriptor, is_kept_by_server};
use crate::problem::Item;

/// What a field that a file leaves out means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absent {
    /// It shall be empty.
    Empty,
    /// The server shall choose.
    AsItIs,
}

/// What a collection needs.
#[derive(Debug)]
pub(super) struct Difference<T> {
    /// Not on the server.
    pub created: Vec<Item<T>>,
    /// On the server, but different.
    pub updated: Vec<Update<T>>,
    /// How many are equal.
    pub unchanged: usize,
}

/// A message that is to be changed.
#[derive(Debug)]
pub(super) struct Update<T> {
    /// As the file has it.
    pub wanted: Item<T>,
    /// As the server has it.
    pub present: T,
    /// Fields that differ.
    pub fields: Vec<String>,
}

impl<T> Default for Difference<T> {
    fn default() -> Self {
        Self { created: Vec::new(), updated: Vec::new(), unchanged: 0 }
    }
}

impl<T> Difference<T> {
    /// The files say nothing of it.
    pub(super) fn is_absent(&self) -> bool {
        self.is_empty() && self.unchanged == 0
    }

    /// Nothing is to be done.
    pub(super) fn is_empty(&self) -> bool {
        self.created.is_empty() && self.updated.is_empty()
    }

    /// Everything that is to be created or changed.
    pub(super) fn into_wanted(self) -> Vec<Item<T>> {
        let updated = self.updated.into_iter().map(|it| it.wanted);
        self.created.into_iter().chain(updated).collect()
    }
}

/// Compares messages of the type `message`, matched by `key`.
pub(super) fn compare<T: Message + Default + Clone>(
    message: &str,
    key: fn(&T) -> &str,
    absent: Absent,
    wanted: &[Item<T>],
    present: Vec<T>,
) -> Difference<T> {
    let mut difference = Difference::default();
    let Some(descriptor) = descriptor(message) else { return difference };
    let mut present: HashMap<String, T> =
        present.into_iter().map(|it| (key(&it).to_owned(), it)).collect();
    for item in wanted {
        let Some(present) = present.remove(key(&item.value)) else {
            difference.created.push(item.clone());
            continue;
        };
        let fields = differing(&descriptor, &item.value, &present, absent);
        if fields.is_empty() {
            difference.unchanged += 1;
        } else {
            difference.updated.push(Update { wanted: item.clone(), present, fields });
        }
    }
    difference
}

fn differing<T: Message>(
    descriptor: &MessageDescriptor,
    wanted: &T,
    present: &T,
    absent: Absent,
) -> Vec<String> {
    let (wanted, present) = (canonical(descriptor, wanted), canonical(descriptor, present));
    let differs = |field: &prost_reflect::FieldDescriptor| {
        let left_out = absent == Absent::AsItIs && !wanted.has_field(field);
        // `name` is what they were matched by, or what the server gave.
        field.name() != "name" && !left_out && wanted.get_field(field) != present.get_field(field)
    };
    descriptor.fields().filter(differs).map(|it| it.name().to_owned()).collect()
}

/// Numbers that the server takes where none is written: message, field, number.
const USUAL: [(&str, &str, &str); 1] = [("saima.registry.v1.Milestone", "points", "1")];

/// The message with numbers in one form and nothing that only the server keeps.
fn canonical<T: Message>(descriptor: &MessageDescriptor, message: &T) -> DynamicMessage {
    let mut dynamic = DynamicMessage::new(descriptor.clone());
    // Cannot fail: both sides are the same message of the same contract.
    let _ = dynamic.transcode_from(message);
    settle(&mut dynamic);
    dynamic
}

fn settle(message: &mut DynamicMessage) {
    if message.descriptor().full_name() == "google.type.Decimal" {
        let text = message.get_field_by_name("value").and_then(|it| it.as_str().map(str::to_owned));
        if let Some(number) = text.as_deref().and_then(kit::decimal::parse) {
            message.set_field_by_name("value", Value::String(kit::decimal::to_text(number)));
        }
        return;
    }
    let descriptor = message.descriptor();
    for (_, name, number) in USUAL.iter().filter(|(of, ..)| descriptor.full_name() == *of) {
        let Some(field) = descriptor.get_field_by_name(name) else { continue };
        if let Kind::Message(decimal) = field.kind()
            && !message.has_field(&field)
        {
            let mut decimal = DynamicMessage::new(decimal);
            decimal.set_field_by_name("value", Value::String((*number).to_owned()));
            message.set_field(&field, Value::Message(decimal));
        }
    }
    let kept: Vec<_> = message.fields().map(|(field, _)| field).filter(is_kept_by_server).collect();
    kept.iter().for_each(|field| message.clear_field(field));
    for (_, value) in message.fields_mut() {
        match value {
            Value::Message(part) => settle(part),
            Value::List(parts) => {
                parts.iter_mut().filter_map(Value::as_message_mut).for_each(settle)
            }
            _ => {}
        }
    }
}
