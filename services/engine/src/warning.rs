//! Proposals for the two warnings (两个预警提示, H5). Whether a warning goes out is decided
//! elsewhere.

use rust_decimal::Decimal;

use crate::exact::Ratio;
use crate::pace::Pace;
use crate::rank::Placed;
use crate::score::SubjectResult;
use crate::track::Track;

/// A warning that the track's rules propose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// An indicator is behind the time schedule (未达时序进度).
    BehindSchedule {
        /// The subject.
        subject: String,
        /// Where it stands.
        pace: Pace,
    },
    /// The subject is low in the ranking (排名靠后).
    LowRanking {
        /// The subject.
        subject: String,
        /// Its rank.
        rank: Decimal,
        /// Its total.
        score: Decimal,
    },
}

/// One warning for each subject and indicator that is behind by the track's measure or more.
pub(crate) fn behind(track: &Track, subjects: &[SubjectResult]) -> Vec<Warning> {
    let warnings = subjects.iter().map(|result| behind_of(track, &result.subject, &result.paces));
    warnings.flatten().collect()
}

/// The same for one subject. An indicator on two leaves warns once.
pub(crate) fn behind_of(track: &Track, subject: &str, paces: &[Pace]) -> Vec<Warning> {
    let Some(measure) = track.warnings().behind_schedule else {
        return Vec::new();
    };
    let mut lagging: Vec<&Pace> = Vec::new();
    for pace in paces {
        let behind = Ratio::HUNDRED - pace.pace.into();
        let said = lagging.iter().any(|other| other.indicator == pace.indicator);
        if behind >= measure.into() && !said {
            lagging.push(pace);
        }
    }
    let warn =
        |pace: &Pace| Warning::BehindSchedule { subject: subject.to_owned(), pace: pace.clone() };
    lagging.into_iter().map(warn).collect()
}

/// Warnings for the last subjects of a track, the lowest first. Tied subjects are warned
/// together; a group that would bring the warned above half the track is not warned, nor
/// anybody before it.
///
/// `standing` gives the name and the total in a place.
pub(crate) fn lowest<'a>(
    track: &Track,
    placed: &Placed,
    standing: impl Fn(usize) -> Option<(&'a str, Decimal)>,
) -> Vec<Warning> {
    let size = placed.len();
    let wanted = usize::try_from(track.warnings().lowest_ranks).unwrap_or(usize::MAX);
    let mut first = size;
    while size - first < wanted {
        let group = first.checked_sub(1).and_then(|last| placed.before(last));
        match group {
            Some(start) if (size - start) * 2 <= size => first = start,
            _ => break,
        }
    }
    let warning = |place: usize| {
        let (subject, score) = standing(place)?;
        let rank = placed.rank(place)?;
        Some(Warning::LowRanking { subject: subject.to_owned(), rank, score })
    };
    (first..size).rev().filter_map(warning).collect()
}
