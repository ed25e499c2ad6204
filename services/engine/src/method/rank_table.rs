//! Points by rank in the cohort (位次赋分).

use rust_decimal::Decimal;

use super::{Case, Outcome, Scoring};
use crate::exact::{Arithmetic, Ratio};
use crate::input::{Input, Inputs};
use crate::fault::Faults;
use crate::direction::Direction;

/// Points by rank among the cohort's values; tied values share the better rank.
///
/// | listed or falling | subjects | rank | points |
/// |---|---|---|---|
/// | 60, 57, 54 | 4 | 1 | 60 |
/// | 60, 57, 54 | 4 | 4 | 54 |
/// | from 10 down by 1.5, at least 4 | 9 | 3 | 10 − 2·1.5 = 7 |
/// | from 10 down by 1.5, at least 4 | 9 | 9 | 4 |
///
/// A cohort of one, and one whose values are all equal, gets the points of rank 1, marked
/// DEGENERATE_COHORT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RankTable {
    /// Points of rank 1, 2, 3 …, never rising; the last one holds for all later ranks.
    Listed(Vec<Decimal>),
    /// max(start − (r − 1)·step, floor).
    Falling {
        /// Points of rank 1, at most w.
        start: Decimal,
        /// Points lost with each further rank, at least 0.
        step: Decimal,
        /// Least points.
        floor: Decimal,
    },
}

impl Scoring for RankTable {
    const NAME: &'static str = "rank_table";
    const COHORT: bool = true;
    const FORMULA: &'static str = "p of rank r; or max(start − (r − 1)·step, floor)";

    fn range(&self, _weight: Decimal) -> [Option<Ratio>; 2] {
        let most = match self {
            RankTable::Listed(points) => points.iter().max().copied(),
            RankTable::Falling { start, .. } => Some(*start),
        };
        [Some(Ratio::ZERO), most.map(Ratio::from)]
    }

    fn check(&self, weight: Decimal, _direction: Direction, faults: &mut Faults) {
        match self {
            RankTable::Listed(points) => {
                if points.is_empty() {
                    faults.add("points", "RANK_TABLE", "needs the points of rank 1 at least");
                }
                for (place, here) in points.iter().enumerate() {
                    let field = format!("points[{place}]");
                    faults.range(&field, *here, Decimal::ZERO, weight);
                    faults.size(&field, *here);
                    if place > 0 && points[place - 1] < *here {
                        faults.add(&field, "RANK_TABLE", "a later rank cannot get more points");
                    }
                }
            }
            RankTable::Falling { start, step, floor } => {
                faults.range("start", *start, Decimal::ZERO, weight);
                faults.range("step", *step, Decimal::ZERO, weight);
                faults.range("floor", *floor, Decimal::ZERO, *start);
                faults.size("start", *start);
                faults.size("step", *step);
                faults.size("floor", *floor);
            }
        }
    }

    fn inputs(&self, case: &Case<'_>) -> Vec<Input> {
        let mut inputs = case.rank();
        match self {
            RankTable::Listed(points) => {
                let better = case.better();
                let place = better.min(points.len().saturating_sub(1));
                inputs.push(Input::maybe("p", "points of that rank", points.get(place).copied()));
            }
            RankTable::Falling { start, step, floor } => {
                inputs.push(Input::new("start", "points of rank 1", *start));
                inputs.push(Input::new("step", "points lost with each rank", *step));
                inputs.push(Input::new("floor", "least points", *floor));
            }
        }
        inputs
    }

    fn points(inputs: Inputs<'_>) -> Result<Outcome, Arithmetic> {
        let points = match inputs.find("p") {
            Some(points) => points,
            None => {
                let lost = (inputs.get("r")? - Ratio::ONE) * inputs.get("step")?;
                (inputs.get("start")? - lost).max(inputs.get("floor")?)
            }
        };
        Ok(Outcome::ranked(points, inputs))
    }
}
