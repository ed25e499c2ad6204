//! Triggers: checked when they are saved, tried over what was, and at work.

use kit::testing::{Bed, Channel, Served, eventually};
use prost_types::FieldMask;
use proto::google::r#type::Date;
use proto::notification::v1 as pb;
use proto::notification::v1::document_service_client::DocumentServiceClient;
use proto::notification::v1::trigger_recipient::Relation;
use proto::notification::v1::trigger_service_client::TriggerServiceClient;
use proto::registry::v1 as registry;
use proto::scoring::v1 as scoring;
use tonic::{Code, Status};

use crate::data::{DISTRICT, behind, decimal, issued, put_oversight, put_units, raise};
use crate::document::{list, text};
use crate::{denied, fake, refused};

fn client(served: &Served) -> TriggerServiceClient<Channel> {
    TriggerServiceClient::new(served.channel())
}

fn unit(id: &str) -> String {
    format!("{DISTRICT}/units/{id}")
}

fn name(id: &str) -> String {
    format!("{DISTRICT}/triggers/{id}")
}

fn to(relation: Relation) -> pb::TriggerRecipient {
    pb::TriggerRecipient { relation: relation.into(), ..Default::default() }
}

fn named(id: &str) -> pb::TriggerRecipient {
    pb::TriggerRecipient { unit: unit(id), ..to(Relation::Named) }
}

/// A yellow card leads to a notice to the unit and the office.
pub(crate) fn yellow() -> pb::Trigger {
    pb::Trigger {
        display_name: "黄牌警告".to_owned(),
        event_type: "saima.scoring.v1.CardIssued".to_owned(),
        condition: "resource.kind == 'KIND_YELLOW_CARD'".to_owned(),
        document_kind: pb::DocumentKind::YellowCardNotice.into(),
        recipients: vec![to(Relation::Unit), named("office")],
        fields: vec![
            text("matter", "{{ resource.unit_display_name }}工作滞后"),
            text("ground", "{% for it in resource.ground %}{{ it }}；{% endfor %}"),
            list(
                "demands",
                &["限期整改", "{% if resource.reason %}{{ resource.reason }}{% endif %}"],
            ),
        ],
        due_days: 7,
        ..Default::default()
    }
}

/// The cards of a day are told in one slip.
fn daily(recipients: Vec<pb::TriggerRecipient>) -> pb::Trigger {
    pb::Trigger {
        display_name: "每日黄牌汇总".to_owned(),
        event_type: "saima.scoring.v1.CardIssued".to_owned(),
        document_kind: pb::DocumentKind::ReminderSlip.into(),
        recipients,
        fields: vec![text("matter", "黄牌整改"), list("items", &["{{ name }}"])],
        digest_hours: 24,
        ..Default::default()
    }
}

pub(crate) async fn create(
    served: &Served,
    id: &str,
    trigger: pb::Trigger,
) -> Result<pb::Trigger, Status> {
    let request = pb::CreateTriggerRequest {
        parent: DISTRICT.to_owned(),
        trigger_id: id.to_owned(),
        trigger: Some(trigger),
        ..Default::default()
    };
    client(served).create_trigger(request).await.map(|it| it.into_inner())
}

async fn enable(served: &Served, id: &str) -> pb::Trigger {
    let request = pb::EnableTriggerRequest { name: name(id), ..Default::default() };
    client(served).enable_trigger(request).await.unwrap().into_inner()
}

async fn simulate(served: &Served, trigger: pb::Trigger) -> pb::SimulateTriggerResponse {
    let request = pb::SimulateTriggerRequest {
        parent: DISTRICT.to_owned(),
        trigger: Some(trigger),
        ..Default::default()
    };
    client(served).simulate_trigger(request).await.unwrap().into_inner()
}

/// Lets scoring issue a card.
async fn issue_card(served: &Served, id: i32, kind: scoring::card::Kind, unit_id: &str) {
    let card = scoring::Card {
        name: format!("{DISTRICT}/cards/{id}"),
        kind: kind.into(),
        unit: unit(unit_id),
        unit_display_name: "交通局".to_owned(),
        period: format!("{DISTRICT}/periods/2023-03"),
        ground: vec!["三色榜连续两月列红榜".to_owned()],
        ..Default::default()
    };
    let name = card.name.clone();
    let resource = scoring::change::Resource::Card(card);
    fake::publish(served, "saima.scoring.v1.CardIssued", &name, resource).await;
}

