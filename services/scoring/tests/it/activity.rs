use kit::testing::Bed;
use kit::testing::Channel;
use proto::google::r#type::Date;
use proto::scoring::v1 as pb;
use proto::scoring::v1::activity_service_client::ActivityServiceClient;
use tonic::{Code, Response, Status};

use crate::district::{DISTRICT, decimal, name, unit};
use crate::fixture::{Scoring, evidence, fails, refused, request_id, text, unmet};

type Client = ActivityServiceClient<Channel>;

async fn start(bed: &Bed) -> (Scoring, Client) {
    let scoring = Scoring::start(bed).await;
    let client = ActivityServiceClient::new(scoring.served.channel());
    (scoring, client)
}

fn activity(unit_id: &str, (month, day): (i32, i32), kind: &str) -> pb::Activity {
    pb::Activity {
        unit: unit(unit_id),
        activity_date: Some(Date { year: 2023, month, day }),
        kind: kind.to_owned(),
        title: "会商研判".to_owned(),
        ..Default::default()
    }
}

fn with_amount(unit_id: &str, on: (i32, i32), kind: &str, amount: &str) -> pb::Activity {
    pb::Activity {
        amount: decimal(amount),
        unit_of_measure: "万元".to_owned(),
        ..activity(unit_id, on, kind)
    }
}

async fn batch(
    client: &mut Client,
    activities: Vec<pb::Activity>,
    request_id: &str,
) -> Result<pb::BatchCreateActivitiesResponse, Status> {
    let request = pb::BatchCreateActivitiesRequest {
        parent: DISTRICT.to_owned(),
        activities,
        request_id: request_id.to_owned(),
    };
    client.batch_create_activities(request).await.map(Response::into_inner)
}

async fn counts(client: &mut Client, period: &str) -> Vec<String> {
    let request = pb::ListActivityCountsRequest {
        parent: DISTRICT.to_owned(),
        period: name("periods", period),
        ..Default::default()
    };
    let reply = client.list_activity_counts(request).await.unwrap().into_inner();
    let line = |it: &pb::ActivityCount| {
        let body = it.unit.rsplit('/').next().unwrap_or_default();
        format!("{body} {} {} {} {}", it.kind, it.entry_count, it.quantity, text(&it.amount))
    };
    reply.activity_counts.iter().map(line).collect()
}

async fn void(client: &mut Client, name: &str, reason: &str) -> Result<pb::Activity, Status> {
    let request = pb::VoidActivityRequest {
        name: name.to_owned(),
        reason: reason.to_owned(),
        ..Default::default()
    };
    client.void_activity(request).await.map(Response::into_inner)
}

/// Leaves a row in each ledger.
pub(crate) async fn record_and_void(scoring: &Scoring) {
    let mut client = ActivityServiceClient::new(scoring.served.channel());
    let rows = vec![activity("works", (1, 5), "deliberation")];
    let made = batch(&mut client, rows, "").await.unwrap();
    void(&mut client, &made.first_activity, "重复登记").await.unwrap();
}

