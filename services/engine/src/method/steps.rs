//! Ordered thresholds to points (分档计分).

use rust_decimal::Decimal;

use super::{Case, Outcome, Scoring};
use crate::exact::{Arithmetic, Ratio};
use crate::input::{Input, Inputs};
use crate::fault::Faults;
use crate::direction::Direction;

/// Points of the first step reached, best step first. The last step catches every value.
///
/// | steps of w 10: from 90 with no accident 10, from 80 8, else 0 | points |
/// |---|---|
/// | x = 95, accidents 0 | 10 |
/// | x = 95, accidents 1 | 8 |
/// | x = 95, accidents unknown | 8 |
/// | x = 80, accidents 0 | 8 |
/// | x = 79.9, accidents 0 | 0 |
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
    /// What else must hold for the step to be reached; not on the last step.
    pub precondition: Option<Precondition>,
}

/// A condition on another indicator (前置条件), for example no accident. One without a value
/// does not meet it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Precondition {
    /// The indicator.
    pub indicator: String,
    /// Its value is at least this.
    pub at_least: Option<Decimal>,
    /// Its value is at most this.
    pub at_most: Option<Decimal>,
}

impl Scoring for Steps {
    const NAME: &'static str = "steps";
    const FORMULA: &'static str = "p of the first step whose threshold s is reached by x";

    fn asks(&self) -> Vec<&str> {
        let conditions = self.steps.iter().filter_map(|step| step.precondition.as_ref());
        conditions.map(|it| it.indicator.as_str()).collect()
    }

    fn range(&self, _weight: Decimal) -> [Option<Ratio>; 2] {
        let most = self.steps.iter().map(|step| step.points).max();
        [Some(Ratio::ZERO), most.map(Ratio::from)]
    }

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
                let meaning = format!("threshold of step {number}");
                inputs.push(Input::new(format!("s{number}"), meaning, threshold));
            }
            if let Some(condition) = &step.precondition {
                condition.inputs(number, case, &mut inputs);
            }
            let meaning = format!("points of step {number}");
            inputs.push(Input::new(format!("p{number}"), meaning, step.points));
        }
        inputs
    }

    fn points(inputs: Inputs<'_>) -> Result<Outcome, Arithmetic> {
        let x = inputs.get("x")?;
        let mut number = 1_u32;
        // A step without a threshold is the last one and reached by every value.
        while let Some(threshold) = inputs.find(&format!("s{number}")) {
            let reached = if inputs.has("lower") { x <= threshold } else { x >= threshold };
            if reached && condition_holds(number, inputs) {
                break;
            }
            number += 1;
        }
        let points: Ratio = inputs.find(&format!("p{number}")).ok_or(Arithmetic::Absent("p"))?;
        Ok(Outcome { points, flag: None })
    }
}

impl Precondition {
    fn inputs(&self, number: u32, case: &Case<'_>, inputs: &mut Vec<Input>) {
        let value = case.other(&self.indicator);
        let meaning = format!("value of {}", self.indicator);
        inputs.push(Input::maybe(format!("c{number}"), meaning, value));
        if let Some(least) = self.at_least {
            let meaning = format!("least c{number} for step {number}");
            inputs.push(Input::new(format!("c{number}≥"), meaning, least));
        }
        if let Some(most) = self.at_most {
            let meaning = format!("most c{number} for step {number}");
            inputs.push(Input::new(format!("c{number}≤"), meaning, most));
        }
    }

    fn check(&self, faults: &mut Faults) {
        if self.indicator.is_empty() {
            faults.add("indicator", "INDICATOR_REQUIRED", "names the indicator that must hold");
        }
        for (field, bound) in [("at_least", self.at_least), ("at_most", self.at_most)] {
            bound.into_iter().for_each(|bound| faults.size(field, bound));
        }
        let possible = match (self.at_least, self.at_most) {
            (None, None) => false,
            (Some(least), Some(most)) => least <= most,
            _ => true,
        };
        if !possible {
            faults.add("", "PRECONDITION", "needs at_least, at_most or both, the least first");
        }
    }
}

/// Whether the condition of that step holds, if it has one.
fn condition_holds(number: u32, inputs: Inputs<'_>) -> bool {
    let least = inputs.find(&format!("c{number}≥"));
    let most = inputs.find(&format!("c{number}≤"));
    if least.is_none() && most.is_none() {
        return true;
    }
    inputs.find(&format!("c{number}")).is_some_and(|value| {
        least.is_none_or(|least| value >= least) && most.is_none_or(|most| value <= most)
    })
}

fn check_step(step: &Step, before: Option<&Step>, last: bool, direction: Direction, faults: &mut Faults) {
    if let Some(condition) = &step.precondition {
        faults.inside("precondition", |faults| condition.check(faults));
        if last {
            let message = "the last step catches every value and can have no condition";
            faults.add("precondition", "STEPS_END", message);
        }
    }
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
