//! Trainings, who takes part, and the weak points they are beside.

use kit::testing::{Bed, Channel, Served};
use proto::cadre::v1 as pb;
use proto::cadre::v1::development_service_client::DevelopmentServiceClient;
use proto::cadre::v1::enrolment_service_client::EnrolmentServiceClient;
use proto::cadre::v1::training_service_client::TrainingServiceClient;
use proto::scoring::v1 as scoring;
use tonic::{Code, Status};

use crate::data::{DISTRICT, add, archived, date, decimal, head, on, person, publish, put_run};
use crate::{fake, refused, unmet};

fn enrolments(served: &Served) -> EnrolmentServiceClient<Channel> {
    EnrolmentServiceClient::new(served.channel())
}

pub(crate) fn training(kind: pb::TrainingKind, title: &str) -> pb::Training {
    pb::Training {
        kind: kind.into(),
        title: title.to_owned(),
        topics: vec!["招商".to_owned()],
        start_date: Some(date((2023, 4, 1))),
        end_date: Some(date((2023, 4, 3))),
        organiser: "区委组织部".to_owned(),
        ..Default::default()
    }
}

pub(crate) async fn offer(served: &Served, training: pb::Training) -> Result<pb::Training, Status> {
    let request = pb::CreateTrainingRequest {
        parent: DISTRICT.to_owned(),
        training: Some(training),
        ..Default::default()
    };
    let mut client = TrainingServiceClient::new(served.channel());
    Ok(client.create_training(request).await?.into_inner())
}

async fn enrol(
    served: &Served,
    training: &str,
    persons: &[&str],
) -> Result<Vec<pb::Enrolment>, Status> {
    let request = pb::BatchCreateEnrolmentsRequest {
        parent: training.to_owned(),
        persons: persons.iter().map(|it| (*it).to_owned()).collect(),
        ..Default::default()
    };
    Ok(enrolments(served).batch_create_enrolments(request).await?.into_inner().enrolments)
}

fn attendance(
    training: &str,
    day: (i32, i32, i32),
    rows: &[(&str, pb::Presence)],
) -> pb::RecordAttendanceRequest {
    let row = |(person, presence): &(&str, pb::Presence)| pb::record_attendance_request::Row {
        person: (*person).to_owned(),
        presence: (*presence).into(),
        ..Default::default()
    };
    pb::RecordAttendanceRequest {
        parent: training.to_owned(),
        date: Some(date(day)),
        rows: rows.iter().map(row).collect(),
        ..Default::default()
    }
}

fn outcomes(
    training: &str,
    rows: &[(&str, pb::TrainingOutcome, i32)],
) -> pb::RecordOutcomesRequest {
    let row = |(person, outcome, place): &(&str, pb::TrainingOutcome, i32)| {
        pb::record_outcomes_request::Row {
            person: (*person).to_owned(),
            outcome: (*outcome).into(),
            place: *place,
            ..Default::default()
        }
    };
    let (parent, rows) = (training.to_owned(), rows.iter().map(row).collect());
    pb::RecordOutcomesRequest { parent, rows, ..Default::default() }
}

/// A lecture of three days in April 2023.
pub(crate) async fn offered(served: &Served, title: &str) -> String {
    offer(served, training(pb::TrainingKind::Lecture, title)).await.unwrap().name
}

/// Enrols somebody who is there on a day.
pub(crate) async fn attend(served: &Served, training: &str, person: &str, day: (i32, i32, i32)) {
    enrol(served, training, &[person]).await.unwrap();
    let request = attendance(training, day, &[(person, pb::Presence::Present)]);
    enrolments(served).record_attendance(request).await.unwrap();
}

