//! Ratio to the leader (与最优值之比): w·x/x_max.

use rust_decimal::Decimal;

use super::{Case, Outcome, Scoring};
use crate::exact::{Arithmetic, Ratio};
use crate::flag::Flag;
use crate::input::{Input, Inputs};
use crate::fault::Faults;
use crate::direction::Direction;

/// w·x/x_max within 0..w; where lower values are better, w·x_min/x. A leader whose value is
/// not above 0 gives no ratio: then who equals the leader gets full points and everybody else
/// none, marked DEGENERATE_COHORT, as is a cohort of one. A factor for the difficulty (1.0–1.35)
/// stands before it as a figure.
///
/// | w | x | leader | points |
/// |---|---|---|---|
/// | 10 | 45 | 60 | 10·45/60 = 7.5 |
/// | 10 | 60 | 60 | 10 |
/// | 10 | −5 | 60 | 0 |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RatioToLeader {}

impl Scoring for RatioToLeader {
    const NAME: &'static str = "ratio_to_leader";
    const FORMULA: &'static str = "w·x/best; w·best/x where lower values are better";
    const COHORT: bool = true;

    fn check(&self, _weight: Decimal, _direction: Direction, _faults: &mut Faults) {}

    fn inputs(&self, case: &Case<'_>) -> Vec<Input> {
        let lower = case.direction == Direction::LowerIsBetter;
        let best = if lower { case.cohort.least() } else { case.cohort.greatest() };
        let mut inputs = vec![
            Input::new("w", "points at stake", case.weight),
            Input::new("x", "actual value", case.value),
            Input::new("best", "the leader's value", best.unwrap_or(case.value)),
            Input::new("n", "values that are compared", Decimal::from(case.cohort.size())),
        ];
        if lower {
            inputs.push(Input::new("lower", "lower values are better", Decimal::ONE));
        }
        inputs
    }

    fn points(inputs: Inputs<'_>) -> Result<Outcome, Arithmetic> {
        let (x, best) = (inputs.get("x")?, inputs.get("best")?);
        let alone = inputs.get("n")? <= Ratio::ONE;
        let leads = x == best;
        let (over, under) = if inputs.has("lower") { (best, x) } else { (x, best) };
        let sound = !under.is_zero() && !under.is_negative();
        let share = match (leads, sound) {
            (true, _) => Ratio::ONE,
            (false, true) => over.over(under)?,
            (false, false) => Ratio::ZERO,
        };
        let outcome = Outcome::within(share, Ratio::ZERO, Ratio::ONE);
        let flag = if alone || !sound { Some(Flag::DegenerateCohort) } else { outcome.flag };
        Ok(Outcome { points: inputs.get("w")? * outcome.points, flag })
    }
}
