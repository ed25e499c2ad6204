//! Weighted products with fractional exponents, to the last digit.
//!
//! The product is first enclosed by logarithms in fixed-point numbers; whenever the enclosure
//! touches a number of 20 places, it is decided by whole numbers whether the product *is*
//! that number, and if not, the enclosure is narrowed until it touches none. So the result is
//! the exact product cut by the rule of the module above, not an approximation of it.

use rust_decimal::Decimal;

use super::ratio::settle;
use super::{Arithmetic, Natural, PLACES, Ratio};

/// Bits behind the point of the first enclosure.
const PRECISION: u32 = 384;
/// Bits behind the 20th place that the first enclosure is read to.
const MARGIN: u32 = 64;

/// `scale × Π share ^ (exponent ÷ Σ exponents)`, cut. Exponents are above 0; a share that is
/// not above 0 makes the product 0, and so does a scale that is not.
pub(crate) fn weighted_product(
    scale: &Ratio,
    shares: &[(Ratio, Natural)],
) -> Result<Decimal, Arithmetic> {
    let vanishes = |share: &Ratio| share.is_zero() || share.is_negative();
    if vanishes(scale) || shares.iter().any(|(share, _)| vanishes(share)) {
        return Ok(Decimal::ZERO);
    }
    let total = shares.iter().fold(Natural::ZERO, |sum, (_, exponent)| &sum + exponent);
    if total.is_zero() {
        return Err(Arithmetic::DivisionByZero);
    }
    let mut widen = 0;
    loop {
        let margin = MARGIN + widen;
        let near = enclose(scale, shares, &total, PRECISION + widen, margin);
        // `near` is off by less than 1 either way.
        let kept = near.shift_down(margin);
        let part = near.distance(&kept.shift_up(margin));
        let above = &kept + &Natural::ONE;
        let to_next = near.distance(&above.shift_up(margin));
        let close = if part <= Natural::ONE {
            Some(kept.clone())
        } else if to_next <= Natural::ONE {
            Some(above)
        } else {
            None
        };
        match close {
            None => return settle(false, kept, true),
            Some(candidate) if is_product(&candidate, scale, shares, &total) => {
                return settle(false, candidate, false);
            }
            Some(_) => widen += PRECISION,
        }
    }
}

/// The product in units of the 20th place times 2^margin, off by less than 1: fixed-point
/// numbers with `bits` behind the point lose less than 2^(24 − bits) of the product's size,
/// which is below 2^200 such units before the margin.
fn enclose(
    scale: &Ratio,
    shares: &[(Ratio, Natural)],
    total: &Natural,
    bits: u32,
    margin: u32,
) -> Natural {
    let two = logarithm_of_two(bits);
    let (mut gain, mut loss) = (Natural::ZERO, Natural::ZERO);
    for (share, exponent) in shares {
        let (over, under) = share.terms();
        gain = &gain + &(exponent * &logarithm(over, &two, bits));
        loss = &loss + &(exponent * &logarithm(under, &two, bits));
    }
    let mean = gain.distance(&loss).per(total);
    // e^mean = 2^halvings · e^rest with 0 ≤ rest < ln 2.
    let mut halvings = mean.per(&two);
    let mut rest = mean.distance(&(&halvings * &two));
    let shrinks = gain < loss;
    if shrinks {
        rest = two.distance(&rest);
        halvings = &halvings + &Natural::ONE;
    }
    let (over, under) = scale.terms();
    let units = &(over * &Natural::power_of_ten(PLACES)) * &exponential(&rest, bits);
    let halvings =
        halvings.to_u128().and_then(|count| u32::try_from(count).ok()).unwrap_or(u32::MAX);
    if shrinks {
        units.shift_up(margin).per(under).shift_down(bits.saturating_add(halvings))
    } else {
        units.shift_up(margin + halvings).per(under).shift_down(bits)
    }
}

