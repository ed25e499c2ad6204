//! The plainest column: every value there, whole and verified, nothing spread, points rounded
//! and without bounds. What can go wrong is ruled out for the column before its loop, so that
//! the loop holds nothing but the formula.

use super::divisor::Divisor;
use super::finish::Finish;
use super::flags::bit;
use super::formula::Formula;
use super::number::{power, short};
use crate::flag::Flag;
use crate::rounding::RoundingMode;

/// Greatest size of a number inside the loops.
const ROOM: i128 = 1 << 62;

/// A column and where its points go.
pub(super) struct Swift<'a> {
    pub(super) finish: &'a Finish,
    pub(super) values: &'a [i64],
    pub(super) targets: &'a [i64],
    pub(super) points: &'a mut [i64],
    pub(super) flags: &'a mut [u16],
}

impl Swift<'_> {
    /// Fills in the points. `None` when a number might not fit, or a target is not above 0:
    /// points and flags are then as they were or to be found anew.
    pub(super) fn run(self, formula: &Formula<i64>) -> Option<()> {
        // A loop of its own for each mode, the usual one first.
        match self.finish.mode {
            RoundingMode::HalfUp => self.rounded(formula, RoundingMode::HalfUp),
            mode => self.rounded(formula, mode),
        }
    }

    #[inline(always)]
    fn rounded(self, formula: &Formula<i64>, mode: RoundingMode) -> Option<()> {
        let Swift { finish, values, targets, points, flags } = self;
        let tens = power(finish.scale)?;
        let most = size(values)?;
        let clamped = bit(Flag::Clamped);
        // Rounding adds one; `short` is asked of the greatest points there can be.
        let fits = |over: i128, under: i128| {
            let scaled = product([over, tens])?;
            (under < ROOM && short(scaled / under + 1, finish.scale)).then_some(())
        };
        let tens = i64::try_from(tens).ok()?;
        match formula {
            Formula::Mark { up, start, floor, full, under } => {
                product([i128::from(*up).abs(), most])?;
                let ends = i128::from(*floor).abs().max(i128::from(*full).abs());
                product([i128::from(*start).abs()])?;
                fits(ends, (*under).into())?;
                let divisor = Divisor::new(*under)?;
                for (place, x) in values.iter().enumerate() {
                    let exact = start + x * up;
                    let within = exact.max(*floor).min(*full);
                    flags[place] |= clamped * u16::from(within != exact);
                    points[place] = divisor.round(within * tens, mode);
                }
            }
            Formula::Between { up, low, span, falls, foot, slope, under, open } => {
                let reach = product([(*up).into(), most])? + product([i128::from(*low).abs()])?;
                let far = if *open { reach } else { i128::from(*span) };
                let rise = product([(*slope).into(), far])?;
                fits(i128::from(*foot) + rise, (*under).into())?;
                let divisor = Divisor::new(*under)?;
                let way = if *falls { -1 } else { 1 };
                let least = if *open { i64::MIN } else { 0 };
                let top = if *open { i64::MAX } else { *span };
                for (place, x) in values.iter().enumerate() {
                    let exact = way * (x * up - low);
                    let within = exact.max(least).min(top);
                    flags[place] |= clamped * u16::from(within != exact);
                    points[place] = divisor.round((foot + slope * within) * tens, mode);
                }
            }
            Formula::Completion { value, target, weight, cap, cap_under, under } => {
                let due = positive(targets, values.len())?;
                let t = product([(*target).into(), due])?;
                product([(*value).into(), most, (*cap_under).into()])?;
                let top = product([(*weight).into(), (*cap).into(), t])?;
                // What counts is at most cap·t over t.
                fits(top, product([t, (*under).into()])?)?;
                let below = product([(*under).into(), (*cap_under).into()])?;
                fits(product([(*weight).into(), (*cap).into()])?, below)?;
                let full = Divisor::new(under * cap_under)?.round(weight * cap * tens, mode);
                let mut last = Divisor::new(1)?;
                for (place, (x, t)) in values.iter().zip(targets).enumerate() {
                    let (a, t) = (x * value, t * target);
                    if last.by() != t * under {
                        last = Divisor::new(t * under)?;
                    }
                    let over = a * cap_under > cap * t;
                    flags[place] |= clamped * u16::from(over || a < 0);
                    // A number beyond the cap is not divided, but it would fit.
                    let counted = if over { 0 } else { a.max(0) };
                    let counted = last.round(weight * counted * tens, mode);
                    points[place] = if over { full } else { counted };
                }
            }
            Formula::Control { value, target, weight, under } => {
                let due = positive(targets, values.len())?;
                let t = product([(*target).into(), due, 4])? / 4;
                product([(*value).into(), most, 4])?;
                fits(product([(*weight).into(), t])?, product([t, (*under).into()])?)?;
                let mut last = Divisor::new(1)?;
                for (place, (x, t)) in values.iter().zip(targets).enumerate() {
                    let (a, t) = (x * value, t * target);
                    if last.by() != t * under {
                        last = Divisor::new(t * under)?;
                    }
                    let exact = t + t - a;
                    let within = exact.max(0).min(t);
                    flags[place] |= clamped * u16::from(within != exact);
                    points[place] = last.round(weight * within * tens, mode);
                }
            }
            Formula::Level { full, under } => {
                fits((*full).into(), (*under).into())?;
                points.fill(Divisor::new(*under)?.round(full * tens, mode));
                let degenerate = bit(Flag::DegenerateCohort);
                flags.iter_mut().for_each(|bits| *bits |= degenerate);
            }
            Formula::Steps { up, lower, thresholds, points: steps, under } => {
                product([(*up).into(), most])?;
                let rounded = rounded(steps, *under, tens, mode, fits)?;
                let last = *rounded.last()?;
                for (place, x) in values.iter().enumerate() {
                    let x = x * up;
                    let mut found = last;
                    // From the worst step to the best, without a branch to guess.
                    for (threshold, step) in thresholds.iter().zip(&rounded).rev() {
                        let reached = if *lower { x <= *threshold } else { x >= *threshold };
                        found = if reached { *step } else { found };
                    }
                    points[place] = found;
                }
            }
            Formula::Listed { points: list, under, flag } => {
                points.copy_from_slice(&rounded(list, *under, tens, mode, fits)?);
                let special = flag.map_or(0, bit);
                flags.iter_mut().for_each(|bits| *bits |= special);
            }
        }
        Some(())
    }
}

