//! The walk over the steps: who is left out, how weights are spread, points from the leaves up.

mod exact;
mod inner;
mod leaf;

use std::cell::OnceCell;
use std::collections::BTreeSet;

use exact::Tree;
use rust_decimal::Decimal;

use super::finish::Factor;
use super::flags::Flags;
use super::number::decimal;
use super::table::{Kind, Table};
use super::units::Units;
use super::{Kernel, Task};
use crate::fact::Cohort;
use crate::flag::Flag;
use crate::node::MissingPolicy;
use crate::score::Stage;
use crate::score::columns::left_out;

/// The points of a cohort, a column for each node in the order of the walk. What was
/// filled once may be filled again, for another cohort, in the memory that is there.
#[derive(Clone, Debug, Default)]
pub struct Points {
    columns: Vec<Scores>,
    flags: Flags,
}

/// The points of one node.
#[derive(Clone, Debug, Default)]
pub(super) struct Scores {
    pub(super) scale: u32,
    /// In units of the last place; 0 where there are none.
    pub(super) units: Units,
    /// Who has none; empty when everybody has.
    pub(super) out: Vec<bool>,
}

impl Scores {
    pub(super) fn is_out(&self, place: usize) -> bool {
        self.out.get(place).copied().unwrap_or(false)
    }

    pub(super) fn get(&self, place: usize) -> Option<i128> {
        (!self.is_out(place)).then(|| self.units.get(place))
    }
}

impl Points {
    /// The points of a node, in units of its last place.
    pub(super) fn column(&self, step: usize) -> Option<&Scores> {
        self.columns.get(step)
    }

    /// The points of a node, counted from the root as [`crate::Node::walk`] does, in units of
    /// its last place; 0 where there are none.
    pub fn units(&self, node: usize) -> Option<(u32, &Units)> {
        self.columns.get(node).map(|scores| (scores.scale, &scores.units))
    }

    /// The points of every node of the subject in that place.
    pub fn of(&self, place: usize) -> Vec<Option<Decimal>> {
        let points = |scores: &Scores| decimal(scores.get(place)?, scores.scale);
        self.columns.iter().map(points).collect()
    }

    /// What was special about the subject in that place.
    pub fn flags(&self, place: usize) -> BTreeSet<Flag> {
        self.flags.get(place)
    }
}

impl Kernel<'_> {
    /// Scores a table that was made without sheets. `None` when the tree must answer: see
    /// [`Kernel::is_columnar`].
    pub fn score(&self, table: &Table, points: &mut Points) -> Option<()> {
        self.is_columnar().then_some(())?;
        self.points(table, None, Stage::Final, points)
    }

    /// Scores a cohort. `None` when something forbids a score or a number has no place in its
    /// column: the tree has the answer then. `cohort` is what the table was made of, where
    /// there is one.
    pub(crate) fn points(
        &self,
        table: &Table,
        cohort: Option<&Cohort>,
        stage: Stage,
        points: &mut Points,
    ) -> Option<()> {
        let size = table.subjects.len();
        let Points { columns, flags } = points;
        columns.resize_with(self.steps.len(), Scores::default);
        columns.iter_mut().for_each(|scores| scores.out.clear());
        flags.reset(size);
        let mut walk = Walk {
            kernel: self,
            table,
            stage,
            size,
            tree: Tree { cohort, made: OnceCell::new(), columns: OnceCell::new() },
            scores: columns,
            flags,
            lost: vec![false; size],
        };
        walk.left_out(0)?;
        walk.step(0, &[], &[])?;
        walk.find_lost()
    }
}

struct Walk<'a> {
    kernel: &'a Kernel<'a>,
    table: &'a Table,
    stage: Stage,
    size: usize,
    tree: Tree<'a>,
    scores: &'a mut Vec<Scores>,
    flags: &'a mut Flags,
    /// Subjects for whom a number did not fit.
    lost: Vec<bool>,
}

impl<'a> Walk<'a> {
    /// Notes who has no points at a node, from the leaves up.
    fn left_out(&mut self, step: usize) -> Option<()> {
        let kernel = self.kernel;
        let here = kernel.steps.get(step)?;
        let out = match &here.task {
            Task::Leaf(leaf, _) => {
                let column = self.table.column(step, &leaf.indicator);
                let states = column.map_or(&[][..], |column| &column.states);
                let leaves = leaf.missing == MissingPolicy::LeaveOut;
                let out = |kind: Kind| match kind {
                    Kind::Value => false,
                    Kind::Missing => leaves,
                    Kind::NotApplicable => true,
                };
                match column {
                    None => vec![leaves; self.size],
                    Some(_) => states.iter().map(|state| out(state.kind)).collect(),
                }
            }
            Task::Exact => {
                let cohort = self.cohort()?;
                let sheets = cohort.sheets().iter();
                sheets.map(|sheet| left_out(kernel.track, here.node, sheet)).collect()
            }
            Task::Sum | Task::WeightedMean => {
                for part in &here.parts {
                    self.left_out(part.step)?;
                }
                let all = |place| here.parts.iter().all(|it| self.scores[it.step].is_out(place));
                let some = here.parts.iter().all(|it| !self.scores[it.step].out.is_empty());
                if some { (0..self.size).map(all).collect() } else { Vec::new() }
            }
        };
        if out.contains(&true) {
            self.scores[step].out = out;
        }
        Some(())
    }

    /// Scores a node and all below it. `factors` and `spread` are empty where nobody has any.
    fn step(&mut self, step: usize, factors: &[Factor], spread: &[bool]) -> Option<()> {
        let kernel = self.kernel;
        let here = kernel.steps.get(step)?;
        if let Task::Exact = here.task {
            return self.exact(step, factors, spread);
        }
        for place in 0..self.scores[step].out.len().max(spread.len()) {
            if self.scores[step].is_out(place) {
                self.flags.insert(place, Flag::LeftOut);
            } else if spread.get(place) == Some(&true) {
                self.flags.insert(place, Flag::Spread);
            }
        }
        match &here.task {
            Task::Leaf(leaf, constants) => self.leaf(step, (leaf, constants), factors),
            Task::Sum | Task::WeightedMean | Task::Exact => self.inner(step, factors),
        }
    }

    /// Notes points that were found, or that they did not fit.
    fn note(&mut self, step: usize, place: usize, found: Option<super::finish::Finished>) {
        match found {
            Some(found) => {
                self.scores[step].units.set(place, found.units);
                if found.bounded {
                    self.flags.insert(place, Flag::Bounded);
                }
            }
            None => {
                self.scores[step].units.set(place, 0);
                self.lost[place] = true;
            }
        }
    }
}

/// How the parts of a sum grow: the weight of the parts left out is spread over the others.
struct Below {
    factors: Vec<Factor>,
    spread: Vec<bool>,
}
