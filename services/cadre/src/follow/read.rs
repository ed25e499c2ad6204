//! Scoring's messages, read into what archives are made of.

use kit::{Error, Result, decimal};
use prost::Message as _;
use proto::google::r#type as wire;
use proto::scoring::v1 as scoring;
use proto::scoring::v1::change::Resource;
use rust_decimal::Decimal;

use crate::archive::PublishedResult;
use crate::notice::Notice;
use crate::rpc::{RESULT, UNIT};

/// The result that a notice tells of.
pub(super) fn result(notice: &Notice) -> Result<PublishedResult> {
    let event = scoring::Change::decode(&*notice.payload).map_err(Error::internal)?;
    let Some(Resource::Result(result)) = event.resource else {
        return Err(Error::internal("an event without its result"));
    };
    let name = RESULT.parse("change.name", &notice.source)?;
    // Events of before name no unit that answers: a unit answers for itself.
    let itself = result.responsible_unit.is_empty() || result.responsible_unit == result.unit;
    let (field, responsible) = match itself {
        true => ("result.unit", &result.unit),
        false => ("result.responsible_unit", &result.responsible_unit),
    };
    let unit = UNIT.parse(field, responsible)?;
    if unit.id("district") != notice.district {
        let message = format!("{unit} is not in districts/{}", notice.district);
        return Err(Error::invalid(field, "OTHER_DISTRICT", message));
    }
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
        create_time: notice.create_time,
    })
}

fn figure(field: &str, given: Option<&wire::Decimal>) -> Result<Option<Decimal>> {
    let unreadable = || Error::invalid(field, "DECIMAL_FORMAT", "is no decimal number");
    given.map(|it| decimal::parse(&it.value).ok_or_else(unreadable)).transpose()
}
