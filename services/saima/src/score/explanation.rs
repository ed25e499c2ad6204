//! The engine's explanation in the contract's form, which is what gets printed.

use engine::Explained;
use proto::scoring::v1::{Explanation, Input};
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
        formula: node.formula.to_owned(),
        indicator: node.indicator.clone().unwrap_or_default(),
        inputs: node.inputs.iter().map(input).collect(),
        weight: decimal(Some(node.weight)),
        effective_weight: decimal(Some(node.effective_weight)),
        raw_points: decimal(node.raw_points),
        points: decimal(node.points),
        rounding: node.rounding.to_string(),
        flags: node.flags.iter().map(ToString::to_string).collect(),
        observations: node.observations.clone(),
        children: node.children.iter().map(to_proto).collect(),
    }
}
