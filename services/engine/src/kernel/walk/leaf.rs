//! A leaf's column.

use super::super::constants::Constants;
use super::super::finish::{Factor, Finish, Finished};
use super::super::formula::{Formula, Fraction};
use super::super::number::Whole;
use super::super::swift::Swift;
use super::super::table::{Kind, State, TableColumn};
use super::super::units::Units;
use super::Walk;
use crate::flag::Flag;
use crate::node::{Leaf, MissingPolicy};
use crate::score::Stage;

impl Walk<'_> {
    pub(super) fn leaf(
        &mut self,
        step: usize,
        (leaf, constants): (&Leaf, &Constants),
        factors: &[Factor],
    ) -> Option<()> {
        let kernel = self.kernel;
        let finish = &kernel.steps[step].finish;
        self.scores[step].scale = finish.scale;
        self.scores[step].units.reset(self.size);
        let Some(column) = self.table.column(step, &leaf.indicator) else {
            return self.nobody(leaf);
        };
        let narrow = Formula::<i64>::of(constants, column);
        if factors.is_empty()
            && column.states.is_empty()
            && finish.only_rounds()
            && let Some(formula) = &narrow
            && self.swift(step, formula, column).is_some()
        {
            return Some(());
        }
        let wide = Formula::<i128>::of(constants, column);
        let needs_target = leaf.method.needs_target();
        for place in 0..self.size {
            let state = column.state(place);
            if state != State::default() {
                self.remark(place, state);
                if state.kind == Kind::Missing && self.blocks(leaf) {
                    return None;
                }
                if state.kind != Kind::Value {
                    continue;
                }
            }
            let target = column.targets.get(place);
            if needs_target && target <= 0 {
                if self.stage == Stage::Final {
                    return None;
                }
                self.flags.insert(place, Flag::TargetMissing);
                continue;
            }
            let cell = Cell { place, value: column.values.get(place), target };
            let factor = factors.get(place).copied().unwrap_or(Factor::ONE);
            let found = if factor == Factor::ONE {
                let narrow = narrow.as_ref().and_then(|formula| cell.plain(formula, finish));
                narrow.or_else(|| cell.plain(wide.as_ref()?, finish))
            } else {
                wide.as_ref().and_then(|formula| cell.grown(formula, finish, factor))
            };
            if let Some((_, Some(flag))) = found {
                self.flags.insert(place, flag);
            }
            self.note(step, place, found.map(|(finished, _)| finished));
        }
        Some(())
    }

    /// A column that nobody has: missing for everybody.
    fn nobody(&mut self, leaf: &Leaf) -> Option<()> {
        for place in 0..self.size {
            self.flags.insert(place, Flag::Missing);
        }
        (self.size == 0 || !self.blocks(leaf)).then_some(())
    }

    fn swift(&mut self, step: usize, formula: &Formula<i64>, column: &TableColumn) -> Option<()> {
        let finish = &self.kernel.steps[step].finish;
        let (Units::Narrow(values), Units::Narrow(targets), Units::Narrow(points)) =
            (&column.values, &column.targets, &mut self.scores[step].units)
        else {
            return None;
        };
        Swift { finish, values, targets, points, flags: self.flags.bits() }.run(formula)
    }

    fn blocks(&self, leaf: &Leaf) -> bool {
        leaf.missing == MissingPolicy::Block && self.stage == Stage::Final
    }

    fn remark(&mut self, place: usize, state: State) {
        match state.kind {
            Kind::Value => {}
            Kind::Missing => {
                self.flags.insert(place, Flag::Missing);
            }
            Kind::NotApplicable => {
                self.flags.insert(place, Flag::NotApplicable);
            }
        }
        if state.unverified {
            self.flags.insert(place, Flag::Unverified);
        }
        if state.partial {
            self.flags.insert(place, Flag::Partial);
        }
        if state.carried {
            self.flags.insert(place, Flag::CarriedForward);
        }
    }
}

/// A value in its place.
#[derive(Clone, Copy)]
struct Cell {
    place: usize,
    value: i128,
    target: i128,
}

impl Cell {
    fn fraction<T: Whole>(self, formula: &Formula<T>) -> Option<Fraction<T>> {
        formula.fraction(self.place, T::narrow(self.value)?, T::narrow(self.target)?)
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
