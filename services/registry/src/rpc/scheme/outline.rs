//! A track laid out node by node, whatever its rules are: the contract's descriptors say what a
//! node holds, so that a rule added to the contract needs nothing here.

use std::collections::{BTreeMap, BTreeSet};

use prost::Message;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, ReflectMessage as _, Value};
use proto::registry::v1 as pb;

const NODE: &str = "saima.registry.v1.Node";

/// A node without the nodes below it.
#[derive(Clone, Debug)]
pub(crate) struct Outlined {
    pub(crate) id: String,
    pub(crate) display_name: String,
    /// Id of the node above.
    pub(crate) parent: Option<String>,
    pub(crate) message: DynamicMessage,
}

/// What a field says, and what the contract calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// In the office's words where the contract gives them.
    pub(super) label: String,
    pub(super) text: String,
}

/// The nodes of a track, each before those below it.
pub(crate) fn nodes(track: &pb::Track) -> Vec<Outlined> {
    let root = track.root.as_ref().and_then(|root| dynamic(NODE, root));
    let mut nodes = Vec::new();
    let mut waiting: Vec<_> = root.into_iter().map(|it| (it, None)).collect();
    while let Some((mut message, parent)) = waiting.pop() {
        let mut below = Vec::new();
        take_nodes(&mut message, &mut below);
        let text = |field: &str| {
            let value = message.get_field_by_name(field);
            value.and_then(|it| it.as_str().map(str::to_owned)).unwrap_or_default()
        };
        let (id, display_name) = (text("node_id"), text("display_name"));
        waiting.extend(below.into_iter().rev().map(|it| (it, Some(id.clone()))));
        nodes.push(Outlined { id, display_name, parent, message });
    }
    nodes
}

/// Names of the indicators anywhere in a message.
pub(crate) fn indicators(message: &DynamicMessage) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, value) in message.fields() {
        gather(value, &mut found);
    }
    found
}

/// A message of the contract, to be looked at field by field.
pub(super) fn dynamic(name: &str, message: &impl Message) -> Option<DynamicMessage> {
    let descriptor = proto::descriptors().get_message_by_name(name)?;
    DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice()).ok()
}

/// Everything that a message says, by the paths of its fields.
pub(super) fn told(message: &DynamicMessage) -> BTreeMap<String, Told> {
    let mut told = BTreeMap::new();
    tell(message, "", "", &mut told);
    told
}

/// Takes the nodes out of a message, however deep they stand in its rule.
fn take_nodes(message: &mut DynamicMessage, found: &mut Vec<DynamicMessage>) {
    let holds_nodes =
        |it: &FieldDescriptor| matches!(it.kind(), Kind::Message(its) if its.full_name() == NODE);
    let fields: Vec<FieldDescriptor> = message.fields().map(|(field, _)| field).collect();
    for field in fields {
        if holds_nodes(&field) {
            match message.get_field(&field).into_owned() {
                Value::Message(node) => found.push(node),
                Value::List(nodes) => {
                    found.extend(nodes.into_iter().filter_map(|it| match it {
                        Value::Message(node) => Some(node),
                        _ => None,
                    }));
                }
                _ => {}
            }
            message.clear_field(&field);
            continue;
        }
        match message.get_field_mut(&field) {
            Value::Message(part) => take_nodes(part, found),
            Value::List(parts) => parts
                .iter_mut()
                .filter_map(Value::as_message_mut)
                .for_each(|it| take_nodes(it, found)),
            _ => {}
        }
    }
}

fn gather(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.contains("/indicators/") => {
            found.insert(text.clone());
        }
        Value::Message(part) => part.fields().for_each(|(_, value)| gather(value, found)),
        Value::List(parts) => parts.iter().for_each(|value| gather(value, found)),
        _ => {}
    }
}

