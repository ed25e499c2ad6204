//! Boards on the wire.

use jiff::Timestamp;
use kit::{clock, decimal};
use proto::scoring::v1 as pb;

use crate::assignment::{PERIOD, SCHEME};
use crate::board::NAME;
use crate::result::Outcome;
use crate::rpc::result::{colour, grade};
use crate::run::{self, Standing, Track};
use crate::subject;

/// What a board says above its lines.
pub(super) struct Heading<'a> {
    pub(super) district: &'a str,
    pub(super) scheme: &'a str,
    pub(super) period: &'a str,
    /// The published run; none on a provisional board.
    pub(super) run: Option<i64>,
    pub(super) cut_sequence: i64,
    pub(super) time: Timestamp,
}

impl<'a> Heading<'a> {
    /// Of a published run.
    pub(super) fn published(district: &'a str, standing: &'a Standing) -> Self {
        let run = &standing.run;
        Self {
            district,
            scheme: &run.scheme,
            period: &run.period,
            run: Some(run.sequence),
            cut_sequence: run.cut_sequence,
            time: standing.publish_time.unwrap_or(run.create_time),
        }
    }

    /// The board with its lines, which come by track and rank.
    pub(super) fn board(&self, tracks: &[Track], outcomes: &[Outcome]) -> pb::Board {
        let Self { district, scheme, period, run, .. } = *self;
        let track = |track: &Track| pb::BoardTrack {
            track_id: track.id.clone(),
            display_name: track.display_name.clone(),
            entries: outcomes
                .iter()
                .filter(|outcome| outcome.track == track.id)
                .map(|outcome| entry(district, outcome))
                .collect(),
        };
        pb::Board {
            name: NAME.format(&[district, &format!("{scheme}.{period}")]),
            scheme: SCHEME.format(&[district, scheme]),
            period: PERIOD.format(&[district, period]),
            run: run.map(|run| run::name(district, run)).unwrap_or_default(),
            provisional: run.is_none(),
            cut_sequence: self.cut_sequence,
            tracks: tracks.iter().map(track).collect(),
            board_time: Some(clock::to_proto(self.time)),
        }
    }
}

fn entry(district: &str, outcome: &Outcome) -> pb::BoardEntry {
    pb::BoardEntry {
        unit: subject::name(district, &outcome.unit),
        unit_display_name: outcome.unit_display_name.clone(),
        score: outcome.score.map(decimal::to_proto),
        rank: outcome.rank.map(decimal::to_proto),
        colour: colour(outcome.colour).into(),
        pace: outcome.pace.map(decimal::to_proto),
        flags: outcome.flags.clone(),
        grade: outcome.grade.as_ref().map(grade),
    }
}
