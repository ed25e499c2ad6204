//! Completion of a target (完成率): w·min(A/T, cap).

use rust_decimal::Decimal;

use super::{Case, Outcome, Scoring};
use crate::exact::{Arithmetic, Ratio};
use crate::input::{Input, Inputs};
use crate::fault::Faults;
use crate::direction::Direction;

/// w·min(A/T, cap), at least 0: a negative A gives 0. Needs T > 0.
///
/// | w | A | T | cap | points |
/// |---|---|---|---|---|
/// | 20 | 850 | 1000 | 1 | 20·850/1000 = 17 |
/// | 20 | 1300 | 1000 | 1 | 20 |
/// | 20 | 1100 | 1000 | 1.2 | 20·1100/1000 = 22 |
/// | 20 | −5 | 1000 | 1 | 0 |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// Greatest ratio that counts, at least 1.
    pub cap: Decimal,
}

impl Scoring for Completion {
    const NAME: &'static str = "completion";
    const FORMULA: &'static str = "w·min(A/T, cap)";
    const NEEDS_TARGET: bool = true;
    const DIRECTION: Option<Direction> = Some(Direction::HigherIsBetter);

    fn range(&self, weight: Decimal) -> [Option<Ratio>; 2] {
        [Some(Ratio::ZERO), Some(Ratio::from(weight) * self.cap.into())]
    }

    fn check(&self, _weight: Decimal, _direction: Direction, faults: &mut Faults) {
        faults.range("cap", self.cap, Decimal::ONE, Decimal::from(1000));
        faults.size("cap", self.cap);
    }

    fn inputs(&self, case: &Case<'_>) -> Vec<Input> {
        vec![
            Input::new("w", "points at stake", case.weight),
            Input::new("A", "actual value", case.value),
            Input::maybe("T", "target", case.target),
            Input::new("cap", "greatest ratio that counts", self.cap),
        ]
    }

    fn points(inputs: Inputs<'_>) -> Result<Outcome, Arithmetic> {
        let reached = inputs.get("A")?.over(inputs.get("T")?)?;
        let outcome = Outcome::within(reached, Ratio::ZERO, inputs.get("cap")?);
        Ok(Outcome { points: inputs.get("w")? * outcome.points, ..outcome })
    }
}
