//! Scoring's messages, read into what archives are made of.

use kit::{Error, Result, decimal};
use prost::Message as _;
use proto::google::r#type as wire;
use proto::scoring::v1 as scoring;
use proto::scoring::v1::change::Resource;
use rust_decimal::Decimal;

use super::CARD_WITHDRAWN;
use crate::archive::PublishedResult;
use crate::consequence::count::Gate;
use crate::consequence_rule::Counted;
use crate::distinction::{self, State};
use crate::notice::Notice;
use crate::rpc::{PERIOD, POST, PROJECT, RESULT, RUN, UNIT};

/// What a notice tells of.
pub(super) enum Told {
    Result(PublishedResult),
    Distinction(distinction::Told),
}

/// Reads a notice.
pub(super) fn told(notice: &Notice) -> Result<Told> {
    let event = scoring::Change::decode(&*notice.payload).map_err(Error::internal)?;
    let state = match event.kind.as_str() {
        CARD_WITHDRAWN => State::Withdrawn,
        _ => State::Given,
    };
    match event.resource {
        Some(Resource::Result(it)) => Ok(Told::Result(result(notice, it)?)),
        Some(Resource::Award(it)) => Ok(Told::Distinction(award(notice, state, it)?)),
        Some(Resource::Card(it)) => Ok(Told::Distinction(card(notice, state, it)?)),
        _ => Err(Error::internal("an event without its result, award or card")),
    }
}

fn result(notice: &Notice, result: scoring::Result) -> Result<PublishedResult> {
    let name = RESULT.parse("change.name", &notice.source)?;
    // Events of before name no unit that answers: a unit answers for itself.
    let itself = result.responsible_unit.is_empty() || result.responsible_unit == result.unit;
    let (field, responsible) = match itself {
        true => ("result.unit", &result.unit),
        false => ("result.responsible_unit", &result.responsible_unit),
    };
    let unit = UNIT.parse(field, responsible)?;
    same_district(notice, field, unit.id("district"), responsible)?;
    let grade = result.grade.unwrap_or_default();
    Ok(PublishedResult {
        district: notice.district.clone(),
        source: notice.source.clone(),
        run: name.id("run").to_owned(),
        unit: unit.id("unit").to_owned(),
        subject: if itself { String::new() } else { result.unit_display_name },
        track_id: result.track_id,
        grade: grade.grade_id,
        grade_display_name: grade.display_name,
        score: figure("result.score", result.score.as_ref())?,
        rank: figure("result.rank", result.rank.as_ref())?,
        track_size: result.track_size.into(),
        gates: result.gates.into_iter().filter(|it| it.exempt.is_empty()).map(gate).collect(),
        create_time: notice.create_time,
    })
}

fn gate(it: scoring::GateVerdict) -> Gate {
    let vetoes = matches!(it.effect.as_str(), "ZERO" | "LOWEST_GRADE");
    let counted = if vetoes { Counted::Veto } else { Counted::Bar };
    Gate { id: it.gate_id, counted, display_name: it.display_name }
}

fn award(notice: &Notice, state: State, it: scoring::Award) -> Result<distinction::Told> {
    Ok(distinction::Told {
        district: notice.district.clone(),
        notice: notice.source.clone(),
        source: it.name,
        state,
        kind: Counted::Award,
        run: run("award.run", &it.run)?,
        rule: it.award_id,
        title: it.display_name,
        subject: subject(notice, "award.unit", &it.unit)?,
        subject_display_name: it.unit_display_name,
        track_id: it.track_id,
        period: PERIOD.parse("award.period", &it.period)?.id("period").to_owned(),
    })
}

fn card(notice: &Notice, state: State, it: scoring::Card) -> Result<distinction::Told> {
    let kind = match it.kind() {
        scoring::card::Kind::RedFlag => Counted::RedFlag,
        scoring::card::Kind::YellowCard => Counted::YellowCard,
        scoring::card::Kind::Unspecified => {
            return Err(Error::invalid("card.kind", "UNKNOWN_KIND", "is of no kind known"));
        }
    };
    Ok(distinction::Told {
        district: notice.district.clone(),
        notice: notice.source.clone(),
        source: it.name,
        state,
        kind,
        run: run("card.run", &it.run)?,
        rule: it.card_id,
        title: it.display_name,
        subject: subject(notice, "card.unit", &it.unit)?,
        subject_display_name: it.unit_display_name,
        track_id: it.track_id,
        period: PERIOD.parse("card.period", &it.period)?.id("period").to_owned(),
    })
}

fn run(field: &str, name: &str) -> Result<Option<String>> {
    if name.is_empty() {
        return Ok(None);
    }
    Ok(Some(RUN.parse(field, name)?.id("run").to_owned()))
}

/// The last id of a subject's results.
fn subject(notice: &Notice, field: &str, name: &str) -> Result<String> {
    let (district, subject) = if let Some(post) = POST.read(name) {
        (post.id("district").to_owned(), format!("posts.{}", post.id("post")))
    } else if let Some(project) = PROJECT.read(name) {
        (project.id("district").to_owned(), format!("projects.{}", project.id("project")))
    } else {
        let unit = UNIT.parse(field, name)?;
        (unit.id("district").to_owned(), unit.id("unit").to_owned())
    };
    same_district(notice, field, &district, name)?;
    Ok(subject)
}

fn same_district(notice: &Notice, field: &str, district: &str, name: &str) -> Result<()> {
    if district == notice.district {
        return Ok(());
    }
    let message = format!("{name} is not in districts/{}", notice.district);
    Err(Error::invalid(field, "OTHER_DISTRICT", message))
}

fn figure(field: &str, given: Option<&wire::Decimal>) -> Result<Option<Decimal>> {
    let unreadable = || Error::invalid(field, "DECIMAL_FORMAT", "is no decimal number");
    given.map(|it| decimal::parse(&it.value).ok_or_else(unreadable)).transpose()
}
