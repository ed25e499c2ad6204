//! Control of a quantity that should stay low (控制类): w·(2 − A/T) within 0..w.

use rust_decimal::Decimal;

use super::{Case, Outcome, Scoring};
use crate::exact::{Arithmetic, Ratio};
use crate::input::{Input, Inputs};
use crate::fault::Faults;
use crate::direction::Direction;

/// w·(2 − A/T) within 0..w: full points up to T, none from 2T on. Needs T > 0.
///
/// | w | A | T | points |
/// |---|---|---|---|
/// | 10 | 80 | 100 | 10 |
/// | 10 | 130 | 100 | 10·(2 − 130/100) = 7 |
/// | 10 | 200 | 100 | 0 |
/// | 10 | 250 | 100 | 0 |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {}

impl Scoring for Control {
    const NAME: &'static str = "control";
    const FORMULA: &'static str = "w·min(max(2 − A/T, 0), 1)";
    const NEEDS_TARGET: bool = true;
    const DIRECTION: Option<Direction> = Some(Direction::LowerIsBetter);

    fn check(&self, _weight: Decimal, _direction: Direction, _faults: &mut Faults) {}

    fn inputs(&self, case: &Case<'_>) -> Vec<Input> {
        vec![
            Input::new("w", "points at stake", case.weight),
            Input::new("A", "actual value", case.value),
            Input::maybe("T", "target", case.target),
        ]
    }

    fn points(inputs: Inputs<'_>) -> Result<Outcome, Arithmetic> {
        let kept = Ratio::whole(2) - inputs.get("A")?.over(inputs.get("T")?)?;
        let outcome = Outcome::within(kept, Ratio::ZERO, Ratio::ONE);
        Ok(Outcome { points: inputs.get("w")? * outcome.points, ..outcome })
    }
}
