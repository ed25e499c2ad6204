//! Handlers, one file and one server trait a noun. Each reads: parse, begin, replay, load,
//! the domain decides, store, append to the feed, commit, convert.

mod assignment;
mod change;
mod district;
mod indicator;
mod period;
mod scheme;
mod target;
mod unit;

use std::collections::HashMap;
use std::fmt::Display;

use kit::boot::Context;
use kit::db::Db;
use kit::field::Fields;
use tokio_util::sync::CancellationToken;

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
