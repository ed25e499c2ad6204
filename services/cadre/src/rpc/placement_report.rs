//! Reports of persons placed over the wire.

use std::collections::{HashMap, HashSet};

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use kit::db::Tx;
use kit::field::Fields;
use kit::page::Page;
use kit::request_id::Once;
use kit::{Error, clock, date};
use proto::cadre::v1 as pb;
use proto::cadre::v1::change::Resource;
use proto::cadre::v1::placement_report_service_server::PlacementReportService;
use tonic::{Request, Response, Status};

use super::{DISTRICT, PERSON, Rpc, UNIT, bounded, change, position, recusal, shown};
use crate::placement::{self, Placement};
use crate::placement_report::{Kind, LEDGER, NAME, Report, gap};
use crate::rest_calendar::RestCalendar;
use crate::store::placement_report::Filter;
use crate::{rest_calendar, store};

const FILED: &str = "saima.cadre.v1.PlacementReportFiled";

/// The longest span of gaps in days.
const LONGEST: i32 = 100;

#[tonic::async_trait]
impl PlacementReportService for Rpc {
    async fn get_placement_report(
        &self,
        request: Request<pb::GetPlacementReportRequest>,
    ) -> Result<Response<pb::PlacementReport>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let district = name.id("district");
        let filter = Filter { sequence: Some(position(&name)?), ..Default::default() };
        let zone = self.registry.zone(district).await?;
        let mut tx = self.db.begin_read().await?;
        let found = store::placement_report::list(&mut tx, district, &filter, None).await?.pop();
        let found = found.ok_or_else(|| name.not_found())?;
        let placements = store::placement::of(&mut tx, district, &[found.placement]).await?;
        if !placements.iter().all(|it| is_own(district, it)) {
            return Err(name.not_found().into());
        }
        for it in &placements {
            recusal::refuse_reading_of(&mut tx, &name, &it.person).await?;
        }
        Ok(Response::new(to_proto(district, &found, &zone)))
    }

    async fn list_placement_reports(
        &self,
        request: Request<pb::ListPlacementReportsRequest>,
    ) -> Result<Response<pb::ListPlacementReportsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let of = (!request.placement.is_empty())
            .then(|| placement(&mut fields, "placement", &request.placement, district));
        let (home, managing) = (&request.home_unit, &request.managing_unit);
        let filter = Filter {
            sequence: None,
            // No placement has this position, where the name tells none.
            placement: of.map(|it| it.unwrap_or_default()),
            kind: fields.optional_choice("kind", request.kind),
            from: fields.optional_date("from_date", &request.from_date),
            until: fields.optional_date("until_date", &request.until_date),
            home_unit: fields.optional_member("home_unit", &UNIT, home, district),
            managing_unit: fields.optional_member("managing_unit", &UNIT, managing, district),
        };
        fields.check()?;
        match [&filter.home_unit, &filter.managing_unit].map(Option::as_deref) {
            [None, None] if filter.placement.is_some() => {}
            units => super::placement::own(district, units)?,
        }
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[
                &request.parent,
                &request.placement,
                &request.kind,
                &shown(filter.from),
                &shown(filter.until),
                home,
                managing,
            ],
        )?;
        let zone = self.registry.zone(district).await?;
        let mut tx = self.db.begin_read().await?;
        if let Some(placement) = filter.placement {
            let placements = store::placement::of(&mut tx, district, &[placement]).await?;
            if !placements.iter().all(|it| is_own(district, it)) {
                let message = "there is no such placement to be seen";
                return Err(Error::invalid("placement", "UNKNOWN_PLACEMENT", message).into());
            }
        }
        let mut rows =
            store::placement_report::list(&mut tx, district, &filter, Some(&page)).await?;
        let next_page_token = page.cut(&mut rows, |it| it.sequence.to_string());
        let ids: Vec<i64> = rows.iter().map(|it| it.placement).collect();
        let mut placements = store::placement::of(&mut tx, district, &ids).await?;
        recusal::leave_out(&mut tx, district, &mut placements, |it| &it.person).await?;
        let seen: HashSet<i64> = placements.iter().map(|it| it.sequence).collect();
        rows.retain(|it| seen.contains(&it.placement));
        let placement_reports = rows.iter().map(|it| to_proto(district, it, &zone)).collect();
        Ok(Response::new(pb::ListPlacementReportsResponse { placement_reports, next_page_token }))
    }

    async fn file_placement_reports(
        &self,
        request: Request<pb::FilePlacementReportsRequest>,
    ) -> Result<Response<pb::FilePlacementReportsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let account = fields.account("account", &request.account, 1..=100);
        let given = bounded(&mut fields, "placement_reports", &request.placement_reports);
        let mut rows = Vec::with_capacity(given.len());
        for (row, it) in given.iter().enumerate() {
            rows.push(read(&mut fields, row, it, district, &account));
        }
        fields.check()?;
        let once = Once::new(district, "FilePlacementReports", &request.request_id, &request)?;
        let zone = self.registry.zone(district).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let last = store::ledger::lock(&mut tx, district, LEDGER).await?;
        let now = tx.now();
        check(&mut tx, district, &rows, now.to_zoned(zone.clone()).date()).await?;
        for (sequence, it) in (last + 1..).zip(&mut rows) {
            it.sequence = sequence;
            it.create_time = now;
        }
        store::placement_report::insert(&mut tx, district, &rows).await?;
        let told = rows.iter().map(|it| {
            let reply = to_proto(district, it, &zone);
            let resource = Resource::PlacementReport(reply.clone());
            change::append(&mut tx, district, FILED, &reply.name, resource);
            reply
        });
        let reply = pb::FilePlacementReportsResponse { placement_reports: told.collect() };
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn list_report_gaps(
        &self,
        request: Request<pb::ListReportGapsRequest>,
    ) -> Result<Response<pb::ListReportGapsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let kind: Kind = fields.choice("kind", request.kind);
        let from = fields.date("from_date", &request.from_date);
        let until = fields.date("until_date", &request.until_date);
        let days = from.until(until).map_or(0, |span| span.get_days()) + 1;
        if fields.is_sound() && !(1..=LONGEST).contains(&days) {
            let message = format!("must be 1 to {LONGEST} days, is {days}");
            fields.violation("until_date", "SPAN", message);
        }
        let home = &request.home_unit;
        let managing = &request.managing_unit;
        let filter = store::placement::Filter {
            within: Some((from, until)),
            home_unit: fields.optional_member("home_unit", &UNIT, home, district),
            managing_unit: fields.optional_member("managing_unit", &UNIT, managing, district),
            ..Default::default()
        };
        fields.check()?;
        let units = [&filter.home_unit, &filter.managing_unit];
        super::placement::own(district, units.map(Option::as_deref))?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[
                &request.parent,
                &request.kind,
                &shown(Some(from)),
                &shown(Some(until)),
                home,
                managing,
            ],
        )?;
        let zone = self.registry.zone(district).await?;
        let mut tx = self.db.begin_read().await?;
        let today = tx.now().to_zoned(zone.clone()).date();
        let mut rows = store::placement::list(&mut tx, district, &filter, Some(&page)).await?;
        let next_page_token = page.cut(&mut rows, |it| it.sequence.to_string());
        recusal::leave_out(&mut tx, district, &mut rows, |it| &it.person).await?;
        let ids: Vec<i64> = rows.iter().map(|it| it.sequence).collect();
        let years = rest_calendar::years(from, until);
        let years: Vec<&str> = years.iter().map(String::as_str).collect();
        let years: Vec<RestCalendar> = store::definition::of(&mut tx, district, &years).await?;
        let calendar = rest_calendar::Contents::joined(years.into_iter().map(|it| it.contents));
        let mut filed: HashMap<i64, Vec<(Date, Date)>> = HashMap::new();
        for it in store::placement_report::of(&mut tx, district, &ids, (from, until)).await? {
            if it.kind == kind {
                let on = it.create_time.to_zoned(zone.clone()).date();
                filed.entry(it.placement).or_default().push((it.day, on));
            }
        }
        let told = |it: &Placement| {
            let filed = filed.get(&it.sequence).map_or(&[][..], Vec::as_slice);
            let found = gap(kind, it.span(), (from, until), filed, &calendar, today);
            pb::ReportGap {
                placement: it.name(district),
                person: PERSON.format(&[district, &it.person]),
                due_count: found.due,
                on_time_count: found.on_time,
                late_dates: found.late.into_iter().map(date::to_proto).collect(),
                missing_dates: found.missing.into_iter().map(date::to_proto).collect(),
            }
        };
        let report_gaps = rows.iter().map(told).collect();
        Ok(Response::new(pb::ListReportGapsResponse { report_gaps, next_page_token }))
    }
}

