//! Results: what each unit came to in a run, in the order boards print them.

use engine::{Colour, Explained, TrackResult};
use kit::decimal;
use kit::name::Pattern;
use rust_decimal::Decimal;

/// How results are named.
pub(crate) static NAME: Pattern =
    Pattern::new("result", "districts/{district}/runs/{run}/results/{unit}");

/// The score of one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) unit: String,
    pub(crate) unit_display_name: String,
    pub(crate) track: String,
    /// Place in the order by track and rank, from 1.
    pub(crate) position: i64,
    /// Absent when every part was left out.
    pub(crate) score: Option<Decimal>,
    pub(crate) rank: Option<Decimal>,
    pub(crate) track_size: i64,
    pub(crate) colour: Option<Colour>,
    /// Per cent of what was due.
    pub(crate) pace: Option<Decimal>,
    pub(crate) parts: Vec<Part>,
    pub(crate) flags: Vec<String>,
}

/// Points of one part directly below the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) node_id: String,
    pub(crate) display_name: String,
    pub(crate) points: Option<Decimal>,
    pub(crate) weight: Decimal,
}

/// The outcomes of the tracks, by track and rank. `named` gives a subject's id and its name
/// in the office's words.
pub(crate) fn outcomes(
    tracks: &[TrackResult],
    named: impl Fn(&str) -> (String, String),
) -> Vec<Outcome> {
    let subjects = tracks.iter().flat_map(|track| track.subjects.iter().map(move |it| (track, it)));
    let outcome = |(position, (track, subject)): (i64, (&TrackResult, &engine::SubjectResult))| {
        let (unit, unit_display_name) = named(&subject.subject);
        Outcome {
            unit,
            unit_display_name,
            track: track.track_id.clone(),
            position,
            score: subject.total,
            rank: subject.rank,
            track_size: track.ranked as i64,
            colour: subject.colour,
            pace: subject.pace,
            parts: subject.explained.children.iter().map(part).collect(),
            flags: subject.flags().iter().map(ToString::to_string).collect(),
        }
    };
    (1..).zip(subjects).map(outcome).collect()
}

fn part(node: &Explained) -> Part {
    Part {
        node_id: node.node_id.clone(),
        display_name: node.display_name.clone(),
        points: node.points,
        weight: node.weight,
    }
}

/// The outcomes as one canonical text, a line each with its fields parted by tabs: what the
/// output digest is taken of.
pub(crate) fn canonical(outcomes: &[Outcome]) -> String {
    outcomes.iter().map(|outcome| outcome.canonical() + "\n").collect()
}

impl Outcome {
    /// Its line in the canonical text.
    pub(crate) fn canonical(&self) -> String {
        let number =
            |value: Option<Decimal>| value.map_or_else(|| "-".to_owned(), decimal::to_text);
        let colour = self.colour.map_or("-", |colour| match colour {
            Colour::Green => "green",
            Colour::Yellow => "yellow",
            Colour::Red => "red",
        });
        let parts = self.parts.iter().map(|part| {
            let weight = decimal::to_text(part.weight);
            format!("{}={}/{weight}", part.node_id, number(part.points))
        });
        [
            self.track.clone(),
            self.unit.clone(),
            self.unit_display_name.clone(),
            number(self.score),
            number(self.rank),
            self.track_size.to_string(),
            colour.to_owned(),
            number(self.pace),
            parts.collect::<Vec<_>>().join(","),
            self.flags.join(","),
        ]
        .join("\t")
    }
}
