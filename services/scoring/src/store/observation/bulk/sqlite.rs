//! SQLite: statements of five hundred rows, their text made once and compiled once. Rows without
//! texts, as nearly all are, bind four values each; what they have alike is bound once.

use std::sync::Arc;

use kit::{Error, Result, clock};
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteConnection};
use sqlx::{Arguments as _, QueryBuilder};

use super::{Alike, Common};
use crate::bulk::Line;
use crate::store::cell::presence;
use crate::store::observation::evidence;

const CHUNK: usize = 500;

type Bound = std::result::Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// A statement that takes a number of rows.
struct Shape {
    before: &'static str,
    row: &'static str,
    after: &'static str,
    binds: usize,
}

/// Rows that have only a value of their own.
const PLAIN: Shape = Shape {
    before: "WITH alike (district, period, late, report_time, create_time) AS (VALUES (?,?,?,?,?)),
         own (sequence, unit, indicator, value) AS (VALUES ",
    row: "(?,?,?,?)",
    after:
        ") INSERT INTO observation (district, sequence, period, unit, indicator, presence, value,
             note, evidence, late, report_time, create_time, supersedes, reason)
         SELECT district, sequence, period, unit, indicator, 1, value, '', '', late, report_time,
             create_time, NULL, '' FROM own CROSS JOIN alike",
    binds: 4,
};

/// Rows of any kind.
const WHOLE: Shape = Shape {
    before: "INSERT INTO observation (district, sequence, period, unit, indicator, presence, value,
             note, evidence, late, report_time, create_time, supersedes, reason) VALUES ",
    row: "(?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    after: "",
    binds: 14,
};

pub(super) async fn insert<'a>(
    connection: &mut SqliteConnection,
    common: Common<'_>,
    first: i64,
    lines: impl ExactSizeIterator<Item = Line<'a>>,
) -> Result<()> {
    let district: Arc<str> = common.district.into();
    let reason: Arc<str> = common.reason.into();
    let mut texts = [String::new(), String::new()];
    let mut lines = (first..).zip(lines).peekable();
    let mut chunk = Vec::with_capacity(CHUNK);
    while let Some((_, head)) = lines.peek() {
        let alike = Alike::of(head);
        while chunk.len() < CHUNK
            && let Some(next) = lines.next_if(|(_, line)| Alike::of(line) == alike)
        {
            chunk.push(next);
        }
        let shape = if alike.is_some() { &PLAIN } else { &WHOLE };
        let text = &mut texts[usize::from(alike.is_some())];
        if text.is_empty() || chunk.len() < CHUNK {
            *text = shape.statement(chunk.len());
        }
        let is_full = chunk.len() == CHUNK;
        let mut values = SqliteArguments::default();
        values.reserve(chunk.len() * shape.binds + 5, 0);
        let bound = match alike {
            Some(alike) => plain(&mut values, &district, common.now, alike, chunk.drain(..)),
            None => whole(&mut values, &district, &reason, common.now, chunk.drain(..)),
        };
        bound.map_err(Error::Internal)?;
        let mut builder = QueryBuilder::<Sqlite>::with_arguments(text.as_str(), values);
        builder.build().persistent(is_full).execute(&mut *connection).await?;
        if !is_full {
            text.clear();
        }
    }
    Ok(())
}

impl Shape {
    fn statement(&self, rows: usize) -> String {
        let room = self.before.len() + rows * (self.row.len() + 1) + self.after.len();
        let mut text = String::with_capacity(room);
        text.push_str(self.before);
        for row in 0..rows {
            if row > 0 {
                text.push(',');
            }
            text.push_str(self.row);
        }
        text.push_str(self.after);
        text
    }
}

/// Ids are shared texts: handing them over copies nothing.
fn plain<'a>(
    values: &mut SqliteArguments,
    district: &Arc<str>,
    now: i64,
    alike: Alike,
    lines: impl Iterator<Item = (i64, Line<'a>)>,
) -> Bound {
    values.add(Arc::clone(district))?;
    values.add(alike.period)?;
    values.add(alike.late)?;
    values.add(alike.report_time)?;
    values.add(now)?;
    for (sequence, line) in lines {
        values.add(sequence)?;
        values.add(Arc::clone(line.unit))?;
        values.add(Arc::clone(line.indicator))?;
        values.add(presence(&line.reading).1)?;
    }
    Ok(())
}

fn whole<'a>(
    values: &mut SqliteArguments,
    district: &Arc<str>,
    reason: &Arc<str>,
    now: i64,
    lines: impl Iterator<Item = (i64, Line<'a>)>,
) -> Bound {
    let none: Arc<str> = "".into();
    for (sequence, line) in lines {
        let (presence, value) = presence(&line.reading);
        values.add(Arc::clone(district))?;
        values.add(sequence)?;
        values.add(Arc::clone(line.period))?;
        values.add(Arc::clone(line.unit))?;
        values.add(Arc::clone(line.indicator))?;
        values.add(presence)?;
        values.add(value)?;
        values.add(Arc::clone(line.note.unwrap_or(&none)))?;
        values.add(evidence::to_text(line.evidence)?)?;
        values.add(line.late)?;
        values.add(clock::to_micros(line.report_time))?;
        values.add(now)?;
        values.add(line.supersedes)?;
        values.add(Arc::clone(if line.supersedes.is_some() { reason } else { &none }))?;
    }
    Ok(())
}
