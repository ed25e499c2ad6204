//! The score tree.

use engine::{Direction, Leaf, Marks, Method, MissingPolicy, Node, Rule};
use kit::field::Fields;
use proto::google::r#type as wire;
use proto::registry::v1 as pb;
use rust_decimal::Decimal;

use super::{method, rounding};
use crate::indicators::Indicators;

/// Reads the root at `path`.
pub(super) fn root(
    path: &str,
    given: Option<&pb::Node>,
    indicators: &Indicators,
    fields: &mut Fields,
) -> Node {
    match given {
        Some(given) => node(path, given, indicators, fields),
        None => {
            fields.violation(path, "REQUIRED", "must be given");
            let stand_in = pb::Node { node_id: "root".to_owned(), ..pb::Node::default() };
            node(path, &stand_in, indicators, &mut Fields::default())
        }
    }
}

/// Gives leaves without a name of their own their indicator's.
pub(super) fn name_leaves(node: &mut Node, indicators: &Indicators) {
    match &mut node.rule {
        Rule::Leaf(leaf) if node.display_name.is_empty() => {
            let measure = indicators.get(&leaf.indicator);
            node.display_name =
                measure.map(|measure| measure.display_name.clone()).unwrap_or_default();
        }
        Rule::Leaf(_) => {}
        Rule::Sum(children) | Rule::WeightedMean(children) | Rule::GeometricMean(children) => {
            children.iter_mut().for_each(|child| name_leaves(child, indicators));
        }
    }
}

fn node(path: &str, given: &pb::Node, indicators: &Indicators, fields: &mut Fields) -> Node {
    let least_name = usize::from(!matches!(given.rule, Some(pb::node::Rule::Leaf(_)) | None));
    Node {
        node_id: given.node_id.clone(),
        display_name: fields.text(
            format_args!("{path}.display_name"),
            &given.display_name,
            least_name..=200,
        ),
        weight: weight(&format!("{path}.weight"), &given.weight, fields),
        full_marks: fields.optional_decimal(format_args!("{path}.full_marks"), &given.full_marks),
        rounding: rounding(&format!("{path}.rounding"), given.rounding.as_ref(), fields),
        min_points: fields.optional_decimal(format_args!("{path}.min_points"), &given.min_points),
        max_points: fields.optional_decimal(format_args!("{path}.max_points"), &given.max_points),
        rule: rule(path, given.rule.as_ref(), indicators, fields),
    }
}

/// A weight that cannot be read stands as a large one, so that no points of the node's own
/// method seem too many for it.
fn weight(field: &str, given: &Option<wire::Decimal>, fields: &mut Fields) -> Decimal {
    let readable = given.as_ref().is_some_and(|given| kit::decimal::parse(&given.value).is_some());
    let weight = fields.decimal(field, given);
    if readable { weight } else { Decimal::from(10_u64.pow(17)) }
}

fn rule(
    path: &str,
    given: Option<&pb::node::Rule>,
    indicators: &Indicators,
    fields: &mut Fields,
) -> Rule {
    let mut parts = |name: &str, children: &[pb::Node]| {
        let path = |place: usize| format!("{path}.{name}.children[{place}]");
        let children = children.iter().enumerate();
        children.map(|(place, child)| node(&path(place), child, indicators, fields)).collect()
    };
    match given {
        Some(pb::node::Rule::Leaf(given)) => {
            Rule::Leaf(leaf(&format!("{path}.leaf"), given, indicators, fields))
        }
        Some(pb::node::Rule::Sum(rule)) => Rule::Sum(parts("sum", &rule.children)),
        Some(pb::node::Rule::WeightedMean(rule)) => {
            Rule::WeightedMean(parts("weighted_mean", &rule.children))
        }
        Some(pb::node::Rule::GeometricMean(rule)) => {
            Rule::GeometricMean(parts("geometric_mean", &rule.children))
        }
        None => {
            let message = "must have one of leaf, sum, weighted_mean, geometric_mean";
            fields.violation(path, "RULE_REQUIRED", message);
            Rule::Leaf(Leaf {
                indicator: "none".to_owned(),
                direction: Direction::HigherIsBetter,
                missing: MissingPolicy::ZeroPoints,
                method: Method::Marks(Marks {}),
            })
        }
    }
}

fn leaf(path: &str, given: &pb::Leaf, indicators: &Indicators, fields: &mut Fields) -> Leaf {
    let measure = indicators.get(&given.indicator);
    if measure.is_none() {
        let (reason, message) = match given.indicator.as_str() {
            "" => ("REQUIRED", "must be an indicator name".to_owned()),
            name => ("UNKNOWN_INDICATOR", format!("there is no indicator {name}")),
        };
        fields.violation(format_args!("{path}.indicator"), reason, message);
    }
    let missing = match fields
        .optional_choice::<pb::MissingPolicy>(format_args!("{path}.missing"), given.missing)
    {
        Some(pb::MissingPolicy::LeaveOut) => MissingPolicy::LeaveOut,
        Some(pb::MissingPolicy::Block) => MissingPolicy::Block,
        Some(pb::MissingPolicy::ZeroPoints | pb::MissingPolicy::Unspecified) | None => {
            MissingPolicy::ZeroPoints
        }
    };
    Leaf {
        indicator: given.indicator.clone(),
        direction: measure.map_or(Direction::HigherIsBetter, |measure| measure.direction),
        missing,
        method: method::read(path, given.method.as_ref(), fields),
    }
}
