//! Rectifications: from the letter through plan and report to the review, and who is spoken to
//! when a unit is late.

use kit::testing::{Bed, Channel, Served, eventually};
use proto::google::r#type::Date;
use proto::notification::v1 as pb;
use proto::notification::v1::document_service_client::DocumentServiceClient;
use proto::notification::v1::rectification::State;
use proto::notification::v1::rectification_service_client::RectificationServiceClient;
use proto::notification::v1::rectification_step::Kind;
use tonic::Code;

use crate::data::{DISTRICT, behind, issued, put_oversight, put_units, raise};
use crate::{denied, fake, refused};

fn client(served: &Served) -> RectificationServiceClient<Channel> {
    RectificationServiceClient::new(served.channel())
}

fn day(month: i32, day: i32) -> Option<Date> {
    Some(Date { year: 2023, month, day })
}

fn name(letter: i32) -> String {
    format!("{DISTRICT}/rectifications/{letter}")
}

fn plan(letter: i32, due_date: Option<Date>) -> pb::SubmitPlanRequest {
    let text = "成立专班，倒排工期，六月底前追平进度。".to_owned();
    pb::SubmitPlanRequest { name: name(letter), text, due_date, ..Default::default() }
}

fn report(letter: i32, sha256: &str) -> pb::ReportRectificationRequest {
    let evidence =
        pb::Evidence { title: "完成情况台账".to_owned(), sha256: sha256.to_owned() };
    pb::ReportRectificationRequest {
        name: name(letter),
        text: "已追平时序进度。".to_owned(),
        evidence: vec![evidence],
        ..Default::default()
    }
}

fn review(letter: i32, accepted: bool, due_date: Option<Date>) -> pb::ReviewRectificationRequest {
    let text = "经现场复核。".to_owned();
    pb::ReviewRectificationRequest {
        name: name(letter),
        accepted,
        text,
        due_date,
        ..Default::default()
    }
}

async fn get(served: &Served, letter: i32) -> pb::Rectification {
    let request = pb::GetRectificationRequest { name: name(letter) };
    client(served).get_rectification(request).await.unwrap().into_inner()
}

/// Waits until a letter's rectification has so many steps.
async fn stepped(served: &Served, letter: i32, count: usize) -> pb::Rectification {
    eventually(async || {
        let found = get(served, letter).await;
        assert!(found.steps.len() <= count, "{} steps", found.steps.len());
        (found.steps.len() == count).then_some(found)
    })
    .await
}

async fn overdue(served: &Served) -> Vec<String> {
    let mut names = Vec::new();
    let mut page_token = String::new();
    loop {
        let request =
            pb::ListOverdueRequest { parent: DISTRICT.to_owned(), page_size: 2, page_token };
        let reply = client(served).list_overdue(request).await.unwrap().into_inner();
        names.extend(reply.rectifications.into_iter().map(|it| it.name));
        page_token = reply.next_page_token;
        if page_token.is_empty() {
            return names;
        }
    }
}

async fn ageing(served: &Served) -> pb::Ageing {
    let request = pb::GetAgeingRequest { parent: DISTRICT.to_owned() };
    client(served).get_ageing(request).await.unwrap().into_inner()
}

