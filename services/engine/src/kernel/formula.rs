//! The methods in whole numbers: a value becomes a fraction, points over a divisor above 0.
//! Each formula is that of its file in [`crate::method`], with every constant put on one
//! scale beforehand.

use super::constants::{Constants, Kind as Constant};
use super::number::{Scaled, Whole, power};
use super::table::{Kind, TableColumn};
use super::units::Units;
use crate::flag::Flag;

/// Points of a leaf before weights are spread, bounds and rounding.
pub(super) struct Fraction<T> {
    pub(super) over: T,
    pub(super) under: T,
    pub(super) flag: Option<Flag>,
}

/// A method made ready for a column.
pub(super) enum Formula<T> {
    /// x·up within floor..full.
    Mark { up: T, start: T, floor: T, full: T, under: T },
    /// w·min(a/t, cap).
    Completion { value: T, target: T, weight: T, cap: T, cap_under: T, under: T },
    /// w·(2 − a/t) within 0..w.
    Control { value: T, target: T, weight: T, under: T },
    /// foot + slope·n, n being how far x·up lies from low towards high.
    Between { up: T, low: T, span: T, falls: bool, foot: T, slope: T, under: T, open: bool },
    /// Bounds that are equal: full points.
    Level { full: T, under: T },
    /// Points of the first threshold that x·up reaches.
    Steps { up: T, lower: bool, thresholds: Vec<T>, points: Vec<T>, under: T },
    /// Points by place in the column.
    Listed { points: Vec<T>, under: T, flag: Option<Flag> },
}

impl<T: Whole> Formula<T> {
    /// Makes a method ready for its column; `None` when a constant is longer than `T`.
    pub(super) fn of(constants: &Constants, column: &TableColumn) -> Option<Formula<T>> {
        let Constants { weight, lower, kind } = constants;
        match kind {
            Constant::Marks => {
                let scale = weight.scale.max(column.scale);
                Formula::mark(power(scale - column.scale)?, 0, 0, weight.at(scale)?, scale)
            }
            Constant::Deduct { deduction, floor } => {
                let lost = deduction.scale + column.scale;
                let scale = weight.scale.max(lost).max(floor.scale);
                let up = deduction.at(scale - column.scale)?.checked_neg()?;
                let full = weight.at(scale)?;
                Formula::mark(up, full, floor.at(scale)?, full, scale)
            }
            Constant::Completion { cap } => {
                let (value, target) = one_scale(column)?;
                Some(Formula::Completion {
                    value: T::narrow(value)?,
                    target: T::narrow(target)?,
                    weight: T::narrow(weight.units)?,
                    cap: T::narrow(cap.units)?,
                    cap_under: T::narrow(power(cap.scale)?)?,
                    under: T::narrow(power(weight.scale)?)?,
                })
            }
            Constant::Control => {
                let (value, target) = one_scale(column)?;
                Some(Formula::Control {
                    value: T::narrow(value)?,
                    target: T::narrow(target)?,
                    weight: T::narrow(weight.units)?,
                    under: T::narrow(power(weight.scale)?)?,
                })
            }
            Constant::Between { base, hundred, bounds, open } => {
                let (low, high) = bounds.unwrap_or_else(|| extremes(column));
                let scale = low.scale.max(high.scale).max(column.scale);
                let (low, high) = (low.at(scale)?, high.at(scale)?);
                let span = high.checked_sub(low)?;
                let full_scale = T::narrow(power(weight.scale)?)?;
                if span == 0 {
                    let full = T::narrow(weight.units)?;
                    return Some(Formula::Level { full, under: full_scale });
                }
                let whole = hundred.checked_mul(power(base.scale)?)?;
                let times = |one: i128, two: i128| T::narrow(one)?.times(T::narrow(two)?);
                let span = T::narrow(span)?;
                Some(Formula::Between {
                    up: T::narrow(power(scale - column.scale)?)?,
                    low: T::narrow(if *lower { high } else { low })?,
                    span,
                    falls: *lower,
                    foot: times(weight.units, base.units)?.times(span)?,
                    slope: times(weight.units, whole - base.units)?,
                    under: span.times(T::narrow(whole)?)?.times(full_scale)?,
                    open: *open,
                })
            }
            Constant::Steps { thresholds, points } => {
                let scale = widest(thresholds).max(column.scale);
                let under = widest(points);
                Some(Formula::Steps {
                    up: T::narrow(power(scale - column.scale)?)?,
                    lower: *lower,
                    thresholds: all_at(thresholds, scale)?,
                    points: all_at(points, under)?,
                    under: T::narrow(power(under)?)?,
                })
            }
            Constant::Listed(points) => {
                let scale = widest(points);
                Formula::ranked(&all_at(points, scale)?, scale, *lower, column)
            }
            Constant::Falling { start, step, floor } => {
                let scale = widest(&[*start, *step, *floor]);
                let (step, floor) = (step.at(scale)?, floor.at(scale)?);
                let mut points = vec![start.at(scale)?];
                while points.len() < column.values.len()
                    && points.last().is_some_and(|last| *last > floor)
                {
                    points.push(points.last()?.checked_sub(step)?.max(floor));
                }
                let points: Option<Vec<T>> = points.into_iter().map(T::narrow).collect();
                Formula::ranked(&points?, scale, *lower, column)
            }
        }
    }

