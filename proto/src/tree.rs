//! The parts of a node, whatever its rule.

use crate::registry::v1::Node;
use crate::registry::v1::node::Rule;

impl Node {
    /// The parts of an inner node; none where points come from facts.
    pub fn children(&self) -> &[Node] {
        match &self.rule {
            Some(Rule::Sum(it)) => &it.children,
            Some(Rule::WeightedMean(it)) => &it.children,
            Some(Rule::GeometricMean(it)) => &it.children,
            Some(Rule::Minimum(it)) => &it.children,
            Some(Rule::Maximum(it)) => &it.children,
            Some(Rule::Product(it)) => &it.children,
            Some(Rule::LinkedSum(it)) => &it.children,
            Some(Rule::Graded(it)) => {
                it.child.as_deref().map(std::slice::from_ref).unwrap_or_default()
            }
            Some(
                Rule::Leaf(_) | Rule::Reference(_) | Rule::Adjustments(_) | Rule::AwardPoints(_),
            )
            | None => &[],
        }
    }

    /// The same, to be changed.
    pub fn children_mut(&mut self) -> &mut [Node] {
        match &mut self.rule {
            Some(Rule::Sum(it)) => &mut it.children,
            Some(Rule::WeightedMean(it)) => &mut it.children,
            Some(Rule::GeometricMean(it)) => &mut it.children,
            Some(Rule::Minimum(it)) => &mut it.children,
            Some(Rule::Maximum(it)) => &mut it.children,
            Some(Rule::Product(it)) => &mut it.children,
            Some(Rule::LinkedSum(it)) => &mut it.children,
            Some(Rule::Graded(it)) => {
                it.child.as_deref_mut().map(std::slice::from_mut).unwrap_or_default()
            }
            Some(
                Rule::Leaf(_) | Rule::Reference(_) | Rule::Adjustments(_) | Rule::AwardPoints(_),
            )
            | None => &mut [],
        }
    }

    /// The field of the contract under which its parts stand, up to their place.
    pub fn children_field(&self) -> &'static str {
        match &self.rule {
            Some(Rule::Sum(_)) => "sum.children",
            Some(Rule::WeightedMean(_)) => "weighted_mean.children",
            Some(Rule::GeometricMean(_)) => "geometric_mean.children",
            Some(Rule::Minimum(_)) => "minimum.children",
            Some(Rule::Maximum(_)) => "maximum.children",
            Some(Rule::Product(_)) => "product.children",
            Some(Rule::LinkedSum(_)) => "linked_sum.children",
            Some(Rule::Graded(_)) => "graded.child",
            Some(
                Rule::Leaf(_) | Rule::Reference(_) | Rule::Adjustments(_) | Rule::AwardPoints(_),
            )
            | None => "",
        }
    }
}
