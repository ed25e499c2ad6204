//! Where a number may lie.

use std::cmp::Ordering;
use std::fmt;

use crate::exact::Ratio;
use crate::expression::Comparison;

/// All numbers between two ends, 0 perhaps excepted. What may lie in it is never left out; what
/// never does may be in it.
#[derive(Clone, Debug)]
pub(super) struct Interval {
    low: End,
    high: End,
    /// It is known not to be 0, though 0 lies between the ends.
    but_zero: bool,
}

/// An end; without a number there is no end on that side.
#[derive(Clone, Debug)]
struct End {
    number: Option<Ratio>,
    /// The number itself is not among them.
    open: bool,
}

impl End {
    const NONE: End = End { number: None, open: true };

    fn at(number: Ratio) -> End {
        End { number: Some(number), open: false }
    }

    fn negative(&self) -> End {
        let number = self.number.clone().map(|number| Ratio::ZERO - number);
        End { number, open: self.open }
    }

    /// The further one on that side, `side` telling low ends (less) from high ones (greater).
    fn pick(&self, other: &End, side: Ordering, farther: bool) -> End {
        let (Some(one), Some(two)) = (&self.number, &other.number) else {
            let endless = if self.number.is_none() { self } else { other };
            let ended = if self.number.is_none() { other } else { self };
            return if farther { endless.clone() } else { ended.clone() };
        };
        match one.cmp(two) {
            Ordering::Equal => {
                let open = if farther { self.open && other.open } else { self.open || other.open };
                End { number: self.number.clone(), open }
            }
            order if (order == side) == farther => self.clone(),
            _ => other.clone(),
        }
    }
}

impl Interval {
    pub(super) fn anything() -> Interval {
        Interval { low: End::NONE, high: End::NONE, but_zero: false }
    }

    pub(super) fn point(number: Ratio) -> Interval {
        Interval { low: End::at(number.clone()), high: End::at(number), but_zero: false }
    }

    pub(super) fn between(low: u64, high: u64) -> Interval {
        Interval {
            low: End::at(Ratio::whole(low)),
            high: End::at(Ratio::whole(high)),
            but_zero: false,
        }
    }

    /// From `least` on, or above it, up to `most`.
    pub(super) fn limited(least: Option<Ratio>, above: bool, most: Option<Ratio>) -> Interval {
        let low = least.map_or(End::NONE, |number| End { number: Some(number), open: above });
        Interval { low, high: most.map_or(End::NONE, End::at), but_zero: false }
    }

    /// The number, where there is but one.
    pub(super) fn only(&self) -> Option<Ratio> {
        let (low, high) = (self.low.number.as_ref()?, self.high.number.as_ref()?);
        (low == high).then(|| low.clone())
    }

    pub(super) fn is_above_zero(&self) -> bool {
        let Some(low) = &self.low.number else { return false };
        match low.cmp(&Ratio::ZERO) {
            Ordering::Greater => true,
            Ordering::Equal => self.low.open || self.but_zero,
            Ordering::Less => false,
        }
    }

    pub(super) fn is_not_below_zero(&self) -> bool {
        self.low.number.as_ref().is_some_and(|low| !low.is_negative())
    }

    pub(super) fn may_be_zero(&self) -> bool {
        !self.but_zero && !self.is_above_zero() && !self.negative().is_above_zero()
    }

    pub(super) fn negative(&self) -> Interval {
        Interval { low: self.high.negative(), high: self.low.negative(), but_zero: self.but_zero }
    }

    pub(super) fn intersect(&self, other: &Interval) -> Interval {
        Interval {
            low: self.low.pick(&other.low, Ordering::Less, false),
            high: self.high.pick(&other.high, Ordering::Greater, false),
            but_zero: self.but_zero || other.but_zero,
        }
    }

    pub(super) fn union(&self, other: &Interval) -> Interval {
        Interval {
            low: self.low.pick(&other.low, Ordering::Less, true),
            high: self.high.pick(&other.high, Ordering::Greater, true),
            but_zero: !self.may_be_zero() && !other.may_be_zero(),
        }
    }

    pub(super) fn plus(&self, other: &Interval) -> Interval {
        let add = |one: &End, two: &End| match (&one.number, &two.number) {
            (Some(a), Some(b)) => {
                End { number: Some(a.clone() + b.clone()), open: one.open || two.open }
            }
            _ => End::NONE,
        };
        Interval {
            low: add(&self.low, &other.low),
            high: add(&self.high, &other.high),
            but_zero: false,
        }
    }

