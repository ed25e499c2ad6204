//! Exact arithmetic, and the one place where it ends.
//!
//! A formula is evaluated in fractions of whole numbers of any length, so nothing is lost on
//! the way. What leaves a formula is a decimal, *cut* by one rule, the same on every machine:
//!
//! 1. A number keeps 20 places after the point ([`PLACES`]); where it would then have more
//!    than 28 digits in all ([`DIGITS`]), it keeps 28 digits. A number with more than 28
//!    digits before the point is refused ([`Arithmetic::Overflow`]).
//! 2. Digits beyond are dropped; when anything but zeros was dropped and the last digit kept
//!    is 0 or 5, it is raised by one (the rule "05up" of the General Decimal Arithmetic
//!    specification, made for numbers that are rounded again).
//!
//! The second rule makes the cut invisible: rounding the cut number to fewer places, by any
//! mode, gives what rounding the exact number would have given. Cutting by halves would not:
//! 0.00499999999999999999999 would first become 0.005 and then 0.01.

mod function;
mod natural;
mod power;
mod ratio;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests;

use std::fmt;

pub use function::FUNCTION_PLACES;
pub(crate) use function::{natural_exponential, natural_logarithm, power};
pub(crate) use natural::Natural;
pub(crate) use power::weighted_product;
pub(crate) use ratio::Ratio;

/// Places after the point that a number keeps.
pub const PLACES: u32 = 20;
/// Digits that a number keeps in all.
pub const DIGITS: u32 = 28;

/// Why a number could not be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    /// More than 28 digits before the point.
    Overflow,
    /// The formula divides by zero.
    DivisionByZero,
    /// The logarithm or a root of a number that has none.
    Undefined,
    /// The formula needs a symbol that the explanation does not carry.
    Absent(&'static str),
}

impl fmt::Display for Arithmetic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Arithmetic::Overflow => {
                f.write_str("the number has more than 28 digits before the point")
            }
            Arithmetic::DivisionByZero => f.write_str("the formula divides by zero"),
            Arithmetic::Undefined => {
                f.write_str("the formula takes a logarithm or root of a number that has none")
            }
            Arithmetic::Absent(symbol) => write!(f, "the formula needs {symbol}, which is absent"),
        }
    }
}

impl std::error::Error for Arithmetic {}
