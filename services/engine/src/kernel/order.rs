//! The order of a track by columns.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::Kernel;
use super::walk::{Points, Scores};
use crate::rank::{Placed, rank};
use crate::tie::TieBreak;
use crate::track::Ranking;

/// Subjects in the order of the board.
pub struct Order {
    /// Their places in the table.
    pub places: Vec<usize>,
    /// How many of them were ranked, and who stands before whom.
    pub(crate) placed: Placed,
}

impl Order {
    /// The rank of the subject in that place of the order.
    pub fn rank(&self, place: usize) -> Option<Decimal> {
        self.placed.rank(place)
    }
}

impl Kernel<'_> {
    /// Orders a cohort by total, tie-break and name. A field that is new to a ranking must be
    /// named here: until it is also obeyed here, such a track has no order by columns.
    pub fn order(&self, points: &Points) -> Option<Order> {
        let Ranking { tie_rule, tie_break, ascending } = self.track.ranking();
        let breaks = tie_break.iter().map(|tie_break| {
            let TieBreak::Points(id) = tie_break else { return None };
            let step = self.steps.iter().position(|step| step.node.node_id == *id)?;
            points.column(step)
        });
        let total = points.column(0)?;
        let keys: Vec<&Scores> =
            std::iter::once(Some(total)).chain(breaks).collect::<Option<_>>()?;
        let by_key =
            |scores: &Scores, one: usize, two: usize| match (scores.get(one), scores.get(two)) {
                (Some(one), Some(two)) if *ascending => one.cmp(&two),
                (Some(one), Some(two)) => two.cmp(&one),
                (one, two) => two.is_some().cmp(&one.is_some()),
            };
        let compare = |one: usize, two: usize| {
            let all = keys.iter().map(|scores| by_key(scores, one, two));
            all.fold(Ordering::Equal, Ordering::then)
        };
        let mut places: Vec<usize> = (0..total.units.len()).collect();
        places.sort_unstable_by(|one, two| compare(*one, *two).then(one.cmp(two)));
        let size = places.iter().filter(|place| !total.is_out(**place)).count();
        let tied = |one: usize, two: usize| compare(places[one], places[two]) == Ordering::Equal;
        let placed = rank(*tie_rule, size, tied);
        Some(Order { places, placed })
    }
}
