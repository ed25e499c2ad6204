//! The engine's explanation in the contract's form, which is what gets printed.

use engine::Explained;
use proto::scoring::v1::{Explanation, ExplanationLine, Input};
use rust_decimal::Decimal;

/// The tree, node by node.
pub(super) fn to_proto(node: &Explained) -> Explanation {
    let decimal = |value: Option<Decimal>| value.map(kit::decimal::to_proto);
    let input = |it: &engine::Input| Input {
        symbol: it.symbol.to_string(),
        meaning: it.meaning.to_string(),
        value: decimal(it.value),
    };
    Explanation {
        node_id: node.node_id.clone(),
        display_name: node.display_name.clone(),
        method: node.method.to_owned(),
        formula: node.whole_formula().into_owned(),
        indicator: node.indicator.clone().unwrap_or_default(),
        inputs: node.whole_inputs().map(input).collect(),
        weight: decimal(Some(node.weight)),
        effective_weight: decimal(Some(node.effective_weight)),
        raw_points: decimal(node.raw_points),
        points: decimal(node.points),
        rounding: node.rounding.to_string(),
        flags: node.flags.iter().map(ToString::to_string).collect(),
        observations: node.observations.clone(),
        children: node.children.iter().map(to_proto).collect(),
        lines: node.lines.iter().map(line).collect(),
    }
}

fn line(line: &engine::Line) -> ExplanationLine {
    ExplanationLine {
        label: line.label.clone(),
        display_name: line.display_name.clone(),
        group: line.group.clone(),
        points: line.points.map(kit::decimal::to_proto),
        full_marks: line.full_marks.map(kit::decimal::to_proto),
        counts: line.counts,
        provisional: line.provisional,
        remark: line.remark.clone(),
        sources: line.sources.clone(),
    }
}
