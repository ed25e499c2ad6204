//! Rest calendars over the wire.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kit::field::Fields;
use kit::{clock, date, etag};
use proto::cadre::v1 as pb;
use proto::cadre::v1::change::Resource;
use proto::cadre::v1::rest_calendar_service_server::RestCalendarService;
use proto::google::r#type as wire;
use tonic::{Request, Response, Status};

use super::Rpc;
use super::definition::{Listed, Told};
use crate::definition::Definition;
use crate::rest_calendar::{Contents, NAME, is_weekend};

/// The most days of one kind in a year.
const MOST: usize = 100;

#[tonic::async_trait]
impl RestCalendarService for Rpc {
    async fn get_rest_calendar(
        &self,
        request: Request<pb::GetRestCalendarRequest>,
    ) -> Result<Response<pb::RestCalendar>, Status> {
        let request = request.into_inner();
        Ok(Response::new(self.definition::<pb::RestCalendar>(&request.name).await?))
    }

    async fn list_rest_calendars(
        &self,
        request: Request<pb::ListRestCalendarsRequest>,
    ) -> Result<Response<pb::ListRestCalendarsResponse>, Status> {
        let request = request.into_inner();
        let listed = Listed::all(&request.parent, request.page_size, &request.page_token);
        let (rest_calendars, next_page_token) = self.definitions(listed, |_, _| None).await?;
        Ok(Response::new(pb::ListRestCalendarsResponse { rest_calendars, next_page_token }))
    }

    async fn batch_update_rest_calendars(
        &self,
        request: Request<pb::BatchUpdateRestCalendarsRequest>,
    ) -> Result<Response<pb::BatchUpdateRestCalendarsResponse>, Status> {
        Ok(Response::new(self.update(&request.into_inner()).await?))
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

impl Told for pb::RestCalendar {
    type Contents = Contents;

    const EVENTS: [&'static str; 2] =
        ["saima.cadre.v1.RestCalendarCreated", "saima.cadre.v1.RestCalendarUpdated"];

    fn read(fields: &mut Fields, at: &str, given: &Self, _: &str) -> Contents {
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

    fn of(district: &str, it: &Definition<Contents>) -> Self {
        let days = |days: &BTreeSet<Date>| days.iter().map(|it| date::to_proto(*it)).collect();
        Self {
            name: NAME.format(&[district, &it.id]),
            holidays: days(&it.contents.holidays),
            workdays: days(&it.contents.workdays),
            create_time: Some(clock::to_proto(it.create_time)),
            update_time: Some(clock::to_proto(it.update_time)),
            etag: etag::of(it.revision),
        }
    }

    fn told(self) -> (String, Resource) {
        (self.name.clone(), Resource::RestCalendar(self))
    }
}
