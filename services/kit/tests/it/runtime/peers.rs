//! Calls from one service to another: the deadline goes with them, and a peer
//! that is away is told from one that refuses.

use std::time::Duration;

use kit::config::Limits;
use kit::peers::Peers;
use tokio::net::TcpListener;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt as _;

use super::desk::{Desk, GET, House, OPEN, boundless, reason, soon, unary};

async fn two(limits: Limits) -> (House, House) {
    let back = House::open(Limits::default()).await;
    let mut desk = Desk::new();
    desk.peer = Some(Peers::default().with("scoring", back.uri()).get("scoring"));
    (House::with(desk, limits).await, back)
}

#[tokio::test]
async fn the_callers_deadline_goes_with_the_call() {
    let (front, _back) =
        two(Limits { request_timeout: Duration::from_secs(3), ..Limits::default() }).await;
    let left = soon(unary(front.channel().await, GET, "ask timeout")).await.unwrap();
    let micros: u64 = left.strip_suffix('u').unwrap().parse().unwrap();
    assert!((1..=3_000_000).contains(&micros), "{left}");
}

#[tokio::test]
async fn a_peer_that_takes_too_long_is_deadline_exceeded() {
    let back = House::open(Limits::default()).await;
    let peer = Peers::default().with("scoring", back.uri()).get("scoring");
    let mut request = tonic::Request::new("never".to_owned());
    request.set_timeout(Duration::from_millis(50));
    let mut client = tonic::client::Grpc::new(peer);
    client.ready().await.unwrap();
    let codec = tonic_prost::ProstCodec::<String, String>::default();
    let path = http::uri::PathAndQuery::from_static(GET);
    let status = soon(client.unary(request, path, codec)).await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded);
    assert_eq!(reason(&status), "DEADLINE_EXCEEDED");
}

#[tokio::test]
async fn a_peers_refusal_is_passed_on_as_it_came() {
    let (front, _back) = two(Limits::default()).await;
    let status = soon(unary(front.channel().await, GET, "ask refuse")).await.unwrap_err();
    assert_eq!(status.code(), Code::FailedPrecondition);
    assert_eq!(reason(&status), "CLOSED");
}

// The caller asked for nothing large: what passed between the services is ours to mend.
#[tokio::test]
async fn a_peers_oversized_reply_is_no_fault_of_the_callers() {
    let (front, _back) = two(Limits::default()).await;
    let status = soon(unary(front.channel().await, GET, "ask big")).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Internal, "INTERNAL"));
    // A peer without limits: here our client refuses what it sends.
    let mut desk = Desk::new();
    desk.peer = Some(Peers::default().with("scoring", boundless().await).get("scoring"));
    let front = House::with(desk, Limits::default()).await;
    let status = soon(unary(front.channel().await, GET, "ask big")).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Internal, "INTERNAL"));
}

#[tokio::test]
async fn a_peer_out_of_reach_is_unavailable_and_found_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let uri = format!("http://{address}").parse().unwrap();
    let peer = Peers::default().with("registry", uri).get("registry");
    let status = soon(unary(peer.clone(), GET, "hello")).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    assert!(status.message().contains("registry"), "{status}");
    assert!(!status.message().contains("127.0.0.1"), "{status}");
    assert!(status.get_details_retry_info().is_some());

    let desk = Desk::new();
    let (wing, shutdown) = (desk.wing(), desk.shutdown.clone());
    let listener = TcpListener::bind(address).await.unwrap();
    tokio::spawn(async move {
        let guard = kit::testing::guard(&[OPEN]);
        kit::boot::serve(listener, vec![wing], &Limits::default(), guard, shutdown).await
    });
    assert_eq!(soon(unary(peer, GET, "hello")).await.unwrap(), "hello");
}

#[tokio::test]
async fn generated_clients_take_a_peer() {
    let house = House::open(Limits::default()).await;
    let peers = Peers::default().with("scoring", house.uri());
    let mut health = kit::client!(HealthClient, peers.get("scoring"));
    soon(health.check(HealthCheckRequest::default())).await.unwrap();
}

#[tokio::test]
async fn a_peer_nobody_configured_says_how_to() {
    let peer = Peers::default().get("registry");
    let status = soon(unary(peer, GET, "hello")).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    assert!(status.message().contains("--registry-url"), "{status}");
}
