//! Scoring a track: every subject's tree, the order, colours, pace and warnings.

mod behind;
pub(crate) mod columns;
pub(crate) mod tree;

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::colour::{self, Colour};
use crate::explained::Explained;
use crate::fact::{Cohort, Sheet};
use crate::flag::Flag;
use crate::outcome::{AwardProposal, CardProposal, GateResult, GradeResult, award, gate, grade};
use crate::pace::{self, Pace, Stakes};
use crate::rank;
use crate::track::Track;
use crate::trouble::Trouble;
use crate::warning::{self, Warning};
use columns::Columns;

/// What a track came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackResult {
    /// The track.
    pub track_id: String,
    /// How many subjects were ranked.
    pub ranked: usize,
    /// By rank, then by name; subjects without a score last.
    pub subjects: Vec<SubjectResult>,
    /// Proposals for the two warnings.
    pub warnings: Vec<Warning>,
    /// Proposals of awards, by the scheme's order.
    pub awards: Vec<AwardProposal>,
    /// Proposals of cards, by the scheme's order.
    pub cards: Vec<CardProposal>,
}

/// What one subject came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectResult {
    /// The subject's name.
    pub subject: String,
    /// Total points; absent when every node was left out.
    pub total: Option<Decimal>,
    /// Rank by the track's tie rule; absent without a total.
    pub rank: Option<Decimal>,
    /// Colour; absent when the track has none, or it goes by a figure the subject lacks.
    pub colour: Option<Colour>,
    /// How far along its plan the subject is, in per cent of what was due: the mean over its
    /// indicators with a pace, each counted up to 100, by their share of the total.
    pub pace: Option<Decimal>,
    /// The pace of each leaf that has one, in the scheme's order.
    pub paces: Vec<Pace>,
    /// The tree behind the total.
    pub explained: Explained,
    /// The nodes beside the tree.
    pub asides: Vec<Explained>,
    /// Gates whose condition holds.
    pub gates: Vec<GateResult>,
    /// Grade; absent when the track gives none, or without a total.
    pub grade: Option<GradeResult>,
}

impl SubjectResult {
    /// What was special anywhere in the tree.
    pub fn flags(&self) -> BTreeSet<Flag> {
        self.explained.all_flags()
    }

    /// The node of that id, in the tree or beside it.
    pub fn node(&self, node_id: &str) -> Option<&Explained> {
        let trees = std::iter::once(&self.explained).chain(&self.asides);
        trees.into_iter().find_map(|tree| tree.find(node_id))
    }
}

/// Whether gaps in the facts forbid a score.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    Provisional,
    Final,
}

/// Scores a cohort on a track. The result does not depend on the order in which the subjects
/// were given. All troubles are returned, in the order of subjects and nodes.
pub fn score(track: &Track, cohort: &Cohort) -> Result<TrackResult, Vec<Trouble>> {
    evaluate(track, cohort, Stage::Final)
}

/// Scores a cohort as it stands, for a board while the period runs: what would forbid a score,
/// a missing value under BLOCK or a target that is not there, gives 0 points and is marked.
pub fn provisional(track: &Track, cohort: &Cohort) -> Result<TrackResult, Vec<Trouble>> {
    evaluate(track, cohort, Stage::Provisional)
}

pub(crate) fn evaluate(
    track: &Track,
    cohort: &Cohort,
    stage: Stage,
) -> Result<TrackResult, Vec<Trouble>> {
    let columns = Columns::of(track, cohort);
    let explain = |_: usize, sheet: &Sheet, troubles: &mut Vec<Trouble>| {
        let explained = tree::explain(track, sheet, &columns, stage, troubles);
        (explained, tree::asides(track, sheet, &columns, stage, troubles))
    };
    conclude(track, cohort, explain)
}

/// What follows from every subject's points, `explain` giving the tree of the sheet in a
/// place and the nodes beside it.
pub(crate) fn conclude(
    track: &Track,
    cohort: &Cohort,
    explain: impl Fn(usize, &Sheet, &mut Vec<Trouble>) -> (Explained, Vec<Explained>),
) -> Result<TrackResult, Vec<Trouble>> {
    let stakes = Stakes::of(track);
    let items: BTreeSet<&str> = track.items().iter().map(|item| item.item_id.as_str()).collect();
    let (mut subjects, mut troubles) = (Vec::new(), Vec::new());
    for (place, sheet) in cohort.sheets().iter().enumerate() {
        let (explained, asides) = explain(place, sheet, &mut troubles);
        for entry in sheet.entries.iter().filter(|entry| !items.contains(entry.item.as_str())) {
            troubles.push(Trouble::unknown_item(&sheet.subject, &entry.name, &entry.item));
        }
        let paces = pace::of_subject(track, sheet, &mut troubles);
        let pace = pace::mean(&paces, &stakes).unwrap_or_else(|cause| {
            troubles.push(Trouble::arithmetic(&sheet.subject, &track.root().node_id, cause));
            None
        });
        let mut subject = SubjectResult {
            subject: sheet.subject.clone(),
            total: explained.points,
            rank: None,
            colour: None,
            pace,
            paces,
            explained,
            asides,
            gates: Vec::new(),
            grade: None,
        };
        gate::judge(track, sheet, &mut subject);
        subjects.push(subject);
    }
    if !troubles.is_empty() {
        return Err(troubles);
    }
    let placed = rank::place(track.ranking(), cohort, &mut subjects);
    colour::paint(track.colouring(), &placed, &mut subjects);
    grade::give(track, cohort, &placed, &mut subjects);
    let mut warnings = warning::behind(track, &subjects);
    let standing = |place: usize| {
        let subject = subjects.get(place)?;
        Some((subject.subject.as_str(), subject.total?))
    };
    warnings.extend(warning::lowest(track, &placed, standing));
    Ok(TrackResult {
        track_id: track.track_id().to_owned(),
        ranked: placed.len(),
        warnings,
        awards: award::propose_awards(track, cohort, &placed, &subjects),
        cards: award::propose_cards(track, cohort, &placed, &subjects),
        subjects,
    })
}

/// The warnings of indicators behind schedule alone, which need neither scores nor an order.
pub fn behind_schedule(track: &Track, cohort: &Cohort) -> Result<Vec<Warning>, Vec<Trouble>> {
    let (mut warnings, mut troubles) = (Vec::new(), Vec::new());
    for sheet in cohort.sheets() {
        let paces = pace::of_subject(track, sheet, &mut troubles);
        warnings.extend(warning::behind_of(track, &sheet.subject, &paces));
    }
    if troubles.is_empty() { Ok(warnings) } else { Err(troubles) }
}
