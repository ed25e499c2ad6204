//! Calendars.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kit::field::{self, Fields};
use kit::{date, etag};
use proto::google::r#type as wire;
use proto::notification::v1 as pb;
use proto::notification::v1::calendar_service_server::CalendarService;
use proto::notification::v1::change::Resource;
use tonic::{Request, Response, Status};

use super::{Rpc, change};
use crate::calendar::{Calendar, NAME};
use crate::store;

const UPDATED: &str = "saima.notification.v1.CalendarUpdated";

const MOST: usize = 1000;

#[tonic::async_trait]
impl CalendarService for Rpc {
    async fn get_calendar(
        &self,
        request: Request<pb::GetCalendarRequest>,
    ) -> Result<Response<pb::Calendar>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let found = store::calendar::get(&mut tx, name.id("district")).await?;
        Ok(Response::new(shown(name.id("district"), &found)))
    }

    async fn update_calendar(
        &self,
        request: Request<pb::UpdateCalendarRequest>,
    ) -> Result<Response<pb::Calendar>, Status> {
        let request = request.into_inner();
        let given = field::required("calendar", request.calendar.as_ref())?;
        let mut fields = Fields::default();
        let name = fields.name("calendar.name", &NAME, &given.name);
        let holidays = days(&mut fields, "calendar.holidays", &given.holidays);
        let workdays = days(&mut fields, "calendar.workdays", &given.workdays);
        if let Some(both) = holidays.intersection(&workdays).next() {
            fields.violation("calendar.workdays", "DUPLICATE", format!("{both} is a holiday, too"));
        }
        fields.check()?;
        let district = self.registry.district(name.id("district")).await?;

        let mut tx = self.db.begin_write().await?;
        store::document::lock(&mut tx, &district.id).await?;
        let before = store::calendar::get(&mut tx, &district.id).await?;
        etag::check(&given.etag, before.revision, name.as_str())?;
        let calendar = Calendar { holidays, workdays, revision: before.revision + 1 };
        if (&calendar.holidays, &calendar.workdays) == (&before.holidays, &before.workdays) {
            return Ok(Response::new(shown(&district.id, &before)));
        }
        store::calendar::insert(&mut tx, &district.id, &calendar).await?;
        let now = tx.now();
        let mut moved = Vec::new();
        for mut schedule in store::schedule::active(&mut tx, &district.id).await? {
            // What is due already is kept as it was planned.
            if schedule.next.is_none_or(|next| next.due <= now) {
                continue;
            }
            let next = schedule.next;
            schedule.plan_from(&district, &calendar, now)?;
            if schedule.next != next {
                schedule.revision += 1;
                moved.push(schedule);
            }
        }
        store::schedule::save(&mut tx, &moved).await?;
        let reply = shown(&district.id, &calendar);
        let resource = Resource::Calendar(reply.clone());
        change::append(&mut tx, &district.id, UPDATED, &reply.name, resource);
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

fn days(fields: &mut Fields, path: &str, given: &[wire::Date]) -> BTreeSet<Date> {
    let mut days = BTreeSet::new();
    if given.len() > MOST {
        let message = format!("must be at most {MOST}, are {}", given.len());
        fields.violation(path, "TOO_MANY", message);
        return days;
    }
    for (at, day) in given.iter().enumerate() {
        if !days.insert(fields.date(format_args!("{path}[{at}]"), &Some(*day))) {
            fields.violation(format_args!("{path}[{at}]"), "DUPLICATE", "comes twice");
        }
    }
    days
}

fn shown(district: &str, calendar: &Calendar) -> pb::Calendar {
    let days = |days: &BTreeSet<Date>| days.iter().copied().map(date::to_proto).collect();
    pb::Calendar {
        name: NAME.format(&[district]),
        holidays: days(&calendar.holidays),
        workdays: days(&calendar.workdays),
        etag: etag::of(calendar.revision),
    }
}
