//! The methods that turn a value into points: one file each, one line each in the list below.
//!
//! A method is a struct of its parameters that implements [`Scoring`]. It works in two steps:
//! [`Scoring::inputs`] writes down every number that the formula needs, and
//! [`Scoring::points`] evaluates the formula from that list alone. What is written down is
//! what the explanation prints, so the printed tree recomputes by the very same arithmetic.

pub(crate) mod bounds;

use rust_decimal::Decimal;

use crate::direction::Direction;
use crate::exact::{Arithmetic, Ratio};
use crate::fact::{Cell, Column, Fact, Milestones, Share, Sheet, Tally};
use crate::fault::Faults;
use crate::flag::Flag;
use crate::input::{Input, Inputs};

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
    /// It compares with the values of the cohort.
    const COHORT: bool = false;
    /// What kind of fact it scores.
    const TAKES: Takes = Takes::Value;

    /// Whether these parameters divide by a target.
    fn needs_target(&self) -> bool {
        Self::NEEDS_TARGET
    }
    /// Further indicators without whose values it cannot score.
    fn needs(&self) -> Vec<&str> {
        Vec::new()
    }
    /// Further indicators that it looks at where they have a value.
    fn asks(&self) -> Vec<&str> {
        Vec::new()
    }
    /// Whether the tally has a ballot that it counts.
    fn rates(&self, _tally: &Tally) -> bool {
        false
    }
    /// Whether one of the milestones counts by now.
    fn counts(&self, _milestones: &Milestones) -> bool {
        false
    }
    /// Least and most points of a leaf of that weight; none where there is no bound.
    fn range(&self, weight: Decimal) -> [Option<Ratio>; 2] {
        [Some(Ratio::ZERO), Some(weight.into())]
    }
    /// Notes the faults of its parameters.
    fn check(&self, weight: Decimal, direction: Direction, faults: &mut Faults);
    /// Every number of the formula, in the formula's order.
    fn inputs(&self, case: &Case<'_>) -> Vec<Input>;
    /// Evaluates the formula.
    fn points(inputs: Inputs<'_>) -> Result<Outcome, Arithmetic>;
}

/// The kind of fact that a method scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// A number: the indicator's value or a figure.
    Value,
    /// Ballots, counted.
    Tally,
    /// Milestones.
    Milestones,
}

/// A value to be scored, and what it is scored against.
pub(crate) struct Case<'a> {
    pub(crate) weight: Decimal,
    pub(crate) direction: Direction,
    pub(crate) value: Decimal,
    pub(crate) target: Option<Decimal>,
    pub(crate) cohort: &'a Column,
    pub(crate) cell: Option<&'a Cell>,
    pub(crate) tally: Option<&'a Tally>,
    pub(crate) milestones: Option<&'a Milestones>,
    pub(crate) sheet: &'a Sheet,
}

impl Case<'_> {
    /// The value of another indicator of the subject.
    pub(crate) fn other(&self, indicator: &str) -> Option<Decimal> {
        match self.sheet.fact(indicator) {
            Fact::Value { value, .. } => Some(*value),
            Fact::Missing | Fact::NotApplicable { .. } => None,
        }
    }

    /// The rank of the value in the cohort; tied values share the better one. Where nothing is
    /// to be ranked, a cohort of one or of equals, that is said too.
    pub(crate) fn rank(&self) -> Vec<Input> {
        let mut inputs = vec![
            Input::new("x", "actual value", self.value),
            Input::new("r", "rank of the value", Decimal::from(self.better() + 1)),
            Input::new("n", "values that are ranked", Decimal::from(self.cohort.size())),
        ];
        if self.cohort.least() == self.cohort.greatest() {
            inputs.push(Input::new("equal", "all values are equal", Decimal::ONE));
        }
        inputs
    }

    /// How many values of the cohort are better.
    pub(crate) fn better(&self) -> usize {
        let (less, greater) = self.cohort.around(self.value);
        match self.direction {
            Direction::HigherIsBetter => greater,
            Direction::LowerIsBetter => less,
        }
    }

    /// How much of the period has elapsed, by day and in reporting periods.
    pub(crate) fn elapsed(&self) -> (Share, Share) {
        self.cell.map_or((Share::WHOLE, Share::WHOLE), |cell| (cell.elapsed, cell.rounds))
    }

    /// What the subject's own plan says is to be reached by now.
    pub(crate) fn planned(&self) -> Option<Decimal> {
        self.cell.and_then(Cell::planned)
    }
}

/// Points of a leaf in the scheme's own terms: before weights are spread, bounds, rounding.
pub(crate) struct Outcome {
    pub(crate) points: Ratio,
    pub(crate) flag: Option<Flag>,
}

impl Outcome {
    /// Points by rank, marked where there was nothing to rank.
    pub(crate) fn ranked(points: Ratio, inputs: Inputs<'_>) -> Outcome {
        Outcome { points, flag: inputs.has("equal").then_some(Flag::DegenerateCohort) }
    }

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
                match self { $(Method::$name(it) => it.needs_target(),)+ }
            }

            /// Whether it compares with the values of the cohort.
            pub(crate) fn uses_cohort(&self) -> bool {
                match self { $(Method::$name(_) => $name::COHORT || uses_cohort(self),)+ }
            }

            pub(crate) fn takes(&self) -> Takes {
                match self { $(Method::$name(_) => $name::TAKES,)+ }
            }

            pub(crate) fn needs(&self) -> Vec<&str> {
                match self { $(Method::$name(it) => it.needs(),)+ }
            }

            pub(crate) fn asks(&self) -> Vec<&str> {
                match self { $(Method::$name(it) => it.asks(),)+ }
            }

            pub(crate) fn rates(&self, tally: &Tally) -> bool {
                match self { $(Method::$name(it) => it.rates(tally),)+ }
            }

            pub(crate) fn counts(&self, milestones: &Milestones) -> bool {
                match self { $(Method::$name(it) => it.counts(milestones),)+ }
            }

            pub(crate) fn direction(&self) -> Option<Direction> {
                match self { $(Method::$name(_) => $name::DIRECTION,)+ }
            }

            pub(crate) fn range(&self, weight: Decimal) -> [Option<Ratio>; 2] {
                match self { $(Method::$name(it) => it.range(weight),)+ }
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
    /// w·x/x_max (与最优值之比).
    ratio_to_leader::RatioToLeader,
    /// Points by bands of ranks (位次分段).
    rank_bands::RankBands,
    /// Points on a line through knots (分级插值).
    interpolation::Interpolation,
    /// Base at the reference, more or less for each unit over or short of it (基础分加减).
    slopes::Slopes,
    /// Nothing unless the mark is reached (未完成不得分).
    cliff::Cliff,
    /// What was reached against what was due by now (时序进度).
    pace_points::PacePoints,
    /// Points of the milestones reached (节点完成).
    milestones::MilestonePoints,
    /// Shares of the cases handled well (办件质效).
    case_handling::CaseHandling,
    /// What rater groups think (测评).
    ballots::Ballots,
    /// w·x/Σx (贡献率).
    contribution::Contribution,
    /// The value of a formula (公式).
    expression_points::ExpressionPoints,
}

/// Bounds may be those of the cohort.
fn uses_cohort(method: &Method) -> bool {
    match method {
        Method::Efficacy(it) => it.bounds == Bounds::Cohort,
        Method::MinMax(it) => it.bounds == Bounds::Cohort,
        _ => false,
    }
}
