//! The order of a track.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use crate::score::SubjectResult;
use crate::track::{Ranking, TieRule};

/// Where the ranked subjects stand: the results in the order of the board, with the number
/// of subjects that stand strictly before each.
#[derive(Debug)]
pub(crate) struct Placed(Vec<usize>);

impl Placed {
    /// How many subjects were ranked.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// How many subjects stand strictly before the one in that place, ties not among them.
    pub(crate) fn before(&self, place: usize) -> Option<usize> {
        self.0.get(place).copied()
    }
}

/// Orders subjects by total, tie-break and name, and gives them their ranks. Subjects
/// without a total come last and get none.
pub(crate) fn place(ranking: &Ranking, subjects: &mut [SubjectResult]) -> Placed {
    subjects
        .sort_by(|one, two| compare(ranking, one, two).then_with(|| one.subject.cmp(&two.subject)));
    let size = subjects.iter().filter(|subject| subject.total.is_some()).count();
    let mut before = Vec::with_capacity(size);
    let mut groups = 0_usize;
    let mut start = 0;
    while start < size {
        let tied = |place: &usize| {
            compare(ranking, &subjects[start], &subjects[*place]) == Ordering::Equal
        };
        let end = (start..size).take_while(tied).last().unwrap_or(start) + 1;
        groups += 1;
        let rank = match ranking.tie_rule {
            TieRule::Competition => Decimal::from(start + 1),
            TieRule::Dense => Decimal::from(groups),
            // The mean of the places start + 1 to end.
            TieRule::Average => (Decimal::from(start + 1 + end) * Decimal::new(5, 1)).normalize(),
        };
        for subject in &mut subjects[start..end] {
            subject.rank = Some(rank);
            before.push(start);
        }
        start = end;
    }
    Placed(before)
}

/// Which stands first. A subject without points in a tie-break stands behind those with.
fn compare(ranking: &Ranking, one: &SubjectResult, two: &SubjectResult) -> Ordering {
    let better = |one: Option<Decimal>, two: Option<Decimal>| match (one, two) {
        (Some(one), Some(two)) if ranking.ascending => one.cmp(&two),
        (Some(one), Some(two)) => two.cmp(&one),
        (one, two) => two.is_some().cmp(&one.is_some()),
    };
    let points = |subject: &SubjectResult, node: &str| {
        subject.explained.find(node).and_then(|node| node.points)
    };
    let by_total = better(one.total, two.total);
    ranking.tie_break.iter().fold(by_total, |order, node| {
        order.then_with(|| better(points(one, node), points(two, node)))
    })
}
