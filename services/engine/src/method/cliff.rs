//! All or nothing (完成得分、未完成不得分): nothing unless the mark is reached, then a base and more by
//! the excess.

use rust_decimal::Decimal;

use super::slopes::{check_reference, excess, reference};
use super::{Case, Outcome, Scoring};
use crate::exact::{Arithmetic, Ratio};
use crate::flag::Flag;
use crate::input::{Input, Inputs};
use crate::fault::Faults;
use crate::direction::Direction;

/// 0 short of the mark; from it on min(base + excess·slope, most).
///
/// | mark 100, base 6, slope 0.2, most 10 | points |
/// |---|---|
/// | x = 99.99 | 0 |
/// | x = 100 | 6 |
/// | x = 110 | 6 + 10·0.2 = 8 |
/// | x = 150 | 10 |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cliff {
    /// The mark; the target where absent, which must then be above 0.
    pub at: Option<Decimal>,
    /// The excess is counted in per cent of the mark, not in the indicator's unit.
    pub percent: bool,
    /// Points at the mark, 0..w.
    pub base: Decimal,
    /// Points for each unit of the excess, at least 0.
    pub slope: Decimal,
    /// Most points, base..w.
    pub most: Decimal,
}

impl Scoring for Cliff {
    const NAME: &'static str = "cliff";
    const FORMULA: &'static str = "0 short of at, else min(base + excess·slope, most)";

    fn needs_target(&self) -> bool {
        self.at.is_none()
    }

    fn range(&self, _weight: Decimal) -> [Option<Ratio>; 2] {
        [Some(Ratio::ZERO), Some(self.most.into())]
    }

    fn check(&self, weight: Decimal, _direction: Direction, faults: &mut Faults) {
        check_reference(self.at, self.percent, faults);
        faults.range("base", self.base, Decimal::ZERO, weight);
        faults.size("base", self.base);
        faults.range("slope", self.slope, Decimal::ZERO, Decimal::MAX);
        faults.size("slope", self.slope);
        faults.range("most", self.most, self.base, weight);
        faults.size("most", self.most);
    }

    fn inputs(&self, case: &Case<'_>) -> Vec<Input> {
        let mut inputs = reference(self.at, self.percent, case);
        inputs.push(Input::new("base", "points at the mark", self.base));
        inputs.push(Input::new("slope", "points for each unit of the excess", self.slope));
        inputs.push(Input::new("most", "most points", self.most));
        inputs
    }

    fn points(inputs: Inputs<'_>) -> Result<Outcome, Arithmetic> {
        let excess = excess(inputs)?;
        if excess.is_negative() {
            return Ok(Outcome { points: Ratio::ZERO, flag: None });
        }
        let (points, most) = (inputs.get("base")? + excess * inputs.get("slope")?, inputs.get("most")?);
        let flag = (points > most).then_some(Flag::Clamped);
        Ok(Outcome { points: points.min(most), flag })
    }
}
