//! What a run looked at, as one piece that is kept whole: the definitions as registry sent
//! them, every fact with the observation behind it, and the edition of the engine. The run
//! can be computed again from this alone.
//!
//! The piece is canonical: lines with its form, the edition, the scheme and how much of each kind
//! follows; then the sheets, each a line with its year, unit and length before its bytes; then a
//! line of JSON for each tally, entry, result, award, exemption and mark; then the definitions'
//! bytes. The same facts and definitions give the same bytes. Forms 1 and 2 had a line for each
//! cell instead of sheets, the first neither tallies nor entries; both are read for good.

mod carried;
mod extra;
mod pinned;

use kit::{Error, Result};

pub(crate) use carried::{Cited, Excused, Honoured};
pub(crate) use extra::{Entered, Marked, Rated};
pub(crate) use pinned::Pinned;

const FORM: &str = "saima run input 3";
/// With a line for each cell.
const FORMS_OF_LINES: [&str; 2] = ["saima run input 1", "saima run input 2"];

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
    /// By year and unit.
    pub(crate) sheets: Vec<Pinned>,
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

impl Input {
    /// Pins what is known of a period and its parts.
    pub(crate) fn new(scheme: &str, assignment: Vec<u8>, facts: Facts) -> Self {
        Self { engine: engine::EDITION, scheme: scheme.to_owned(), assignment, facts }
    }

    /// The canonical bytes.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>> {
        let Self { engine, scheme, facts, .. } = self;
        let Facts { sheets, tallies, entries, results, awards, exemptions, marks } = facts;
        let counts = [
            sheets.len(),
            tallies.len(),
            entries.len(),
            results.len(),
            awards.len(),
            exemptions.len(),
            marks.len(),
        ];
        let counts = counts.map(|count| count.to_string()).join("\t");
        let mut bytes = format!("{FORM}\nengine {engine}\n{scheme}\n{counts}\n").into_bytes();
        for sheet in sheets {
            sheet.write(&mut bytes);
        }
        let mut text = String::new();
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
        bytes.extend_from_slice(text.as_bytes());
        bytes.extend_from_slice(&self.assignment);
        Ok(bytes)
    }

    /// What `to_bytes` wrote. Anything else is damage, hence `Internal`.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let mut rest = bytes;
        let form = line(&mut rest)?;
        let has_lines = FORMS_OF_LINES.contains(&form);
        if form != FORM && !has_lines {
            return Err(Error::internal(format!("pinned input of another form: {form}")));
        }
        let edition = line(&mut rest)?.strip_prefix("engine ").unwrap_or_default();
        let engine = edition.parse().map_err(Error::internal)?;
        let scheme = line(&mut rest)?.to_owned();
        let mut counts = line(&mut rest)?.split('\t').map(str::parse::<usize>);
        let mut count = || counts.next().transpose().map_err(Error::internal);
        let (cells, tallies, entries) = (count()?.unwrap_or_default(), count()?, count()?);
        let (results, awards, exemptions) = (count()?, count()?, count()?);
        let marks = count()?;
        let sheets = match has_lines {
            true => pinned::of_lines(&mut rest, cells)?,
            false => (0..cells).map(|_| Pinned::take(&mut rest)).collect::<Result<_>>()?,
        };
        let facts = Facts {
            sheets,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::Standing;
    use crate::report::Reading;
    use crate::sheet::Sheets;

    fn sheets() -> Vec<Pinned> {
        let mut sheets = Sheets::default();
        let mut fact = |indicator, sequence, reading, standing| {
            sheets.put(["finance", "2023-01", indicator], sequence, reading, false);
            sheets.judge(["finance", "2023-01", indicator], sequence, standing);
        };
        let value = |units| Reading::Value(rust_decimal::Decimal::new(units, 1));
        fact("revenue", 7, value(-15), Standing::Verified);
        fact("accidents", 8, value(0), Standing::Disputed);
        fact("yearbook", 9, Reading::NotApplicable, Standing::Reported);
        sheets.put(["works", "2022-12", "revenue"], 10, value(2), false);
        Pinned::touched(&sheets).collect()
    }

    #[test]
    fn what_was_pinned_is_read_back_byte_for_byte() {
        let input = Input {
            engine: 7,
            scheme: "plan-2023".to_owned(),
            assignment: b"bytes\nwith\tanything".to_vec(),
            facts: Facts {
                sheets: sheets(),
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
        assert!((0..bytes.len() - 40).all(|end| Input::from_bytes(&bytes[..end]).is_err()));
        assert!(Input::from_bytes(b"something else\n").is_err());
    }

    #[test]
    fn forms_with_a_line_for_each_cell_are_read_for_good() {
        let cells = "2022-12\tworks\trevenue\t10\treported\t0.2
2023-01\tfinance\taccidents\t8\tdisputed\t0
2023-01\tfinance\trevenue\t7\tverified\t-1.5
2023-01\tfinance\tyearbook\t9\treported\t-
rest";
        for counts in ["1\nengine 1\nplan\n4", "2\nengine 1\nplan\n4\t0\t0\t0\t0\t0\t0"] {
            let text = format!("saima run input {counts}\n{cells}");
            let input = Input::from_bytes(text.as_bytes()).ok();
            let read = input.map(|it| (it.facts.sheets, it.facts.tallies.len(), it.assignment));
            assert_eq!(read, Some((sheets(), 0, b"rest".to_vec())));
        }
    }
}
