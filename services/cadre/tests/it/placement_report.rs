//! Weekly reports and daily check-ins of persons placed, late and missing ones flagged.

use kit::testing::{Bed, Channel, Served};
use proto::cadre::v1 as pb;
use proto::cadre::v1::placement_report_service_client::PlacementReportServiceClient;
use tonic::{Code, Status};

use crate::data::{DISTRICT, date};
use crate::ground::name;
use crate::refused;
use crate::stage::{on, placed, set};
use pb::PlacementReportKind::{Daily, Weekly};

type Day = (i32, i32, i32);

fn reports(served: &Served) -> PlacementReportServiceClient<Channel> {
    PlacementReportServiceClient::new(served.channel())
}

fn report(placement: &str, kind: pb::PlacementReportKind, day: Day) -> pb::PlacementReport {
    pb::PlacementReport {
        placement: placement.to_owned(),
        kind: kind.into(),
        date: Some(date(day)),
        done: if kind == Weekly { "走访企业12家".to_owned() } else { String::new() },
        ..Default::default()
    }
}

fn file(rows: Vec<pb::PlacementReport>) -> pb::FilePlacementReportsRequest {
    pb::FilePlacementReportsRequest {
        parent: DISTRICT.to_owned(),
        placement_reports: rows,
        account: "61-0".to_owned(),
        ..Default::default()
    }
}

async fn filed(
    served: &Served,
    rows: Vec<pb::PlacementReport>,
) -> Result<Vec<pb::PlacementReport>, Status> {
    Ok(reports(served).file_placement_reports(file(rows)).await?.into_inner().placement_reports)
}

fn gaps(kind: pb::PlacementReportKind, from: Day, until: Day) -> pb::ListReportGapsRequest {
    pb::ListReportGapsRequest {
        parent: DISTRICT.to_owned(),
        kind: kind.into(),
        from_date: Some(date(from)),
        until_date: Some(date(until)),
        ..Default::default()
    }
}

