//! Gates and grades by columns: the verdicts of [`crate::Gate`] and the grades of
//! [`crate::Grading`], without their grounds.

use super::Kernel;
use super::number::{Scaled, power};
use super::order::Order;
use super::walk::Points;
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
            for (place, at) in order.places.iter().enumerate() {
                if self.holds(&gate.when, points, *at)? {
                    close(gate, grades, &mut given[place], &mut open[place])?;
                }
            }
        }
        let size = order.placed.len();
        for (number, grade) in grades.iter().enumerate() {
            let reached = |place: &usize| {
                given[*place].is_none()
                    && open[*place] <= number
                    && self.reaches(grade, points, order.places[*place]).unwrap_or(false)
            };
            let eligible: Vec<usize> = (0..size).filter(reached).collect();
            let places = grade.quota.map_or(size, |quota| quota.places(size, *rounding));
            let first = first(&eligible, places, edge, |place| order.placed.before(place))?;
            eligible[..first].iter().for_each(|place| given[*place] = Some(number));
        }
        Some(given)
    }

    fn reaches(&self, grade: &Grade, points: &Points, at: usize) -> Option<bool> {
        let Some(limit) = grade.at_least else { return Some(true) };
        let limit = Some(limit);
        let range = if self.track.ranking().ascending {
            NumberRange { at_most: limit, ..NumberRange::default() }
        } else {
            NumberRange { at_least: limit, ..NumberRange::default() }
        };
        Some(within(&range, points, 0, at)?.unwrap_or(false))
    }

    fn holds(&self, condition: &Condition, points: &Points, at: usize) -> Option<bool> {
        let (step, limits) = match condition {
            Condition::Total(limits) => (0, limits),
            Condition::Points { node_id, limits, percent: false } => {
                (self.steps.iter().position(|step| step.node.node_id == *node_id)?, limits)
            }
            _ => return None,
        };
        Some(within(limits, points, step, at)?.unwrap_or(false))
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

/// Whether a subject's points lie within limits; the inner none for a node that was left out.
fn within(limits: &NumberRange, points: &Points, step: usize, at: usize) -> Option<Option<bool>> {
    let scores = points.column(step)?;
    let Some(units) = scores.get(at) else { return Some(None) };
    let NumberRange { at_least, above, at_most, below } = limits;
    let mut holds = true;
    for (limit, fits) in [
        (at_least, i128::ge as fn(&i128, &i128) -> bool),
        (above, i128::gt),
        (at_most, i128::le),
        (below, i128::lt),
    ] {
        let Some(limit) = limit.map(Scaled::from) else { continue };
        let scale = limit.scale.max(scores.scale);
        let units = units.checked_mul(power(scale - scores.scale)?)?;
        holds &= fits(&units, &limit.at(scale)?);
    }
    Some(Some(holds))
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
