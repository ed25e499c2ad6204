//! The table of figures that a rulebook is tried on.
//!
//! | column | holds |
//! |---|---|
//! | `unit` | the unit, by any name; required |
//! | `track` | the id of its track; required when the scheme has several |
//! | `period`, `group` | lines of one period and one group are compared with each other alone |
//! | an indicator's id | the value; empty: missing; `n/a` and a reason: not applicable |
//! | `target:` and an indicator's id | the target |
//! | `last_year:` and an indicator's id | the value of the year before |
//! | `plan:`, `ballots:`, `milestones:` and an indicator's id | see [`cell`] |
//! | `elapsed`, `rounds` | how much of the period has elapsed, by day and by report: `31/90` |
//! | `as_of` | the day for which milestones are judged |
//! | `entry:`, `result:`, `award:`, `mark:`, `exempt:` | see [`carried`] |
//! | `note:` and anything | nothing that counts |
//!
//! A column for each indicator that the scheme looks at must be there. Lines that begin with
//! `#` are left out.

mod carried;
mod cell;

use std::collections::BTreeSet;
use std::rc::Rc;

use csv::StringRecord;
use engine::{Cell, Day, Fact, Share, Sheet};
use proto::registry::v1::Indicator;
use rulebook::Rulebook;
use rust_decimal::Decimal;

use crate::failure::Result;
use crate::names;
use crate::pack::Source;
use crate::problem::Problems;
use crate::table::{csv_place, csv_reader, csv_words};
use crate::yaml::Place;
use carried::Carried;

/// The subjects that are compared with each other.
pub(super) struct Lot {
    /// The place of their track in the rulebook.
    pub(super) track: usize,
    /// Their period; empty where the table has none.
    pub(super) period: String,
    /// Their group; empty where the table has none.
    pub(super) group: String,
    /// What is known of each.
    pub(super) sheets: Vec<Sheet>,
}

/// What a column holds.
enum Column {
    Unit,
    Track,
    Period,
    Group,
    Elapsed,
    Rounds,
    AsOf,
    Value(String),
    Target(String),
    LastYear(String),
    Plan(String),
    Ballots(String),
    Milestones(String),
    Carried(Carried),
    Ignored,
}

/// The lots of the table: by track as the rulebook has them, then as they first appear.
pub(super) fn read(
    source: &Source,
    district: &str,
    rulebook: &Rulebook,
    indicators: &[Indicator],
) -> Result<Vec<Lot>> {
    let looked_at = rulebook.entries.iter().flat_map(|it| it.track.indicators());
    let mut table = Table {
        file: &source.label,
        prefix: format!("districts/{district}/indicators/"),
        rulebook,
        described: indicators,
        known: looked_at.map(|name| names::id(&name).to_owned()).collect(),
        columns: Vec::new(),
        lots: Vec::new(),
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
    let mut lots = table.lots;
    for track in 0..rulebook.entries.len() {
        if !lots.iter().any(|lot| lot.track == track) {
            lots.push(Lot {
                track,
                period: String::new(),
                group: String::new(),
                sheets: Vec::new(),
            });
        }
    }
    lots.sort_by_key(|lot| lot.track);
    table.problems.check(lots)
}

struct Table<'a> {
    file: &'a Rc<str>,
    prefix: String,
    rulebook: &'a Rulebook,
    described: &'a [Indicator],
    /// Ids of the indicators that the scheme looks at.
    known: BTreeSet<String>,
    columns: Vec<Column>,
    lots: Vec<Lot>,
    problems: Problems,
}

