//! The parts' shares multiplied: what one loses, all lose.
//!
//! | a of 10 | b of 40 | points of 100 |
//! |---|---|---|
//! | 6 | 30 | 45 |
//! | 10 | 40 | 100 |
//! | 10 | missing | 0 |
//! | n/a | 30 | 75 |

use rust_decimal::Decimal;

use super::{Part, Whole, share};
use crate::exact::{Arithmetic, Ratio};

pub(crate) const NAME: &str = "product";
pub(crate) const FORMULA: &str = "w·Π(p/w)";

/// w·Π(p/w) over the parts that count.
pub(crate) fn points(whole: &Whole, parts: &[Part<'_>]) -> Result<Decimal, Arithmetic> {
    let shares = parts.iter().map(share).collect::<Result<Vec<Ratio>, Arithmetic>>()?;
    shares.into_iter().fold(whole.weight.clone(), |product, share| product * share).cut()
}
