//! Growth archives (成长档案, X11, H10): one timeline per person, read from the records themselves.

pub(crate) mod report;
mod source;

pub(crate) use source::distinction;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::archive::Entry as Filed;
use crate::commitment::Commitment;
use crate::conduct_entry::ConductEntry;
use crate::consequence::Consequence;
use crate::distinction::Held;
use crate::enrolment::Enrolment;
use crate::person::Person;
use crate::placement::Placement;
use crate::training::Training;

kit::numbered! {
    /// What an entry is of.
    enum Kind {
        /// A post taken or left.
        Posting = 1,
        /// A result.
        Result = 2,
        /// A commitment.
        Commitment = 3,
        /// An entry of the positive or negative list.
        Conduct = 4,
        /// A consequence.
        Consequence = 5,
        /// A training.
        Training = 6,
        /// An appraisal report.
        Appraisal = 7,
        /// A placement on a training post.
        Placement = 8,
        /// An award.
        Award = 9,
        /// A red flag or yellow card.
        Card = 10,
    }
}

/// One entry of a timeline.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) date: Date,
    pub(crate) kind: u8,
    /// Full name of the record it was read from.
    pub(crate) source: String,
    /// Its place among the entries of one source and day.
    pub(crate) ordinal: u8,
    pub(crate) title: String,
    pub(crate) standing: bool,
    /// What a profile counts it as.
    pub(crate) counts: Counts,
}

/// What a profile counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Counts {
    pub(crate) results: i32,
    pub(crate) commitments: i32,
    pub(crate) late: i32,
    pub(crate) kept: i32,
    pub(crate) positive: i32,
    pub(crate) negative: i32,
    pub(crate) cleared: i32,
    pub(crate) consequences: i32,
    pub(crate) trainings: i32,
    pub(crate) placements: i32,
    pub(crate) awards: i32,
    pub(crate) flags: i32,
    pub(crate) cards: i32,
}

/// Everything on record about a person.
pub(crate) struct Records {
    pub(crate) person: Person,
    /// Each with the last day of its period.
    pub(crate) results: Vec<(Filed, Option<Date>)>,
    pub(crate) distinctions: Vec<Held>,
    pub(crate) commitments: Vec<Commitment>,
    pub(crate) conduct: Vec<ConductEntry>,
    /// Each with the name of its rule.
    pub(crate) consequences: Vec<(Consequence, String)>,
    pub(crate) trainings: Vec<(Training, Enrolment)>,
    pub(crate) reports: Vec<crate::appraisal_report::AppraisalReport>,
    /// Each with the name of its post.
    pub(crate) placements: Vec<(Placement, String)>,
}

/// What of a timeline is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Range {
    pub(crate) start: Option<Date>,
    pub(crate) end: Option<Date>,
    pub(crate) kind: Option<Kind>,
}

impl Records {
    /// The timeline by day; `zone` tells the days of what has only an instant.
    pub(crate) fn timeline(&self, range: Range, zone: &TimeZone) -> Vec<Entry> {
        let mut entries = source::entries(self, zone);
        entries.retain(|it| {
            range.start.is_none_or(|start| it.date >= start)
                && range.end.is_none_or(|end| it.date <= end)
                && range.kind.is_none_or(|kind| it.kind == kind as u8)
        });
        entries.sort();
        entries
    }
}

impl Entry {
    /// The key by which pages are told apart.
    pub(crate) fn key(&self) -> String {
        format!("{} {} {} {}", self.date, self.kind, self.source, self.ordinal)
    }
}

/// What entries come to.
pub(crate) fn counted(entries: &[Entry]) -> Counts {
    entries.iter().fold(Counts::default(), |sum, it| Counts {
        results: sum.results + it.counts.results,
        commitments: sum.commitments + it.counts.commitments,
        late: sum.late + it.counts.late,
        kept: sum.kept + it.counts.kept,
        positive: sum.positive + it.counts.positive,
        negative: sum.negative + it.counts.negative,
        cleared: sum.cleared + it.counts.cleared,
        consequences: sum.consequences + it.counts.consequences,
        trainings: sum.trainings + it.counts.trainings,
        placements: sum.placements + it.counts.placements,
        awards: sum.awards + it.counts.awards,
        flags: sum.flags + it.counts.flags,
        cards: sum.cards + it.counts.cards,
    })
}
