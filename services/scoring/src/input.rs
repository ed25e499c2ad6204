//! What a run looked at, as one text that is kept whole: the definitions as registry sent
//! them, every fact with the observation behind it, and the edition of the engine. The run
//! can be computed again from this alone.
//!
//! The text is canonical: a first line with its form, then lines of fields parted by tabs, then
//! a line of JSON for each tally, entry, result, award, exemption and mark, then the definitions' bytes. The same facts
//! and definitions give the same bytes. Form 1 had neither tallies nor entries and is read
//! for good.

mod carried;
mod extra;

use std::fmt::Write as _;
use std::sync::Arc;

use kit::{Error, Result, decimal};

use crate::cell::{Cell, Standing};
use crate::report::Reading;

pub(crate) use carried::{Cited, Excused, Honoured};
pub(crate) use extra::{Entered, Marked, Rated};

const FORM: &str = "saima run input 2";
const FIRST_FORM: &str = "saima run input 1";
/// How many bytes a cell's line has, about.
const CELL: usize = 64;

/// The pinned input of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Input {
    /// The edition of the engine that scored it.
    pub(crate) engine: u32,
    /// The scheme.
    pub(crate) scheme: String,
    /// Encoded `saima.registry.v1.Assignment`.
    pub(crate) assignment: Vec<u8>,
    /// What was known.
    pub(crate) facts: Facts,
}

/// What is known of everybody in a period and its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// By period, unit and indicator.
    pub(crate) cells: Vec<Pinned>,
    /// Counted ballots, by subject, indicator and period.
    pub(crate) tallies: Vec<Rated>,
    /// Bonuses and deductions, as they stood, in the ledger's order.
    pub(crate) entries: Vec<Entered>,
    /// Published results that reference nodes asked for, in the order of asking.
    pub(crate) results: Vec<Cited>,
    /// Announced awards, in the ledger's order.
    pub(crate) awards: Vec<Honoured>,
    /// Exemptions: those from awards in the awards' order, then those of their own ledger.
    pub(crate) exemptions: Vec<Excused>,
    /// Marks of the period that stand, in the ledger's order.
    pub(crate) marks: Vec<Marked>,
}

/// One cell as the run saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pinned {
    pub(crate) period: Arc<str>,
    pub(crate) unit: Arc<str>,
    pub(crate) indicator: Arc<str>,
    pub(crate) sequence: i64,
    pub(crate) reading: Reading,
    pub(crate) standing: Standing,
}

impl From<Cell> for Pinned {
    fn from(cell: Cell) -> Self {
        Self {
            period: cell.period,
            unit: cell.unit,
            indicator: cell.indicator,
            sequence: cell.sequence,
            reading: cell.reading,
            standing: cell.standing,
        }
    }
}

impl Input {
    /// Pins what is known of a period and its parts.
    pub(crate) fn new(scheme: &str, assignment: Vec<u8>, facts: Facts) -> Self {
        Self { engine: engine::EDITION, scheme: scheme.to_owned(), assignment, facts }
    }

    /// The canonical bytes.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>> {
        let Self { engine, scheme, facts, .. } = self;
        let Facts { cells, tallies, entries, results, awards, exemptions, marks } = facts;
        let counts = [
            cells.len(),
            tallies.len(),
            entries.len(),
            results.len(),
            awards.len(),
            exemptions.len(),
            marks.len(),
        ];
        let counts = counts.map(|count| count.to_string()).join("\t");
        let mut text = String::with_capacity(CELL * (cells.len() + 1));
        // Writing into a text cannot fail.
        let _ = write!(text, "{FORM}\nengine {engine}\n{scheme}\n{counts}\n");
        for fact in cells {
            let Pinned { period, unit, indicator, sequence, .. } = fact;
            for word in [&**period, unit, indicator] {
                text.push_str(word);
                text.push('\t');
            }
            decimal::write_integer(&mut text, *sequence);
            text.push('\t');
            text.push_str(standing_text(fact.standing));
            text.push('\t');
            match fact.reading {
                Reading::Value(value) => decimal::write(&mut text, value),
                Reading::NotApplicable => text.push('-'),
            }
            text.push('\n');
        }
        for tally in tallies {
            text.push_str(&tally.to_line()?);
        }
        for entry in entries {
            text.push_str(&entry.to_line()?);
        }
        for result in results {
            text.push_str(&result.to_line()?);
        }
        for award in awards {
            text.push_str(&award.to_line()?);
        }
        for exemption in exemptions {
            text.push_str(&exemption.to_line()?);
        }
        for mark in marks {
            text.push_str(&mark.to_line()?);
        }
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(&self.assignment);
        Ok(bytes)
    }

    /// What `to_bytes` wrote. Anything else is damage, hence `Internal`.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let mut rest = bytes;
        let form = line(&mut rest)?;
        if form != FORM && form != FIRST_FORM {
            return Err(Error::internal(format!("pinned input of another form: {form}")));
        }
        let edition = line(&mut rest)?.strip_prefix("engine ").unwrap_or_default();
        let engine = edition.parse().map_err(Error::internal)?;
        let scheme = line(&mut rest)?.to_owned();
        let mut counts = line(&mut rest)?.split('\t').map(str::parse::<usize>);
        let mut count = || counts.next().transpose().map_err(Error::internal);
        let (cells, tallies, entries) = (count()?, count()?, count()?);
        let (results, awards, exemptions) = (count()?, count()?, count()?);
        let marks = count()?;
        let facts = Facts {
            cells: lines(&mut rest, cells, pinned)?,
            tallies: lines(&mut rest, tallies, Rated::from_line)?,
            entries: lines(&mut rest, entries, Entered::from_line)?,
            results: lines(&mut rest, results, Cited::from_line)?,
            awards: lines(&mut rest, awards, Honoured::from_line)?,
            exemptions: lines(&mut rest, exemptions, Excused::from_line)?,
            marks: lines(&mut rest, marks, Marked::from_line)?,
        };
        Ok(Self { engine, scheme, facts, assignment: rest.to_vec() })
    }
}

