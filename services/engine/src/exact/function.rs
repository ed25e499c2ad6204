//! Logarithm, exponential and power, for the formulas of authors.
//!
//! Their values have no end, so each is rounded half up to 40 places ([`FUNCTION_PLACES`]),
//! from fixed-point numbers that are right far beyond: the same digits on every machine, and
//! the root of a square is the whole number that it should be.

use super::power::{exponential, logarithm, logarithm_of_two};
use super::{Arithmetic, Natural, Ratio};

/// Places after the point that a logarithm, an exponential and a fractional power keep.
pub const FUNCTION_PLACES: u32 = 40;
/// Bits behind the point of the numbers on the way.
const BITS: u32 = 320;
/// Greatest argument of an exponential: beyond, the result has more than 28 digits.
const GREATEST_EXPONENT: u64 = 64;
/// Greatest whole exponent of a power.
const GREATEST_POWER: u128 = 100;
/// Longest number that a power may come to.
const LONGEST: u32 = 16_384;

/// A number in fixed point, `BITS` behind it.
struct Fixed {
    negative: bool,
    size: Natural,
}

/// ln x, for x above 0 ([`Arithmetic::Undefined`] otherwise).
pub(crate) fn natural_logarithm(x: &Ratio) -> Result<Ratio, Arithmetic> {
    if *x == Ratio::ONE {
        return Ok(Ratio::ZERO);
    }
    Ok(rounded(&fixed_logarithm(x)?))
}

/// e^x, for x up to 64 ([`Arithmetic::Overflow`] beyond).
pub(crate) fn natural_exponential(x: &Ratio) -> Result<Ratio, Arithmetic> {
    if x.is_zero() {
        return Ok(Ratio::ONE);
    }
    let (over, under) = x.terms();
    let size = over.shift_up(BITS).per(under);
    Ok(rounded(&fixed_exponential(&Fixed { negative: x.is_negative(), size })?))
}

/// x^y: exact for a whole y from −100 to 100; for any other y, x must not be below 0.
pub(crate) fn power(x: &Ratio, y: &Ratio) -> Result<Ratio, Arithmetic> {
    if let Some(exponent) = whole(y) {
        let product = repeated(x, exponent)?;
        return if y.is_negative() { Ratio::ONE.over(product) } else { Ok(product) };
    }
    if x.is_zero() {
        return if y.is_negative() { Err(Arithmetic::DivisionByZero) } else { Ok(Ratio::ZERO) };
    }
    let logarithm = fixed_logarithm(x)?;
    let (over, under) = y.terms();
    let product = Fixed {
        negative: logarithm.negative != y.is_negative(),
        size: (&logarithm.size * over).per(under),
    };
    Ok(rounded(&fixed_exponential(&product)?))
}

/// The size of a whole exponent that is not too great.
fn whole(y: &Ratio) -> Option<u128> {
    let (over, under) = y.terms();
    let (exponent, rest) = over.divide(under)?;
    let exponent = exponent.to_u128().filter(|exponent| *exponent <= GREATEST_POWER)?;
    rest.is_zero().then_some(exponent)
}

fn repeated(x: &Ratio, exponent: u128) -> Result<Ratio, Arithmetic> {
    let mut product = Ratio::ONE;
    for _ in 0..exponent {
        product = product * x.clone();
        let (over, under) = product.terms();
        if over.bits().max(under.bits()) > LONGEST {
            return Err(Arithmetic::Overflow);
        }
    }
    Ok(product)
}

fn fixed_logarithm(x: &Ratio) -> Result<Fixed, Arithmetic> {
    if x.is_zero() || x.is_negative() {
        return Err(Arithmetic::Undefined);
    }
    let two = logarithm_of_two(BITS);
    let (over, under) = x.terms();
    let (gain, loss) = (logarithm(over, &two, BITS), logarithm(under, &two, BITS));
    Ok(Fixed { negative: gain < loss, size: gain.distance(&loss) })
}

fn fixed_exponential(x: &Fixed) -> Result<Fixed, Arithmetic> {
    let two = logarithm_of_two(BITS);
    if x.size > Natural::from(u128::from(GREATEST_EXPONENT)).shift_up(BITS) {
        // e^−64 is 0.0000000000000000000000000001…, which still counts at 40 places; e^−93 does not.
        let vanishes = Natural::from(93).shift_up(BITS);
        return match x.negative {
            false => Err(Arithmetic::Overflow),
            true if x.size > vanishes => Ok(Fixed { negative: false, size: Natural::ZERO }),
            true => Ok(small(x, &two)),
        };
    }
    Ok(small(x, &two))
}

/// e^x = 2^halvings · e^rest with 0 ≤ rest < ln 2.
fn small(x: &Fixed, two: &Natural) -> Fixed {
    let mut halvings = x.size.per(two);
    let mut rest = x.size.distance(&(&halvings * two));
    if x.negative {
        rest = two.distance(&rest);
        halvings = &halvings + &Natural::ONE;
    }
    let halvings = halvings.to_u128().and_then(|it| u32::try_from(it).ok()).unwrap_or(u32::MAX);
    let power = exponential(&rest, BITS);
    let size = if x.negative { power.shift_down(halvings) } else { power.shift_up(halvings) };
    Fixed { negative: false, size }
}

fn rounded(fixed: &Fixed) -> Ratio {
    let units = &fixed.size * &Natural::power_of_ten(FUNCTION_PLACES);
    let half = Natural::ONE.shift_up(BITS - 1);
    let kept = (&units + &half).shift_down(BITS);
    Ratio::of(fixed.negative, kept, Natural::power_of_ten(FUNCTION_PLACES))
}
