//! Case handling (办件质效): shares of the cases on time, late, extended, reworked, each at its
//! credit.

use rust_decimal::Decimal;

use super::{Case, Outcome, Scoring};
use crate::exact::{Arithmetic, Ratio};
use crate::flag::Flag;
use crate::input::{Input, Inputs};
use crate::fault::Faults;
use crate::direction::Direction;

/// w·Σ k·credit/n within 0..w: n cases in all (the leaf's indicator), k of each kind. Where
/// there were none everybody has full points, marked NOTHING_DUE.
///
/// | w 10; credit on time 100, late 50, extended 80, reworked −50 | points |
/// |---|---|
/// | 20 cases, all on time | 10 |
/// | 20 cases: 15 on time, 3 late, 2 extended, 1 of them reworked | 10·(15 + 1.5 + 1.6 − 0.5)/20 = 8.8 |
/// | no case | 10 |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseHandling {
    /// The kinds of outcome, at least one.
    pub kinds: Vec<CaseKind>,
}

/// One kind of outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseKind {
    /// The indicator that counts the cases of this kind.
    pub indicator: String,
    /// Per cent of a case that one of this kind counts, −1000–100; below 0 it costs.
    pub credit: Decimal,
}

impl Scoring for CaseHandling {
    const NAME: &'static str = "case_handling";
    const FORMULA: &'static str = "w·min(max(Σ k·credit/100/n, 0), 1)";

    fn needs(&self) -> Vec<&str> {
        self.kinds.iter().map(|kind| kind.indicator.as_str()).collect()
    }

    fn check(&self, _weight: Decimal, _direction: Direction, faults: &mut Faults) {
        if self.kinds.is_empty() {
            faults.add("kinds", "CASE_KINDS", "needs at least one kind of outcome");
        }
        for (place, kind) in self.kinds.iter().enumerate() {
            faults.inside(format!("kinds[{place}]"), |faults| {
                faults.range("credit", kind.credit, Decimal::from(-1000), Decimal::ONE_HUNDRED);
                faults.size("credit", kind.credit);
                if self.kinds[..place].iter().any(|other| other.indicator == kind.indicator) {
                    faults.add("indicator", "CASE_KINDS", "counts another kind already");
                }
            });
        }
    }

    fn inputs(&self, case: &Case<'_>) -> Vec<Input> {
        let mut inputs = vec![
            Input::new("w", "points at stake", case.weight),
            Input::new("x", "cases in all", case.value),
        ];
        for (kind, number) in self.kinds.iter().zip(1..) {
            let (count, credit) =
                (format!("cases of {}", kind.indicator), format!("credit of kind {number}, per cent"));
            inputs.push(Input::maybe(format!("k{number}"), count, case.other(&kind.indicator)));
            inputs.push(Input::new(format!("c{number}"), credit, kind.credit));
        }
        inputs
    }

    fn points(inputs: Inputs<'_>) -> Result<Outcome, Arithmetic> {
        let (w, cases) = (inputs.get("w")?, inputs.get("x")?);
        if cases.is_zero() || cases.is_negative() {
            return Ok(Outcome { points: w, flag: Some(Flag::NothingDue) });
        }
        let mut sum = Ratio::ZERO;
        let mut number = 1;
        while let Some(credit) = inputs.find(&format!("c{number}")) {
            let count = inputs.find(&format!("k{number}")).ok_or(Arithmetic::Absent("k"))?;
            sum = sum + count * credit;
            number += 1;
        }
        let outcome =
            Outcome::within(sum.over(cases * Ratio::HUNDRED)?, Ratio::ZERO, Ratio::ONE);
        Ok(Outcome { points: w * outcome.points, ..outcome })
    }
}
