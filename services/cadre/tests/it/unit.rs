//! Who is bound to a unit sees whom it lent or manages and what its head promised, and nobody else.

use kit::testing::{Bed, Channel, Served, token};
use proto::cadre::v1 as pb;
use proto::cadre::v1::commitment_service_client::CommitmentServiceClient;
use proto::cadre::v1::person_service_client::PersonServiceClient;
use proto::cadre::v1::placement_report_service_client::PlacementReportServiceClient;
use proto::cadre::v1::placement_service_client::PlacementServiceClient;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::commitment::{batch, commitment, commitments};
use crate::data::{DISTRICT, add, date, head, on, person};
use crate::fake;
use crate::ground::name;
use crate::refused;
use crate::stage::{later, placed, set};

fn of_unit(served: &Served, role: &str, unit: &str) -> Channel {
    served.channel_as(&token("wang.wei", &[&format!("{role}@{DISTRICT}/units/{unit}")]))
}

#[track_caller]
fn denied<T: std::fmt::Debug>(outcome: Result<T, Status>) {
    let status = outcome.expect_err("it was let in");
    let reason = status.get_details_error_info().map(|it| it.reason).unwrap_or_default();
    assert_eq!((status.code(), reason.as_str()), (Code::PermissionDenied, "OTHER_UNIT"));
}

