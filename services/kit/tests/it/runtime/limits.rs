//! Time, size and number: what is too long, too large or too many is refused, and
//! nobody else suffers.

use std::num::NonZeroU32;
use std::time::Duration;

use http::uri::PathAndQuery;
use kit::config::Limits;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Request};
use tonic_prost::ProstCodec;
use tonic_types::StatusExt as _;

use super::desk::{BULK, GET, House, reason, soon, unary, watch};

fn quick() -> Limits {
    Limits { request_timeout: Duration::from_millis(100), ..Limits::default() }
}

fn one() -> NonZeroU32 {
    NonZeroU32::MIN
}

#[tokio::test]
async fn a_unary_call_is_given_up_with_deadline_exceeded() {
    let house = House::open(quick()).await;
    let status = soon(unary(house.channel().await, GET, "never")).await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded);
    assert_eq!(reason(&status), "DEADLINE_EXCEEDED");
    // The connection and the server go on.
    let answer = soon(unary(house.channel().await, GET, "hello")).await;
    assert_eq!(answer.unwrap(), "hello");
}

#[tokio::test]
async fn streams_outlive_the_limit_of_unary_calls() {
    let house = House::open(quick()).await;
    let channel = house.channel().await;

    let mut items = watch(channel.clone(), "polite").await.unwrap();
    let (rows, received) = mpsc::channel(1);
    let bulk = {
        let channel = channel.clone();
        tokio::spawn(async move {
            let mut client = tonic::client::Grpc::new(channel);
            client.ready().await.unwrap();
            let codec = ProstCodec::<String, String>::default();
            let request = Request::new(ReceiverStream::new(received));
            client.client_streaming(request, PathAndQuery::from_static(BULK), codec).await
        })
    };
    rows.send("row".to_owned()).await.unwrap();
    // Two unary calls run out of time one after the other while both streams are open.
    for _ in 0..2 {
        let status = soon(unary(channel.clone(), GET, "never")).await.unwrap_err();
        assert_eq!(status.code(), Code::DeadlineExceeded);
    }
    house.desk.gate.add_permits(1);
    assert_eq!(soon(items.message()).await.unwrap().as_deref(), Some("more"));
    rows.send("row".to_owned()).await.unwrap();
    drop(rows);
    assert_eq!(soon(bulk).await.unwrap().unwrap().into_inner(), "2");
}

#[tokio::test]
async fn messages_over_the_limit_are_refused_as_such() {
    let house = House::open(Limits::default()).await;
    let channel = house.channel().await;

    let fits = "x".repeat(kit::boot::DECODE_LIMIT - 100);
    assert_eq!(soon(unary(channel.clone(), GET, &fits)).await.unwrap().len(), fits.len());

    let large = "x".repeat(kit::boot::DECODE_LIMIT + 100);
    let status = soon(unary(channel.clone(), GET, &large)).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert_eq!(reason(&status), "MESSAGE_TOO_LARGE");
    assert!(status.message().contains("request"), "{status}");

    let status = soon(unary(channel, GET, "big")).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert!(status.message().contains("reply"), "{status}");
}

#[tokio::test]
async fn a_message_that_unpacks_to_too_much_is_refused() {
    let house = House::open(Limits::default()).await;
    let mut client = tonic::client::Grpc::new(house.channel().await)
        .send_compressed(tonic::codec::CompressionEncoding::Gzip)
        .accept_compressed(tonic::codec::CompressionEncoding::Gzip);
    let codec = ProstCodec::<String, String>::default;
    let path = PathAndQuery::from_static(GET);

    client.ready().await.unwrap();
    let fits = Request::new("x".repeat(1000));
    let reply = client.unary(fits, path.clone(), codec()).await.unwrap();
    assert_eq!(reply.metadata().get("grpc-encoding").unwrap(), "gzip");

    client.ready().await.unwrap();
    let bomb = Request::new("x".repeat(100 * 1024 * 1024));
    let status = client.unary(bomb, path, codec()).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert_eq!(reason(&status), "MESSAGE_TOO_LARGE");
}

