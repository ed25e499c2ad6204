//! Rest calendars over the wire.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kit::field::Fields;
use kit::page::Page;
use kit::request_id::Once;
use kit::{clock, date, etag};
use proto::cadre::v1 as pb;
use proto::cadre::v1::change::Resource;
use proto::cadre::v1::rest_calendar_service_server::RestCalendarService;
use proto::google::r#type as wire;
use tonic::{Request, Response, Status};

use super::{DISTRICT, Rpc, change, definition};
use crate::rest_calendar::{Contents, NAME, RestCalendar, is_weekend};
use crate::store;

const CREATED: &str = "saima.cadre.v1.RestCalendarCreated";
const UPDATED: &str = "saima.cadre.v1.RestCalendarUpdated";

/// The most days of one kind in a year.
const MOST: usize = 100;

#[tonic::async_trait]
impl RestCalendarService for Rpc {
    async fn get_rest_calendar(
        &self,
        request: Request<pb::GetRestCalendarRequest>,
    ) -> Result<Response<pb::RestCalendar>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let district = name.id("district");
        let mut tx = self.db.begin_read().await?;
        let found = store::definition::find(&mut tx, district, name.id("rest_calendar")).await?;
        Ok(Response::new(to_proto(district, &found.ok_or_else(|| name.not_found())?)))
    }

    async fn list_rest_calendars(
        &self,
        request: Request<pb::ListRestCalendarsRequest>,
    ) -> Result<Response<pb::ListRestCalendarsResponse>, Status> {
        let request = request.into_inner();
        let parent = DISTRICT.parse("parent", &request.parent)?;
        let district = parent.id("district");
        let page = Page::parse(request.page_size, &request.page_token, &[&request.parent])?;
        let mut tx = self.db.begin_read().await?;
        let mut rows = store::definition::list(&mut tx, district, None, &page).await?;
        let next_page_token = page.cut(&mut rows, |it: &RestCalendar| it.id.clone());
        let rest_calendars = rows.iter().map(|it| to_proto(district, it)).collect();
        Ok(Response::new(pb::ListRestCalendarsResponse { rest_calendars, next_page_token }))
    }

    async fn batch_update_rest_calendars(
        &self,
        request: Request<pb::BatchUpdateRestCalendarsRequest>,
    ) -> Result<Response<pb::BatchUpdateRestCalendarsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let reason = fields.text("reason", &request.reason, 0..=500);
        let given = &request.rest_calendars;
        let key = |it: &pb::RestCalendar| (it.name.clone(), it.etag.clone());
        let rows = definition::rows(&mut fields, "rest_calendars", given, district, key, contents);
        fields.check()?;
        let once = Once::new(district, "BatchUpdateRestCalendars", &request.request_id, &request)?;
        self.registry.check_district(district).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let batch = definition::save(&mut tx, district, rows, &reason).await?;
        let reply = pb::BatchUpdateRestCalendarsResponse {
            created_count: batch.created.len() as i32,
            updated_count: batch.updated.len() as i32,
            unchanged_count: batch.unchanged as i32,
        };
        if request.validate_only {
            return Ok(Response::new(reply));
        }
        for (kind, told) in [(CREATED, &batch.created), (UPDATED, &batch.updated)] {
            for it in told {
                let calendar = to_proto(district, it);
                let name = calendar.name.clone();
                change::append(&mut tx, district, kind, &name, Resource::RestCalendar(calendar));
            }
        }
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

fn contents(fields: &mut Fields, at: &str, given: &pb::RestCalendar, _: &str) -> Contents {
    let id = given.name.rsplit('/').next().unwrap_or_default();
    let year = Some(id).filter(|it| it.len() == 4).and_then(|it| it.parse().ok());
    if year.is_none() {
        fields.violation(format_args!("{at}.name"), "YEAR_FORMAT", "its id must be a year");
    }
    Contents {
        holidays: days(fields, &format!("{at}.holidays"), &given.holidays, year, false),
        workdays: days(fields, &format!("{at}.workdays"), &given.workdays, year, true),
    }
}

fn days(
    fields: &mut Fields,
    at: &str,
    given: &[wire::Date],
    year: Option<i16>,
    weekend: bool,
) -> BTreeSet<Date> {
    fields.number(at, given.len(), 0..=MOST);
    let mut found = BTreeSet::new();
    for (index, it) in given.iter().take(MOST).enumerate() {
        let at = format!("{at}[{index}]");
        let Some(day) = fields.optional_date(&at, &Some(*it)) else { continue };
        if year.is_some_and(|year| day.year() != year) {
            fields.violation(&at, "OUT_OF_YEAR", format!("{day} is of another year"));
        } else if is_weekend(day) != weekend {
            let reason = if weekend { "NOT_A_WEEKEND" } else { "NOT_A_WEEKDAY" };
            fields.violation(&at, reason, format!("{day} is {:?}", day.weekday()));
        }
        found.insert(day);
    }
    found
}

fn to_proto(district: &str, it: &RestCalendar) -> pb::RestCalendar {
    let days = |days: &BTreeSet<Date>| days.iter().map(|it| date::to_proto(*it)).collect();
    pb::RestCalendar {
        name: NAME.format(&[district, &it.id]),
        holidays: days(&it.contents.holidays),
        workdays: days(&it.contents.workdays),
        create_time: Some(clock::to_proto(it.create_time)),
        update_time: Some(clock::to_proto(it.update_time)),
        etag: etag::of(it.revision),
    }
}
