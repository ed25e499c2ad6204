//! Any list of the suite as a table, so that what a pack shows needs no code.
//!
//! ```yaml
//! show:
//!   list: ListWarnings
//!   title: 未达时序的指标，共%count个
//!   request: {kind: BEHIND_SCHEDULE}
//!   items: warnings                # where the reply's list stands, `.` for the reply itself; found when it has one
//!   where: {period: $district/periods/2023-03}
//!   columns: {单位: unit_display_name, 指标: indicator_display_name, 进度: pace}
//!   count: 个数                    # lines that are alike become one, with their count
//!   labels: {BEHIND_SCHEDULE: 未达时序}
//!   limit: 10                      # further lines are counted
//! ```
//!
//! A path may end in `|name` to show what the unit, project, post, indicator or period of that
//! name is called, in `|id` for the last id of a name, in `|day` for the day of an instant.

use std::collections::BTreeMap;

use prost_reflect::{DynamicMessage, Kind as Type, MethodDescriptor, ReflectMessage, Value};

use super::super::call;
use super::super::value::{at, text_at};
use super::{Page, Player, field};
use crate::failure::{Failure, Result};
use crate::names;
use crate::table::{Align, Cell, Paint, Table};
use crate::yaml::{Kind, Tree};

/// Entries of a page; a service gives fewer where that is too many.
const PAGE: i32 = 1000;

/// Lines that are shown where the story does not say.
const LIMIT: usize = 40;

pub(super) async fn show(
    player: &mut Player<'_>,
    method: &str,
    what: &Tree,
    page: &mut Page,
) -> Result<()> {
    let mut items = items(player, method, Some(what)).await?;
    let columns = part(what, "columns").map(pairs).unwrap_or_default();
    if columns.iter().any(|(_, path)| path.ends_with("|name")) {
        player.learn_names().await?;
    }
    if let Some(wanted) = part(what, "where") {
        let wanted = pairs(wanted);
        items.retain(|item| {
            wanted.iter().all(|(path, text)| cell(player, item, path).as_deref() == Some(text))
        });
    }
    let title = field(what, "title").unwrap_or(method);
    page.title(&title.replace("%count", &items.len().to_string()))?;
    let labels = part(what, "labels").map(pairs).unwrap_or_default();
    let label = |text: String| {
        let found = labels.iter().find(|(value, _)| *value == text);
        found.map(|(_, label)| label.clone()).unwrap_or(text)
    };
    let mut lines = Vec::new();
    for item in &items {
        let mut line = Vec::new();
        for (title, path) in &columns {
            let text = cell(player, item, path)
                .ok_or_else(|| Failure::data(format!("{title}: {method} has no `{path}`")))?;
            line.push(label(text));
        }
        lines.push(line);
    }
    let mut titles: Vec<_> = columns.into_iter().map(|(title, _)| title).collect();
    if let Some(title) = field(what, "count") {
        (titles, lines) = counted(titles, lines, title);
    }
    let limit = field(what, "limit").and_then(|it| it.parse().ok()).unwrap_or(LIMIT);
    page.table(&table(titles, &lines, limit))
}

/// The entries of a list as rows: a word for each of its columns.
pub(in crate::story) async fn rows(
    player: &Player<'_>,
    what: &Tree,
) -> Result<Vec<BTreeMap<String, String>>> {
    let method = field(what, "list").unwrap_or_default();
    let columns = part(what, "columns").map(pairs).unwrap_or_default();
    let mut rows = Vec::new();
    for item in items(player, method, Some(what)).await? {
        let word =
            |(word, path): &(String, String)| Some((word.clone(), cell(player, &item, path)?));
        rows.push(columns.iter().filter_map(word).collect());
    }
    Ok(rows)
}

/// What stands at `is` of each entry of a list, under the entry's keys with `/` between them.
pub(in crate::story) async fn learn(
    player: &Player<'_>,
    what: &Tree,
    by: &[String],
    is: &str,
) -> Result<Vec<(String, String)>> {
    let method = field(what, "list").unwrap_or_default();
    let mut learnt = Vec::new();
    for item in items(player, method, Some(what)).await? {
        let cell = |path: &String| {
            let absent = || Failure::data(format!("{method} has no `{path}`"));
            cell(player, &item, path).ok_or_else(absent)
        };
        let keys = by.iter().map(cell).collect::<Result<Vec<_>>>()?;
        learnt.push((keys.join("/"), cell(&is.to_owned())?));
    }
    Ok(learnt)
}

