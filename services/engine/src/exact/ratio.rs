//! Fractions, and their cut to a decimal.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::{Arithmetic, DIGITS, Natural, PLACES};
use crate::rounding::{Rounding, RoundingMode};

/// An exact fraction. Not kept in lowest terms: a formula is short.
#[derive(Clone, Debug)]
pub(crate) struct Ratio {
    negative: bool,
    over: Natural,
    under: Natural,
}

impl Ratio {
    pub(crate) const ZERO: Ratio = Ratio::whole(0);
    pub(crate) const ONE: Ratio = Ratio::whole(1);
    pub(crate) const HUNDRED: Ratio = Ratio::whole(100);

    /// A whole number.
    pub(crate) const fn whole(number: u64) -> Ratio {
        Ratio { negative: false, over: Natural::Small(number as u128), under: Natural::ONE }
    }

    /// A whole number above 0, as the kernel has it.
    pub(crate) fn of_units(units: i128) -> Ratio {
        Ratio {
            negative: units < 0,
            over: Natural::Small(units.unsigned_abs()),
            under: Natural::ONE,
        }
    }

    /// `over` ÷ `under`, which is not 0.
    pub(crate) fn of(negative: bool, over: Natural, under: Natural) -> Ratio {
        Ratio { negative, over, under }
    }

    /// The distance from 0.
    pub(crate) fn abs(self) -> Ratio {
        Ratio { negative: false, ..self }
    }

    /// The greatest whole number that is not above it.
    pub(crate) fn floor(&self) -> Ratio {
        let (kept, rest) = self.over.divide(&self.under).unwrap_or((Natural::ZERO, Natural::ZERO));
        let kept = if self.negative && !rest.is_zero() { &kept + &Natural::ONE } else { kept };
        Ratio { negative: self.negative, over: kept, under: Natural::ONE }
    }

    /// Rounded half up, that is, halves away from 0, to so many places.
    pub(crate) fn round(&self, places: u32) -> Ratio {
        let unit = Natural::power_of_ten(places);
        let twice = &(&self.over * &unit) * &Natural::from(2);
        let kept = (&twice + &self.under).per(&(&self.under * &Natural::from(2)));
        Ratio { negative: self.negative, over: kept, under: unit }
    }

    /// The decimal it is cut to, rounded half up: in one division where that cannot differ.
    pub(crate) fn half_up(&self, places: u32) -> Result<Decimal, Arithmetic> {
        if let Ratio { over: Natural::Small(over), under: Natural::Small(under), .. } = self
            && let Some(units) = nearest(*over, *under, places)
        {
            let units = if self.negative { -units } else { units };
            return Ok(Decimal::from_i128_with_scale(units, places).normalize());
        }
        let rounding = Rounding::new(RoundingMode::HalfUp, places);
        Ok(rounding.unwrap_or(Rounding::NONE).apply(self.cut()?))
    }

    /// The quotient.
    pub(crate) fn over(self, divisor: Ratio) -> Result<Ratio, Arithmetic> {
        if divisor.is_zero() {
            return Err(Arithmetic::DivisionByZero);
        }
        Ok(Ratio {
            negative: self.negative != divisor.negative,
            over: &self.over * &divisor.under,
            under: &self.under * &divisor.over,
        })
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.over.is_zero()
    }

    pub(crate) fn is_negative(&self) -> bool {
        self.negative && !self.is_zero()
    }

    /// Numerator and denominator of a fraction that is not negative.
    pub(crate) fn terms(&self) -> (&Natural, &Natural) {
        (&self.over, &self.under)
    }

    /// Within `low..=high`, and whether that changed it.
    pub(crate) fn within(self, low: Ratio, high: Ratio) -> (Ratio, bool) {
        if self < low {
            (low, true)
        } else if self > high {
            (high, true)
        } else {
            (self, false)
        }
    }

    /// The decimal it is cut to; the rule stands in the module above.
    pub(crate) fn cut(&self) -> Result<Decimal, Arithmetic> {
        let scaled = &self.over * &Natural::power_of_ten(PLACES);
        let (kept, dropped) = scaled.divide(&self.under).ok_or(Arithmetic::DivisionByZero)?;
        settle(self.negative, kept, !dropped.is_zero())
    }
}

