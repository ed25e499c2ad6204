use kit::testing::Bed;
use proto::registry::v1 as pb;
use proto::registry::v1::PeriodKind;
use tonic::Code;

use crate::fixture::{
    DISTRICT, Registry, date, fails, ids, indicator, mask, name, refused, request_id, target,
};

fn creation(id: &str, period: pb::Period) -> pb::CreatePeriodRequest {
    pb::CreatePeriodRequest {
        parent: DISTRICT.to_owned(),
        period_id: id.to_owned(),
        period: Some(period),
        request_id: String::new(),
    }
}

fn update(id: &str, period: pb::Period, paths: &[&str]) -> pb::UpdatePeriodRequest {
    let period = pb::Period { name: name("periods", id), ..period };
    let update_mask = if paths.is_empty() { None } else { mask(paths) };
    pb::UpdatePeriodRequest { period: Some(period), update_mask }
}

kit::both! {
    // B5: each quarter has its theme.
    async fn the_id_says_which_days_a_period_covers(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        let period = pb::Period { theme: "开门红".to_owned(), ..Default::default() };
        let mut request = creation("2023Q1", period);
        request.request_id = request_id();
        let created = registry.periods.create_period(request.clone()).await.unwrap().into_inner();
        assert_eq!(created.name, name("periods", "2023Q1"));
        assert_eq!(created.kind(), PeriodKind::Quarter);
        assert_eq!((created.start_date, created.end_date), (date(2023, 1, 1), date(2023, 3, 31)));
        assert_eq!(created.report_due_date, date(2023, 4, 5), "the fifth day after the end");
        assert_eq!(created.theme, "开门红");

        let again = registry.periods.create_period(request).await.unwrap().into_inner();
        assert_eq!(again, created);
        let taken = registry.periods.create_period(creation("2023Q1", pb::Period::default())).await;
        fails(taken, Code::AlreadyExists, "ALREADY_EXISTS", "periods/2023Q1");
        let get = pb::GetPeriodRequest { name: created.name.clone() };
        assert_eq!(registry.periods.get_period(get).await.unwrap().into_inner(), created);
        let get = pb::GetPeriodRequest { name: name("periods", "2023Q2") };
        fails(registry.periods.get_period(get).await, Code::NotFound, "NOT_FOUND", "2023Q2");

        let february = registry.create_period("2024-02").await;
        assert_eq!(february.kind(), PeriodKind::Month);
        assert_eq!(february.end_date, date(2024, 2, 29));
        assert_eq!(registry.create_period("2023H2").await.start_date, date(2023, 7, 1));
        assert_eq!(registry.create_period("2023").await.end_date, date(2023, 12, 31));
    }

    // X8: weeks stand in the calendar beside the longer periods, each where its Sunday lies.
    async fn weeks_are_periods_of_the_calendar(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        for id in ["2023-02", "2023Q1", "2023-W04", "2023-W05", "2023-W08", "2023-W09"] {
            registry.create_period(id).await;
        }
        let get = pb::GetPeriodRequest { name: name("periods", "2023-W05") };
        let week = registry.periods.get_period(get).await.unwrap().into_inner();
        assert_eq!((week.kind(), week.start_date, week.end_date), (PeriodKind::Week, date(2023, 1, 30), date(2023, 2, 5)));
        let list = pb::ListPeriodsRequest { parent: DISTRICT.to_owned(), page_size: 2, ..Default::default() };
        let all = ids!(registry.periods, list_periods, periods, list.clone());
        assert_eq!(all, ["2023Q1", "2023-W04", "2023-W05", "2023-02", "2023-W08", "2023-W09"]);
        let weeks = pb::ListPeriodsRequest { kind: PeriodKind::Week as i32, ..list };
        let weeks = ids!(registry.periods, list_periods, periods, weeks);
        assert_eq!(weeks, ["2023-W04", "2023-W05", "2023-W08", "2023-W09"]);
        let request = pb::GetAssignmentRequest {
            name: format!("{}/assignment", name("periods", "2023-02")),
            ..Default::default()
        };
        let reply = registry.assignments.get_assignment(request).await.unwrap().into_inner();
        let parts = reply.assignment.unwrap().parts;
        let parts: Vec<_> = parts.iter().map(|it| it.name.rsplit('/').next().unwrap()).collect();
        assert_eq!(parts, ["2023-W05", "2023-W08"]);

        registry.create_department("finance").await;
        let weekly = pb::Indicator { frequency: pb::Frequency::Weekly as i32, ..indicator("calls") };
        assert_eq!(registry.batch_indicators(vec![weekly]).await, (1, 0, 0));
        assert_eq!(registry.batch_targets(vec![target("finance", "calls", "2023-W05", "7")]).await.unwrap(), (1, 0, 0));
    }

    async fn a_period_with_faults_is_refused_whole(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        for id in ["", "1989", "2201", "2023Q5", "2023-1", "2023W10", "2023-W53", "二〇二三"] {
            let outcome = registry.periods.create_period(creation(id, pb::Period::default())).await;
            refused(outcome, &[("period_id", "PERIOD_FORMAT")]);
        }
        let period = pb::Period {
            theme: "题".repeat(101),
            report_due_date: date(2023, 3, 30),
            ..Default::default()
        };
        let mut request = creation("2023Q1", period.clone());
        request.parent = "hengkou".to_owned();
        refused(registry.periods.create_period(request).await, &[
            ("parent", "NAME_FORMAT"),
            ("period.report_due_date", "BEFORE_END"),
            ("period.theme", "LENGTH"),
        ]);
        let period = pb::Period { report_due_date: date(2023, 2, 30), ..Default::default() };
        let outcome = registry.periods.create_period(creation("2023Q1", period)).await;
        refused(outcome, &[("period.report_due_date", "DATE_FORMAT")]);
    }

    // B5
    async fn theme_and_due_date_change_and_nothing_else(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        let created = registry.create_period("2023Q2").await;
        let given = pb::Period {
            theme: "双过半".to_owned(),
            report_due_date: date(2023, 7, 10),
            etag: created.etag.clone(),
            ..Default::default()
        };
        let outcome = registry.periods.update_period(update("2023Q2", given.clone(), &[])).await;
        let updated = outcome.unwrap().into_inner();
        assert_eq!((updated.theme.as_str(), updated.report_due_date), ("双过半", date(2023, 7, 10)));
        assert_eq!((updated.start_date, updated.end_date), (created.start_date, created.end_date));

        let stale = registry.periods.update_period(update("2023Q2", given, &["theme"])).await;
        assert!(stale.is_err());
        fails(stale, Code::Aborted, "ETAG_MISMATCH", "periods/2023Q2");
        let none = pb::Period::default();
        let outcome = registry.periods.update_period(update("2023Q2", none.clone(), &["report_due_date"]));
        let usual = outcome.await.unwrap().into_inner();
        assert_eq!((usual.theme.as_str(), usual.report_due_date), ("双过半", date(2023, 7, 5)));
        let same = registry.periods.update_period(update("2023Q2", usual.clone(), &[])).await;
        assert_eq!(same.unwrap().into_inner(), usual);

        let outcome = registry.periods.update_period(update("2023Q2", none.clone(), &["start_date"]));
        refused(outcome.await, &[("update_mask", "UNKNOWN_PATH")]);
        let early = pb::Period { report_due_date: date(2023, 6, 29), ..none.clone() };
        let outcome = registry.periods.update_period(update("2023Q2", early, &[])).await;
        refused(outcome, &[("period.report_due_date", "BEFORE_END")]);
        let outcome = registry.periods.update_period(update("2023Q9", none.clone(), &[])).await;
        refused(outcome, &[("period.name", "PERIOD_FORMAT")]);
        let outcome = registry.periods.update_period(update("2023Q4", none, &[])).await;
        fails(outcome, Code::NotFound, "NOT_FOUND", "periods/2023Q4");
    }

    async fn periods_are_listed_by_first_day_the_longer_first(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        for id in ["2023-04", "2023-01", "2023Q2", "2023", "2023Q1", "2022-12", "2023H1"] {
            registry.create_period(id).await;
        }
        let mut request =
            pb::ListPeriodsRequest { parent: DISTRICT.to_owned(), page_size: 2, ..Default::default() };
        let mut seen = Vec::new();
        loop {
            let page = registry.periods.list_periods(request.clone()).await.unwrap().into_inner();
            seen.extend(page.periods.into_iter().map(|period| period.name));
            if page.next_page_token.is_empty() {
                break;
            }
            request.page_token = page.next_page_token;
        }
        let order = ["2022-12", "2023", "2023H1", "2023Q1", "2023-01", "2023Q2", "2023-04"];
        assert_eq!(seen, order.map(|id| name("periods", id)));

        request.kind = PeriodKind::Quarter as i32;
        let other = registry.periods.list_periods(request.clone()).await;
        refused(other, &[("page_token", "PAGE_TOKEN")]);
        request.page_token.clear();
        let page = registry.periods.list_periods(request.clone()).await.unwrap().into_inner();
        assert_eq!((page.periods.len(), page.next_page_token.as_str()), (2, ""));
        request.parent = "districts/none".to_owned();
        let nowhere = registry.periods.list_periods(request).await;
        fails(nowhere, Code::NotFound, "NOT_FOUND", "districts/none");
    }
}
