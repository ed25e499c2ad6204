//! Points for awards won, by class and level (B11).

use rust_decimal::Decimal;

use crate::exact::Ratio;
use crate::explained::Line;
use crate::fact::{Sheet, Won};
use crate::fault::Faults;

pub(crate) const NAME: &str = "award_points";
pub(crate) const FORMULA: &str = "Σp of the awards that count";

/// A node that counts the awards that were won elsewhere. Needs no weight of its own.
///
/// A Tiger (猛虎奖) at the district's level is worth 5, any other 3, a Snail (蜗牛奖) −2, whatever
/// is for progress 1:
///
/// | awards | points |
/// |---|---|
/// | q/tiger | 3 |
/// | q/tiger @district | 5 |
/// | q/tiger #progress | 3 |
/// | special/first #progress, q/tiger | 4 |
/// | q/snail | -2 |
/// | special/first | 0 |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwardPoints {
    /// What awards are worth. The first row that fits an award counts; one that fits none is
    /// shown and not counted.
    pub rows: Vec<AwardWorth>,
}

/// What awards of one kind are worth. An empty field fits everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwardWorth {
    /// Which award, as `series/award id`.
    pub award: String,
    /// Class.
    pub class: String,
    /// Level.
    pub level: String,
    /// Points, below 0 for an award that nobody wants, such as the Snail (蜗牛奖).
    pub points: Decimal,
}

impl AwardPoints {
    pub(crate) fn check(&self, faults: &mut Faults) {
        if self.rows.is_empty() {
            faults.add("rows", "NO_ROWS", "needs at least one row saying what an award is worth");
        }
        for (place, row) in self.rows.iter().enumerate() {
            faults.size(&format!("rows[{place}].points"), row.points);
            if let Some(before) = self.rows[..place].iter().position(|before| before.covers(row)) {
                let message = format!(
                    "rows[{before}] fits every award that this one fits; put the narrower first"
                );
                faults.add(&format!("rows[{place}]"), "UNREACHABLE_ROW", message);
            }
        }
    }

    /// Each award with its points, in the order of names.
    pub(crate) fn lines(&self, sheet: &Sheet) -> Vec<Line> {
        let mut won: Vec<&Won> = sheet.awards.iter().collect();
        won.sort_by(|one, two| one.name.cmp(&two.name));
        let line = |won: &Won| {
            let row = self.rows.iter().find(|row| row.fits(won));
            let kind = [won.class.as_str(), won.level.as_str()];
            let kind: Vec<&str> = kind.into_iter().filter(|it| !it.is_empty()).collect();
            Line {
                label: won.award.clone(),
                display_name: won.name.clone(),
                group: kind.join("/"),
                points: row.map(|row| row.points),
                counts: row.is_some(),
                remark: if row.is_some() { "" } else { "the scheme gives it no points" }.to_owned(),
                sources: won.sources.clone(),
                ..Line::default()
            }
        };
        won.into_iter().map(line).collect()
    }
}

impl AwardWorth {
    fn fits(&self, won: &Won) -> bool {
        let fits = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
        fits(&self.award, &won.award)
            && fits(&self.class, &won.class)
            && fits(&self.level, &won.level)
    }

    fn covers(&self, other: &AwardWorth) -> bool {
        let covers = |wide: &str, narrow: &str| wide.is_empty() || wide == narrow;
        covers(&self.award, &other.award)
            && covers(&self.class, &other.class)
            && covers(&self.level, &other.level)
    }
}

/// Σp of the awards that count.
pub(crate) fn points(lines: &[Line]) -> Ratio {
    let counted = lines.iter().filter(|line| line.counts);
    counted.filter_map(|line| line.points.map(Ratio::from)).sum()
}