/// The caller is bound to no units, or to one of the two that manage the placement.
fn is_own(district: &str, it: &Placement) -> bool {
    super::placement::either(district, &it.home_unit, &it.managing_unit).is_ok()
}

/// The position of the placement named; none where the name tells none.
fn placement(fields: &mut Fields, at: &str, name: &str, district: &str) -> Option<i64> {
    let id = fields.member(at, &placement::NAME, name, district);
    id.parse().ok()
}

fn read(
    fields: &mut Fields,
    row: usize,
    it: &pb::PlacementReport,
    district: &str,
    account: &str,
) -> Report {
    let at = format!("placement_reports[{row}]");
    let of = placement(fields, &format!("{at}.placement"), &it.placement, district);
    let kind = fields.choice(format_args!("{at}.kind"), it.kind);
    let day = fields.date(format_args!("{at}.date"), &it.date);
    let is_weekly = kind == Kind::Weekly && it.kind != 0;
    if is_weekly && it.date.is_some() && day.weekday() != Weekday::Monday {
        let message = format!("{day} is no Monday, by which a week is named");
        fields.violation(format_args!("{at}.date"), "NOT_MONDAY", message);
    }
    let least = usize::from(is_weekly);
    Report {
        sequence: 0,
        placement: of.unwrap_or_default(),
        kind,
        day,
        done: fields.paragraph(format_args!("{at}.done"), &it.done, least..=2000),
        plan: fields.paragraph(format_args!("{at}.plan"), &it.plan, 0..=2000),
        problems: fields.paragraph(format_args!("{at}.problems"), &it.problems, 0..=2000),
        account: account.to_owned(),
        create_time: jiff::Timestamp::UNIX_EPOCH,
    }
}

