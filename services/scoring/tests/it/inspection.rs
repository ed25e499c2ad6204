use kit::testing::Bed;
use kit::testing::Channel;
use proto::google::r#type::Date;
use proto::registry::v1 as registry;
use proto::registry::v1::inspector_service_client::InspectorServiceClient;
use proto::scoring::v1 as pb;
use proto::scoring::v1::adjustment_service_client::AdjustmentServiceClient;
use proto::scoring::v1::inspection_service_client::InspectionServiceClient;
use tonic::{Response, Status};

use crate::district::{DISTRICT, SCHEME, decimal, name, unit};
use crate::fixture::{Scoring, evidence, refused, request_id, unmet, value};

type Client = InspectionServiceClient<Channel>;
use pb::{FindingState as State, Severity};

async fn start(bed: &Bed) -> (Scoring, Client) {
    let scoring = Scoring::start(bed).await;
    let client = InspectionServiceClient::new(scoring.served.channel());
    (scoring, client)
}

fn photograph() -> pb::Photograph {
    pb::Photograph {
        title: "东侧基坑".to_owned(),
        sha256: "cd".repeat(32),
        media_type: "image/jpeg".to_owned(),
        size_bytes: 2_400_000,
        uri: String::new(),
    }
}

fn finding(severity: Severity, text: &str) -> pb::Finding {
    pb::Finding { severity: severity.into(), text: text.to_owned(), ..Default::default() }
}

fn inspection(unit_id: &str, findings: Vec<pb::Finding>) -> pb::Inspection {
    pb::Inspection {
        unit: unit(unit_id),
        period: name("periods", "2023Q1"),
        scheme: SCHEME.to_owned(),
        inspection_date: Some(Date { year: 2023, month: 3, day: 15 }),
        unannounced: true,
        inspectors: vec![pb::Inspector {
            subject: unit("safety"),
            label: "第二督查组".to_owned(),
            ..Default::default()
        }],
        summary: "查看环城路二标段".to_owned(),
        findings,
        ..Default::default()
    }
}

/// A grave finding that is to be corrected by the tenth of April.
fn grave() -> pb::Finding {
    pb::Finding {
        photographs: vec![photograph()],
        correction_due_date: Some(Date { year: 2023, month: 4, day: 10 }),
        ..finding(Severity::Grave, "基坑无防护")
    }
}

async fn create(client: &mut Client, inspection: pb::Inspection) -> Result<pb::Inspection, Status> {
    let request = pb::CreateInspectionRequest {
        parent: DISTRICT.to_owned(),
        inspection: Some(inspection),
        request_id: request_id(),
    };
    client.create_inspection(request).await.map(Response::into_inner)
}

async fn report(client: &mut Client, name: &str) -> Result<pb::Finding, Status> {
    let request = pb::ReportCorrectionRequest {
        name: name.to_owned(),
        note: "已加装护栏".to_owned(),
        evidence: vec![evidence("整改照片")],
        ..Default::default()
    };
    client.report_correction(request).await.map(Response::into_inner)
}

async fn review(client: &mut Client, name: &str, accepted: bool) -> Result<pb::Finding, Status> {
    let request = pb::ReviewCorrectionRequest {
        name: name.to_owned(),
        accepted,
        note: "复查".to_owned(),
        ..Default::default()
    };
    client.review_correction(request).await.map(Response::into_inner)
}

async fn findings(client: &mut Client, parent: &str, state: State) -> Vec<String> {
    let request = pb::ListFindingsRequest {
        parent: parent.to_owned(),
        state: state.into(),
        page_size: 1,
        ..Default::default()
    };
    let mut names = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = pb::ListFindingsRequest { page_token, ..request.clone() };
        let reply = client.list_findings(request).await.unwrap().into_inner();
        names.extend(reply.findings.into_iter().map(|it| it.name));
        page_token = reply.next_page_token;
        if page_token.is_empty() {
            return names;
        }
    }
}

/// Files a grave finding about works for a period.
pub(crate) async fn file(scoring: &Scoring, period: &str) {
    let mut client = InspectionServiceClient::new(scoring.served.channel());
    let given =
        pb::Inspection { period: name("periods", period), ..inspection("works", vec![grave()]) };
    create(&mut client, given).await.unwrap();
}

/// Leaves a row in each ledger.
pub(crate) async fn file_and_report(scoring: &Scoring) {
    let mut client = InspectionServiceClient::new(scoring.served.channel());
    let given =
        pb::Inspection { period: name("periods", "2023Q2"), ..inspection("works", vec![grave()]) };
    let made = create(&mut client, given).await.unwrap();
    report(&mut client, &made.findings[0].name).await.unwrap();
}

