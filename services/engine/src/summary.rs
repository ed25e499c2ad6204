//! What a track came to without the trees: a national recompute and a board that nobody asks
//! "why" need no more. Explanation stays on demand.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::colour::{self, Colour};
use crate::explained::{Explained, Flag};
use crate::fact::{Cohort, Sheet};
use crate::kernel::{Kernel, Points, Table};
use crate::outcome::{GradeResult, Outcomes};
use crate::pace;
use crate::score::{self, Stage, SubjectResult, TrackResult};
use crate::track::Track;
use crate::trouble::Trouble;
use crate::warning::{self, Warning};

/// [`TrackResult`] without its trees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackSummary {
    /// The track.
    pub track_id: String,
    /// How many subjects were ranked.
    pub ranked: usize,
    /// By rank, then by name; subjects without a score last.
    pub subjects: Vec<SubjectSummary>,
    /// Proposals for the two warnings.
    pub warnings: Vec<Warning>,
}

/// [`SubjectResult`] without its tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectSummary {
    /// The subject's name.
    pub subject: String,
    /// Total points; absent when every node was left out.
    pub total: Option<Decimal>,
    /// Rank by the track's tie rule; absent without a total.
    pub rank: Option<Decimal>,
    /// Colour; absent when the track has none, or it goes by a figure the subject lacks.
    pub colour: Option<Colour>,
    /// How far along its plan the subject is, in per cent of what was due.
    pub pace: Option<Decimal>,
    /// Points of every node, in the order of [`crate::Node::walk`]; absent when left out.
    pub points: Vec<Option<Decimal>>,
    /// What was special anywhere in the tree.
    pub flags: BTreeSet<Flag>,
    /// Grade; absent when the track gives none, or without a total.
    pub grade: Option<GradeResult>,
}

/// [`score`](fn@crate::score) without the trees: the same numbers, bit for bit, by columns
/// where that is exact. The troubles are the same, too.
pub fn summarize(track: &Track, cohort: &Cohort) -> Result<TrackSummary, Vec<Trouble>> {
    of_cohort(track, cohort, Stage::Final)
}

/// [`provisional`](crate::provisional) without the trees.
pub fn summarize_provisional(track: &Track, cohort: &Cohort) -> Result<TrackSummary, Vec<Trouble>> {
    of_cohort(track, cohort, Stage::Provisional)
}

impl TrackResult {
    /// The same without the trees.
    pub fn summary(&self) -> TrackSummary {
        TrackSummary {
            track_id: self.track_id.clone(),
            ranked: self.ranked,
            subjects: self.subjects.iter().map(SubjectResult::summary).collect(),
            warnings: self.warnings.clone(),
        }
    }
}

impl SubjectResult {
    fn summary(&self) -> SubjectSummary {
        let mut points = Vec::new();
        gather(&self.explained, &mut points);
        SubjectSummary {
            subject: self.subject.clone(),
            total: self.total,
            rank: self.rank,
            colour: self.colour,
            pace: self.pace,
            points,
            flags: self.flags(),
            grade: self.grade.clone(),
        }
    }
}

fn gather(explained: &Explained, points: &mut Vec<Option<Decimal>>) {
    points.push(explained.points);
    explained.children.iter().for_each(|child| gather(child, points));
}

fn of_cohort(track: &Track, cohort: &Cohort, stage: Stage) -> Result<TrackSummary, Vec<Trouble>> {
    match by_columns(track, cohort, stage) {
        Some(summary) => Ok(summary),
        None => score::evaluate(track, cohort, stage).map(|result| result.summary()),
    }
}

/// `None` when the tree must answer.
fn by_columns(track: &Track, cohort: &Cohort, stage: Stage) -> Option<TrackSummary> {
    // What follows from the order, and entries that no ledger knows, are the tree's to say.
    let entered = cohort.sheets().iter().any(|sheet| !sheet.entries.is_empty());
    if *track.outcomes() != Outcomes::default() || entered {
        return None;
    }
    let kernel = Kernel::of(track);
    let table = Table::of(track, cohort)?;
    let mut points = Points::default();
    kernel.points(&table, Some(cohort), stage, &mut points)?;
    let order = kernel.order(&points)?;
    let stakes = pace::stakes(track);
    let (mut subjects, mut behind) = (Vec::new(), Vec::new());
    for (place, at) in order.places.iter().enumerate() {
        let sheet: &Sheet = cohort.sheets().get(*at)?;
        let mut troubles = Vec::new();
        let paces = pace::of_subject(track, sheet, &mut troubles);
        if !troubles.is_empty() {
            return None;
        }
        let pace = pace::mean(&paces, &stakes).ok()?;
        behind.extend(warning::behind_of(track, &sheet.subject, &paces));
        let nodes = points.of(*at);
        let total = nodes.first().copied().flatten();
        let colouring = track.colouring();
        subjects.push(SubjectSummary {
            subject: sheet.subject.clone(),
            total,
            rank: order.placed.rank(place),
            colour: colouring.and_then(|it| colour::of(it, &order.placed, place, total, pace)),
            pace,
            points: nodes,
            flags: points.flags(*at),
            grade: None,
        });
    }
    let standing = |place: usize| {
        let subject = subjects.get(place)?;
        Some((subject.subject.as_str(), subject.total?))
    };
    let mut warnings = behind;
    warnings.extend(warning::lowest(track, &order.placed, standing));
    Some(TrackSummary {
        track_id: track.track_id().to_owned(),
        ranked: order.placed.len(),
        subjects,
        warnings,
    })
}
