//! Pace (时序进度): what was reached against what was due by now.

use rust_decimal::Decimal;

use super::{Case, Outcome, Scoring};
use crate::exact::{Arithmetic, Ratio};
use crate::flag::Flag;
use crate::input::{Input, Inputs};
use crate::fact::Share;
use crate::fault::Faults;
use crate::direction::Direction;

/// w·min(A/due, 1) + min(bonus·per cent over, bonus cap), at least 0. Where nothing is due yet
/// everybody has full points, marked NOTHING_DUE. Needs T > 0.
///
/// | w 10, T 120, curve by day, 90 of 360 days, so 30 due; bonus 0.1 up to 2 | points |
/// |---|---|
/// | A = 24 | 10·24/30 = 8 |
/// | A = 30 | 10 |
/// | A = 33 | 10 + 10·0.1 = 11 |
/// | A = 90 | 10 + 2 = 12 |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PacePoints {
    /// How what is due grows to the target.
    pub curve: Curve,
    /// Points for each per cent over what was due; usually 0.
    pub bonus: Decimal,
    /// Most points that the bonus comes to.
    pub bonus_cap: Decimal,
}

/// How what is due grows to the target (计划进度曲线).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Curve {
    /// In proportion to the days elapsed.
    ByDay,
    /// In proportion to the reporting periods elapsed.
    ByRound,
    /// Listed in the scheme: per cent of the target due at the end of each of so many equal
    /// parts of the period, never falling; between two ends the earlier one holds.
    Listed(Vec<Decimal>),
    /// The subject's own plan, linear between its points; by day where it has none.
    Plan,
}

impl Scoring for PacePoints {
    const NAME: &'static str = "pace";
    const FORMULA: &'static str =
        "w·min(A/due, 1) + min(bonus·100·(A/due − 1), cap); due = T·done/whole, T·share/100 or planned";
    const NEEDS_TARGET: bool = true;
    const DIRECTION: Option<Direction> = Some(Direction::HigherIsBetter);

    fn range(&self, weight: Decimal) -> [Option<Ratio>; 2] {
        let bonus = if self.bonus.is_zero() { Decimal::ZERO } else { self.bonus_cap };
        [Some(Ratio::ZERO), Some(Ratio::from(weight) + bonus.into())]
    }

    fn check(&self, _weight: Decimal, _direction: Direction, faults: &mut Faults) {
        for (field, number) in [("bonus", self.bonus), ("bonus_cap", self.bonus_cap)] {
            faults.range(field, number, Decimal::ZERO, Decimal::MAX);
            faults.size(field, number);
        }
        let Curve::Listed(shares) = &self.curve else { return };
        if shares.is_empty() {
            faults.add("listed.shares", "CURVE", "needs the share due at the end at least");
        }
        for (place, share) in shares.iter().enumerate() {
            let field = format!("listed.shares[{place}]");
            faults.range(&field, *share, Decimal::ZERO, Decimal::from(1000));
            faults.size(&field, *share);
            if place > 0 && shares[place - 1] > *share {
                faults.add(&field, "CURVE", "what is due cannot fall again");
            }
        }
    }

    fn inputs(&self, case: &Case<'_>) -> Vec<Input> {
        let (elapsed, rounds) = case.elapsed();
        let mut inputs = vec![
            Input::new("w", "points at stake", case.weight),
            Input::new("A", "actual value", case.value),
            Input::maybe("T", "target", case.target),
        ];
        let by_share = |share: Share| {
            let (done, whole) = share.parts();
            [
                Input::new("done", "days or periods elapsed", done.into()),
                Input::new("whole", "days or periods in all", whole.into()),
            ]
        };
        match &self.curve {
            Curve::ByDay => inputs.extend(by_share(elapsed)),
            Curve::ByRound => inputs.extend(by_share(rounds)),
            Curve::Listed(shares) => {
                let ended = rounds.ended(shares.len());
                let share = ended.checked_sub(1).and_then(|place| shares.get(place)).copied();
                let share = share.unwrap_or(Decimal::ZERO);
                inputs.push(Input::new("share", "per cent of the target due by now", share));
            }
            Curve::Plan => match case.planned() {
                Some(planned) => inputs.push(Input::new("planned", "planned by now", planned)),
                None => inputs.extend(by_share(elapsed)),
            },
        }
        if !self.bonus.is_zero() {
            inputs.push(Input::new("bonus", "points for each per cent over", self.bonus));
            inputs.push(Input::new("cap", "most points of the bonus", self.bonus_cap));
        }
        inputs
    }

    fn points(inputs: Inputs<'_>) -> Result<Outcome, Arithmetic> {
        let w = inputs.get("w")?;
        let due = due(inputs)?;
        if due.is_zero() || due.is_negative() {
            return Ok(Outcome { points: w, flag: Some(Flag::NothingDue) });
        }
        let reached = inputs.get("A")?.over(due)?;
        let outcome = Outcome::within(reached.clone(), Ratio::ZERO, Ratio::ONE);
        let mut points = w * outcome.points;
        if let Some(bonus) = inputs.find("bonus") {
            let over = (reached - Ratio::ONE).max(Ratio::ZERO) * Ratio::HUNDRED;
            points = points + (over * bonus).min(inputs.get("cap")?);
        }
        Ok(Outcome { points, flag: outcome.flag })
    }
}

fn due(inputs: Inputs<'_>) -> Result<Ratio, Arithmetic> {
    if let Some(planned) = inputs.find("planned") {
        return Ok(planned);
    }
    let target = inputs.get("T")?;
    match inputs.find("share") {
        Some(share) => (target * share).over(Ratio::HUNDRED),
        None => (target * inputs.get("done")?).over(inputs.get("whole")?),
    }
}