kit::both! {
    // S9, H10: enrolment, attendance by day, outcome; a later record takes the earlier one's place
    async fn a_training_is_attended_and_concluded(bed: &Bed) {
        let served = fake::start(bed).await;
        let (wang, li) = (add(&served, person("王", vec![])).await.name, add(&served, person("李", vec![])).await.name);
        on(bed, (2023, 4, 2));
        let arena = offer(&served, pb::Training { places: 2, ..training(pb::TrainingKind::Arena, "一季度擂台赛") }).await.unwrap();
        let enrolled = enrol(&served, &arena.name, &[&wang, &li]).await.unwrap();
        assert_eq!(enrolled[0].person, wang);
        let request = attendance(&arena.name, (2023, 4, 2), &[(&wang, pb::Presence::Absent), (&li, pb::Presence::Leave)]);
        enrolments(&served).record_attendance(request.clone()).await.unwrap();
        let again = attendance(&arena.name, (2023, 4, 2), &[(&wang, pb::Presence::Present)]);
        enrolments(&served).record_attendance(again).await.unwrap();
        enrolments(&served).record_attendance(attendance(&arena.name, (2023, 4, 1), &[(&wang, pb::Presence::Present)])).await.unwrap();
        let early = attendance(&arena.name, (2023, 4, 3), &[(&wang, pb::Presence::Present)]);
        refused(enrolments(&served).record_attendance(early).await, &[("date", "IN_FUTURE")]);
        let outside = attendance(&arena.name, (2023, 3, 31), &[(&wang, pb::Presence::Present)]);
        refused(enrolments(&served).record_attendance(outside).await, &[("date", "OUT_OF_TERM")]);
        let mut request = outcomes(&arena.name, &[(&wang, pb::TrainingOutcome::Passed, 3)]);
        request.request_id = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff".to_owned();
        let first = enrolments(&served).record_outcomes(request.clone()).await.unwrap().into_inner();
        enrolments(&served).record_outcomes(outcomes(&arena.name, &[(&wang, pb::TrainingOutcome::Excellent, 1)])).await.unwrap();
        assert_eq!(enrolments(&served).record_outcomes(request).await.unwrap().into_inner(), first, "a replay changes nothing");

        let list = pb::ListEnrolmentsRequest { parent: arena.name.clone(), page_size: 1, ..Default::default() };
        let page = enrolments(&served).list_enrolments(list.clone()).await.unwrap().into_inner();
        let known = &page.enrolments[0];
        let days: Vec<_> = known.attendance.iter().map(|it| (it.date.unwrap().day, it.presence())).collect();
        assert_eq!(days, [(1, pb::Presence::Present), (2, pb::Presence::Present)]);
        assert_eq!((known.outcome(), known.place), (pb::TrainingOutcome::Excellent, 1));
        let page = enrolments(&served).list_enrolments(pb::ListEnrolmentsRequest { page_token: page.next_page_token, ..list }).await.unwrap().into_inner();
        assert_eq!((page.enrolments[0].person.as_str(), page.next_page_token.as_str()), (li.as_str(), ""));
        let of_li = pb::ListEnrolmentsRequest { parent: format!("{DISTRICT}/trainings/-"), person: li, ..Default::default() };
        assert_eq!(enrolments(&served).list_enrolments(of_li).await.unwrap().into_inner().enrolments, page.enrolments);
        let mut tx = served.db("cadre").begin_write().await.unwrap();
        let error = kit::execute!(tx, "UPDATE attendance SET presence = 1").unwrap_err();
        assert!(format!("{error:?}").contains("insert-only"), "{error:?}");
    }

    // S9, H10: each kind says what it needs; who cannot take part is named
    async fn trainings_and_enrolments_with_faults_are_refused(bed: &Bed) {
        let served = fake::start(bed).await;
        let (wang, li) = (add(&served, person("王", vec![])).await.name, add(&served, person("李", vec![])).await.name);
        on(bed, (2023, 3, 1));
        let backwards = pb::Training { end_date: Some(date((2023, 3, 31))), ..training(pb::TrainingKind::Mentoring, "导师帮带") };
        refused(offer(&served, backwards).await, &[("training.end_date", "BEFORE_START"), ("training.mentor", "MENTOR_REQUIRED")]);
        refused(offer(&served, training(pb::TrainingKind::DeskDay, "业务坐班")).await, &[("training.unit", "UNIT_REQUIRED")]);
        let nobody = pb::Training { mentor: format!("{DISTRICT}/persons/nobody"), ..training(pb::TrainingKind::Mentoring, "导师帮带") };
        refused(offer(&served, nobody).await, &[("training.mentor", "UNKNOWN_PERSON")]);
        let mentoring = pb::Training { mentor: wang.clone(), places: 1, ..training(pb::TrainingKind::Mentoring, "导师帮带") };
        let mentoring = offer(&served, mentoring).await.unwrap().name;
        let nobody = format!("{DISTRICT}/persons/nobody");
        refused(enrol(&served, &mentoring, &[&wang, &nobody]).await, &[("persons[0]", "OWN_MENTOR"), ("persons[1]", "UNKNOWN_PERSON")]);
        let zhao = add(&served, person("赵", vec![])).await.name;
        unmet(enrol(&served, &mentoring, &[&li, &zhao]).await, "NO_PLACE");
        enrol(&served, &mentoring, &[&li]).await.unwrap();
        refused(enrol(&served, &mentoring, &[&li]).await, &[("persons[0]", "ENROLLED")]);
        unmet(enrolments(&served).record_outcomes(outcomes(&mentoring, &[(&li, pb::TrainingOutcome::Passed, 0)])).await, "NOT_BEGUN");
        refused(enrolments(&served).record_outcomes(outcomes(&mentoring, &[(&li, pb::TrainingOutcome::Passed, 1)])).await, &[("rows[0].place", "NO_ARENA")]);
        on(bed, (2023, 4, 1));
        refused(enrolments(&served).record_outcomes(outcomes(&mentoring, &[(&zhao, pb::TrainingOutcome::Passed, 0)])).await, &[("rows[0].person", "NOT_ENROLLED")]);
        let all = pb::ListEnrolmentsRequest { parent: format!("{DISTRICT}/trainings/-"), ..Default::default() };
        refused(enrolments(&served).list_enrolments(all).await, &[("person", "REQUIRED")]);
        let list = pb::ListTrainingsRequest { parent: DISTRICT.to_owned(), kind: pb::TrainingKind::Lecture.into(), ..Default::default() };
        let mut client = TrainingServiceClient::new(served.channel());
        assert!(client.list_trainings(list.clone()).await.unwrap().into_inner().trainings.is_empty());
        let list = pb::ListTrainingsRequest { kind: 0, from_date: Some(date((2023, 4, 3))), ..list };
        assert_eq!(client.list_trainings(list).await.unwrap().into_inner().trainings.len(), 1);
    }

    // S9, H10: trainings are shown beside the weak points of the latest result
    async fn trainings_stand_beside_the_weak_points_of_the_latest_result(bed: &Bed) {
        let served = fake::start(bed).await;
        let wang = add(&served, person("王", vec![head("finance", (2020, 1, 1), None)])).await.name;
        put_run(&served, DISTRICT, "r1", "2023Q1").await;
        publish(&served, DISTRICT, "r1", "finance", 1).await;
        archived(&served, &wang, 1).await;
        let point = |name: &str, behind: &str| scoring::FeedbackPoint {
            display_name: name.to_owned(),
            path: vec!["经济发展".to_owned()],
            points: Some(decimal("4")),
            track_mean: Some(decimal("6")),
            behind: Some(decimal(behind)),
            ..Default::default()
        };
        let result = format!("{DISTRICT}/runs/r1/results/finance");
        let name = format!("{result}/feedback");
        let feedback = scoring::Feedback { name: name.clone(), weak_points: vec![point("招商引资", "2"), point("固定资产投资", "1")], ..Default::default() };
        served.put("scoring", &name, &feedback).await;
        let lecture = offer(&served, training(pb::TrainingKind::Lecture, "招商大讲堂")).await.unwrap();
        enrol(&served, &lecture.name, &[&wang]).await.unwrap();
        enrolments(&served).record_attendance(attendance(&lecture.name, (2023, 4, 1), &[(&wang, pb::Presence::Present)])).await.unwrap();
        let get = pb::GetDevelopmentRequest { name: format!("{wang}/development") };
        let mut client = DevelopmentServiceClient::new(served.channel());
        let it = client.get_development(get).await.unwrap().into_inner();
        assert_eq!((it.result.as_str(), it.trainings.len(), it.trainings[0].present_count), (result.as_str(), 1, 1));
        let weak: Vec<_> = it.weak_points.iter().map(|it| (it.display_name.as_str(), it.trainings.len())).collect();
        assert_eq!(weak, [("招商引资", 1), ("固定资产投资", 0)]);
        let nobody = pb::GetDevelopmentRequest { name: format!("{DISTRICT}/persons/nobody/development") };
        assert_eq!(client.get_development(nobody).await.unwrap_err().code(), Code::NotFound);
    }
}
