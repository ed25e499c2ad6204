//! Grade and gates in a result's row: JSON, empty text when there is neither.

use kit::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::result::{Gate, Grade, Outcome};

#[derive(Serialize, Deserialize)]
struct Text {
    #[serde(skip_serializing_if = "Option::is_none")]
    grade: Option<GradeText>,
    gates: Vec<GateText>,
}

#[derive(Serialize, Deserialize)]
struct GradeText {
    id: String,
    name: String,
    by: String,
    ground: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct GateText {
    id: String,
    name: String,
    effect: String,
    ground: Vec<String>,
    exempt: String,
}

pub(super) fn to_text(outcome: &Outcome) -> Result<String> {
    if outcome.grade.is_none() && outcome.gates.is_empty() {
        return Ok(String::new());
    }
    let grade = outcome.grade.clone().map(|it| GradeText {
        id: it.id,
        name: it.display_name,
        by: it.by,
        ground: it.ground,
    });
    let gate = |it: Gate| GateText {
        id: it.id,
        name: it.display_name,
        effect: it.effect,
        ground: it.ground,
        exempt: it.exempt,
    };
    let gates = outcome.gates.iter().cloned().map(gate).collect();
    serde_json::to_string(&Text { grade, gates }).map_err(Error::internal)
}

pub(super) fn from_text(text: &str) -> Result<(Option<Grade>, Vec<Gate>)> {
    if text.is_empty() {
        return Ok((None, Vec::new()));
    }
    let Text { grade, gates } = serde_json::from_str(text).map_err(Error::internal)?;
    let grade =
        grade.map(|it| Grade { id: it.id, display_name: it.name, by: it.by, ground: it.ground });
    let gate = |it: GateText| Gate {
        id: it.id,
        display_name: it.name,
        effect: it.effect,
        ground: it.ground,
        exempt: it.exempt,
    };
    Ok((grade, gates.into_iter().map(gate).collect()))
}
