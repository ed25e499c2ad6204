//! Why a number is what it is: the tree behind every score, which recomputes by itself.

use std::borrow::Cow;
use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::figure::Figure;
use crate::flag::Flag;
use crate::input::Input;
use crate::rounding::Rounding;

/// How one node came to its points. Together with its children it holds every number that
/// its formula needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The node's id.
    pub node_id: String,
    /// Name as printed.
    pub display_name: String,
    /// Rule or method, as in the contract.
    pub method: &'static str,
    /// Its formula, in the symbols of `inputs`. p and w under a Σ or Π are the children's
    /// points and weights.
    pub formula: &'static str,
    /// The indicator of a leaf.
    pub indicator: Option<String>,
    /// How a leaf's number was made, where it is not simply the indicator's value.
    pub drawn: Option<Drawn>,
    /// Symbols of the formula, then `min` and `max` where the node bounds its points.
    pub inputs: Vec<Input>,
    /// Points at stake in the scheme.
    pub weight: Decimal,
    /// Points at stake after the weight of what is left out was spread; 0 when left out.
    pub effective_weight: Decimal,
    /// Points before bounds and rounding; absent when left out.
    pub raw_points: Option<Decimal>,
    /// Points; absent when left out.
    pub points: Option<Decimal>,
    /// Rounding that was applied.
    pub rounding: Rounding,
    /// What was special about this node itself.
    pub flags: BTreeSet<Flag>,
    /// Why the indicator does not apply; empty otherwise.
    pub reason: String,
    /// Observations behind a leaf's value.
    pub observations: Vec<String>,
    /// What the points of a reference, a ledger or award points are made of.
    pub lines: Vec<Line>,
    /// Parts, in the scheme's order.
    pub children: Vec<Explained>,
}

/// One result, entry or award that a node's points are made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Which it is: a result's period, an entry's list item, an award.
    pub label: String,
    /// Name as printed; empty for a result.
    pub display_name: String,
    /// What it is capped with: an item's aspect; an award's class and level.
    pub group: String,
    /// Points, below 0 for a deduction; absent for a result that is not there.
    pub points: Option<Decimal>,
    /// What a result's points are out of.
    pub full_marks: Option<Decimal>,
    /// Whether it counts.
    pub counts: bool,
    /// It counts for the time being only (预扣分).
    pub provisional: bool,
    /// Its ground, or why it does not count.
    pub remark: String,
    /// Names of what is behind it.
    pub sources: Vec<String>,
}

/// A figure that a leaf scores, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// What kind of figure it is.
    pub figure: Figure,
    /// Symbols of its formula.
    pub inputs: Vec<Input>,
}

impl Explained {
    /// The whole formula of a leaf: that of its figure, then that of its method.
    pub fn whole_formula(&self) -> Cow<'static, str> {
        match &self.drawn {
            None => Cow::Borrowed(self.formula),
            Some(drawn) => Cow::Owned(format!("x = {}; {}", drawn.figure.formula(), self.formula)),
        }
    }

    /// The symbols of the whole formula.
    pub fn whole_inputs(&self) -> impl Iterator<Item = &Input> {
        self.drawn.iter().flat_map(|drawn| &drawn.inputs).chain(&self.inputs)
    }

    /// The node of that id, here or below.
    pub fn find(&self, node_id: &str) -> Option<&Explained> {
        if self.node_id == node_id {
            return Some(self);
        }
        self.children.iter().find_map(|child| child.find(node_id))
    }

    /// What was special here or anywhere below.
    pub fn all_flags(&self) -> BTreeSet<Flag> {
        let below = self.children.iter().flat_map(Explained::all_flags);
        self.flags.iter().copied().chain(below).collect()
    }
}