kit::both! {
    // B7: inspectors of a track check on site and file what they find.
    async fn an_inspection_is_filed_with_its_findings(bed: &Bed) {
        let (mut scoring, mut client) = start(bed).await;
        let reported = scoring.report(value("works", "investment", "2023-03", "450")).await.unwrap();
        let looked_into = pb::Finding {
            indicator: name("indicators", "investment"),
            observation: reported.name,
            ..finding(Severity::Minor, "台账与实际相差2万元")
        };
        let given = inspection("works", vec![grave(), looked_into.clone()]);
        let made = create(&mut client, given).await.unwrap();
        assert_eq!((made.name.as_str(), made.track_id.as_str()), (&*name("inspections", "1"), "departments"));
        let states: Vec<State> = made.findings.iter().map(|it| it.state()).collect();
        assert_eq!(states, [State::Demanded, State::Noted]);
        assert_eq!(made.findings[0].photographs, [photograph()]);
        assert_eq!(made.findings[1].observation, looked_into.observation);
        let request = pb::GetInspectionRequest { name: made.name.clone() };
        assert_eq!(client.get_inspection(request).await.unwrap().into_inner(), made);

        // An entry that cites the finding is seen from it.
        crate::adjustment::define(&scoring).await;
        let mut adjustments = AdjustmentServiceClient::new(scoring.served.channel());
        let request = pb::CreateAdjustmentRequest {
            parent: DISTRICT.to_owned(),
            adjustment: Some(pb::Adjustment {
                unit: unit("works"),
                period: name("periods", "2023Q1"),
                scheme: name("schemes", "lists-2023"),
                item_id: "late".to_owned(),
                points: decimal("2"),
                ground: "基坑无防护".to_owned(),
                source: pb::AdjustmentSource::Inspection.into(),
                citation: "第二督查组3月15日查核".to_owned(),
                finding: made.findings[0].name.clone(),
                occur_date: Some(Date { year: 2023, month: 3, day: 15 }),
                ..Default::default()
            }),
            ..Default::default()
        };
        let entry = adjustments.create_adjustment(request).await.unwrap().into_inner();
        assert_eq!(entry.finding, made.findings[0].name);
        let list = pb::ListInspectionsRequest {
            parent: DISTRICT.to_owned(),
            unit: unit("works"),
            ..Default::default()
        };
        let listed = client.list_inspections(list).await.unwrap().into_inner().inspections;
        assert_eq!(listed[0].findings[0].adjustments, [entry.name]);
    }

    // B7: where a track has a roster, only who is on it inspects its subjects, on their days.
    async fn only_inspectors_of_the_track_inspect_its_subjects(bed: &Bed) {
        let (scoring, mut client) = start(bed).await;
        let by = |account: &str, unit_id: &str, day: i8| {
            let mut given = inspection(unit_id, vec![]);
            given.inspectors[0].account = account.to_owned();
            given.inspection_date = Some(Date { year: 2023, month: 3, day: day.into() });
            given
        };
        // As long as there is no roster, anybody may.
        assert_eq!(create(&mut client, by("", "works", 15)).await.unwrap().inspectors[0].account, "");
        let inspector = |id: &str, track: &str, last| registry::Inspector {
            name: name("inspectors", id),
            account: id.to_owned(),
            label: "第二督查组".to_owned(),
            series: "annual-target".to_owned(),
            track_id: track.to_owned(),
            start_date: Some(Date { year: 2023, month: 3, day: 10 }),
            end_date: last,
            ..Default::default()
        };
        let request = registry::BatchUpdateInspectorsRequest {
            parent: DISTRICT.to_owned(),
            inspectors: vec![
                inspector("li.wei", "departments", None),
                inspector("wang.fang", "departments", Some(Date { year: 2023, month: 3, day: 14 })),
                inspector("zhao.min", "villages", None),
            ],
            ..Default::default()
        };
        let mut rosters = InspectorServiceClient::new(scoring.served.channel());
        rosters.batch_update_inspectors(request).await.unwrap();
        let made = create(&mut client, by("li.wei", "works", 15)).await.unwrap();
        assert_eq!(made.inspectors[0].account, "li.wei");
        let request = pb::GetInspectionRequest { name: made.name.clone() };
        assert_eq!(client.get_inspection(request).await.unwrap().into_inner(), made);
        create(&mut client, by("wang.fang", "works", 14)).await.unwrap();
        let strangers = [
            by("", "works", 15),
            by("zhao.min", "works", 15),
            by("wang.fang", "works", 15),
            by("li.wei", "works", 9),
            by("li.wei", "north", 15),
        ];
        for stranger in strangers {
            refused(create(&mut client, stranger).await, &[("inspection.inspectors[0].account", "NOT_ON_ROSTER")]);
        }
        let mut two = by("li.wei", "works", 15);
        two.inspectors.push(pb::Inspector { account: "nobody".to_owned(), ..two.inspectors[0].clone() });
        refused(create(&mut client, two).await, &[("inspection.inspectors[1].account", "NOT_ON_ROSTER")]);
    }

    // H7, B7: a finding is followed from demand through correction to review.
    async fn a_finding_is_followed_until_its_correction_is_accepted(bed: &Bed) {
        let (_scoring, mut client) = start(bed).await;
        let given = inspection("works", vec![grave(), grave(), finding(Severity::Minor, "围挡破损")]);
        let made = create(&mut client, given).await.unwrap();
        let [one, two, three] = [0, 1, 2].map(|at| made.findings[at].name.clone());
        unmet(review(&mut client, &one, true).await, &[("NOT_REPORTED", &one)]);
        unmet(report(&mut client, &three).await, &[("NOT_DEMANDED", &three)]);
        assert_eq!(report(&mut client, &one).await.unwrap().state(), State::Reported);
        assert_eq!(review(&mut client, &one, false).await.unwrap().state(), State::Demanded);
        report(&mut client, &one).await.unwrap();
        let done = review(&mut client, &one, true).await.unwrap();
        assert_eq!((done.state(), done.steps.len()), (State::Accepted, 4));
        unmet(report(&mut client, &one).await, &[("NOT_DEMANDED", &one)]);
        let all = name("inspections", "-");
        assert_eq!(findings(&mut client, &all, State::Demanded).await, std::slice::from_ref(&two));
        assert_eq!(findings(&mut client, &made.name, State::Unspecified).await, [one, two, three]);
    }

    // H3: ordinary inspections, counted by subject.
    async fn inspections_are_counted_by_subject_and_gravity(bed: &Bed) {
        let (_scoring, mut client) = start(bed).await;
        let planned = pb::Inspection { unannounced: false, ..inspection("works", vec![]) };
        create(&mut client, planned).await.unwrap();
        let praised = finding(Severity::Commendable, "台账规范");
        let made = create(&mut client, inspection("works", vec![grave(), grave(), praised])).await.unwrap();
        create(&mut client, inspection("health", vec![])).await.unwrap();
        report(&mut client, &made.findings[0].name).await.unwrap();
        review(&mut client, &made.findings[0].name, true).await.unwrap();
        let request = pb::ListInspectionCountsRequest {
            parent: DISTRICT.to_owned(),
            period: name("periods", "2023Q1"),
        };
        let counts = client.list_inspection_counts(request).await.unwrap().into_inner();
        let line = |it: &pb::InspectionCount| {
            let unit = it.unit.rsplit('/').next().unwrap().to_owned();
            (unit, it.inspection_count, it.unannounced_count, it.commendable_count, it.grave_count, it.open_count)
        };
        let counts: Vec<_> = counts.inspection_counts.iter().map(line).collect();
        assert_eq!(counts, [("health".to_owned(), 1, 1, 0, 0, 0), ("works".to_owned(), 2, 1, 1, 2, 1)]);
    }

    async fn an_inspection_with_faults_is_refused_whole(bed: &Bed) {
        let (mut scoring, mut client) = start(bed).await;
        let blurred = pb::Photograph {
            media_type: "text/plain".to_owned(),
            sha256: "x".to_owned(),
            size_bytes: 0,
            ..photograph()
        };
        let early = Some(Date { year: 2023, month: 3, day: 14 });
        let bad = pb::Finding { photographs: vec![blurred], correction_due_date: early, ..finding(Severity::Unspecified, "") };
        let given = pb::Inspection { inspectors: vec![], ..inspection("works", vec![bad]) };
        refused(create(&mut client, given).await, &[
            ("inspection.inspectors", "REQUIRED"),
            ("inspection.findings[0].correction_due_date", "IN_PAST"),
            ("inspection.findings[0].severity", "REQUIRED"),
            ("inspection.findings[0].text", "REQUIRED"),
            ("inspection.findings[0].photographs[0].media_type", "UNKNOWN_VALUE"),
            ("inspection.findings[0].photographs[0].sha256", "SHA256_FORMAT"),
            ("inspection.findings[0].photographs[0].size_bytes", "OUT_OF_RANGE"),
        ]);
        let strange = pb::Finding { indicator: name("indicators", "other"), ..grave() };
        let mut given = inspection("office", vec![strange]);
        given.inspectors[0].subject = unit("nobody");
        given.inspection_date = Some(Date { year: 2023, month: 4, day: 2 });
        refused(create(&mut client, given).await, &[
            ("inspection.inspection_date", "IN_FUTURE"),
            ("inspection.inspectors[0].subject", "UNKNOWN_UNIT"),
            ("inspection.findings[0].indicator", "UNKNOWN_INDICATOR"),
            ("inspection.unit", "NOT_ENTERED"),
        ]);
        let lost = pb::Finding { observation: name("observations", "9"), ..grave() };
        let lost = create(&mut client, inspection("works", vec![lost])).await;
        refused(lost, &[("inspection.findings[0].observation", "UNKNOWN_OBSERVATION")]);
        for month in crate::fixture::MONTHS {
            scoring.close(month).await.unwrap();
        }
        scoring.close("2023Q1").await.unwrap();
        let late = create(&mut client, inspection("works", vec![])).await;
        unmet(late, &[("PERIOD_CLOSED", &name("periods", "2023Q1"))]);
    }
}