kit::both! {
    // X7: late and missing ones are flagged by the calendar.
    async fn late_and_missing_reports_are_flagged(bed: &Bed) {
        let (served, persons) = set(bed).await;
        let made = placed(bed, &served, &persons[..2]).await;
        // The first of April 2023 is a Saturday.
        on(bed, (2023, 4, 9));
        let in_time = filed(&served, vec![report(&made[0], Weekly, (2023, 4, 3))]).await.unwrap();
        assert_eq!((in_time[0].late, in_time[0].due_date), (false, Some(date((2023, 4, 9)))));
        on(bed, (2023, 4, 17));
        let late = filed(&served, vec![report(&made[0], Weekly, (2023, 4, 10)), report(&made[0], Daily, (2023, 4, 17)), report(&made[0], Daily, (2023, 4, 14))]).await.unwrap();
        assert_eq!(late.iter().map(|it| it.late).collect::<Vec<_>>(), [true, false, true]);
        let mut client = reports(&served);
        let found = client.list_report_gaps(gaps(Weekly, (2023, 4, 1), (2023, 4, 30))).await.unwrap().into_inner().report_gaps;
        assert_eq!((found[0].due_count, found[0].on_time_count), (2, 1));
        assert_eq!((found[0].late_dates.as_slice(), found[0].missing_dates.len()), ([date((2023, 4, 10))].as_slice(), 0));
        assert_eq!((found[1].placement.as_str(), found[1].missing_dates.as_slice()), (made[1].as_str(), [date((2023, 4, 3)), date((2023, 4, 10))].as_slice()));
        let daily = client.list_report_gaps(gaps(Daily, (2023, 4, 13), (2023, 4, 17))).await.unwrap().into_inner().report_gaps;
        assert_eq!((daily[0].due_count, daily[0].on_time_count), (2, 1));
        assert_eq!((daily[0].late_dates.as_slice(), daily[0].missing_dates.as_slice()), ([date((2023, 4, 14))].as_slice(), [date((2023, 4, 13))].as_slice()));

        let none = pb::ListReportGapsRequest { managing_unit: name("units", "projects"), ..gaps(Daily, (2023, 4, 13), (2023, 4, 17)) };
        assert!(client.list_report_gaps(none).await.unwrap().into_inner().report_gaps.is_empty());
        let mut paged = pb::ListReportGapsRequest { page_size: 1, home_unit: name("units", "finance"), ..gaps(Weekly, (2023, 4, 1), (2023, 4, 30)) };
        let first = client.list_report_gaps(paged.clone()).await.unwrap().into_inner();
        paged.page_token = first.next_page_token;
        let last = client.list_report_gaps(paged).await.unwrap().into_inner();
        assert_eq!((last.report_gaps[0].placement.as_str(), last.next_page_token.as_str()), (made[1].as_str(), ""));
        refused(client.list_report_gaps(gaps(Daily, (2023, 4, 1), (2023, 7, 31))).await, &[("until_date", "SPAN")]);
        refused(client.list_report_gaps(gaps(Daily, (2023, 4, 2), (2023, 4, 1))).await, &[("until_date", "SPAN")]);
        // After the term nothing is due.
        on(bed, (2023, 8, 1));
        let after = client.list_report_gaps(gaps(Weekly, (2023, 7, 1), (2023, 7, 31))).await.unwrap().into_inner();
        assert!(after.report_gaps.is_empty());
    }

    // X7: a report is filed once, about a day of the placement that has come.
    async fn a_report_with_faults_is_refused_by_row(bed: &Bed) {
        let (served, persons) = set(bed).await;
        let made = placed(bed, &served, &persons[..1]).await.remove(0);
        on(bed, (2023, 4, 5));
        let faulty = vec![
            report(&made, Weekly, (2023, 4, 4)),
            pb::PlacementReport { done: String::new(), ..report(&made, Weekly, (2023, 4, 3)) },
            pb::PlacementReport { kind: 0, date: None, ..report(&made, Daily, (2023, 4, 3)) },
        ];
        refused(filed(&served, faulty).await, &[
            ("placement_reports[0].date", "NOT_MONDAY"),
            ("placement_reports[1].done", "REQUIRED"),
            ("placement_reports[2].kind", "REQUIRED"),
            ("placement_reports[2].date", "REQUIRED"),
        ]);
        let request_id = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff".to_owned();
        let request = pb::FilePlacementReportsRequest { request_id, ..file(vec![report(&made, Daily, (2023, 4, 4))]) };
        let mut client = reports(&served);
        let first = client.file_placement_reports(request.clone()).await.unwrap().into_inner();
        assert_eq!(client.file_placement_reports(request).await.unwrap().into_inner(), first);
        let faulty = vec![
            report(&name("placements", "99"), Daily, (2023, 4, 3)),
            report(&made, Daily, (2023, 4, 6)),
            report(&made, Daily, (2023, 3, 31)),
            report(&made, Daily, (2023, 4, 4)),
            report(&made, Daily, (2023, 4, 5)),
            report(&made, Daily, (2023, 4, 5)),
        ];
        refused(filed(&served, faulty).await, &[
            ("placement_reports[0].placement", "UNKNOWN_PLACEMENT"),
            ("placement_reports[1].date", "FUTURE_DATE"),
            ("placement_reports[2].date", "OUTSIDE_TERM"),
            ("placement_reports[3].date", "REPORT_FILED"),
            ("placement_reports[5].date", "DUPLICATE"),
        ]);
        filed(&served, vec![report(&made, Daily, (2023, 4, 5)), report(&made, Weekly, (2023, 4, 3))]).await.unwrap();
        let mut request = pb::ListPlacementReportsRequest { parent: DISTRICT.to_owned(), placement: made.clone(), kind: Daily.into(), page_size: 1, ..Default::default() };
        let page = client.list_placement_reports(request.clone()).await.unwrap().into_inner();
        assert_eq!(page.placement_reports, first.placement_reports);
        request.page_token = page.next_page_token;
        let page = client.list_placement_reports(request.clone()).await.unwrap().into_inner();
        assert_eq!((page.placement_reports[0].date, page.next_page_token.as_str()), (Some(date((2023, 4, 5))), ""));
        request.page_token = String::new();
        request.from_date = Some(date((2023, 4, 5)));
        assert_eq!(client.list_placement_reports(request).await.unwrap().into_inner().placement_reports.len(), 1);
        let request = pb::GetPlacementReportRequest { name: first.placement_reports[0].name.clone() };
        assert_eq!(client.get_placement_report(request).await.unwrap().into_inner(), first.placement_reports[0]);
        let request = pb::GetPlacementReportRequest { name: name("placementReports", "99") };
        assert_eq!(client.get_placement_report(request).await.unwrap_err().code(), Code::NotFound);
    }
}
