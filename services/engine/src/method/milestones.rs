//! Milestones (节点完成): points of those reached on time, a late one at its discount.

use rust_decimal::Decimal;

use super::{Case, Outcome, Scoring, Takes};
use crate::exact::{Arithmetic, Ratio};
use crate::input::{Input, Inputs};
use crate::fact::{Milestone, Milestones};
use crate::fault::Faults;
use crate::direction::Direction;

/// w·Σ p·credit/Σ p over the milestones that are due or reached. One that is due and not
/// reached has no credit; one that is not due yet counts for nothing unless it is reached. Of
/// those overdue from former periods, which are given as long as they are not reached before this
/// one, none takes part unless the rule says that they are carried.
///
/// | w 10; credit 80 % within 10 days, 50 % within 30; milestones of 40, 30 and 30 | points |
/// |---|---|
/// | all on time | 10 |
/// | on time, 10 days late, 31 days late | 10·(40 + 30·0.8)/100 = 6.4 |
/// | on time, on time, not due yet | 10·70/70 = 10 |
/// | on time, due and not reached, not due yet | 10·40/70 = 5.714… |
/// | on time, on time, overdue from before and carried | 10·70/100 = 7 |
/// | on time, on time, 10 days late from before and carried | 10·(40 + 30 + 30·0.8)/100 = 9.4 |
/// | on time, on time, overdue from before and left | 10·70/70 = 10 |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MilestonePoints {
    /// What a late one still counts, the least late first; nothing beyond the last.
    pub late: Vec<Lateness>,
    /// Those not due yet count among Σ p.
    pub count_pending: bool,
    /// Those overdue from former periods count among Σ p until they are reached, and have the credit
    /// of their lateness in the period in which they are.
    pub carry_overdue: bool,
}

/// What a milestone counts that was reached late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lateness {
    /// Late by at most so many days; however late, where absent, on the last one only.
    pub within_days: Option<u32>,
    /// Per cent of its points, 0–100.
    pub credit: Decimal,
}

impl Scoring for MilestonePoints {
    const NAME: &'static str = "milestones";
    const FORMULA: &'static str = "w·Σ p·credit/Σ p, credit by days late";
    const DIRECTION: Option<Direction> = Some(Direction::HigherIsBetter);
    const TAKES: Takes = Takes::Milestones;

    fn check(&self, _weight: Decimal, _direction: Direction, faults: &mut Faults) {
        for (place, late) in self.late.iter().enumerate() {
            let before = place.checked_sub(1).and_then(|before| self.late.get(before));
            faults.inside(format!("late[{place}]"), |faults| {
                faults.range("credit", late.credit, Decimal::ZERO, Decimal::ONE_HUNDRED);
                faults.size("credit", late.credit);
                let days = before.map(|before| (before.within_days, late.within_days));
                if matches!(days, Some((None, _))) {
                    faults.add("within_days", "LATENESS", "the one before reaches however late");
                }
                if matches!(days, Some((Some(one), Some(two))) if one >= two) {
                    faults.add("within_days", "LATENESS", "must reach farther than the one before");
                }
                if before.is_some_and(|before| before.credit < late.credit) {
                    faults.add("credit", "LATENESS", "a later milestone cannot count more");
                }
            });
        }
    }

    fn counts(&self, milestones: &Milestones) -> bool {
        milestones.list.iter().any(|it| self.takes_part(it, milestones))
    }

    fn inputs(&self, case: &Case<'_>) -> Vec<Input> {
        let mut inputs = vec![Input::new("w", "points at stake", case.weight)];
        for (late, number) in self.late.iter().zip(1..) {
            let meaning = format!("credit of lateness {number}, per cent");
            inputs.push(Input::new(format!("c{number}"), meaning, late.credit));
            if let Some(days) = late.within_days {
                let meaning = format!("most days of lateness {number}");
                inputs.push(Input::new(format!("d{number}"), meaning, days.into()));
            }
        }
        let empty = Milestones::default();
        let milestones = case.milestones.unwrap_or(&empty);
        let counted = milestones.list.iter().filter(|it| self.takes_part(it, milestones));
        for (milestone, number) in counted.zip(1..) {
            let id = &milestone.milestone_id;
            let points = format!("points of {id}");
            inputs.push(Input::new(format!("p{number}"), points, milestone.points));
            let late = milestone.reached.map(|day| Decimal::from((day - milestone.due).max(0)));
            inputs.push(Input::maybe(format!("late{number}"), format!("days late, {id}"), late));
        }
        inputs
    }

    fn points(inputs: Inputs<'_>) -> Result<Outcome, Arithmetic> {
        let (mut sum, mut all) = (Ratio::ZERO, Ratio::ZERO);
        let mut number = 1;
        while let Some(points) = inputs.find(&format!("p{number}")) {
            all = all + points.clone();
            if let Some(late) = inputs.find(&format!("late{number}")) {
                sum = sum + (points * credit(&late, inputs)).over(Ratio::HUNDRED)?;
            }
            number += 1;
        }
        Ok(Outcome { points: (inputs.get("w")? * sum).over(all)?, flag: None })
    }
}

impl MilestonePoints {
    fn takes_part(&self, milestone: &Milestone, all: &Milestones) -> bool {
        if milestone.due < all.since {
            return self.carry_overdue;
        }
        self.count_pending || milestone.reached.is_some() || milestone.due <= all.as_of
    }
}

/// Per cent of its points that a milestone so late still counts.
fn credit(late: &Ratio, inputs: Inputs<'_>) -> Ratio {
    if late.is_zero() {
        return Ratio::HUNDRED;
    }
    let mut number = 1;
    while let Some(credit) = inputs.find(&format!("c{number}")) {
        if inputs.find(&format!("d{number}")).is_none_or(|days| *late <= days) {
            return credit;
        }
        number += 1;
    }
    Ratio::ZERO
}
