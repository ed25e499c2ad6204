//! The table of figures that a rulebook is tried on.
//!
//! | column | holds |
//! |---|---|
//! | `unit` | the unit, by any name; required |
//! | `track` | the id of its track; required when the scheme has several |
//! | an indicator's id | the value; empty: missing; `n/a` and a reason: not applicable |
//! | `target:` and an indicator's id | the target |
//!
//! A column for each indicator of the scheme must be there. `period` and `group` are kept
//! for figures of several periods and of groups within a track. Lines that begin with `#`
//! are left out.

use std::rc::Rc;

use csv::StringRecord;
use engine::{Cell, Fact, Sheet};
use rulebook::Rulebook;
use rust_decimal::Decimal;

use crate::failure::Result;
use crate::pack::Source;
use crate::problem::Problems;
use crate::table::{csv_place, csv_reader, csv_words};
use crate::yaml::Place;

/// What a column holds.
enum Column {
    Unit,
    Track,
    Value(String),
    Target(String),
    Refused,
}

/// The sheets of each track, in the rulebook's order.
pub(super) fn read(
    source: &Source,
    district: &str,
    rulebook: &Rulebook,
) -> Result<Vec<Vec<Sheet>>> {
    let mut table = Table {
        file: &source.label,
        prefix: format!("districts/{district}/indicators/"),
        rulebook,
        columns: Vec::new(),
        sheets: rulebook.entries.iter().map(|_| Vec::new()).collect(),
        problems: Problems::default(),
    };
    for record in csv_reader(source.text.as_bytes()).records() {
        match record {
            Err(error) => table.problems.add(
                &source.label,
                csv_place(error.position(), 0),
                "",
                csv_words(&error),
            ),
            Ok(record) if table.columns.is_empty() => table.head(&record),
            Ok(record) => table.line(&record),
        }
    }
    if table.columns.is_empty() {
        table.problems.add(&source.label, Place { line: 1, column: 1 }, "", "the file is empty");
    }
    table.problems.check(table.sheets)
}

struct Table<'a> {
    file: &'a Rc<str>,
    prefix: String,
    rulebook: &'a Rulebook,
    columns: Vec<Column>,
    sheets: Vec<Vec<Sheet>>,
    problems: Problems,
}

impl Table<'_> {
    fn head(&mut self, record: &StringRecord) {
        for (index, title) in record.iter().enumerate() {
            let column = self.column(title).unwrap_or_else(|why| {
                self.problems.add(self.file, csv_place(record.position(), index), title, why);
                Column::Refused
            });
            self.columns.push(column);
        }
        let at = csv_place(record.position(), 0);
        if !self.columns.iter().any(|it| matches!(it, Column::Unit)) {
            self.problems.add(
                self.file,
                at,
                "",
                "the first line names the columns, and one must be `unit`",
            );
        }
        if self.sheets.len() > 1 && !self.columns.iter().any(|it| matches!(it, Column::Track)) {
            self.problems.add(
                self.file,
                at,
                "",
                "the scheme has several tracks, so a column `track` must say which",
            );
        }
        for indicator in self.indicators() {
            if !self.columns.iter().any(|it| matches!(it, Column::Value(id) if *id == indicator)) {
                self.problems.add(
                    self.file,
                    at,
                    "",
                    format!("no column for the indicator `{indicator}`"),
                );
            }
        }
    }

    fn column(&self, title: &str) -> std::result::Result<Column, &'static str> {
        let known = |id: &str| self.indicators().iter().any(|it| it == id);
        match title.split_once(':') {
            Some(("target", id)) if known(id) => Ok(Column::Target(id.to_owned())),
            Some(("target", _)) => Err("no such indicator in the scheme"),
            _ if known(title) => Ok(Column::Value(title.to_owned())),
            _ => match title {
                "unit" => Ok(Column::Unit),
                "track" => Ok(Column::Track),
                "period" | "group" => {
                    Err("this column is kept for later; a table is of one period")
                }
                _ => Err(
                    "neither `unit`, `track`, `target:` and an indicator, nor an indicator of the scheme",
                ),
            },
        }
    }

    fn line(&mut self, record: &StringRecord) {
        let mut sheet = Sheet::default();
        let mut track = (self.sheets.len() == 1).then_some(0);
        let columns = std::mem::take(&mut self.columns);
        for (index, (column, text)) in columns.iter().zip(record).enumerate() {
            let at = csv_place(record.position(), index);
            match column {
                Column::Unit => sheet.subject = text.to_owned(),
                Column::Track => {
                    let entries = &self.rulebook.entries;
                    track = entries.iter().position(|it| it.track.track_id() == text);
                    if track.is_none() {
                        self.problems.add(
                            self.file,
                            at,
                            "track",
                            format!("the scheme has no track `{text}`"),
                        );
                    }
                }
                Column::Value(id) => {
                    let source = format!("{}:{}", self.file, at.line);
                    if let Some(fact) = self.fact(text, at, id, source) {
                        self.cell(&mut sheet, id).fact = fact;
                    }
                }
                Column::Target(id) if !text.is_empty() => {
                    self.cell(&mut sheet, id).target = self.number(text, at, id);
                }
                Column::Target(_) | Column::Refused => {}
            }
        }
        self.columns = columns;
        if sheet.subject.is_empty() {
            self.problems.add(self.file, csv_place(record.position(), 0), "unit", "names no unit");
        }
        if let Some(track) = track {
            self.sheets[track].push(sheet);
        }
    }

    fn cell<'a>(&self, sheet: &'a mut Sheet, id: &str) -> &'a mut Cell {
        let empty = Cell::default();
        sheet.cells.entry(format!("{}{id}", self.prefix)).or_insert(empty)
    }

    fn fact(&mut self, text: &str, at: Place, id: &str, source: String) -> Option<Fact> {
        let sources = vec![source];
        if let Some(reason) = text.strip_prefix("n/a") {
            let reason = reason.trim().to_owned();
            return Some(Fact::NotApplicable { reason, verified: true, sources });
        }
        if text.is_empty() {
            return Some(Fact::Missing);
        }
        let value = self.number(text, at, id)?;
        Some(Fact::Value { value, verified: true, partial: false, sources })
    }

    fn number(&mut self, text: &str, at: Place, id: &str) -> Option<Decimal> {
        let number = kit::decimal::parse(text);
        if number.is_none() {
            let message =
                format!("`{text}` is no decimal of at most 28 digits, nor empty, nor `n/a`");
            self.problems.add(self.file, at, id, message);
        }
        number
    }

    /// Ids of the indicators on the tracks, each once.
    fn indicators(&self) -> Vec<String> {
        let leaves = self.rulebook.entries.iter().flat_map(|it| it.track.leaves());
        let mut ids: Vec<_> = leaves
            .map(|(_, leaf)| leaf.indicator.trim_start_matches(&self.prefix).to_owned())
            .collect();
        ids.sort();
        ids.dedup();
        ids
    }
}
