//! The order of a track.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use crate::fact::Cohort;
use crate::score::SubjectResult;
use crate::tie::Keys;
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
pub(crate) fn place(
    ranking: &Ranking,
    cohort: &Cohort,
    subjects: &mut Vec<SubjectResult>,
) -> Placed {
    let keys = Keys::new(&ranking.tie_break, ranking.ascending, cohort, subjects);
    let compare = |one: usize, two: usize| {
        let by_total = compare(ranking.ascending, subjects[one].total, subjects[two].total);
        by_total.then_with(|| keys.compare(one, two))
    };
    let mut order: Vec<usize> = (0..subjects.len()).collect();
    order.sort_by(|one, two| {
        let by_name = || subjects[*one].subject.cmp(&subjects[*two].subject);
        compare(*one, *two).then_with(by_name)
    });
    let size = subjects.iter().filter(|subject| subject.total.is_some()).count();
    let tied = |one: usize, two: usize| compare(order[one], order[two]) == Ordering::Equal;
    let placed = rank(ranking.tie_rule, size, tied);
    let mut taken: Vec<Option<SubjectResult>> = subjects.drain(..).map(Some).collect();
    subjects.extend(order.into_iter().filter_map(|at| taken[at].take()));
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

/// Which total stands first; none stands last.
fn compare(ascending: bool, one: Option<Decimal>, two: Option<Decimal>) -> Ordering {
    match (one, two) {
        (Some(one), Some(two)) if ascending => one.cmp(&two),
        (Some(one), Some(two)) => two.cmp(&one),
        (one, two) => two.is_some().cmp(&one.is_some()),
    }
}
