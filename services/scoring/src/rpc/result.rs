//! Results and explanations on the wire.

mod kept;

use engine::{Colour, Explained};
use kit::name::Name;
use kit::{decimal, guard};
use proto::scoring::v1 as pb;

use crate::assignment::UNIT;
use crate::result::{Gate, Grade, NAME, Outcome, Part};
use crate::run::Standing;
use crate::subject;

pub(super) use kept::{Kept, Told};

/// The result of a unit in a run.
pub(super) fn to_proto(district: &str, run: i64, outcome: &Outcome) -> pb::Result {
    pb::Result {
        name: NAME.format(&[district, &run.to_string(), &outcome.unit]),
        unit: subject::name(district, &outcome.unit),
        unit_display_name: outcome.unit_display_name.clone(),
        responsible_unit: responsible(district, &outcome.responsible_unit, &outcome.unit),
        track_id: outcome.track.clone(),
        score: outcome.score.map(decimal::to_proto),
        rank: outcome.rank.map(decimal::to_proto),
        track_size: i32::try_from(outcome.track_size).unwrap_or(i32::MAX),
        colour: colour(outcome.colour).into(),
        pace: outcome.pace.map(decimal::to_proto),
        parts: outcome.parts.iter().map(part).collect(),
        flags: outcome.flags.clone(),
        grade: outcome.grade.as_ref().map(grade),
        gates: outcome.gates.iter().map(gate).collect(),
    }
}

/// The full name of the unit that answers for a subject. Rows of before name none: then a unit
/// answers for itself, and of others it is not known.
pub(super) fn responsible(district: &str, responsible: &str, subject: &str) -> String {
    let id = if responsible.is_empty() { subject } else { responsible };
    let name = subject::name(district, id);
    if UNIT.read(&name).is_some() { name } else { String::new() }
}

/// Refuses whoever is bound to units another unit's result, and any before it is published.
pub(super) fn is_open(
    name: &Name,
    standing: Option<&Standing>,
    outcome: &Outcome,
) -> kit::Result<()> {
    let district = name.id("district");
    if guard::is_whole(district)? {
        return Ok(());
    }
    guard::for_unit(district, answers(outcome))?;
    // What is not published yet is not there for a unit.
    let published = standing.is_some_and(|it| it.publish_time.is_some());
    if published { Ok(()) } else { Err(name.not_found()) }
}

/// The unit that answers for a result's subject.
pub(super) fn answers(outcome: &Outcome) -> &str {
    match outcome.responsible_unit.as_str() {
        "" => &outcome.unit,
        unit => unit,
    }
}

/// Why who is bound to units lists no results.
pub(super) fn whole_list() -> kit::Error {
    kit::Error::Denied {
        reason: "OTHER_UNIT",
        message: "a list of results shows every unit's; ask for your own by name".to_owned(),
    }
}

/// A grade and what decided it.
pub(super) fn grade(grade: &Grade) -> pb::Grade {
    pb::Grade {
        grade_id: grade.id.clone(),
        display_name: grade.display_name.clone(),
        decided_by: grade.by.clone(),
        ground: grade.ground.clone(),
    }
}

fn gate(gate: &Gate) -> pb::GateVerdict {
    pb::GateVerdict {
        gate_id: gate.id.clone(),
        display_name: gate.display_name.clone(),
        effect: gate.effect.clone(),
        ground: gate.ground.clone(),
        exempt: gate.exempt.clone(),
    }
}

/// A colour, or none.
pub(super) fn colour(colour: Option<Colour>) -> pb::Colour {
    match colour {
        None => pb::Colour::Unspecified,
        Some(Colour::Green) => pb::Colour::Green,
        Some(Colour::Yellow) => pb::Colour::Yellow,
        Some(Colour::Red) => pb::Colour::Red,
    }
}

/// The tree behind a score.
pub(super) fn explanation(node: &Explained) -> pb::Explanation {
    let inputs = node.whole_inputs().map(|input| pb::Input {
        symbol: input.symbol.to_string(),
        meaning: input.meaning.to_string(),
        value: input.value.map(decimal::to_proto),
    });
    pb::Explanation {
        node_id: node.node_id.clone(),
        display_name: node.display_name.clone(),
        method: node.method.to_owned(),
        formula: node.whole_formula().into_owned(),
        indicator: node.indicator.clone().unwrap_or_default(),
        inputs: inputs.collect(),
        weight: Some(decimal::to_proto(node.weight)),
        effective_weight: Some(decimal::to_proto(node.effective_weight)),
        raw_points: node.raw_points.map(decimal::to_proto),
        points: node.points.map(decimal::to_proto),
        rounding: node.rounding.to_string(),
        flags: node.flags.iter().map(ToString::to_string).collect(),
        observations: node.observations.clone(),
        children: node.children.iter().map(explanation).collect(),
        lines: node.lines.iter().map(line).collect(),
    }
}

fn line(line: &engine::Line) -> pb::ExplanationLine {
    pb::ExplanationLine {
        label: line.label.clone(),
        display_name: line.display_name.clone(),
        group: line.group.clone(),
        points: line.points.map(decimal::to_proto),
        full_marks: line.full_marks.map(decimal::to_proto),
        counts: line.counts,
        provisional: line.provisional,
        remark: line.remark.clone(),
        sources: line.sources.clone(),
    }
}

fn part(part: &Part) -> pb::PartScore {
    pb::PartScore {
        node_id: part.node_id.clone(),
        display_name: part.display_name.clone(),
        points: part.points.map(decimal::to_proto),
        weight: Some(decimal::to_proto(part.weight)),
    }
}
