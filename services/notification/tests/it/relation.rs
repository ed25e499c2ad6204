//! Whom an event concerns: units that it names, whoever stands to them, and where it names a project, a
//! post, a community or what is objected to.

use kit::testing::{Bed, Served};
use proto::google::r#type::Date;
use proto::notification::v1 as pb;
use proto::notification::v1::trigger_recipient::Relation;
use proto::registry::v1 as registry;
use proto::scoring::v1 as scoring;

use crate::data::{DISTRICT, behind, decimal, issued, put_oversight, put_units, raise};
use crate::document::{list, text};
use crate::fake;
use crate::trigger::{create, documents, enable, issue_card, simulate, to, unit, units, yellow};

fn slip(event_type: &str, relations: &[Relation]) -> pb::Trigger {
    pb::Trigger {
        display_name: "提醒".to_owned(),
        event_type: event_type.to_owned(),
        document_kind: pb::DocumentKind::ReminderSlip.into(),
        recipients: relations.iter().copied().map(to).collect(),
        fields: vec![text("matter", "{{ name }}"), list("items", &["请知悉"])],
        ..Default::default()
    }
}

async fn waits(served: &Served, id: &str, event_type: &str, relations: &[Relation]) {
    create(served, id, slip(event_type, relations)).await.unwrap();
    enable(served, id).await;
}

/// Tells registry of an indicator and of who evaluates it.
async fn put_indicator(served: &Served, id: &str, evaluating: &str) {
    let indicator = registry::Indicator {
        name: format!("{DISTRICT}/indicators/{id}"),
        evaluating_unit: unit(evaluating),
        ..Default::default()
    };
    served.put("registry", &indicator.name, &indicator).await;
}

fn leaf(id: &str, indicator: &str) -> scoring::Explanation {
    let indicator = match indicator {
        "" => String::new(),
        id => format!("{DISTRICT}/indicators/{id}"),
    };
    scoring::Explanation { node_id: id.to_owned(), indicator, ..Default::default() }
}

kit::both! {
    // Q6, H5: who is to answer an objection hears of it when it is filed, not when it is answered.
    async fn an_objection_reaches_who_can_say_whether_it_holds(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        put_oversight(&served, DISTRICT).await;
        let filed = "saima.scoring.v1.ObjectionFiled";
        waits(&served, "filed", filed, &[Relation::EvaluatingUnit]).await;
        waits(&served, "raised", filed, &[Relation::RaisingUnit]).await;
        put_indicator(&served, "roads", "road-bureau").await;
        put_indicator(&served, "canals", "water").await;
        let children = vec![leaf("roads", "roads"), leaf("canals", "canals")];
        let works = scoring::Explanation { children, ..leaf("works", "") };
        let children = vec![works, leaf("polls", "")];
        let explanation = scoring::Explanation { children, ..leaf("root", "") };
        let result = format!("{DISTRICT}/runs/1/results/transport");
        let explained = scoring::ExplainScoreResponse {
            explanation: Some(explanation),
            ..Default::default()
        };
        served.put("scoring", &result, &explained).await;
        // Of works both sides are heard but the unit itself; polls and the whole are the office's.
        let told: [(&str, &[&str], &[&str]); 5] = [
            ("transport", &["roads"], &["公路段"]),
            ("transport", &["works"], &["公路段", "水利局"]),
            ("water", &["works", "polls"], &["考核办", "公路段"]),
            ("water", &["canals"], &["考核办"]),
            ("transport", &[], &["考核办"]),
        ];
        for (at, (filing, nodes, expected)) in told.into_iter().enumerate() {
            let objection = scoring::Objection {
                name: format!("{DISTRICT}/objections/{at}"),
                result: result.clone(),
                filing_unit: unit(filing),
                unit: format!("{DISTRICT}/projects/ring-road"),
                node_ids: nodes.iter().map(|it| (*it).to_owned()).collect(),
                ..Default::default()
            };
            let name = objection.name.clone();
            let resource = scoring::change::Resource::Objection(objection);
            fake::publish(&served, filed, &name, resource).await;
            let found = documents(&served, 2 * at + 2).await.split_off(2 * at);
            let of = |cause: &str| {
                let found = found.iter().find(|it| it.cause.ends_with(cause)).unwrap();
                let mut units = units(found);
                units.sort_unstable();
                units
            };
            let mut expected = expected.to_vec();
            expected.sort_unstable();
            assert_eq!(of("filed"), expected, "{nodes:?}");
            let raising = if filing == "water" { "水利局" } else { "交通局" };
            assert_eq!(of("raised"), [raising]);
        }
    }

    // X10, X13, Q6: a project is told of to its lead unit, a post to its unit, an answer to the
    // community that asked, a closed task to who took part.
    async fn whom_an_event_concerns_is_found_whatever_it_names(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        put_oversight(&served, DISTRICT).await;
        let project = registry::Project {
            name: format!("{DISTRICT}/projects/ring-road"),
            lead_unit: unit("transport"),
            ..Default::default()
        };
        served.put("registry", &project.name, &project).await;
        let post = registry::Post {
            name: format!("{DISTRICT}/posts/engineer"),
            unit: unit("water"),
            ..Default::default()
        };
        served.put("registry", &post.name, &post).await;
        let community = registry::Community {
            name: format!("{DISTRICT}/communities/east"),
            unit: unit("road-bureau"),
            ..Default::default()
        };
        served.put("registry", &community.name, &community).await;

        let issued = "saima.scoring.v1.CardIssued";
        waits(&served, "card", issued, &[Relation::Unit, Relation::LeaderInCharge]).await;
        let card = scoring::Card { unit: project.name.clone(), ..Default::default() };
        let resource = scoring::change::Resource::Card(card);
        fake::publish(&served, issued, &format!("{DISTRICT}/cards/1"), resource).await;
        assert_eq!(units(&documents(&served, 1).await[0]), ["交通局", "水利局"]);

        let lifted = "saima.scoring.v1.AdjustmentLifted";
        waits(&served, "lifted", lifted, &[Relation::UnitHead]).await;
        let adjustment = scoring::Adjustment {
            unit: post.name.clone(),
            points: decimal("1"),
            ..Default::default()
        };
        let resource = scoring::change::Resource::Adjustment(adjustment);
        fake::publish(&served, lifted, &format!("{DISTRICT}/adjustments/1"), resource).await;
        assert_eq!(units(&documents(&served, 2).await[1]), ["水利局"]);

        let answered = "saima.registry.v1.WhistleAnswered";
        waits(&served, "answered", answered, &[Relation::RaisingUnit]).await;
        let whistle = registry::Whistle {
            community: community.name.clone(),
            units: vec![unit("transport")],
            ..Default::default()
        };
        let resource = registry::change::Resource::Whistle(whistle);
        fake::announce(&served, answered, &format!("{DISTRICT}/whistles/1"), resource).await;
        assert_eq!(units(&documents(&served, 3).await[2]), ["公路段"]);

        let closed = "saima.registry.v1.TaskClosed";
        waits(&served, "closed", closed, &[Relation::Unit, Relation::MemberUnit]).await;
        let task = registry::Task {
            lead_unit: unit("transport"),
            member_units: vec![unit("water"), unit("office"), unit("transport")],
            ..Default::default()
        };
        let resource = registry::change::Resource::Task(task);
        fake::announce(&served, closed, &format!("{DISTRICT}/tasks/1"), resource).await;
        assert_eq!(units(&documents(&served, 4).await[3]), ["交通局", "水利局", "考核办"]);
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
}
