//! Endpoints: what they are sent, how it is signed, where it may not go.

use kit::testing::Channel;
use kit::testing::{Bed, Served};
use proto::notification::v1 as pb;
use proto::notification::v1::delivery::State;
use proto::notification::v1::endpoint::Condition;
use proto::notification::v1::endpoint::condition::Operator as Compared;
use proto::notification::v1::endpoint_service_client::EndpointServiceClient;
use proto::registry::v1 as registry;
use proto::registry::v1::change::Resource as Announced;
use tonic::Code;

use crate::data::{DISTRICT, OTHER, behind, issued, low, raise};
use crate::delivery::{delivered, deliveries};
use crate::receiver::Receiver;
use crate::standin::{Authority, Operator};
use crate::{denied, fake, refused};

pub(crate) const WARNED: &str = "saima.scoring.v1.WarningRaised";
const ORDERED: &str = "saima.registry.v1.OrderCreated";
const CLOSED: &str = "saima.registry.v1.OrderClosed";

pub(crate) fn endpoints(served: &Served) -> EndpointServiceClient<Channel> {
    EndpointServiceClient::new(served.channel())
}

/// An endpoint that wants warnings.
pub(crate) fn endpoint(url: &str) -> pb::Endpoint {
    pb::Endpoint {
        display_name: "政务服务平台".to_owned(),
        url: url.to_owned(),
        event_types: vec![WARNED.to_owned()],
        ..Default::default()
    }
}

pub(crate) fn creation(district: &str, id: &str, it: pb::Endpoint) -> pb::CreateEndpointRequest {
    pb::CreateEndpointRequest {
        parent: district.to_owned(),
        endpoint_id: id.to_owned(),
        endpoint: Some(it),
        ..Default::default()
    }
}

pub(crate) async fn create(
    served: &Served,
    district: &str,
    id: &str,
    it: pb::Endpoint,
) -> pb::Endpoint {
    endpoints(served).create_endpoint(creation(district, id, it)).await.unwrap().into_inner()
}

async fn keys(served: &Served, endpoint: &pb::Endpoint) -> Vec<String> {
    let request = pb::ListSecretsRequest { parent: endpoint.name.clone() };
    let found = endpoints(served).list_secrets(request).await.unwrap().into_inner().secrets;
    found.into_iter().map(|it| it.key).collect()
}

pub(crate) async fn get(served: &Served, endpoint: &pb::Endpoint) -> pb::Endpoint {
    let request = pb::GetEndpointRequest { name: endpoint.name.clone() };
    endpoints(served).get_endpoint(request).await.unwrap().into_inner()
}

