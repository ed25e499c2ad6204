//! How the facts of shorter periods make the fact of a longer one.

use std::borrow::Borrow;

use rust_decimal::Decimal;

use crate::exact::{Arithmetic, DIGITS, PLACES, Ratio};
use crate::fact::Fact;

/// How the values of shorter periods make the value of a longer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accumulation {
    /// Each value is an increment; they are added.
    Sum,
    /// Each value counts from the start of the longer period; the last one holds.
    Cumulative,
    /// Each value is a level; their mean holds, divided by the number of values present.
    Mean,
    /// Each value is a level; the last one holds.
    Latest,
}

/// The fact of a period from the facts of its parts, given in time order with
/// [`Fact::Missing`] where a part has none.
///
/// Parts that do not apply are passed over. All missing is missing; all not applicable is not
/// applicable. The value is `partial` when a part that it should rest on is missing: any part
/// of a sum or mean, a part after the one that holds otherwise. It is verified when every
/// observation behind it is. A mean is cut like any quotient of the engine.
///
/// ```
/// use engine::{Accumulation, Fact, accumulate};
/// let month = |value: &str, source: &str| Fact::Value {
///     value: value.parse().unwrap(), verified: true, partial: false, sources: vec![source.into()],
/// };
/// let quarter = accumulate(Accumulation::Mean, [month("97", "o1"), Fact::Missing, month("98", "o3")].iter());
/// assert_eq!(quarter, Ok(Fact::Value {
///     value: "97.5".parse().unwrap(), verified: true, partial: true, sources: vec!["o1".into(), "o3".into()],
/// }));
/// ```
pub fn accumulate<F: Borrow<Fact>>(
    how: Accumulation,
    parts: impl Iterator<Item = F> + Clone,
) -> Result<Fact, Arithmetic> {
    let mut held = Held::default();
    for part in parts.clone() {
        held.take(how, part.borrow());
    }
    if held.values.is_empty() {
        return Ok(without_value(parts));
    }
    let divisor = match how {
        Accumulation::Mean => held.values.len() as u64,
        Accumulation::Sum | Accumulation::Cumulative | Accumulation::Latest => 1,
    };
    let value = match short_sum(&held.values).filter(|_| divisor == 1) {
        Some(sum) => sum,
        None => {
            let sum: Ratio = held.values.into_iter().map(Ratio::from).sum();
            sum.over(Ratio::whole(divisor))?.cut()?
        }
    };
    Ok(Fact::Value {
        value,
        verified: !held.unverified,
        partial: held.partial,
        sources: held.sources,
    })
}

/// A sum that is short enough to need no cut; `None` where it might.
fn short_sum(values: &[Decimal]) -> Option<Decimal> {
    let scale = values.iter().map(Decimal::scale).max().filter(|scale| *scale <= PLACES)?;
    let mut sum = 0_i128;
    for value in values {
        let units = value.mantissa().checked_mul(10_i128.checked_pow(scale - value.scale())?)?;
        sum = sum.checked_add(units)?;
    }
    (sum.unsigned_abs() < SHORT).then(|| Decimal::from_i128_with_scale(sum, scale).normalize())
}

/// Beyond 28 digits a number is cut.
const SHORT: u128 = 10_u128.pow(DIGITS);

/// What the value rests on so far.
#[derive(Default)]
struct Held {
    values: Vec<Decimal>,
    unverified: bool,
    partial: bool,
    sources: Vec<String>,
}

impl Held {
    fn take(&mut self, how: Accumulation, part: &Fact) {
        let adds = matches!(how, Accumulation::Sum | Accumulation::Mean);
        match part {
            Fact::Missing => self.partial |= adds || !self.values.is_empty(),
            Fact::NotApplicable { .. } => {}
            Fact::Value { value, verified, partial, sources } => {
                if !adds {
                    self.values.clear();
                    self.sources.clear();
                    (self.unverified, self.partial) = (false, false);
                }
                self.values.push(*value);
                self.unverified |= !verified;
                self.partial |= partial;
                self.sources.extend_from_slice(sources);
            }
        }
    }
}

/// Missing, unless every part says that it does not apply.
fn without_value<F: Borrow<Fact>>(parts: impl Iterator<Item = F>) -> Fact {
    let (mut reasons, mut names, mut all_verified) = (Vec::new(), Vec::new(), true);
    for part in parts {
        let Fact::NotApplicable { reason, verified, sources } = part.borrow() else {
            return Fact::Missing;
        };
        if !reasons.contains(reason) {
            reasons.push(reason.clone());
        }
        names.extend_from_slice(sources);
        all_verified &= verified;
    }
    if reasons.is_empty() {
        return Fact::Missing;
    }
    Fact::NotApplicable { reason: reasons.join("; "), verified: all_verified, sources: names }
}
