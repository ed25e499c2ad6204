//! Scoring's messages, read into what letters and bulletins are made of.

use kit::name::Name;
use kit::{Error, Result, decimal};
use prost::Message as _;
use proto::google::r#type as wire;
use proto::scoring::v1 as scoring;
use proto::scoring::v1::change::Resource;
use rust_decimal::Decimal;

use crate::bulletin::{Board, Colour, Entry, Track};
use crate::district::{PERIOD, UNIT};
use crate::letter::{Ground, Warning};
use crate::notice::Notice;
use crate::print;

/// A month or a week that was closed.
#[derive(Clone, Debug)]
pub(super) struct Closing {
    pub(super) district: String,
    /// Its id.
    pub(super) month: String,
    /// Id of the quarter that it lies in.
    pub(super) quarter: String,
}

/// The warning that a notice of the district tells of.
pub(super) fn warning(district: &str, notice: &Notice) -> Result<Warning> {
    let Some(Resource::Warning(warning)) = resource(notice)? else {
        return Err(Error::internal("an event without its warning"));
    };
    // Events of before name no unit that answers: a unit answers for itself.
    let itself = warning.responsible_unit.is_empty() || warning.responsible_unit == warning.unit;
    let unit = match itself {
        true => UNIT.parse("warning.unit", &warning.unit)?,
        false => UNIT.parse("warning.responsible_unit", &warning.responsible_unit)?,
    };
    let period = PERIOD.parse("warning.period", &warning.period)?;
    for name in [&unit, &period] {
        check_district(district, name)?;
    }
    let ground = match warning.kind() {
        scoring::WarningKind::BehindSchedule => Ground::BehindSchedule {
            indicator: warning.indicator_display_name.clone(),
            unit_of_measure: warning.unit_of_measure.clone(),
            pace: figure("warning.pace", &warning.pace)?,
            actual: figure("warning.actual", &warning.actual)?,
            due: figure("warning.due", &warning.due)?,
        },
        scoring::WarningKind::LowRanking => Ground::LowRanking {
            rank: figure("warning.rank", &warning.rank)?,
            track_size: warning.track_size.into(),
            score: figure("warning.score", &warning.score)?,
        },
        scoring::WarningKind::Unspecified => {
            return Err(Error::invalid("warning.kind", "UNKNOWN_VALUE", "is no known kind"));
        }
    };
    Ok(Warning {
        source: notice.source.clone(),
        unit: unit.id("unit").to_owned(),
        unit_display_name: match itself {
            true => warning.unit_display_name.clone(),
            false => warning.responsible_unit_display_name,
        },
        period: period.id("period").to_owned(),
        track: match itself {
            true => warning.track_display_name,
            false => format!("{}（{}）", warning.track_display_name, warning.unit_display_name),
        },
        ground,
    })
}

/// The month or week of the district that a notice says was closed; none when the period is longer.
pub(super) fn closing(district: &str, notice: &Notice) -> Result<Option<Closing>> {
    let Some(Resource::Reconciliation(closed)) = resource(notice)? else {
        return Err(Error::internal("an event without its reconciliation"));
    };
    let period = PERIOD.parse("reconciliation.period", &closed.period)?;
    check_district(district, &period)?;
    let month = period.id("period");
    Ok(print::quarter_of(month).map(|quarter| Closing {
        district: district.to_owned(),
        month: month.to_owned(),
        quarter,
    }))
}

/// A board, with the name of its scheme.
pub(super) fn board(board: scoring::Board, scheme: String) -> Result<Board> {
    let tracks = board.tracks.into_iter().map(track).collect::<Result<_>>()?;
    Ok(Board { name: board.name, scheme, provisional: board.provisional, tracks })
}

fn track(track: scoring::BoardTrack) -> Result<Track> {
    let entries = track.entries.into_iter().map(entry).collect::<Result<_>>()?;
    Ok(Track { display_name: track.display_name, entries })
}

fn entry(entry: scoring::BoardEntry) -> Result<Entry> {
    let colour = match entry.colour() {
        scoring::Colour::Green => Some(Colour::Green),
        scoring::Colour::Yellow => Some(Colour::Yellow),
        scoring::Colour::Red => Some(Colour::Red),
        scoring::Colour::Unspecified => None,
    };
    Ok(Entry {
        score: optional_figure("entry.score", &entry.score)?,
        rank: optional_figure("entry.rank", &entry.rank)?,
        pace: optional_figure("entry.pace", &entry.pace)?,
        unit: entry.unit_display_name,
        colour,
    })
}

fn resource(notice: &Notice) -> Result<Option<Resource>> {
    let event = scoring::Change::decode(&*notice.payload).map_err(Error::internal)?;
    Ok(event.resource)
}

fn check_district(district: &str, name: &Name) -> Result<()> {
    if name.id("district") == district {
        return Ok(());
    }
    let message = format!("{name} is not in districts/{district}, where it was told");
    Err(Error::invalid("change.name", "OTHER_DISTRICT", message))
}

fn figure(field: &str, given: &Option<wire::Decimal>) -> Result<Decimal> {
    let absent = || Error::invalid(field, "REQUIRED", "is absent");
    optional_figure(field, given)?.ok_or_else(absent)
}

fn optional_figure(field: &str, given: &Option<wire::Decimal>) -> Result<Option<Decimal>> {
    let unreadable = || Error::invalid(field, "DECIMAL_FORMAT", "is no decimal number");
    given.as_ref().map(|it| decimal::parse(&it.value).ok_or_else(unreadable)).transpose()
}
