//! Events of other services, read into facts by their contract.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kit::{Error, Result, decimal};
use prost_reflect::{
    DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage as _,
    Value,
};
use rust_decimal::Decimal;

use crate::fact::{Fact, Shape};
use crate::trigger::{Heard, resource_of};

/// How deep messages within messages are read.
const DEEPEST: usize = 4;

/// What every event holds itself.
pub(crate) const HELD: [&str; 2] = ["name", "resource"];

const RESULT_PUBLISHED: &str = "saima.scoring.v1.ResultPublished";
const RUN_PUBLISHED: &str = "saima.scoring.v1.RunPublished";
pub(crate) const FEEDBACK: (&str, &str) = ("feedback", "saima.scoring.v1.Feedback");
pub(crate) const RUN: (&str, &str) = ("run", "saima.scoring.v1.Run");
pub(crate) const BOARD: (&str, &str) = ("board", "saima.scoring.v1.Board");

/// The shape of an event type's facts; none for a type that triggers do not know.
pub(crate) fn shape(event_type: &str) -> Option<Shape> {
    let resource = message(&resource_of(event_type)?)?;
    let mut parts = BTreeMap::from([
        ("name".to_owned(), Shape::Text),
        ("resource".to_owned(), shape_of(&resource, DEEPEST)),
    ]);
    let more: &[_] = match event_type {
        RESULT_PUBLISHED => &[FEEDBACK, RUN],
        RUN_PUBLISHED => &[BOARD],
        _ => &[],
    };
    for (name, kind) in more {
        parts.insert((*name).to_owned(), shape_of(&message(kind)?, DEEPEST));
    }
    Some(Shape::Parts(parts))
}

/// True when events of this shape say a period; a result has that of its run.
pub(crate) fn says_period(shape: &Shape) -> bool {
    let Shape::Parts(parts) = shape else { return false };
    let says = |name: &str| match parts.get(name) {
        Some(Shape::Parts(part)) => part.contains_key("period"),
        _ => false,
    };
    says("resource") || says(RUN.0)
}

/// The facts of an event.
pub(crate) fn facts(event: &Heard) -> Result<Fact> {
    let service = event.kind.split('.').nth(1).unwrap_or_default();
    let unknown = || Error::internal(format!("{} is no event of the contract", event.kind));
    let change = message(&format!("saima.{service}.v1.Change")).ok_or_else(unknown)?;
    let wanted = resource_of(&event.kind).ok_or_else(unknown)?;
    let change = DynamicMessage::decode(change, &*event.payload).map_err(Error::internal)?;
    let descriptor = change.descriptor();
    let held = descriptor
        .oneofs()
        .find(|it| it.name() == "resource")
        .and_then(|it| it.fields().find(|field| change.has_field(field)))
        .map(|field| change.get_field(&field).into_owned());
    let resource = held.as_ref().and_then(Value::as_message);
    let resource = resource.filter(|it| it.descriptor().full_name() == wanted);
    let resource = match resource {
        Some(resource) => facts_of(resource, DEEPEST),
        // Told without its resource, as a batch is.
        None => facts_of(&DynamicMessage::new(message(&wanted).ok_or_else(unknown)?), DEEPEST),
    };
    Ok(Fact::Parts(BTreeMap::from([
        ("name".to_owned(), Fact::Text(event.name.clone())),
        ("resource".to_owned(), resource),
    ])))
}

/// Adds what else is known of an event: a message of the contract under a name.
pub(crate) fn add(
    facts: &mut Fact,
    (name, kind): (&str, &str),
    given: &impl prost::Message,
) -> Result<()> {
    let unknown = || Error::internal("the contract lacks a message of its own");
    let descriptor = message(kind).ok_or_else(unknown)?;
    let read = DynamicMessage::decode(descriptor, &*given.encode_to_vec());
    if let Fact::Parts(parts) = facts {
        let read = facts_of(&read.map_err(Error::internal)?, DEEPEST);
        parts.insert(name.to_owned(), read);
    }
    Ok(())
}

/// True for a result, of which there is more to know than its event tells.
pub(crate) fn is_result(event_type: &str) -> bool {
    event_type == RESULT_PUBLISHED
}

/// True for a run, of which its board is to be told.
pub(crate) fn is_run(event_type: &str) -> bool {
    event_type == RUN_PUBLISHED
}

/// True for what becomes of an objection.
pub(crate) fn is_objection(event_type: &str) -> bool {
    event_type.starts_with("saima.scoring.v1.Objection")
}