/// `over` ÷ `under` in units of so many places, halves up; none where a step does not fit, or the cut
/// might come before the rounding.
fn nearest(over: u128, under: u128, places: u32) -> Option<i128> {
    const SAFE: u128 = 10_u128.pow(DIGITS - PLACES);
    let twice = over.checked_mul(2 * 10_u128.checked_pow(places)?)?.checked_add(under)?;
    let units = twice.checked_div(under.checked_mul(2)?)?;
    (places < PLACES && over / under < SAFE).then(|| i128::try_from(units).ok())?
}

/// The decimal for `kept` units of the 20th place, `more` saying that something was dropped.
pub(crate) fn settle(
    negative: bool,
    mut kept: Natural,
    mut more: bool,
) -> Result<Decimal, Arithmetic> {
    let mut places = PLACES;
    let limit = Natural::power_of_ten(DIGITS);
    while kept >= limit {
        places = places.checked_sub(1).ok_or(Arithmetic::Overflow)?;
        let (shorter, dropped) = kept.divide(&Natural::Small(10)).ok_or(Arithmetic::Overflow)?;
        more |= !dropped.is_zero();
        kept = shorter;
    }
    let mut digits = kept.to_u128().ok_or(Arithmetic::Overflow)?;
    if more && digits % 5 == 0 {
        digits += 1;
    }
    let digits = i128::try_from(digits).map_err(|_| Arithmetic::Overflow)?;
    let signed = if negative { -digits } else { digits };
    let decimal =
        Decimal::try_from_i128_with_scale(signed, places).map_err(|_| Arithmetic::Overflow)?;
    Ok(decimal.normalize())
}

impl From<Decimal> for Ratio {
    fn from(decimal: Decimal) -> Ratio {
        Ratio {
            negative: decimal.is_sign_negative(),
            over: Natural::Small(decimal.mantissa().unsigned_abs()),
            under: Natural::power_of_ten(decimal.scale()),
        }
    }
}

impl std::ops::Add for Ratio {
    type Output = Ratio;

    fn add(self, other: Ratio) -> Ratio {
        let (one, two, under) = on_one_denominator(&self, &other);
        let (negative, over) = if self.negative == other.negative {
            (self.negative, &one + &two)
        } else {
            let larger = if one >= two { self.negative } else { other.negative };
            (larger, one.distance(&two))
        };
        Ratio { negative, over, under }
    }
}

impl std::ops::Sub for Ratio {
    type Output = Ratio;

    fn sub(self, other: Ratio) -> Ratio {
        let negative = !other.negative;
        self + Ratio { negative, ..other }
    }
}

impl std::ops::Mul for Ratio {
    type Output = Ratio;

    fn mul(self, other: Ratio) -> Ratio {
        Ratio {
            negative: self.negative != other.negative,
            over: &self.over * &other.over,
            under: &self.under * &other.under,
        }
    }
}

impl std::iter::Sum for Ratio {
    fn sum<I: Iterator<Item = Ratio>>(parts: I) -> Ratio {
        parts.fold(Ratio::ZERO, |sum, part| sum + part)
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Ratio) -> Ordering {
        match (self.is_negative(), other.is_negative()) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (negative, _) => {
                let order = (&self.over * &other.under).cmp(&(&other.over * &self.under));
                if negative { order.reverse() } else { order }
            }
        }
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Ratio) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ratio {
    fn eq(&self, other: &Ratio) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ratio {}

/// Both numerators over one denominator. Denominators that are powers of ten, as those of
/// decimals are, do not grow.
fn on_one_denominator(one: &Ratio, two: &Ratio) -> (Natural, Natural, Natural) {
    if one.under == two.under {
        return (one.over.clone(), two.over.clone(), one.under.clone());
    }
    if let Some((times, rest)) = one.under.divide(&two.under)
        && rest.is_zero()
    {
        return (one.over.clone(), &two.over * &times, one.under.clone());
    }
    if let Some((times, rest)) = two.under.divide(&one.under)
        && rest.is_zero()
    {
        return (&one.over * &times, two.over.clone(), two.under.clone());
    }
    (&one.over * &two.under, &two.over * &one.under, &one.under * &two.under)
}
