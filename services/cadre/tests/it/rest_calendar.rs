//! Rest calendars, and what they mean for check-ins.

use kit::testing::{Bed, Channel, Served};
use proto::cadre::v1 as pb;
use proto::cadre::v1::placement_report_service_client::PlacementReportServiceClient;
use proto::cadre::v1::rest_calendar_service_client::RestCalendarServiceClient;
use tonic::Code;

use crate::data::{DISTRICT, date};
use crate::ground::name;
use crate::refused;
use crate::stage::{on, placed, set};

fn calendars(served: &Served) -> RestCalendarServiceClient<Channel> {
    RestCalendarServiceClient::new(served.channel())
}

fn calendar(
    id: &str,
    holidays: &[(i32, i32, i32)],
    workdays: &[(i32, i32, i32)],
) -> pb::RestCalendar {
    pb::RestCalendar {
        name: name("restCalendars", id),
        holidays: holidays.iter().map(|it| date(*it)).collect(),
        workdays: workdays.iter().map(|it| date(*it)).collect(),
        ..Default::default()
    }
}

fn update(rest_calendars: Vec<pb::RestCalendar>) -> pb::BatchUpdateRestCalendarsRequest {
    pb::BatchUpdateRestCalendarsRequest {
        parent: DISTRICT.to_owned(),
        rest_calendars,
        ..Default::default()
    }
}

kit::both! {
    // X7: nobody checks in on a public holiday, everybody does on a Sunday that is worked.
    async fn nobody_checks_in_on_a_holiday(bed: &Bed) {
        let (served, persons) = set(bed).await;
        placed(bed, &served, &persons[..1]).await;
        on(bed, (2023, 5, 8));
        let request = pb::ListReportGapsRequest {
            parent: DISTRICT.to_owned(),
            kind: pb::PlacementReportKind::Daily.into(),
            from_date: Some(date((2023, 4, 3))),
            until_date: Some(date((2023, 4, 9))),
            ..Default::default()
        };
        let mut reports = PlacementReportServiceClient::new(served.channel());
        let mut missing = async || {
            let reply = reports.list_report_gaps(request.clone()).await.unwrap().into_inner();
            reply.report_gaps[0].missing_dates.iter().map(|it| it.day).collect::<Vec<_>>()
        };
        assert_eq!(missing().await, [3, 4, 5, 6, 7]);
        let year = calendar("2023", &[(2023, 4, 5)], &[(2023, 4, 9)]);
        let mut client = calendars(&served);
        let request_id = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff".to_owned();
        let first = pb::BatchUpdateRestCalendarsRequest { request_id, ..update(vec![year.clone()]) };
        for _ in 0..2 {
            let reply = client.batch_update_rest_calendars(first.clone()).await.unwrap().into_inner();
            assert_eq!((reply.created_count, reply.unchanged_count), (1, 0));
        }
        assert_eq!(missing().await, [3, 4, 6, 7, 9]);
        let get = pb::GetRestCalendarRequest { name: year.name.clone() };
        let held = client.get_rest_calendar(get).await.unwrap().into_inner();
        assert_eq!((&held.holidays, &held.workdays), (&year.holidays, &year.workdays));
        let stale = pb::RestCalendar { etag: "\"9\"".to_owned(), ..calendar("2023", &[], &[]) };
        assert_eq!(client.batch_update_rest_calendars(update(vec![stale])).await.unwrap_err().code(), Code::Aborted);

        client.batch_update_rest_calendars(update(vec![calendar("2024", &[(2024, 1, 1)], &[])])).await.unwrap();
        let mut list = pb::ListRestCalendarsRequest { parent: DISTRICT.to_owned(), page_size: 1, ..Default::default() };
        let page = client.list_rest_calendars(list.clone()).await.unwrap().into_inner();
        list.page_token = page.next_page_token;
        let last = client.list_rest_calendars(list).await.unwrap().into_inner();
        assert_eq!((last.rest_calendars[0].name.as_str(), last.next_page_token.as_str()), (name("restCalendars", "2024").as_str(), ""));
    }

    // X7
    async fn a_calendar_with_faults_is_refused_by_row(bed: &Bed) {
        let (served, _) = set(bed).await;
        let given = update(vec![
            calendar("spring", &[], &[]),
            calendar("2023", &[(2024, 1, 1), (2023, 4, 9)], &[(2023, 4, 5)]),
            calendar("2023", &[], &[]),
        ]);
        refused(calendars(&served).batch_update_rest_calendars(given).await, &[
            ("rest_calendars[0].name", "YEAR_FORMAT"),
            ("rest_calendars[1].holidays[0]", "OUT_OF_YEAR"),
            ("rest_calendars[1].holidays[1]", "NOT_A_WEEKDAY"),
            ("rest_calendars[1].workdays[0]", "NOT_A_WEEKEND"),
            ("rest_calendars[2].name", "DUPLICATE"),
        ]);
        let get = pb::GetRestCalendarRequest { name: name("restCalendars", "2023") };
        assert_eq!(calendars(&served).get_rest_calendar(get).await.unwrap_err().code(), Code::NotFound);
    }
}
