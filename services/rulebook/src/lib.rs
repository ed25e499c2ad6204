//! The bridge between the contract's rulebook and the engine: schemes read and checked with
//! every fault at its place, members selected, a period's facts laid out for scoring.
//!
//! Registry checks drafts by it, scoring computes runs by it and the command line scores
//! offline by it, so that the three can never disagree about what a scheme means.
//!
//! Deliberately absent: arithmetic (that is the engine's), storage, calls, clocks.

mod canonical;
mod division;
mod formula;
mod indicators;
mod inputs;
mod members;
mod milestones;
mod parse;
mod references;
mod span;
mod targets;
mod theme;

use std::collections::BTreeSet;

use engine::Track;
use kit::Error;
use kit::error::Unmet;
use kit::name::Pattern;
use proto::registry::v1 as pb;
use rust_decimal::Decimal;
use sha2::{Digest as _, Sha256};
use theme::Themed;

pub use division::Division;
pub use indicators::{Indicators, Measure};
pub use inputs::{Facts, Figure, TrackInputs, track_inputs};
pub use members::{Entrant, Members, Subjects, left_out_faults};
pub use parse::{parse, read};
pub use references::Wanted;
pub use span::{Length, Span};
pub use theme::Theme;

static PERIOD: Pattern = Pattern::new("period", "districts/{district}/periods/{period}");
/// How whoever is scored is named.
static SUBJECTS: [Pattern; 3] = [
    Pattern::new("unit", "districts/{district}/units/{unit}"),
    Pattern::new("project", "districts/{district}/projects/{project}"),
    Pattern::new("post", "districts/{district}/posts/{post}"),
];
static UNIT: Pattern = Pattern::new("unit", "districts/{district}/units/{unit}");
static PROJECT: Pattern = Pattern::new("project", "districts/{district}/projects/{project}");
static POST: Pattern = Pattern::new("post", "districts/{district}/posts/{post}");

/// A scheme that was read and found sound.
#[derive(Clone, Debug)]
pub struct Rulebook {
    /// Title in the office's words.
    pub display_name: String,
    /// Series within which one scheme follows another.
    pub series: String,
    /// First period for which it holds.
    pub effective_period: String,
    /// Days after publication within which a result can be objected to; the usual term where
    /// the scheme says nothing.
    pub objection_days: Option<i32>,
    /// Tracks in the scheme's order.
    pub entries: Vec<Entry>,
    themed: Vec<Themed>,
    canonical: String,
}

/// A track and who runs on it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Who runs.
    pub members: Members,
    /// What it is scored by.
    pub track: Track,
}

impl Rulebook {
    /// The track of that id.
    pub fn track(&self, track_id: &str) -> Option<&Track> {
        let mut tracks = self.entries.iter().map(|entry| &entry.track);
        tracks.find(|track| track.track_id() == track_id)
    }

    /// The track of that id with the weights that hold in a period (B5): those of the period's
    /// theme, the usual ones where it has none.
    pub fn track_in(&self, track_id: &str, period_id: &str) -> Option<&Track> {
        match self.themed(period_id) {
            Some(themed) => themed.tracks.iter().find(|track| track.track_id() == track_id),
            None => self.track(track_id),
        }
    }

    /// The same in the period of an assignment.
    pub fn track_of(&self, track_id: &str, assignment: &pb::Assignment) -> Option<&Track> {
        let period = assignment.period.as_ref().map_or("", |period| &period.name);
        self.track_in(track_id, inputs::last_segment(period))
    }

    /// The theme of a period.
    pub fn theme(&self, period_id: &str) -> Option<&Theme> {
        self.themed(period_id).map(|themed| &themed.theme)
    }

    fn themed(&self, period_id: &str) -> Option<&Themed> {
        self.themed.iter().find(|themed| themed.theme.holds_in(period_id))
    }

    /// The text that stands for the rulebook: equal for equal rules however they were written
    /// down. Its form is described in `canonical.rs`.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// Lower-case hex SHA-256 over the canonical text.
    pub fn digest(&self) -> String {
        let digest = Sha256::digest(self.canonical.as_bytes());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Every indicator that any track looks at, by name.
    pub fn indicators(&self) -> BTreeSet<String> {
        self.entries.iter().flat_map(|entry| entry.track.indicators()).collect()
    }

    /// The indicators whose values of the year before some track looks at, by name.
    pub fn last_year(&self) -> BTreeSet<String> {
        self.entries.iter().flat_map(|entry| entry.track.last_year()).collect()
    }

    /// The indicators whose last value holds on where nothing newer is known, by name.
    pub fn carried(&self) -> BTreeSet<String> {
        self.entries.iter().flat_map(|entry| entry.track.carried()).collect()
    }

    /// Whether some leaf divides by this indicator's target, which must then be above 0
    /// (reason `TARGET_NOT_POSITIVE`).
    pub fn divides_by_target(&self, indicator: &str) -> bool {
        let mut leaves = self.entries.iter().flat_map(|entry| entry.track.all_leaves());
        leaves.any(|(_, leaf)| leaf.targets().iter().any(|it| it == indicator))
    }
}

/// Refuses a target that its indicator's method divides by, unless it is above 0; for the
/// caller to place at its field.
pub fn target_fault(indicator: &str, value: Decimal) -> Option<(&'static str, String)> {
    (value <= Decimal::ZERO).then(|| {
        let message = format!(
            "{indicator} is scored by dividing by its target, which must be above 0, not {value}"
        );
        ("TARGET_NOT_POSITIVE", message)
    })
}

/// The engine's troubles as the suite's error: FAILED_PRECONDITION, one entry each.
pub fn refusal(troubles: Vec<engine::Trouble>) -> Error {
    let unmet = troubles.into_iter().map(|trouble| Unmet {
        reason: trouble.reason,
        subject: trouble.subject,
        message: trouble.message,
    });
    Error::Precondition(unmet.collect())
}
