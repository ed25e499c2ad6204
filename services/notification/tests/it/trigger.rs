//! Triggers: checked when they are saved, tried over what was, and at work.

use kit::testing::{Bed, Channel, Served, eventually};
use prost_types::FieldMask;
use proto::google::r#type::Date;
use proto::notification::v1 as pb;
use proto::notification::v1::document_service_client::DocumentServiceClient;
use proto::notification::v1::rectification_service_client::RectificationServiceClient;
use proto::notification::v1::trigger_recipient::Relation;
use proto::notification::v1::trigger_service_client::TriggerServiceClient;
use proto::registry::v1 as registry;
use proto::scoring::v1 as scoring;
use tonic::{Code, Status};

use crate::data::{DISTRICT, behind, decimal, issued, put_board, put_oversight, put_units, raise};
use crate::document::{list, text};
use crate::{denied, fake, refused};

pub(crate) fn client(served: &Served) -> TriggerServiceClient<Channel> {
    TriggerServiceClient::new(served.channel())
}

pub(crate) fn unit(id: &str) -> String {
    format!("{DISTRICT}/units/{id}")
}

pub(crate) fn name(id: &str) -> String {
    format!("{DISTRICT}/triggers/{id}")
}

pub(crate) fn to(relation: Relation) -> pb::TriggerRecipient {
    pb::TriggerRecipient { relation: relation.into(), ..Default::default() }
}

