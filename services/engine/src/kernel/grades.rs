//! Gates and grades by columns: the verdicts of [`crate::Gate`] and the grades of
//! [`crate::Grading`], without their grounds.

use super::Kernel;
use super::number::{Scaled, power};
use super::order::Order;
use super::walk::{Points, Scores};
use crate::outcome::{Condition, Edge, Gate, GateEffect, Grade, Grading, NumberRange, Outcomes};

impl Kernel<'_> {
    /// The grade of each subject in the order of the board, as its place in the scheme's list;
    /// none without a total. `None` where gates look at more than totals and points, or a
    /// grade at more than the order: the tree has the answer then. Nobody in a table was
    /// exempted, or has won an award.
    pub fn grades(&self, points: &Points, order: &Order) -> Option<Vec<Option<usize>>> {
        let Outcomes { gates, grading, awards: _, cards: _ } = self.track.outcomes();
        let Some(Grading::Grades { grades, rounding, edge }) = grading else { return None };
        let mut given: Vec<Option<usize>> = vec![None; order.places.len()];
        // The first grade that no bar closes, by place of the order.
        let mut open = vec![0; order.places.len()];
        for gate in gates {
            let (step, limits) = self.looks_at(&gate.when)?;
            let limits = Limits::of(limits, points.column(step)?)?;
            for (place, at) in order.places.iter().enumerate() {
                if limits.hold(*at) {
                    close(gate, grades, &mut given[place], &mut open[place])?;
                }
            }
        }
        let size = order.placed.len();
        for (number, grade) in grades.iter().enumerate() {
            let band = self.band(grade);
            let band = Limits::of(&band, points.column(0)?)?;
            let reached = |place: &usize| {
                given[*place].is_none() && open[*place] <= number && band.hold(order.places[*place])
            };
            let eligible: Vec<usize> = (0..size).filter(reached).collect();
            let places = grade.quota.map_or(size, |quota| quota.places(size, *rounding));
            let first = first(&eligible, places, edge, |place| order.placed.before(place))?;
            eligible[..first].iter().for_each(|place| given[*place] = Some(number));
        }
        Some(given)
    }

    /// The totals that a grade asks for.
    fn band(&self, grade: &Grade) -> NumberRange {
        if self.track.ranking().ascending {
            NumberRange { at_most: grade.at_least, ..NumberRange::default() }
        } else {
            NumberRange { at_least: grade.at_least, ..NumberRange::default() }
        }
    }

    /// The step whose points a condition looks at, and their limits.
    fn looks_at<'c>(&self, condition: &'c Condition) -> Option<(usize, &'c NumberRange)> {
        match condition {
            Condition::Total(limits) => Some((0, limits)),
            Condition::Points { node_id, limits, percent: false } => {
                let step = self.steps.iter().position(|step| step.node.node_id == *node_id)?;
                Some((step, limits))
            }
            _ => None,
        }
    }
}

/// Limits in units of a column's last place, or of a place behind it.
struct Limits<'a> {
    scores: &'a Scores,
    up: i128,
    at_least: Option<i128>,
    above: Option<i128>,
    at_most: Option<i128>,
    below: Option<i128>,
}

impl Limits<'_> {
    fn of<'a>(limits: &NumberRange, scores: &'a Scores) -> Option<Limits<'a>> {
        let NumberRange { at_least, above, at_most, below } = limits;
        let limits = [at_least, above, at_most, below].map(|limit| limit.map(Scaled::from));
        let places = limits.iter().flatten().map(|limit| limit.scale);
        let scale = places.max().unwrap_or_default().max(scores.scale);
        let [at_least, above, at_most, below] =
            limits.map(|limit| limit.map_or(Some(None), |limit| limit.at(scale).map(Some)));
        let (at_least, above, at_most, below) = (at_least?, above?, at_most?, below?);
        Some(Limits { scores, up: power(scale - scores.scale)?, at_least, above, at_most, below })
    }

    /// Whether a subject's points lie within; not for a node that was left out. Points are
    /// below 10^28 in units of their last place, so that the product fits.
    fn hold(&self, at: usize) -> bool {
        let Some(units) = self.scores.get(at).and_then(|units| units.checked_mul(self.up)) else {
            return false;
        };
        self.at_least.is_none_or(|limit| units >= limit)
            && self.above.is_none_or(|limit| units > limit)
            && self.at_most.is_none_or(|limit| units <= limit)
            && self.below.is_none_or(|limit| units < limit)
    }
}

/// What a gate does to one subject.
fn close(gate: &Gate, grades: &[Grade], given: &mut Option<usize>, open: &mut usize) -> Option<()> {
    match &gate.effect {
        GateEffect::LowestGrade => *given = Some(grades.len().checked_sub(1)?),
        GateEffect::Bar(barred) => {
            let barred = grades.iter().position(|grade| grade.grade_id == *barred)?;
            *open = (*open).max(barred + 1);
        }
        GateEffect::Zero => return None,
    }
    Some(())
}

/// How many of `eligible`, in the order of the board, have a place.
fn first(
    eligible: &[usize],
    places: usize,
    edge: &Edge,
    before: impl Fn(usize) -> Option<usize>,
) -> Option<usize> {
    let Some(last) = eligible.get(places) else { return Some(eligible.len()) };
    let group = before(*last);
    let start = eligible[..places].iter().rposition(|place| before(*place) != group);
    let start = start.map_or(0, |start| start + 1);
    let tied = eligible[places..].iter().take_while(|place| before(**place) == group).count();
    match edge {
        _ if start == places => Some(places),
        Edge::AllOut => Some(start),
        Edge::AllIn => Some(places + tied),
        Edge::TieBreak(_) => None,
    }
}
