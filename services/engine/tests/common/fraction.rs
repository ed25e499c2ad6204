//! Fractions of whole numbers: a second way to compute, which shares no arithmetic with the
//! engine; the cut is written down from its description.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
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

/// Places after the point of the numbers that series are summed in.
const WORK: u32 = 140;

/// A number in units of the last of those places.
fn work(value: &Exact) -> BigInt {
    (value.numer() * BigInt::from(10).pow(WORK)) / value.denom()
}

/// Half up to 40 places, as functions end.
fn forty(units: BigInt) -> Exact {
    let unit = BigInt::from(10).pow(WORK - 40);
    let size = (units.abs() * 2 + &unit) / (unit * 2);
    let size = Exact::new(size, BigInt::from(10).pow(40));
    if units.is_negative() { -size } else { size }
}

/// e^x by its series for x/1024, then squared ten times over.
fn exponential_units(x: &BigInt) -> BigInt {
    let one = BigInt::from(10).pow(WORK);
    let small = x / BigInt::from(1024);
    let (mut term, mut sum) = (one.clone(), BigInt::zero());
    let mut number = 1;
    while !term.is_zero() {
        sum += &term;
        term = &term * &small / &one / BigInt::from(number);
        number += 1;
    }
    (0..10).fold(sum, |power, _| &power * &power / &one)
}

/// ln x: the y of which e^y is x, from a first guess by its length, each step by
/// y + 2·(x − e^y)/(x + e^y).
fn logarithm_units(x: &Exact) -> BigInt {
    let one = BigInt::from(10).pow(WORK);
    let x = work(x);
    let bits = i64::try_from(x.bits()).unwrap() - i64::try_from(one.bits()).unwrap();
    let mut y = BigInt::from(bits) * &one * BigInt::from(693) / BigInt::from(1000);
    for _ in 0..12 {
        let e = exponential_units(&y);
        y += BigInt::from(2) * (&x - &e) * &one / (&x + &e);
    }
    y
}

/// e^x to 40 places.
pub fn exponential(x: &Exact) -> Exact {
    forty(exponential_units(&work(x)))
}

/// ln x to 40 places, for x above 0.
pub fn logarithm(x: &Exact) -> Exact {
    if x.is_one() { Exact::zero() } else { forty(logarithm_units(x)) }
}

/// x^y, exact where y is whole and small, else to 40 places.
pub fn power(x: &Exact, y: &Exact) -> Exact {
    if y.is_integer() && y.abs() <= whole(100) {
        return num_traits::Pow::pow(x.clone(), y.to_integer().to_i32().unwrap());
    }
    if x.is_zero() {
        return Exact::zero();
    }
    let exponent = logarithm_units(x) * y.numer() / y.denom();
    forty(exponential_units(&exponent))
}
