//! G12: random rulebooks against a second way to compute them, which shares no arithmetic with
//! the engine: fractions of whole numbers throughout, the cut written down from its
//! description. Two thousand where nothing is said; `ORACLE_CASES=10000` for the full goal.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::random::race;
use engine::{
    Bounds, Direction, Fact, Leaf, LinkEffect, LinkedSum, Method, MissingPolicy, Node, RankTable,
    Rounding, Rule, Sheet, Track,
};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use proptest::prelude::*;
use rust_decimal::Decimal;

type Exact = BigRational;

fn exact(decimal: Decimal) -> Exact {
    Exact::new(decimal.mantissa().into(), BigInt::from(10).pow(decimal.scale()))
}

fn whole(number: i64) -> Exact {
    Exact::from(BigInt::from(number))
}

/// 20 places and 28 digits; a last digit of 0 or 5 is raised when more would follow.
fn cut(value: &Exact) -> Exact {
    let digits_before = value.abs().to_integer().to_string().len() as u32;
    let unit = BigInt::from(10).pow(20.min(28 - digits_before));
    let scaled = value.numer().abs() * &unit;
    let mut kept = &scaled / value.denom();
    if &kept * value.denom() != scaled && (&kept % BigInt::from(5)).is_zero() {
        kept += 1;
    }
    let result = Exact::new(kept, unit);
    if value.is_negative() { -result } else { result }
}

/// By the name of the rounding, as it is printed.
fn round(value: Exact, rounding: Rounding) -> Exact {
    let printed = rounding.to_string();
    let Some((mode, places)) = printed.split_once(' ') else { return value };
    let unit = BigInt::from(10).pow(places.parse().unwrap());
    let scaled = value.numer().abs() * &unit;
    let mut kept: BigInt = &scaled / value.denom();
    let part = scaled - &kept * value.denom();
    let twice: BigInt = &part * 2;
    let half = twice.cmp(value.denom());
    let odd = !(&kept % BigInt::from(2)).is_zero();
    let up = match mode {
        "HALF_UP" => half.is_ge(),
        "HALF_EVEN" => half.is_gt() || (half.is_eq() && odd),
        "DOWN" => false,
        "UP" => !part.is_zero(),
        other => panic!("no rounding {other}"),
    };
    kept += i32::from(up);
    let result = Exact::new(kept, unit);
    if value.is_negative() { -result } else { result }
}

struct Oracle<'a> {
    track: &'a Track,
    sheets: &'a [Sheet],
}

