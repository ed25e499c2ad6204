//! Who is picked from an order: the n best or worst, with conditions, exemptions and a rule
//! for ties at the edge.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::condition::{Condition, Ground, Seen};
use super::gate;
use super::grade::{Quota, QuotaRounding};
use crate::fact::{Cohort, Fact};
use crate::rank::Placed;
use crate::score::SubjectResult;
use crate::tie::{Keys, TieBreak};
use crate::track::Track;

/// Who is picked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pick {
    /// Which end of the order.
    pub end: End,
    /// By what the order is made.
    pub by: Measure,
    /// How many.
    pub places: Places,
    /// What must hold of a subject.
    pub when: Option<Condition>,
    /// What must not hold: such a subject is passed over.
    pub unless: Option<Condition>,
    /// The next in the order takes the place of one that is passed over (递补); it stays empty
    /// otherwise.
    pub successors: bool,
    /// Who is picked when tied subjects stand across the last place.
    pub edge: Edge,
}

/// Which end of the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The best; nobody for whom a gate holds is among them, but for a yellow card.
    Best,
    /// The worst.
    Worst,
}

/// By what an order is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The track's ranking.
    Ranking,
    /// The pace, more being better.
    Pace,
    /// A node's points, more being better.
    Points(String),
    /// An indicator's value, better by its direction on the track.
    Value(String),
}

/// How many are picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Places {
    /// Everybody for whom the conditions hold.
    All,
    /// A number or share of those in the order.
    Within(Quota, QuotaRounding),
}

/// Who is in when tied subjects stand across the last place. Two places, for a, b, c … with these
/// points of m and n, m breaking ties:
///
/// | m + n | AllIn | AllOut | TieBreak |
/// |---|---|---|---|
/// | 60+30, 50+30, 40+30 | a b | a b | a b |
/// | 60+30, 50+30, 40+40 | a b c | a | a b |
/// | 60+30, 50+30, 50+30 | a b c | a | a |
/// | 50+30, 50+30, 50+30 | a b c | none | none |
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edge {
    /// All of them, beyond the number of places.
    AllIn,
    /// None of them.
    AllOut,
    /// Those that come first by these; who is tied still stays out.
    TieBreak(Vec<TieBreak>),
}

/// A subject that was picked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picked {
    /// The subject.
    pub subject: String,
    /// Place in the order of the pick, from 1; tied subjects share the better one.
    pub place: usize,
    /// What its conditions were judged by.
    pub ground: Ground,
}

/// A subject that stood within the places and was not picked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// The subject.
    pub subject: String,
    /// Place in the order of the pick, from 1.
    pub place: usize,
    /// Why.
    pub why: PassedWhy,
    /// What was judged.
    pub ground: Ground,
}

/// Why a subject was passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PassedWhy {
    /// What must hold does not.
    Condition,
    /// What must not hold does.
    Exclusion,
    /// A gate of this name holds: whoever is vetoed, or barred from the best grade, is no longer
    /// among the best (取消评优).
    Vetoed(String),
    /// It was exempted, on this ground.
    Exempt(String),
    /// It is tied across the last place.
    Edge,
}

/// What an order is made of.
pub(crate) struct Order<'a> {
    pub(crate) track: &'a Track,
    pub(crate) cohort: &'a Cohort,
}

