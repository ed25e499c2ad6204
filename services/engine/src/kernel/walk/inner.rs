//! An inner node's column: sums and weighted means.

use super::super::finish::{Factor, Finished};
use super::super::number::{Scaled, common_divisor, power, short};
use super::super::units::Units;
use super::super::{Part, Step, Task};
use super::{Below, Walk};

/// Greatest scale on which points, being below 10^8, are below 10^14.
const SMALL: u32 = 6;

impl Walk<'_> {
    pub(super) fn inner(&mut self, step: usize, factors: &[Factor]) -> Option<()> {
        let kernel = self.kernel;
        let here = kernel.steps.get(step)?;
        let parts = &here.parts;
        let Below { factors: below, spread } = self.below(step, factors);
        for part in parts {
            self.step(part.step, &below, &spread)?;
        }
        let sums_up = matches!(here.task, Task::Sum) && here.node.full_marks.is_none();
        let widest = parts.iter().map(|part| self.scores[part.step].scale).max()?;
        let plain = sums_up && here.finish.is_plain();
        self.scores[step].scale = if plain { widest } else { here.finish.scale };
        self.add(step, parts, widest)?;
        if plain {
            for place in 0..self.size {
                let units = &mut self.scores[step].units;
                if !short(units.get(place), widest) {
                    // Nothing above could count with it.
                    units.set(place, 0);
                    self.lost[place] = true;
                }
            }
            return Some(());
        }
        let under = power(widest)?;
        for place in 0..self.size {
            if self.scores[step].is_out(place) {
                continue;
            }
            let sum = self.scores[step].units.get(place);
            let factor = factors.get(place).copied().unwrap_or(Factor::ONE);
            let found = if sums_up && factor == Factor::ONE {
                here.finish.points(sum, under)
            } else if sums_up {
                // The parts have grown already; bounds have not.
                here.finish.summed(sum, under, factor)
            } else {
                self.scaled(here, place, (sum, under), factor)
            };
            self.note(step, place, found);
        }
        Some(())
    }

    /// w·Σp over full marks or over the weights that count.
    fn scaled(
        &self,
        here: &Step<'_>,
        place: usize,
        (sum, under): (i128, i128),
        factor: Factor,
    ) -> Option<Finished> {
        let weight = here.finish.weight;
        let whole = match here.node.full_marks.map(Scaled::from) {
            Some(full) => full,
            None => {
                let counted = here.parts.iter().filter(|it| !self.scores[it.step].is_out(place));
                let units = counted.map(|part| part.weight).sum();
                Scaled { units, scale: here.weights_scale }
            }
        };
        let over = weight.units.checked_mul(sum)?.checked_mul(power(whole.scale)?)?;
        let under = under.checked_mul(whole.units)?.checked_mul(power(weight.scale)?)?;
        if factor == Factor::ONE {
            here.finish.points(over, under)
        } else {
            here.finish.grown(over, under, factor)
        }
    }

    /// How the parts grow. Only a sum spreads, and only one without a scale of its own hands
    /// its own factor down.
    fn below(&mut self, step: usize, factors: &[Factor]) -> Below {
        let kernel = self.kernel;
        let here = &kernel.steps[step];
        let parts = &here.parts;
        if !matches!(here.task, Task::Sum) {
            return Below { factors: Vec::new(), spread: Vec::new() };
        }
        let handed = if here.node.full_marks.is_none() { factors } else { &[] };
        if parts.iter().all(|part| self.scores[part.step].out.is_empty()) {
            return Below { factors: handed.to_vec(), spread: Vec::new() };
        }
        let all: i128 = parts.iter().map(|part| part.weight).sum();
        let mut below = Below { factors: Vec::new(), spread: vec![false; self.size] };
        for place in 0..self.size {
            let own = handed.get(place).copied().unwrap_or(Factor::ONE);
            let counted = parts.iter().filter(|part| !self.scores[part.step].is_out(place));
            let present: i128 = counted.map(|part| part.weight).sum();
            let factor = if present == 0 || present == all {
                Some(own)
            } else {
                below.spread[place] = true;
                times(own, all, present)
            };
            self.lost[place] |= factor.is_none();
            below.factors.push(factor.unwrap_or(Factor::ONE));
        }
        below
    }

    /// Adds the points of the parts, on the widest scale.
    fn add(&mut self, step: usize, parts: &[Part], scale: u32) -> Option<()> {
        self.scores[step].units.reset(self.size);
        let (head, below) = self.scores.split_at_mut(step + 1);
        let sums = &mut head[step].units;
        for part in parts {
            let scores = &below[part.step - step - 1];
            let up = power(scale - scores.scale)?;
            match (&mut *sums, &scores.units) {
                // 2000 parts below 10^14 stay within 64 bits.
                (Units::Narrow(sums), Units::Narrow(units)) if scale <= SMALL => {
                    let up = i64::try_from(up).ok()?;
                    for (sum, units) in sums.iter_mut().zip(units) {
                        *sum += units * up;
                    }
                }
                // 2000 parts below 10^28 stay within 128.
                _ => {
                    let added = sums.iter().zip(scores.units.iter());
                    *sums = added.map(|(sum, units)| sum + units * up).collect();
                }
            }
        }
        Some(())
    }
}

fn times(factor: Factor, over: i128, under: i128) -> Option<Factor> {
    let (over, under) = (factor.over.checked_mul(over)?, factor.under.checked_mul(under)?);
    let divisor = common_divisor(over, under);
    Some(Factor { over: over / divisor, under: under / divisor })
}
