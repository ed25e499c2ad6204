//! The value is itself the mark (评分), within 0..w.

use rust_decimal::Decimal;

use super::{Case, Outcome, Scoring};
use crate::exact::{Arithmetic, Ratio};
use crate::input::{Input, Inputs};
use crate::fault::Faults;
use crate::direction::Direction;

/// The value is itself the mark: min(max(x, 0), w). A mark outside 0..w is cut to it.
///
/// | w | x | points |
/// |---|---|---|
/// | 10 | 7.25 | 7.25 |
/// | 10 | 12 | 10 |
/// | 10 | −1 | 0 |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marks {}

impl Scoring for Marks {
    const NAME: &'static str = "marks";
    const FORMULA: &'static str = "min(max(x, 0), w)";
    const DIRECTION: Option<Direction> = Some(Direction::HigherIsBetter);

    fn check(&self, _weight: Decimal, _direction: Direction, _faults: &mut Faults) {}

    fn inputs(&self, case: &Case<'_>) -> Vec<Input> {
        vec![
            Input::new("x", "mark given", case.value),
            Input::new("w", "points at stake", case.weight),
        ]
    }

    fn points(inputs: Inputs<'_>) -> Result<Outcome, Arithmetic> {
        Ok(Outcome::within(inputs.get("x")?, Ratio::ZERO, inputs.get("w")?))
    }
}