kit::both! {
    // A2
    async fn a_subscriber_is_sent_signed_cloud_events_of_its_types(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let receiver = Receiver::start("204 No Content").await;
        let wanted = pb::Endpoint {
            event_types: vec![WARNED.to_owned(), "saima.notification.v1.LetterIssued".to_owned()],
            include_resource: true,
            ..endpoint(&receiver.url())
        };
        let created = create(&served, DISTRICT, "portal", wanted).await;
        raise(&served, behind(DISTRICT, 7, "transport")).await;
        let letter = issued(&served, DISTRICT, 1).await.remove(0);
        let seen = receiver.saw(2).await;

        let key = keys(&served, &created).await.remove(0);
        assert!(key.starts_with("whsec_"), "{key}");
        assert!(seen.iter().all(|it| it.is_signed_by(&key)));
        let other = format!("whsec_{}", "A".repeat(43) + "=");
        assert!(!seen.iter().any(|it| it.is_signed_by(&other)), "anything passes for a signature");
        let warned = seen.iter().find(|it| it.event()["type"] == WARNED).unwrap();
        let event = warned.event();
        assert_eq!(event["specversion"], "1.0");
        assert_eq!(event["id"], warned.id());
        assert_eq!(event["source"], "//saima/districts/hengkou");
        assert_eq!(event["subject"], format!("{DISTRICT}/warnings/7"));
        assert_eq!(event["time"], "2023-04-01T00:00:00Z");
        assert_eq!(event["data"]["name"], format!("{DISTRICT}/warnings/7"));
        assert_eq!(event["data"]["resource"]["unitDisplayName"], "恒口示范区交通局");
        assert_eq!(warned.headers["content-type"], "application/cloudevents+json; charset=utf-8");
        let told = seen.iter().find(|it| it.event()["type"] != WARNED).unwrap().event();
        assert_eq!(told["subject"], letter.name);
        assert_eq!(told["data"]["resource"]["body"], letter.body);
    }

    // A2, Q3: what registry tells is subscribed to as what scoring tells; who was there before it was
    // listened to is not told what happened earlier.
    async fn what_registry_tells_is_sent_from_the_day_on_that_it_is_heard(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let receiver = Receiver::start("204 No Content").await;
        let wanted = |kinds: &[&str]| pb::Endpoint {
            event_types: kinds.iter().map(|it| (*it).to_owned()).collect(),
            include_resource: true,
            ..endpoint(&receiver.url())
        };
        create(&served, DISTRICT, "portal", wanted(&[ORDERED])).await;
        create(&served, OTHER, "portal", wanted(&["*"])).await;
        let mut tx = served.db("notification").within("xingping").begin_write().await.unwrap();
        kit::execute!(
            tx,
            "INSERT INTO event_begin (district, service, begin_time)
             VALUES ('xingping', 'registry', 4000000000000000)"
        )
        .unwrap();
        tx.commit().await.unwrap();
        let order = |district: &str| registry::Order {
            name: format!("{district}/orders/ring-road"),
            target_effect: "全线通车".to_owned(),
            ..Default::default()
        };
        for (kind, district) in [(ORDERED, OTHER), (CLOSED, DISTRICT), (ORDERED, DISTRICT)] {
            let order = order(district);
            let (name, resource) = (order.name.clone(), Announced::Order(order));
            fake::announce(&served, kind, &name, resource).await;
        }
        let told = receiver.saw(1).await[0].event();
        assert_eq!((&told["type"], &told["subject"]), (&ORDERED.into(), &order(DISTRICT).name.into()));
        assert_eq!(told["data"]["resource"]["targetEffect"], "全线通车");
        raise(&served, behind(OTHER, 1, "transport")).await;
        let told = receiver.saw(2).await;
        assert_eq!(told[1].event()["subject"], format!("{OTHER}/warnings/1"), "{told:?}");
        let mut tx = served.db("notification").within("xingping").begin_read().await.unwrap();
        let sql = "SELECT COUNT(*) FROM event WHERE district = 'xingping' AND kind = $1";
        assert_eq!(kit::fetch_one!(tx, (i64,), sql, ORDERED).unwrap(), (0,));
    }

    // A2: no personal data unless the subscription says so.
    async fn a_subscriber_gets_names_alone_and_only_of_what_it_asked_for(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let receiver = Receiver::start("200 OK").await;
        let wanted = pb::Endpoint {
            event_types: vec!["*".to_owned()],
            subject_prefix: format!("{DISTRICT}/letters/"),
            ..endpoint(&receiver.url())
        };
        create(&served, DISTRICT, "portal", wanted).await;
        raise(&served, behind(DISTRICT, 7, "transport")).await;
        let letter = issued(&served, DISTRICT, 1).await.remove(0);
        let seen = receiver.saw(1).await;
        assert_eq!(seen[0].event()["data"], serde_json::json!({ "name": letter.name }));
        assert_eq!(seen.len(), 1);
    }

    // A2
    async fn secrets_rotate_with_two_valid_at_once(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let receiver = Receiver::start("200 OK").await;
        let wanted = pb::Endpoint {
            signature_scheme: pb::SignatureScheme::Ed25519.into(),
            ..endpoint(&receiver.url())
        };
        let created = create(&served, DISTRICT, "portal", wanted).await;
        let first = keys(&served, &created).await.remove(0);
        assert!(first.starts_with("whpk_"), "{first}");
        let rotation = pb::RotateSecretRequest {
            name: created.name.clone(),
            overlap_hours: 2,
            ..Default::default()
        };
        endpoints(&served).rotate_secret(rotation.clone()).await.unwrap();
        let both = keys(&served, &created).await;
        assert_eq!((both.len(), &both[1]), (2, &first));
        let again = endpoints(&served).rotate_secret(rotation.clone()).await;
        denied(again, Code::FailedPrecondition, "TOO_MANY_SECRETS");

        raise(&served, behind(DISTRICT, 1, "transport")).await;
        let seen = receiver.saw(1).await.remove(0);
        assert!(both.iter().all(|key| seen.is_signed_by(key)));
        bed.clock().set("2023-04-01T02:00:00Z".parse().unwrap());
        raise(&served, behind(DISTRICT, 2, "transport")).await;
        let seen = receiver.saw(2).await.remove(1);
        assert!(seen.is_signed_by(&both[0]) && !seen.is_signed_by(&first));
        endpoints(&served).rotate_secret(rotation).await.unwrap();
        assert_eq!(keys(&served, &created).await.len(), 2);
    }

    // A2: bad input names its field.
    async fn an_endpoint_is_refused_by_its_fields(bed: &Bed) {
        let served = fake::start(bed).await;
        let mut client = endpoints(&served);
        let cases = [
            ("http://portal.example.cn/", "PLAIN_HTTP"),
            ("https://10.1.2.3/", "FORBIDDEN_ADDRESS"),
            ("https://[::ffff:127.0.0.1]/", "FORBIDDEN_ADDRESS"),
            ("https://169.254.169.254/latest/meta-data", "FORBIDDEN_ADDRESS"),
            ("https://2130706433/", "FORBIDDEN_ADDRESS"),
            ("https://admin:secret@portal.example.cn/", "URL_FORMAT"),
            ("ftp://portal.example.cn/", "URL_FORMAT"),
        ];
        for (url, reason) in cases {
            let request = creation(DISTRICT, "portal", endpoint(url));
            refused(client.create_endpoint(request).await, &[("endpoint.url", reason)]);
        }
        let unknown = pb::Endpoint {
            event_types: vec![WARNED.to_owned(), "saima.scoring.v1.Gossip".to_owned()],
            ..endpoint("https://portal.example.cn/")
        };
        let request = creation(DISTRICT, "portal", unknown);
        let field = [("endpoint.event_types[1]", "UNKNOWN_EVENT_TYPE")];
        refused(client.create_endpoint(request).await, &field);
        let good = creation(DISTRICT, "portal", endpoint("https://portal.example.cn/"));
        let created = client.create_endpoint(good.clone()).await.unwrap().into_inner();
        denied(client.create_endpoint(good).await, Code::AlreadyExists, "");

        let change = pb::Endpoint {
            name: created.name.clone(),
            url: "https://127.0.0.1/".to_owned(),
            ..Default::default()
        };
        let request = pb::UpdateEndpointRequest { endpoint: Some(change), update_mask: None };
        let field = [("endpoint.url", "FORBIDDEN_ADDRESS")];
        refused(client.update_endpoint(request).await, &field);
        let change = pb::Endpoint {
            display_name: "数据局".to_owned(),
            etag: "\"9\"".to_owned(),
            ..created.clone()
        };
        let mut request = pb::UpdateEndpointRequest { endpoint: Some(change), update_mask: None };
        denied(client.update_endpoint(request.clone()).await, Code::Aborted, "");
        request.endpoint.as_mut().unwrap().etag = created.etag;
        let changed = client.update_endpoint(request).await.unwrap().into_inner();
        assert_eq!(changed.display_name, "数据局");
    }

    // A2: the letter is held with a visible reason, never dropped.
    async fn a_name_that_leads_inside_is_not_followed(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let receiver = Receiver::start("302 Found").await;
        let created = create(&served, DISTRICT, "portal", endpoint(&receiver.url())).await;
        let request = pb::TestEndpointRequest { name: created.name.clone(), ..Default::default() };
        let told = endpoints(&served).test_endpoint(request).await.unwrap().into_inner();
        assert_eq!((told.delivered, told.response_status, &*told.reason), (false, 302, "STATUS"));
        assert!(told.message.contains("redirects are not followed"), "{}", told.message);
        assert_eq!(told.response_body, "there");
        assert_eq!(receiver.seen()[0].event()["type"], "saima.notification.v1.EndpointTested");
        served.stop().await;

        // Where the operator withdraws the network, what is stored leads nowhere.
        let strict = fake::strictly(bed).await;
        raise(&strict, behind(DISTRICT, 1, "transport")).await;
        let held = deliveries(&strict, &created, State::Pending, |it| it.attempt_count == 1).await;
        assert!(held[0].last_failure.contains("a loopback address"), "{}", held[0].last_failure);
        assert!(held[0].next_attempt_time.is_some());
        assert_eq!(receiver.seen().len(), 1);
    }

    // A2
    async fn an_endpoint_that_says_farewell_or_is_disabled_gets_nothing_more(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let receiver = Receiver::start("410 Gone").await;
        let created = create(&served, DISTRICT, "portal", endpoint(&receiver.url())).await;
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        let disabled = kit::testing::eventually(async || {
            let found = get(&served, &created).await;
            (found.state() == pb::endpoint::State::Disabled).then_some(found)
        })
        .await;
        assert!(disabled.disable_reason.contains("410"), "{}", disabled.disable_reason);
        let name = format!("{}/deliveries/1", created.name);
        let request = pb::RetryDeliveryRequest { name, ..Default::default() };
        let outcome = crate::delivery::client(&served).retry_delivery(request).await;
        denied(outcome, Code::FailedPrecondition, "ENDPOINT_DISABLED");

        receiver.answer("200 OK");
        let request = pb::EnableEndpointRequest { name: created.name.clone(), ..Default::default() };
        let enabled = endpoints(&served).enable_endpoint(request).await.unwrap().into_inner();
        assert_eq!((enabled.consecutive_failures, &*enabled.disable_reason), (0, ""));
        bed.clock().set("2023-04-01T00:01:00Z".parse().unwrap());
        delivered(&served, &created, 1).await;
        let request = pb::DisableEndpointRequest {
            name: created.name.clone(),
            reason: "平台迁移".to_owned(),
            ..Default::default()
        };
        endpoints(&served).disable_endpoint(request).await.unwrap();
        raise(&served, behind(DISTRICT, 2, "transport")).await;
        issued(&served, DISTRICT, 2).await;
        assert_eq!(receiver.seen().len(), 2);
    }

    // A2
    async fn events_are_replayed_from_a_time_on(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let receiver = Receiver::start("200 OK").await;
        let created = create(&served, DISTRICT, "portal", endpoint(&receiver.url())).await;
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        delivered(&served, &created, 1).await;
        bed.clock().set("2023-04-01T01:00:00Z".parse().unwrap());
        raise(&served, behind(DISTRICT, 2, "transport")).await;
        delivered(&served, &created, 2).await;
        let start = prost_types::Timestamp { seconds: 1_680_310_000, nanos: 0 };
        let request = pb::ReplayEventsRequest {
            name: created.name.clone(),
            start_time: Some(start),
            ..Default::default()
        };
        let reply = endpoints(&served).replay_events(request).await.unwrap().into_inner();
        assert_eq!(reply, pb::ReplayEventsResponse { count: 1, next_start_time: None });
        let seen = receiver.saw(3).await;
        assert_eq!(seen[2].id(), seen[1].id());
        assert_ne!(seen[2].id(), seen[0].id());
    }

    // A2: a receiver inside, encrypted under an authority of the operator's own.
    async fn a_receiver_inside_is_trusted_by_the_operators_own_authority(bed: &Bed) {
        let authority = Authority::new();
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let inside = Operator::start_with(Some(authority.acceptor()), |_| String::new()).await;
        let created =
            create(&served, DISTRICT, "portal", endpoint(&inside.url("https", "/hooks"))).await;
        let request = pb::TestEndpointRequest { name: created.name.clone(), ..Default::default() };
        let told = endpoints(&served).test_endpoint(request.clone()).await.unwrap().into_inner();
        assert_eq!((told.delivered, &*told.reason), (false, "TLS"));
        served.stop().await;

        bed.trust_outbound(&authority.der);
        let served = fake::start(bed).await;
        let told = endpoints(&served).test_endpoint(request).await.unwrap().into_inner();
        assert!(told.delivered, "{told:?}");
        assert_eq!(inside.taken().len(), 1);
    }

    // A2: a filter on fields of what happened, checked against the contract when it is saved.
    async fn conditions_narrow_what_an_endpoint_is_sent(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let receiver = Receiver::start("200 OK").await;
        let condition = |field: &str, operator: Compared, values: &[&str]| Condition {
            field: field.to_owned(),
            operator: operator.into(),
            values: values.iter().map(|it| (*it).to_owned()).collect(),
        };
        let wanted = pb::Endpoint {
            conditions: vec![
                condition("kind", Compared::Is, &["WARNING_KIND_LOW_RANKING"]),
                condition("rank", Compared::AtLeast, &["10"]),
                condition("unit", Compared::IsNot, &[&format!("{DISTRICT}/units/water")]),
            ],
            ..endpoint(&receiver.url())
        };
        let created = create(&served, DISTRICT, "portal", wanted.clone()).await;
        assert_eq!(created.conditions, wanted.conditions);
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        raise(&served, low(DISTRICT, 2, "water")).await;
        raise(&served, low(DISTRICT, 3, "transport")).await;
        delivered(&served, &created, 1).await;
        let start = prost_types::Timestamp { seconds: 1_680_300_000, nanos: 0 };
        let request = pb::ReplayEventsRequest {
            name: created.name.clone(),
            start_time: Some(start),
            ..Default::default()
        };
        let reply = endpoints(&served).replay_events(request).await.unwrap().into_inner();
        assert_eq!(reply.count, 1);
        let seen = receiver.saw(2).await;
        let subject = format!("{DISTRICT}/warnings/3");
        assert!(seen.iter().all(|it| it.event()["subject"] == subject));

        let bad = pb::Endpoint {
            conditions: vec![
                condition("colour", Compared::Is, &["red"]),
                condition("rank.value.deeper", Compared::Is, &["1"]),
                condition("rank", Compared::AtMost, &["few"]),
                condition("kind", Compared::Unspecified, &[]),
            ],
            ..wanted
        };
        let refusals = [
            ("endpoint.conditions[0].field", "UNKNOWN_FIELD"),
            ("endpoint.conditions[1].field", "UNKNOWN_FIELD"),
            ("endpoint.conditions[2].values[0]", "DECIMAL_FORMAT"),
            ("endpoint.conditions[3].operator", "REQUIRED"),
            ("endpoint.conditions[3].values", "OUT_OF_RANGE"),
        ];
        let request = creation(DISTRICT, "bad", bad);
        refused(endpoints(&served).create_endpoint(request).await, &refusals);
    }
}
