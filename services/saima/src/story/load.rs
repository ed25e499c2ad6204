//! Many messages from a table, in as few calls as the RPC's batches allow.

use std::collections::BTreeMap;

use prost_reflect::{DynamicMessage, FieldDescriptor, MessageDescriptor, MethodDescriptor, Value};

use super::book::Load;
use super::play::Player;
use super::{call, value};
use crate::failure::{Failure, Result};
use crate::yaml::{Kind, Tree};

impl Player<'_> {
    /// Each row of the table becomes a message. Where the RPC takes a stream, its first
    /// message is a `header` with the `row_count` and every further one has `rows`, as in
    /// `BulkCreateObservations`.
    pub(super) async fn load(&mut self, load: &Load) -> Result<()> {
        let method = self.method(&load.method)?;
        let streamed = method.is_client_streaming();
        let input = method.input();
        let holder = if streamed { message_of(&method, "rows")? } else { input.clone() };
        let into = field_at(&holder, &load.into).ok_or_else(|| {
            Failure::data(format!("{} has no field `{}`", holder.name(), load.into))
        })?;
        let messages = self.messages(load, &into).await?;
        if messages.is_empty() {
            return Ok(());
        }
        if streamed {
            return self.stream(load, &method, &into, messages).await;
        }
        for batch in messages.chunks(load.batch) {
            let mut request = self.request(&method, load.request.as_ref())?;
            put(&mut request, &load.into, Value::List(batch.to_vec()));
            call::unary(self.suite.channel(), &method, request).await?;
        }
        Ok(())
    }

    async fn messages(&mut self, load: &Load, into: &FieldDescriptor) -> Result<Vec<Value>> {
        let kind = into.kind();
        let mut messages = Vec::new();
        for row in self.rows(&load.rows, &load.filter).await? {
            self.words.enter(row.clone());
            messages.push(match kind.as_message() {
                Some(descriptor) => {
                    let tree = self.spread(&load.row, &row)?;
                    let tree = self.words.fill_tree(&tree)?;
                    Value::Message(self.message(descriptor, &tree)?)
                }
                None => match &load.row.kind {
                    Kind::Scalar(it) => Value::String(self.words.fill(&it.text)?),
                    _ => return Err(Failure::data(format!("`{}` takes text", load.into))),
                },
            });
            self.words.leave();
        }
        Ok(messages)
    }

    /// Where a list is `[each_column: ITEM]`, an item for every cell of the row that is not empty
    /// and whose column is a subject, `posts.x`; `$column` is its `x` and `$cell` its text.
    fn spread(&mut self, tree: &Tree, row: &BTreeMap<String, String>) -> Result<Tree> {
        let kind = match &tree.kind {
            Kind::Map(entries) => {
                let mut spread = entries.clone();
                for entry in &mut spread {
                    entry.value = self.spread(&entry.value, row)?;
                }
                Kind::Map(spread)
            }
            Kind::List(items) => match items.first().map(|it| &it.kind) {
                Some(Kind::Map(entries)) if entries[0].key == "each_column" => {
                    let mut spread = Vec::new();
                    for (title, cell) in row.iter().filter(|(_, cell)| !cell.is_empty()) {
                        let Some((_, column)) = title.split_once('.') else { continue };
                        let words = [("column", column), ("cell", cell)];
                        let owned = words.map(|(key, text)| (key.to_owned(), text.to_owned()));
                        self.words.enter(BTreeMap::from(owned));
                        spread.push(self.words.fill_tree(&entries[0].value)?);
                        self.words.leave();
                    }
                    Kind::List(spread)
                }
                _ => Kind::List(items.clone()),
            },
            Kind::Scalar(it) => Kind::Scalar(it.clone()),
        };
        Ok(Tree { at: tree.at, kind })
    }

    async fn stream(
        &self,
        load: &Load,
        method: &MethodDescriptor,
        into: &FieldDescriptor,
        messages: Vec<Value>,
    ) -> Result<()> {
        let header = message_of(method, "header")?;
        let mut header = match &load.request {
            Some(tree) => self.message(&header, &self.words.fill_tree(tree)?)?,
            None => DynamicMessage::new(header),
        };
        self.complete(&mut header);
        let count = i32::try_from(messages.len()).unwrap_or(i32::MAX);
        header.set_field_by_name("row_count", Value::I32(count));
        let mut requests = vec![wrapped(method, "header", header)];
        for batch in messages.chunks(load.batch) {
            let mut rows = DynamicMessage::new(message_of(method, "rows")?);
            rows.set_field(into, Value::List(batch.to_vec()));
            requests.push(wrapped(method, "rows", rows));
        }
        let reply = call::stream(self.suite.channel(), method, requests).await?;
        match value::text_at(&reply, "problem_count").as_deref() {
            None | Some("0") => Ok(()),
            Some(count) => {
                let first = value::text_at(&reply, "problems.0.message").unwrap_or_default();
                let row = value::text_at(&reply, "problems.0.row").unwrap_or_default();
                Err(Failure::data(format!(
                    "{count} rows were refused, the first is {row}: {first}"
                )))
            }
        }
    }
}

/// The field at a path of messages, `document.recipients`.
fn field_at(holder: &MessageDescriptor, path: &str) -> Option<FieldDescriptor> {
    match path.split_once('.') {
        None => holder.get_field_by_name(path),
        Some((first, rest)) => {
            field_at(holder.get_field_by_name(first)?.kind().as_message()?, rest)
        }
    }
}

/// Sets the field at a path that there is.
fn put(message: &mut DynamicMessage, path: &str, value: Value) {
    match path.split_once('.') {
        None => message.set_field_by_name(path, value),
        Some((first, rest)) => {
            let inner = message.get_field_by_name_mut(first).and_then(Value::as_message_mut);
            if let Some(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

fn message_of(method: &MethodDescriptor, field: &str) -> Result<MessageDescriptor> {
    let field = method.input().get_field_by_name(field);
    let kind = field.map(|it| it.kind());
    kind.as_ref()
        .and_then(|it| it.as_message().cloned())
        .ok_or_else(|| Failure::data(format!("`{}` takes no rows", method.name())))
}

fn wrapped(method: &MethodDescriptor, field: &str, part: DynamicMessage) -> DynamicMessage {
    let mut message = DynamicMessage::new(method.input());
    message.set_field_by_name(field, Value::Message(part));
    message
}
