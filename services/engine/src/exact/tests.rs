//! Against whole numbers and fractions that somebody else wrote.

use num_bigint::{BigInt, BigUint};
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{Arithmetic, DIGITS, Natural, PLACES, Ratio, weighted_product};
use crate::rounding::{Rounding, RoundingMode};

fn theirs(ours: &Natural) -> BigUint {
    let low = |natural: &Natural| BigUint::from(natural.to_u128().unwrap_or(0));
    match ours {
        Natural::Small(_) => low(ours),
        Natural::Large(large) => large.clone(),
    }
}

fn ours(theirs: &BigUint) -> Natural {
    let shift =
        |natural: &Natural, digit: u32| &natural.shift_up(32) + &Natural::from(u128::from(digit));
    theirs.to_u32_digits().into_iter().rev().fold(Natural::ZERO, |sum, digit| shift(&sum, digit))
}

/// Numbers of 0 to 12 digits of 32 bits, with many digits at their extremes.
fn number() -> impl Strategy<Value = BigUint> {
    let digit = prop_oneof![Just(0), Just(1), Just(u32::MAX), Just(1 << 31), any::<u32>()];
    prop::collection::vec(digit, 0..12).prop_map(BigUint::new)
}

fn decimal() -> impl Strategy<Value = Decimal> {
    let digits = -999_999_999_999_999_999_999_999_i128..=999_999_999_999_999_999_999_999;
    (digits, 0..=20_u32).prop_map(|(digits, places)| Decimal::from_i128_with_scale(digits, places))
}

fn fraction(decimal: Decimal) -> BigRational {
    BigRational::new(decimal.mantissa().into(), BigInt::from(10).pow(decimal.scale()))
}

/// The fraction rounded to `places` by `mode`, straight from the definition.
fn rounded(exact: &BigRational, mode: RoundingMode, places: u32) -> BigRational {
    let scale = BigRational::from(BigInt::from(10).pow(places));
    let scaled = exact.abs() * &scale;
    let (floor, part) = (scaled.floor(), scaled.fract());
    let half = BigRational::new(1.into(), 2.into());
    let odd = (floor.to_integer() % BigInt::from(2)) != BigInt::zero();
    let up = match mode {
        RoundingMode::HalfUp => part >= half,
        RoundingMode::HalfEven => part > half || (part == half && odd),
        RoundingMode::Down => false,
        RoundingMode::Up => !part.is_zero(),
        RoundingMode::None => panic!("not a rounding"),
    };
    let whole = if up { floor + BigRational::from(BigInt::from(1)) } else { floor };
    let result = whole / scale;
    if exact.is_negative() { -result } else { result }
}

