//! Fractions of whole numbers: a second way to compute, which shares no arithmetic with the
//! engine; the cut is written down from its description.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use rust_decimal::Decimal;

pub type Exact = BigRational;

pub fn exact(decimal: Decimal) -> Exact {
    Exact::new(decimal.mantissa().into(), BigInt::from(10).pow(decimal.scale()))
}

pub fn whole(number: i64) -> Exact {
    Exact::from(BigInt::from(number))
}

/// 20 places and 28 digits; a last digit of 0 or 5 is raised when more would follow.
pub fn cut(value: &Exact) -> Exact {
    let digits_before = value.abs().to_integer().to_string().len() as u32;
    let unit = BigInt::from(10).pow(20.min(28 - digits_before));
    let scaled = value.numer().abs() * &unit;
    let mut kept = &scaled / value.denom();
    if &kept * value.denom() != scaled && (&kept % BigInt::from(5)).is_zero() {
        kept += 1;
    }
    let result = Exact::new(kept, unit);
    if value.is_negative() { -result } else { result }
}

/// As many cases as ORACLE_CASES says.
pub fn cases() -> u32 {
    std::env::var("ORACLE_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(2_000)
}
