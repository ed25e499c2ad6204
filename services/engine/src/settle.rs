//! The last stages of a node's points: bounds, then rounding.

use rust_decimal::Decimal;

use crate::exact::{Arithmetic, Ratio};
use crate::input::Inputs;
use crate::rounding::Rounding;

/// Least and most points of a node, in the scheme's own terms.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) least: Option<Decimal>,
    pub(crate) most: Option<Decimal>,
}

impl Bounds {
    /// Those that a node's inputs name.
    pub(crate) fn of(inputs: Inputs<'_>) -> Bounds {
        Bounds { least: inputs.value("min"), most: inputs.value("max") }
    }
}

/// The last stages of a node's points.
pub(crate) struct Settled {
    pub(crate) raw: Decimal,
    pub(crate) bounded: bool,
    pub(crate) points: Decimal,
}

impl Settled {
    /// What a missing value gets: 0, whatever the bounds say.
    pub(crate) fn nothing() -> Settled {
        Settled { raw: Decimal::ZERO, bounded: false, points: Decimal::ZERO }
    }
}

/// From raw points to points: bounds, which grow with the weight, then rounding.
pub(crate) fn settle(
    raw: Decimal,
    factor: &Ratio,
    bounds: Bounds,
    rounding: Rounding,
) -> Result<Settled, Arithmetic> {
    let mut points = raw;
    if let Some(least) = bounds.least {
        points = points.max((Ratio::from(least) * factor.clone()).cut()?);
    }
    if let Some(most) = bounds.most {
        points = points.min((Ratio::from(most) * factor.clone()).cut()?);
    }
    let bounded = points != raw;
    Ok(Settled { raw, bounded, points: rounding.apply(points) })
}
