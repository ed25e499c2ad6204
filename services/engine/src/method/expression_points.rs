//! A formula of the scheme's author (公式): its value is the points.

use rust_decimal::Decimal;

use super::{Case, Outcome, Scoring};
use crate::exact::{Arithmetic, Ratio};
use crate::input::{Input, Inputs};
use crate::fault::Faults;
use crate::direction::Direction;

/// The figure itself, within 0..w unless `unclamped`; usually the figure is a formula.
///
/// | w | formula | figures | points |
/// |---|---|---|---|
/// | 114 | `3*won + drawn - deduction` | won 15, drawn 7, deduction 9 | 3·15 + 7 − 9 = 43 |
/// | 10 | `10*done/max(planned, 1)` | done 7, planned 0 | 70, cut to 10 |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpressionPoints {
    /// Points may lie below 0 or above w.
    pub unclamped: bool,
}

impl Scoring for ExpressionPoints {
    const NAME: &'static str = "expression";
    const FORMULA: &'static str = "min(max(x, 0), w)";

    fn range(&self, weight: Decimal) -> [Option<Ratio>; 2] {
        if self.unclamped { [None, None] } else { [Some(Ratio::ZERO), Some(weight.into())] }
    }

    fn check(&self, _weight: Decimal, _direction: Direction, _faults: &mut Faults) {}

    fn inputs(&self, case: &Case<'_>) -> Vec<Input> {
        let mut inputs = vec![Input::new("x", "value of the formula", case.value)];
        match self.unclamped {
            true => inputs.push(Input::new("unclamped", "counts in full", Decimal::ONE)),
            false => inputs.push(Input::new("w", "points at stake", case.weight)),
        }
        inputs
    }

    fn points(inputs: Inputs<'_>) -> Result<Outcome, Arithmetic> {
        let x = inputs.get("x")?;
        match inputs.has("unclamped") {
            true => Ok(Outcome { points: x, flag: None }),
            false => Ok(Outcome::within(x, Ratio::ZERO, inputs.get("w")?)),
        }
    }
}
