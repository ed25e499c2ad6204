//! Efficacy coefficient (功效系数法): points from a base upward between two bounds.

use rust_decimal::Decimal;

use super::bounds::{self, Bounds};
use super::{Case, Outcome, Scoring};
use crate::exact::{Arithmetic, Ratio};
use crate::explained::{Input, Inputs};
use crate::fault::Faults;
use crate::node::Direction;

/// w·(base + (100 − base)·(x − low)/(high − low))/100. An indicator whose lower values are
/// better swaps the bounds. Equal bounds of a cohort give full points, marked
/// DEGENERATE_COHORT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Efficacy {
    /// Where the bounds come from.
    pub bounds: Bounds,
    /// Share of the points at the foot, in per cent, 0–99; usually 60.
    pub base: Decimal,
    /// A value outside the bounds scores beyond base..100.
    pub unclamped: bool,
}

impl Scoring for Efficacy {
    const NAME: &'static str = "efficacy";
    const FORMULA: &'static str = "w·(base + (100 − base)·(x − low)/(high − low))/100";

    fn check(&self, _weight: Decimal, _direction: Direction, faults: &mut Faults) {
        self.bounds.check(faults);
        faults.range("base", self.base, Decimal::ZERO, Decimal::from(99));
        faults.size("base", self.base);
    }

    fn inputs(&self, case: &Case<'_>) -> Vec<Input> {
        let mut inputs = vec![
            Input::new("w", "points at stake", case.weight),
            Input::new("base", "per cent of the points at the foot", self.base),
        ];
        inputs.append(&mut self.bounds.inputs(case, self.unclamped));
        inputs
    }

    fn points(inputs: Inputs<'_>) -> Result<Outcome, Arithmetic> {
        let (share, flag) = bounds::share(inputs)?;
        let base = inputs.get("base")?;
        let percent = base.clone() + (Ratio::HUNDRED - base) * share;
        let points = (inputs.get("w")? * percent).over(Ratio::HUNDRED)?;
        Ok(Outcome { points, flag })
    }
}