async fn documents(served: &Served, count: usize) -> Vec<pb::Document> {
    eventually(async || {
        let request =
            pb::ListDocumentsRequest { parent: DISTRICT.to_owned(), ..Default::default() };
        let mut client = DocumentServiceClient::new(served.channel());
        let found = client.list_documents(request).await.unwrap().into_inner().documents;
        assert!(found.len() <= count, "{} documents instead of {count}", found.len());
        (found.len() == count).then_some(found)
    })
    .await
}

async fn tasks(
    served: &Served,
    id: &str,
    ready: impl Fn(&[pb::TriggerTask]) -> bool,
) -> Vec<pb::TriggerTask> {
    eventually(async || {
        let request = pb::ListTriggerTasksRequest { parent: name(id), ..Default::default() };
        let found = client(served).list_trigger_tasks(request).await.unwrap().into_inner().tasks;
        ready(&found).then_some(found)
    })
    .await
}

fn units(document: &pb::Document) -> Vec<&str> {
    document.recipients.iter().map(|it| it.unit_display_name.as_str()).collect()
}

kit::both! {
    // Q6, H5: faults are named when a trigger is saved.
    async fn a_trigger_is_checked_when_it_is_saved(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let wrong = pb::Trigger {
            condition: "resource.kind == 'YELLOW' && resource.pace > 3".to_owned(),
            recipients: vec![],
            fields: vec![
                text("matter", "{{ resource.unit_name }}"),
                list("demands", &["{{ 1 + 1 }}"]),
                text("grund", "x"),
            ],
            ..yellow()
        };
        let said = refused(create(&served, "yellow", wrong).await, &[
            ("trigger.condition", "UNKNOWN_VALUE"),
            ("trigger.condition", "UNKNOWN_FACT"),
            ("trigger.recipients", "REQUIRED"),
            ("trigger.fields[grund]", "UNKNOWN_FIELD"),
            ("trigger.fields[ground]", "REQUIRED"),
            ("trigger.fields[demands]", "TEMPLATE_SYNTAX"),
            ("trigger.fields[matter]", "UNKNOWN_VARIABLE"),
        ]);
        assert!(said.contains("KIND_YELLOW_CARD"), "{said}");
        let wrong = pb::Trigger { event_type: "saima.scoring.v1.CardEaten".to_owned(), ..yellow() };
        let outcome = create(&served, "yellow", wrong).await;
        refused(outcome, &[("trigger.event_type", "UNKNOWN_EVENT_TYPE")]);
        let wrong = pb::Trigger { recipients: vec![named("nobody")], ..yellow() };
        let outcome = create(&served, "yellow", wrong).await;
        refused(outcome, &[("trigger.recipients[0].unit", "UNKNOWN_UNIT")]);
        let wrong = pb::Trigger {
            recipients: vec![pb::TriggerRecipient { unit: unit("office"), ..to(Relation::Unit) }],
            delay_hours: -1,
            ..yellow()
        };
        refused(create(&served, "yellow", wrong).await, &[
            ("trigger.recipients[0].unit", "NOT_ALLOWED"),
            ("trigger.delay_hours", "OUT_OF_RANGE"),
        ]);
        let request = pb::GetTriggerRequest { name: name("yellow") };
        denied(client(&served).get_trigger(request).await, Code::NotFound, "");
    }

    // Q6, H5: whom it would have written to is known before it is switched on.
    async fn a_trigger_is_tried_over_past_events(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        issue_card(&served, 1, scoring::card::Kind::YellowCard, "transport").await;
        issue_card(&served, 2, scoring::card::Kind::RedFlag, "water").await;
        issue_card(&served, 3, scoring::card::Kind::YellowCard, "gone").await;
        let told = simulate(&served, yellow()).await;
        assert_eq!((told.event_count, told.match_count, told.truncated), (3, 2, false));
        let [first, second] = &told.trials[..] else { panic!("{told:?}") };
        assert_eq!(first.event_name, format!("{DISTRICT}/cards/1"));
        let names: Vec<_> = first.recipients.iter().map(|it| it.unit.clone()).collect();
        assert_eq!(names, [unit("transport"), unit("office")]);
        assert!(first.fields.contains(&text("ground", "三色榜连续两月列红榜；")), "{first:?}");
        assert!(second.fault.contains("there is no unit gone"), "{second:?}");
        // The saved one alone by its name; outside the time nothing is looked at.
        create(&served, "yellow", yellow()).await.unwrap();
        let saved = pb::Trigger { name: name("yellow"), ..Default::default() };
        assert_eq!(simulate(&served, saved.clone()).await, told);
        let request = pb::SimulateTriggerRequest {
            parent: DISTRICT.to_owned(),
            trigger: Some(saved),
            end_time: Some(prost_types::Timestamp { seconds: 1, nanos: 0 }),
            ..Default::default()
        };
        let none = client(&served).simulate_trigger(request).await.unwrap().into_inner();
        assert_eq!(none, pb::SimulateTriggerResponse::default());
        documents(&served, 0).await;
    }

    // Q6, H7: each event once, whatever restarts; what was before it was enabled is not written.
    async fn an_enabled_trigger_writes_each_event_once(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        create(&served, "yellow", yellow()).await.unwrap();
        issue_card(&served, 1, scoring::card::Kind::YellowCard, "transport").await;
        // A later event has come when an earlier one has been looked at.
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        issued(&served, DISTRICT, 1).await;
        enable(&served, "yellow").await;
        issue_card(&served, 2, scoring::card::Kind::YellowCard, "transport").await;
        issue_card(&served, 2, scoring::card::Kind::YellowCard, "transport").await;
        issue_card(&served, 3, scoring::card::Kind::RedFlag, "transport").await;
        issue_card(&served, 4, scoring::card::Kind::YellowCard, "water").await;
        let found = documents(&served, 2).await;
        let sources: Vec<_> = found.iter().map(|it| it.source.clone()).collect();
        assert!(sources.contains(&format!("{DISTRICT}/cards/2")), "{sources:?}");
        let notice = found.iter().find(|it| it.source.ends_with("/2")).unwrap();
        assert_eq!((notice.cause.clone(), units(notice)), (name("yellow"), vec!["交通局", "考核办"]));
        assert_eq!(notice.due_date, Some(Date { year: 2023, month: 4, day: 8 }));
        assert_eq!(notice.period, format!("{DISTRICT}/periods/2023-03"));
        assert!(notice.number.starts_with("黄牌〔2023〕"), "{}", notice.number);
        assert!(notice.texts[0].body.contains("三色榜连续两月列红榜"), "{:?}", notice.texts[0]);
        // The item that had nothing to say is left out.
        assert!(notice.fields.contains(&list("demands", &["限期整改"])), "{:?}", notice.fields);
        served.stop().await;
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        issue_card(&served, 5, scoring::card::Kind::YellowCard, "water").await;
        documents(&served, 3).await;
        let off = pb::DisableTriggerRequest { name: name("yellow"), ..Default::default() };
        client(&served).disable_trigger(off.clone()).await.unwrap();
        let twice = client(&served).disable_trigger(off).await;
        denied(twice, Code::FailedPrecondition, "NOT_ENABLED");
        documents(&served, 3).await;
    }

    // Q6, H7: it waits for its time; what cannot be written is held with its reason.
    async fn a_trigger_waits_and_holds_with_a_reason(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let slow = pb::Trigger { delay_hours: 48, ..yellow() };
        create(&served, "slow", slow).await.unwrap();
        enable(&served, "slow").await;
        issue_card(&served, 1, scoring::card::Kind::YellowCard, "transport").await;
        issue_card(&served, 2, scoring::card::Kind::YellowCard, "projects").await;
        let waiting = tasks(&served, "slow", |it| it.len() == 2).await;
        assert!(waiting.iter().all(|it| it.fault.is_empty()));
        assert_eq!(waiting[0].due_time.as_ref().unwrap().seconds, 1_680_307_200 + 48 * 3600);
        documents(&served, 0).await;
        bed.clock().set("2023-04-03T00:00:00Z".parse().unwrap());
        let notice = documents(&served, 1).await.remove(0);
        assert_eq!(units(&notice), ["交通局", "考核办"]);
        let held = tasks(&served, "slow", |it| it.len() == 1 && !it[0].fault.is_empty()).await;
        assert!(held[0].fault.contains("there is no unit projects"), "{held:?}");
        // The registry hears of the unit, and ten minutes later the notice goes out.
        let known = registry::Unit {
            name: unit("projects"),
            display_name: "项目办".to_owned(),
            ..Default::default()
        };
        let office = registry::Unit {
            name: unit("office"),
            display_name: "考核办".to_owned(),
            ..Default::default()
        };
        let reply =
            registry::ListUnitsResponse { units: vec![known, office], ..Default::default() };
        served.put("registry", &format!("{DISTRICT}/units"), &reply).await;
        bed.clock().set("2023-04-03T00:10:00Z".parse().unwrap());
        let found = documents(&served, 2).await;
        assert!(found.iter().any(|it| units(it) == ["项目办", "考核办"]));
        tasks(&served, "slow", |it| it.is_empty()).await;
    }

    // H12: a result is fed back with its weak points and from whom to learn.
    async fn results_are_fed_back_by_a_trigger(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let trigger = pb::Trigger {
            display_name: "结果反馈".to_owned(),
            event_type: "saima.scoring.v1.ResultPublished".to_owned(),
            document_kind: pb::DocumentKind::ResultFeedback.into(),
            recipients: vec![to(Relation::Unit)],
            fields: vec![
                text("result", "得分{{ resource.score }}"),
                list("weak_points", &["{% for it in feedback.weak_points %}{{ it.display_name }}：失{{ it.lost }}分\n{% endfor %}"]),
                list("suggestions", &["{% for it in feedback.weak_points %}向{{ it.best_unit_display_name }}学习{{ it.display_name }}\n{% endfor %}"]),
            ],
            ..Default::default()
        };
        create(&served, "feedback", trigger).await.unwrap();
        enable(&served, "feedback").await;
        let result = scoring::Result {
            name: format!("{DISTRICT}/runs/1/results/water"),
            unit: unit("water"),
            score: decimal("71.350"),
            ..Default::default()
        };
        let weak = |display_name: &str, lost: &str| scoring::FeedbackPoint {
            display_name: display_name.to_owned(),
            lost: decimal(lost),
            best_unit_display_name: "交通局".to_owned(),
            ..Default::default()
        };
        let feedback = scoring::Feedback {
            weak_points: vec![weak("固定资产投资", "5.5"), weak("招商引资", "2")],
            ..Default::default()
        };
        served.put("scoring", &format!("{}/feedback", result.name), &feedback).await;
        let run = scoring::Run {
            name: format!("{DISTRICT}/runs/1"),
            period: format!("{DISTRICT}/periods/2023Q1"),
            ..Default::default()
        };
        served.put("scoring", &run.name, &run).await;
        let event = result.name.clone();
        let resource = scoring::change::Resource::Result(result);
        fake::publish(&served, "saima.scoring.v1.ResultPublished", &event, resource).await;
        let document = documents(&served, 1).await.remove(0);
        assert_eq!(units(&document), ["水利局"]);
        for said in [
            "关于2023年第一季度考核结果的反馈",
            "得分71.35",
            "（1）固定资产投资：失5.5分",
            "（2）招商引资：失2分",
            "向交通局学习招商引资",
        ] {
            let text = &document.texts[0];
            assert!(text.body.contains(said) || text.subject == said, "{said}: {text:?}");
        }
    }

    // Q3, H5, H7: from registry's feed and from notification's own; by relation.
    async fn orders_warnings_and_escalations_reach_whom_they_concern(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let order = pb::Trigger {
            display_name: "责任令".to_owned(),
            event_type: "saima.registry.v1.OrderCreated".to_owned(),
            condition: "resource.kind == 'ORDER_KIND_RESPONSIBILITY' && resource.deadline > '2023-06-30'".to_owned(),
            document_kind: pb::DocumentKind::ResponsibilityOrder.into(),
            recipients: vec![to(Relation::Unit)],
            fields: vec![
                text("task", "{{ resource.target_effect }}"),
                text("target_effect", "{{ resource.target_effect }}"),
                text("leader", "主要负责同志"),
                list("measures", &["{{ resource.deadline }}前完成"]),
            ],
            due_days: 30,
            ..Default::default()
        };
        create(&served, "orders", order).await.unwrap();
        enable(&served, "orders").await;
        let order = registry::Order {
            name: format!("{DISTRICT}/orders/ring-road"),
            kind: registry::OrderKind::Responsibility.into(),
            lead_unit: unit("transport"),
            deadline: Some(Date { year: 2023, month: 12, day: 20 }),
            target_effect: "环城路全线通车".to_owned(),
            ..Default::default()
        };
        let event = order.name.clone();
        let resource = registry::change::Resource::Order(order);
        fake::announce(&served, "saima.registry.v1.OrderCreated", &event, resource).await;
        let document = documents(&served, 1).await.remove(0);
        assert_eq!((document.kind(), units(&document)), (pb::DocumentKind::ResponsibilityOrder, vec!["交通局"]));
        assert!(document.texts[0].body.contains("2023年12月20日前完成"), "{:?}", document.texts[0]);

        let copy = pb::Trigger {
            display_name: "抄送评价单位和主管单位".to_owned(),
            event_type: "saima.scoring.v1.WarningRaised".to_owned(),
            condition: "has(resource.pace) && resource.pace < 70".to_owned(),
            document_kind: pb::DocumentKind::SupervisionLetter.into(),
            recipients: vec![to(Relation::EvaluatingUnit), to(Relation::ParentUnit)],
            fields: vec![
                text("matter", "{{ resource.indicator_display_name }}"),
                text("situation", "仅完成时序目标的{{ resource.pace }}%。"),
            ],
            ..Default::default()
        };
        create(&served, "copy", copy).await.unwrap();
        enable(&served, "copy").await;
        let indicator = registry::Indicator {
            name: format!("{DISTRICT}/indicators/investment"),
            evaluating_unit: unit("office"),
            ..Default::default()
        };
        served.put("registry", &indicator.name, &indicator).await;
        let escalated = pb::Trigger {
            display_name: "逾期督办".to_owned(),
            event_type: "saima.notification.v1.RectificationEscalated".to_owned(),
            condition: "resource.escalation_level == 'ESCALATION_LEVEL_UNIT_HEAD'".to_owned(),
            document_kind: pb::DocumentKind::SupervisionLetter.into(),
            recipients: vec![to(Relation::Unit), to(Relation::LeaderInCharge), to(Relation::Office)],
            fields: vec![
                text("matter", "整改逾期"),
                text("situation", "应于{{ resource.due_date }}前完成。"),
            ],
            ..Default::default()
        };
        put_oversight(&served, DISTRICT).await;
        create(&served, "escalated", escalated).await.unwrap();
        enable(&served, "escalated").await;
        raise(&served, behind(DISTRICT, 1, "road-bureau")).await;
        let found = documents(&served, 2).await;
        assert_eq!(units(&found[1]), ["考核办", "交通局"]);
        assert!(found[1].texts[0].body.contains("66.67%"), "{:?}", found[1].texts[0]);
        issued(&served, DISTRICT, 1).await;
        bed.clock().set("2023-04-08T16:00:00Z".parse().unwrap());
        let found = documents(&served, 3).await;
        // The district's own trigger writes in the place of the usual letter.
        assert_eq!(units(&found[2]), ["公路段", "水利局", "考核办"]);
        assert!(found[2].texts[0].body.contains("应于2023年4月8日前完成"), "{:?}", found[2].texts[0]);
    }

    // Q6, H5: a day's cards, one notice for each unit.
    async fn events_of_a_while_are_gathered_into_one_document(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let digest = daily(vec![to(Relation::Unit), named("office")]);
        let made = create(&served, "daily", digest.clone()).await.unwrap();
        assert_eq!(made.digest_hours, 24);
        let long = pb::Trigger { digest_hours: 745, ..digest };
        refused(create(&served, "long", long).await, &[("trigger.digest_hours", "OUT_OF_RANGE")]);
        enable(&served, "daily").await;
        issue_card(&served, 1, scoring::card::Kind::YellowCard, "transport").await;
        tasks(&served, "daily", |found| found.len() == 1).await;
        bed.clock().set("2023-04-01T20:00:00Z".parse().unwrap());
        issue_card(&served, 2, scoring::card::Kind::YellowCard, "water").await;
        issue_card(&served, 3, scoring::card::Kind::YellowCard, "transport").await;
        let waiting = tasks(&served, "daily", |found| found.len() == 3).await;
        assert!(waiting.iter().all(|it| it.due_time == waiting[0].due_time), "{waiting:?}");
        documents(&served, 0).await;
        bed.clock().set("2023-04-03T00:00:00Z".parse().unwrap());
        let found = documents(&served, 3).await;
        let told: Vec<_> = found.iter().map(|it| (units(it), it.fields[0].items.len().max(it.fields[1].items.len()))).collect();
        assert_eq!(told, [(vec!["考核办"], 3), (vec!["交通局"], 2), (vec!["水利局"], 1)]);
    }

    // Q6, H5: more than a hundred events are told in parts, and none is left out.
    async fn a_long_digest_says_which_part_it_is_and_loses_nothing(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        create(&served, "daily", daily(vec![to(Relation::Unit)])).await.unwrap();
        enable(&served, "daily").await;
        for id in 1..=201 {
            issue_card(&served, id, scoring::card::Kind::YellowCard, "transport").await;
        }
        for id in 202..=301 {
            issue_card(&served, id, scoring::card::Kind::YellowCard, "water").await;
        }
        eventually(async || {
            let mut tx = served.db("notification").begin_read().await.unwrap();
            let (count,) =
                kit::fetch_one!(tx, (i64,), "SELECT COUNT(*) FROM trigger_task").unwrap();
            (count == 301).then_some(())
        })
        .await;
        bed.clock().set("2023-04-03T00:00:00Z".parse().unwrap());
        let found = documents(&served, 4).await;
        let told = |unit: &str| {
            let of = found.iter().filter(|it| units(it) == [unit]);
            let subject = |it: &pb::Document| it.texts.iter().map(|it| it.subject.clone()).collect();
            let items = |it: &pb::Document| it.fields.iter().flat_map(|it| it.items.clone()).collect();
            let (subjects, items): (Vec<Vec<String>>, Vec<Vec<String>>) =
                of.map(|it| (subject(it), items(it))).unzip();
            (subjects, items)
        };
        let (subjects, items) = told("交通局");
        for (at, subject) in (1..).zip(&subjects) {
            assert!(subject[0].ends_with(&format!("（第{at}部分，共3部分）")), "{subject:?}");
            assert!(subject[1].ends_with(&format!(" (part {at} of 3)")), "{subject:?}");
        }
        assert_eq!(items.iter().map(Vec::len).collect::<Vec<_>>(), [100, 100, 1]);
        let all: std::collections::BTreeSet<String> = items.into_iter().flatten().collect();
        assert_eq!(all, (1..=201).map(|id| format!("{DISTRICT}/cards/{id}")).collect());
        // A hundred fill one, which is no part.
        let (subjects, items) = told("水利局");
        assert!(!subjects[0][0].contains("部分") && !subjects[0][1].contains("part"), "{subjects:?}");
        assert_eq!(items[0].len(), 100);
    }

    // Q6: every change of a trigger is a revision.
    async fn triggers_are_changed_by_revisions(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let request = pb::CreateTriggerRequest {
            parent: DISTRICT.to_owned(),
            trigger_id: "yellow".to_owned(),
            trigger: Some(yellow()),
            request_id: uuid::Uuid::new_v4().to_string(),
        };
        let first = client(&served).create_trigger(request.clone()).await.unwrap().into_inner();
        let again = client(&served).create_trigger(request.clone()).await.unwrap().into_inner();
        assert_eq!((again, first.revision, first.enabled), (first.clone(), 1, false));
        let taken = pb::CreateTriggerRequest { request_id: String::new(), ..request };
        denied(client(&served).create_trigger(taken).await, Code::AlreadyExists, "");
        let update = pb::UpdateTriggerRequest {
            trigger: Some(pb::Trigger {
                name: name("yellow"),
                condition: String::new(),
                etag: first.etag.clone(),
                ..Default::default()
            }),
            update_mask: Some(FieldMask { paths: vec!["condition".to_owned()] }),
        };
        let second = client(&served).update_trigger(update.clone()).await.unwrap().into_inner();
        assert_eq!((second.revision, second.condition.as_str()), (2, ""));
        assert_eq!(second.fields, first.fields);
        denied(client(&served).update_trigger(update).await, Code::Aborted, "");
        let third = enable(&served, "yellow").await;
        assert_eq!((third.revision, third.enabled), (3, true));
        let request = pb::EnableTriggerRequest { name: name("yellow"), ..Default::default() };
        let twice = client(&served).enable_trigger(request).await;
        denied(twice, Code::FailedPrecondition, "ALREADY_ENABLED");
        let mut request = pb::ListTriggerRevisionsRequest {
            name: name("yellow"),
            page_size: 2,
            ..Default::default()
        };
        let page = client(&served).list_trigger_revisions(request.clone()).await.unwrap().into_inner();
        request.page_token = page.next_page_token;
        let rest = client(&served).list_trigger_revisions(request).await.unwrap().into_inner();
        assert_eq!([page.triggers, rest.triggers].concat(), [first, second, third.clone()]);
        create(&served, "green", yellow()).await.unwrap();
        let mut request = pb::ListTriggersRequest {
            parent: DISTRICT.to_owned(),
            page_size: 1,
            ..Default::default()
        };
        let page = client(&served).list_triggers(request.clone()).await.unwrap().into_inner();
        assert_eq!(page.triggers[0].name, name("green"));
        request.page_token = page.next_page_token;
        let rest = client(&served).list_triggers(request).await.unwrap().into_inner();
        assert_eq!(rest.triggers, [third]);
    }
}
