//! Graded interpolation (分级插值): levels at given values, linear between, flat outside.

use rust_decimal::Decimal;

use super::{Case, Outcome, Scoring};
use crate::exact::{Arithmetic, Ratio};
use crate::flag::Flag;
use crate::input::{Input, Inputs};
use crate::fault::Faults;
use crate::direction::Direction;

/// Points of the value on a line through the knots; the first knot's points below it and the
/// last one's above.
///
/// | knots | x | points |
/// |---|---|---|
/// | 60: 4, 80: 8, 90: 10 | 70 | 4 + 4·(70 − 60)/(80 − 60) = 6 |
/// | 60: 4, 80: 8, 90: 10 | 85 | 9 |
/// | 60: 4, 80: 8, 90: 10 | 50 | 4 |
/// | 60: 4, 80: 8, 90: 10 | 99 | 10 |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpolation {
    /// By value, least first, at least two. Points may rise and fall: an indicator that is
    /// best in the middle has a knot there.
    pub knots: Vec<Knot>,
}

/// Points at a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knot {
    /// The value.
    pub value: Decimal,
    /// The points, 0..w.
    pub points: Decimal,
}

impl Scoring for Interpolation {
    const NAME: &'static str = "interpolation";
    const FORMULA: &'static str = "p0 + (p1 − p0)·(x − v0)/(v1 − v0) between the knots beside x";

    fn range(&self, _weight: Decimal) -> [Option<Ratio>; 2] {
        let most = self.knots.iter().map(|knot| knot.points).max();
        [Some(Ratio::ZERO), most.map(Ratio::from)]
    }

    fn check(&self, weight: Decimal, _direction: Direction, faults: &mut Faults) {
        if self.knots.len() < 2 {
            faults.add("knots", "KNOTS", "needs at least two knots");
        }
        for (place, knot) in self.knots.iter().enumerate() {
            let before = place.checked_sub(1).and_then(|before| self.knots.get(before));
            faults.inside(format!("knots[{place}]"), |faults| {
                faults.size("value", knot.value);
                faults.range("points", knot.points, Decimal::ZERO, weight);
                faults.size("points", knot.points);
                if before.is_some_and(|before| before.value >= knot.value) {
                    faults.add("value", "KNOTS", "must lie above the value of the knot before");
                }
            });
        }
    }

    fn inputs(&self, case: &Case<'_>) -> Vec<Input> {
        // The last knot at or below the value and the first above it.
        let above = self.knots.iter().position(|knot| knot.value > case.value);
        let (low, high) = match above {
            Some(0) => (0, 0),
            Some(above) => (above - 1, above),
            None => (self.knots.len().saturating_sub(1), self.knots.len().saturating_sub(1)),
        };
        let mut inputs = vec![Input::new("x", "actual value", case.value)];
        let knots = [(low, "v0", "p0", "knot below"), (high, "v1", "p1", "knot above")];
        for (place, value, points, which) in knots {
            let knot = self.knots.get(place);
            inputs.push(Input::maybe(value, format!("value of the {which}"), knot.map(|it| it.value)));
            inputs.push(Input::maybe(points, format!("points of the {which}"), knot.map(|it| it.points)));
        }
        inputs
    }

    fn points(inputs: Inputs<'_>) -> Result<Outcome, Arithmetic> {
        let (low, high) = (inputs.get("v0")?, inputs.get("v1")?);
        let (from, to) = (inputs.get("p0")?, inputs.get("p1")?);
        let x = inputs.get("x")?;
        if low == high {
            let flag = (x != low).then_some(Flag::Clamped);
            return Ok(Outcome { points: from, flag });
        }
        let share = (x - low.clone()).over(high - low)?;
        let points: Ratio = from.clone() + (to - from) * share;
        Ok(Outcome { points, flag: None })
    }
}
