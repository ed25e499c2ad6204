//! Reading the contract's scheme into the engine's terms, every fault at its path.

mod compose;
mod condition;
mod faults;
mod figure;
mod method;
mod node;
mod outcome;
mod themes;
mod track;

use std::collections::BTreeSet;

use engine::{Rounding, RoundingMode, Roundings, Track, TrackDraft};
use kit::field::Fields;
use proto::registry::v1 as pb;

use crate::indicators::Indicators;
use crate::members::Members;
use crate::theme::Themed;
use crate::{Entry, PERIOD, Rulebook, canonical};

/// Most tracks of a scheme.
const MAX_TRACKS: usize = 100;

/// Longest term of an objection, in days.
const MAX_OBJECTION_DAYS: i32 = 90;

/// Reads a scheme, or refuses it with everything that is wrong. Paths begin with `scheme.`.
pub fn parse(scheme: &pb::Scheme, indicators: &Indicators) -> kit::Result<Rulebook> {
    let mut fields = Fields::default();
    let rulebook = read(scheme, indicators, &mut fields);
    fields.check()?;
    rulebook.ok_or_else(|| kit::Error::invalid("scheme", "REQUIRED", "must be given"))
}

/// The same into the faults of a larger request; `None` when any was noted here. Reads the
/// title, series, effective period, roundings and tracks; names, states and tags are the caller's.
pub fn read(scheme: &pb::Scheme, indicators: &Indicators, fields: &mut Fields) -> Option<Rulebook> {
    // Faults found before are the caller's: this reading judges only its own.
    let mut own = Fields::default();
    let rulebook = read_scheme(scheme, indicators, &mut own);
    let violations = own.into_violations();
    let sound = violations.is_empty();
    for violation in violations {
        fields.violation(violation.field, violation.reason, violation.message);
    }
    rulebook.filter(|_| sound)
}

fn read_scheme(
    scheme: &pb::Scheme,
    indicators: &Indicators,
    fields: &mut Fields,
) -> Option<Rulebook> {
    let display_name = fields.text("scheme.display_name", &scheme.display_name, 1..=200);
    let series = fields.id("scheme.series", &scheme.series);
    let effective_period =
        fields.name("scheme.effective_period", &PERIOD, &scheme.effective_period);
    let effective_period = effective_period.as_str().to_owned();
    let objection_days =
        fields.number("scheme.objection_days", scheme.objection_days, 0..=MAX_OBJECTION_DAYS);
    let objection_days = Some(objection_days).filter(|days| *days > 0);
    let roundings = Roundings {
        leaf: rounding("scheme.leaf_rounding", scheme.leaf_rounding.as_ref(), fields)
            .unwrap_or(Rounding::USUAL),
        total: rounding("scheme.total_rounding", scheme.total_rounding.as_ref(), fields)
            .unwrap_or(Rounding::USUAL),
    };
    if scheme.tracks.is_empty() || scheme.tracks.len() > MAX_TRACKS {
        let message = format!("must be 1 to {MAX_TRACKS} tracks, are {}", scheme.tracks.len());
        fields.violation("scheme.tracks", "TRACK_COUNT", message);
    }
    let (mut drafts, mut ids) = (Vec::new(), BTreeSet::new());
    for (place, given) in scheme.tracks.iter().take(MAX_TRACKS).enumerate() {
        let path = format!("scheme.tracks[{place}]");
        if !ids.insert(given.track_id.as_str()) {
            let message = format!("{} names another track of the scheme already", given.track_id);
            fields.violation(format_args!("{path}.track_id"), "DUPLICATE_TRACK", message);
        }
        drafts.push(checked(&path, given, roundings, indicators, fields));
    }
    let themes = themes::read(scheme, fields);
    if !fields.is_sound() {
        return None;
    }
    let shifted = themes::shift(&themes, &drafts, roundings, fields);
    if !fields.is_sound() {
        return None;
    }
    let head = canonical::Head {
        display_name: &display_name,
        series: &series,
        effective_period: &effective_period,
        objection_days,
    };
    let written = drafts.iter().map(|(members, draft)| (members, draft));
    let canonical = canonical::text(&head, roundings, written, &themes);
    let mut entries = Vec::with_capacity(drafts.len());
    for (members, mut draft) in drafts {
        let trees = std::iter::once(&mut draft.root).chain(&mut draft.asides);
        trees.for_each(|tree| node::name_leaves(tree, indicators));
        entries.push(Entry { members, track: Track::check(draft, roundings).ok()? });
    }
    let mut themed = Vec::with_capacity(themes.len());
    for (theme, drafts) in themes.into_iter().zip(shifted) {
        let mut tracks = Vec::with_capacity(drafts.len());
        for mut draft in drafts {
            node::name_leaves(&mut draft.root, indicators);
            tracks.push(Track::check(draft, roundings).ok()?);
        }
        themed.push(Themed { theme, tracks });
    }
    Some(Rulebook {
        display_name,
        series,
        effective_period,
        objection_days,
        entries,
        themed,
        canonical,
    })
}

/// Reads a track and notes what the engine finds wrong with it.
fn checked(
    path: &str,
    given: &pb::Track,
    roundings: Roundings,
    indicators: &Indicators,
    fields: &mut Fields,
) -> (Members, TrackDraft) {
    let mut own = Fields::default();
    let (members, draft) = track::read(path, given, indicators, &mut own);
    let read = own.into_violations();
    let found = Track::check(draft.clone(), roundings).err().unwrap_or_default();
    let listed = given.ranking.as_ref().map_or(0, |ranking| ranking.tie_break.len());
    let found = found.into_iter().map(|fault| faults::of_second_list(fault, listed)).collect();
    for violation in faults::merge(path, read, found) {
        fields.violation(violation.field, violation.reason, violation.message);
    }
    (members, draft)
}

/// A rounding, where one is given.
fn rounding(path: &str, given: Option<&pb::Rounding>, fields: &mut Fields) -> Option<Rounding> {
    let given = given?;
    let mode = match fields
        .optional_choice::<pb::rounding::Mode>(format_args!("{path}.mode"), given.mode)
    {
        Some(pb::rounding::Mode::HalfEven) => RoundingMode::HalfEven,
        Some(pb::rounding::Mode::Down) => RoundingMode::Down,
        Some(pb::rounding::Mode::Up) => RoundingMode::Up,
        Some(pb::rounding::Mode::None) => RoundingMode::None,
        Some(pb::rounding::Mode::HalfUp | pb::rounding::Mode::Unspecified) | None => {
            RoundingMode::HalfUp
        }
    };
    let places = fields.number(format_args!("{path}.places"), given.places, 0..=20);
    Rounding::new(mode, u32::try_from(places).unwrap_or(0))
}
