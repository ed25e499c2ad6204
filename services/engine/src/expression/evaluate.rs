//! The value of a formula, from the numbers that were written down of its names.

use crate::exact::{Arithmetic, Ratio, natural_exponential, natural_logarithm, power};
use crate::input::Inputs;

use super::{Comparison, Function, Name, OfPresent, Operation, Quantity, Truth};

impl Quantity {
    pub(super) fn evaluate(&self, inputs: Inputs<'_>) -> Result<Ratio, Arithmetic> {
        match self {
            Quantity::Constant(number) => Ok((*number).into()),
            Quantity::Name(name) => known(name, inputs).ok_or(Arithmetic::Absent("a name")),
            Quantity::ValueOr(name, or) => {
                known(name, inputs).map_or_else(|| or.evaluate(inputs), Ok)
            }
            Quantity::Negative(one) => Ok(Ratio::ZERO - one.evaluate(inputs)?),
            Quantity::Arithmetic(operation, one, two) => {
                let (one, two) = (one.evaluate(inputs)?, two.evaluate(inputs)?);
                match operation {
                    Operation::Add => Ok(one + two),
                    Operation::Subtract => Ok(one - two),
                    Operation::Multiply => Ok(one * two),
                    Operation::Divide => one.over(two),
                }
            }
            Quantity::If(condition, one, two) => {
                let branch = if condition.holds(inputs)? { one } else { two };
                branch.evaluate(inputs)
            }
            Quantity::Call(function, all) => {
                let all: Result<Vec<Ratio>, Arithmetic> =
                    all.iter().map(|one| one.evaluate(inputs)).collect();
                call(*function, all?)
            }
            Quantity::OfPresent(function, names) => {
                let present: Vec<Ratio> =
                    names.iter().filter_map(|name| known(name, inputs)).collect();
                let count = Ratio::whole(present.len() as u64);
                match function {
                    OfPresent::Count => Ok(count),
                    OfPresent::Sum => Ok(present.into_iter().sum()),
                    OfPresent::Mean if present.is_empty() => Err(Arithmetic::Absent("a value")),
                    OfPresent::Mean => present.into_iter().sum::<Ratio>().over(count),
                }
            }
            Quantity::OfCohort(..) => {
                let symbol = self.to_string();
                inputs.find(&symbol).ok_or(Arithmetic::Absent("a number of the cohort"))
            }
        }
    }
}

impl Truth {
    fn holds(&self, inputs: Inputs<'_>) -> Result<bool, Arithmetic> {
        match self {
            Truth::Constant(holds) => Ok(*holds),
            Truth::Present(name) => Ok(known(name, inputs).is_some()),
            Truth::Compare(comparison, one, two) => {
                let order = one.evaluate(inputs)?.cmp(&two.evaluate(inputs)?);
                Ok(match comparison {
                    Comparison::Below => order.is_lt(),
                    Comparison::AtMost => order.is_le(),
                    Comparison::Above => order.is_gt(),
                    Comparison::AtLeast => order.is_ge(),
                    Comparison::Equal => order.is_eq(),
                    Comparison::Unequal => order.is_ne(),
                })
            }
            Truth::Not(one) => Ok(!one.holds(inputs)?),
            Truth::And(one, two) => either(false, one, two, inputs),
            Truth::Or(one, two) => either(true, one, two, inputs),
        }
    }
}

/// Whether one of two truths is `decides`, which settles both whatever the other is, and though a
/// number that it asks for is absent: `x > 1 && has(y)` does not hold where neither is there.
fn either(decides: bool, one: &Truth, two: &Truth, inputs: Inputs<'_>) -> Result<bool, Arithmetic> {
    match one.holds(inputs) {
        Ok(one) if one == decides => Ok(decides),
        Ok(_) => two.holds(inputs),
        Err(absent @ Arithmetic::Absent(_)) => match two.holds(inputs) {
            Ok(two) if two == decides => Ok(decides),
            _ => Err(absent),
        },
        Err(cause) => Err(cause),
    }
}

fn known(name: &Name, inputs: Inputs<'_>) -> Option<Ratio> {
    inputs.find(&name.to_string())
}

fn call(function: Function, all: Vec<Ratio>) -> Result<Ratio, Arithmetic> {
    let count = Ratio::whole(all.len() as u64);
    let mut rest = all.into_iter();
    let mut next = || rest.next().ok_or(Arithmetic::Absent("an argument"));
    let first = next()?;
    match function {
        Function::Min => Ok(rest.fold(first, Ord::min)),
        Function::Max => Ok(rest.fold(first, Ord::max)),
        Function::Mean => rest.fold(first, |sum, one| sum + one).over(count),
        Function::Abs => Ok(first.abs()),
        Function::Floor => Ok(first.floor()),
        Function::Ceil => Ok(Ratio::ZERO - (Ratio::ZERO - first).floor()),
        Function::Round(places) => Ok(first.round(places)),
        Function::Ln => natural_logarithm(&first),
        Function::Exp => natural_exponential(&first),
        Function::Pow => power(&first, &next()?),
        Function::Clamp => {
            let (least, most) = (next()?, next()?);
            Ok(first.max(least).min(most))
        }
    }
}
