//! Whom an event concerns, where it names a project, a post, a community or what is objected to.

use kit::testing::{Bed, Served};
use proto::notification::v1 as pb;
use proto::notification::v1::trigger_recipient::Relation;
use proto::registry::v1 as registry;
use proto::scoring::v1 as scoring;

use crate::data::{DISTRICT, decimal, put_oversight, put_units};
use crate::document::{list, text};
use crate::fake;
use crate::trigger::{create, documents, enable, to, unit, units};

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
}