/// Points of a list, each rounded.
fn rounded(
    list: &[i64],
    under: i64,
    tens: i64,
    mode: RoundingMode,
    fits: impl Fn(i128, i128) -> Option<()>,
) -> Option<Vec<i64>> {
    fits(size(list)?, under.into())?;
    let divisor = Divisor::new(under)?;
    Some(list.iter().map(|over| divisor.round(over * tens, mode)).collect())
}

/// The product of numbers from 0 up, where there is room for it.
fn product<const N: usize>(numbers: [i128; N]) -> Option<i128> {
    let product = numbers.into_iter().try_fold(1_i128, i128::checked_mul)?;
    (product < ROOM).then_some(product)
}

/// The greatest size among numbers; `None` for the one number that has none.
fn size(numbers: &[i64]) -> Option<i128> {
    let (mut least, mut greatest) = (0, 0);
    for number in numbers {
        least = number.min(&least).to_owned();
        greatest = number.max(&greatest).to_owned();
    }
    (least > i64::MIN).then_some(i128::from(greatest).max(-i128::from(least)))
}

/// The greatest target, when everybody has one above 0.
fn positive(targets: &[i64], size: usize) -> Option<i128> {
    let least = targets.iter().min()?;
    let greatest = targets.iter().max()?;
    (targets.len() == size && *least > 0).then_some((*greatest).into())
}
