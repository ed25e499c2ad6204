//! Points by bands of ranks (位次分段): ranks 1–3: 7, 4–6: 5, 7–10: 3 …

use rust_decimal::Decimal;

use super::{Case, Outcome, Scoring};
use crate::exact::{Arithmetic, Ratio};
use crate::input::{Input, Inputs};
use crate::fault::Faults;
use crate::direction::Direction;

/// Points of the first band that holds the rank among the cohort's values; tied values share
/// the better rank. The last band holds every rank.
///
/// | bands | rank | points |
/// |---|---|---|
/// | through 3: 7, through 6: 5, then 3 | 3 | 7 |
/// | through 3: 7, through 6: 5, then 3 | 4 | 5 |
/// | through 20 % of 9: 10, then 6 | 1 (20 % of 9 is 1.8, so 1) | 10 |
/// | through 20 % of 9: 10, then 6 | 2 | 6 |
///
/// A cohort of one, and one whose values are all equal, gets the points of the first band
/// however little that reaches, marked DEGENERATE_COHORT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RankBands {
    /// Best band first, at least one.
    pub bands: Vec<RankBand>,
}

/// One band.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RankBand {
    /// How far it reaches.
    pub through: Through,
    /// Points given, 0..w.
    pub points: Decimal,
}

/// The last rank of a band.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Through {
    /// That rank.
    Rank(u32),
    /// That share of the values that are ranked, in per cent, rounded down.
    Percent(Decimal),
    /// All ranks; the last band.
    All,
}

impl Scoring for RankBands {
    const NAME: &'static str = "rank_bands";
    const FORMULA: &'static str = "p of the first band whose last rank t, or t% of n, holds rank r";
    const COHORT: bool = true;

    fn range(&self, _weight: Decimal) -> [Option<Ratio>; 2] {
        let most = self.bands.iter().map(|band| band.points).max();
        [Some(Ratio::ZERO), most.map(Ratio::from)]
    }

    fn check(&self, weight: Decimal, _direction: Direction, faults: &mut Faults) {
        if self.bands.last().is_none_or(|last| last.through != Through::All) {
            let message = "the last band must have no end, so that every rank falls into a band";
            faults.add("bands", "RANK_BANDS", message);
        }
        for (place, band) in self.bands.iter().enumerate() {
            let before = place.checked_sub(1).and_then(|before| self.bands.get(before));
            faults.inside(format!("bands[{place}]"), |faults| {
                check_band(band, before, place + 1 == self.bands.len(), faults);
                faults.range("points", band.points, Decimal::ZERO, weight);
                faults.size("points", band.points);
            });
        }
    }

    fn inputs(&self, case: &Case<'_>) -> Vec<Input> {
        let mut inputs = case.rank();
        for (band, number) in self.bands.iter().zip(1..) {
            match band.through {
                Through::Rank(rank) => {
                    let meaning = format!("last rank of band {number}");
                    inputs.push(Input::new(format!("t{number}"), meaning, rank.into()));
                }
                Through::Percent(share) => {
                    let meaning = format!("per cent of n that band {number} reaches");
                    inputs.push(Input::new(format!("t{number}%"), meaning, share));
                }
                Through::All => {}
            }
            let meaning = format!("points of band {number}");
            inputs.push(Input::new(format!("p{number}"), meaning, band.points));
        }
        inputs
    }

    fn points(inputs: Inputs<'_>) -> Result<Outcome, Arithmetic> {
        let (rank, size) = (inputs.get("r")?, inputs.get("n")?);
        let mut number = 1;
        if inputs.has("equal") {
            return Ok(Outcome::ranked(inputs.get("p1")?, inputs));
        }
        // A band without an end is the last one and holds every rank.
        loop {
            let last = match inputs.find(&format!("t{number}")) {
                Some(last) => last,
                None => match inputs.find(&format!("t{number}%")) {
                    Some(share) => (share * size.clone()).over(Ratio::HUNDRED)?,
                    None => break,
                },
            };
            if rank <= last {
                break;
            }
            number += 1;
        }
        let points = inputs.find(&format!("p{number}")).ok_or(Arithmetic::Absent("p"))?;
        Ok(Outcome::ranked(points, inputs))
    }
}

fn check_band(band: &RankBand, before: Option<&RankBand>, last: bool, faults: &mut Faults) {
    match band.through {
        Through::All if !last => {
            faults.add("through", "RANK_BANDS", "only the last band may go without an end");
        }
        Through::Rank(0) => faults.add("through", "PARAMETER_RANGE", "ranks begin with 1"),
        Through::Percent(share) => {
            faults.range("through_percent", share, Decimal::ZERO, Decimal::ONE_HUNDRED);
            faults.size("through_percent", share);
        }
        Through::Rank(_) | Through::All => {}
    }
    let farther = match (before.map(|before| before.through), band.through) {
        (Some(Through::Rank(one)), Through::Rank(two)) => one < two,
        (Some(Through::Percent(one)), Through::Percent(two)) => one < two,
        _ => true,
    };
    if !farther {
        faults.add("through", "RANK_BANDS", "must reach farther than the band before");
    }
    if before.is_some_and(|before| before.points < band.points) {
        faults.add("points", "RANK_BANDS", "a later band cannot give more points");
    }
}