    /// Products of numbers of the same sign only get an end of their own at 0.
    pub(super) fn times(&self, other: &Interval) -> Interval {
        let but_zero = !self.may_be_zero() && !other.may_be_zero();
        if let (Some(one), Some(two)) = (self.only(), other.only()) {
            return Interval::point(one * two);
        }
        let bounded = [&self.low, &self.high, &other.low, &other.high];
        if bounded.iter().all(|end| end.number.is_some()) {
            let mut products = Vec::new();
            for one in [&self.low, &self.high] {
                for two in [&other.low, &other.high] {
                    if let (Some(a), Some(b)) = (&one.number, &two.number) {
                        products.push(a.clone() * b.clone());
                    }
                }
            }
            let least = products.iter().min().cloned();
            let most = products.into_iter().max();
            let mut product = Interval::limited(least, false, most);
            product.but_zero = but_zero;
            return product;
        }
        let like = self.is_not_below_zero() && other.is_not_below_zero()
            || self.negative().is_not_below_zero() && other.negative().is_not_below_zero();
        let unlike = self.is_not_below_zero() && other.negative().is_not_below_zero()
            || self.negative().is_not_below_zero() && other.is_not_below_zero();
        let product = Interval { but_zero, ..Interval::limited(Some(Ratio::ZERO), but_zero, None) };
        match (like, unlike) {
            (true, _) => product,
            (_, true) => product.negative(),
            _ => Interval { but_zero, ..Interval::anything() },
        }
    }

    /// 1 ÷ it, wherever that is a number.
    pub(super) fn inverse(&self) -> Interval {
        if self.negative().is_above_zero() {
            return self.negative().inverse().negative();
        }
        if !self.is_above_zero() {
            return Interval { but_zero: true, ..Interval::anything() };
        }
        let invert = |end: &End| {
            let number = end.number.clone().and_then(|number| Ratio::ONE.over(number).ok());
            End { open: end.open || number.is_none(), number }
        };
        let low = match &self.high.number {
            Some(_) => invert(&self.high),
            None => End { number: Some(Ratio::ZERO), open: true },
        };
        Interval { low, high: invert(&self.low), but_zero: true }
    }

    pub(super) fn least(&self, other: &Interval) -> Interval {
        self.negative().greatest(&other.negative()).negative()
    }

    pub(super) fn greatest(&self, other: &Interval) -> Interval {
        Interval {
            low: self.low.pick(&other.low, Ordering::Greater, true),
            high: self.high.pick(&other.high, Ordering::Greater, true),
            but_zero: !self.may_be_zero() && !other.may_be_zero(),
        }
        .with_low_end(&self.low, &other.low)
    }

    /// The greater of two low ends, where one may be endless.
    fn with_low_end(self, one: &End, two: &End) -> Interval {
        let low = match (&one.number, &two.number) {
            (None, _) => two.clone(),
            (_, None) => one.clone(),
            _ => self.low.clone(),
        };
        Interval { low, ..self }
    }

    pub(super) fn distance(&self) -> Interval {
        let sides = self.union(&self.negative());
        let floor = Interval::limited(Some(Ratio::ZERO), !self.may_be_zero(), None);
        let nearest = match (self.is_above_zero(), self.negative().is_above_zero()) {
            (true, _) => self.clone(),
            (_, true) => self.negative(),
            _ => floor,
        };
        sides.intersect(&nearest)
    }

    /// A sum of any number of such numbers, also of none.
    pub(super) fn times_any_count(&self, none: bool) -> Interval {
        let zero = Interval::point(Ratio::ZERO);
        let sum = if self.is_not_below_zero() {
            Interval { high: End::NONE, ..self.clone() }
        } else if self.negative().is_not_below_zero() {
            Interval { low: End::NONE, ..self.clone() }
        } else {
            Interval::anything()
        };
        if none { sum.union(&zero) } else { sum }
    }

    /// The ends mapped by a function that never falls; an end that has no image is dropped.
    pub(super) fn mapped(&self, map: impl Fn(&Ratio) -> Option<Ratio>) -> Interval {
        let end = |end: &End| {
            let number = end.number.as_ref().and_then(&map);
            number.map_or(End::NONE, End::at)
        };
        Interval { low: end(&self.low), high: end(&self.high), but_zero: false }
    }

    /// Where a number lies that compares so with one in here, and where their difference does.
    pub(super) fn compared(&self, comparison: Comparison) -> (Interval, Interval) {
        let from =
            |end: &End, open: bool| End { number: end.number.clone(), open: open || end.open };
        let up = |open: bool| Interval { low: from(&self.low, open), ..Interval::anything() };
        let down = |open: bool| Interval { high: from(&self.high, open), ..Interval::anything() };
        let above = |open: bool| Interval::limited(Some(Ratio::ZERO), open, None);
        match comparison {
            Comparison::Above => (up(true), above(true)),
            Comparison::AtLeast => (up(false), above(false)),
            Comparison::Below => (down(true), above(true).negative()),
            Comparison::AtMost => (down(false), above(false).negative()),
            Comparison::Equal => (self.clone(), Interval::point(Ratio::ZERO)),
            Comparison::Unequal => {
                let zero = self.only().is_some_and(|only| only.is_zero());
                let apart = Interval { but_zero: true, ..Interval::anything() };
                (Interval { but_zero: zero, ..Interval::anything() }, apart)
            }
        }
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |end: &End| {
            let number = end.number.as_ref().and_then(|number| number.cut().ok());
            number.map(|number| number.to_string())
        };
        match (shown(&self.low), shown(&self.high)) {
            (Some(low), Some(high)) => write!(f, "between {low} and {high}"),
            (Some(low), None) => write!(f, "from {low} on"),
            (None, Some(high)) => write!(f, "up to {high}"),
            (None, None) => f.write_str("anywhere"),
        }
    }
}
