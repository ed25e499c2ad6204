//! What the figures of each indicator look like.

use super::Progress;
use super::chance::{draw, noise};

/// How a value comes about. Numbers are in tenths unless they are counts.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// Grows to the target over the quarter; whole numbers or tenths.
    Growth { whole: bool },
    /// Grows to a limit that should not be passed.
    Spending,
    /// A level that stands `below` the target at worst and `above` it at best.
    NearTarget { below: i64, above: i64 },
    /// A level or mark between two values.
    Level { low: i64, high: i64 },
    /// Full as a rule, now and then less.
    AlmostFull { low: i64 },
    /// A count between two numbers.
    Count { low: i64, high: i64 },
    /// An amount between two values.
    Amount { low: i64, high: i64 },
    /// Events that should not happen: none, but in so many of a hundred cases.
    Events { often: i64, most: u64 },
}

/// The shape of an indicator's figures; `None` for one that the pack does not have.
pub(super) fn of(indicator: &str) -> Option<Shape> {
    Some(match indicator {
        "key-tasks" | "city-targets" => Shape::Growth { whole: false },
        "collective-income" | "forest-products" => Shape::Growth { whole: false },
        "fixed-asset-investment" | "project-investment" => Shape::Growth { whole: true },
        "commitments-kept" | "enterprise-problems" => Shape::Growth { whole: true },
        "factory-jobs" | "industry-area" | "afforestation" => Shape::Growth { whole: true },
        "public-spending" | "straw-fires" => Shape::Spending,
        "medical-insurance" => Shape::NearTarget { below: 14, above: 8 },
        "party-building" => Shape::Level { low: 66, high: 80 },
        "ideology" => Shape::Level { low: 48, high: 60 },
        "leaders-assessment" => Shape::Level { low: 38, high: 50 },
        "environment" => Shape::Level { low: 38, high: 60 },
        "service-satisfaction" => Shape::Level { low: 880, high: 995 },
        "cases-closed" => Shape::Level { low: 840, high: 1000 },
        "disputes-settled" => Shape::Level { low: 880, high: 1000 },
        "resident-satisfaction" => Shape::Level { low: 850, high: 985 },
        "water-quality" => Shape::Level { low: 930, high: 1000 },
        "farmland" => Shape::Level { low: 992, high: 1012 },
        "stage-work" => Shape::AlmostFull { low: 780 },
        "relief-rate" => Shape::AlmostFull { low: 962 },
        "information-adopted" => Shape::Count { low: 1, high: 9 },
        "new-enterprises" => Shape::Count { low: 0, high: 2 },
        "honours" => Shape::Count { low: 0, high: 2 },
        "market-entities" => Shape::Count { low: 2, high: 15 },
        "cooperatives" => Shape::Count { low: 25, high: 90 },
        "city-rank" => Shape::Count { low: 1, high: 9 },
        "investment-attracted" => Shape::Amount { low: 2000, high: 32000 },
        "industry-output" => Shape::Amount { low: 60, high: 520 },
        "tourism-income" => Shape::Amount { low: 10, high: 115 },
        "clean-government" => Shape::Events { often: 3, most: 1 },
        "inspection-problems" => Shape::Events { often: 22, most: 3 },
        _ => return None,
    })
}

impl Shape {
    /// The evaluating unit can count after the unit, and come to another number.
    pub(super) fn is_counted(self) -> bool {
        matches!(self, Shape::Growth { .. } | Shape::Amount { .. })
    }

    /// The value by `keys`, or `counted` per mille of it.
    pub(super) fn value(
        self,
        progress: Progress,
        target: i64,
        keys: &[&str],
        counted: i64,
    ) -> String {
        let chance = noise(keys, 500);
        let between = |low: i64, high: i64| {
            let middle = 500 + chance + 4 * progress.strength;
            low + (high - low) * middle.clamp(0, 1000) / 1000
        };
        match self {
            Shape::Growth { whole: true } => {
                rounded(target * progress.done * counted, 1_000_000).to_string()
            }
            Shape::Growth { whole: false } => {
                tenths(rounded(target * progress.done * counted, 100_000))
            }
            Shape::Spending => {
                rounded(target * (progress.done * 9 / 10 + chance / 10), 1000).max(0).to_string()
            }
            Shape::NearTarget { below, above } => {
                tenths(between(target * 10 - below, target * 10 + above).min(1000))
            }
            Shape::Level { low, high } => tenths(between(low, high)),
            Shape::AlmostFull { low } if draw(keys, 4) == 0 => tenths(between(low, 1000)),
            Shape::AlmostFull { .. } => tenths(1000),
            Shape::Count { low, high } => between(low, high).to_string(),
            Shape::Amount { low, high } => tenths(rounded(between(low, high) * counted, 1000)),
            Shape::Events { often, most } if draw(keys, 100) < often => {
                (1 + draw(keys, most)).to_string()
            }
            Shape::Events { .. } => "0".to_owned(),
        }
    }
}

fn rounded(value: i64, divisor: i64) -> i64 {
    (value + divisor / 2) / divisor
}

fn tenths(value: i64) -> String {
    match (value / 10, value % 10) {
        (whole, 0) => whole.to_string(),
        (whole, tenth) => format!("{whole}.{tenth}"),
    }
}