    fn mark(up: i128, start: i128, floor: i128, full: i128, scale: u32) -> Option<Formula<T>> {
        Some(Formula::Mark {
            up: T::narrow(up)?,
            start: T::narrow(start)?,
            floor: T::narrow(floor)?,
            full: T::narrow(full)?,
            under: T::narrow(power(scale)?)?,
        })
    }

    /// `list` holds the points of rank 1, 2, 3 …, the last for all later ranks.
    fn ranked(list: &[T], scale: u32, lower: bool, column: &TableColumn) -> Option<Formula<T>> {
        let mut order: Vec<(usize, i128)> = values(column).collect();
        order.sort_unstable_by_key(|(_, units)| if lower { *units } else { !*units });
        let (mut points, mut better) = (vec![T::ZERO; column.values.len()], 0);
        for (rank, (place, units)) in order.iter().enumerate() {
            if rank > 0 && order[rank - 1].1 != *units {
                better = rank;
            }
            points[*place] = list.get(better).or(list.last()).copied()?;
        }
        let ends = order.first().zip(order.last());
        let equal = ends.is_some_and(|((_, first), (_, last))| first == last);
        let flag = equal.then_some(Flag::DegenerateCohort);
        Some(Formula::Listed { points, under: T::narrow(power(scale)?)?, flag })
    }

    /// The fraction of the value `x` and the target `t` in a place of the column; `None` when
    /// a step of it is longer than `T`.
    pub(super) fn fraction(&self, place: usize, x: T, t: T) -> Option<Fraction<T>> {
        match self {
            Formula::Mark { up, start, floor, full, under } => {
                let points = start.plus(x.times(*up)?)?;
                let within = points.max(*floor).min(*full);
                let flag = (within != points).then_some(Flag::Clamped);
                Some(Fraction { over: within, under: *under, flag })
            }
            Formula::Completion { value, target, weight, cap, cap_under, under } => {
                let (a, t) = (x.times(*value)?, t.times(*target)?);
                if a < T::ZERO {
                    return clamped(T::ZERO, T::ONE);
                }
                if a.times(*cap_under)? > cap.times(t)? {
                    return clamped(weight.times(*cap)?, under.times(*cap_under)?);
                }
                Some(Fraction { over: weight.times(a)?, under: t.times(*under)?, flag: None })
            }
            Formula::Control { value, target, weight, under } => {
                let (a, t) = (x.times(*value)?, t.times(*target)?);
                let kept = t.plus(t)?.minus(a)?;
                if kept < T::ZERO {
                    return clamped(T::ZERO, T::ONE);
                }
                if kept > t {
                    return clamped(*weight, *under);
                }
                Some(Fraction { over: weight.times(kept)?, under: t.times(*under)?, flag: None })
            }
            Formula::Between { up, low, span, falls, foot, slope, under, open } => {
                let x = x.times(*up)?;
                let far = if *falls { low.minus(x)? } else { x.minus(*low)? };
                let within = if *open { far } else { far.max(T::ZERO).min(*span) };
                let flag = (within != far).then_some(Flag::Clamped);
                Some(Fraction { over: foot.plus(slope.times(within)?)?, under: *under, flag })
            }
            Formula::Level { full, under } => {
                Some(Fraction { over: *full, under: *under, flag: Some(Flag::DegenerateCohort) })
            }
            Formula::Steps { up, lower, thresholds, points, under } => {
                let x = x.times(*up)?;
                let reached = |it: &T| if *lower { x <= *it } else { x >= *it };
                let step = thresholds.iter().position(reached).unwrap_or(thresholds.len());
                Some(Fraction { over: *points.get(step)?, under: *under, flag: None })
            }
            Formula::Listed { points, under, flag } => {
                Some(Fraction { over: *points.get(place)?, under: *under, flag: *flag })
            }
        }
    }
}

fn clamped<T>(over: T, under: T) -> Option<Fraction<T>> {
    Some(Fraction { over, under, flag: Some(Flag::Clamped) })
}

/// By how much values and targets are multiplied to stand on one scale.
fn one_scale(column: &TableColumn) -> Option<(i128, i128)> {
    let scale = column.scale.max(column.target_scale);
    Some((power(scale - column.scale)?, power(scale - column.target_scale)?))
}

fn values(column: &TableColumn) -> impl Iterator<Item = (usize, i128)> {
    let places = column.values.iter().enumerate();
    places.filter(|(place, _)| column.state(*place).kind == Kind::Value)
}

/// The least and the greatest value of the cohort.
fn extremes(column: &TableColumn) -> (Scaled, Scaled) {
    let (least, greatest) = match &column.values {
        Units::Narrow(units) if column.states.is_empty() => {
            let (least, greatest) = (units.iter().min(), units.iter().max());
            (least.map(|it| i128::from(*it)), greatest.map(|it| i128::from(*it)))
        }
        _ => {
            let present = || values(column).map(|(_, units)| units);
            (present().min(), present().max())
        }
    };
    let at = |units: Option<i128>| Scaled { units: units.unwrap_or_default(), scale: column.scale };
    (at(least), at(greatest))
}

fn widest(numbers: &[Scaled]) -> u32 {
    numbers.iter().map(|number| number.scale).max().unwrap_or_default()
}

fn all_at<T: Whole>(numbers: &[Scaled], scale: u32) -> Option<Vec<T>> {
    numbers.iter().map(|number| T::narrow(number.at(scale)?)).collect()
}
