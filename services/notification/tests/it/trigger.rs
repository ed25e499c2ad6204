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

use crate::data::{DISTRICT, behind, issued, put_units, raise};
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
