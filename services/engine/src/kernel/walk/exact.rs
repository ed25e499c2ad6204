//! What is left to the tree: nodes unknown here, and subjects for whom a number did not fit.

use std::cell::OnceCell;

use super::super::finish::Factor;
use super::super::number::{Scaled, short};
use super::Walk;
use crate::exact::Ratio;
use crate::explained::Explained;
use crate::fact::Cohort;
use crate::score::columns::Columns;
use crate::score::tree;

/// What the exact tree needs, made when it is first asked for.
pub(super) struct Tree<'a> {
    pub(super) cohort: Option<&'a Cohort>,
    pub(super) made: OnceCell<Option<Cohort>>,
    pub(super) columns: OnceCell<Columns<'a>>,
}

impl<'a> Walk<'a> {
    /// Leaves a node and all below it to the tree.
    pub(super) fn exact(&mut self, step: usize, factors: &[Factor], spread: &[bool]) -> Option<()> {
        let kernel = self.kernel;
        let here = kernel.steps.get(step)?;
        for below in here.span.clone() {
            let scale = kernel.steps[below].finish.scale;
            let scores = &mut self.scores[below];
            scores.scale = scale;
            scores.units.reset(self.size);
            scores.out.clear();
        }
        for place in 0..self.size {
            let factor = factors.get(place).copied().unwrap_or(Factor::ONE);
            let over = Ratio::of_units(factor.over);
            let factor = over.over(Ratio::of_units(factor.under)).ok()?;
            let spread = spread.get(place) == Some(&true);
            let mut troubles = Vec::new();
            let sheet = self.cohort()?.sheets().get(place)?;
            let track = kernel.track;
            let columns = self.columns()?;
            let explained = tree::below(
                track,
                here.node,
                sheet,
                columns,
                self.stage,
                (&factor, spread),
                &mut troubles,
            );
            if !troubles.is_empty() {
                return None;
            }
            self.keep(step, place, &explained)?;
            for below in here.span.clone() {
                let scores = &mut self.scores[below];
                if !short(scores.units.get(place), scores.scale) {
                    // Nothing above could count with it.
                    scores.units.set(place, 0);
                    self.lost[place] = true;
                }
            }
        }
        Some(())
    }

    /// Scores the lost subjects by the tree.
    pub(super) fn find_lost(&mut self) -> Option<()> {
        for place in 0..self.size {
            if !self.lost[place] {
                continue;
            }
            let mut troubles = Vec::new();
            let sheet = self.cohort()?.sheets().get(place)?;
            let columns = self.columns()?;
            let explained =
                tree::explain(self.kernel.track, sheet, columns, self.stage, &mut troubles);
            if !troubles.is_empty() {
                return None;
            }
            self.flags.clear(place);
            self.keep(0, place, &explained)?;
        }
        Some(())
    }

    /// Puts the points of a tree into their columns.
    fn keep(&mut self, step: usize, place: usize, explained: &Explained) -> Option<()> {
        let mut next = step;
        let mut waiting = vec![explained];
        while let Some(node) = waiting.pop() {
            let scores = self.scores.get_mut(next)?;
            match node.points {
                Some(points) => {
                    scores.units.set(place, Scaled::from(points).at(scores.scale)?);
                }
                None if scores.out.is_empty() => {
                    scores.out = vec![false; self.size];
                    scores.out[place] = true;
                }
                None => scores.out[place] = true,
            }
            node.flags.iter().for_each(|flag| self.flags.insert(place, *flag));
            waiting.extend(node.children.iter().rev());
            next += 1;
        }
        Some(())
    }

    pub(super) fn cohort(&self) -> Option<&Cohort> {
        if self.tree.cohort.is_some() {
            return self.tree.cohort;
        }
        let make = || {
            let sheets = (0..self.size).map(|place| self.table.sheet(place));
            Cohort::new(sheets.collect::<Option<_>>()?).ok()
        };
        self.tree.made.get_or_init(make).as_ref()
    }

    fn columns(&self) -> Option<&Columns<'a>> {
        let cohort = self.cohort()?;
        Some(self.tree.columns.get_or_init(|| Columns::of(self.kernel.track, cohort)))
    }
}
