//! Grades (等次): by bands of the total, by quota of the cohort, by both; or groups by rank.

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use super::gate;
use super::pick::{self, Edge};
use crate::exact::Ratio;
use crate::fact::Cohort;
use crate::input::Input;
use crate::rank::Placed;
use crate::score::SubjectResult;
use crate::track::Track;

/// How grades are given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grading {
    /// Grades from the best to the last, each with what it asks for.
    Grades {
        /// Best first; the last asks for nothing and takes everybody who is left.
        grades: Vec<Grade>,
        /// What becomes of a part of a place when a quota is a share.
        rounding: QuotaRounding,
        /// Who gets the grade when tied subjects stand across the end of a quota.
        edge: Edge,
    },
    /// Equal groups by rank, such as deciles: grade `1` is the best.
    Groups {
        /// How many, at least 2.
        count: u32,
        /// By which of the two conventions.
        rule: GroupRule,
    },
}

/// The two conventions for groups by rank. With N ranked subjects, G groups, rank r:
///
/// | N | G | r | RankShare | Blocks |
/// |---|---|---|---|---|
/// | 25 | 10 | 2 | 1 | 1 |
/// | 25 | 10 | 3 | 2 | 1 |
/// | 25 | 10 | 5 | 2 | 2 |
/// | 25 | 10 | 25 | 10 | 9 |
/// | 3 | 10 | 2 | 7 | 2 |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupRule {
    /// ceil(r·G/N).
    RankShare,
    /// Blocks of ceil(N/G): ceil(r/ceil(N/G)).
    Blocks,
}

/// A grade and what it asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grade {
    /// Id, unique within the track.
    pub grade_id: String,
    /// Name as printed, for example 优秀.
    pub display_name: String,
    /// A total at least this; at most this, where the lowest score ranks first.
    pub at_least: Option<Decimal>,
    /// A place within this number of the track.
    pub quota: Option<Quota>,
    /// Awards, as `series/award id`, that give the grade outright, outside the quota (H9).
    pub outright: Vec<String>,
}

/// How many of the track may have a grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quota {
    /// A share of the ranked subjects, in per cent.
    Share(Decimal),
    /// A number.
    Count(u32),
}

/// What becomes of a part of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuotaRounding {
    /// It is dropped.
    Floor,
    /// It is a whole place.
    Ceil,
    /// From one half on it is a whole place.
    HalfUp,
}

/// The grade of a subject, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GradeResult {
    /// The grade.
    pub grade_id: String,
    /// Name as printed; empty for groups by rank.
    pub display_name: String,
    /// What decided.
    pub by: GradeBy,
    /// The figures that decided.
    pub figures: Vec<Input>,
    /// Gates that closed a better grade, and for a veto the gate.
    pub gates: Vec<String>,
}

/// What decided a grade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GradeBy {
    /// The total alone.
    Band,
    /// A place within the quota, and the total where the grade asks for one.
    Quota,
    /// An award won, outside the quota.
    Outright(String),
    /// A veto.
    Veto,
    /// What is left.
    Rest,
    /// The rank among equal groups.
    Group,
}

impl Quota {
    /// How many of `size` it allows.
    ///
    /// ```
    /// use engine::{Quota, QuotaRounding};
    /// let third = Quota::Share("30".parse().unwrap());
    /// assert_eq!(third.places(32, QuotaRounding::Floor), 9);
    /// assert_eq!(third.places(32, QuotaRounding::Ceil), 10);
    /// assert_eq!(third.places(32, QuotaRounding::HalfUp), 10);
    /// assert_eq!(Quota::Count(4).places(32, QuotaRounding::Floor), 4);
    /// ```
    pub fn places(self, size: usize, rounding: QuotaRounding) -> usize {
        let share = match self {
            Quota::Count(count) => return usize::try_from(count).unwrap_or(usize::MAX),
            Quota::Share(share) => share,
        };
        let places = share * Decimal::new(1, 2) * Decimal::from(size);
        let places = match rounding {
            QuotaRounding::Floor => places.floor(),
            QuotaRounding::Ceil => places.ceil(),
            QuotaRounding::HalfUp => {
                places.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero)
            }
        };
        places.to_usize().unwrap_or(usize::MAX).min(size)
    }
}

/// Gives every subject its grade; the subjects stand in the order of the board.
pub(crate) fn give(
    track: &Track,
    cohort: &Cohort,
    placed: &Placed,
    subjects: &mut [SubjectResult],
) {
    match &track.outcomes().grading {
        None => {}
        Some(Grading::Groups { count, rule }) => {
            let size = placed.len() as u64;
            for subject in subjects {
                subject.grade = subject.rank.and_then(|rank| group(rank, *count, *rule, size));
            }
        }
        Some(Grading::Grades { grades, rounding, edge }) => {
            let mut giving = Giving { track, cohort, placed, grades, subjects };
            giving.vetoed();
            for place in 0..grades.len() {
                giving.outright(place);
                giving.earned(place, *rounding, edge);
            }
        }
    }
}

