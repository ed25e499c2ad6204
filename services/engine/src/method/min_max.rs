//! Min–max normalisation: points from 0 upward between two bounds.

use rust_decimal::Decimal;

use super::bounds::{self, Bounds};
use super::{Case, Outcome, Scoring};
use crate::exact::{Arithmetic, Ratio};
use crate::input::{Input, Inputs};
use crate::fault::Faults;
use crate::direction::Direction;

/// w·(x − low)/(high − low). An indicator whose lower values are better swaps the bounds.
/// Equal bounds of a cohort give full points, marked DEGENERATE_COHORT.
///
/// | w | low | high | better | x | points |
/// |---|---|---|---|---|---|
/// | 10 | 20 | 60 | higher | 50 | 10·(50 − 20)/(60 − 20) = 7.5 |
/// | 10 | 20 | 60 | higher | 70 | 10 |
/// | 10 | 20 | 60 | higher | 10 | 0 |
/// | 10 | 20 | 60 | lower | 50 | 10·(60 − 50)/(60 − 20) = 2.5 |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MinMax {
    /// Where the bounds come from.
    pub bounds: Bounds,
    /// A value outside the bounds scores below 0 or above w.
    pub unclamped: bool,
}

impl Scoring for MinMax {
    const NAME: &'static str = "min_max";
    const FORMULA: &'static str = "w·(x − low)/(high − low)";

    fn range(&self, weight: Decimal) -> [Option<Ratio>; 2] {
        if self.unclamped { [None, None] } else { [Some(Ratio::ZERO), Some(weight.into())] }
    }

    fn check(&self, _weight: Decimal, _direction: Direction, faults: &mut Faults) {
        self.bounds.check(faults);
    }

    fn inputs(&self, case: &Case<'_>) -> Vec<Input> {
        let mut inputs = vec![Input::new("w", "points at stake", case.weight)];
        inputs.append(&mut self.bounds.inputs(case, self.unclamped));
        inputs
    }

    fn points(inputs: Inputs<'_>) -> Result<Outcome, Arithmetic> {
        let (share, flag) = bounds::share(inputs)?;
        Ok(Outcome { points: inputs.get("w")? * share, flag })
    }
}
