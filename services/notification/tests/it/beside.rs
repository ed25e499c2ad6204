//! What is read beside an event: the run and feedback of a result, the board of a run.

use kit::testing::Bed;
use proto::notification::v1 as pb;
use proto::notification::v1::trigger_recipient::Relation;
use proto::scoring::v1 as scoring;

use crate::data::{DISTRICT, decimal, put_board, put_units};
use crate::document::{list, text};
use crate::trigger::{create, documents, enable, name, simulate, tasks, to, unit, units};
use crate::{fake, refused};

kit::both! {
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
        create(&served, "feedback", trigger.clone()).await.unwrap();
        enable(&served, "feedback").await;
        // What the English words alone name is read, too.
        let mut slip = pb::Trigger {
            document_kind: pb::DocumentKind::ReminderSlip.into(),
            fields: vec![text("matter", "结果公布"), list("items", &["请知悉"])],
            ..trigger
        };
        slip.fields[0].english_text = "Weak: {% for it in feedback.weak_points %}{{ it.display_name }} {% endfor %}".to_owned();
        create(&served, "slip", slip).await.unwrap();
        enable(&served, "slip").await;
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
        let found = documents(&served, 2).await;
        let (feedbacks, slips): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|it| it.kind() == pb::DocumentKind::ResultFeedback);
        let english = slips[0].fields.iter().map(|it| it.english_text.as_str());
        assert!(english.into_iter().any(|it| it.starts_with("Weak: 固定资产投资")), "{:?}", slips[0]);
        let document = &feedbacks[0];
        assert_eq!(units(document), ["水利局"]);
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
}
