//! The score tree: nodes, how they get their points, and the leaves at the bottom.

use rust_decimal::Decimal;

use crate::direction::Direction;
use crate::expression::Name;
use crate::figure::Figure;
use crate::method::Method;
use crate::rounding::Rounding;
use crate::rule::{self, Adjustments, AwardPoints, Graded, LinkedSum, Reference};

/// A node of a track's score tree. As a draft it may be anything; a node that a
/// [`crate::Track`] hands out was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Id, unique within the track.
    pub node_id: String,
    /// Name as printed.
    pub display_name: String,
    /// Points at stake, above 0; below a mean, relative. A ledger or award points may have 0:
    /// what they give comes on top.
    pub weight: Decimal,
    /// Of a sum on a scale of its own: what the children's weights add up to.
    pub full_marks: Option<Decimal>,
    /// Rounding of the points; the scheme's, where absent.
    pub rounding: Option<Rounding>,
    /// Least points.
    pub min_points: Option<Decimal>,
    /// Most points.
    pub max_points: Option<Decimal>,
    /// Fewest parts that must count; with fewer the node itself is absent. 0 or 1: any.
    pub least_parts: u32,
    /// What the node does when it is absent for want of parts.
    pub too_few: MissingPolicy,
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
    /// weight × the least of the children's shares (child's points ÷ child's weight).
    Minimum(Vec<Node>),
    /// weight × the greatest of the children's shares.
    Maximum(Vec<Node>),
    /// weight × Π children's shares.
    Product(Vec<Node>),
    /// The children's points added after one capped or discounted another (B8).
    LinkedSum(LinkedSum),
    /// The child's points by the marks that the subject's commitment was given (S2).
    Graded(Graded),
    /// Points from published results of other periods, subjects, series (H4, S4).
    Reference(Reference),
    /// Bonuses and deductions entered under the items of a list (S5, Q7).
    Adjustments(Adjustments),
    /// Points for awards won (B11).
    AwardPoints(AwardPoints),
}

/// An indicator and the method that turns its value into points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// The indicator's name; may be empty where the figure is a formula or another node's points.
    pub indicator: String,
    /// Which way is better.
    pub direction: Direction,
    /// What an absent value does.
    pub missing: MissingPolicy,
    /// Which number is scored; usually the indicator's value.
    pub figure: Figure,
    /// How the value becomes points.
    pub method: Method,
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
    /// The last value before the period holds on, marked CARRIED_FORWARD; without one 0 points,
    /// marked MISSING. For leaves that score values only.
    CarryForward,
}

impl Leaf {
    /// The indicators whose facts it looks at, each once.
    pub fn indicators(&self) -> Vec<String> {
        let mut all = vec![self.indicator.clone()];
        all.extend(self.figure.names(&self.indicator).into_iter().filter_map(|name| match name {
            Name::Value(indicator) | Name::Target(indicator) | Name::LastYear(indicator) => {
                Some(indicator)
            }
            Name::Points(_) => None,
        }));
        all.extend(self.method.needs().into_iter().chain(self.method.asks()).map(str::to_owned));
        let mut once: Vec<String> = Vec::new();
        for indicator in all {
            if !indicator.is_empty() && !once.contains(&indicator) {
                once.push(indicator);
            }
        }
        once
    }

    /// The indicators whose values of the year before it looks at.
    pub fn last_year(&self) -> Vec<String> {
        let names = self.figure.names(&self.indicator).into_iter();
        let last_year = names.filter_map(|name| match name {
            Name::LastYear(indicator) => Some(indicator),
            Name::Value(_) | Name::Target(_) | Name::Points(_) => None,
        });
        last_year.collect()
    }

    /// The indicators whose targets it needs, which must then be above 0.
    pub fn targets(&self) -> Vec<String> {
        let own = self.method.needs_target().then(|| self.indicator.clone());
        let named = self.figure.names(&self.indicator).into_iter().filter_map(|name| match name {
            Name::Target(indicator) => Some(indicator),
            Name::Value(_) | Name::LastYear(_) | Name::Points(_) => None,
        });
        own.into_iter().chain(named).collect()
    }
}

impl Node {
    /// The parts of an inner node; none where points come from facts.
    pub fn children(&self) -> &[Node] {
        match &self.rule {
            Rule::Sum(children)
            | Rule::WeightedMean(children)
            | Rule::GeometricMean(children)
            | Rule::Minimum(children)
            | Rule::Maximum(children)
            | Rule::Product(children) => children,
            Rule::LinkedSum(linked) => &linked.children,
            Rule::Graded(graded) => std::slice::from_ref(&graded.child),
            Rule::Leaf(_) | Rule::Reference(_) | Rule::Adjustments(_) | Rule::AwardPoints(_) => &[],
        }
    }

    /// The parts of an inner node, to be changed.
    pub fn children_mut(&mut self) -> &mut [Node] {
        match &mut self.rule {
            Rule::Sum(children)
            | Rule::WeightedMean(children)
            | Rule::GeometricMean(children)
            | Rule::Minimum(children)
            | Rule::Maximum(children)
            | Rule::Product(children) => children,
            Rule::LinkedSum(linked) => &mut linked.children,
            Rule::Graded(graded) => std::slice::from_mut(&mut graded.child),
            Rule::Leaf(_) | Rule::Reference(_) | Rule::Adjustments(_) | Rule::AwardPoints(_) => {
                &mut []
            }
        }
    }

    /// The leaf, where the node is one.
    pub fn leaf(&self) -> Option<&Leaf> {
        match &self.rule {
            Rule::Leaf(leaf) => Some(leaf),
            _ => None,
        }
    }

    /// The reference, where the node is one.
    pub fn reference(&self) -> Option<&Reference> {
        match &self.rule {
            Rule::Reference(reference) => Some(reference),
            _ => None,
        }
    }

    /// The rule that multiplies by marks, where the node has it.
    pub fn graded(&self) -> Option<&Graded> {
        match &self.rule {
            Rule::Graded(graded) => Some(graded),
            _ => None,
        }
    }

    /// The ledger, where the node is one.
    pub fn adjustments(&self) -> Option<&Adjustments> {
        match &self.rule {
            Rule::Adjustments(ledger) => Some(ledger),
            _ => None,
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
            Rule::Sum(_) => rule::sum::NAME,
            Rule::WeightedMean(_) => rule::weighted_mean::NAME,
            Rule::GeometricMean(_) => rule::geometric_mean::NAME,
            Rule::Minimum(_) => rule::minimum::NAME,
            Rule::Maximum(_) => rule::maximum::NAME,
            Rule::Product(_) => rule::product::NAME,
            Rule::LinkedSum(_) => rule::linked_sum::NAME,
            Rule::Graded(_) => rule::graded::NAME,
            Rule::Reference(_) => rule::reference::NAME,
            Rule::Adjustments(_) => rule::adjustments::NAME,
            Rule::AwardPoints(_) => rule::award_points::NAME,
        }
    }

    /// Whether a weight of 0 makes sense: what the node gives comes on top of its siblings.
    pub(crate) fn comes_on_top(&self) -> bool {
        matches!(self, Rule::Adjustments(_) | Rule::AwardPoints(_))
    }
}
