//! From registry's message to what reports are checked against. What does not fit is
//! registry's fault, hence `Internal`.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use engine::Track;
use jiff::tz::TimeZone;
use kit::name::Pattern;
use kit::{Error, Result, date, decimal};
use prost::Message as _;
use proto::google::r#type as wire;
use proto::registry::v1 as registry;
use rulebook::{Indicators, Rulebook};
use rust_decimal::Decimal;

use super::Definitions;
use crate::assignment::{Assignment, INDICATOR, Indicator, PERIOD, SCHEME, UNIT, Unit};
use crate::period::{Kind, Period};
use crate::subject;

impl TryFrom<registry::Assignment> for Definitions {
    type Error = Error;

    fn try_from(wire: registry::Assignment) -> Result<Self> {
        let indicators = Indicators::from_proto(&wire.indicators);
        let rulebook = |scheme: &registry::Scheme| {
            let rulebook = rulebook::parse(scheme, &indicators).map_err(Error::internal)?;
            Ok((id(&SCHEME, &scheme.name)?, rulebook))
        };
        let rulebooks = wire.schemes.iter().map(rulebook).collect::<Result<Vec<_>>>()?;
        let assignment = Arc::new(assignment(&wire, &rulebooks)?);
        Ok(Self { assignment, rulebooks, bytes: wire.encoded_len(), wire })
    }
}

fn assignment(wire: &registry::Assignment, rulebooks: &[(String, Rulebook)]) -> Result<Assignment> {
    let given =
        wire.period.as_ref().ok_or_else(|| Error::internal("an assignment without a period"))?;
    let carried = pairs(wire, rulebooks, Track::reported)?;
    let polled = pairs(wire, rulebooks, Track::polled)?;
    Assignment::new(
        period(given)?,
        wire.parts.iter().map(period).collect::<Result<_>>()?,
        TimeZone::get(&wire.time_zone).map_err(Error::internal)?,
        subjects(wire)?,
        wire.indicators.iter().map(indicator).collect::<Result<_>>()?,
        carried.iter().map(|(unit, indicator)| (unit.as_str(), indicator.as_str())),
        polled.iter().map(|(unit, indicator)| (unit.as_str(), indicator.as_str())),
    )
}

/// Every subject with those indicators of its tracks.
fn pairs(
    wire: &registry::Assignment,
    rulebooks: &[(String, Rulebook)],
    indicators_of: impl Fn(&Track) -> BTreeSet<String>,
) -> Result<Vec<(String, String)>> {
    let mut indicators: HashMap<(&str, &str), Vec<String>> = HashMap::new();
    for (scheme, rulebook) in rulebooks {
        for entry in &rulebook.entries {
            let names = indicators_of(&entry.track).into_iter();
            let ids = names.map(|name| id(&INDICATOR, &name)).collect::<Result<_>>()?;
            indicators.insert((scheme, entry.track.track_id()), ids);
        }
    }
    let mut all = Vec::new();
    for entrant in &wire.entrants {
        let scheme = id(&SCHEME, &entrant.scheme)?;
        let unit = subject::id(&entrant.unit).ok_or_else(|| unknown(&entrant.unit))?;
        let track = indicators.get(&(scheme.as_str(), entrant.track_id.as_str()));
        let pairs = track.into_iter().flatten().map(|indicator| (unit.clone(), indicator.clone()));
        all.extend(pairs);
    }
    Ok(all)
}

fn period(wire: &registry::Period) -> Result<Period> {
    let day = |day: &Option<wire::Date>| {
        let day = day.as_ref().and_then(date::from_proto);
        day.ok_or_else(|| Error::internal(format!("{} lacks a day", wire.name)))
    };
    Ok(Period {
        id: id(&PERIOD, &wire.name)?.into(),
        kind: match wire.kind() {
            registry::PeriodKind::Week => Kind::Week,
            registry::PeriodKind::Month => Kind::Month,
            registry::PeriodKind::Quarter => Kind::Quarter,
            registry::PeriodKind::HalfYear => Kind::HalfYear,
            registry::PeriodKind::Year => Kind::Year,
            registry::PeriodKind::Unspecified => return Err(unknown(&wire.name)),
        },
        first: day(&wire.start_date)?,
        last: day(&wire.end_date)?,
        due: day(&wire.report_due_date)?,
    })
}

/// Everything that runs or evaluates, and the unit that answers for each.
fn subjects(wire: &registry::Assignment) -> Result<Vec<Unit>> {
    let units = wire.units.iter().map(|it| (&it.name, &it.display_name, &it.name));
    let projects = wire.projects.iter().map(|it| (&it.name, &it.display_name, &it.lead_unit));
    let posts = wire.posts.iter().map(|it| (&it.name, &it.display_name, &it.unit));
    let subject = |(name, display_name, answers): (&String, &String, &String)| {
        Ok(Unit {
            id: subject::id(name).ok_or_else(|| unknown(name))?.into(),
            display_name: display_name.clone(),
            answers: id(&UNIT, answers)?.into(),
        })
    };
    units.chain(projects).chain(posts).map(subject).collect()
}

fn indicator(wire: &registry::Indicator) -> Result<Indicator> {
    Ok(Indicator {
        id: id(&INDICATOR, &wire.name)?.into(),
        display_name: wire.display_name.clone(),
        unit_of_measure: wire.unit_of_measure.clone(),
        frequency: match wire.frequency() {
            registry::Frequency::Weekly => Kind::Week,
            registry::Frequency::Monthly => Kind::Month,
            registry::Frequency::Quarterly => Kind::Quarter,
            registry::Frequency::HalfYearly => Kind::HalfYear,
            registry::Frequency::Yearly => Kind::Year,
            registry::Frequency::Unspecified => return Err(unknown(&wire.name)),
        },
        evaluating_unit: id(&UNIT, &wire.evaluating_unit)?,
        min_value: bound(&wire.min_value)?,
        max_value: bound(&wire.max_value)?,
    })
}

fn bound(wire: &Option<wire::Decimal>) -> Result<Option<Decimal>> {
    wire.as_ref().map(|bound| decimal::from_text(&bound.value)).transpose()
}

fn id(pattern: &'static Pattern, name: &str) -> Result<String> {
    let read = pattern.read(name).ok_or_else(|| unknown(name))?;
    Ok(read.id(pattern.kind()).to_owned())
}

fn unknown(name: &str) -> Error {
    Error::internal(format!("registry says of {name:?} what this service does not understand"))
}
