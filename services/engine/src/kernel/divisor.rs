//! Division of many numbers by one: a multiplication by its reciprocal, and a step back
//! where that fell short.

use crate::rounding::RoundingMode;

/// A divisor above 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Divisor {
    by: u64,
    reciprocal: u64,
}

impl Divisor {
    pub(super) fn new(by: i64) -> Option<Divisor> {
        let by = u64::try_from(by).ok().filter(|by| *by > 0)?;
        Some(Divisor { by, reciprocal: u64::MAX / by })
    }

    /// What it divides by.
    pub(super) fn by(self) -> i64 {
        self.by as i64
    }

    /// Quotient and rest of a number below 2^63. The product of the reciprocal, which is cut,
    /// falls short of the quotient by at most 1.
    #[inline(always)]
    fn divide(self, number: u64) -> (u64, u64) {
        let near = ((u128::from(number) * u128::from(self.reciprocal)) >> 64) as u64;
        let rest = number - near * self.by;
        let short = u64::from(rest >= self.by);
        (near + short, rest - short * self.by)
    }

    /// `number ÷ divisor` rounded to a whole number.
    #[inline(always)]
    pub(super) fn round(self, number: i64, mode: RoundingMode) -> i64 {
        let (kept, rest) = self.divide(number.unsigned_abs());
        let away = match mode {
            RoundingMode::HalfUp => rest >= self.by - rest,
            RoundingMode::HalfEven => {
                rest > self.by - rest || (rest == self.by - rest && kept % 2 == 1)
            }
            RoundingMode::Up => rest > 0,
            RoundingMode::Down | RoundingMode::None => false,
        };
        let size = (kept + u64::from(away)) as i64;
        if number < 0 { -size } else { size }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_reciprocal_divides_as_division_does(
            number in prop_oneof![any::<i64>(), -1000..1000_i64, Just(i64::MAX), Just(i64::MIN + 1)],
            by in prop_oneof![1..i64::MAX, 1..1000_i64, (0..63_u32).prop_map(|it| 1 << it), Just(i64::MAX)],
        ) {
            prop_assume!(number != i64::MIN);
            let divisor = Divisor::new(by).unwrap();
            let size = number.unsigned_abs();
            prop_assert_eq!(divisor.divide(size), (size / divisor.by, size % divisor.by));
            for mode in [RoundingMode::HalfUp, RoundingMode::HalfEven, RoundingMode::Up, RoundingMode::Down] {
                let wide = super::super::number::round::<i128>(number.into(), by.into(), mode);
                prop_assert_eq!(Some(i128::from(divisor.round(number, mode))), wide);
            }
        }
    }
}
