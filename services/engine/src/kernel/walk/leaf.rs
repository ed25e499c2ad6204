//! A leaf's column.

use super::super::finish::{Factor, Finish, Finished};
use super::super::formula::{Formula, Fraction};
use super::super::number::Whole;
use super::super::table::{Kind, State, TableColumn};
use super::Walk;
use crate::explained::Flag;
use crate::node::{Leaf, MissingPolicy};
use crate::score::Stage;

impl Walk<'_> {
    pub(super) fn leaf(&mut self, step: usize, leaf: &Leaf, factors: &[Factor]) -> Option<()> {
        let kernel = self.kernel;
        let (node, finish) = (kernel.steps[step].node, &kernel.steps[step].finish);
        self.scores[step].scale = finish.scale;
        self.scores[step].units = vec![0; self.size];
        let absent = TableColumn::default();
        let (column, known) = match self.table.column(&leaf.indicator) {
            Some(column) => (column, true),
            None => (&absent, false),
        };
        let narrow = Formula::<i64>::of(node, leaf, column);
        let wide = Formula::<i128>::of(node, leaf, column);
        let needs_target = leaf.method.needs_target();
        for place in 0..self.size {
            let missing = State { kind: Kind::Missing, ..State::default() };
            let state = if known { column.state(place) } else { missing };
            if state != State::default() {
                self.remark(place, state);
                if state.kind == Kind::Missing && self.blocks(leaf) {
                    return None;
                }
                if state.kind != Kind::Value {
                    continue;
                }
            }
            let target = column.target(place).filter(|_| needs_target);
            if needs_target && target.is_none_or(|target| target <= 0) {
                if self.stage == Stage::Final {
                    return None;
                }
                self.flags[place].insert(Flag::TargetMissing);
                continue;
            }
            let cell = Cell { place, value: column.values[place], target };
            let factor = factors.get(place).copied().unwrap_or(Factor::ONE);
            let found = if factor == Factor::ONE {
                let narrow = narrow.as_ref().and_then(|formula| cell.plain(formula, finish));
                narrow.or_else(|| cell.plain(wide.as_ref()?, finish))
            } else {
                wide.as_ref().and_then(|formula| cell.grown(formula, finish, factor))
            };
            if let Some((_, Some(flag))) = found {
                self.flags[place].insert(flag);
            }
            self.note(step, place, found.map(|(finished, _)| finished));
        }
        Some(())
    }

    fn blocks(&self, leaf: &Leaf) -> bool {
        leaf.missing == MissingPolicy::Block && self.stage == Stage::Final
    }

    fn remark(&mut self, place: usize, state: State) {
        let flags = &mut self.flags[place];
        match state.kind {
            Kind::Value => {}
            Kind::Missing => {
                flags.insert(Flag::Missing);
            }
            Kind::NotApplicable => {
                flags.insert(Flag::NotApplicable);
            }
        }
        if state.unverified {
            flags.insert(Flag::Unverified);
        }
        if state.partial {
            flags.insert(Flag::Partial);
        }
    }
}

/// A value in its place.
#[derive(Clone, Copy)]
struct Cell {
    place: usize,
    value: i128,
    target: Option<i128>,
}

impl Cell {
    fn fraction<T: Whole>(self, formula: &Formula<T>) -> Option<Fraction<T>> {
        let target = match self.target {
            Some(target) => Some(T::narrow(target)?),
            None => None,
        };
        formula.fraction(self.place, T::narrow(self.value)?, target)
    }

    fn plain<T: Whole>(
        self,
        formula: &Formula<T>,
        finish: &Finish,
    ) -> Option<(Finished, Option<Flag>)> {
        let Fraction { over, under, flag } = self.fraction(formula)?;
        Some((finish.points(over, under)?, flag))
    }

    fn grown(
        self,
        formula: &Formula<i128>,
        finish: &Finish,
        factor: Factor,
    ) -> Option<(Finished, Option<Flag>)> {
        let Fraction { over, under, flag } = self.fraction(formula)?;
        Some((finish.grown(over, under, factor)?, flag))
    }
}
