//! Warnings.

use kit::field::Fields;
use kit::page::Page;
use kit::{clock, decimal, guard};
use proto::scoring::v1 as pb;
use proto::scoring::v1::warning_service_server::WarningService;
use tonic::{Request, Response, Status};

use super::result::responsible;
use super::{Rpc, sequence};
use crate::assignment::{DISTRICT, INDICATOR, PERIOD, SCHEME};
use crate::store::warning::Filter;
use crate::warning::{Ground, Kind, NAME, Warning};
use crate::{run, store, subject};

#[tonic::async_trait]
impl WarningService for Rpc {
    async fn get_warning(
        &self,
        request: Request<pb::GetWarningRequest>,
    ) -> Result<Response<pb::Warning>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let sequence = sequence(&name, "warning")?;
        let mut tx = self.db.begin_read().await?;
        let warning = store::warning::get(&mut tx, name.id("district"), sequence).await?;
        let warning = warning.ok_or_else(|| name.not_found())?;
        guard::for_unit(name.id("district"), answers(&warning))?;
        Ok(Response::new(to_proto(name.id("district"), &warning)))
    }

    async fn list_warnings(
        &self,
        request: Request<pb::ListWarningsRequest>,
    ) -> Result<Response<pb::ListWarningsResponse>, Status> {
        let request = request.into_inner();
        let (district, filter, page) = list(&request)?;
        guard::only_own(&district, filter.unit.as_deref())?;
        let mut tx = self.db.begin_read().await?;
        let mut warnings = store::warning::list(&mut tx, &district, &filter, &page).await?;
        let next_page_token = page.cut(&mut warnings, |warning| warning.sequence.to_string());
        let warnings = warnings.iter().map(|warning| to_proto(&district, warning)).collect();
        Ok(Response::new(pb::ListWarningsResponse { warnings, next_page_token }))
    }
}

/// The unit that is warned.
fn answers(warning: &Warning) -> &str {
    match warning.responsible_unit.as_str() {
        "" => &warning.unit,
        unit => unit,
    }
}

fn list(request: &pb::ListWarningsRequest) -> kit::Result<(String, Filter, Page)> {
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let district = parent.id("district");
    let kind = fields.optional_choice::<pb::WarningKind>("kind", request.kind);
    let filter = Filter {
        unit: subject::optional_member(&mut fields, "unit", &request.unit, district),
        period: fields.optional_member("period", &PERIOD, &request.period, district),
        kind: kind.map(|kind| match kind {
            pb::WarningKind::LowRanking => Kind::LowRanking,
            pb::WarningKind::BehindSchedule | pb::WarningKind::Unspecified => Kind::BehindSchedule,
        }),
    };
    fields.check()?;
    let bound: [&dyn std::fmt::Display; 4] =
        [&request.parent, &request.unit, &request.period, &request.kind];
    let page = Page::parse(request.page_size, &request.page_token, &bound)?;
    Ok((district.to_owned(), filter, page))
}

/// A warning on the wire.
pub(super) fn to_proto(district: &str, warning: &Warning) -> pb::Warning {
    let common = pb::Warning {
        name: NAME.format(&[district, &warning.sequence.to_string()]),
        unit: subject::name(district, &warning.unit),
        unit_display_name: warning.unit_display_name.clone(),
        responsible_unit: responsible(district, &warning.responsible_unit, &warning.unit),
        responsible_unit_display_name: warning.responsible_unit_display_name.clone(),
        period: PERIOD.format(&[district, &warning.period]),
        scheme: SCHEME.format(&[district, &warning.scheme]),
        track_id: warning.track.clone(),
        track_display_name: warning.track_display_name.clone(),
        create_time: Some(clock::to_proto(warning.create_time)),
        ..Default::default()
    };
    match &warning.ground {
        Ground::BehindSchedule {
            indicator,
            indicator_display_name,
            unit_of_measure,
            pace,
            actual,
            due,
        } => pb::Warning {
            kind: pb::WarningKind::BehindSchedule.into(),
            indicator: INDICATOR.format(&[district, indicator]),
            indicator_display_name: indicator_display_name.clone(),
            unit_of_measure: unit_of_measure.clone(),
            pace: Some(decimal::to_proto(*pace)),
            actual: Some(decimal::to_proto(*actual)),
            due: Some(decimal::to_proto(*due)),
            ..common
        },
        Ground::LowRanking { run, rank, track_size, score } => pb::Warning {
            kind: pb::WarningKind::LowRanking.into(),
            run: run::name(district, *run),
            rank: Some(decimal::to_proto(*rank)),
            track_size: i32::try_from(*track_size).unwrap_or(i32::MAX),
            score: Some(decimal::to_proto(*score)),
            ..common
        },
    }
}
