//! Whole numbers of one machine width, checked at every step, and the two ways in which a
//! fraction of them becomes points. `None` always means: too long, ask the exact arithmetic.

use rust_decimal::Decimal;

use crate::exact::{DIGITS, PLACES};
use crate::rounding::RoundingMode;

/// A machine's whole number, 64 or 128 bits wide.
pub(super) trait Whole: Copy + Ord {
    const ZERO: Self;
    const ONE: Self;
    fn narrow(wide: i128) -> Option<Self>;
    fn wide(self) -> i128;
    fn plus(self, other: Self) -> Option<Self>;
    fn minus(self, other: Self) -> Option<Self>;
    fn times(self, other: Self) -> Option<Self>;
    /// Quotient towards zero and rest, for a divisor above 0.
    fn divide(self, divisor: Self) -> (Self, Self);
    /// Whether it is odd.
    fn odd(self) -> bool;
}

macro_rules! whole {
    ($($width:ty),+) => {$(
        impl Whole for $width {
            const ZERO: Self = 0;
            const ONE: Self = 1;
            fn narrow(wide: i128) -> Option<Self> {
                Self::try_from(wide).ok()
            }
            fn wide(self) -> i128 {
                self.into()
            }
            fn plus(self, other: Self) -> Option<Self> {
                self.checked_add(other)
            }
            fn minus(self, other: Self) -> Option<Self> {
                self.checked_sub(other)
            }
            fn times(self, other: Self) -> Option<Self> {
                self.checked_mul(other)
            }
            fn divide(self, divisor: Self) -> (Self, Self) {
                (self / divisor, self % divisor)
            }
            fn odd(self) -> bool {
                self % 2 != 0
            }
        }
    )+};
}

whole!(i64, i128);

/// A decimal as whole units of its last place, without trailing zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scaled {
    pub(super) units: i128,
    pub(super) scale: u32,
}

impl Scaled {
    /// Its units at a scale that is not smaller.
    pub(super) fn at(self, scale: u32) -> Option<i128> {
        if self.scale == scale {
            return Some(self.units);
        }
        self.units.checked_mul(power(scale.checked_sub(self.scale)?)?)
    }
}

impl From<Decimal> for Scaled {
    fn from(decimal: Decimal) -> Scaled {
        let short = decimal.normalize();
        Scaled { units: short.mantissa(), scale: short.scale() }
    }
}

/// 10 to the power `exponent`.
pub(super) fn power(exponent: u32) -> Option<i128> {
    const POWERS: [i128; 39] = {
        let mut powers = [1_i128; 39];
        let mut place = 1;
        while place < powers.len() {
            powers[place] = powers[place - 1] * 10;
            place += 1;
        }
        powers
    };
    POWERS.get(exponent as usize).copied()
}

/// The decimal of that many units of a place, without trailing zeros.
pub(super) fn decimal(mut units: i128, mut scale: u32) -> Option<Decimal> {
    // A number from the tree may have more digits here than a decimal holds, zeros all.
    while scale > 0 && units % 10 == 0 {
        (units, scale) = (units / 10, scale - 1);
    }
    Decimal::try_from_i128_with_scale(units, scale).ok().map(|decimal| decimal.normalize())
}

/// Whether a number of that many units is below 10^8 in size. Such a number keeps all 20
/// places when it is cut, so that rounding it at once gives what cutting first would have.
pub(super) fn short(units: i128, scale: u32) -> bool {
    let limit = if scale <= PLACES { power(DIGITS - PLACES + scale) } else { None };
    limit.is_some_and(|limit| -limit < units && units < limit)
}

/// `over ÷ under`, rounded to a whole number.
pub(super) fn round<T: Whole>(over: T, under: T, mode: RoundingMode) -> Option<T> {
    let (kept, rest) = over.divide(under);
    if rest == T::ZERO {
        return Some(kept);
    }
    let rest = if rest < T::ZERO { T::ZERO.minus(rest)? } else { rest };
    let to_next = under.minus(rest)?;
    let away = match mode {
        RoundingMode::HalfUp => rest >= to_next,
        RoundingMode::HalfEven => rest > to_next || (rest == to_next && kept.odd()),
        RoundingMode::Up => true,
        RoundingMode::Down | RoundingMode::None => false,
    };
    match (away, over < T::ZERO) {
        (false, _) => Some(kept),
        (true, false) => kept.plus(T::ONE),
        (true, true) => kept.minus(T::ONE),
    }
}

/// `over ÷ under` in units of the 20th place, cut by the rule of [`crate::exact`].
pub(super) fn cut(over: i128, under: i128) -> Option<i128> {
    const STEP: i128 = 10_000;
    let (mut kept, mut rest) = over.divide(under);
    for _ in 0..PLACES / 4 {
        let (digits, left) = rest.checked_mul(STEP)?.divide(under);
        kept = kept.checked_mul(STEP)?.checked_add(digits)?;
        rest = left;
    }
    if !short(kept, PLACES) {
        return None;
    }
    let raised = rest != 0 && kept % 5 == 0;
    Some(if raised { kept + over.signum() } else { kept })
}

/// The greatest common divisor of two numbers above 0.
pub(super) fn common_divisor(mut one: i128, mut two: i128) -> i128 {
    while two != 0 {
        (one, two) = (two, one % two);
    }
    one
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::exact::Ratio;
    use crate::rounding::Rounding;

    fn mode() -> impl Strategy<Value = RoundingMode> {
        prop_oneof![
            Just(RoundingMode::HalfUp),
            Just(RoundingMode::HalfEven),
            Just(RoundingMode::Down),
            Just(RoundingMode::Up),
        ]
    }

    fn exact(over: i128, under: i128) -> Decimal {
        let ratio = Ratio::from(Decimal::try_from_i128_with_scale(over, 0).unwrap());
        let under = Ratio::from(Decimal::try_from_i128_with_scale(under, 0).unwrap());
        ratio.over(under).unwrap().cut().unwrap()
    }

    proptest! {
        #[test]
        fn a_fraction_is_cut_and_rounded_as_the_exact_arithmetic_does(
            over in prop_oneof![-9_999_999_999_i128..9_999_999_999, -500_i128..500],
            under in prop_oneof![1_i128..9_999, 1_i128..99_999_999_999, (0..9_u32).prop_map(|it| 10_i128.pow(it))],
            places in 0..6_u32, mode in mode(),
        ) {
            prop_assume!((over / under).abs() < 99_999_999);
            let cut = cut(over, under).unwrap();
            prop_assert_eq!(decimal(cut, PLACES).unwrap(), exact(over, under));
            let rounding = Rounding::new(mode, places).unwrap();
            let wide = round(over * power(places).unwrap(), under, mode).unwrap();
            prop_assert_eq!(decimal(wide, places).unwrap(), rounding.apply(exact(over, under)));
            let narrow = (over * power(places).unwrap()).try_into().ok().zip(under.try_into().ok());
            if let Some((over, under)) = narrow {
                prop_assert_eq!(round::<i64>(over, under, mode).map(i128::from), Some(wide));
            }
        }
    }

    #[test]
    fn what_is_too_long_is_not_answered() {
        assert_eq!(cut(100_000_000, 1), None);
        assert_eq!(cut(i128::MAX, 1), None);
        assert_eq!(round(i64::MIN, 1, RoundingMode::HalfUp), Some(i64::MIN));
        assert!(short(99_999_999, 0) && !short(100_000_000, 0) && !short(0, 21));
    }
}