fn line<'a>(rest: &mut &'a [u8]) -> Result<&'a str> {
    let damaged = || Error::internal("a pinned input breaks off");
    let end = rest.iter().position(|byte| *byte == b'\n').ok_or_else(damaged)?;
    let (line, after) = rest.split_at(end);
    *rest = &after[1..];
    std::str::from_utf8(line).map_err(Error::internal)
}

fn lines<T>(
    rest: &mut &[u8],
    count: Option<usize>,
    read: impl Fn(&str) -> Result<T>,
) -> Result<Vec<T>> {
    (0..count.unwrap_or_default()).map(|_| read(line(rest)?)).collect()
}

fn pinned(line: &str) -> Result<Pinned> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [period, unit, indicator, sequence, standing, value] = fields[..] else {
        return Err(Error::internal(format!("a pinned fact of another form: {line}")));
    };
    Ok(Pinned {
        period: period.into(),
        unit: unit.into(),
        indicator: indicator.into(),
        sequence: sequence.parse().map_err(Error::internal)?,
        reading: match value {
            "-" => Reading::NotApplicable,
            value => Reading::Value(decimal::from_text(value)?),
        },
        standing: match standing {
            "reported" => Standing::Reported,
            "verified" => Standing::Verified,
            "disputed" => Standing::Disputed,
            other => return Err(Error::internal(format!("a pinned fact that is {other}"))),
        },
    })
}

fn standing_text(standing: Standing) -> &'static str {
    match standing {
        Standing::Reported => "reported",
        Standing::Verified => "verified",
        Standing::Disputed => "disputed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_pinned_is_read_back_byte_for_byte() {
        let fact = |reading, standing| Pinned {
            period: "2023-01".into(),
            unit: "finance".into(),
            indicator: "revenue".into(),
            sequence: 7,
            reading,
            standing,
        };
        let input = Input {
            engine: 7,
            scheme: "plan-2023".to_owned(),
            assignment: b"bytes\nwith\tanything".to_vec(),
            facts: Facts {
                cells: vec![
                    fact(Reading::Value(rust_decimal::Decimal::new(-15, 1)), Standing::Verified),
                    fact(Reading::Value(rust_decimal::Decimal::ZERO), Standing::Disputed),
                    fact(Reading::NotApplicable, Standing::Reported),
                ],
                tallies: vec![extra::tests::rated()],
                entries: vec![extra::tests::entered()],
                results: vec![carried::tests::cited()],
                awards: vec![carried::tests::honoured()],
                exemptions: vec![carried::tests::excused()],
                marks: vec![extra::tests::marked()],
            },
        };
        let bytes = input.to_bytes().unwrap_or_default();
        assert_eq!(Input::from_bytes(&bytes).ok(), Some(input));
        assert!(Input::from_bytes(&bytes[..20]).is_err());
        assert!(Input::from_bytes(b"something else\n").is_err());
    }

    #[test]
    fn the_first_form_is_read_for_good() {
        let bytes =
            b"saima run input 1\nengine 1\nplan\n1\n2023-01\tworks\trevenue\t7\tverified\t2\nrest";
        let input = Input::from_bytes(bytes).ok();
        let read = input.map(|it| (it.facts.cells.len(), it.facts.tallies.len(), it.assignment));
        assert_eq!(read, Some((1, 0, b"rest".to_vec())));
    }
}