impl Oracle<'_> {
    fn out(&self, node: &Node, sheet: &Sheet) -> bool {
        match node.leaf() {
            None => node.children().iter().all(|child| self.out(child, sheet)),
            Some(leaf) => match &sheet.cells[&leaf.indicator].fact {
                Fact::Value { .. } => false,
                Fact::Missing => leaf.missing == MissingPolicy::LeaveOut,
                Fact::NotApplicable { .. } => true,
            },
        }
    }

    /// Points of a node whose own terms grow by `factor`; `None` when it is out.
    fn points(&self, node: &Node, sheet: &Sheet, factor: &Exact) -> Option<Exact> {
        if self.out(node, sheet) {
            return None;
        }
        let mut points = match &node.rule {
            Rule::Leaf(leaf) => match &sheet.cells[&leaf.indicator].fact {
                Fact::Value { value, .. } => cut(&(self.leaf(node, leaf, sheet, *value) * factor)),
                _ => return Some(Exact::zero()),
            },
            _ => cut(&self.inner(node, sheet, factor)),
        };
        if let Some(least) = node.min_points {
            points = points.max(cut(&(exact(least) * factor)));
        }
        if let Some(most) = node.max_points {
            points = points.min(cut(&(exact(most) * factor)));
        }
        Some(round(points, self.track.rounding(node)))
    }

    fn inner(&self, node: &Node, sheet: &Sheet, factor: &Exact) -> Exact {
        let present: Vec<&Node> =
            node.children().iter().filter(|child| !self.out(child, sheet)).collect();
        let weight = |nodes: &[&Node]| nodes.iter().map(|node| exact(node.weight)).sum::<Exact>();
        let all: Vec<&Node> = node.children().iter().collect();
        let add = |factor: &Exact| {
            present.iter().map(|child| self.points(child, sheet, factor).unwrap()).sum::<Exact>()
        };
        let worth = exact(node.weight) * factor;
        match (&node.rule, node.full_marks) {
            (Rule::Sum(_), None) => add(&(factor * weight(&all) / weight(&present))),
            (Rule::Sum(_), Some(full)) => {
                worth * add(&(weight(&all) / weight(&present))) / exact(full)
            }
            (Rule::WeightedMean(_), _) => worth * add(&Exact::one()) / weight(&present),
            (Rule::Minimum(_), _) => worth * self.shares(&present, sheet).min().unwrap(),
            (Rule::Maximum(_), _) => worth * self.shares(&present, sheet).max().unwrap(),
            (Rule::Product(_), _) => worth * self.shares(&present, sheet).product::<Exact>(),
            (Rule::LinkedSum(linked), _) => {
                self.linked(linked, &present, sheet, &(factor * weight(&all) / weight(&present)))
            }
            _ => panic!("roots are tested elsewhere"),
        }
    }

    fn shares(&self, present: &[&Node], sheet: &Sheet) -> impl Iterator<Item = Exact> {
        let share =
            |node: &&Node| self.points(node, sheet, &Exact::one()).unwrap() / exact(node.weight);
        present.iter().map(share).collect::<Vec<_>>().into_iter()
    }

    /// Links in their order: a discount takes the depth's part of what the other missed, a cap
    /// lets no more through than the other reached.
    fn linked(
        &self,
        linked: &LinkedSum,
        present: &[&Node],
        sheet: &Sheet,
        factor: &Exact,
    ) -> Exact {
        let mut points: Vec<Exact> =
            present.iter().map(|child| self.points(child, sheet, factor).unwrap()).collect();
        let place = |id: &str| present.iter().position(|child| child.node_id == id);
        for link in &linked.links {
            let (Some(on), Some(by)) = (place(&link.node_id), place(&link.by)) else { continue };
            if !points[on].is_positive() {
                continue;
            }
            let reached = &points[by] / (exact(present[by].weight) * factor);
            let reached = reached.max(Exact::zero()).min(Exact::one());
            let acted = match link.effect {
                LinkEffect::Discount { depth } => {
                    &points[on] - &points[on] * exact(depth) * (Exact::one() - reached)
                }
                LinkEffect::Cap { ratio } => points[on]
                    .clone()
                    .min(exact(ratio) * exact(present[on].weight) * factor * reached),
            };
            points[on] = round(cut(&acted), self.track.rounding(present[on]));
        }
        points.into_iter().sum()
    }

    fn leaf(&self, node: &Node, leaf: &Leaf, sheet: &Sheet, value: Decimal) -> Exact {
        let others: Vec<Decimal> = self
            .sheets
            .iter()
            .filter_map(|sheet| match &sheet.cells[&leaf.indicator].fact {
                Fact::Value { value, .. } => Some(*value),
                _ => None,
            })
            .collect();
        let up = leaf.direction == Direction::HigherIsBetter;
        let (w, x) = (exact(node.weight), exact(value));
        let target = || exact(sheet.cells[&leaf.indicator].target.unwrap());
        let within = |value: Exact, low: Exact, high: Exact| value.max(low).min(high);
        let share = |bounds: &Bounds, unclamped: bool| {
            let (low, high) = match bounds {
                Bounds::Fixed { low, high } => (exact(*low), exact(*high)),
                Bounds::Cohort => {
                    (exact(*others.iter().min().unwrap()), exact(*others.iter().max().unwrap()))
                }
            };
            if low == high {
                return Exact::one();
            }
            let share =
                if up { (&x - &low) / (&high - &low) } else { (&high - &x) / (&high - &low) };
            if unclamped { share } else { within(share, Exact::zero(), Exact::one()) }
        };
        match &leaf.method {
            Method::Marks(_) => within(x, Exact::zero(), w),
            Method::Completion(it) => w * within(x / target(), Exact::zero(), exact(it.cap)),
            Method::Control(_) => w * within(whole(2) - x / target(), Exact::zero(), Exact::one()),
            Method::Efficacy(it) => {
                let base = exact(it.base) / whole(100);
                w * (&base + (Exact::one() - &base) * share(&it.bounds, it.unclamped))
            }
            Method::MinMax(it) => w * share(&it.bounds, it.unclamped),
            Method::Steps(it) => {
                let reached = it.steps.iter().find(|step| match step.threshold {
                    None => true,
                    Some(threshold) if up => value >= threshold,
                    Some(threshold) => value <= threshold,
                });
                exact(reached.unwrap().points)
            }
            Method::RankTable(table) => {
                let better = others
                    .iter()
                    .filter(|other| if up { **other > value } else { **other < value })
                    .count();
                match table {
                    RankTable::Listed(points) => {
                        exact(*points.get(better).or(points.last()).unwrap())
                    }
                    RankTable::Falling { start, step, floor } => {
                        (exact(*start) - exact(*step) * whole(better as i64)).max(exact(*floor))
                    }
                }
            }
            Method::DeductPerEvent(it) => within(&w - x * exact(it.deduction), exact(it.floor), w),
        }
    }
}

/// As many rulebooks as ORACLE_CASES says.
fn cases() -> u32 {
    std::env::var("ORACLE_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(2_000)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn totals_agree_with_exact_fractions((track, sheets) in race(0..=6)) {
        let result = common::score(&track, sheets.clone());
        let oracle = Oracle { track: &track, sheets: &sheets };
        for subject in &result.subjects {
            let sheet = sheets.iter().find(|sheet| sheet.subject == subject.subject).unwrap();
            let expected = oracle.points(track.root(), sheet, &Exact::one());
            prop_assert_eq!(subject.total.map(exact), expected, "{}", subject.subject);
        }
    }
}
