//! The tri-colour board (三色榜, H6).

use rust_decimal::Decimal;

use crate::exact::Ratio;
use crate::rank::Placed;
use crate::score::SubjectResult;
use crate::track::Colouring;

/// A colour on the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colour {
    /// 绿.
    Green,
    /// 黄.
    Yellow,
    /// 红.
    Red,
}

/// Colours subjects that are in the order of the board.
pub(crate) fn paint(rule: Option<&Colouring>, placed: &Placed, subjects: &mut [SubjectResult]) {
    let Some(rule) = rule else { return };
    for (place, subject) in subjects.iter_mut().enumerate() {
        subject.colour = of(rule, placed, place, subject.total, subject.pace);
    }
}

/// The colour of the subject in that place; none when it lacks the figure the rule goes by.
pub(crate) fn of(
    rule: &Colouring,
    placed: &Placed,
    place: usize,
    total: Option<Decimal>,
    pace: Option<Decimal>,
) -> Option<Colour> {
    match rule {
        Colouring::ByPace { yellow_behind, red_behind } => {
            pace.map(|pace| by_pace(pace, *yellow_behind, *red_behind))
        }
        Colouring::ByThreshold { green_at_least, yellow_at_least } => {
            total.map(|total| by_threshold(total, *green_at_least, *yellow_at_least))
        }
        Colouring::ByRankShare { green_share, red_share } => {
            let before = placed.before(place);
            before.map(|before| by_rank(before, placed.len(), *green_share, *red_share))
        }
    }
}

/// The rules speak of the distance behind: 100 − pace.
fn by_pace(pace: Decimal, yellow_behind: Decimal, red_behind: Decimal) -> Colour {
    let behind = Ratio::HUNDRED - pace.into();
    if behind > red_behind.into() {
        Colour::Red
    } else if behind >= yellow_behind.into() {
        Colour::Yellow
    } else {
        Colour::Green
    }
}

fn by_threshold(total: Decimal, green_at_least: Decimal, yellow_at_least: Decimal) -> Colour {
    if total >= green_at_least {
        Colour::Green
    } else if total >= yellow_at_least {
        Colour::Yellow
    } else {
        Colour::Red
    }
}

/// `before` subjects stand strictly before this one, so that ties at an edge take the better
/// colour at both ends.
fn by_rank(before: usize, size: usize, green_share: Decimal, red_share: Decimal) -> Colour {
    // before < ⌊share·size/100⌋, for whole numbers: before + 1 ≤ share·size/100.
    let reaches = |share: Decimal, count: usize| {
        Ratio::whole(count as u64) * Ratio::HUNDRED
            <= Ratio::from(share) * Ratio::whole(size as u64)
    };
    if reaches(green_share, before + 1) {
        Colour::Green
    } else if reaches(red_share, size - before) {
        Colour::Red
    } else {
        Colour::Yellow
    }
}