#[tokio::test]
async fn calls_over_the_limit_are_shed_and_health_is_not() {
    let house = House::open(Limits { max_requests: one(), ..Limits::default() }).await;
    let channel = house.channel().await;
    let first = tokio::spawn(unary(channel.clone(), GET, "hold"));
    house.desk.until_held(1).await;

    // The limit is the process's, not the connection's.
    for channel in [channel.clone(), house.channel().await] {
        let status = soon(unary(channel, GET, "hello")).await.unwrap_err();
        assert_eq!(status.code(), Code::Unavailable);
        assert!(status.get_details_retry_info().unwrap().retry_delay.is_some());
    }
    let mut health = tonic_health::pb::health_client::HealthClient::new(channel.clone());
    soon(health.check(tonic_health::pb::HealthCheckRequest::default())).await.unwrap();

    house.desk.gate.add_permits(1);
    assert_eq!(soon(first).await.unwrap().unwrap(), "released");
    assert_eq!(soon(unary(channel, GET, "hello")).await.unwrap(), "hello");
}

#[tokio::test]
async fn streams_over_the_limit_are_shed_until_one_ends() {
    let house = House::open(Limits { max_streams: one(), ..Limits::default() }).await;
    let channel = house.channel().await;
    let items = watch(channel.clone(), "polite").await.unwrap();
    let status = watch(channel.clone(), "polite").await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    // Unary calls have places of their own.
    assert_eq!(soon(unary(channel.clone(), GET, "hello")).await.unwrap(), "hello");

    drop(items);
    // The server learns of it by a reset, a moment later.
    soon(async { while watch(channel.clone(), "polite").await.is_err() {} }).await;
}

#[tokio::test]
async fn who_calls_too_often_is_told_when_to_call_again() {
    let house = House::open(Limits {
        calls_per_minute: 120,
        call_burst: NonZeroU32::new(3).unwrap(),
        ..Limits::default()
    })
    .await;
    let as_ = |account: &str, channel| {
        kit::testing::Channel::new(channel, &kit::testing::token(account, &["inspector@*"]))
    };
    let channel = house.channel().await;
    let busy = as_("busy", channel.clone());
    for _ in 0..3 {
        soon(unary(busy.clone(), GET, "hello")).await.unwrap();
    }
    let status = soon(unary(busy.clone(), GET, "hello")).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert_eq!(reason(&status), "TOO_MANY_CALLS");
    let wait = status.get_details_retry_info().unwrap().retry_delay.unwrap();
    assert!(wait <= Duration::from_millis(500), "{wait:?}");
    // Others have buckets of their own; those without a token have their address's, whatever
    // they say.
    soon(unary(as_("other", channel.clone()), GET, "hello")).await.unwrap();
    for wrong in ["", "x", "y"] {
        let nobody = kit::testing::Channel::new(channel.clone(), wrong);
        let _ = soon(unary(nobody, GET, "hello")).await;
    }
    let status = soon(unary(channel.clone(), GET, "hello")).await.unwrap_err();
    assert_eq!(reason(&status), "TOO_MANY_CALLS");
    let mut health = tonic_health::pb::health_client::HealthClient::new(channel);
    soon(health.check(tonic_health::pb::HealthCheckRequest::default())).await.unwrap();
    tokio::time::sleep(wait).await;
    soon(unary(busy, GET, "hello")).await.unwrap();
}

#[tokio::test]
async fn an_old_connection_is_asked_to_close_and_then_ended() {
    let house = House::open(Limits {
        connection_age: Duration::from_millis(50),
        connection_grace: Duration::from_millis(50),
        ..Limits::default()
    })
    .await;
    let channel = house.channel().await;
    let mut items = watch(channel.clone(), "rude").await.unwrap();
    let status = soon(items.message()).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    assert_eq!(reason(&status), "UNAVAILABLE");
    // A client opens another one unasked.
    assert_eq!(soon(unary(channel, GET, "hello")).await.unwrap(), "hello");
}

#[tokio::test]
async fn a_panic_in_a_handler_is_an_internal_error_of_that_call_alone() {
    let house = House::open(Limits::default()).await;
    let channel = house.channel().await;
    let status = soon(unary(channel.clone(), GET, "panic")).await.unwrap_err();
    assert_eq!(status.code(), Code::Internal);
    assert!(!status.message().contains("told to"), "{status}");
    assert_eq!(soon(unary(channel, GET, "hello")).await.unwrap(), "hello");
}
