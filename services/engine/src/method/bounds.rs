//! Lower and upper bound of a method that normalises, and where a value lies between them.

use rust_decimal::Decimal;

use super::Case;
use crate::direction::Direction;
use crate::exact::{Arithmetic, Ratio};
use crate::fault::Faults;
use crate::flag::Flag;
use crate::input::{Input, Inputs};

/// Where the bounds of a normalising method come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bounds {
    /// Written in the scheme; low < high.
    Fixed {
        /// Least value.
        low: Decimal,
        /// Greatest value.
        high: Decimal,
    },
    /// The cohort's least and greatest value.
    Cohort,
}

impl Bounds {
    pub(crate) fn check(&self, faults: &mut Faults) {
        let Bounds::Fixed { low, high } = self else { return };
        faults.inside("bounds.fixed", |faults| {
            faults.size("low", *low);
            faults.size("high", *high);
            if low >= high {
                faults.add("high", "BOUNDS_ORDER", format!("{high} must lie above low, {low}"));
            }
        });
    }

    /// `low` is the value at the foot and `high` the value at the top: where lower values are
    /// better the two are swapped.
    pub(crate) fn inputs(&self, case: &Case<'_>, unclamped: bool) -> Vec<Input> {
        let (least, greatest) = match self {
            Bounds::Fixed { low, high } => (*low, *high),
            Bounds::Cohort => (
                case.cohort.least().unwrap_or(case.value),
                case.cohort.greatest().unwrap_or(case.value),
            ),
        };
        let (low, high) = match case.direction {
            Direction::HigherIsBetter => (least, greatest),
            Direction::LowerIsBetter => (greatest, least),
        };
        let mut inputs = vec![
            Input::new("x", "actual value", case.value),
            Input::new("low", "value at the foot", low),
            Input::new("high", "value at the top", high),
        ];
        if unclamped {
            inputs.push(Input::new(
                "unclamped",
                "values outside the bounds count in full",
                Decimal::ONE,
            ));
        }
        inputs
    }
}

/// (x − low)/(high − low), within 0..1 unless unclamped; 1 where the bounds are equal.
pub(crate) fn share(inputs: Inputs<'_>) -> Result<(Ratio, Option<Flag>), Arithmetic> {
    let (x, low, high) = (inputs.get("x")?, inputs.get("low")?, inputs.get("high")?);
    if low == high {
        return Ok((Ratio::ONE, Some(Flag::DegenerateCohort)));
    }
    let share = (x - low.clone()).over(high - low)?;
    if inputs.has("unclamped") {
        return Ok((share, None));
    }
    let (share, changed) = share.within(Ratio::ZERO, Ratio::ONE);
    Ok((share, changed.then_some(Flag::Clamped)))
}