kit::both! {
    // B9: sessions, visits, orders and financing of a body, counted by period.
    async fn activities_are_counted_by_body_kind_and_period(bed: &Bed) {
        let (_scoring, mut client) = start(bed).await;
        let sessions = pb::Activity { quantity: 5, ..activity("works", (1, 31), "deliberation") };
        let rows = vec![
            sessions,
            activity("works", (2, 1), "deliberation"),
            activity("finance", (3, 31), "investment-visit"),
            with_amount("works", (1, 1), "order", "1200.5"),
            with_amount("works", (2, 28), "order", "1200.5"),
            with_amount("works", (3, 1), "order", "0.25"),
        ];
        let reply = batch(&mut client, rows, "").await.unwrap();
        assert_eq!((reply.first_activity, reply.created_count), (name("activities", "1"), 6));
        assert_eq!(counts(&mut client, "2023-01").await, [
            "works deliberation 1 5 -",
            "works order 1 1 1200.5",
        ]);
        assert_eq!(counts(&mut client, "2023Q1").await, [
            "finance investment-visit 1 1 -",
            "works deliberation 2 6 -",
            "works order 3 3 2401.25",
        ]);
        assert_eq!(counts(&mut client, "2023Q2").await, [""; 0]);
        let request = pb::ListActivityCountsRequest {
            parent: DISTRICT.to_owned(),
            period: name("periods", "2023Q9"),
            ..Default::default()
        };
        refused(client.list_activity_counts(request).await, &[("period", "UNKNOWN_PERIOD")]);
    }

    // B9: what was recorded by mistake stays and counts no more.
    async fn a_void_activity_counts_no_more(bed: &Bed) {
        let (_scoring, mut client) = start(bed).await;
        let request = pb::CreateActivityRequest {
            parent: DISTRICT.to_owned(),
            activity: Some(pb::Activity {
                evidence: vec![evidence("会议纪要")],
                ..activity("works", (1, 5), "deliberation")
            }),
            request_id: request_id(),
        };
        let made = client.create_activity(request.clone()).await.unwrap().into_inner();
        assert_eq!((made.quantity, made.voided), (1, false));
        assert_eq!(client.create_activity(request).await.unwrap().into_inner(), made);
        let get = || pb::GetActivityRequest { name: made.name.clone() };
        assert_eq!(client.get_activity(get()).await.unwrap().into_inner(), made);
        batch(&mut client, vec![activity("works", (1, 6), "deliberation")], "").await.unwrap();

        let gone = void(&mut client, &made.name, "重复登记").await.unwrap();
        assert_eq!((gone.voided, gone.void_reason.as_str()), (true, "重复登记"));
        let twice = void(&mut client, &made.name, "再次").await;
        unmet(twice, &[("ALREADY_VOIDED", &made.name)]);
        assert_eq!(client.get_activity(get()).await.unwrap().into_inner(), gone);
        assert_eq!(counts(&mut client, "2023-01").await, ["works deliberation 1 1 -"]);
        let list = pb::ListActivitiesRequest {
            parent: DISTRICT.to_owned(),
            unit: unit("works"),
            kind: "deliberation".to_owned(),
            period: name("periods", "2023Q1"),
            ..Default::default()
        };
        let shown = client.list_activities(list.clone()).await.unwrap().into_inner().activities;
        assert_eq!(shown.iter().map(|it| &it.name).collect::<Vec<_>>(), [&name("activities", "2")]);
        let list = pb::ListActivitiesRequest { show_voided: true, page_size: 1, ..list };
        let first = client.list_activities(list.clone()).await.unwrap().into_inner();
        assert_eq!(first.activities, [gone]);
        let list = pb::ListActivitiesRequest { page_token: first.next_page_token, ..list };
        let second = client.list_activities(list).await.unwrap().into_inner();
        assert_eq!((second.activities.len(), second.next_page_token.as_str()), (1, ""));
    }

    async fn a_batch_with_faults_names_each_and_stores_nothing(bed: &Bed) {
        let (_scoring, mut client) = start(bed).await;
        let bare = pb::Activity { amount: decimal("1"), ..activity("works", (1, 1), "order") };
        let negative = with_amount("works", (1, 1), "order", "-1");
        let nameless = pb::Activity { title: String::new(), ..activity("works", (2, 30), "x y") };
        let outcome = batch(&mut client, vec![bare, negative, nameless], "").await;
        refused(outcome, &[
            ("activities[0].unit_of_measure", "UNIT_OF_MEASURE"),
            ("activities[1].amount", "OUT_OF_RANGE"),
            ("activities[2].activity_date", "DATE_FORMAT"),
            ("activities[2].kind", "ID_FORMAT"),
            ("activities[2].title", "REQUIRED"),
        ]);
        // The clock stands at the first of April by the district's.
        let rows = vec![
            activity("nobody", (1, 1), "order"),
            activity("works", (4, 1), "order"),
            activity("works", (4, 2), "order"),
        ];
        refused(batch(&mut client, rows, "").await, &[
            ("activities[0].unit", "UNKNOWN_UNIT"),
            ("activities[2].activity_date", "IN_FUTURE"),
        ]);
        refused(batch(&mut client, vec![], "").await, &[("activities", "REQUIRED")]);
        assert_eq!(counts(&mut client, "2023").await, [""; 0]);
        fails(void(&mut client, &name("activities", "1"), "x").await, Code::NotFound, "NOT_FOUND");

        let id = request_id();
        let first = batch(&mut client, vec![activity("works", (1, 1), "order")], &id).await.unwrap();
        let again = batch(&mut client, vec![activity("works", (1, 1), "order")], &id).await;
        assert_eq!(again.unwrap(), first);
        let other = batch(&mut client, vec![activity("works", (1, 2), "order")], &id).await;
        fails(other, Code::InvalidArgument, "REQUEST_ID_REUSED");
    }
}
