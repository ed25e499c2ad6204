//! The best part decides (择优).
//!
//! | a of 10 | b of 40 | points of 100 |
//! |---|---|---|
//! | 6 | 30 | 75 |
//! | 10 | 30 | 100 |
//! | 6 | n/a | 60 |
//! | missing | 30 | 75 |

use rust_decimal::Decimal;

use super::{Part, Whole, share};
use crate::exact::{Arithmetic, Ratio};

pub(crate) const NAME: &str = "maximum";
pub(crate) const FORMULA: &str = "w·max(p/w)";

/// w·max(p/w) over the parts that count.
pub(crate) fn points(whole: &Whole, parts: &[Part<'_>]) -> Result<Decimal, Arithmetic> {
    let mut most: Option<Ratio> = None;
    for part in parts {
        let share = share(part)?;
        most = Some(most.map_or(share.clone(), |most| most.max(share)));
    }
    (whole.weight.clone() * most.unwrap_or(Ratio::ZERO)).cut()
}
