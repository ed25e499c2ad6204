//! Triggers are tried before they are switched on.

use kit::testing::{Bed, Served};
use prost_types::FieldMask;
use proto::notification::v1 as pb;
use proto::scoring::v1 as scoring;
use tonic::{Code, Status};

use crate::data::{DISTRICT, put_units};
use crate::document::text;
use crate::trigger::{client, create, issue_card, name, simulate, switch_on, yellow};
use crate::{denied, fake};

async fn get(served: &Served) -> pb::Trigger {
    let request = pb::GetTriggerRequest { name: name("yellow") };
    client(served).get_trigger(request).await.unwrap().into_inner()
}

async fn update(served: &Served, with: pb::Trigger, path: &str) -> Result<pb::Trigger, Status> {
    let request = pb::UpdateTriggerRequest {
        trigger: Some(pb::Trigger { name: name("yellow"), ..with }),
        update_mask: Some(FieldMask { paths: vec![path.to_owned()] }),
    };
    client(served).update_trigger(request).await.map(|it| it.into_inner())
}

async fn switch_off(served: &Served) {
    let request = pb::DisableTriggerRequest { name: name("yellow"), ..Default::default() };
    client(served).disable_trigger(request).await.unwrap();
}

kit::both! {
    // Q6, H5: nobody is written to by a rule of which it is not known whom it would have written to.
    async fn a_trigger_is_tried_before_it_is_switched_on(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        issue_card(&served, 1, scoring::card::Kind::YellowCard, "transport").await;
        issue_card(&served, 2, scoring::card::Kind::RedFlag, "water").await;
        issue_card(&served, 3, scoring::card::Kind::YellowCard, "gone").await;
        assert_eq!(create(&served, "yellow", yellow()).await.unwrap().last_trial, None);
        // One that is tried before it is saved is not tried for one that is.
        simulate(&served, yellow()).await;
        denied(switch_on(&served, "yellow").await, Code::FailedPrecondition, "TRIAL_NEEDED");
        assert_eq!(get(&served).await.last_trial, None);

        let saved = pb::Trigger { name: name("yellow"), ..Default::default() };
        let told = simulate(&served, saved.clone()).await;
        assert_eq!((told.event_count, told.match_count), (3, 2));
        let tried = get(&served).await;
        let trial = tried.last_trial.clone().unwrap();
        assert_eq!((trial.revision, trial.holds, trial.truncated), (1, true, false));
        assert_eq!((trial.event_count, trial.match_count, trial.fault_count), (3, 2, 1));
        assert!(!trial.account.is_empty() && trial.create_time.is_some(), "{trial:?}");
        assert_eq!((trial.start_time, trial.end_time), (None, None));
        assert_eq!((tried.revision, tried.etag.is_empty()), (1, false));
        assert!(switch_on(&served, "yellow").await.unwrap().enabled);
        switch_off(&served).await;
        // What it says is what was tried.
        assert_eq!(switch_on(&served, "yellow").await.unwrap().revision, 4);

        let none = pb::Trigger { name: name("green"), ..Default::default() };
        let request = pb::SimulateTriggerRequest {
            parent: DISTRICT.to_owned(),
            trigger: Some(none),
            ..Default::default()
        };
        denied(client(&served).simulate_trigger(request).await, Code::NotFound, "");
    }

    // Q6, H12: an event that nobody can read any more is a fault of its own, and keeps nobody from trying.
    async fn what_cannot_be_read_is_told_and_keeps_no_trial_from_its_end(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let trigger = pb::Trigger {
            event_type: "saima.scoring.v1.ResultPublished".to_owned(),
            condition: String::new(),
            document_kind: pb::DocumentKind::ResultFeedback.into(),
            fields: vec![text("result", "得分{{ resource.score }}")],
            ..yellow()
        };
        create(&served, "yellow", trigger).await.unwrap();
        let name = format!("{DISTRICT}/runs/9/results/water");
        let result = scoring::Result { name: name.clone(), ..Default::default() };
        let resource = scoring::change::Resource::Result(result);
        fake::publish(&served, "saima.scoring.v1.ResultPublished", &name, resource).await;
        let saved = pb::Trigger { name: crate::trigger::name("yellow"), ..Default::default() };
        let told = simulate(&served, saved).await;
        assert_eq!((told.match_count, told.trials.len()), (1, 1));
        assert!(told.trials[0].fault.contains("runs/9"), "{told:?}");
        assert_eq!(get(&served).await.last_trial.unwrap().fault_count, 1);
        assert!(switch_on(&served, "yellow").await.unwrap().enabled);
    }

    // Q6, H5: what an enabled trigger is to say next is tried before it says it, without a pause.
    async fn a_change_of_a_trigger_is_tried_before_it_holds(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        create(&served, "yellow", yellow()).await.unwrap();
        let window = pb::SimulateTriggerRequest {
            parent: DISTRICT.to_owned(),
            trigger: Some(pb::Trigger { name: name("yellow"), ..Default::default() }),
            end_time: Some(prost_types::Timestamp { seconds: 1_680_000_000, nanos: 0 }),
            ..Default::default()
        };
        client(&served).simulate_trigger(window.clone()).await.unwrap();
        let trial = get(&served).await.last_trial.unwrap();
        assert_eq!((trial.start_time, trial.end_time), (None, window.end_time));
        switch_on(&served, "yellow").await.unwrap();

        let wider = pb::Trigger { condition: String::new(), ..Default::default() };
        let outcome = update(&served, wider.clone(), "condition").await;
        denied(outcome, Code::FailedPrecondition, "TRIAL_NEEDED");
        assert_eq!(get(&served).await.revision, 2);
        let called = pb::Trigger { display_name: "黄牌".to_owned(), ..Default::default() };
        let called = update(&served, called, "display_name").await.unwrap();
        assert_eq!((called.revision, called.last_trial.unwrap().holds), (3, true));

        let next = pb::Trigger { name: name("yellow"), condition: String::new(), ..yellow() };
        simulate(&served, next).await;
        let trial = get(&served).await.last_trial.unwrap();
        assert_eq!((trial.revision, trial.holds), (3, false));
        let changed = update(&served, wider, "condition").await.unwrap();
        assert_eq!((changed.revision, changed.enabled), (4, true));
        assert!(changed.last_trial.unwrap().holds);

        // One that is off takes any rule, and none that was not tried when it is switched on.
        switch_off(&served).await;
        let slower = pb::Trigger { delay_hours: 5, ..Default::default() };
        let slower = update(&served, slower, "delay_hours").await.unwrap();
        assert!(!slower.last_trial.unwrap().holds);
        denied(switch_on(&served, "yellow").await, Code::FailedPrecondition, "TRIAL_NEEDED");
        let soon = pb::Trigger { delay_hours: 0, ..Default::default() };
        update(&served, soon, "delay_hours").await.unwrap();
        assert!(switch_on(&served, "yellow").await.unwrap().enabled);
    }
}
