//! Base and slopes (基础分加减): base at the reference, so much more or less for each unit over
//! or short of it.

use rust_decimal::Decimal;

use super::{Case, Outcome, Scoring};
use crate::exact::{Arithmetic, Ratio};
use crate::flag::Flag;
use crate::input::{Input, Inputs};
use crate::fault::Faults;
use crate::direction::Direction;

/// base + what the excess earns − what the shortfall costs, each side by segments and with a
/// cap of its own, at least 0.
///
/// | reference 100, base 8, over: 0.1 a unit up to 2, short: 0.2 for the first 10 units, then 0.5 | points |
/// |---|---|
/// | x = 100 | 8 |
/// | x = 105 | 8 + 5·0.1 = 8.5 |
/// | x = 150 | 8 + 2 = 10 |
/// | x = 92 | 8 − 8·0.2 = 6.4 |
/// | x = 85 | 8 − (10·0.2 + 5·0.5) = 3.5 |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slopes {
    /// The reference; the target where absent, which must then be above 0.
    pub at: Option<Decimal>,
    /// Distances are counted in per cent of the reference, not in the indicator's unit.
    pub percent: bool,
    /// Points at the reference, 0..w.
    pub base: Decimal,
    /// What an excess earns.
    pub over: Box<SlopeSide>,
    /// What a shortfall costs.
    pub short: Box<SlopeSide>,
}

/// One side of the reference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlopeSide {
    /// From the reference outward; none, and the side counts nothing.
    pub segments: Vec<Segment>,
    /// Most points that the side earns or costs; no bound where absent.
    pub cap: Option<Decimal>,
}

/// A stretch of one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// How many units long it is; the last one has no end.
    pub width: Option<Decimal>,
    /// Points for each unit, at least 0.
    pub slope: Decimal,
}

impl Scoring for Slopes {
    const NAME: &'static str = "slopes";
    const FORMULA: &'static str =
        "max(base + min(Σ over·slope, cap) − min(Σ short·slope, cap), 0)";

    fn needs_target(&self) -> bool {
        self.at.is_none()
    }

    fn range(&self, _weight: Decimal) -> [Option<Ratio>; 2] {
        [Some(Ratio::ZERO), self.over.most().map(|most| most + self.base.into())]
    }

    fn check(&self, weight: Decimal, _direction: Direction, faults: &mut Faults) {
        check_reference(self.at, self.percent, faults);
        faults.range("base", self.base, Decimal::ZERO, weight);
        faults.size("base", self.base);
        faults.inside("over", |faults| self.over.check(faults));
        faults.inside("short", |faults| self.short.check(faults));
    }

    fn inputs(&self, case: &Case<'_>) -> Vec<Input> {
        let mut inputs = reference(self.at, self.percent, case);
        inputs.push(Input::new("base", "points at the reference", self.base));
        self.over.inputs("over", &mut inputs);
        self.short.inputs("short", &mut inputs);
        inputs
    }

    fn points(inputs: Inputs<'_>) -> Result<Outcome, Arithmetic> {
        let excess = excess(inputs)?;
        let shortfall = Ratio::ZERO - excess.clone();
        let (gain, cut) = side("over", excess, inputs)?;
        let (loss, cut_too) = side("short", shortfall, inputs)?;
        let points = inputs.get("base")? + gain - loss;
        let below = points.is_negative();
        let flag = (cut || cut_too || below).then_some(Flag::Clamped);
        Ok(Outcome { points: points.max(Ratio::ZERO), flag })
    }
}

impl SlopeSide {
    /// Most points of the side; none where it goes on for ever.
    fn most(&self) -> Option<Ratio> {
        let mut most = Some(Ratio::ZERO);
        for segment in self.segments.iter().filter(|segment| !segment.slope.is_zero()) {
            let here = segment.width.map(|width| Ratio::from(width) * segment.slope.into());
            most = most.zip(here).map(|(most, here)| most + here);
        }
        match (most, self.cap.map(Ratio::from)) {
            (Some(most), Some(cap)) => Some(most.min(cap)),
            (most, cap) => most.or(cap),
        }
    }

