//! What follows from scores and their order: verdicts of gates, grades, awards, cards. All of
//! it is proposed, each with its ground; people decide.

pub(crate) mod award;
pub(crate) mod check;
pub(crate) mod condition;
pub(crate) mod gate;
pub(crate) mod grade;
pub(crate) mod pick;

pub use award::{Award, AwardProposal, Card, CardKind, CardProposal};
pub use condition::{Condition, Ground, NumberRange};
pub use gate::{Gate, GateEffect, GateResult};
pub use grade::{Grade, GradeBy, GradeResult, Grading, GroupRule, Quota, QuotaRounding};
pub use pick::{Edge, End, Measure, Passed, PassedWhy, Pick, Picked, Places};

/// What a track decides by the scores and their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// Verdicts whatever the points (否决, 否优).
    pub gates: Vec<Gate>,
    /// How grades (等次) are given; not at all when absent.
    pub grading: Option<Grading>,
    /// Awards such as Tiger and Snail (猛虎奖, 蜗牛奖).
    pub awards: Vec<Award>,
    /// Red flags and yellow cards (红旗, 黄牌).
    pub cards: Vec<Card>,
}