pub(crate) fn named(id: &str) -> pb::TriggerRecipient {
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
pub(crate) fn daily(recipients: Vec<pb::TriggerRecipient>) -> pb::Trigger {
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

/// Tries a trigger as it stands, and switches it on.
pub(crate) async fn enable(served: &Served, id: &str) -> pb::Trigger {
    simulate(served, pb::Trigger { name: name(id), ..Default::default() }).await;
    switch_on(served, id).await.unwrap()
}

pub(crate) async fn switch_on(served: &Served, id: &str) -> Result<pb::Trigger, Status> {
    let request = pb::EnableTriggerRequest { name: name(id), ..Default::default() };
    client(served).enable_trigger(request).await.map(|it| it.into_inner())
}

pub(crate) async fn simulate(served: &Served, trigger: pb::Trigger) -> pb::SimulateTriggerResponse {
    let request = pb::SimulateTriggerRequest {
        parent: DISTRICT.to_owned(),
        trigger: Some(trigger),
        ..Default::default()
    };
    client(served).simulate_trigger(request).await.unwrap().into_inner()
}

/// Lets scoring issue a card.
pub(crate) async fn issue_card(served: &Served, id: i32, kind: scoring::card::Kind, unit_id: &str) {
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

/// Lets a trigger write to two roles of a unit, and to nobody above it.
pub(crate) async fn write_to_two_roles(served: &Served) {
    let recipients = [Relation::Unit, Relation::UnitHead, Relation::ParentUnit].map(to).to_vec();
    create(served, "roles", pb::Trigger { recipients, ..yellow() }).await.unwrap();
    enable(served, "roles").await;
    issue_card(served, 77, scoring::card::Kind::YellowCard, "water").await;
    eventually(async || {
        let request =
            pb::ListDocumentsRequest { parent: DISTRICT.to_owned(), ..Default::default() };
        let mut client = DocumentServiceClient::new(served.channel());
        let found = client.list_documents(request).await.unwrap().into_inner().documents;
        found.iter().any(|it| it.source.ends_with("/cards/77")).then_some(())
    })
    .await;
}

pub(crate) async fn documents(served: &Served, count: usize) -> Vec<pb::Document> {
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

pub(crate) async fn tasks(
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

pub(crate) fn units(document: &pb::Document) -> Vec<&str> {
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
        let wrong = pb::Trigger {
            event_type: "saima.registry.v1.OrderAccepted".to_owned(),
            condition: String::new(),
            document_kind: pb::DocumentKind::MonthlyBulletin.into(),
            recipients: vec![],
            fields: vec![text("situation", "{{ name }}")],
            ..yellow()
        };
        let outcome = create(&served, "yellow", wrong).await;
        refused(outcome, &[("trigger.event_type", "NO_PERIOD")]);
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

    // H6: a published run leads to its tri-colour board as a document, for everybody.
    async fn a_published_board_becomes_a_document_by_rule(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let of_colour = |colour: &str| {
            format!(
                "{{% for track in board.tracks %}}{{% for it in track.entries if it.colour == '{colour}' %}}\
                 第{{{{ it.rank }}}}名 {{{{ it.unit_display_name }}}}（{{{{ it.score }}}}分）\n\
                 {{% endfor %}}{{% endfor %}}"
            )
        };
        let trigger = pb::Trigger {
            display_name: "三色榜".to_owned(),
            event_type: "saima.scoring.v1.RunPublished".to_owned(),
            document_kind: pb::DocumentKind::TricolourBoard.into(),
            fields: vec![
                text("matter", "目标责任考核"),
                list("green", &[&of_colour("COLOUR_GREEN")]),
                list("yellow", &[&of_colour("COLOUR_YELLOW")]),
                list("red", &[&of_colour("COLOUR_RED")]),
            ],
            ..Default::default()
        };
        let unknown = pb::Trigger {
            fields: vec![text("matter", "{{ board.title }}")],
            ..trigger.clone()
        };
        refused(
            create(&served, "board", unknown).await,
            &[("trigger.fields[matter]", "UNKNOWN_VARIABLE")],
        );
        create(&served, "board", trigger).await.unwrap();
        enable(&served, "board").await;
        put_board(&served, DISTRICT, "target", "2023Q1").await;
        let run = scoring::Run {
            name: format!("{DISTRICT}/runs/1"),
            scheme: format!("{DISTRICT}/schemes/target"),
            period: format!("{DISTRICT}/periods/2023Q1"),
            ..Default::default()
        };
        let event = run.name.clone();
        let resource = scoring::change::Resource::Run(run);
        fake::publish(&served, "saima.scoring.v1.RunPublished", &event, resource).await;
        let document = documents(&served, 1).await.remove(0);
        assert_eq!(document.kind(), pb::DocumentKind::TricolourBoard);
        assert!(document.recipients.is_empty());
        assert_eq!(document.period, format!("{DISTRICT}/periods/2023Q1"));
        let [chinese, english] = &document.texts[..] else { panic!("{document:?}") };
        assert_eq!(chinese.subject, "2023年第一季度三色榜");
        for (text, said) in [
            (chinese, "绿榜：\n　　（1）第1名 财政局（88.36分）"),
            (chinese, "黄榜：\n　　（1）第2名 水利局（88.36分）"),
            (chinese, "红榜：\n　　（1）第3名 交通局（88.36分）"),
            (english, "Green:\n1. 第1名 财政局（88.36分）"),
        ] {
            assert!(text.body.contains(said), "{said} is not in {}", text.body);
        }
    }

    // Q6, H6, H12: a condition may name what is read beside the event, and is judged when it is read;
    // what the event itself decides is decided at once.
    async fn a_condition_on_what_is_read_later_is_judged_when_it_is_there(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let trigger = pb::Trigger {
            display_name: "季度反馈".to_owned(),
            event_type: "saima.scoring.v1.ResultPublished".to_owned(),
            condition: format!(
                "resource.score < 80 && run.period == '{DISTRICT}/periods/2023Q1' \
                 && size(feedback.weak_points) > 0"
            ),
            document_kind: pb::DocumentKind::ResultFeedback.into(),
            recipients: vec![to(Relation::Unit)],
            fields: vec![text("result", "得分{{ resource.score }}")],
            delay_hours: 24,
            ..Default::default()
        };
        let unknown = pb::Trigger {
            condition: "run.quarter == 'x' || board.name == 'y'".to_owned(),
            ..trigger.clone()
        };
        let said = refused(create(&served, "feedback", unknown).await, &[
            ("trigger.condition", "UNKNOWN_FACT"),
            ("trigger.condition", "UNKNOWN_FACT"),
        ]);
        assert!(said.contains("there is no run.quarter; there are"), "{said}");
        create(&served, "feedback", trigger).await.unwrap();
        enable(&served, "feedback").await;
        for (run, period) in [(1, "2023Q1"), (2, "2023-03")] {
            let run = scoring::Run {
                name: format!("{DISTRICT}/runs/{run}"),
                period: format!("{DISTRICT}/periods/{period}"),
                ..Default::default()
            };
            served.put("scoring", &run.name, &run).await;
        }
        let weak_points = vec![scoring::FeedbackPoint::default()];
        let weak = scoring::Feedback { weak_points, ..Default::default() };
        let told = [
            (1, "water", "70", &weak),
            (1, "transport", "90", &weak),
            (2, "water", "70", &weak),
            (1, "office", "70", &scoring::Feedback::default()),
        ];
        for (run, id, score, feedback) in told {
            let result = scoring::Result {
                name: format!("{DISTRICT}/runs/{run}/results/{id}"),
                unit: unit(id),
                score: decimal(score),
                ..Default::default()
            };
            served.put("scoring", &format!("{}/feedback", result.name), feedback).await;
            let event = result.name.clone();
            let resource = scoring::change::Resource::Result(result);
            fake::publish(&served, "saima.scoring.v1.ResultPublished", &event, resource).await;
        }
        // The score alone is known so far.
        let waiting = tasks(&served, "feedback", |it| it.len() == 3).await;
        assert!(waiting.iter().all(|it| !it.event_name.ends_with("transport")), "{waiting:?}");
        let saved = pb::Trigger { name: name("feedback"), ..Default::default() };
        let tried = simulate(&served, saved).await;
        assert_eq!((tried.event_count, tried.match_count, tried.trials.len()), (4, 1, 1));
        bed.clock().set("2023-04-03T00:00:00Z".parse().unwrap());
        let document = documents(&served, 1).await.remove(0);
        assert_eq!(document.source, format!("{DISTRICT}/runs/1/results/water"));
        tasks(&served, "feedback", |it| it.is_empty()).await;
        documents(&served, 1).await;
    }

    // H7, Q6: what a rule holds to be a problem is followed from the plan to the review.
    async fn a_rule_names_problems_that_are_followed(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let named = "{{ resource.unit_display_name }}：{% for it in resource.ground %}{{ it }}{% endfor %}";
        let charged = |problem: &str, relation| pb::TriggerRecipient {
            problem: problem.to_owned(),
            ..to(relation)
        };
        let mut rule = pb::Trigger {
            recipients: vec![
                charged(named, Relation::Unit),
                charged("单位主要负责人未到场", Relation::UnitHead),
                charged("{% if resource.reason %}{{ resource.reason }}{% endif %}", Relation::Named),
            ],
            ..yellow()
        };
        rule.recipients[2].unit = unit("office");
        let wrong = pb::Trigger {
            recipients: vec![charged("{{ resource.grund }}", Relation::Unit)],
            due_days: 0,
            ..rule.clone()
        };
        refused(create(&served, "yellow", wrong).await, &[
            ("trigger.recipients[0].problem", "UNKNOWN_VARIABLE"),
            ("trigger.due_days", "REQUIRED"),
        ]);
        let endless = pb::Trigger {
            event_type: "saima.notification.v1.RectificationEscalated".to_owned(),
            condition: String::new(),
            recipients: vec![charged("整改逾期", Relation::Unit)],
            fields: vec![text("matter", "逾期"), text("ground", "逾期")],
            ..rule.clone()
        };
        refused(create(&served, "yellow", endless).await, &[
            ("trigger.recipients[0].problem", "NOT_ALLOWED"),
        ]);
        let made = create(&served, "yellow", rule.clone()).await.unwrap();
        assert_eq!(made.recipients, rule.recipients);
        enable(&served, "yellow").await;
        issue_card(&served, 1, scoring::card::Kind::YellowCard, "transport").await;
        let document = documents(&served, 1).await.remove(0);
        let problems: Vec<_> = document.recipients.iter().map(|it| it.problem.as_str()).collect();
        assert_eq!(problems, ["交通局：三色榜连续两月列红榜；单位主要负责人未到场", ""]);
        let request =
            pb::ListRectificationsRequest { parent: DISTRICT.to_owned(), ..Default::default() };
        let mut client = RectificationServiceClient::new(served.channel());
        let open = client.list_rectifications(request).await.unwrap().into_inner().rectifications;
        let [open] = &open[..] else { panic!("{open:?}") };
        assert_eq!((open.recipient.clone(), &*open.problem), (unit("transport"), problems[0]));
        assert_eq!((&open.letter, open.due_date), (&document.name, document.due_date));
        let tried = simulate(&served, pb::Trigger { name: name("yellow"), ..Default::default() });
        assert_eq!(tried.await.trials[0].recipients[0].problem, problems[0]);
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

    // X13, H5: a whistle is told to each unit that it calls, to every role that is named, and whom
    // nobody was found for is said.
    async fn a_whistle_is_told_to_each_unit_it_calls(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let relations = [Relation::Unit, Relation::UnitHead, Relation::ParentUnit, Relation::Office];
        let called = pb::Trigger {
            display_name: "哨声转办".to_owned(),
            event_type: "saima.registry.v1.WhistleCreated".to_owned(),
            condition: "size(resource.units) > 1".to_owned(),
            document_kind: pb::DocumentKind::ReminderSlip.into(),
            recipients: relations.map(to).to_vec(),
            fields: vec![text("matter", "{{ resource.topic }}"), list("items", &["到场答复"])],
            ..Default::default()
        };
        create(&served, "whistle", called.clone()).await.unwrap();
        enable(&served, "whistle").await;
        let whistle = registry::Whistle {
            name: format!("{DISTRICT}/whistles/1"),
            topic: "老旧小区排水改造".to_owned(),
            units: vec![unit("transport"), unit("water")],
            ..Default::default()
        };
        let event = whistle.name.clone();
        let resource = registry::change::Resource::Whistle(whistle);
        fake::announce(&served, "saima.registry.v1.WhistleCreated", &event, resource).await;
        let told = documents(&served, 1).await.remove(0);
        assert_eq!(units(&told), ["交通局", "水利局"]);
        for it in &told.recipients {
            assert_eq!(it.role(), pb::RecipientRole::Unspecified);
            assert_eq!(it.further_roles().collect::<Vec<_>>(), [pb::RecipientRole::UnitHead]);
        }
        // Neither stands below another, and registry knows no office.
        assert_eq!(told.missing, [to(Relation::ParentUnit), to(Relation::Office)]);
        let tried = simulate(&served, called.clone()).await;
        assert_eq!((&tried.trials[0].missing, &*tried.trials[0].fault), (&told.missing, ""));
        let nobody = pb::Trigger { recipients: vec![to(Relation::Office)], ..called };
        let tried = simulate(&served, nobody).await;
        assert!(tried.trials[0].fault.contains("names no unit"), "{tried:?}");
    }

    // H7: each role of a unit has its own way by channels, and where both lead to one contact it is
    // told once.
    async fn several_roles_of_a_unit_are_written_to(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let gateway = crate::channel::gateway().await;
        let setup = pb::channel::Setup::Sms(crate::channel::sms(gateway.url("http", "/send")));
        let by = crate::channel::create(&served, "sms", crate::channel::channel(setup)).await;
        let of = |unit_id: &str, role: pb::RecipientRole, address: &str| pb::Contact {
            unit: unit(unit_id),
            channel: by.name.clone(),
            address: address.to_owned(),
            role: role.into(),
            ..Default::default()
        };
        use pb::RecipientRole::{UnitHead, Unspecified};
        crate::contact::force(&served, "general", of("transport", Unspecified, "13800000001")).await;
        crate::contact::force(&served, "head", of("transport", UnitHead, "13800000002")).await;
        crate::contact::force(&served, "water", of("water", Unspecified, "13800000003")).await;
        let both = pb::Trigger { recipients: vec![to(Relation::Unit), to(Relation::UnitHead)], ..yellow() };
        create(&served, "yellow", both).await.unwrap();
        enable(&served, "yellow").await;
        issue_card(&served, 1, scoring::card::Kind::YellowCard, "transport").await;
        issue_card(&served, 2, scoring::card::Kind::YellowCard, "water").await;
        issue_card(&served, 3, scoring::card::Kind::YellowCard, "road-bureau").await;
        documents(&served, 3).await;
        crate::dispatch::settled(&served, pb::dispatch::State::Sent, 3).await;
        let mut told: Vec<_> =
            crate::channel::texts(&gateway.took(3).await).into_iter().map(|it| it.0).collect();
        told.sort();
        assert_eq!(told, ["13800000001", "13800000002", "13800000003"]);
        let held = crate::dispatch::settled(&served, pb::dispatch::State::Held, 2).await;
        assert_eq!(held.iter().map(|it| it.role()).collect::<Vec<_>>(), [Unspecified, UnitHead]);

        // A contact of the unit is there for both, and is told once.
        let read = async |_: &pb::Contact| {
            crate::channel::code_in(&crate::channel::texts(&gateway.taken()).pop().unwrap().1)
        };
        crate::contact::verified(&served, &by, "roads", "road-bureau", "13800000004", read).await;
        crate::dispatch::settled(&served, pb::dispatch::State::Sent, 4).await;
        let given_up = crate::dispatch::settled(&served, pb::dispatch::State::Dead, 1).await;
        assert_eq!(given_up[0].last_failure, "another role has it by the same contact");
        assert!(crate::dispatch::dispatches(&served, pb::dispatch::State::Held).await.is_empty());
    }

    // H7: the office hears that a letter has no address to go to; what it is told so is not told of in
    // turn, though nobody reaches the office either.
    async fn letters_that_are_held_are_told_of_and_that_ends(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let gateway = crate::channel::gateway().await;
        let setup = pb::channel::Setup::Sms(crate::channel::sms(gateway.url("http", "/send")));
        crate::channel::create(&served, "sms", crate::channel::channel(setup)).await;
        let held = pb::Trigger {
            display_name: "送达受阻".to_owned(),
            event_type: "saima.notification.v1.DispatchHeld".to_owned(),
            condition: "resource.hold_reason == 'HOLD_REASON_NO_CONTACT'".to_owned(),
            document_kind: pb::DocumentKind::ReminderSlip.into(),
            recipients: vec![named("office"), to(Relation::Unit)],
            fields: vec![text("matter", "送达受阻"), list("items", &["{{ resource.letter }}"])],
            ..Default::default()
        };
        create(&served, "held", held).await.unwrap();
        enable(&served, "held").await;
        for (at, id) in [(1, "transport"), (2, "water"), (3, "transport")] {
            raise(&served, behind(DISTRICT, at, id)).await;
            documents(&served, at as usize).await;
            // The letter, and the slip about it to its two units.
            let count = 3 * at as usize;
            crate::dispatch::settled(&served, pb::dispatch::State::Held, count).await;
        }
        let found = documents(&served, 3).await;
        assert_eq!(units(&found[1]), ["考核办", "水利局"]);
        assert!(found[1].texts[0].body.contains(&format!("{DISTRICT}/letters/2")), "{:?}", found[1]);
    }

    // Q7, X10: what becomes of a deduction, a figure or a finding is written about, too.
    async fn deductions_figures_and_findings_are_written_about(bed: &Bed) {
        use proto::scoring::v1::change::Resource;
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let slip = |event_type: &str, condition: &str, matter: &str| pb::Trigger {
            display_name: "提醒".to_owned(),
            event_type: event_type.to_owned(),
            condition: condition.to_owned(),
            document_kind: pb::DocumentKind::ReminderSlip.into(),
            recipients: vec![to(Relation::Unit)],
            fields: vec![text("matter", matter), list("items", &["请知悉"])],
            ..Default::default()
        };
        let adjustment = scoring::Adjustment {
            name: format!("{DISTRICT}/adjustments/1"),
            unit: unit("transport"),
            points: decimal("2"),
            ground: "项目进度滞后".to_owned(),
            ..Default::default()
        };
        let observation = scoring::Observation {
            name: format!("{DISTRICT}/observations/1"),
            unit: unit("water"),
            reason: "与统计数不符".to_owned(),
            ..Default::default()
        };
        let finding = scoring::Finding {
            name: format!("{DISTRICT}/inspections/1/findings/1"),
            unit: unit("road-bureau"),
            text: "围挡未设".to_owned(),
            ..Default::default()
        };
        let told = [
            ("AdjustmentLifted", "resource.points >= 2", "{{ resource.ground }}", Resource::Adjustment(adjustment.clone())),
            ("AdjustmentsEntered", "resource.points >= 2", "新增{{ resource.ground }}", Resource::Adjustment(adjustment)),
            ("ObservationDisputed", "resource.reason != ''", "{{ resource.reason }}", Resource::Observation(observation)),
            ("CorrectionReviewed", "", "{{ resource.text }}", Resource::Finding(finding)),
        ];
        for (at, (kind, condition, matter, resource)) in told.into_iter().enumerate() {
            let kind: &'static str = format!("saima.scoring.v1.{kind}").leak();
            let id = format!("slip-{at}");
            create(&served, &id, slip(kind, condition, matter)).await.unwrap();
            enable(&served, &id).await;
            let name = format!("{DISTRICT}/things/{at}");
            fake::publish(&served, kind, &name, resource).await;
            documents(&served, at + 1).await;
        }
        let found = documents(&served, 4).await;
        let of = |it: &pb::Document| {
            let matter = it.fields.iter().find(|it| it.name == "matter").unwrap().text.clone();
            (it.recipients[0].unit_display_name.clone(), matter)
        };
        let expected = [
            ("交通局", "项目进度滞后"),
            ("交通局", "新增项目进度滞后"),
            ("水利局", "与统计数不符"),
            ("公路段", "围挡未设"),
        ];
        let expected = expected.map(|(unit, matter)| (unit.to_owned(), matter.to_owned()));
        assert_eq!(found.iter().map(of).collect::<Vec<_>>(), expected);
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

    // H5, Q6: a rule's words are in two languages, in its documents and in digests of them.
    async fn a_rule_speaks_two_languages(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let mut fields = yellow().fields;
        fields[0].english_text = "{{ resource.unit }} is behind with {{ resource.nothing }}".to_owned();
        fields[2].english_text = "at once".to_owned();
        let wrong = pb::Trigger { fields: fields.clone(), ..yellow() };
        refused(create(&served, "wrong", wrong).await, &[("trigger.fields[2].english_text", "FIELD_FORM")]);
        fields[2].english_text.clear();
        let wrong = pb::Trigger { fields: fields.clone(), ..yellow() };
        let path = "trigger.fields[matter].english_text";
        refused(create(&served, "wrong", wrong).await, &[(path, "UNKNOWN_VARIABLE")]);

        fields[0].english_text = "{{ resource.period }} is behind".to_owned();
        fields[1].english_text = "{% for it in resource.ground %}red twice{% endfor %}".to_owned();
        let recipients = vec![named("office")];
        let worded = pb::Trigger { fields: fields.clone(), recipients, ..yellow() };
        let made = create(&served, "yellow", worded.clone()).await.unwrap();
        let mut sorted = fields.clone();
        sorted.sort_by(|a, b| a.name.cmp(&b.name));
        assert_eq!(made.fields, sorted);
        let tried = pb::Trigger { name: name("yellow"), ..Default::default() };
        issue_card(&served, 1, scoring::card::Kind::YellowCard, "transport").await;
        let trial = eventually(async || simulate(&served, tried.clone()).await.trials.pop()).await;
        let english = |it: &[pb::DocumentField]| -> Vec<_> {
            it.iter().map(|it| it.english_text.clone()).collect()
        };
        let period = format!("{DISTRICT}/periods/2023-03 is behind");
        assert_eq!(english(&trial.fields), ["", "red twice", &*period]);
        enable(&served, "yellow").await;
        issue_card(&served, 2, scoring::card::Kind::YellowCard, "transport").await;
        let one = documents(&served, 1).await.remove(0);
        assert_eq!(english(&one.fields), ["", "red twice", &*period]);
        let body = &one.texts[1].body;
        assert!(body.contains("red twice. Your unit") && one.texts[1].subject.contains(&period), "{one:?}");
        // What has no English words has its Chinese ones.
        assert!(body.contains("限期整改") && !body.contains("三色榜"), "{body}");
        assert!(!one.texts[0].body.contains("red twice"), "{:?}", one.texts[0]);

        // In a digest the English words of all stand together.
        let request = pb::DisableTriggerRequest { name: name("yellow"), ..Default::default() };
        client(&served).disable_trigger(request).await.unwrap();
        fields[0].english_text = "{{ name }}".to_owned();
        let daily = pb::Trigger { fields, digest_hours: 24, recipients: vec![named("office")], ..yellow() };
        create(&served, "daily", daily).await.unwrap();
        enable(&served, "daily").await;
        for id in 3..=6 {
            issue_card(&served, id, scoring::card::Kind::YellowCard, "transport").await;
        }
        tasks(&served, "daily", |found| found.len() == 4).await;
        bed.clock().set("2023-04-03T00:00:00Z".parse().unwrap());
        let all = documents(&served, 2).await.remove(1);
        let cards: Vec<_> = (3..=5).map(|id| format!("{DISTRICT}/cards/{id}")).collect();
        assert_eq!(english(&all.fields), ["", "red twice", &*format!("{} and 1 more", cards.join(", "))]);
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
        let bare = pb::Trigger { last_trial: None, ..third.clone() };
        assert_eq!([page.triggers, rest.triggers].concat(), [first, second, bare]);
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
