//! Limits of the transport, seen on the wire below any gRPC client.

use std::num::NonZeroU32;

use http::{HeaderMap, Response};
use hyper::body::{Body as _, Incoming};
use hyper_util::rt::{TokioExecutor, TokioIo};
use kit::config::Limits;
use tokio::net::TcpStream;
use tonic::body::Body;
use tonic::{Code, Status};

use super::desk::{GET, House, WATCH, reason, soon, unary};
use super::raw::{self, Raw};

#[tokio::test]
async fn the_settings_announce_streams_and_headers() {
    let house = House::open(Limits::default()).await;
    let mut raw = Raw::open(house.address).await;
    let settings = soon(raw.next(raw::SETTINGS)).await.unwrap().payload;
    let setting = |id: u16| {
        let (pairs, _) = settings.as_chunks::<6>();
        let pair = pairs.iter().find(|pair| pair[..2] == id.to_be_bytes()).unwrap();
        u32::from_be_bytes(pair[2..].try_into().unwrap())
    };
    assert_eq!(setting(3), 100, "SETTINGS_MAX_CONCURRENT_STREAMS");
    assert_eq!(setting(6), 16 * 1024, "SETTINGS_MAX_HEADER_LIST_SIZE");
}

#[tokio::test]
async fn a_stream_too_many_is_refused() {
    let house = House::open(Limits::default()).await;
    let mut raw = Raw::open(house.address).await;
    for number in 0..101 {
        let stream = 2 * number + 1;
        let open = raw::headers(stream, 0, WATCH, &[]);
        let ask = raw::frame(raw::DATA, raw::END_STREAM, stream, &raw::message("rude"));
        raw.send(&[open, ask]).await;
    }
    let refused = soon(raw.next(raw::RST_STREAM)).await.unwrap();
    assert_eq!((refused.stream, refused.number(0)), (201, raw::REFUSED_STREAM));
    house.desk.until_held(100).await;
}

#[tokio::test]
async fn streams_opened_and_reset_in_a_flood_end_the_connection() {
    let house = House::open(Limits::default()).await;
    let mut raw = Raw::open(house.address).await;
    let flood: Vec<_> = (0..1000)
        .map(|number| 2 * number + 1)
        .flat_map(|stream| [raw::headers(stream, 0, WATCH, &[]), raw::reset(stream)])
        .collect();
    raw.send(&flood).await;
    let farewell = soon(raw.next(raw::GOAWAY)).await.unwrap();
    assert_eq!(farewell.number(4), raw::ENHANCE_YOUR_CALM);
    // Others are not harmed.
    assert_eq!(soon(unary(house.channel().await, GET, "hello")).await.unwrap(), "hello");
}

#[tokio::test]
async fn streams_that_we_must_reset_in_a_flood_end_the_connection() {
    let house = House::open(Limits::default()).await;
    let mut raw = Raw::open(house.address).await;
    // Each promises a body and ends without one.
    let promise = [("content-length", "5")];
    let flood: Vec<_> = (0..4000)
        .map(|number| raw::headers(2 * number + 1, raw::END_STREAM, WATCH, &promise))
        .collect();
    raw.send(&flood).await;
    let mut resets = 0;
    let farewell = soon(async {
        while let Some(frame) = raw.next_of(&[raw::RST_STREAM, raw::GOAWAY]).await {
            if frame.kind == raw::GOAWAY {
                return frame;
            }
            resets += 1;
        }
        panic!("no GOAWAY after {resets} resets");
    })
    .await;
    assert_eq!(farewell.number(4), raw::ENHANCE_YOUR_CALM);
    assert!(resets <= 1024, "{resets}");
}

#[tokio::test]
async fn headers_over_the_limit_are_refused_and_the_connection_goes_on() {
    let house = House::open(Limits::default()).await;
    let mut caller = Caller::open(&house).await;
    let long = "x".repeat(17 * 1024);
    let response = caller.send(GET, &[("x-long", &long)], message("hello")).await;
    assert_eq!(response.status(), 431);
    let response = caller.send(GET, &[], message("hello")).await;
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn the_callers_own_deadline_is_kept() {
    let house = House::open(Limits::default()).await;
    let mut caller = Caller::open(&house).await;
    let deadline = [("grpc-timeout", "50m")];
    for (path, ask) in [(GET, "never"), (WATCH, "rude")] {
        let status = caller.status(path, &deadline, message(ask)).await;
        assert_eq!(status.code(), Code::DeadlineExceeded, "{path}");
        assert_eq!(reason(&status), "DEADLINE_EXCEEDED");
    }
}

#[tokio::test]
async fn a_body_that_is_no_message_is_the_callers_fault() {
    let house = House::open(Limits::default()).await;
    let mut caller = Caller::open(&house).await;
    let bodies = [
        "",                         // nothing
        "\0\0\0\0\u{2}\u{b}\u{7f}", // a group that never ends
        "\0\0\0\0\u{9}\n",          // shorter than it says
        "\u{1}\0\0\0\u{2}\n\0",     // compressed, by nobody says what
        "\u{7}\0\0\0\u{2}\n\0",     // a flag that does not exist
    ];
    for body in bodies {
        let status = caller.status(GET, &[], body.to_owned()).await;
        assert_eq!(status.code(), Code::InvalidArgument, "{body:?}: {status}");
        assert_eq!(reason(&status), "MALFORMED");
    }
    let status = caller.status("/saima.scoring.v1.Nobody/Get", &[], message("hello")).await;
    assert_eq!(status.code(), Code::Unimplemented);
}

#[tokio::test]
async fn connections_over_the_limit_are_closed() {
    let house = House::open(Limits { max_connections: NonZeroU32::MIN, ..Limits::default() }).await;
    let channel = house.channel().await;
    unary(channel.clone(), GET, "hello").await.unwrap();
    let mut second = Raw::open(house.address).await;
    assert!(soon(second.next(raw::SETTINGS)).await.is_none());
    assert_eq!(soon(unary(channel, GET, "hello")).await.unwrap(), "hello");
}

fn message(text: &str) -> String {
    String::from_utf8(raw::message(text)).unwrap()
}

/// An HTTP/2 client that knows nothing of gRPC, and so enforces nothing.
struct Caller(hyper::client::conn::http2::SendRequest<Body>);

impl Caller {
    async fn open(house: &House) -> Self {
        let io = TokioIo::new(TcpStream::connect(house.address).await.unwrap());
        let (sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await.unwrap();
        tokio::spawn(connection);
        Self(sender)
    }

    async fn send(
        &mut self,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Response<Incoming> {
        let mut request = http::Request::post(format!("http://saima{path}"))
            .header("content-type", "application/grpc")
            .header("te", "trailers");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::new(body)).unwrap();
        soon(self.0.send_request(request)).await.unwrap()
    }

    async fn status(&mut self, path: &str, headers: &[(&str, &str)], body: String) -> Status {
        let response = self.send(path, headers, body).await;
        let (parts, body) = response.into_parts();
        match Status::from_header_map(&parts.headers) {
            Some(status) => status,
            None => Status::from_header_map(&soon(trailers(body)).await).expect("no status"),
        }
    }
}

async fn trailers(body: Incoming) -> HeaderMap {
    let mut body = std::pin::pin!(body);
    loop {
        let frame = std::future::poll_fn(|cx| body.as_mut().poll_frame(cx)).await;
        match frame.map(|frame| frame.unwrap().into_trailers()) {
            Some(Ok(trailers)) => return trailers,
            Some(Err(_)) => {}
            None => return HeaderMap::new(),
        }
    }
}
