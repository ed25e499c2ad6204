//! The order of a track.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use crate::score::SubjectResult;
use crate::track::{Ranking, TieRule};

/// Where the ranked subjects stand, in the order of the board: the rank of each, and the
/// number of subjects that stand strictly before it.
#[derive(Debug)]
pub(crate) struct Placed(Vec<(Decimal, usize)>);

impl Placed {
    /// How many subjects were ranked.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// How many subjects stand strictly before the one in that place, ties not among them.
    pub(crate) fn before(&self, place: usize) -> Option<usize> {
        self.0.get(place).map(|(_, before)| *before)
    }

    /// The rank of the one in that place.
    pub(crate) fn rank(&self, place: usize) -> Option<Decimal> {
        self.0.get(place).map(|(rank, _)| *rank)
    }
}

/// Orders subjects by total, tie-break and name, and gives them their ranks. Subjects
/// without a total come last and get none.
pub(crate) fn place(ranking: &Ranking, subjects: &mut [SubjectResult]) -> Placed {
    subjects
        .sort_by(|one, two| compare(ranking, one, two).then_with(|| one.subject.cmp(&two.subject)));
    let size = subjects.iter().filter(|subject| subject.total.is_some()).count();
    let tied = |one: usize, two: usize| {
        compare(ranking, &subjects[one], &subjects[two]) == Ordering::Equal
    };
    let placed = rank(ranking.tie_rule, size, tied);
    for (place, subject) in subjects.iter_mut().enumerate() {
        subject.rank = placed.rank(place);
    }
    placed
}

/// Ranks `size` subjects that stand in order, `tied` saying which two share a rank.
pub(crate) fn rank(tie_rule: TieRule, size: usize, tied: impl Fn(usize, usize) -> bool) -> Placed {
    let mut placed = Vec::with_capacity(size);
    let (mut groups, mut start) = (0_usize, 0);
    while start < size {
        let end = (start..size).take_while(|place| tied(start, *place)).last().unwrap_or(start) + 1;
        groups += 1;
        let rank = match tie_rule {
            TieRule::Competition => Decimal::from(start + 1),
            TieRule::Dense => Decimal::from(groups),
            // The mean of the places start + 1 to end.
            TieRule::Average => (Decimal::from(start + 1 + end) * Decimal::new(5, 1)).normalize(),
        };
        placed.resize(end, (rank, start));
        start = end;
    }
    Placed(placed)
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
