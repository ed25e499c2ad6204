//! Periods.

use jiff::civil::Date;
use kit::field::{self, Fields};
use kit::mask::Mask;
use kit::page::Page;
use kit::request_id::Once;
use kit::{Error, clock, date, etag};
use proto::registry::v1 as pb;
use proto::registry::v1::change::Resource;
use proto::registry::v1::period_service_server::PeriodService;
use rulebook::Span;
use tonic::{Request, Response, Status};

use super::{Rpc, change};
use crate::period::{Contents, Period};
use crate::{district, period, store};

const CREATED: &str = "saima.registry.v1.PeriodCreated";
const UPDATED: &str = "saima.registry.v1.PeriodUpdated";

#[tonic::async_trait]
impl PeriodService for Rpc {
    async fn get_period(
        &self,
        request: Request<pb::GetPeriodRequest>,
    ) -> Result<Response<pb::Period>, Status> {
        let name = period::NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let period = store::period::get(&mut tx, &name).await?;
        Ok(Response::new(period.into()))
    }

    async fn list_periods(
        &self,
        request: Request<pb::ListPeriodsRequest>,
    ) -> Result<Response<pb::ListPeriodsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let kind = fields.optional_choice("kind", request.kind);
        fields.check()?;
        let district = parent.id("district");
        let page =
            Page::parse(request.page_size, &request.page_token, &[&request.parent, &request.kind])?;

        let mut tx = self.db.begin_read().await?;
        store::district::get(&mut tx, district).await?;
        let mut periods = store::period::list(&mut tx, district, kind, &page).await?;
        let next_page_token = page.cut(&mut periods, store::period::key);
        let periods = periods.into_iter().map(pb::Period::from).collect();
        Ok(Response::new(pb::ListPeriodsResponse { periods, next_page_token }))
    }

    async fn create_period(
        &self,
        request: Request<pb::CreatePeriodRequest>,
    ) -> Result<Response<pb::Period>, Status> {
        let request = request.into_inner();
        let span = span("period_id", &request.period_id)?;
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let given = request.period.clone().unwrap_or_default();
        let contents = contents(&mut fields, &given, &span);
        fields.check()?;
        let once = Once::new(district, "CreatePeriod", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::district::lock(&mut tx, district).await?;
        let period = Period::new(district, span, contents, tx.now());
        store::period::save(&mut tx, &period).await?;
        let reply = pb::Period::from(period);
        change::append(&mut tx, district, CREATED, &reply.name, Resource::Period(reply.clone()));
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn update_period(
        &self,
        request: Request<pb::UpdatePeriodRequest>,
    ) -> Result<Response<pb::Period>, Status> {
        let request = request.into_inner();
        let given = field::required("period", request.period)?;
        let name = period::NAME.parse("period.name", &given.name)?;
        let district = name.id("district");
        let update = Mask::parse(&request.update_mask, &mutable(&given))?;
        let span = span("period.name", name.id("period"))?;
        let mut fields = Fields::default();
        let contents = contents(&mut fields, &given, &span);
        update.check("period", fields)?;

        let mut tx = self.db.begin_write().await?;
        store::district::lock(&mut tx, district).await?;
        let mut period = store::period::get(&mut tx, &name).await?;
        etag::check(&given.etag, period.revision, name.as_str())?;
        let mut patched = period.contents.clone();
        patched.patch(contents, |field| update.has(field));
        if !period.change(patched, tx.now()) {
            return Ok(Response::new(period.into()));
        }
        store::period::save(&mut tx, &period).await?;
        let reply = pb::Period::from(period);
        change::append(&mut tx, district, UPDATED, &reply.name, Resource::Period(reply.clone()));
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

impl From<Period> for pb::Period {
    fn from(period: Period) -> Self {
        Self {
            name: period.name(),
            uid: period.uid,
            theme: period.contents.theme,
            kind: period::kind(&period.span) as i32,
            start_date: Some(date::to_proto(period.span.first)),
            end_date: Some(date::to_proto(period.span.last)),
            report_due_date: Some(date::to_proto(period.contents.report_due_date)),
            create_time: Some(clock::to_proto(period.create_time)),
            update_time: Some(clock::to_proto(period.update_time)),
            etag: etag::of(period.revision),
        }
    }
}

/// The days of a period's id: `PERIOD_FORMAT`.
fn span(field: &str, id: &str) -> kit::Result<Span> {
    period::span(id).ok_or_else(|| {
        let message =
            "must be like 2023, 2023H1, 2023Q1, 2023-04 or 2023-W05, of the years 1990 to 2200";
        Error::invalid(field, "PERIOD_FORMAT", message)
    })
}

fn contents(fields: &mut Fields, given: &pb::Period, span: &Span) -> Contents {
    let field = "period.report_due_date";
    let report_due_date = fields
        .optional_date(field, &given.report_due_date)
        .unwrap_or_else(|| period::usual_due_date(span));
    // A refused date reads as the default and has its fault already.
    if report_due_date != Date::default() && report_due_date < span.last {
        let end = span.last;
        fields.violation(field, "BEFORE_END", format!("must not come before the end, {end}"));
    }
    Contents { theme: fields.text("period.theme", &given.theme, 0..=100), report_due_date }
}

fn mutable(given: &pb::Period) -> [(&'static str, bool); 2] {
    [("theme", !given.theme.is_empty()), ("report_due_date", given.report_due_date.is_some())]
}
