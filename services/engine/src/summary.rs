//! What a track came to without the trees: a national recompute and a board that nobody asks
//! "why" need no more. Explanation stays on demand.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::colour::Colour;
use crate::explained::Explained;
use crate::fact::{Cohort, Sheet};
use crate::flag::Flag;
use crate::kernel::{Kernel, Points, Table};
use crate::node::Node;
use crate::outcome::{AwardProposal, CardProposal, Condition, GateResult, GradeResult};
use crate::rounding::Rounding;
use crate::score::{self, Stage, SubjectResult, TrackResult};
use crate::track::Track;
use crate::trouble::Trouble;
use crate::warning::Warning;

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
    /// Proposals of awards, by the scheme's order.
    pub awards: Vec<AwardProposal>,
    /// Proposals of cards, by the scheme's order.
    pub cards: Vec<CardProposal>,
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
    /// Gates whose condition holds.
    pub gates: Vec<GateResult>,
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
            awards: self.awards.clone(),
            cards: self.cards.clone(),
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
            gates: self.gates.clone(),
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
    // What a single node was marked with, and which entries count, only the tree knows.
    let asks_the_tree = |condition: &&Condition| match condition {
        Condition::Entry { .. } => true,
        Condition::Flag { node_id, .. } => !node_id.is_empty(),
        _ => false,
    };
    // Nodes beside the tree have no columns, and what follows may look at them.
    if !track.asides().is_empty() || track.outcomes().conditions().iter().any(asks_the_tree) {
        return None;
    }
    let table = Table::of(track, cohort)?;
    let mut points = Points::default();
    Kernel::of(track).points(&table, Some(cohort), stage, &mut points)?;
    let bare = |place: usize, _: &Sheet, _: &mut Vec<Trouble>| {
        let mut explained = bare(track.root(), &mut points.of(place).into_iter());
        explained.flags = points.flags(place);
        (explained, Vec::new())
    };
    score::conclude(track, cohort, bare).ok().map(|result| result.summary())
}

/// A tree that holds points, and nothing that explains them: what follows from points, such as
/// the order, gates and grades, looks at no more.
fn bare(node: &Node, points: &mut impl Iterator<Item = Option<Decimal>>) -> Explained {
    Explained {
        node_id: node.node_id.clone(),
        display_name: String::new(),
        method: node.rule.name(),
        formula: "",
        indicator: None,
        drawn: None,
        inputs: Vec::new(),
        weight: node.weight,
        effective_weight: Decimal::ZERO,
        raw_points: None,
        points: points.next().flatten(),
        rounding: Rounding::NONE,
        flags: BTreeSet::new(),
        reason: String::new(),
        observations: Vec::new(),
        lines: Vec::new(),
        children: node.children().iter().map(|child| bare(child, points)).collect(),
    }
}