kit::both! {
    // X4, A3: both units of a placement see it, each appraises for itself.
    async fn both_units_see_a_placement_and_no_third(bed: &Bed) {
        let (served, persons) = set(bed).await;
        let made = placed(bed, &served, &persons[..1]).await.remove(0);
        later(bed, 24 * 45);
        let get = pb::GetPlacementRequest { name: made.clone() };
        for unit in ["finance", "petitions"] {
            let mut client = PlacementServiceClient::new(of_unit(&served, "unit-reporter", unit));
            assert_eq!(client.get_placement(get.clone()).await.unwrap().into_inner().name, made);
        }
        let mut water = PlacementServiceClient::new(of_unit(&served, "unit-head", "water"));
        denied(water.get_placement(get).await);

        let list = |home: &str, managing: &str| pb::ListPlacementsRequest {
            parent: DISTRICT.to_owned(),
            home_unit: home.to_owned(),
            managing_unit: managing.to_owned(),
            ..Default::default()
        };
        let (finance, petitions) = (name("units", "finance"), name("units", "petitions"));
        let mut home = PlacementServiceClient::new(of_unit(&served, "unit-head", "finance"));
        assert_eq!(home.list_placements(list(&finance, "")).await.unwrap().into_inner().placements.len(), 1);
        assert_eq!(home.list_placements(list(&finance, &petitions)).await.unwrap().into_inner().placements.len(), 1);
        denied(home.list_placements(list("", "")).await);
        denied(home.list_placements(list("", &petitions)).await);
        let mut reports = PlacementReportServiceClient::new(of_unit(&served, "unit-head", "finance"));
        let gaps = |home: &str| pb::ListReportGapsRequest {
            parent: DISTRICT.to_owned(),
            kind: pb::PlacementReportKind::Daily.into(),
            from_date: Some(date((2023, 4, 3))),
            until_date: Some(date((2023, 4, 7))),
            home_unit: home.to_owned(),
            ..Default::default()
        };
        assert_eq!(reports.list_report_gaps(gaps(&finance)).await.unwrap().into_inner().report_gaps.len(), 1);
        denied(reports.list_report_gaps(gaps(&petitions)).await);

        let appraise = |side: pb::PlacementSide, unit: &str| pb::AppraisePlacementRequest {
            name: made.clone(),
            side: side.into(),
            unit: unit.to_owned(),
            rating: pb::CadreRating::Good.into(),
            comment: "踏实".to_owned(),
            account: "wang.wei".to_owned(),
            ..Default::default()
        };
        denied(home.appraise_placement(appraise(pb::PlacementSide::Managing, &petitions)).await);
        home.appraise_placement(appraise(pb::PlacementSide::Home, &finance)).await.unwrap();
        let mut reporter = PlacementServiceClient::new(of_unit(&served, "unit-reporter", "finance"));
        let by_reporter = reporter.appraise_placement(appraise(pb::PlacementSide::Home, &finance)).await;
        assert_eq!(by_reporter.unwrap_err().code(), Code::PermissionDenied);
        // Whom it lent a unit sees; his record it does not.
        let mut records = PersonServiceClient::new(of_unit(&served, "unit-head", "finance"));
        let record = records.get_person(pb::GetPersonRequest { name: persons[0].name.clone() }).await;
        assert_eq!(record.unwrap_err().code(), Code::PermissionDenied);
    }

    // X4, X7: both units read the reports of whom they share and file them; to a third they are absent.
    async fn both_units_read_and_file_reports_and_no_third(bed: &Bed) {
        let (served, persons) = set(bed).await;
        let made = placed(bed, &served, &persons[..1]).await.remove(0);
        later(bed, 24 * 45);
        let of = |unit: &str| PlacementReportServiceClient::new(of_unit(&served, "unit-reporter", unit));
        let (mut home, mut managing, mut other) = (of("finance"), of("petitions"), of("water"));
        let file = |kind: pb::PlacementReportKind, day| pb::FilePlacementReportsRequest {
            parent: DISTRICT.to_owned(),
            placement_reports: vec![pb::PlacementReport {
                placement: made.clone(),
                kind: kind.into(),
                date: Some(date(day)),
                done: "接访12批次".to_owned(),
                ..Default::default()
            }],
            account: "wang.wei".to_owned(),
            ..Default::default()
        };
        let weekly = file(pb::PlacementReportKind::Weekly, (2023, 4, 3));
        let daily = file(pb::PlacementReportKind::Daily, (2023, 4, 6));
        refused(other.file_placement_reports(daily.clone()).await, &[("placement_reports[0].placement", "UNKNOWN_PLACEMENT")]);
        home.file_placement_reports(weekly).await.unwrap();
        let told = managing.file_placement_reports(daily).await.unwrap().into_inner().placement_reports.remove(0);
        let get = pb::GetPlacementReportRequest { name: told.name.clone() };
        for own in [&mut home, &mut managing] {
            assert_eq!(own.get_placement_report(get.clone()).await.unwrap().into_inner(), told);
        }
        assert_eq!(other.get_placement_report(get).await.unwrap_err().code(), Code::NotFound);

        let list = |placement: &str, home: &str, managing: &str| pb::ListPlacementReportsRequest {
            parent: DISTRICT.to_owned(),
            placement: placement.to_owned(),
            home_unit: home.to_owned(),
            managing_unit: managing.to_owned(),
            ..Default::default()
        };
        let (finance, petitions) = (name("units", "finance"), name("units", "petitions"));
        for own in [list(&made, "", ""), list("", &finance, ""), list("", &finance, &petitions)] {
            assert_eq!(home.list_placement_reports(own).await.unwrap().into_inner().placement_reports.len(), 2);
        }
        denied(managing.list_placement_reports(list("", "", &finance)).await);
        denied(home.list_placement_reports(list("", "", "")).await);
        refused(other.list_placement_reports(list(&made, "", "")).await, &[("placement", "UNKNOWN_PLACEMENT")]);
        let water = name("units", "water");
        assert!(other.list_placement_reports(list("", &water, "")).await.unwrap().into_inner().placement_reports.is_empty());
    }

    // S1, A3: a unit makes and revises the commitments of its own head.
    async fn a_unit_makes_the_commitments_of_its_own_head(bed: &Bed) {
        let served = fake::start(bed).await;
        on(bed, (2023, 1, 5));
        for unit in ["finance", "water"] {
            add(&served, person(unit, vec![head(unit, (2020, 1, 1), None)])).await;
        }
        let mut own = CommitmentServiceClient::new(of_unit(&served, "unit-reporter", "finance"));
        let area = pb::CommitmentArea::Innovation;
        let given = |unit: &str| pb::BatchCreateCommitmentsRequest {
            account: "wang.wei".to_owned(),
            ..batch(vec![commitment("finance", area), commitment(unit, area)])
        };
        denied(own.batch_create_commitments(given("water")).await);
        let made = own.batch_create_commitments(given("finance")).await.unwrap().into_inner().commitments;
        let list = |unit: &str| pb::ListCommitmentsRequest {
            parent: DISTRICT.to_owned(),
            unit: if unit.is_empty() { String::new() } else { name("units", unit) },
            ..Default::default()
        };
        assert_eq!(own.list_commitments(list("finance")).await.unwrap().into_inner().commitments, made);
        denied(own.list_commitments(list("water")).await);
        denied(own.list_commitments(list("")).await);
        let mut other = CommitmentServiceClient::new(of_unit(&served, "unit-head", "water"));
        let get = pb::GetCommitmentRequest { name: made[0].name.clone() };
        denied(other.get_commitment(get.clone()).await);
        assert_eq!(own.get_commitment(get).await.unwrap().into_inner(), made[0]);

        let returned = pb::ReviewCommitmentRequest {
            name: made[0].name.clone(),
            decision: pb::review_commitment_request::Decision::Return.into(),
            reviewer: "organisation.zhao".to_owned(),
            reason: "措施不具体".to_owned(),
            ..Default::default()
        };
        commitments(&served).review_commitment(returned.clone()).await.unwrap();
        let revise = pb::ReviseCommitmentRequest {
            name: made[0].name.clone(),
            title: made[0].title.clone(),
            content: "分三步推进。".to_owned(),
            target: made[0].target.clone(),
            milestones: made[0].milestones.clone(),
            account: "wang.wei".to_owned(),
            ..Default::default()
        };
        denied(other.revise_commitment(revise.clone()).await);
        own.revise_commitment(revise).await.unwrap();
        assert_eq!(own.review_commitment(returned).await.unwrap_err().code(), Code::PermissionDenied);
    }
}
