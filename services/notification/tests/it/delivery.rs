//! Deliveries: nothing is lost, nothing goes astray, nobody waits for another's trouble.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use kit::clock::Clock as _;
use kit::testing::Channel;
use kit::testing::{Bed, Served, eventually};
use proto::notification::v1 as pb;
use proto::notification::v1::delivery::State;
use proto::notification::v1::delivery_service_client::DeliveryServiceClient;

use crate::data::{DISTRICT, OTHER, behind, raise};
use crate::endpoint::{create, endpoint, get};
use crate::fake;
use crate::receiver::Receiver;

pub(crate) fn client(served: &Served) -> DeliveryServiceClient<Channel> {
    DeliveryServiceClient::new(served.channel())
}

async fn list(served: &Served, endpoint: &pb::Endpoint, state: State) -> Vec<pb::Delivery> {
    let request = pb::ListDeliveriesRequest {
        parent: endpoint.name.clone(),
        page_size: 1000,
        state: state.into(),
        ..Default::default()
    };
    client(served).list_deliveries(request).await.unwrap().into_inner().deliveries
}

/// Waits until there are deliveries in a state and all of them are as expected.
pub(crate) async fn deliveries(
    served: &Served,
    endpoint: &pb::Endpoint,
    state: State,
    expected: impl Fn(&pb::Delivery) -> bool,
) -> Vec<pb::Delivery> {
    eventually(async || {
        let found = list(served, endpoint, state).await;
        (!found.is_empty() && found.iter().all(&expected)).then_some(found)
    })
    .await
}

/// Waits until so many events have been delivered.
pub(crate) async fn delivered(
    served: &Served,
    endpoint: &pb::Endpoint,
    count: usize,
) -> Vec<pb::Delivery> {
    eventually(async || {
        let found = list(served, endpoint, State::Delivered).await;
        (found.len() == count).then_some(found)
    })
    .await
}

/// Moves the clock to the next attempt.
fn wait(bed: &Bed, delivery: &pb::Delivery) {
    let next = delivery.next_attempt_time.as_ref().unwrap();
    let next = Timestamp::from_second(next.seconds).unwrap();
    bed.clock().set(next + SignedDuration::from_secs(1));
}

