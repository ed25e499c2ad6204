//! Ballots (测评): what rater groups think, each mark at its value.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::{Case, Outcome, Scoring, Takes};
use crate::exact::{Arithmetic, Ratio};
use crate::input::{Input, Inputs};
use crate::fact::Tally;
use crate::fault::Faults;
use crate::direction::Direction;

/// w·Σ g·mean/Σ g/full within 0..w, the mean of each rater group over its ballots. A group that
/// cast none is left out. A trimmed mean drops one highest and one lowest ballot of a group
/// with more than so many.
///
/// | w 10, full 100; 好 100, 一般 60, 较差 0; leaders weigh 60, masses 40 | points |
/// |---|---|
/// | leaders 好 4, 一般 1; masses 好 15, 一般 4, 较差 1 | means 92 and 87: 10·(60·92 + 40·87)/100/100 = 9 |
/// | the same, trimmed above 4 | means 100 and 91.111…: 9.644… |
/// | leaders 好 5, no masses | 10 |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ballots {
    /// What each mark is worth; where none is listed, marks are numbers.
    pub marks: Vec<MarkValue>,
    /// The rater groups and their weights, at least one; those of others do not count.
    pub groups: Vec<RaterGroup>,
    /// The value that gives full points, above 0; usually 100.
    pub full: Decimal,
    /// A group with more ballots than this has its mean trimmed; not at all where absent.
    pub trim_above: Option<u32>,
}

/// What a mark is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkValue {
    /// The mark, for example 好.
    pub mark: String,
    /// Its value.
    pub value: Decimal,
}

/// A rater group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RaterGroup {
    /// Its id, for example `leaders`.
    pub group: String,
    /// Its weight, above 0, relative to the others'.
    pub weight: Decimal,
}

impl Scoring for Ballots {
    const NAME: &'static str = "ballots";
    const FORMULA: &'static str = "w·Σ g·mean/Σ g/full, mean = Σ n·v/Σ n of a group";
    const DIRECTION: Option<Direction> = Some(Direction::HigherIsBetter);
    const TAKES: Takes = Takes::Tally;

    fn check(&self, _weight: Decimal, _direction: Direction, faults: &mut Faults) {
        faults.above("full", self.full, Decimal::ZERO);
        faults.size("full", self.full);
        let mut marks = BTreeSet::new();
        for (place, mark) in self.marks.iter().enumerate() {
            faults.inside(format!("marks[{place}]"), |faults| {
                faults.range("value", mark.value, Decimal::ZERO, self.full);
                faults.size("value", mark.value);
                if mark.mark.is_empty() || !marks.insert(&mark.mark) {
                    faults.add("mark", "BALLOT_MARKS", "must be a mark of its own");
                }
            });
        }
        if self.groups.is_empty() {
            faults.add("groups", "BALLOT_GROUPS", "needs at least one rater group");
        }
        let mut groups = BTreeSet::new();
        for (place, group) in self.groups.iter().enumerate() {
            faults.inside(format!("groups[{place}]"), |faults| {
                faults.above("weight", group.weight, Decimal::ZERO);
                faults.size("weight", group.weight);
                if group.group.is_empty() || !groups.insert(&group.group) {
                    faults.add("group", "BALLOT_GROUPS", "must be a group of its own");
                }
            });
        }
    }

    fn rates(&self, tally: &Tally) -> bool {
        self.groups.iter().any(|it| tally.groups.get(&it.group).is_some_and(has_ballots))
    }

    fn inputs(&self, case: &Case<'_>) -> Vec<Input> {
        let mut inputs = vec![
            Input::new("w", "points at stake", case.weight),
            Input::new("full", "value of full points", self.full),
        ];
        if let Some(above) = self.trim_above {
            inputs.push(Input::new("trim", "means of more ballots are trimmed", above.into()));
        }
        let given = case.tally.map(|tally| &tally.groups);
        let groups = self.groups.iter().filter_map(|it| Some((it, given?.get(&it.group)?)));
        let groups = groups.filter(|(_, marks)| has_ballots(marks));
        for ((group, marks), number) in groups.zip(1..) {
            let weight = format!("weight of {}", group.group);
            inputs.push(Input::new(format!("g{number}"), weight, group.weight));
            for ((mark, count), place) in marks.iter().zip(1..) {
                let ballots = format!("ballots of {} for {mark}", group.group);
                inputs.push(Input::new(format!("n{number}.{place}"), ballots, (*count).into()));
                let value = format!("value of {mark}");
                inputs.push(Input::maybe(format!("v{number}.{place}"), value, self.worth(mark)));
            }
        }
        inputs
    }

    fn points(inputs: Inputs<'_>) -> Result<Outcome, Arithmetic> {
        let (mut sum, mut weights) = (Ratio::ZERO, Ratio::ZERO);
        let mut number = 1;
        while let Some(weight) = inputs.find(&format!("g{number}")) {
            sum = sum + weight.clone() * mean(number, inputs)?;
            weights = weights + weight;
            number += 1;
        }
        let share = sum.over(weights * inputs.get("full")?)?;
        let outcome = Outcome::within(share, Ratio::ZERO, Ratio::ONE);
        Ok(Outcome { points: inputs.get("w")? * outcome.points, ..outcome })
    }
}

impl Ballots {
    /// The value of a mark; none of one that the scheme does not list.
    fn worth(&self, mark: &str) -> Option<Decimal> {
        match self.marks.as_slice() {
            [] => mark.parse().ok(),
            listed => listed.iter().find(|it| it.mark == mark).map(|it| it.value),
        }
    }
}

fn has_ballots(marks: &BTreeMap<String, u32>) -> bool {
    marks.values().any(|count| *count > 0)
}

fn mean(group: u32, inputs: Inputs<'_>) -> Result<Ratio, Arithmetic> {
    let (mut sum, mut ballots) = (Ratio::ZERO, Ratio::ZERO);
    let (mut least, mut most): (Option<Ratio>, Option<Ratio>) = (None, None);
    let mut place = 1;
    while let Some(count) = inputs.find(&format!("n{group}.{place}")) {
        let value = inputs.find(&format!("v{group}.{place}"));
        let value = value.ok_or(Arithmetic::Absent("the value of a mark"))?;
        if !count.is_zero() {
            least = Some(least.map_or_else(|| value.clone(), |it| it.min(value.clone())));
            most = Some(most.map_or_else(|| value.clone(), |it| it.max(value.clone())));
        }
        sum = sum + count.clone() * value;
        ballots = ballots + count;
        place += 1;
    }
    let trimmed = inputs.find("trim").is_some_and(|above| ballots > above);
    if let (true, Some(least), Some(most)) = (trimmed && ballots > Ratio::whole(2), least, most) {
        return (sum - least - most).over(ballots - Ratio::whole(2));
    }
    sum.over(ballots)
}