proptest! {
    #[test]
    fn rounded_at_once_is_what_the_cut_number_is_rounded_to(
        over in decimal(), under in decimal(), halves in -9_999_i128..9_999, places in 0..20_u32,
    ) {
        let near = |ratio: &Ratio| {
            let rounding = Rounding::new(RoundingMode::HalfUp, places).unwrap();
            (ratio.half_up(places), ratio.cut().map(|cut| rounding.apply(cut)))
        };
        if let Ok(quotient) = Ratio::from(over).over(under.into()) {
            let (at_once, in_two) = near(&quotient);
            prop_assert_eq!(at_once, in_two);
        }
        let half = Ratio::from(Decimal::from_i128_with_scale(10 * halves + 5, places + 1));
        let (at_once, in_two) = near(&half);
        prop_assert_eq!(at_once, in_two);
    }

    #[test]
    fn whole_numbers_agree(one in number(), two in number(), by in 0..200_u32) {
        let (a, b) = (ours(&one), ours(&two));
        prop_assert_eq!(theirs(&a), one.clone());
        prop_assert_eq!(theirs(&(&a + &b)), &one + &two);
        prop_assert_eq!(theirs(&(&a * &b)), &one * &two);
        prop_assert_eq!(a.cmp(&b), one.cmp(&two));
        prop_assert_eq!(u64::from(a.bits()), one.bits());
        let distance = if one > two { &one - &two } else { &two - &one };
        prop_assert_eq!(theirs(&a.distance(&b)), distance);
        prop_assert_eq!(theirs(&a.shift_up(by)), &one << by);
        prop_assert_eq!(theirs(&a.shift_down(by)), &one >> by);
        prop_assert_eq!(theirs(&a.common_divisor(&b)), num_integer::gcd(one.clone(), two.clone()));
        match a.divide(&b) {
            None => prop_assert!(two.is_zero()),
            Some((quotient, rest)) => {
                prop_assert_eq!(theirs(&quotient), &one / &two);
                prop_assert_eq!(theirs(&rest), &one % &two);
            }
        }
    }

    #[test]
    fn long_division_agrees_where_the_quotient_is_known(quotient in number(), divisor in number(), rest in number()) {
        prop_assume!(!divisor.is_zero());
        let rest = rest % &divisor;
        let number = &quotient * &divisor + &rest;
        let (ours_quotient, ours_rest) = ours(&number).divide(&ours(&divisor)).unwrap();
        prop_assert_eq!((theirs(&ours_quotient), theirs(&ours_rest)), (quotient, rest));
    }

    #[test]
    fn fractions_agree_and_the_cut_is_invisible_to_rounding(
        one in decimal(), two in decimal(), three in decimal(), places in 0..20_u32,
    ) {
        prop_assume!(!three.is_zero());
        let exact = (fraction(one) - fraction(two)) * fraction(one) / fraction(three) + fraction(two);
        let ratio = ((Ratio::from(one) - two.into()) * one.into()).over(three.into()).unwrap() + two.into();
        let cut = match ratio.cut() {
            Ok(cut) => cut,
            Err(cause) => {
                prop_assert_eq!(cause, Arithmetic::Overflow);
                prop_assert!(exact.abs() >= BigRational::from(BigInt::from(10).pow(DIGITS)));
                return Ok(());
            }
        };
        let off = (fraction(cut) - &exact).abs();
        let digits_before = exact.abs().to_integer().to_string().len() as u32;
        let kept = PLACES.min(DIGITS - digits_before);
        prop_assert!(off < BigRational::new(1.into(), BigInt::from(10).pow(kept)));
        if places < kept {
            for mode in [RoundingMode::HalfUp, RoundingMode::HalfEven, RoundingMode::Down, RoundingMode::Up] {
                let rounding = Rounding::new(mode, places).unwrap();
                prop_assert_eq!(fraction(rounding.apply(cut)), rounded(&exact, mode, places));
            }
        }
        if exact.is_integer() && exact.abs() < BigRational::from(BigInt::from(10).pow(DIGITS)) {
            prop_assert!(off.is_zero());
        }
    }

    #[test]
    fn fractions_are_ordered(one in decimal(), two in decimal(), times in 1..1_000_u64) {
        let stretched = (Ratio::from(one) * Ratio::whole(times)).over(Ratio::whole(times)).unwrap();
        prop_assert_eq!(stretched.cmp(&two.into()), one.cmp(&two));
        prop_assert!(stretched == one.into());
    }

    /// The last digit of a weighted product against whole roots: the cut c satisfies
    /// c ≤ product < c + 1 in units of the 20th place, by powers of whole numbers.
    #[test]
    fn weighted_products_are_exact_to_the_last_digit(
        shares in prop::collection::vec((1..=120_000_u64, 1..=6_u128), 1..5), scale in 1..=1_000_u64,
    ) {
        let given: Vec<_> = shares.iter().map(|(share, weight)| (
            Ratio::whole(*share).over(Ratio::whole(100_000)).unwrap(), Natural::from(*weight),
        )).collect();
        let cut = weighted_product(&Ratio::whole(scale), &given).unwrap();
        let total: u32 = shares.iter().map(|(_, weight)| *weight as u32).sum();
        let units = BigInt::from(10).pow(PLACES);
        // (product·10^20)^total, an exact fraction.
        let power = shares.iter().fold(
            num_traits::pow(BigRational::from(BigInt::from(scale) * &units), total as usize),
            |power, (share, weight)| {
                let share = BigRational::new((*share).into(), 100_000.into());
                power * num_traits::pow(share, *weight as usize)
            },
        );
        let digits = (fraction(cut) * BigRational::from(units)).to_integer();
        let floor = root_floor(&power.floor().to_integer(), total);
        let inexact = BigRational::from(num_traits::pow(floor.clone(), total as usize)) != power;
        let ends_in = &floor % BigInt::from(5);
        let expected = if inexact && ends_in.is_zero() { floor + 1 } else { floor };
        prop_assert_eq!(digits, expected);
    }
}

