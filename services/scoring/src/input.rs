//! What a run looked at, as one text that is kept whole: the definitions as registry sent
//! them, every fact with the observation behind it, and the edition of the engine. The run
//! can be computed again from this alone.
//!
//! The text is canonical: a first line with its form, then lines of fields parted by tabs,
//! then the definitions' bytes. The same facts and definitions give the same bytes.

use kit::{Error, Result, decimal};

use crate::cell::{Cell, Standing};
use crate::report::Reading;

const FORM: &str = "saima run input 1";

/// The pinned input of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Input {
    /// The edition of the engine that scored it.
    pub(crate) engine: u32,
    /// The scheme.
    pub(crate) scheme: String,
    /// Encoded `saima.registry.v1.Assignment`.
    pub(crate) assignment: Vec<u8>,
    /// By period, unit and indicator.
    pub(crate) facts: Vec<Pinned>,
}

/// One cell as the run saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pinned {
    pub(crate) period: String,
    pub(crate) unit: String,
    pub(crate) indicator: String,
    pub(crate) sequence: i64,
    pub(crate) reading: Reading,
    pub(crate) standing: Standing,
}

impl From<Cell> for Pinned {
    fn from(cell: Cell) -> Self {
        Self {
            period: cell.period.to_string(),
            unit: cell.unit.to_string(),
            indicator: cell.indicator.to_string(),
            sequence: cell.sequence,
            reading: cell.reading,
            standing: cell.standing,
        }
    }
}

impl Input {
    /// Pins the cells of a period and its parts.
    pub(crate) fn new(scheme: &str, assignment: Vec<u8>, cells: Vec<Cell>) -> Self {
        let facts = cells.into_iter().map(Pinned::from).collect();
        Self { engine: engine::EDITION, scheme: scheme.to_owned(), assignment, facts }
    }

    /// The canonical bytes.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let Self { engine, scheme, .. } = self;
        let mut text = format!("{FORM}\nengine {engine}\n{scheme}\n{}\n", self.facts.len());
        for fact in &self.facts {
            let Pinned { period, unit, indicator, sequence, .. } = fact;
            let standing = standing_text(fact.standing);
            let value = match fact.reading {
                Reading::Value(value) => decimal::to_text(value),
                Reading::NotApplicable => "-".to_owned(),
            };
            text.push_str(&format!(
                "{period}\t{unit}\t{indicator}\t{sequence}\t{standing}\t{value}\n"
            ));
        }
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(&self.assignment);
        bytes
    }

    /// What `to_bytes` wrote. Anything else is damage, hence `Internal`.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let mut rest = bytes;
        let form = line(&mut rest)?;
        if form != FORM {
            return Err(Error::internal(format!("pinned input of another form: {form}")));
        }
        let edition = line(&mut rest)?.strip_prefix("engine ").unwrap_or_default();
        let engine = edition.parse().map_err(Error::internal)?;
        let scheme = line(&mut rest)?.to_owned();
        let count: usize = line(&mut rest)?.parse().map_err(Error::internal)?;
        let facts = (0..count).map(|_| pinned(line(&mut rest)?)).collect::<Result<_>>()?;
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

fn pinned(line: &str) -> Result<Pinned> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [period, unit, indicator, sequence, standing, value] = fields[..] else {
        return Err(Error::internal(format!("a pinned fact of another form: {line}")));
    };
    Ok(Pinned {
        period: period.to_owned(),
        unit: unit.to_owned(),
        indicator: indicator.to_owned(),
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
            period: "2023-01".to_owned(),
            unit: "finance".to_owned(),
            indicator: "revenue".to_owned(),
            sequence: 7,
            reading,
            standing,
        };
        let input = Input {
            engine: 7,
            scheme: "plan-2023".to_owned(),
            assignment: b"bytes\nwith\tanything".to_vec(),
            facts: vec![
                fact(Reading::Value(rust_decimal::Decimal::new(-15, 1)), Standing::Verified),
                fact(Reading::Value(rust_decimal::Decimal::ZERO), Standing::Disputed),
                fact(Reading::NotApplicable, Standing::Reported),
            ],
        };
        let bytes = input.to_bytes();
        assert_eq!(Input::from_bytes(&bytes).ok(), Some(input));
        assert!(Input::from_bytes(&bytes[..20]).is_err());
        assert!(Input::from_bytes(b"something else\n").is_err());
    }
}
