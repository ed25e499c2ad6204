//! The end: NOT_SERVING first, streams told, work in hand finished, nothing waited
//! for longer than promised.

use std::time::Duration;

use kit::boot::Wing;
use kit::config::Limits;
use tokio::net::TcpStream;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::desk::{Desk, GET, House, soon, unary, watch};

#[tokio::test]
async fn health_turns_first_then_streams_end_and_work_in_hand_is_finished() {
    let house =
        House::open(Limits { drain_wait: Duration::from_millis(200), ..Limits::default() }).await;
    let channel = house.channel().await;
    let mut items = watch(channel.clone(), "polite").await.unwrap();
    let mut health = HealthClient::new(channel.clone());
    let mut statuses = health.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    let serving = soon(statuses.message()).await.unwrap().unwrap();
    assert_eq!(serving.status(), ServingStatus::Serving);
    let work = tokio::spawn(unary(channel.clone(), GET, "hold"));
    house.desk.until_held(2).await;

    house.desk.shutdown.begin();
    let turned = soon(statuses.message()).await.unwrap().unwrap();
    assert_eq!(turned.status(), ServingStatus::NotServing);
    // Within the wait, who has not heard yet is served, on new connections too.
    assert_eq!(soon(unary(house.channel().await, GET, "late")).await.unwrap(), "late");
    assert!(!house.desk.shutdown.token().is_cancelled());

    let status = soon(items.message()).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::Unavailable, "closing"));
    let status = soon(statuses.message()).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);

    house.desk.gate.add_permits(1);
    assert_eq!(soon(work).await.unwrap().unwrap(), "released");
    let address = house.address;
    house.closed().await.unwrap();
    TcpStream::connect(address).await.unwrap_err();
}

#[tokio::test]
async fn a_stream_that_does_not_end_is_ended() {
    let house =
        House::open(Limits { drain_timeout: Duration::from_secs(1), ..Limits::default() }).await;
    let channel = house.channel().await;
    let mut items = watch(channel.clone(), "rude").await.unwrap();
    let mut health = HealthClient::new(channel.clone());
    let request = HealthCheckRequest::default();
    let mut statuses = health.watch(request).await.unwrap().into_inner();
    soon(statuses.message()).await.unwrap();
    let work = tokio::spawn(unary(channel, GET, "never"));
    house.desk.until_held(1).await;

    house.desk.shutdown.begin();
    // Without a wait in between, too, probers hear of it before their stream ends.
    let turned = soon(statuses.message()).await.unwrap().unwrap();
    assert_eq!(turned.status(), ServingStatus::NotServing);
    soon(statuses.message()).await.unwrap_err();
    let status = soon(items.message()).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    let status = soon(work).await.unwrap().unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    house.closed().await.unwrap();
}

#[tokio::test]
async fn a_connection_that_says_nothing_does_not_delay_the_end() {
    let house = House::open(Limits::default()).await;
    let _silent = TcpStream::connect(house.address).await.unwrap();
    // Accepted in order: once this one is served, the silent one is known.
    unary(house.channel().await, GET, "hello").await.unwrap();
    house.desk.shutdown.begin();
    tokio::time::timeout(Duration::from_secs(5), house.closed()).await.unwrap().unwrap();
}

#[tokio::test]
async fn tasks_are_told_and_waited_for() {
    let desk = Desk::new();
    let (token, gate) = (desk.shutdown.token(), desk.gate.clone());
    let wing = desk.wing().task(async move {
        token.cancelled().await;
        gate.close();
    });
    let house = House::of(desk, vec![wing, Wing::new("idle").task(async {})], Limits::default());
    let house = house.await;
    let gate = house.desk.gate.clone();
    house.desk.shutdown.begin();
    house.closed().await.unwrap();
    assert!(gate.is_closed());
}

#[tokio::test]
async fn a_task_that_panics_ends_the_process_in_error() {
    let desk = Desk::new();
    let wing = desk.wing().task(async { panic!("told to") });
    let house = House::of(desk, vec![wing], Limits::default()).await;
    house.closed().await.unwrap_err();
}