    fn check(&self, faults: &mut Faults) {
        for (place, segment) in self.segments.iter().enumerate() {
            faults.inside(format!("segments[{place}]"), |faults| {
                faults.range("slope", segment.slope, Decimal::ZERO, Decimal::MAX);
                faults.size("slope", segment.slope);
                match segment.width {
                    Some(width) => {
                        faults.above("width", width, Decimal::ZERO);
                        faults.size("width", width);
                    }
                    None if place + 1 < self.segments.len() => {
                        faults.add("width", "SEGMENTS", "only the last segment may have no end");
                    }
                    None => {}
                }
            });
        }
        if let Some(cap) = self.cap {
            faults.range("cap", cap, Decimal::ZERO, Decimal::MAX);
            faults.size("cap", cap);
        }
    }

    fn inputs(&self, side: &str, inputs: &mut Vec<Input>) {
        for (segment, number) in self.segments.iter().zip(1..) {
            let slope = format!("points a unit of segment {number}, {side}");
            inputs.push(Input::new(format!("{side} slope{number}"), slope, segment.slope));
            if let Some(width) = segment.width {
                let meaning = format!("units of segment {number}, {side}");
                inputs.push(Input::new(format!("{side} width{number}"), meaning, width));
            }
        }
        if let Some(cap) = self.cap {
            inputs.push(Input::new(format!("{side} cap"), format!("most points, {side}"), cap));
        }
    }
}

/// What `distance` units on one side come to, and whether the cap cut it.
fn side(side: &str, distance: Ratio, inputs: Inputs<'_>) -> Result<(Ratio, bool), Arithmetic> {
    let (mut left, mut sum) = (distance.max(Ratio::ZERO), Ratio::ZERO);
    let mut number = 1;
    while let Some(slope) = inputs.find(&format!("{side} slope{number}")) {
        let width = inputs.find(&format!("{side} width{number}"));
        let here = width.map_or_else(|| left.clone(), |width| left.clone().min(width));
        left = left - here.clone();
        sum = sum + here * slope;
        number += 1;
    }
    match inputs.find(&format!("{side} cap")) {
        Some(cap) if sum > cap => Ok((cap, true)),
        _ => Ok((sum, false)),
    }
}

/// A fixed reference in whose per cent distances are counted must be above 0.
pub(super) fn check_reference(at: Option<Decimal>, percent: bool, faults: &mut Faults) {
    if let Some(at) = at {
        faults.size("at", at);
        if percent {
            faults.above("at", at, Decimal::ZERO);
        }
    }
}

/// The value and what it is compared with.
pub(super) fn reference(at: Option<Decimal>, percent: bool, case: &Case<'_>) -> Vec<Input> {
    let mut inputs = vec![Input::new("x", "actual value", case.value)];
    match at {
        Some(at) => inputs.push(Input::new("at", "reference", at)),
        None => inputs.push(Input::maybe("at", "target", case.target)),
    }
    if percent {
        let meaning = "distances are in per cent of the reference";
        inputs.push(Input::new("percent", meaning, Decimal::ONE));
    }
    if case.direction == Direction::LowerIsBetter {
        inputs.push(Input::new("lower", "lower values are better", Decimal::ONE));
    }
    inputs
}

/// How many units better than the reference the value is; below 0 when it is worse.
pub(super) fn excess(inputs: Inputs<'_>) -> Result<Ratio, Arithmetic> {
    let at = inputs.get("at")?;
    let apart = inputs.get("x")? - at.clone();
    let better = if inputs.has("lower") { Ratio::ZERO - apart } else { apart };
    match inputs.has("percent") {
        true => (better * Ratio::HUNDRED).over(at),
        false => Ok(better),
    }
}