fn tell(message: &DynamicMessage, path: &str, label: &str, told: &mut BTreeMap<String, Told>) {
    for (field, value) in message.fields() {
        let path = join(path, field.name(), ".");
        let label = join(label, &words(&field), "·");
        match value {
            Value::List(parts) if matches!(field.kind(), Kind::Message(_)) => {
                for (index, part) in parts.iter().enumerate() {
                    let label = format!("{label}（第{}项）", index + 1);
                    tell_value(part, &field, format!("{path}[{index}]"), label, told);
                }
            }
            value => tell_value(value, &field, path, label, told),
        }
    }
}

fn tell_value(
    value: &Value,
    field: &FieldDescriptor,
    path: String,
    label: String,
    told: &mut BTreeMap<String, Told>,
) {
    match value {
        Value::Message(part) if plain(part).is_none() => {
            let before = told.len();
            tell(part, &path, &label, told);
            // A rule without any parameter: that it stands there is what it says.
            if told.len() == before {
                told.insert(path, Told { label, text: "适用".to_owned() });
            }
        }
        value => {
            let text = text(value, field);
            told.insert(path, Told { label, text });
        }
    }
}

fn text(value: &Value, field: &FieldDescriptor) -> String {
    match value {
        Value::String(text) => match text.strip_prefix("districts/") {
            Some(name) => name.rsplit('/').next().unwrap_or_default().to_owned(),
            None => text.clone(),
        },
        Value::Bool(true) => "是".to_owned(),
        Value::Bool(false) => "否".to_owned(),
        Value::EnumNumber(number) => match field.kind() {
            Kind::Enum(values) => {
                let found = values.get_value(*number);
                found.map_or_else(|| number.to_string(), |it| it.name().to_owned())
            }
            _ => number.to_string(),
        },
        Value::List(parts) => parts.iter().map(|it| text(it, field)).collect::<Vec<_>>().join("、"),
        Value::Message(part) => plain(part).unwrap_or_default(),
        Value::I32(number) => number.to_string(),
        Value::I64(number) => number.to_string(),
        other => other.to_string(),
    }
}

/// A number or a day as it is written; `None` for a message of parts.
fn plain(message: &DynamicMessage) -> Option<String> {
    let field = |name: &str| message.get_field_by_name(name);
    match message.descriptor().full_name() {
        "google.type.Decimal" => {
            let text = field("value").and_then(|it| it.as_str().map(str::to_owned))?;
            Some(kit::decimal::parse(&text).map_or(text, kit::decimal::to_text))
        }
        "google.type.Date" => {
            let part = |name: &str| field(name).and_then(|it| it.as_i32()).unwrap_or_default();
            Some(format!("{:04}-{:02}-{:02}", part("year"), part("month"), part("day")))
        }
        _ => None,
    }
}

/// What the contract calls a field in the office's words: the first Chinese term in the brackets
/// of its comment or, where it has none, of its message's; its own name otherwise.
fn words(field: &FieldDescriptor) -> String {
    let own = comment(field.parent_file().file_descriptor_proto(), field.path());
    let of_message = || match field.kind() {
        Kind::Message(its) => comment(its.parent_file().file_descriptor_proto(), its.path()),
        _ => None,
    };
    let term = own.as_deref().and_then(term);
    term.or_else(|| of_message().as_deref().and_then(self::term))
        .unwrap_or_else(|| field.name().to_owned())
}

fn comment(file: &prost_types::FileDescriptorProto, path: &[i32]) -> Option<String> {
    let info = file.source_code_info.as_ref()?;
    info.location.iter().find(|it| it.path == path)?.leading_comments.clone()
}

fn term(comment: &str) -> Option<String> {
    let chinese = |char: char| ('\u{4e00}'..='\u{9fff}').contains(&char);
    comment.split('(').skip(1).find_map(|rest| {
        let inside = rest.split([')', ',', ':', ';']).next()?.trim();
        let found = inside.starts_with(chinese)
            && inside.chars().all(|it| chinese(it) || it.is_alphanumeric());
        found.then(|| inside.to_owned())
    })
}

fn join(before: &str, own: &str, with: &str) -> String {
    if before.is_empty() { own.to_owned() } else { format!("{before}{with}{own}") }
}
