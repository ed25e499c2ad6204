//! The score tree: nodes, how they get their points, and the leaves at the bottom.

use rust_decimal::Decimal;

use crate::method::Method;
use crate::rounding::Rounding;

/// A node of a track's score tree. As a draft it may be anything; a node that a
/// [`crate::Track`] hands out was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Id, unique within the track.
    pub node_id: String,
    /// Name as printed.
    pub display_name: String,
    /// Points at stake, above 0; below a mean, relative.
    pub weight: Decimal,
    /// Of a sum on a scale of its own: what the children's weights add up to.
    pub full_marks: Option<Decimal>,
    /// Rounding of the points; the scheme's, where absent.
    pub rounding: Option<Rounding>,
    /// Least points.
    pub min_points: Option<Decimal>,
    /// Most points.
    pub max_points: Option<Decimal>,
    /// How it gets its points.
    pub rule: Rule,
}

/// How a node gets its points. The names are those of the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// An indicator scored by a method.
    Leaf(Leaf),
    /// The children's points added.
    Sum(Vec<Node>),
    /// weight × Σ children's points ÷ Σ children's weights.
    WeightedMean(Vec<Node>),
    /// weight × Π (child's points ÷ child's weight) ^ (child's weight ÷ Σ weights).
    GeometricMean(Vec<Node>),
}

/// An indicator and the method that turns its value into points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// The indicator's name.
    pub indicator: String,
    /// Which way is better.
    pub direction: Direction,
    /// What an absent value does.
    pub missing: MissingPolicy,
    /// How the value becomes points.
    pub method: Method,
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// More is better.
    HigherIsBetter,
    /// Less is better (控制类).
    LowerIsBetter,
}

/// What an absent value does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingPolicy {
    /// 0 points, marked MISSING.
    ZeroPoints,
    /// Left out; its weight is spread over its siblings in proportion.
    LeaveOut,
    /// No score at all until there is a value.
    Block,
}

impl Node {
    /// The parts of an inner node; none of a leaf.
    pub fn children(&self) -> &[Node] {
        match &self.rule {
            Rule::Leaf(_) => &[],
            Rule::Sum(children) | Rule::WeightedMean(children) | Rule::GeometricMean(children) => {
                children
            }
        }
    }

    /// The leaf, where the node is one.
    pub fn leaf(&self) -> Option<&Leaf> {
        match &self.rule {
            Rule::Leaf(leaf) => Some(leaf),
            Rule::Sum(_) | Rule::WeightedMean(_) | Rule::GeometricMean(_) => None,
        }
    }

    /// What the weights of a sum's children add up to.
    pub(crate) fn scale(&self) -> Decimal {
        self.full_marks.unwrap_or(self.weight)
    }

    /// The node and all below it, parents first, in the scheme's order.
    pub fn walk(&self) -> Vec<&Node> {
        let mut nodes = vec![self];
        for child in self.children() {
            nodes.append(&mut child.walk());
        }
        nodes
    }
}

impl Rule {
    /// The rule's or method's name in the contract.
    pub fn name(&self) -> &'static str {
        match self {
            Rule::Leaf(leaf) => leaf.method.name(),
            Rule::Sum(_) => crate::rule::sum::NAME,
            Rule::WeightedMean(_) => crate::rule::weighted_mean::NAME,
            Rule::GeometricMean(_) => crate::rule::geometric_mean::NAME,
        }
    }
}
