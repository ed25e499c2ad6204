//! The score tree.

use engine::{
    Accumulation, Direction, Figure, Graded, Leaf, LinkedSum, Marks, Method, MissingPolicy, Node,
    Rule,
};
use kit::field::Fields;
use proto::google::r#type as wire;
use proto::registry::v1 as pb;
use rust_decimal::Decimal;

use super::compose::{self, count_of};
use super::{condition, figure, method, rounding};
use crate::indicators::Indicators;

/// Most nodes beside a tree.
const MAX_ASIDES: usize = 100;

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

/// Reads the nodes beside the tree.
pub(super) fn asides(
    path: &str,
    given: &[pb::Node],
    indicators: &Indicators,
    fields: &mut Fields,
) -> Vec<Node> {
    if given.len() > MAX_ASIDES {
        let message = format!("must be at most {MAX_ASIDES} nodes, are {}", given.len());
        fields.violation(path, "ASIDE_COUNT", message);
    }
    let asides = given.iter().take(MAX_ASIDES).enumerate();
    asides.map(|(place, it)| node(&format!("{path}[{place}]"), it, indicators, fields)).collect()
}

/// Gives leaves without a name of their own their indicator's.
pub(super) fn name_leaves(node: &mut Node, indicators: &Indicators) {
    if let Rule::Leaf(leaf) = &node.rule
        && node.display_name.is_empty()
    {
        let measure = indicators.get(&leaf.indicator);
        // A formula stands for no indicator and goes by its node's id.
        node.display_name = match measure {
            Some(measure) => measure.display_name.clone(),
            None => node.node_id.clone(),
        };
    }
    node.children_mut().iter_mut().for_each(|child| name_leaves(child, indicators));
}

fn node(path: &str, given: &pb::Node, indicators: &Indicators, fields: &mut Fields) -> Node {
    let weight = weight(&format!("{path}.weight"), &given.weight, fields);
    let least_name = usize::from(!matches!(given.rule, Some(pb::node::Rule::Leaf(_)) | None));
    Node {
        node_id: given.node_id.clone(),
        display_name: fields.text(
            format_args!("{path}.display_name"),
            &given.display_name,
            least_name..=200,
        ),
        weight,
        full_marks: fields.optional_decimal(format_args!("{path}.full_marks"), &given.full_marks),
        rounding: rounding(&format!("{path}.rounding"), given.rounding.as_ref(), fields),
        min_points: fields.optional_decimal(format_args!("{path}.min_points"), &given.min_points),
        max_points: fields.optional_decimal(format_args!("{path}.max_points"), &given.max_points),
        least_parts: count_of(&format!("{path}.least_parts"), given.least_parts, 2000, fields),
        too_few: missing(&format!("{path}.too_few"), given.too_few, fields),
        rule: rule(path, given.rule.as_ref(), weight, indicators, fields),
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
    weight: Decimal,
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
            Rule::Leaf(leaf(&format!("{path}.leaf"), given, weight, indicators, fields))
        }
        Some(pb::node::Rule::Sum(rule)) => Rule::Sum(parts("sum", &rule.children)),
        Some(pb::node::Rule::WeightedMean(rule)) => {
            Rule::WeightedMean(parts("weighted_mean", &rule.children))
        }
        Some(pb::node::Rule::GeometricMean(rule)) => {
            Rule::GeometricMean(parts("geometric_mean", &rule.children))
        }
        Some(pb::node::Rule::Minimum(rule)) => Rule::Minimum(parts("minimum", &rule.children)),
        Some(pb::node::Rule::Maximum(rule)) => Rule::Maximum(parts("maximum", &rule.children)),
        Some(pb::node::Rule::Product(rule)) => Rule::Product(parts("product", &rule.children)),
        Some(pb::node::Rule::LinkedSum(rule)) => Rule::LinkedSum(LinkedSum {
            children: parts("linked_sum", &rule.children),
            links: compose::links(&format!("{path}.linked_sum"), &rule.links, fields),
            silent: rule.silent.clone(),
        }),
        Some(pb::node::Rule::Graded(rule)) => {
            Rule::Graded(graded(&format!("{path}.graded"), rule, indicators, fields))
        }
        Some(pb::node::Rule::Reference(rule)) => {
            Rule::Reference(compose::reference(&format!("{path}.reference"), rule, fields))
        }
        Some(pb::node::Rule::Adjustments(rule)) => {
            Rule::Adjustments(compose::adjustments(&format!("{path}.adjustments"), rule, fields))
        }
        Some(pb::node::Rule::AwardPoints(rule)) => {
            Rule::AwardPoints(compose::award_points(&format!("{path}.award_points"), rule, fields))
        }
        None => {
            let message = "must have one of leaf, sum, weighted_mean, geometric_mean, minimum, maximum, \
                           product, linked_sum, graded, reference, adjustments, award_points";
            fields.violation(path, "RULE_REQUIRED", message);
            Rule::Leaf(Leaf {
                indicator: "none".to_owned(),
                direction: Direction::HigherIsBetter,
                missing: MissingPolicy::ZeroPoints,
                figure: Figure::Value,
                method: Method::Marks(Marks {}),
            })
        }
    }
}