impl Order<'_> {
    /// Picks for the rule of that id, from subjects in the order of the board. `honour` says that
    /// the rule gives something good.
    pub(crate) fn pick(
        &self,
        (rule, honour): (&str, bool),
        pick: &Pick,
        placed: &Placed,
        subjects: &[SubjectResult],
    ) -> (Vec<Picked>, Vec<Passed>) {
        let (order, groups) = self.order(pick, placed, subjects);
        let tied = |one: usize, two: usize| groups[one] == groups[two];
        let places = match pick.places {
            Places::All => order.len(),
            Places::Within(quota, rounding) => quota.places(order.len(), rounding),
        };
        let judged: Vec<_> =
            order.iter().map(|at| self.judge((rule, honour), pick, &subjects[*at])).collect();
        let fits = |(_, (why, _)): &(&usize, &(Option<PassedWhy>, Ground))| {
            !pick.successors || why.is_none()
        };
        let fitting: Vec<usize> =
            order.iter().zip(&judged).filter(fits).map(|(at, _)| *at).collect();
        let ends = Ends { places, edge: &pick.edge, worst: pick.end == End::Worst };
        let (within, edge) = self.first(subjects, &fitting, &ends, tied);
        let mut state = vec![None; subjects.len()];
        within.iter().for_each(|at| state[*at] = Some(true));
        edge.iter().for_each(|at| state[*at] = Some(false));
        let last = order.iter().rposition(|at| state[*at] == Some(true));
        let (mut picked, mut passed, mut place) = (Vec::new(), Vec::new(), 1);
        for (number, (at, (why, ground))) in order.iter().copied().zip(judged).enumerate() {
            if number > 0 && !tied(order[number - 1], at) {
                place = number + 1;
            }
            let considered = if pick.successors {
                within.len() < places || last.is_some_and(|last| number < last)
            } else {
                state[at] == Some(true)
            };
            let subject = subjects[at].subject.clone();
            match (why, state[at]) {
                (None, Some(true)) => picked.push(Picked { subject, place, ground }),
                (None, Some(false)) => {
                    passed.push(Passed { subject, place, why: PassedWhy::Edge, ground });
                }
                // Where places are not counted, whoever does not fit is simply not meant.
                (Some(PassedWhy::Condition), _) if pick.places == Places::All => {}
                (Some(why), _) if considered => passed.push(Passed { subject, place, why, ground }),
                _ => {}
            }
        }
        (picked, passed)
    }

    /// Why a subject is not to be picked, if so.
    fn judge(
        &self,
        (rule, honour): (&str, bool),
        pick: &Pick,
        result: &SubjectResult,
    ) -> (Option<PassedWhy>, Ground) {
        let mut ground = Ground::default();
        let Some(sheet) = self.cohort.sheet(&result.subject) else {
            return (Some(PassedWhy::Condition), ground);
        };
        let seen = Seen { track: self.track, sheet, result };
        if let Some(condition) = &pick.when
            && condition.judge(seen, &mut ground) != Some(true)
        {
            return (Some(PassedWhy::Condition), ground);
        }
        if honour
            && pick.end == End::Best
            && let Some(gate) = gate::holding(result)
        {
            ground.figures.extend(gate.ground.figures.iter().cloned());
            ground.sources.extend(gate.ground.sources.iter().cloned());
            return (Some(PassedWhy::Vetoed(gate.display_name.clone())), ground);
        }
        if let Some(condition) = &pick.unless
            && condition.judge(seen, &mut ground) == Some(true)
        {
            return (Some(PassedWhy::Exclusion), ground);
        }
        if let Some(exemption) = sheet.exemptions.iter().find(|it| it.rule == rule) {
            ground.sources.extend(exemption.sources.iter().cloned());
            return (Some(PassedWhy::Exempt(exemption.ground.clone())), ground);
        }
        (None, ground)
    }

    /// The subjects that have the measure, from the end that is asked for; and for each subject
    /// the number of its group of equals.
    fn order(
        &self,
        pick: &Pick,
        placed: &Placed,
        subjects: &[SubjectResult],
    ) -> (Vec<usize>, Vec<usize>) {
        let mut groups = vec![usize::MAX; subjects.len()];
        let mut order: Vec<usize>;
        if pick.by == Measure::Ranking {
            order = (0..placed.len()).collect();
            for at in &order {
                groups[*at] = placed.before(*at).unwrap_or(usize::MAX);
            }
        } else {
            let figures: Vec<Option<Decimal>> =
                subjects.iter().map(|subject| self.figure(&pick.by, subject)).collect();
            order = (0..subjects.len()).filter(|at| figures[*at].is_some()).collect();
            order.sort_by(|one, two| figures[*two].cmp(&figures[*one]));
            let mut group = 0;
            for place in 0..order.len() {
                if place > 0 && figures[order[place]] != figures[order[place - 1]] {
                    group = place;
                }
                groups[order[place]] = group;
            }
        }
        if pick.end == End::Worst {
            order.reverse();
        }
        (order, groups)
    }

    /// The figure that an order goes by; greater is better.
    fn figure(&self, by: &Measure, subject: &SubjectResult) -> Option<Decimal> {
        match by {
            Measure::Ranking => subject.total,
            Measure::Pace => subject.pace,
            Measure::Points(node) => subject.node(node)?.points,
            Measure::Value(indicator) => {
                let Fact::Value { value, .. } =
                    self.cohort.sheet(&subject.subject)?.fact(indicator)
                else {
                    return None;
                };
                Some(if self.track.is_lower_better(indicator) {
                    Decimal::ZERO - *value
                } else {
                    *value
                })
            }
        }
    }

    /// The first of `order` within the places, and those who stay out because they are tied
    /// across the last place.
    pub(crate) fn first(
        &self,
        subjects: &[SubjectResult],
        order: &[usize],
        ends: &Ends<'_>,
        tied: impl Fn(usize, usize) -> bool,
    ) -> (Vec<usize>, Vec<usize>) {
        let mut within: Vec<usize> = Vec::new();
        let mut rest = order;
        while within.len() < ends.places && !rest.is_empty() {
            let size = rest.iter().take_while(|at| tied(rest[0], **at)).count();
            let (group, after) = rest.split_at(size);
            rest = after;
            if within.len() + size <= ends.places || *ends.edge == Edge::AllIn {
                within.extend_from_slice(group);
                continue;
            }
            let Edge::TieBreak(breaks) = ends.edge else {
                return (within, group.to_vec());
            };
            for equals in self.broken(breaks, subjects, group, ends.worst) {
                if within.len() + equals.len() > ends.places {
                    break;
                }
                within.extend(equals);
            }
            let out = group.iter().copied().filter(|at| !within.contains(at)).collect();
            return (within, out);
        }
        (within, Vec::new())
    }

    /// A group of equals in the order that the tie-break makes, who is still tied together.
    fn broken(
        &self,
        breaks: &[TieBreak],
        subjects: &[SubjectResult],
        group: &[usize],
        worst: bool,
    ) -> Vec<Vec<usize>> {
        let keys = Keys::new(breaks, self.track.ranking().ascending, self.cohort, subjects);
        let mut order = group.to_vec();
        order.sort_by(|one, two| {
            let order = keys.compare(*one, *two);
            if worst { order.reverse() } else { order }
        });
        let equal = |one: &usize, two: &usize| keys.compare(*one, *two) == Ordering::Equal;
        order.chunk_by(equal).map(<[usize]>::to_vec).collect()
    }
}

/// How many places there are, at which end, and what happens at the last one.
pub(crate) struct Ends<'a> {
    pub(crate) places: usize,
    pub(crate) edge: &'a Edge,
    pub(crate) worst: bool,
}
