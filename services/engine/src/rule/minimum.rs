//! The weakest part decides (短板).
//!
//! | a of 10 | b of 40 | points of 100 |
//! |---|---|---|
//! | 6 | 30 | 60 |
//! | 10 | 30 | 75 |
//! | n/a | 30 | 75 |
//! | missing | 40 | 0 |

use rust_decimal::Decimal;

use super::{Part, Whole, share};
use crate::exact::{Arithmetic, Ratio};

pub(crate) const NAME: &str = "minimum";
pub(crate) const FORMULA: &str = "w·min(p/w)";

/// w·min(p/w) over the parts that count.
pub(crate) fn points(whole: &Whole, parts: &[Part<'_>]) -> Result<Decimal, Arithmetic> {
    let mut least: Option<Ratio> = None;
    for part in parts {
        let share = share(part)?;
        least = Some(least.map_or(share.clone(), |least| least.min(share)));
    }
    (whole.weight.clone() * least.unwrap_or(Ratio::ZERO)).cut()
}