/// ln of a whole number above 0: by its bits, and the rest m in 1..2 by
/// ln m = 2·artanh((m − 1)/(m + 1)).
pub(super) fn logarithm(number: &Natural, two: &Natural, bits: u32) -> Natural {
    let doublings = number.bits().saturating_sub(1);
    let one = Natural::ONE.shift_up(bits);
    let rest = number.shift_up(bits).shift_down(doublings);
    let argument = rest.distance(&one).shift_up(bits).per(&(&rest + &one));
    let series = inverse_tangent(&argument, bits);
    &(&Natural::Small(doublings.into()) * two) + &series.shift_up(1)
}

/// ln 2 = 2·artanh(1/3).
pub(super) fn logarithm_of_two(bits: u32) -> Natural {
    let third = Natural::ONE.shift_up(bits).per(&Natural::Small(3));
    inverse_tangent(&third, bits).shift_up(1)
}

/// artanh y = y + y³/3 + y⁵/5 + …, for y up to 1/3.
fn inverse_tangent(argument: &Natural, bits: u32) -> Natural {
    let square = (argument * argument).shift_down(bits);
    let (mut power, mut sum) = (argument.clone(), Natural::ZERO);
    let mut odd = 1_u128;
    while !power.is_zero() {
        sum = &sum + &power.per(&Natural::Small(odd));
        power = (&power * &square).shift_down(bits);
        odd += 2;
    }
    sum
}

/// e^x = 1 + x + x²/2! + …, for x below 1.
pub(super) fn exponential(argument: &Natural, bits: u32) -> Natural {
    let (mut term, mut sum) = (Natural::ONE.shift_up(bits), Natural::ZERO);
    let mut count = 1_u128;
    while !term.is_zero() {
        sum = &sum + &term;
        term = (&term * argument).shift_down(bits).per(&Natural::Small(count));
        count += 1;
    }
    sum
}

/// Whether `candidate` units of the 20th place are the product exactly, that is, whether
/// (candidate ÷ 10^20 ÷ scale)^total = Π share^exponent.
fn is_product(
    candidate: &Natural,
    scale: &Ratio,
    shares: &[(Ratio, Natural)],
    total: &Natural,
) -> bool {
    if candidate.is_zero() {
        return false;
    }
    // Powers on the left of the equation, and powers on its right.
    let (over, under) = scale.terms();
    let mut powers = vec![
        Power { base: candidate.clone(), left: total.clone(), right: Natural::ZERO },
        Power { base: under.clone(), left: total.clone(), right: Natural::ZERO },
        Power { base: over.clone(), left: Natural::ZERO, right: total.clone() },
        Power { base: Natural::power_of_ten(PLACES), left: Natural::ZERO, right: total.clone() },
    ];
    for (share, exponent) in shares {
        let (over, under) = share.terms();
        powers.push(Power { base: over.clone(), left: Natural::ZERO, right: exponent.clone() });
        powers.push(Power { base: under.clone(), left: exponent.clone(), right: Natural::ZERO });
    }
    coprime(powers).iter().all(|power| power.left == power.right)
}

/// A base with its exponents on the two sides of an equation.
struct Power {
    base: Natural,
    left: Natural,
    right: Natural,
}

/// The same products over bases without a common divisor; then the sides are equal only if
/// the exponents of every base are. No base needs to be split into primes for that.
fn coprime(mut waiting: Vec<Power>) -> Vec<Power> {
    let mut found: Vec<Power> = Vec::new();
    while let Some(power) = waiting.pop() {
        if power.base == Natural::ONE {
            continue;
        }
        let divisors = found.iter().map(|other| other.base.common_divisor(&power.base));
        let Some((place, divisor)) =
            divisors.enumerate().find(|(_, divisor)| *divisor != Natural::ONE)
        else {
            found.push(power);
            continue;
        };
        let other = found.swap_remove(place);
        waiting.push(Power {
            base: power.base.per(&divisor),
            left: power.left.clone(),
            right: power.right.clone(),
        });
        waiting.push(Power {
            base: other.base.per(&divisor),
            left: other.left.clone(),
            right: other.right.clone(),
        });
        waiting.push(Power {
            base: divisor,
            left: &power.left + &other.left,
            right: &power.right + &other.right,
        });
    }
    found
}
