//! Results of other runs, awards and exemptions, as a run pins them: JSON, a line each.

use kit::{Error, Result, decimal};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A published result that a reference node asked for, present or absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cited {
    /// The subject that is scored.
    pub(crate) unit: String,
    /// The node that asks.
    pub(crate) node: String,
    /// Id of the period that was asked for.
    pub(crate) slot: String,
    /// Absent when there is no such result or it has no score.
    pub(crate) points: Option<Decimal>,
    /// What the points are out of.
    pub(crate) full_marks: Decimal,
    /// The result's name; empty when there is none.
    pub(crate) result: String,
    /// Output digest of its run.
    pub(crate) digest: String,
}

/// An announced award.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Honoured {
    pub(crate) unit: String,
    /// The award's name.
    pub(crate) name: String,
    /// As `series/award id`.
    pub(crate) award: String,
    pub(crate) class: String,
    pub(crate) level: String,
}

/// An exemption from a gate, award or card of the scheme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Excused {
    pub(crate) unit: String,
    pub(crate) rule: String,
    pub(crate) ground: String,
    /// What it was decided on.
    pub(crate) source: String,
}

#[derive(Serialize, Deserialize)]
struct CitedLine {
    unit: String,
    node: String,
    slot: String,
    points: Option<String>,
    full_marks: String,
    result: String,
    digest: String,
}

impl Cited {
    pub(super) fn to_line(&self) -> Result<String> {
        line(&CitedLine {
            unit: self.unit.clone(),
            node: self.node.clone(),
            slot: self.slot.clone(),
            points: self.points.map(decimal::to_text),
            full_marks: decimal::to_text(self.full_marks),
            result: self.result.clone(),
            digest: self.digest.clone(),
        })
    }

    pub(super) fn from_line(line: &str) -> Result<Self> {
        let it: CitedLine = serde_json::from_str(line).map_err(Error::internal)?;
        Ok(Self {
            points: it.points.as_deref().map(decimal::from_text).transpose()?,
            full_marks: decimal::from_text(&it.full_marks)?,
            unit: it.unit,
            node: it.node,
            slot: it.slot,
            result: it.result,
            digest: it.digest,
        })
    }
}

impl Honoured {
    pub(super) fn to_line(&self) -> Result<String> {
        line(self)
    }

    pub(super) fn from_line(line: &str) -> Result<Self> {
        serde_json::from_str(line).map_err(Error::internal)
    }
}

impl Excused {
    pub(super) fn to_line(&self) -> Result<String> {
        line(self)
    }

    pub(super) fn from_line(line: &str) -> Result<Self> {
        serde_json::from_str(line).map_err(Error::internal)
    }
}

fn line(value: &impl Serialize) -> Result<String> {
    Ok(serde_json::to_string(value).map_err(Error::internal)? + "\n")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::input) fn cited() -> Cited {
        Cited {
            unit: "works".to_owned(),
            node: "quarters".to_owned(),
            slot: "2023Q1".to_owned(),
            points: Some(Decimal::new(7533, 2)),
            full_marks: Decimal::ONE_HUNDRED,
            result: "districts/d/runs/1/results/works".to_owned(),
            digest: "0f".to_owned(),
        }
    }

    pub(in crate::input) fn honoured() -> Honoured {
        Honoured {
            unit: "works".to_owned(),
            name: "districts/d/awards/1".to_owned(),
            award: "race/tiger".to_owned(),
            class: String::new(),
            level: "district".to_owned(),
        }
    }

    pub(in crate::input) fn excused() -> Excused {
        Excused {
            unit: "works".to_owned(),
            rule: "snail".to_owned(),
            ground: "受灾\n停工".to_owned(),
            source: "districts/d/awards/2".to_owned(),
        }
    }
}