kit::both! {
    // A2: retried over days under one id, then a dead letter that is explained and replayed.
    async fn a_delivery_is_tried_over_days_and_then_a_dead_letter(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let receiver = Receiver::start("503 Service Unavailable").await;
        let created = create(&served, DISTRICT, "portal", endpoint(&receiver.url())).await;
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        for attempt in 1..10 {
            let held = deliveries(&served, &created, State::Pending, |it| it.attempt_count == attempt);
            wait(bed, &held.await[0]);
        }
        let dead = deliveries(&served, &created, State::Dead, |_| true).await.remove(0);
        assert_eq!((dead.attempt_count, receiver.seen().len()), (10, 10));
        assert_eq!(dead.last_failure, "the reply was 503 Service Unavailable");
        let ids: BTreeSet<_> = receiver.seen().iter().map(|it| it.id().to_owned()).collect();
        assert_eq!(ids, BTreeSet::from([dead.message_id.clone()]));

        let request = pb::GetDeliveryRequest { name: dead.name.clone() };
        let told = client(&served).get_delivery(request).await.unwrap().into_inner();
        let numbers: Vec<_> = told.attempts.iter().map(|it| it.number).collect();
        assert_eq!(numbers, (1..=10).collect::<Vec<_>>());
        assert!(told.attempts.iter().all(|it| it.reason == "STATUS" && it.response_body == "there"));
        assert_eq!(told.body, receiver.seen()[0].body);

        receiver.answer("200 OK");
        let at = bed.clock().as_ref();
        at.set(kit::clock::Clock::now(at) + SignedDuration::from_mins(20));
        let request = pb::RetryDeliveryRequest {
            name: dead.name,
            request_id: uuid::Uuid::new_v4().to_string(),
        };
        client(&served).retry_delivery(request.clone()).await.unwrap();
        let done = delivered(&served, &created, 1).await.remove(0);
        assert_eq!((done.message_id, done.attempt_count), (dead.message_id, 11));
        client(&served).retry_delivery(request).await.unwrap();
        assert_eq!(list(&served, &created, State::Delivered).await.len(), 1);
        assert_eq!(get(&served, &created).await.consecutive_failures, 0);
    }

    // A2: a circuit for each endpoint, and days of failure disable it.
    async fn five_failures_open_the_circuit_and_five_days_disable(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let receiver = Receiver::start("500 Internal Server Error").await;
        let wanted = pb::Endpoint { ordered: true, ..endpoint(&receiver.url()) };
        let created = create(&served, DISTRICT, "portal", wanted).await;
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        raise(&served, behind(DISTRICT, 2, "transport")).await;
        for attempt in 1..=5 {
            let held = eventually(async || {
                let held = list(&served, &created, State::Pending).await;
                held.into_iter().find(|it| it.attempt_count == attempt)
            });
            let held = held.await;
            assert!(held.name.ends_with("/1"), "{} overtook", held.name);
            wait(bed, &held);
        }
        // Two hours later everything fails since the first day; the circuit lets one through.
        let found = get(&served, &created).await;
        assert!(found.consecutive_failures >= 5);
        assert_eq!(found.failing_since_time, created.create_time);
        bed.clock().set("2023-04-06T00:00:01Z".parse().unwrap());
        let disabled = eventually(async || {
            let found = get(&served, &created).await;
            (found.state() == pb::endpoint::State::Disabled).then_some(found)
        })
        .await;
        assert_eq!(disabled.disable_reason, "every attempt failed for five days");
        assert_eq!(list(&served, &created, State::Pending).await.len(), 2);
    }

    // A2: order where it is asked for.
    async fn an_ordered_endpoint_gets_one_after_the_other(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let receiver = Receiver::start("200 OK").await;
        receiver.answer_next(&["200 OK", "500 Oops", "500 Oops"]);
        let wanted = pb::Endpoint { ordered: true, ..endpoint(&receiver.url()) };
        let created = create(&served, DISTRICT, "portal", wanted).await;
        for id in 1..=20 {
            raise(&served, behind(DISTRICT, id, "transport")).await;
        }
        for attempt in 1..=2 {
            let held = eventually(async || {
                let held = list(&served, &created, State::Pending).await;
                held.into_iter().find(|it| it.attempt_count == attempt)
            });
            wait(bed, &held.await);
        }
        delivered(&served, &created, 20).await;
        let subjects: Vec<_> = receiver.seen().iter().map(|it| it.event()["subject"].clone()).collect();
        let order = [1, 2, 2].into_iter().chain(2..=20);
        let expected: Vec<_> = order.map(|id| format!("{DISTRICT}/warnings/{id}")).collect();
        assert_eq!(subjects, expected);
    }

    // A2, A4: any number of replicas share the work; what a killed one had taken is not lost.
    async fn replicas_share_and_a_killed_one_loses_nothing(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let replica = bed.start(&[notification::SERVICE]);
        let replica = replica.await;
        let receiver = Receiver::start("200 OK").await;
        let created = create(&served, DISTRICT, "portal", endpoint(&receiver.url())).await;
        for id in 1..=250 {
            raise(&served, behind(DISTRICT, id, "transport")).await;
        }
        delivered(&served, &created, 250).await;
        let ids: BTreeSet<_> = receiver.seen().iter().map(|it| it.id().to_owned()).collect();
        assert_eq!((ids.len(), receiver.seen().len()), (250, 250));
        replica.stop().await;

        // As a process leaves it that was killed while it was sending.
        let mut tx = served.db("notification").begin_write().await.unwrap();
        let until = kit::clock::to_micros(bed.clock().now() + SignedDuration::from_secs(20));
        kit::execute!(tx, "UPDATE endpoint SET lease = 'dead', lease_time = $1", until).unwrap();
        let left = kit::execute!(tx, "UPDATE delivery SET state = 1 WHERE event <= 10").unwrap();
        tx.commit().await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
        assert_eq!(receiver.seen().len(), 250, "its lease still holds");
        bed.clock().set("2023-04-01T00:20:01Z".parse().unwrap());
        delivered(&served, &created, 250).await;
        let again: BTreeSet<_> = receiver.seen().iter().map(|it| it.id().to_owned()).collect();
        assert!(left > 0);
        assert_eq!((again, receiver.seen().len()), (ids, 250 + left as usize));
    }

    // A2, A4: a killed sender's letters wait twenty seconds; a slow one's are nobody else's meanwhile.
    async fn a_lease_is_short_and_renewed_while_its_sender_lives(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let hanging = Receiver::start("hang").await;
        create(&served, DISTRICT, "portal", endpoint(&hanging.url())).await;
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        hanging.saw(1).await;
        let until = async || {
            let mut tx = served.db("notification").begin_read().await.unwrap();
            let (time,) =
                kit::fetch_one!(tx, (i64,), "SELECT lease_time FROM endpoint").unwrap();
            Timestamp::from_microsecond(time).unwrap()
        };
        let (taken, ends) = (bed.clock().now(), until().await);
        assert!(taken < ends && ends <= taken + SignedDuration::from_secs(20), "{taken} to {ends}");
        let later = taken + SignedDuration::from_secs(15);
        bed.clock().set(later);
        let renewed = eventually(async || Some(until().await).filter(|it| *it > ends)).await;
        assert!(renewed <= later + SignedDuration::from_secs(20), "{later} to {renewed}");
        // Beyond the first lease it is still the same sender's.
        bed.clock().set(ends + SignedDuration::from_secs(1));
        tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
        assert_eq!(hanging.seen().len(), 1);
    }

    // A2: fair between districts.
    async fn one_districts_dead_endpoints_do_not_delay_anothers_events(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let hanging = Receiver::start("hang").await;
        let receiver = Receiver::start("200 OK").await;
        for id in 0..20 {
            create(&served, DISTRICT, &format!("dead-{id}"), endpoint(&hanging.url())).await;
        }
        let other = create(&served, OTHER, "portal", endpoint(&receiver.url())).await;
        for id in 1..=10 {
            raise(&served, behind(DISTRICT, id, "transport")).await;
        }
        hanging.saw(8).await;
        raise(&served, behind(OTHER, 1, "transport")).await;
        delivered(&served, &other, 1).await;
        // The flood still waits, and nothing of it is lost.
        let dead = pb::Endpoint { name: format!("{DISTRICT}/endpoints/dead-0"), ..other };
        assert_eq!(list(&served, &dead, State::Pending).await.len(), 10);
    }

    // A2: a rate for each endpoint, kept by all replicas together.
    async fn an_endpoint_is_sent_no_more_a_minute_than_it_takes(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let replica = bed.start(&[notification::SERVICE]).await;
        let receiver = Receiver::start("200 OK").await;
        let wanted = pb::Endpoint { rate_per_minute: 5, ..endpoint(&receiver.url()) };
        let created = create(&served, DISTRICT, "portal", wanted).await;
        for id in 1..=12 {
            raise(&served, behind(DISTRICT, id, "transport")).await;
        }
        for (time, count) in [("00:00:00", 5), ("00:01:01", 10), ("00:02:02", 12)] {
            bed.clock().set(format!("2023-04-01T{time}Z").parse().unwrap());
            delivered(&served, &created, count).await;
            tokio::time::sleep(std::time::Duration::from_millis(700)).await;
            assert_eq!(receiver.seen().len(), count);
        }
        replica.stop().await;
    }
}
