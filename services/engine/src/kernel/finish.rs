//! From a fraction to points: bounds, which grow with the weight, then rounding.

use super::number::{Scaled, Whole, cut, power, round, short};
use crate::exact::PLACES;
use crate::node::Node;
use crate::rounding::RoundingMode;
use crate::track::Track;

/// How much a subject's own terms of a node grow by what was left out beside and above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Factor {
    pub(super) over: i128,
    pub(super) under: i128,
}

impl Factor {
    pub(super) const ONE: Factor = Factor { over: 1, under: 1 };
}

/// The last stages of a node's points.
pub(super) struct Finish {
    pub(super) mode: RoundingMode,
    /// Places of the points.
    pub(super) scale: u32,
    pub(super) weight: Scaled,
    least: Option<Scaled>,
    most: Option<Scaled>,
}

/// Points in units of the node's last place.
#[derive(Clone, Copy)]
pub(super) struct Finished {
    pub(super) units: i128,
    pub(super) bounded: bool,
}

impl Finish {
    pub(super) fn of(track: &Track, node: &Node) -> Finish {
        let rounding = track.rounding(node);
        // At the last place of the cut there is nothing left to round.
        let mode = if rounding.places() == PLACES { RoundingMode::None } else { rounding.mode() };
        Finish {
            mode,
            scale: rounding.places(),
            weight: node.weight.into(),
            least: node.min_points.map(Scaled::from),
            most: node.max_points.map(Scaled::from),
        }
    }

    /// Whether points pass through it as they are.
    pub(super) fn is_plain(&self) -> bool {
        self.mode == RoundingMode::None && self.least.is_none() && self.most.is_none()
    }

    /// Whether points are rounded and nothing else.
    pub(super) fn only_rounds(&self) -> bool {
        self.mode != RoundingMode::None && self.least.is_none() && self.most.is_none()
    }

    /// The points of `over ÷ under`, which is in the scheme's own terms.
    pub(super) fn points<T: Whole>(&self, over: T, under: T) -> Option<Finished> {
        if !self.only_rounds() {
            return self.bounded(over.wide(), under.wide(), Factor::ONE);
        }
        let units = round(over.times(T::narrow(power(self.scale)?)?)?, under, self.mode)?.wide();
        short(units, self.scale).then_some(Finished { units, bounded: false })
    }

    /// The same, times the subject's factor.
    pub(super) fn grown(&self, over: i128, under: i128, factor: Factor) -> Option<Finished> {
        let (over, under) = (over.checked_mul(factor.over)?, under.checked_mul(factor.under)?);
        self.summed(over, under, factor)
    }

    /// Of points that have grown already.
    pub(super) fn summed(&self, over: i128, under: i128, factor: Factor) -> Option<Finished> {
        // The weight in effect must have a decimal, as the explanation prints it.
        grown(self.weight, factor)?;
        self.bounded(over, under, factor)
    }

    fn bounded(&self, over: i128, under: i128, factor: Factor) -> Option<Finished> {
        let raw = cut(over, under)?;
        let mut units = raw;
        if let Some(least) = self.least {
            units = units.max(grown(least, factor)?);
        }
        if let Some(most) = self.most {
            units = units.min(grown(most, factor)?);
        }
        let bounded = units != raw;
        if self.mode != RoundingMode::None {
            units = round(units, power(PLACES - self.scale)?, self.mode)?;
        }
        short(units, self.scale).then_some(Finished { units, bounded })
    }
}

fn grown(bound: Scaled, factor: Factor) -> Option<i128> {
    let under = power(bound.scale)?.checked_mul(factor.under)?;
    cut(bound.units.checked_mul(factor.over)?, under)
}
