//! Adds the parts' points; a sum on a scale of its own is then scaled to its weight.
//!
//! | a of 10 | b of 40 | points of 50 | of 100, full marks 50 |
//! |---|---|---|---|
//! | 6 | 30 | 36 | 72 |
//! | n/a | 30 | 37.5 | 75 |
//! | missing | 30 | 30 | 60 |

use rust_decimal::Decimal;

use super::{Part, Whole};
use crate::exact::{Arithmetic, Ratio};

pub(crate) const NAME: &str = "sum";
pub(crate) const FORMULA: &str = "Σp";
pub(crate) const FORMULA_SCALED: &str = "w·Σp/full";

/// Σp, or w·Σp/full with full marks of its own.
pub(crate) fn points(whole: &Whole, parts: &[Part<'_>]) -> Result<Decimal, Arithmetic> {
    let sum: Ratio = parts.iter().map(|part| Ratio::from(part.points)).sum();
    match whole.full_marks {
        None => sum.cut(),
        Some(full_marks) => (whole.weight.clone() * sum).over(full_marks.into())?.cut(),
    }
}
