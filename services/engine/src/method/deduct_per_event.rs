//! Deduction per event (扣分制): w − events × deduction, not below a floor.

use rust_decimal::Decimal;

use super::{Case, Outcome, Scoring};
use crate::exact::{Arithmetic, Ratio};
use crate::input::{Input, Inputs};
use crate::fault::Faults;
use crate::direction::Direction;

/// w − x·deduction within floor..w. A count below 0 counts as none.
///
/// | w | x | deduction | floor | points |
/// |---|---|---|---|---|
/// | 5 | 0 | 0.5 | 0 | 5 |
/// | 5 | 3 | 0.5 | 0 | 5 − 3·0.5 = 3.5 |
/// | 5 | 11 | 0.5 | 0 | 0 |
/// | 5 | 11 | 0.5 | 2 | 2 |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeductPerEvent {
    /// Points lost per event, above 0.
    pub deduction: Decimal,
    /// Least points, at most w; usually 0.
    pub floor: Decimal,
}

impl Scoring for DeductPerEvent {
    const NAME: &'static str = "deduct_per_event";
    const FORMULA: &'static str = "max(w − x·deduction, floor)";
    const DIRECTION: Option<Direction> = Some(Direction::LowerIsBetter);

    fn range(&self, weight: Decimal) -> [Option<Ratio>; 2] {
        [Some(self.floor.into()), Some(weight.into())]
    }

    fn check(&self, weight: Decimal, _direction: Direction, faults: &mut Faults) {
        faults.above("deduction", self.deduction, Decimal::ZERO);
        faults.size("deduction", self.deduction);
        faults.range("floor", self.floor, Decimal::MIN, weight);
        faults.size("floor", self.floor);
    }

    fn inputs(&self, case: &Case<'_>) -> Vec<Input> {
        vec![
            Input::new("w", "points at stake", case.weight),
            Input::new("x", "number of events", case.value),
            Input::new("deduction", "points lost per event", self.deduction),
            Input::new("floor", "least points", self.floor),
        ]
    }

    fn points(inputs: Inputs<'_>) -> Result<Outcome, Arithmetic> {
        let left = inputs.get("w")? - inputs.get("x")? * inputs.get("deduction")?;
        Ok(Outcome::within(left, inputs.get("floor")?, inputs.get("w")?))
    }
}
