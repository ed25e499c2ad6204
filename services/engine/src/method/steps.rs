//! Ordered thresholds to points (分档计分).

use rust_decimal::Decimal;

use super::{Case, Outcome, Scoring};
use crate::exact::{Arithmetic, Ratio};
use crate::explained::{Input, Inputs};
use crate::fault::Faults;
use crate::node::Direction;

/// Points of the first step reached, best step first. The last step catches every value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steps {
    /// Best step first, at least one.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Reached by a value at least this good; absent on the last step only.
    pub threshold: Option<Decimal>,
    /// Points given, 0..w.
    pub points: Decimal,
}

impl Scoring for Steps {
    const NAME: &'static str = "steps";
    const FORMULA: &'static str = "p of the first step whose threshold s is reached by x";

    fn check(&self, weight: Decimal, direction: Direction, faults: &mut Faults) {
        if self.steps.last().is_none_or(|last| last.threshold.is_some()) {
            let message = "the last step must carry no threshold, so that every value reaches a step";
            faults.add("steps", "STEPS_END", message);
        }
        for (place, step) in self.steps.iter().enumerate() {
            let before = place.checked_sub(1).and_then(|before| self.steps.get(before));
            faults.inside(format!("steps[{place}]"), |faults| {
                check_step(step, before, place + 1 == self.steps.len(), direction, faults);
                faults.range("points", step.points, Decimal::ZERO, weight);
                faults.size("points", step.points);
            });
        }
    }

    fn inputs(&self, case: &Case<'_>) -> Vec<Input> {
        let mut inputs = vec![Input::new("x", "actual value", case.value)];
        if case.direction == Direction::LowerIsBetter {
            inputs.push(Input::new("lower", "lower values are better", Decimal::ONE));
        }
        for (step, number) in self.steps.iter().zip(1..) {
            if let Some(threshold) = step.threshold {
                inputs.push(Input::new(format!("s{number}"), format!("threshold of step {number}"), threshold));
            }
            inputs.push(Input::new(format!("p{number}"), format!("points of step {number}"), step.points));
        }
        inputs
    }

    fn points(inputs: Inputs<'_>) -> Result<Outcome, Arithmetic> {
        let x = inputs.get("x")?;
        let mut number = 1;
        // A step without a threshold is the last one and reached by every value.
        while let Some(threshold) = inputs.find(&format!("s{number}")) {
            let reached = if inputs.has("lower") { x <= threshold } else { x >= threshold };
            if reached {
                break;
            }
            number += 1;
        }
        let points: Ratio = inputs.find(&format!("p{number}")).ok_or(Arithmetic::Absent("p"))?;
        Ok(Outcome { points, flag: None })
    }
}

fn check_step(step: &Step, before: Option<&Step>, last: bool, direction: Direction, faults: &mut Faults) {
    match step.threshold {
        None if !last => {
            faults.add("threshold", "STEPS_ORDER", "only the last step may go without a threshold");
        }
        Some(threshold) => {
            faults.size("threshold", threshold);
            let better = before.and_then(|before| before.threshold);
            let in_order = better.is_none_or(|better| match direction {
                Direction::HigherIsBetter => better > threshold,
                Direction::LowerIsBetter => better < threshold,
            });
            if !in_order {
                let message = "the best step comes first: this threshold is not harder to miss than the one before";
                faults.add("threshold", "STEPS_ORDER", message);
            }
        }
        None => {}
    }
    if before.is_some_and(|before| before.points < step.points) {
        faults.add("points", "STEPS_ORDER", "a worse step cannot give more points than the one before");
    }
}
