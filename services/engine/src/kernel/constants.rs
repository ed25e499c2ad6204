//! The numbers of a method, read off the scheme once for all cohorts.

use super::number::Scaled;
use crate::direction::Direction;
use crate::method::{Bounds, Method, RankTable};
use crate::node::{Leaf, Node};

/// A leaf's method and its numbers.
pub(super) struct Constants {
    pub(super) weight: Scaled,
    /// Lower values are better.
    pub(super) lower: bool,
    pub(super) kind: Kind,
}

pub(super) enum Kind {
    Marks,
    Deduct {
        deduction: Scaled,
        floor: Scaled,
    },
    Completion {
        cap: Scaled,
    },
    Control,
    /// w·(base + (hundred − base)·(x − low)/(high − low))/hundred, the bounds of the cohort
    /// where none are given.
    Between {
        base: Scaled,
        hundred: i128,
        bounds: Option<(Scaled, Scaled)>,
        open: bool,
    },
    Steps {
        thresholds: Vec<Scaled>,
        points: Vec<Scaled>,
    },
    Listed(Vec<Scaled>),
    Falling {
        start: Scaled,
        step: Scaled,
        floor: Scaled,
    },
}

impl Constants {
    /// `None` for a method that is not known here. A parameter that is new to a method must
    /// be named in its pattern: until it is also obeyed here, such a leaf is the tree's.
    pub(super) fn of(node: &Node, leaf: &Leaf) -> Option<Constants> {
        let scaled = |decimal: &_| Scaled::from(*decimal);
        let of = |bounds: &Bounds| match bounds {
            Bounds::Fixed { low, high } => Some((scaled(low), scaled(high))),
            Bounds::Cohort => None,
        };
        let kind = match &leaf.method {
            Method::Marks(crate::method::Marks {}) => Kind::Marks,
            Method::DeductPerEvent(crate::method::DeductPerEvent { deduction, floor }) => {
                Kind::Deduct { deduction: scaled(deduction), floor: scaled(floor) }
            }
            Method::Completion(crate::method::Completion { cap }) => {
                Kind::Completion { cap: scaled(cap) }
            }
            Method::Control(crate::method::Control {}) => Kind::Control,
            Method::MinMax(crate::method::MinMax { bounds, unclamped }) => {
                let base = Scaled { units: 0, scale: 0 };
                Kind::Between { base, hundred: 1, bounds: of(bounds), open: *unclamped }
            }
            Method::Efficacy(crate::method::Efficacy {
                bounds,
                base,
                unclamped,
                exponential: None,
            }) => {
                let base = scaled(base);
                Kind::Between { base, hundred: 100, bounds: of(bounds), open: *unclamped }
            }
            Method::Steps(crate::method::Steps { steps })
                if steps.iter().all(|step| step.precondition.is_none()) =>
            {
                Kind::Steps {
                    thresholds: steps
                        .iter()
                        .filter_map(|it| it.threshold.as_ref())
                        .map(scaled)
                        .collect(),
                    points: steps.iter().map(|step| scaled(&step.points)).collect(),
                }
            }
            Method::RankTable(RankTable::Listed(points)) => {
                Kind::Listed(points.iter().map(scaled).collect())
            }
            Method::RankTable(RankTable::Falling { start, step, floor }) => {
                let [start, step, floor] = [start, step, floor].map(scaled);
                Kind::Falling { start, step, floor }
            }
            #[allow(unreachable_patterns)]
            _ => return None,
        };
        let lower = leaf.direction == Direction::LowerIsBetter;
        Some(Constants { weight: node.weight.into(), lower, kind })
    }
}
