//! Inspectors (督查员, B7): which account may inspect the subjects of a track, and when. A track is
//! named by its series, so that a revision of the scheme keeps the roster.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::civil::Date;
use kit::field::Fields;
use kit::name::Pattern;

use crate::batch::Row;
use crate::definition::{self, Collection, Definition, Reference};

/// How inspectors are named.
pub(crate) static NAME: Pattern =
    Pattern::new("inspector", "districts/{district}/inspectors/{inspector}");

/// An inspector.
pub(crate) type Inspector = Definition<Contents>;

/// What the office says of an inspector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) account: String,
    /// How the office calls them.
    pub(crate) label: String,
    pub(crate) series: String,
    pub(crate) track: String,
    pub(crate) start_date: Date,
    pub(crate) end_date: Option<Date>,
}

impl definition::Contents for Contents {
    fn pattern() -> &'static Pattern {
        &NAME
    }

    fn collection() -> Collection {
        Collection::Inspector
    }

    fn references(&self) -> Vec<Reference<'_>> {
        Vec::new()
    }

    fn check(&self, fields: &mut Fields, at: &str) {
        definition::check_dates(fields, at, Some(self.start_date), self.end_date);
    }
}

/// The series that rows name.
pub(crate) fn series(rows: &[Row<Contents>]) -> BTreeSet<&str> {
    rows.iter().map(|row| row.contents.series.as_str()).collect()
}

/// Refuses series and tracks that no scheme has, `tracks` being those of each series.
pub(crate) fn check_tracks(
    fields: &mut Fields,
    rows: &[Row<Contents>],
    tracks: &HashMap<String, HashSet<String>>,
) {
    for (index, Row { contents, .. }) in rows.iter().enumerate() {
        let at = format!("inspectors[{index}]");
        let Contents { series, track, .. } = contents;
        match tracks.get(series) {
            None => {
                let message = format!("there is no scheme of the series {series}");
                fields.violation(format_args!("{at}.series"), "UNKNOWN_SERIES", message);
            }
            Some(known) if !known.contains(track) => {
                let message = format!("no scheme of the series {series} has a track {track}");
                fields.violation(format_args!("{at}.track_id"), "UNKNOWN_TRACK", message);
            }
            Some(_) => {}
        }
    }
}
