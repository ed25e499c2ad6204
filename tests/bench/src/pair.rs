//! Interleaved pairs and their ratios.

use std::time::Duration;

use serde::Serialize;

/// What one measurement of one side cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) cpu: Duration,
    pub(crate) wall: Duration,
}

/// Least, median and greatest.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Spread {
    pub(crate) min: f64,
    pub(crate) median: f64,
    pub(crate) max: f64,
}

impl Spread {
    /// Of at least one value.
    pub(crate) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let last = values.len() - 1;
        Self { min: values[0], median: values[values.len() / 2], max: values[last] }
    }
}

/// The order of `pairs` pairs, A B B A …: `true` is the suite.
pub(crate) fn order(pairs: usize) -> impl Iterator<Item = [bool; 2]> {
    (0..pairs).map(|pair| if pair % 2 == 0 { [true, false] } else { [false, true] })
}

/// Ratios peer ÷ suite, so that more is better for the suite, pair by pair.
pub(crate) fn ratios(suite: &[Cost], peer: &[Cost], of: fn(&Cost) -> Duration) -> Spread {
    let ratio = |(ours, theirs): (&Cost, &Cost)| {
        of(theirs).as_secs_f64() / of(ours).as_secs_f64().max(1e-9)
    };
    Spread::of(suite.iter().zip(peer).map(ratio).collect())
}

/// How far two halves of the same peer's measurements lie apart, in per cent: the A/A control.
pub(crate) fn control(peer: &[Cost], of: fn(&Cost) -> Duration) -> f64 {
    let median = |from: usize| {
        let half: Vec<f64> =
            peer.iter().skip(from).step_by(2).map(|it| of(it).as_secs_f64()).collect();
        if half.is_empty() { f64::NAN } else { Spread::of(half).median }
    };
    (median(0) / median(1) - 1.0).abs() * 100.0
}