struct Giving<'a> {
    track: &'a Track,
    cohort: &'a Cohort,
    placed: &'a Placed,
    grades: &'a [Grade],
    subjects: &'a mut [SubjectResult],
}

impl Giving<'_> {
    fn vetoed(&mut self) {
        let Some(last) = self.grades.last() else { return };
        for subject in self.subjects.iter_mut() {
            let gate = gate::veto(subject).map(|gate| gate.gate_id.clone());
            if let Some(gate) = gate {
                subject.grade = Some(result(last, GradeBy::Veto, Vec::new(), vec![gate]));
            }
        }
    }

    /// The gates that close a grade: a bar closes its own grade and every better one.
    fn bars(&self, place: usize, subject: &SubjectResult) -> Vec<String> {
        let covers = |grade: &str| self.grades[place..].iter().any(|it| it.grade_id == grade);
        gate::bars(subject, covers).into_iter().map(|gate| gate.gate_id.clone()).collect()
    }

    fn outright(&mut self, place: usize) {
        let grade = &self.grades[place];
        for at in 0..self.subjects.len() {
            let subject = &self.subjects[at];
            if subject.grade.is_some() || !self.bars(place, subject).is_empty() {
                continue;
            }
            let awards = self.cohort.sheet(&subject.subject).map(|sheet| &sheet.awards);
            let won = awards.into_iter().flatten().find(|won| grade.outright.contains(&won.award));
            if let Some(won) = won {
                let given =
                    result(grade, GradeBy::Outright(won.name.clone()), Vec::new(), Vec::new());
                self.subjects[at].grade = Some(given);
            }
        }
    }

    fn earned(&mut self, place: usize, rounding: QuotaRounding, edge: &Edge) {
        let grade = &self.grades[place];
        let ascending = self.track.ranking().ascending;
        let reaches = |total: Decimal| match grade.at_least {
            None => true,
            Some(limit) if ascending => total <= limit,
            Some(limit) => total >= limit,
        };
        let eligible: Vec<usize> = (0..self.placed.len())
            .filter(|at| {
                let subject = &self.subjects[*at];
                subject.grade.is_none()
                    && subject.total.is_some_and(reaches)
                    && self.bars(place, subject).is_empty()
            })
            .collect();
        let size = self.placed.len();
        let places = grade.quota.map(|quota| quota.places(size, rounding));
        let given = match places {
            None => eligible,
            Some(places) => {
                let tied =
                    |one: usize, two: usize| self.placed.before(one) == self.placed.before(two);
                let order = pick::Order { track: self.track, cohort: self.cohort };
                let ends = pick::Ends { places, edge, worst: false };
                order.first(self.subjects, &eligible, &ends, tied).0
            }
        };
        for at in given {
            let mut figures = Vec::new();
            if let (Some(total), Some(limit)) = (self.subjects[at].total, grade.at_least) {
                figures.push(Input::new("total", "total points", total));
                figures.push(Input::new("at least", "what the grade asks for", limit));
            }
            if let Some(places) = places {
                figures.push(Input::maybe("rank", "rank", self.subjects[at].rank));
                figures.push(Input::new("N", "ranked subjects", size.into()));
                figures.push(Input::new("quota", "places of the grade", places.into()));
            }
            let by = match (grade.at_least, places) {
                (_, Some(_)) => GradeBy::Quota,
                (Some(_), None) => GradeBy::Band,
                (None, None) => GradeBy::Rest,
            };
            let closed = (0..place).flat_map(|better| self.bars(better, &self.subjects[at]));
            let mut gates: Vec<String> = closed.collect();
            gates.dedup();
            self.subjects[at].grade = Some(result(grade, by, figures, gates));
        }
    }
}

fn result(grade: &Grade, by: GradeBy, figures: Vec<Input>, gates: Vec<String>) -> GradeResult {
    GradeResult {
        grade_id: grade.grade_id.clone(),
        display_name: grade.display_name.clone(),
        by,
        figures,
        gates,
    }
}

/// The group of a rank, which need not be whole where tied subjects share a mean.
fn group(rank: Decimal, count: u32, rule: GroupRule, size: u64) -> Option<GradeResult> {
    let groups = u64::from(count);
    let width = match rule {
        GroupRule::RankShare => Ratio::whole(size).over(Ratio::whole(groups)).ok()?,
        GroupRule::Blocks => Ratio::whole(size.div_ceil(groups)),
    };
    // The first group whose end the rank does not pass.
    let reaches = |group: &u64| Ratio::from(rank) <= width.clone() * Ratio::whole(*group);
    let group = (1..=groups).find(reaches).unwrap_or(groups);
    Some(GradeResult {
        grade_id: group.to_string(),
        display_name: String::new(),
        by: GradeBy::Group,
        figures: vec![
            Input::new("r", "rank", rank),
            Input::new("N", "ranked subjects", size.into()),
            Input::new("G", "number of groups", count.into()),
        ],
        gates: Vec::new(),
    })
}
