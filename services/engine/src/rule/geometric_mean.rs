//! Multiplies the parts' shares: a weak part cannot be made up by a strong one.
//!
//! | a of 10 | b of 40 | points of 100 |
//! |---|---|---|
//! | 10 | 40 | 100 |
//! | 6 | 30 | 71.73 |
//! | n/a | 30 | 75 |
//! | missing | 40 | 0 |

use rust_decimal::Decimal;

use super::{Part, Whole};
use crate::exact::{Arithmetic, Natural, Ratio, weighted_product};

pub(crate) const NAME: &str = "geometric_mean";
pub(crate) const FORMULA: &str = "w·Π(p/w)^(w/Σw)";

/// w·Π(p/w)^(w/Σw) over the parts that count, exact to its last digit; a share below 0
/// counts as 0.
pub(crate) fn points(whole: &Whole, parts: &[Part<'_>]) -> Result<Decimal, Arithmetic> {
    let places = parts.iter().map(|part| part.weight.scale()).max().unwrap_or(0);
    let mut shares = Vec::with_capacity(parts.len());
    for part in parts {
        let share = Ratio::from(part.points).over(part.weight.into())?;
        // Weights as whole numbers, all on one scale.
        let digits = Natural::from(part.weight.mantissa().unsigned_abs());
        let exponent = &digits * &Natural::power_of_ten(places - part.weight.scale());
        shares.push((share, exponent));
    }
    weighted_product(&whole.weight, &shares)
}
