//! Share of the whole (贡献率): w·x/Σx.

use rust_decimal::Decimal;

use super::{Case, Outcome, Scoring};
use crate::exact::{Arithmetic, Ratio};
use crate::flag::Flag;
use crate::input::{Input, Inputs};
use crate::fault::Faults;
use crate::direction::Direction;

/// w·x/Σx; a value below 0 counts as 0, in the sum too. Where nobody has a value above 0 there
/// are no shares: everybody gets full points, marked DEGENERATE_COHORT, as does a cohort of one.
///
/// | w | x | Σx | points |
/// |---|---|---|---|
/// | 20 | 30 | 120 | 20·30/120 = 5 |
/// | 20 | −10 | 120 | 0 |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {}

impl Scoring for Contribution {
    const NAME: &'static str = "contribution";
    const FORMULA: &'static str = "w·x/Σx";
    const DIRECTION: Option<Direction> = Some(Direction::HigherIsBetter);
    const COHORT: bool = true;

    fn check(&self, _weight: Decimal, _direction: Direction, _faults: &mut Faults) {}

    fn inputs(&self, case: &Case<'_>) -> Vec<Input> {
        vec![
            Input::new("w", "points at stake", case.weight),
            Input::new("x", "actual value", case.value),
            Input::maybe("Σx", "sum of the cohort's values above 0", case.cohort.gains()),
            Input::new("n", "values that are added", Decimal::from(case.cohort.size())),
        ]
    }

    fn points(inputs: Inputs<'_>) -> Result<Outcome, Arithmetic> {
        let (w, sum) = (inputs.get("w")?, inputs.find("Σx").ok_or(Arithmetic::Overflow)?);
        if sum.is_zero() || inputs.get("n")? <= Ratio::ONE {
            return Ok(Outcome { points: w, flag: Some(Flag::DegenerateCohort) });
        }
        let outcome = Outcome::within(inputs.get("x")?.over(sum)?, Ratio::ZERO, Ratio::ONE);
        Ok(Outcome { points: w * outcome.points, ..outcome })
    }
}