impl Table<'_> {
    fn head(&mut self, record: &StringRecord) {
        for (index, title) in record.iter().enumerate() {
            let column = self.column(title).unwrap_or_else(|why| {
                self.problems.add(self.file, csv_place(record.position(), index), title, why);
                Column::Ignored
            });
            self.columns.push(column);
        }
        let at = csv_place(record.position(), 0);
        let has = |wanted: fn(&Column) -> bool| self.columns.iter().any(wanted);
        let mut lacking = Vec::new();
        if !has(|it| matches!(it, Column::Unit)) {
            lacking.push("the first line names the columns, and one must be `unit`".to_owned());
        }
        if self.rulebook.entries.len() > 1 && !has(|it| matches!(it, Column::Track)) {
            let why = "the scheme has several tracks, so a column `track` must say which";
            lacking.push(why.to_owned());
        }
        for indicator in &self.known {
            let holds = |column: &Column| match column {
                Column::Value(id) | Column::Ballots(id) | Column::Milestones(id) => id == indicator,
                _ => false,
            };
            if !self.columns.iter().any(holds) {
                lacking.push(format!("no column for the indicator `{indicator}`"));
            }
        }
        lacking.into_iter().for_each(|why| self.problems.add(self.file, at, "", why));
    }

    fn column(&self, title: &str) -> std::result::Result<Column, &'static str> {
        let of = |kind: fn(String) -> Column, id: &str| match self.known.contains(id) {
            true => Ok(kind(id.to_owned())),
            false => Err("no such indicator in the scheme"),
        };
        match title.split_once(':') {
            Some(("note", _)) => Ok(Column::Ignored),
            Some(("target", id)) => of(Column::Target, id),
            Some(("last_year", id)) => of(Column::LastYear, id),
            Some(("plan", id)) => of(Column::Plan, id),
            Some(("ballots", id)) => of(Column::Ballots, id),
            Some(("milestones", id)) => of(Column::Milestones, id),
            _ if self.known.contains(title) => Ok(Column::Value(title.to_owned())),
            _ if Carried::of(title).is_some() => self.carried(title),
            _ => match title {
                "unit" => Ok(Column::Unit),
                "track" => Ok(Column::Track),
                "period" => Ok(Column::Period),
                "group" => Ok(Column::Group),
                "elapsed" => Ok(Column::Elapsed),
                "rounds" => Ok(Column::Rounds),
                "as_of" => Ok(Column::AsOf),
                _ => Err(
                    "neither `unit`, `track`, `period`, `group`, nor an indicator that the scheme looks at, nor \
                     `target:` and the like before one; `note:` before a title keeps a column that does not count",
                ),
            },
        }
    }

    /// A column of what is brought along, for something that the scheme has.
    fn carried(&self, title: &str) -> std::result::Result<Column, &'static str> {
        let column = Carried::of(title).ok_or("no such column")?;
        let tracks = || self.rulebook.entries.iter().map(|it| &it.track);
        let known = match &column {
            Carried::Entry(id) => {
                tracks().any(|track| track.items().iter().any(|item| item.item_id == *id))
            }
            Carried::Result(id) => {
                tracks().any(|track| track.references().iter().any(|(node, _)| node.node_id == *id))
            }
            Carried::Mark { indicator, .. } => self.known.contains(indicator),
            Carried::Award(_) | Carried::Exempt(_) => true,
        };
        match (known, column) {
            (true, column) => Ok(Column::Carried(column)),
            (false, Carried::Entry(_)) => Err("no such item in a ledger of the scheme"),
            (false, Carried::Result(_)) => Err("no such reference in the scheme"),
            (false, _) => Err("no such indicator in the scheme"),
        }
    }

    fn line(&mut self, record: &StringRecord) {
        let mut line =
            Line { track: (self.rulebook.entries.len() == 1).then_some(0), ..Line::default() };
        let columns = std::mem::take(&mut self.columns);
        for (index, (column, text)) in columns.iter().zip(record).enumerate() {
            let at = csv_place(record.position(), index);
            if let Err(message) = self.cell(column, text, at, &mut line) {
                let title = column.title();
                self.problems.add(self.file, at, &title, message);
            }
        }
        self.columns = columns;
        if line.sheet.subject.is_empty() {
            self.problems.add(self.file, csv_place(record.position(), 0), "unit", "names no unit");
        }
        let Line { track: Some(track), period, group, elapsed, rounds, as_of, mut sheet } = line
        else {
            return;
        };
        for cell in sheet.cells.values_mut() {
            cell.elapsed = elapsed;
            cell.rounds = rounds;
        }
        sheet.milestones.values_mut().for_each(|it| it.as_of = as_of);
        let same =
            |lot: &&mut Lot| lot.track == track && lot.period == period && lot.group == group;
        match self.lots.iter_mut().find(same) {
            Some(lot) => lot.sheets.push(sheet),
            None => self.lots.push(Lot { track, period, group, sheets: vec![sheet] }),
        }
    }

    /// Takes one cell into a line, or says what is wrong with it.
    fn cell(
        &self,
        column: &Column,
        text: &str,
        at: Place,
        line: &mut Line,
    ) -> std::result::Result<(), String> {
        match column {
            Column::Ignored => {}
            Column::Unit => line.sheet.subject = text.to_owned(),
            Column::Period => line.period = text.to_owned(),
            Column::Group => line.group = text.to_owned(),
            Column::Track => {
                let entries = &self.rulebook.entries;
                line.track = entries.iter().position(|it| it.track.track_id() == text);
                line.track.ok_or_else(|| format!("the scheme has no track `{text}`"))?;
            }
            Column::Elapsed => line.elapsed = cell::share(text)?,
            Column::Rounds => line.rounds = cell::share(text)?,
            Column::AsOf => line.as_of = cell::day(text)?,
            Column::Value(id) => {
                let source = format!("{}:{}", self.file, at.line);
                self.of(line, id).fact = self.fact(text, id, source)?;
            }
            _ if text.is_empty() => {}
            Column::Carried(column) => {
                let source = format!("{}:{}", self.file, at.line);
                column.take(text, &source, &self.prefix, &mut line.sheet)?;
            }
            Column::Target(id) => self.of(line, id).target = Some(cell::number(text)?),
            Column::LastYear(id) => self.of(line, id).last_year = Some(cell::number(text)?),
            Column::Plan(id) => self.of(line, id).plan = cell::plan(text)?,
            Column::Ballots(id) => {
                line.sheet.tallies.insert(self.name(id), cell::ballots(text)?);
            }
            Column::Milestones(id) => {
                line.sheet.milestones.insert(self.name(id), cell::milestones(text)?);
            }
        }
        Ok(())
    }

    fn of<'a>(&self, line: &'a mut Line, id: &str) -> &'a mut Cell {
        line.sheet.cells.entry(self.name(id).into()).or_default()
    }

    fn name(&self, id: &str) -> String {
        format!("{}{id}", self.prefix)
    }

    fn fact(&self, text: &str, id: &str, source: String) -> std::result::Result<Fact, String> {
        let sources = vec![source];
        if let Some(reason) = text.strip_prefix("n/a") {
            let reason = reason.trim().to_owned();
            return Ok(Fact::NotApplicable { reason, verified: true, sources });
        }
        if text.is_empty() {
            return Ok(Fact::Missing);
        }
        let value = cell::number(text)?;
        self.within(value, id)?;
        Ok(Fact::Value { value, verified: true, partial: false, sources })
    }

    /// A report outside its indicator's bounds is refused here as on the server: what is known
    /// of the values of a formula's names rests on it.
    fn within(&self, value: Decimal, id: &str) -> std::result::Result<(), String> {
        let described = self.described.iter().find(|it| names::id(&it.name) == id);
        let Some(indicator) = described else { return Ok(()) };
        let bound = |given: &Option<proto::google::r#type::Decimal>| {
            given.as_ref().and_then(|it| kit::decimal::parse(&it.value))
        };
        match (bound(&indicator.min_value), bound(&indicator.max_value)) {
            (Some(least), _) if value < least => Err(format!("`{value}` is below {least}")),
            (_, Some(most)) if value > most => Err(format!("`{value}` is above {most}")),
            _ => Ok(()),
        }
    }
}

/// One line of the table.
#[derive(Default)]
struct Line {
    track: Option<usize>,
    period: String,
    group: String,
    elapsed: Share,
    rounds: Share,
    as_of: Day,
    sheet: Sheet,
}

impl Column {
    fn title(&self) -> String {
        match self {
            Column::Unit => "unit".to_owned(),
            Column::Track => "track".to_owned(),
            Column::Period => "period".to_owned(),
            Column::Group => "group".to_owned(),
            Column::Elapsed => "elapsed".to_owned(),
            Column::Rounds => "rounds".to_owned(),
            Column::AsOf => "as_of".to_owned(),
            Column::Value(id) => id.clone(),
            Column::Target(id) => format!("target:{id}"),
            Column::LastYear(id) => format!("last_year:{id}"),
            Column::Plan(id) => format!("plan:{id}"),
            Column::Ballots(id) => format!("ballots:{id}"),
            Column::Milestones(id) => format!("milestones:{id}"),
            Column::Carried(column) => column.title(),
            Column::Ignored => String::new(),
        }
    }
}