fn root_floor(number: &BigInt, degree: u32) -> BigInt {
    number.nth_root(degree)
}

#[test]
fn exact_products_are_recognised() {
    let half = || Ratio::ONE.over(Ratio::whole(2)).unwrap();
    // √(1/2 · 1/8) = 1/4, and equal shares under awkward weights stay what they are.
    let eighth = Ratio::ONE.over(Ratio::whole(8)).unwrap();
    let shares = [(half(), Natural::ONE), (eighth, Natural::ONE)];
    assert_eq!(weighted_product(&Ratio::HUNDRED, &shares), Ok(Decimal::from(25)));
    let shares = [3333_u128, 3333, 3334].map(|weight| (half(), Natural::from(weight)));
    assert_eq!(weighted_product(&Ratio::HUNDRED, &shares), Ok(Decimal::from(50)));
    let shares = [(Ratio::ONE, Natural::power_of_ten(27)), (Ratio::ONE, Natural::ONE)];
    assert_eq!(weighted_product(&Ratio::HUNDRED, &shares), Ok(Decimal::ONE_HUNDRED));
}

#[test]
fn a_share_that_is_not_above_zero_makes_the_product_zero() {
    let shares = [(Ratio::ONE, Natural::ONE), (Ratio::ZERO - Ratio::ONE, Natural::ONE)];
    assert_eq!(weighted_product(&Ratio::HUNDRED, &shares), Ok(Decimal::ZERO));
    assert_eq!(
        weighted_product(&Ratio::HUNDRED, &[(Ratio::ZERO, Natural::ONE)]),
        Ok(Decimal::ZERO)
    );
}

#[test]
fn a_product_far_below_the_last_place_keeps_a_trace() {
    // (10^-20)^(3/4)·(10^-40)^(1/4) = 10^-25: above 0, so that rounding up still sees it.
    let small = |places| Ratio::ONE.over(power(places)).unwrap();
    let shares = [(small(20), Natural::from(3)), (small(40), Natural::ONE)];
    assert_eq!(weighted_product(&Ratio::ONE, &shares), Ok(Decimal::new(1, 20)));
}

fn power(places: u32) -> Ratio {
    (0..places).fold(Ratio::ONE, |power, _| power * Ratio::whole(10))
}

#[test]
fn long_numbers_keep_28_digits_and_longer_ones_are_refused() {
    let third = |number: u64| Ratio::whole(number).over(Ratio::whole(3)).unwrap();
    assert_eq!(third(1).cut().map(|it| it.to_string()).as_deref(), Ok("0.33333333333333333333"));
    assert_eq!(
        third(10_000_000_000).cut().map(|it| it.to_string()).as_deref(),
        Ok("3333333333.333333333333333333")
    );
    // The digit that is lost with the 20th place still raises a 0 before it.
    let trace = Ratio::whole(123_456_789) + Decimal::new(5, 20).into();
    assert_eq!(
        trace.cut().map(|it| it.to_string()).as_deref(),
        Ok("123456789.0000000000000000001")
    );
    let huge = Ratio::whole(u64::MAX) * Ratio::whole(u64::MAX);
    assert_eq!(huge.cut(), Err(Arithmetic::Overflow));
    assert_eq!(Ratio::ONE.over(Ratio::ZERO).err(), Some(Arithmetic::DivisionByZero));
}