fn leaf(
    path: &str,
    given: &pb::Leaf,
    weight: Decimal,
    indicators: &Indicators,
    fields: &mut Fields,
) -> Leaf {
    let read = figure::read(path, given, indicators, fields);
    let measure = indicators.get(&given.indicator);
    if measure.is_none() && !(given.indicator.is_empty() && read.stands_alone) {
        figure::unknown(format_args!("{path}.indicator"), &given.indicator, fields);
    }
    let leaf = Leaf {
        indicator: given.indicator.clone(),
        direction: measure.map_or(Direction::HigherIsBetter, |measure| measure.direction),
        missing: missing(&format!("{path}.missing"), given.missing, fields),
        figure: read.figure,
        method: method::read(path, given.method.as_ref(), weight, indicators, fields),
    };
    if leaf.missing == MissingPolicy::CarryForward {
        levels_only(&format!("{path}.missing"), &leaf, indicators, fields);
    }
    leaf
}

/// What was reached in one period says nothing about the next; only a level holds on.
fn levels_only(field: &str, leaf: &Leaf, indicators: &Indicators, fields: &mut Fields) {
    for indicator in leaf.indicators() {
        let accumulation = indicators.get(&indicator).map(|measure| measure.accumulation);
        if matches!(accumulation, Some(Accumulation::Sum | Accumulation::Cumulative)) {
            let message = format!(
                "{indicator} grows with the period and starts anew in the next; only levels (MEAN, \
                 LATEST) are carried forward"
            );
            fields.violation(field, "CARRY_FORWARD", message);
        }
    }
}

fn graded(path: &str, given: &pb::Graded, indicators: &Indicators, fields: &mut Fields) -> Graded {
    let field = format!("{path}.indicator");
    let indicator = condition::indicator(&field, &given.indicator, indicators, fields);
    let child = root(&format!("{path}.child"), given.child.as_deref(), indicators, fields);
    let aspects = compose::aspects(path, &given.aspects, fields);
    Graded { child: Box::new(child), indicator, aspects }
}

/// What something absent does.
pub(super) fn missing(field: &str, given: i32, fields: &mut Fields) -> MissingPolicy {
    match fields.optional_choice::<pb::MissingPolicy>(field, given) {
        Some(pb::MissingPolicy::LeaveOut) => MissingPolicy::LeaveOut,
        Some(pb::MissingPolicy::Block) => MissingPolicy::Block,
        Some(pb::MissingPolicy::CarryForward) => MissingPolicy::CarryForward,
        Some(pb::MissingPolicy::ZeroPoints | pb::MissingPolicy::Unspecified) | None => {
            MissingPolicy::ZeroPoints
        }
    }
}
