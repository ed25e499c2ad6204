//! Handlers, one file and one server trait a noun. Each reads: parse, begin, replay, load,
//! the domain decides, store, append to the feed, commit, convert.

mod account;
mod api_key;
mod assignment;
mod change;
mod comment;
mod community;
mod consultation;
mod definition;
mod district;
mod front;
mod indicator;
mod inspector;
mod lesson;
mod load;
mod milestone;
mod order;
mod oversight;
mod pairing;
mod period;
mod phase;
mod plate;
mod post;
mod progress;
mod project;
mod revision;
mod scheme;
mod seat;
mod station;
mod target;
mod task;
mod task_list;
mod unit;
mod visit;
mod whistle;

use std::collections::HashMap;
use std::fmt::Display;
use std::ops::RangeInclusive;

use jiff::ToSpan as _;
use jiff::civil::Date;
use kit::boot::Context;
use kit::db::{Db, Tx};
use kit::field::Fields;
use kit::name::Pattern;
use proto::google::r#type as wire;
use rust_decimal::Decimal;
use tokio_util::sync::CancellationToken;

use crate::batch::Row;
use crate::definition::{Contents, Known, collections};
use crate::store;

pub(crate) use account::Access;

/// The most definitions in one batch.
const BATCH: usize = 1000;

/// Answers every call of the registry.
#[derive(Clone, Debug)]
pub(crate) struct Rpc {
    db: Db,
    shutdown: CancellationToken,
}

impl Rpc {
    pub(crate) fn new(context: &Context) -> Self {
        Self { db: context.db.clone(), shutdown: context.shutdown.clone() }
    }
}

/// A short id that may be left out.
fn optional_id(fields: &mut Fields, field: impl Display, id: &str) -> Option<String> {
    (!id.is_empty()).then(|| fields.id(field, id))
}

/// True when a batch has a bearable number of rows: `REQUIRED`, `TOO_MANY`.
fn is_bounded(fields: &mut Fields, field: &str, rows: usize, most: usize) -> bool {
    if rows == 0 {
        fields.violation(field, "REQUIRED", "must have at least one row");
    } else if rows > most {
        fields.violation(field, "TOO_MANY", format!("must have at most {most} rows, has {rows}"));
    }
    (1..=most).contains(&rows)
}

/// Refuses a row about a resource that an earlier row is about: `DUPLICATE`.
fn refuse_twins<'a>(fields: &mut Fields, rows: &str, names: impl Iterator<Item = &'a str>) {
    let mut rows_by_name = HashMap::new();
    for (row, name) in names.enumerate() {
        let earlier = *rows_by_name.entry(name).or_insert(row);
        if earlier < row && !name.is_empty() {
            let message = format!("{name} was given in {rows}[{earlier}] already");
            fields.violation(format_args!("{rows}[{row}].name"), "DUPLICATE", message);
        }
    }
}

/// The rows of a batch of definitions: at least one, at most `BATCH`, none twice. `tags` yields
/// a row's name and etag, `contents` reads the rest.
fn rows<M, C: Contents>(
    fields: &mut Fields,
    list: &str,
    given: &[M],
    district: &str,
    tags: fn(&M) -> (&str, &str),
    contents: fn(&mut Fields, &str, &M, &str) -> C,
) -> Vec<Row<C>> {
    if !is_bounded(fields, list, given.len(), BATCH) {
        return Vec::new();
    }
    refuse_twins(fields, list, given.iter().map(|row| tags(row).0));
    let mut rows = Vec::with_capacity(given.len());
    for (index, row) in given.iter().enumerate() {
        let at = format!("{list}[{index}]");
        let (name, etag) = tags(row);
        rows.push(Row {
            id: fields.member(format_args!("{at}.name"), C::pattern(), name, district),
            contents: contents(fields, &at, row, district),
            etag: etag.to_owned(),
        });
    }
    rows
}

/// What is there of the definitions that the rows name.
async fn known<C: Contents>(tx: &mut Tx, district: &str, rows: &[Row<C>]) -> kit::Result<Known> {
    store::definition::known(tx, district, collections(rows)).await
}

/// The ids of resources of `district`, none twice: also `TOO_FEW`, `TOO_MANY`, `DUPLICATE`.
fn members(
    fields: &mut Fields,
    field: impl Display,
    pattern: &'static Pattern,
    names: &[String],
    district: &str,
    count: RangeInclusive<usize>,
) -> Vec<String> {
    let (least, most) = (*count.start(), *count.end());
    if names.len() < least {
        fields.violation(&field, "TOO_FEW", format!("must name at least {least}"));
    }
    if names.len() > most {
        fields.violation(&field, "TOO_MANY", format!("must name at most {most}"));
        return Vec::new();
    }
    let mut ids: Vec<String> = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        let at = format!("{field}[{index}]");
        let id = fields.member(&at, pattern, name, district);
        if !id.is_empty() && ids.contains(&id) {
            fields.violation(at, "DUPLICATE", format!("{name} is named already"));
        }
        ids.push(id);
    }
    ids
}

/// Lines of text, each of 1 to 500 characters: also `TOO_MANY`.
fn texts(fields: &mut Fields, field: impl Display, given: &[String], most: usize) -> Vec<String> {
    if given.len() > most {
        fields.violation(&field, "TOO_MANY", format!("must have at most {most} lines"));
        return Vec::new();
    }
    let line = |(index, text): (usize, &String)| {
        fields.text(format_args!("{field}[{index}]"), text, 1..=500)
    };
    given.iter().enumerate().map(line).collect()
}

/// A sum of money or the like that may be left out, 0 or more: `DECIMAL_FORMAT`, `OUT_OF_RANGE`.
fn optional_amount(
    fields: &mut Fields,
    field: impl Display,
    value: &Option<wire::Decimal>,
) -> Option<Decimal> {
    let amount = fields.optional_decimal(&field, value)?;
    if amount.is_sign_negative() && !amount.is_zero() {
        fields.violation(field, "OUT_OF_RANGE", format!("must be 0 or more, is {amount}"));
    }
    Some(amount)
}

/// A span of at most 366 days from a first to a last: `DATE_ORDER`, `TOO_LONG`.
fn span(fields: &mut Fields, start: &Option<wire::Date>, end: &Option<wire::Date>) -> (Date, Date) {
    let (first, last) = (fields.date("start_date", start), fields.date("end_date", end));
    if last < first {
        fields.violation("end_date", "DATE_ORDER", format!("{last} is before {first}"));
    } else if last > first.saturating_add(366.days()) {
        fields.violation("end_date", "TOO_LONG", "must be at most 366 days after the first");
    }
    (first, last)
}
