//! Efficacy coefficient (功效系数法): points from a base upward between two bounds.

use rust_decimal::Decimal;

use super::bounds::{self, Bounds};
use super::{Case, Outcome, Scoring};
use crate::exact::{Arithmetic, Ratio, natural_exponential};
use crate::input::{Input, Inputs};
use crate::fault::Faults;
use crate::direction::Direction;

/// w·(base + (100 − base)·(x − low)/(high − low))/100. An indicator whose lower values are
/// better swaps the bounds. Equal bounds of a cohort give full points, marked
/// DEGENERATE_COHORT.
///
/// | w | low | high | base | x | points |
/// |---|---|---|---|---|---|
/// | 10 | 50 | 90 | 60 | 70 | 10·(60 + 40·(70 − 50)/(90 − 50))/100 = 8 |
/// | 10 | 50 | 90 | 60 | 95 | 10 |
/// | 10 | 50 | 90 | 60 | 40 | 6 |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Efficacy {
    /// Where the bounds come from.
    pub bounds: Bounds,
    /// Share of the points at the foot, in per cent, 0–99; usually 60.
    pub base: Decimal,
    /// A value outside the bounds scores beyond base..100.
    pub unclamped: bool,
    /// The points grow exponentially from foot to top, w·A·e^(B·s)/100; then `base` does not
    /// count.
    pub exponential: Option<Exponential>,
}

/// The form w·A·e^(B·(x − low)/(high − low))/100, e to 40 places (指数型功效系数).
///
/// | w | A | B | share s | points |
/// |---|---|---|---|---|
/// | 100 | 60 | 0.5108 | 0 | 60 |
/// | 100 | 60 | 0.5108 | 1 | 60·e^0.5108 = 99.9974… |
/// | 100 | 60 | 0.5108 | 0.5 | 60·e^0.2554 = 77.4586… |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exponential {
    /// Per cent of the points at the foot, above 0, at most 100.
    pub a: Decimal,
    /// How fast they grow, 0–10; a top above w is cut to it.
    pub b: Decimal,
}

impl Scoring for Efficacy {
    const NAME: &'static str = "efficacy";
    const FORMULA: &'static str = "w·(base + (100 − base)·(x − low)/(high − low))/100";

    fn range(&self, weight: Decimal) -> [Option<Ratio>; 2] {
        if self.unclamped { [None, None] } else { [Some(Ratio::ZERO), Some(weight.into())] }
    }

    fn check(&self, _weight: Decimal, _direction: Direction, faults: &mut Faults) {
        self.bounds.check(faults);
        faults.range("base", self.base, Decimal::ZERO, Decimal::from(99));
        faults.size("base", self.base);
        if let Some(form) = &self.exponential {
            faults.inside("exponential", |faults| {
                faults.above("a", form.a, Decimal::ZERO);
                faults.range("a", form.a, Decimal::MIN, Decimal::ONE_HUNDRED);
                faults.range("b", form.b, Decimal::ZERO, Decimal::TEN);
                faults.size("a", form.a);
                faults.size("b", form.b);
            });
        }
    }

    fn inputs(&self, case: &Case<'_>) -> Vec<Input> {
        let mut inputs = vec![Input::new("w", "points at stake", case.weight)];
        match &self.exponential {
            None => {
                inputs.push(Input::new("base", "per cent of the points at the foot", self.base));
            }
            Some(form) => {
                inputs.push(Input::new("a", "per cent of the points at the foot", form.a));
                inputs.push(Input::new("b", "exponent at the top", form.b));
            }
        }
        inputs.append(&mut self.bounds.inputs(case, self.unclamped));
        inputs
    }

    fn points(inputs: Inputs<'_>) -> Result<Outcome, Arithmetic> {
        let (share, flag) = bounds::share(inputs)?;
        if let Some(foot) = inputs.find("a") {
            let growth = natural_exponential(&(inputs.get("b")? * share))?;
            let w = inputs.get("w")?;
            let points = (w.clone() * foot * growth).over(Ratio::HUNDRED)?;
            let outcome = Outcome::within(points.clone(), Ratio::ZERO, w);
            return Ok(match inputs.has("unclamped") {
                true => Outcome { points, flag },
                false => Outcome { flag: flag.or(outcome.flag), ..outcome },
            });
        }
        let base = inputs.get("base")?;
        let percent = base.clone() + (Ratio::HUNDRED - base) * share;
        let points = (inputs.get("w")? * percent).over(Ratio::HUNDRED)?;
        Ok(Outcome { points, flag })
    }
}