/// Every entry of the list, page by page.
pub(in crate::story) async fn items(
    player: &Player<'_>,
    method: &str,
    what: Option<&Tree>,
) -> Result<Vec<DynamicMessage>> {
    let method = player.method(method)?;
    let path = match what.and_then(|it| field(it, "items")) {
        Some(path) => path.to_owned(),
        None => only_list(&method)?,
    };
    let mut request = player.request(&method, what.and_then(|it| part(it, "request")))?;
    if request.descriptor().get_field_by_name("page_size").is_some() {
        request.set_field_by_name("page_size", Value::I32(PAGE));
    }
    let mut items = Vec::new();
    loop {
        let reply = call::unary(player.suite.channel(), &method, request.clone()).await?;
        match at(&reply, &path) {
            Some(Value::List(found)) => {
                items.extend(found.into_iter().filter_map(|it| it.as_message().cloned()))
            }
            Some(Value::Message(found)) => items.push(found),
            _ => return Err(Failure::data(format!("{} has no list `{path}`", method.name()))),
        }
        match text_at(&reply, "next_page_token") {
            Some(token) if !token.is_empty() => {
                request.set_field_by_name("page_token", Value::String(token))
            }
            _ => return Ok(items),
        }
    }
}

/// The field of the reply that holds messages, where there is one alone.
fn only_list(method: &MethodDescriptor) -> Result<String> {
    let reply = method.output();
    let mut lists =
        reply.fields().filter(|it| it.is_list() && matches!(it.kind(), Type::Message(_)));
    match (lists.next(), lists.next()) {
        (Some(field), None) => Ok(field.name().to_owned()),
        _ => Err(Failure::data(format!("say which `items` of {} to show", reply.name()))),
    }
}

/// The text at a path, cut as its end asks.
fn cell(player: &Player<'_>, item: &DynamicMessage, path: &str) -> Option<String> {
    let (path, cut) = path.split_once('|').unwrap_or((path, ""));
    let text = text_at(item, path)?;
    Some(match cut {
        "name" => player.name_of(&text).unwrap_or(&text).to_owned(),
        "id" => names::id(&text).to_owned(),
        "day" => player.day(&text),
        _ => text,
    })
}

/// How many lines are alike, in the order in which they come first.
fn counted(
    mut titles: Vec<String>,
    lines: Vec<Vec<String>>,
    title: &str,
) -> (Vec<String>, Vec<Vec<String>>) {
    let mut counts: Vec<(Vec<String>, usize)> = Vec::new();
    for line in lines {
        match counts.iter_mut().find(|(it, _)| *it == line) {
            Some((_, count)) => *count += 1,
            None => counts.push((line, 1)),
        }
    }
    titles.push(title.to_owned());
    let with_count = |(mut line, count): (Vec<String>, usize)| {
        line.push(count.to_string());
        line
    };
    (titles, counts.into_iter().map(with_count).collect())
}

fn table(titles: Vec<String>, lines: &[Vec<String>], limit: usize) -> Table {
    let is_number = |index: usize| {
        let mut cells = lines.iter().map(|it| it[index].as_str()).filter(|it| !it.is_empty());
        cells.all(|it| kit::decimal::parse(it).is_some())
    };
    let align = |index| if is_number(index) { Align::Right } else { Align::Left };
    let head: Vec<_> =
        titles.into_iter().enumerate().map(|(index, title)| (title, align(index))).collect();
    let mut table = Table::new(head);
    for line in lines.iter().take(limit) {
        table.line(line.iter().map(|it| Cell::from(it.as_str())));
    }
    if lines.len() > limit {
        table.line([Cell::new(format!("……另有{}行", lines.len() - limit), Paint::Dim)]);
    }
    table
}

fn part<'t>(what: &'t Tree, key: &str) -> Option<&'t Tree> {
    let Kind::Map(entries) = &what.kind else { return None };
    entries.iter().find(|it| it.key == key).map(|it| &it.value)
}

fn pairs(tree: &Tree) -> Vec<(String, String)> {
    let Kind::Map(entries) = &tree.kind else { return Vec::new() };
    let text = |tree: &Tree| match &tree.kind {
        Kind::Scalar(it) => it.text.clone(),
        _ => String::new(),
    };
    entries.iter().map(|it| (it.key.clone(), text(&it.value))).collect()
}