kit::both! {
    // H7, X10
    async fn a_letter_is_rectified_reported_sent_back_and_closed(bed: &Bed) {
        let served = fake::start(bed).await;
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        let letter = issued(&served, DISTRICT, 1).await.remove(0);
        let opened = get(&served, 1).await;
        assert_eq!((opened.state(), &opened.letter), (State::AwaitingPlan, &letter.name));
        assert_eq!((opened.due_date, &opened.recipient), (letter.due_date, &letter.recipient));

        let digest = "ab".repeat(32);
        let early = client(&served).report_rectification(report(1, &digest)).await;
        denied(early, Code::FailedPrecondition, "WRONG_STATE");
        let past = client(&served).submit_plan(plan(1, day(3, 31))).await;
        refused(past, &[("due_date", "OUT_OF_RANGE")]);
        let mut request = plan(1, day(6, 30));
        request.request_id = uuid::Uuid::new_v4().to_string();
        let planned = client(&served).submit_plan(request.clone()).await.unwrap().into_inner();
        assert_eq!((planned.state(), planned.due_date), (State::UnderWay, day(6, 30)));
        assert_eq!(client(&served).submit_plan(request).await.unwrap().into_inner(), planned);

        let vague = client(&served).report_rectification(report(1, "0xAB")).await;
        refused(vague, &[("evidence[0].sha256", "SHA256_FORMAT")]);
        client(&served).report_rectification(report(1, &digest)).await.unwrap();
        let idle = client(&served).review_rectification(review(1, false, None)).await;
        refused(idle, &[("due_date", "REQUIRED")]);
        let both = client(&served).review_rectification(review(1, true, day(7, 1))).await;
        refused(both, &[("due_date", "NOT_ALLOWED")]);
        let back = client(&served).review_rectification(review(1, false, day(7, 15))).await;
        assert_eq!(back.unwrap().into_inner().state(), State::UnderWay);
        client(&served).report_rectification(report(1, &digest)).await.unwrap();
        let closed = client(&served).review_rectification(review(1, true, None)).await;
        let closed = closed.unwrap().into_inner();
        assert_eq!(closed.state(), State::Closed);
        let kinds: Vec<_> = closed.steps.iter().map(|it| it.kind()).collect();
        assert_eq!(
            kinds,
            [Kind::Planned, Kind::Reported, Kind::Returned, Kind::Reported, Kind::Accepted]
        );
        assert_eq!(closed.steps[1].evidence[0].sha256, digest);
        let again = client(&served).review_rectification(review(1, true, None)).await;
        denied(again, Code::FailedPrecondition, "WRONG_STATE");
        let absent = pb::GetRectificationRequest { name: name(2) };
        denied(client(&served).get_rectification(absent).await, Code::NotFound, "");
        assert_eq!(get(&served, 1).await, closed);
        // The unit finds in its inbox what the office says of it.
        let notes = crate::inbox::notes(&served, "transport", true).await;
        let told: Vec<_> = notes.iter().map(|it| (it.kind(), &*it.source, &*it.text)).collect();
        let kind = pb::note::Kind::RectificationReviewed;
        assert_eq!(
            told,
            [
                (kind, &*closed.name, "整改被退回，请于2023年7月15日前重新报送：经现场复核。"),
                (kind, &*closed.name, "整改已通过审核，予以销号：经现场复核。"),
            ]
        );
    }

    // H7, X10: each problem that a bulletin names to a unit is followed from the plan to the review.
    async fn problems_that_a_document_names_are_followed_to_their_end(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        put_oversight(&served, DISTRICT).await;
        let to = |unit: &str, problem: &str| pb::DocumentRecipient {
            unit: format!("{DISTRICT}/units/{unit}"),
            problem: problem.to_owned(),
            ..Default::default()
        };
        let bulletin = pb::Document {
            kind: pb::DocumentKind::SpecialBulletin.into(),
            recipients: vec![to("office", ""), to("transport", "两处工地停工未报。"), to("water", "材料不合格")],
            fields: vec![
                crate::document::text("matter", "项目建设专项督查"),
                crate::document::text("situation", "对3个单位开展督查，反馈问题2项。"),
            ],
            ..Default::default()
        };
        let undated = crate::document::issue(&served, bulletin.clone()).await;
        refused(undated, &[("document.due_date", "REQUIRED")]);
        let bulletin = pb::Document { due_date: day(4, 10), ..bulletin };
        let issued = crate::document::issue(&served, bulletin).await.unwrap();
        assert_eq!(issued.recipients[1].problem, "两处工地停工未报。");

        let request =
            pb::ListRectificationsRequest { parent: DISTRICT.to_owned(), ..Default::default() };
        let found = client(&served).list_rectifications(request).await.unwrap().into_inner();
        let problem = |place: i32| format!("{DISTRICT}/rectifications/d1-{place}");
        let told: Vec<_> = found
            .rectifications
            .iter()
            .map(|it| (it.name.clone(), &*it.letter, &*it.problem, it.state(), it.due_date))
            .collect();
        let asked = (&*issued.name, State::AwaitingPlan, day(4, 10));
        assert_eq!(
            told,
            [
                (problem(2), asked.0, "两处工地停工未报。", asked.1, asked.2),
                (problem(3), asked.0, "材料不合格", asked.1, asked.2),
            ]
        );
        let of = |letter: &str| pb::ListRectificationsRequest {
            parent: DISTRICT.to_owned(),
            letter: letter.to_owned(),
            ..Default::default()
        };
        let same = client(&served).list_rectifications(of(&issued.name)).await.unwrap();
        assert_eq!(same.into_inner(), found);
        let other = client(&served).list_rectifications(of(&format!("{DISTRICT}/letters/1"))).await;
        assert!(other.unwrap().into_inner().rectifications.is_empty());
        refused(client(&served).list_rectifications(of("1")).await, &[("letter", "NAME_FORMAT")]);
        let at = |name: String| pb::GetRectificationRequest { name };
        denied(client(&served).get_rectification(at(problem(1))).await, Code::NotFound, "");

        let planned = pb::SubmitPlanRequest { name: problem(3), ..plan(1, day(4, 20)) };
        client(&served).submit_plan(planned).await.unwrap();
        let reported = pb::ReportRectificationRequest { name: problem(3), ..report(1, &"ab".repeat(32)) };
        client(&served).report_rectification(reported).await.unwrap();
        let accepted = pb::ReviewRectificationRequest { name: problem(3), ..review(1, true, None) };
        let closed = client(&served).review_rectification(accepted).await.unwrap().into_inner();
        assert_eq!((closed.state(), closed.steps.len()), (State::Closed, 3));

        // The other is late, and its head is told which problem it is.
        bed.clock().set("2023-04-10T16:00:00Z".parse().unwrap());
        let late = eventually(async || {
            let found = client(&served).get_rectification(at(problem(2))).await;
            let found = found.unwrap().into_inner();
            (found.steps.len() == 1).then_some(found)
        })
        .await;
        assert_eq!(late.escalation_level(), pb::EscalationLevel::UnitHead);
        assert_eq!(overdue(&served).await, [problem(2)]);
        let request = pb::GetDocumentRequest { name: format!("{DISTRICT}/documents/2"), ..Default::default() };
        let mut documents = DocumentServiceClient::new(served.channel());
        let told = documents.get_document(request).await.unwrap().into_inner();
        assert_eq!((told.kind(), &told.source), (pb::DocumentKind::SupervisionLetter, &problem(2)));
        assert_eq!(told.recipients[0].role(), pb::RecipientRole::UnitHead);
        let body = &told.texts[0].body;
        assert!(body.contains("现已逾期。其中问题：两处工地停工未报。"), "{body}");
        assert!(told.texts[1].body.contains("The problem is: 两处工地停工未报"), "{:?}", told.texts[1]);
    }

    // H7: the unit itself, whoever is in charge of it or of the one above, the office.
    async fn each_level_is_written_to_once(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        put_oversight(&served, DISTRICT).await;
        raise(&served, behind(DISTRICT, 1, "road-bureau")).await;
        issued(&served, DISTRICT, 1).await;
        bed.clock().set("2023-04-08T16:00:00Z".parse().unwrap());
        stepped(&served, 1, 1).await;
        bed.clock().set("2023-04-11T00:00:00Z".parse().unwrap());
        stepped(&served, 1, 2).await;
        bed.clock().set("2023-04-15T00:00:00Z".parse().unwrap());
        stepped(&served, 1, 3).await;
        let request =
            pb::ListDocumentsRequest { parent: DISTRICT.to_owned(), ..Default::default() };
        let mut documents = DocumentServiceClient::new(served.channel());
        let found = documents.list_documents(request).await.unwrap().into_inner().documents;
        let units: Vec<_> =
            found.iter().map(|it| it.recipients[0].unit_display_name.as_str()).collect();
        assert_eq!(units, ["公路段", "水利局", "考核办"]);
        for it in &found {
            assert_eq!((it.kind(), &it.source), (pb::DocumentKind::SupervisionLetter, &name(1)));
            let body = &it.texts[0].body;
            assert!(body.contains("应于2023年4月8日前提交整改方案，现已逾期"), "{body}");
            let body = &it.texts[1].body;
            assert!(body.contains("was to hand in its plan of correction by 8 April 2023"), "{body}");
            assert!(!body.contains("逾期"), "{body}");
        }
        let english = &found[0].texts[1].body;
        let letter = issued(&served, DISTRICT, 1).await.remove(0);
        assert!(english.contains(&letter.translations[0].subject), "{english}");
        assert!(english.contains("asked to see that it reports at once"), "{english}");
        assert!(found[1].texts[0].body.contains("请分管领导督促"), "{:?}", found[1].texts[0]);
    }

    // H7: a trigger writes in the place of the built-in letter only where its condition holds, and a
    // level at which nobody stands says so.
    async fn a_level_is_written_to_by_a_trigger_or_says_that_it_is_vacant(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let relation = pb::trigger_recipient::Relation::Named;
        let office = pb::Trigger {
            display_name: "逾期整改报考核办".to_owned(),
            event_type: "saima.notification.v1.RectificationEscalated".to_owned(),
            condition: "resource.escalation_level == 'ESCALATION_LEVEL_OFFICE'".to_owned(),
            document_kind: pb::DocumentKind::TalkNotice.into(),
            recipients: vec![pb::TriggerRecipient {
                relation: relation.into(),
                unit: format!("{DISTRICT}/units/office"),
                ..Default::default()
            }],
            fields: ["matter", "ground", "time", "place", "talker"]
                .map(|it| crate::document::text(it, "整改逾期"))
                .to_vec(),
            ..Default::default()
        };
        crate::trigger::create(&served, "late", office).await.unwrap();
        crate::trigger::enable(&served, "late").await;
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        issued(&served, DISTRICT, 1).await;
        for (at, count) in [("2023-04-08T16:00:00Z", 1), ("2023-04-11T00:00:00Z", 2), ("2023-04-15T00:00:00Z", 3)] {
            bed.clock().set(at.parse().unwrap());
            stepped(&served, 1, count).await;
        }
        let kinds = eventually(async || {
            let request =
                pb::ListDocumentsRequest { parent: DISTRICT.to_owned(), ..Default::default() };
            let mut documents = DocumentServiceClient::new(served.channel());
            let found = documents.list_documents(request).await.unwrap().into_inner().documents;
            let kinds: Vec<_> = found.iter().map(|it| it.kind()).collect();
            (kinds.len() >= 2).then_some(kinds)
        })
        .await;
        assert_eq!(kinds, [pb::DocumentKind::SupervisionLetter, pb::DocumentKind::TalkNotice]);
        // Nobody is in charge of the transport department, and no unit stands above it.
        let texts: Vec<_> = get(&served, 1).await.steps.into_iter().map(|it| it.text).collect();
        assert_eq!(texts[0], "");
        assert!(texts[1].starts_with("空缺：未设分管领导"), "{texts:?}");
        assert_eq!(texts[2], "");
        // Without the trigger it is the office that is missing.
        let request = pb::DisableTriggerRequest {
            name: format!("{DISTRICT}/triggers/late"),
            ..Default::default()
        };
        crate::trigger::client(&served).disable_trigger(request).await.unwrap();
        raise(&served, behind(DISTRICT, 2, "transport")).await;
        issued(&served, DISTRICT, 2).await;
        for (at, count) in [("2023-05-01T00:00:00Z", 1), ("2023-05-02T00:00:00Z", 2), ("2023-05-10T00:00:00Z", 3)] {
            bed.clock().set(at.parse().unwrap());
            stepped(&served, 2, count).await;
        }
        assert_eq!(get(&served, 2).await.steps[2].text, "空缺：未设考核办，未发督办函");
    }

    // H7, X10: one level at a time, each once, on the district's own day.
    async fn who_is_late_is_spoken_to_one_level_higher_at_a_time(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        for id in 1..=3 {
            raise(&served, behind(DISTRICT, id, "transport")).await;
        }
        issued(&served, DISTRICT, 3).await;
        // Letters of the first of April are due on the eighth; the ninth begins at 16:00 UTC.
        bed.clock().set("2023-04-08T15:59:59Z".parse().unwrap());
        assert_eq!(overdue(&served).await, Vec::<String>::new());
        client(&served).submit_plan(plan(2, day(4, 20))).await.unwrap();
        bed.clock().set("2023-04-08T16:00:00Z".parse().unwrap());
        let first = stepped(&served, 1, 1).await;
        assert_eq!(first.escalation_level(), pb::EscalationLevel::UnitHead);
        stepped(&served, 3, 1).await;
        assert_eq!(overdue(&served).await, [name(1), name(3)]);

        // Even when it was away for long, it climbs one level a day.
        bed.clock().set("2023-04-30T00:00:00Z".parse().unwrap());
        let second = stepped(&served, 1, 2).await;
        assert_eq!(second.escalation_level(), pb::EscalationLevel::LeaderInCharge);
        stepped(&served, 2, 2).await;
        stepped(&served, 3, 2).await;
        assert_eq!(overdue(&served).await, [name(1), name(3), name(2)]);
        bed.clock().set("2023-05-01T00:00:00Z".parse().unwrap());
        let third = stepped(&served, 1, 3).await;
        assert_eq!(third.escalation_level(), pb::EscalationLevel::Office);
        let levels: Vec<_> = third.steps.iter().map(|it| it.level).collect();
        assert_eq!(levels, [1, 2, 3]);
        assert!(third.steps.iter().all(|it| it.kind() == Kind::Escalated));
        stepped(&served, 2, 3).await;
        stepped(&served, 3, 3).await;

        let expected = pb::Ageing {
            awaiting_plan_count: 2,
            under_way_count: 1,
            overdue_month_count: 3,
            ..Default::default()
        };
        assert_eq!(ageing(&served).await, expected);
        // A plan, late as it is, begins anew.
        let planned = client(&served).submit_plan(plan(1, day(5, 2))).await.unwrap().into_inner();
        assert_eq!(planned.escalation_level(), pb::EscalationLevel::Unspecified);
        bed.clock().set("2023-05-03T00:00:00Z".parse().unwrap());
        let late = stepped(&served, 1, 5).await;
        assert_eq!(late.escalation_level(), pb::EscalationLevel::UnitHead);
        let request = pb::ListRectificationsRequest {
            parent: DISTRICT.to_owned(),
            recipient: format!("{DISTRICT}/units/transport"),
            state: State::UnderWay.into(),
            ..Default::default()
        };
        let found = client(&served).list_rectifications(request).await.unwrap().into_inner();
        let names: Vec<_> = found.rectifications.into_iter().map(|it| it.name).collect();
        assert_eq!(names, [name(1), name(2)]);
    }
}
