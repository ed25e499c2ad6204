//! The methods that turn a value into points: one file each, one line each in the list below.
//!
//! A method is a struct of its parameters that implements [`Scoring`]. It works in two steps:
//! [`Scoring::inputs`] writes down every number that the formula needs, and
//! [`Scoring::points`] evaluates the formula from that list alone. What is written down is
//! what the explanation prints, so the printed tree recomputes by the very same arithmetic.

pub(crate) mod bounds;

use rust_decimal::Decimal;

use crate::exact::{Arithmetic, Ratio};
use crate::explained::{Flag, Input, Inputs};
use crate::fact::Column;
use crate::fault::Faults;
use crate::node::Direction;

pub use bounds::Bounds;

/// What every method can do.
pub(crate) trait Scoring {
    /// Its name in the contract.
    const NAME: &'static str;
    /// Its formula, in the symbols of its inputs.
    const FORMULA: &'static str;
    /// It divides by a target, which must be above 0.
    const NEEDS_TARGET: bool = false;
    /// It only makes sense for indicators of this direction.
    const DIRECTION: Option<Direction> = None;

    /// Notes the faults of its parameters.
    fn check(&self, weight: Decimal, direction: Direction, faults: &mut Faults);
    /// Every number of the formula, in the formula's order.
    fn inputs(&self, case: &Case<'_>) -> Vec<Input>;
    /// Evaluates the formula.
    fn points(inputs: Inputs<'_>) -> Result<Outcome, Arithmetic>;
}

/// A value to be scored, and what it is scored against.
pub(crate) struct Case<'a> {
    pub(crate) weight: Decimal,
    pub(crate) direction: Direction,
    pub(crate) value: Decimal,
    pub(crate) target: Option<Decimal>,
    pub(crate) cohort: &'a Column,
}

/// Points of a leaf in the scheme's own terms: before weights are spread, bounds, rounding.
pub(crate) struct Outcome {
    pub(crate) points: Ratio,
    pub(crate) flag: Option<Flag>,
}

impl Outcome {
    /// `points` within `low..=high`, marked where that changed them.
    pub(crate) fn within(points: Ratio, low: Ratio, high: Ratio) -> Outcome {
        let (points, changed) = points.within(low, high);
        Outcome { points, flag: changed.then_some(Flag::Clamped) }
    }
}

macro_rules! methods {
    ($($(#[doc = $doc:literal])+ $module:ident::$name:ident,)+) => {
        $(pub(crate) mod $module;)+
        $(pub use $module::$name;)+

        /// How a leaf's value becomes points. w = weight, A = x = actual value, T = target,
        /// cohort = the subjects of the track that have a value.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Method {
            $($(#[doc = $doc])+ $name($name),)+
        }

        impl Method {
            /// Its name in the contract.
            pub fn name(&self) -> &'static str {
                match self { $(Method::$name(_) => $name::NAME,)+ }
            }

            /// Its formula.
            pub fn formula(&self) -> &'static str {
                match self { $(Method::$name(_) => $name::FORMULA,)+ }
            }

            /// Whether it needs a target, which must then be above 0.
            pub fn needs_target(&self) -> bool {
                match self { $(Method::$name(_) => $name::NEEDS_TARGET,)+ }
            }

            pub(crate) fn direction(&self) -> Option<Direction> {
                match self { $(Method::$name(_) => $name::DIRECTION,)+ }
            }

            pub(crate) fn check(&self, weight: Decimal, direction: Direction, faults: &mut Faults) {
                match self { $(Method::$name(it) => it.check(weight, direction, faults),)+ }
            }

            pub(crate) fn inputs(&self, case: &Case<'_>) -> Vec<Input> {
                match self { $(Method::$name(it) => it.inputs(case),)+ }
            }
        }

        /// Evaluates the formula of the method of that name.
        pub(crate) fn points(method: &str, inputs: Inputs<'_>) -> Result<Outcome, Arithmetic> {
            $(if method == $name::NAME {
                return $name::points(inputs);
            })+
            Err(Arithmetic::Absent("a known method"))
        }
    };
}

methods! {
    /// The value is itself the mark (评分).
    marks::Marks,
    /// w·min(A/T, cap) (完成率).
    completion::Completion,
    /// w·(2 − A/T) within 0..w (控制类).
    control::Control,
    /// Points from a base upward between two bounds (功效系数法).
    efficacy::Efficacy,
    /// Points from 0 upward between two bounds.
    min_max::MinMax,
    /// Points of the best threshold reached (分档计分).
    steps::Steps,
    /// Points by rank in the cohort (位次赋分).
    rank_table::RankTable,
    /// w − events × deduction (扣分制).
    deduct_per_event::DeductPerEvent,
}
