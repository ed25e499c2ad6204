//! Rounding of points, as the scheme says (四舍五入 unless it says otherwise).

use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};

/// What happens to the digits that are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoundingMode {
    /// Halves away from zero (四舍五入).
    HalfUp,
    /// Halves to the even neighbour.
    HalfEven,
    /// Towards zero (截尾).
    Down,
    /// Away from zero (进一).
    Up,
    /// Not rounded.
    None,
}

/// How a number is rounded: a mode and at most 20 places.
///
/// ```
/// use engine::{Rounding, RoundingMode};
/// let two = Rounding::new(RoundingMode::HalfUp, 2).unwrap();
/// assert_eq!(two.apply("58.335".parse().unwrap()).to_string(), "58.34");
/// assert_eq!(two.to_string(), "HALF_UP 2");
/// assert!(Rounding::new(RoundingMode::Down, 21).is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounding {
    mode: RoundingMode,
    places: u32,
}

impl Rounding {
    /// Half up to 2 places: what a scheme gets that says nothing.
    pub const USUAL: Rounding = Rounding { mode: RoundingMode::HalfUp, places: 2 };
    /// Not rounded.
    pub const NONE: Rounding = Rounding { mode: RoundingMode::None, places: 0 };

    /// A rounding; `None` for more than 20 places. Without rounding the places do not count.
    pub fn new(mode: RoundingMode, places: u32) -> Option<Rounding> {
        match mode {
            RoundingMode::None => Some(Rounding::NONE),
            _ => (places <= crate::PLACES).then_some(Rounding { mode, places }),
        }
    }

    /// What happens to the digits that are cut.
    pub(crate) fn mode(self) -> RoundingMode {
        self.mode
    }

    /// Places that stay; those of the cut where nothing is rounded.
    pub(crate) fn places(self) -> u32 {
        match self.mode {
            RoundingMode::None => crate::PLACES,
            _ => self.places,
        }
    }

    /// The rounded number, without trailing zeros.
    pub fn apply(self, value: Decimal) -> Decimal {
        let strategy = match self.mode {
            RoundingMode::HalfUp => RoundingStrategy::MidpointAwayFromZero,
            RoundingMode::HalfEven => RoundingStrategy::MidpointNearestEven,
            RoundingMode::Down => RoundingStrategy::ToZero,
            RoundingMode::Up => RoundingStrategy::AwayFromZero,
            RoundingMode::None => return value.normalize(),
        };
        value.round_dp_with_strategy(self.places, strategy).normalize()
    }
}

impl fmt::Display for Rounding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = match self.mode {
            RoundingMode::HalfUp => "HALF_UP",
            RoundingMode::HalfEven => "HALF_EVEN",
            RoundingMode::Down => "DOWN",
            RoundingMode::Up => "UP",
            RoundingMode::None => return f.write_str("NONE"),
        };
        write!(f, "{mode} {}", self.places)
    }
}