fn message(name: &str) -> Option<MessageDescriptor> {
    proto::descriptors().get_message_by_name(name)
}

fn shape_of(message: &MessageDescriptor, depth: usize) -> Shape {
    let fields = message.fields().filter(|field| depth > 0 || !is_nested(field));
    let part = |field: FieldDescriptor| {
        let shape = match field.kind() {
            Kind::Bool => Shape::Flag,
            Kind::Enum(of) => Shape::Choice(of.values().map(|it| it.name().to_owned()).collect()),
            Kind::Message(of) => match of.full_name() {
                "google.type.Decimal" => Shape::Number,
                "google.type.Date" => Shape::Day,
                "google.protobuf.Timestamp" => Shape::Text,
                _ => shape_of(&of, depth.saturating_sub(1)),
            },
            Kind::String | Kind::Bytes => Shape::Text,
            _ => Shape::Number,
        };
        let shape = if field.is_list() { Shape::List(Box::new(shape)) } else { shape };
        (field.name().to_owned(), shape)
    };
    Shape::Parts(fields.filter(|field| !field.is_map()).map(part).collect())
}

fn is_nested(field: &FieldDescriptor) -> bool {
    matches!(field.kind(), Kind::Message(of) if !of.full_name().starts_with("google."))
}

fn facts_of(message: &DynamicMessage, depth: usize) -> Fact {
    let descriptor = message.descriptor();
    let fields = descriptor.fields().filter(|field| depth > 0 || !is_nested(field));
    let part = |field: FieldDescriptor| {
        let fact = match message.get_field(&field).as_ref() {
            Value::List(items) => {
                Fact::List(items.iter().map(|item| fact(&field, item, depth)).collect())
            }
            value if field.supports_presence() && !message.has_field(&field) => match value {
                // Parts stay nameable where the whole is absent.
                Value::Message(whole) if is_nested(&field) => {
                    facts_of(whole, depth.saturating_sub(1))
                }
                _ => Fact::Absent,
            },
            value => fact(&field, value, depth),
        };
        (field.name().to_owned(), fact)
    };
    Fact::Parts(fields.filter(|field| !field.is_map()).map(part).collect())
}

fn fact(field: &FieldDescriptor, value: &Value, depth: usize) -> Fact {
    match value {
        Value::Bool(flag) => Fact::Flag(*flag),
        Value::I32(number) => Fact::Number(Decimal::from(*number)),
        Value::I64(number) => Fact::Number(Decimal::from(*number)),
        Value::U32(number) => Fact::Number(Decimal::from(*number)),
        Value::U64(number) => Fact::Number(Decimal::from(*number)),
        Value::String(text) => Fact::Text(text.clone()),
        Value::EnumNumber(number) => match field.kind() {
            Kind::Enum(of) => choice(&of, *number),
            _ => Fact::Absent,
        },
        Value::Message(whole) => match whole.descriptor().full_name() {
            "google.type.Decimal" => number(whole),
            "google.type.Date" => day(whole),
            "google.protobuf.Timestamp" => instant(whole),
            _ => facts_of(whole, depth.saturating_sub(1)),
        },
        _ => Fact::Absent,
    }
}

fn choice(of: &EnumDescriptor, number: i32) -> Fact {
    match of.get_value(number).filter(|_| number != 0) {
        Some(value) => Fact::Text(value.name().to_owned()),
        None => Fact::Absent,
    }
}

fn number(message: &DynamicMessage) -> Fact {
    let text = message.get_field_by_name("value");
    let text = text.as_ref().and_then(|it| it.as_str());
    text.and_then(decimal::parse).map_or(Fact::Absent, Fact::Number)
}

fn whole(message: &DynamicMessage, name: &str) -> i64 {
    match message.get_field_by_name(name).as_deref() {
        Some(Value::I32(number)) => i64::from(*number),
        Some(Value::I64(number)) => *number,
        _ => 0,
    }
}

fn day(message: &DynamicMessage) -> Fact {
    let part = |name| whole(message, name);
    let date = || {
        let (year, month) = (i16::try_from(part("year")).ok()?, i8::try_from(part("month")).ok()?);
        Date::new(year, month, i8::try_from(part("day")).ok()?).ok()
    };
    date().map_or(Fact::Absent, Fact::Day)
}

fn instant(message: &DynamicMessage) -> Fact {
    let at = jiff::Timestamp::from_second(whole(message, "seconds"));
    at.map_or(Fact::Absent, |at| Fact::Text(at.to_string()))
}