/// Refuses reports about what is not, not yet, or told already.
async fn check(tx: &mut Tx, district: &str, rows: &[Report], today: Date) -> kit::Result<()> {
    let ids: HashSet<i64> = rows.iter().map(|it| it.placement).collect();
    let ids: Vec<i64> = ids.into_iter().collect();
    let placements = store::placement::of(tx, district, &ids).await?;
    let placements: HashMap<i64, &Placement> =
        placements.iter().map(|it| (it.sequence, it)).collect();
    let (mut from, mut until) = (today, today);
    for it in rows {
        (from, until) = (from.min(it.day), until.max(it.day));
    }
    let filed = store::placement_report::of(tx, district, &ids, (from, until)).await?;
    let filed: HashSet<(i64, Kind, Date)> =
        filed.iter().map(|it| (it.placement, it.kind, it.day)).collect();
    let mut seen = HashSet::new();
    let mut fields = Fields::default();
    for (row, it) in rows.iter().enumerate() {
        let mut refuse = |field: &str, reason, message: String| {
            fields.violation(format_args!("placement_reports[{row}].{field}"), reason, message);
        };
        let placement = placements.get(&it.placement).filter(|it| is_own(district, it));
        let Some(placement) = placement else {
            refuse("placement", "UNKNOWN_PLACEMENT", "there is no such placement".to_owned());
            continue;
        };
        let key = (it.placement, it.kind, it.day);
        if it.day > today {
            refuse("date", "FUTURE_DATE", format!("today is {today}"));
        } else if !placement.span().holds(it.day) {
            refuse("date", "OUTSIDE_TERM", format!("{} is none of its days", it.day));
        } else if filed.contains(&key) {
            refuse("date", "REPORT_FILED", format!("{} has its report", it.day));
        } else if !seen.insert(key) {
            refuse("date", "DUPLICATE", format!("{} is told in an earlier row", it.day));
        }
    }
    fields.check()
}

pub(super) fn to_proto(district: &str, it: &Report, zone: &TimeZone) -> pb::PlacementReport {
    let due = it.kind.due(it.day);
    pb::PlacementReport {
        name: NAME.format(&[district, &it.sequence.to_string()]),
        placement: placement::NAME.format(&[district, &it.placement.to_string()]),
        kind: it.kind as i32,
        date: Some(date::to_proto(it.day)),
        done: it.done.clone(),
        plan: it.plan.clone(),
        problems: it.problems.clone(),
        due_date: Some(date::to_proto(due)),
        late: due < it.create_time.to_zoned(zone.clone()).date(),
        account: it.account.clone(),
        create_time: Some(clock::to_proto(it.create_time)),
    }
}
