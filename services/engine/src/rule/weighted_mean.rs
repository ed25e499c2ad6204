//! Weighs the parts' shares by their weights.
//!
//! | a of 10 | b of 40 | points of 100 |
//! |---|---|---|
//! | 6 | 30 | 72 |
//! | n/a | 30 | 75 |
//! | missing | 30 | 60 |

use rust_decimal::Decimal;

use super::{Part, Whole};
use crate::exact::{Arithmetic, Ratio};

pub(crate) const NAME: &str = "weighted_mean";
pub(crate) const FORMULA: &str = "w·Σp/Σw";

/// w·Σp/Σw over the parts that count.
pub(crate) fn points(whole: &Whole, parts: &[Part<'_>]) -> Result<Decimal, Arithmetic> {
    let points: Ratio = parts.iter().map(|part| Ratio::from(part.points)).sum();
    let weights: Ratio = parts.iter().map(|part| Ratio::from(part.weight)).sum();
    (whole.weight.clone() * points).over(weights)?.cut()
}
