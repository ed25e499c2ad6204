//! Boards (三色榜, H6): the standing of every track, in the office's order.

use std::collections::HashSet;

use kit::Result;
use kit::name::Pattern;

use crate::input::Pinned;
use crate::result::Outcome;

/// How boards are named; the last segment is `{scheme}.{period}`.
pub(crate) static NAME: Pattern = Pattern::new("board", "districts/{district}/boards/{board}");

/// What a provisional line says of a report that is in dispute.
const DISPUTED: &str = "DISPUTED";

/// The scheme and the period that a board's id names. A scheme's id may have dots, a period's
/// has none.
pub(crate) fn scheme_and_period(id: &str) -> Option<(&str, &str)> {
    id.rsplit_once('.').filter(|(scheme, _)| !scheme.is_empty())
}

/// Marks the units of a track's outcomes that have a report in dispute there. `counts` says
/// whether an indicator is on a track.
pub(crate) fn mark_disputes(
    outcomes: &mut [Outcome],
    sheets: &[Pinned],
    counts: impl Fn(&str, &str) -> bool,
) -> Result<()> {
    let mut disputed = Vec::new();
    for sheet in sheets {
        let of_sheet = sheet.read()?.disputed();
        disputed.extend(of_sheet.into_iter().map(|indicator| (sheet.unit.as_str(), indicator)));
    }
    let units: HashSet<&str> = disputed.iter().map(|(unit, _)| *unit).collect();
    for outcome in outcomes.iter_mut().filter(|outcome| units.contains(outcome.unit.as_str())) {
        let here = |(unit, indicator): &(&str, &str)| {
            *unit == outcome.unit && counts(&outcome.track, indicator)
        };
        if disputed.iter().any(here) {
            outcome.flags.push(DISPUTED.to_owned());
        }
    }
    Ok(())
}
