//! Whole numbers from 0 up, of any length. Nearly all of them fit 128 bits, and then cost
//! what a machine number costs; the others are `num-bigint`'s.

use std::cmp::Ordering;

use num_bigint::BigUint;

/// A whole number, at least 0. `Large` only holds what does not fit `Small`, so that equal
/// numbers have equal forms.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Natural {
    Small(u128),
    Large(BigUint),
}

impl Natural {
    pub(crate) const ZERO: Natural = Natural::Small(0);
    pub(crate) const ONE: Natural = Natural::Small(1);

    /// 10 to the power `exponent`.
    pub(crate) fn power_of_ten(exponent: u32) -> Natural {
        match 10_u128.checked_pow(exponent) {
            Some(power) => Natural::Small(power),
            None => settle(BigUint::from(10_u32).pow(exponent)),
        }
    }

    pub(crate) fn is_zero(&self) -> bool {
        *self == Natural::ZERO
    }

    pub(crate) fn to_u128(&self) -> Option<u128> {
        match self {
            Natural::Small(small) => Some(*small),
            Natural::Large(_) => None,
        }
    }

    /// Position of the highest bit set, from 1; 0 for zero.
    pub(crate) fn bits(&self) -> u32 {
        match self {
            Natural::Small(small) => 128 - small.leading_zeros(),
            Natural::Large(large) => large.bits() as u32,
        }
    }

    /// The distance between two numbers.
    pub(crate) fn distance(&self, other: &Natural) -> Natural {
        match (self, other) {
            (Natural::Small(one), Natural::Small(two)) => Natural::Small(one.abs_diff(*two)),
            _ if self >= other => settle(self.large() - other.large()),
            _ => settle(other.large() - self.large()),
        }
    }

    /// Quotient and remainder; `None` when `divisor` is zero.
    pub(crate) fn divide(&self, divisor: &Natural) -> Option<(Natural, Natural)> {
        match (self, divisor) {
            (_, Natural::Small(0)) => None,
            (Natural::Small(one), Natural::Small(two)) => {
                Some((Natural::Small(one / two), Natural::Small(one % two)))
            }
            _ if self < divisor => Some((Natural::ZERO, self.clone())),
            _ => {
                let (number, divisor) = (self.large(), divisor.large());
                let quotient = &number / &divisor;
                let rest = number - &quotient * divisor;
                Some((settle(quotient), settle(rest)))
            }
        }
    }

    /// The quotient alone, for a divisor known not to be zero (zero gives zero).
    pub(crate) fn per(&self, divisor: &Natural) -> Natural {
        self.divide(divisor).map_or(Natural::ZERO, |(quotient, _)| quotient)
    }

    /// Greatest common divisor.
    pub(crate) fn common_divisor(&self, other: &Natural) -> Natural {
        let (mut one, mut two) = (self.clone(), other.clone());
        while let Some((_, remainder)) = one.divide(&two) {
            (one, two) = (two, remainder);
        }
        one
    }

    /// Times 2 to the power `by`.
    pub(crate) fn shift_up(&self, by: u32) -> Natural {
        settle(self.large() << by)
    }

    /// Divided by 2 to the power `by`, the rest dropped.
    pub(crate) fn shift_down(&self, by: u32) -> Natural {
        settle(self.large() >> by)
    }

    fn large(&self) -> BigUint {
        match self {
            Natural::Small(small) => BigUint::from(*small),
            Natural::Large(large) => large.clone(),
        }
    }
}

impl From<u128> for Natural {
    fn from(small: u128) -> Natural {
        Natural::Small(small)
    }
}

impl std::ops::Add for &Natural {
    type Output = Natural;

    fn add(self, other: &Natural) -> Natural {
        match (self, other) {
            (Natural::Small(one), Natural::Small(two)) if let Some(sum) = one.checked_add(*two) => {
                Natural::Small(sum)
            }
            _ => settle(self.large() + other.large()),
        }
    }
}

impl std::ops::Mul for &Natural {
    type Output = Natural;

    fn mul(self, other: &Natural) -> Natural {
        match (self, other) {
            (Natural::Small(one), Natural::Small(two))
                if let Some(product) = one.checked_mul(*two) =>
            {
                Natural::Small(product)
            }
            _ => settle(self.large() * other.large()),
        }
    }
}

impl Ord for Natural {
    fn cmp(&self, other: &Natural) -> Ordering {
        match (self, other) {
            (Natural::Small(one), Natural::Small(two)) => one.cmp(two),
            (Natural::Small(_), Natural::Large(_)) => Ordering::Less,
            (Natural::Large(_), Natural::Small(_)) => Ordering::Greater,
            (Natural::Large(one), Natural::Large(two)) => one.cmp(two),
        }
    }
}

impl PartialOrd for Natural {
    fn partial_cmp(&self, other: &Natural) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The one form a number has.
fn settle(large: BigUint) -> Natural {
    match u128::try_from(&large) {
        Ok(small) => Natural::Small(small),
        Err(_) => Natural::Large(large),
    }
}
