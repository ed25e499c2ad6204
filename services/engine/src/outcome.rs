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

use crate::tie::TieBreak;

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

impl Outcomes {
    fn picks(&self) -> Vec<&Pick> {
        let awards = self.awards.iter().map(|award| &award.pick);
        awards.chain(self.cards.iter().map(|card| &card.pick)).collect()
    }

    /// Every condition that is asked, with those within it.
    pub(crate) fn conditions(&self) -> Vec<&Condition> {
        let asked = self.picks().into_iter().flat_map(|pick| [&pick.when, &pick.unless]).flatten();
        let conditions = self.gates.iter().map(|gate| &gate.when).chain(asked);
        conditions.flat_map(Condition::walk).collect()
    }

    /// The indicators that conditions, orders and tie-breaks look at.
    pub(crate) fn indicators(&self) -> Vec<&str> {
        let picks = self.picks();
        let asked = picks.iter().flat_map(|pick| [&pick.when, &pick.unless]).flatten();
        let conditions = self.gates.iter().map(|gate| &gate.when).chain(asked);
        let mut all: Vec<&str> = conditions.flat_map(Condition::indicators).collect();
        let measures = picks.iter().filter_map(|pick| match &pick.by {
            Measure::Value(indicator) => Some(indicator.as_str()),
            Measure::Ranking | Measure::Pace | Measure::Points(_) => None,
        });
        all.extend(measures);
        let grades = match &self.grading {
            Some(Grading::Grades { edge, .. }) => Some(edge),
            Some(Grading::Groups { .. }) | None => None,
        };
        let edges = picks.iter().map(|pick| &pick.edge).chain(grades);
        all.extend(edges.flat_map(|edge| match edge {
            Edge::TieBreak(breaks) => breaks.iter().filter_map(TieBreak::indicator).collect(),
            Edge::AllIn | Edge::AllOut => Vec::new(),
        }));
        all
    }
}
