//! The same scores without the trees, a column at a time.
//!
//! [`crate::score`] evaluates a formula in fractions of any length and writes every number
//! down. A national recompute needs neither: here a checked track becomes a flat list of
//! steps over columns of whole numbers, 64 or 128 bits wide, each of which scores a whole
//! cohort. Every operation is checked. A subject for whom one does not fit, and a node whose
//! method or rule is not known here, is scored by the exact tree, so the numbers are the
//! same, bit for bit; `tests/kernel.rs` says so for thousands of rulebooks.
//!
//! What makes one rounded division enough where the tree first cuts and then rounds: the cut
//! is invisible to rounding (see [`crate::exact`]) as long as it keeps 20 places, that is,
//! for points below 10^8.

mod constants;
mod divisor;
mod finish;
mod flags;
mod formula;
mod gather;
mod grades;
mod number;
mod order;
mod swift;
mod table;
mod units;
mod walk;

use crate::figure::Figure;
use crate::node::{Leaf, MissingPolicy, Node, Rule};
use crate::track::Track;

pub use gather::Span;
pub use order::Order;
pub use table::{Kind, State, Table, TableColumn};
pub use units::Units;
pub use walk::Points;

use constants::Constants;
use finish::Finish;
use number::Scaled;

/// A track as a list of steps, nodes in the order of [`Node::walk`].
pub struct Kernel<'a> {
    track: &'a Track,
    steps: Vec<Step<'a>>,
}

/// One node.
struct Step<'a> {
    node: &'a Node,
    /// Steps of the node and of all below it, itself the first.
    span: std::ops::Range<usize>,
    finish: Finish,
    task: Task<'a>,
    /// Its parts, in the scheme's order.
    parts: Vec<Part>,
    /// Places of the parts' weights.
    weights_scale: u32,
}

/// A part of a node.
#[derive(Clone, Copy)]
struct Part {
    step: usize,
    /// Its weight, on the scale of all.
    weight: i128,
}

enum Task<'a> {
    /// A leaf whose method is known here.
    Leaf(&'a Leaf, Constants),
    /// Adds the parts, on a scale of its own or not.
    Sum,
    /// Weighs the parts' shares.
    WeightedMean,
    /// Left to the tree, with all below it.
    Exact,
}

impl<'a> Kernel<'a> {
    /// The steps of a track.
    pub fn of(track: &'a Track) -> Kernel<'a> {
        let mut kernel = Kernel { track, steps: Vec::new() };
        kernel.add(track.root());
        kernel
    }

    /// Whether every number of it follows from values and targets, so that a [`Table`] made
    /// without sheets is enough.
    pub fn is_columnar(&self) -> bool {
        self.steps.iter().all(|step| !matches!(step.task, Task::Exact))
    }

    fn add(&mut self, node: &'a Node) {
        let place = self.steps.len();
        let (span, finish) = (place..place, Finish::of(self.track, node));
        let (parts, weights_scale) = (Vec::new(), 0);
        self.steps.push(Step { node, span, finish, task: task(node), parts, weights_scale });
        let mut parts = Vec::new();
        for child in node.children() {
            parts.push(self.steps.len());
            self.add(child);
        }
        let weights: Vec<Scaled> =
            parts.iter().map(|part| self.steps[*part].finish.weight).collect();
        let scale = weights.iter().map(|weight| weight.scale).max().unwrap_or_default();
        let part = |(step, weight): (usize, Scaled)| Some(Part { step, weight: weight.at(scale)? });
        let weighed: Option<Vec<Part>> = parts.into_iter().zip(weights).map(part).collect();
        let step = &mut self.steps[place];
        match weighed {
            Some(parts) => (step.parts, step.weights_scale) = (parts, scale),
            None => step.task = Task::Exact,
        }
        self.steps[place].span.end = self.steps.len();
    }
}

/// What is known here. A field that is new to a node or leaf must be named in these
/// patterns: until it is also scored here, a node that uses it is a task for the tree.
fn task(node: &Node) -> Task<'_> {
    let Node {
        node_id: _,
        display_name: _,
        weight: _,
        full_marks: _,
        rounding: _,
        min_points: _,
        max_points: _,
        least_parts,
        // Says what happens with fewer parts than `least_parts`.
        too_few: _,
        rule,
    } = node;
    // What comes on top of its siblings shares no weight with them.
    let on_top = || node.children().iter().any(|child| child.weight.is_zero());
    if *least_parts > 1 || on_top() {
        return Task::Exact;
    }
    match rule {
        Rule::Leaf(leaf) => {
            let Leaf { indicator: _, direction: _, missing, figure, method: _ } = leaf;
            let policy = match missing {
                MissingPolicy::ZeroPoints
                | MissingPolicy::LeaveOut
                | MissingPolicy::Block
                | MissingPolicy::CarryForward => true,
            };
            match Constants::of(node, leaf) {
                Some(constants) if policy && *figure == Figure::Value => {
                    Task::Leaf(leaf, constants)
                }
                _ => Task::Exact,
            }
        }
        Rule::Sum(_) => Task::Sum,
        Rule::WeightedMean(_) => Task::WeightedMean,
        _ => Task::Exact,
    }
}
