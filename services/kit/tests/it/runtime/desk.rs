//! A desk that does what a message tells it to, under names the suite's
//! descriptors know, and the house it stands in.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use http::uri::PathAndQuery;
use kit::boot::{self, Shutdown, Wing};
use kit::config::Limits;
use kit::peers::Peer;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::body::Body;
use tonic::codec::{CompressionEncoding, EnabledCompressionEncodings, Streaming};
use tonic::server::NamedService;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;

pub(crate) const GET: &str = "/saima.scoring.v1.ObservationService/GetObservation";
pub(crate) const BULK: &str = "/saima.scoring.v1.ObservationService/BulkCreateObservations";
pub(crate) const WATCH: &str = "/saima.scoring.v1.ChangeService/WatchChanges";

/// Lets everybody in.
pub(crate) const OPEN: &str = r#"@id("open") permit (principal, action, resource);"#;

const NAMES: [&str; 2] = ["saima.scoring.v1.ObservationService", "saima.scoring.v1.ChangeService"];

/// What a test and the desk's handlers share.
#[derive(Clone)]
pub(crate) struct Desk {
    /// Each permit lets one held call go on.
    pub(crate) gate: Arc<Semaphore>,
    /// How many calls have been held.
    pub(crate) held: Arc<watch::Sender<usize>>,
    pub(crate) shutdown: Shutdown,
    pub(crate) peer: Option<Peer>,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self {
            gate: Arc::new(Semaphore::new(0)),
            held: Arc::new(watch::Sender::new(0)),
            shutdown: Shutdown::new(),
            peer: None,
        }
    }

    pub(crate) fn wing(&self) -> Wing {
        Wing::new("desk")
            .service(kit::service!(Served::<0>::new(self)))
            .service(kit::service!(Served::<1>::new(self)))
    }

    /// Waits until `count` calls have been held in all.
    pub(crate) async fn until_held(&self, count: usize) {
        let mut held = self.held.subscribe();
        held.wait_for(|held| *held >= count).await.unwrap();
    }

    async fn hold(&self) {
        self.held.send_modify(|held| *held += 1);
        self.gate.acquire().await.unwrap().forget();
    }

    async fn unary(self, request: Request<String>) -> Result<Response<String>, Status> {
        let timeout = request.metadata().get("grpc-timeout").cloned();
        kit::guard::no_district();
        let message = request.into_inner();
        let answer = match message.as_str() {
            "hold" => {
                self.hold().await;
                "released".to_owned()
            }
            "never" => std::future::pending().await,
            "panic" => panic!("told to"),
            "big" => "x".repeat(boot::ENCODE_LIMIT + 1),
            "refuse" => return Err(kit::Error::precondition("CLOSED", "desk", "is closed").into()),
            "trace" => kit::telemetry::current_trace_parent().unwrap_or_default(),
            "timeout" => timeout.map_or(String::new(), |it| it.to_str().unwrap().to_owned()),
            told => match told.split_once(' ') {
                Some(("ask", message)) => {
                    let outcome = unary(self.peer.clone().unwrap(), GET, message).await;
                    // As a handler would: a peer's refusal is passed on.
                    outcome.map_err(kit::Error::from)?
                }
                Some(("follow", parent)) => {
                    let span = tracing::info_span!("follow");
                    kit::telemetry::with_trace_parent(Some(parent), &span);
                    let seen = span.in_scope(kit::telemetry::current_trace_parent);
                    seen.unwrap_or_default()
                }
                _ => told.to_owned(),
            },
        };
        Ok(Response::new(answer))
    }

    async fn watch(self, request: Request<String>) -> Result<Response<Items>, Status> {
        kit::guard::no_district();
        let first = stream::once(async { Ok("first".to_owned()) });
        let rude = request.into_inner() == "rude";
        let rest = stream::unfold(self, move |desk| async move {
            let token = desk.shutdown.token();
            let item = tokio::select! {
                () = desk.hold() => Ok("more".to_owned()),
                () = token.cancelled(), if !rude => Err(kit::Error::unavailable("closing").into()),
            };
            Some((item, desk))
        });
        Ok(Response::new(first.chain(rest).boxed()))
    }

    async fn bulk(self, request: Request<Streaming<String>>) -> Result<Response<String>, Status> {
        kit::guard::no_district();
        let mut rows = request.into_inner();
        let mut count = 0;
        while boot::next(&mut rows).await?.is_some() {
            count += 1;
            self.held.send_modify(|held| *held += 1);
        }
        Ok(Response::new(count.to_string()))
    }
}

type Items = BoxStream<'static, Result<String, Status>>;

/// The desk under one of its names, built as the generated servers are.
#[derive(Clone)]
struct Served<const N: usize> {
    desk: Desk,
    accept: EnabledCompressionEncodings,
    send: EnabledCompressionEncodings,
    decode: Option<usize>,
    encode: Option<usize>,
}

impl<const N: usize> Served<N> {
    fn new(desk: &Desk) -> Self {
        Self {
            desk: desk.clone(),
            accept: EnabledCompressionEncodings::default(),
            send: EnabledCompressionEncodings::default(),
            decode: None,
            encode: None,
        }
    }

    fn accept_compressed(mut self, encoding: CompressionEncoding) -> Self {
        self.accept.enable(encoding);
        self
    }

    fn send_compressed(mut self, encoding: CompressionEncoding) -> Self {
        self.send.enable(encoding);
        self
    }

    fn max_decoding_message_size(mut self, limit: usize) -> Self {
        self.decode = Some(limit);
        self
    }

    fn max_encoding_message_size(mut self, limit: usize) -> Self {
        self.encode = Some(limit);
        self
    }
}

impl<const N: usize> NamedService for Served<N> {
    const NAME: &'static str = NAMES[N];
}

impl<const N: usize> tower::Service<http::Request<Body>> for Served<N> {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<http::Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let Self { desk, accept, send, decode, encode } = self.clone();
        Box::pin(async move {
            let mut grpc = tonic::server::Grpc::new(ProstCodec::<String, String>::default())
                .apply_compression_config(accept, send)
                .apply_max_message_size_config(decode, encode);
            Ok(match request.uri().path() {
                WATCH => {
                    let handler = tower::service_fn(move |request| desk.clone().watch(request));
                    grpc.server_streaming(handler, request).await
                }
                BULK => {
                    let handler = tower::service_fn(move |request| desk.clone().bulk(request));
                    grpc.client_streaming(handler, request).await
                }
                _ => {
                    let handler = tower::service_fn(move |request| desk.clone().unary(request));
                    grpc.unary(handler, request).await
                }
            })
        })
    }
}

/// A served desk.
pub(crate) struct House {
    pub(crate) desk: Desk,
    pub(crate) address: SocketAddr,
    pub(crate) served: JoinHandle<kit::Result<()>>,
}

impl House {
    pub(crate) async fn open(limits: Limits) -> Self {
        Self::with(Desk::new(), limits).await
    }

    pub(crate) async fn with(desk: Desk, limits: Limits) -> Self {
        let wing = desk.wing();
        Self::of(desk, vec![wing], limits).await
    }

    pub(crate) async fn of(desk: Desk, wings: Vec<Wing>, limits: Limits) -> Self {
        Self::over(None, desk, wings, limits).await
    }

    pub(crate) async fn over(
        tls: Option<kit::tls::Tls>,
        desk: Desk,
        wings: Vec<Wing>,
        limits: Limits,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = desk.shutdown.clone();
        let guard = kit::testing::guard(&[OPEN]);
        let served = tokio::spawn(async move {
            boot::serve_over(listener, tls, wings, &limits, guard, shutdown).await
        });
        Self { desk, address, served }
    }

    pub(crate) fn uri(&self) -> http::Uri {
        format!("http://{}", self.address).parse().unwrap()
    }

    pub(crate) async fn channel(&self) -> Channel {
        Endpoint::from(self.uri()).connect().await.unwrap()
    }

    /// Waits for the end of the drain.
    pub(crate) async fn closed(self) -> kit::Result<()> {
        soon(self.served).await.unwrap()
    }
}

/// A desk on tonic alone, with none of the kit's limits.
pub(crate) async fn boundless() -> http::Uri {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let server = Server::builder().add_service(Served::<0>::new(&Desk::new()));
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    uri
}

/// Fails the test instead of hanging it.
pub(crate) async fn soon<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(20), future).await.expect("took too long")
}

pub(crate) async fn unary<S>(
    service: S,
    path: &'static str,
    message: &str,
) -> Result<String, Status>
where
    S: tonic::client::GrpcService<Body>,
    S::ResponseBody: tonic::codegen::Body<Data = tonic::codegen::Bytes> + Send + 'static,
    <S::ResponseBody as tonic::codegen::Body>::Error: Into<tonic::codegen::StdError>,
{
    let mut client = tonic::client::Grpc::new(service)
        .max_decoding_message_size(boot::ENCODE_LIMIT)
        .max_encoding_message_size(usize::MAX);
    client.ready().await.map_err(|error| Status::from_error(error.into()))?;
    let codec = ProstCodec::<String, String>::default();
    let request = Request::new(message.to_owned());
    let path = PathAndQuery::from_static(path);
    client.unary(request, path, codec).await.map(Response::into_inner)
}

/// Opens a stream and takes its first item.
pub(crate) async fn watch(channel: Channel, message: &str) -> Result<Streaming<String>, Status> {
    let mut client = tonic::client::Grpc::new(channel);
    client.ready().await.map_err(|error| Status::from_error(error.into()))?;
    let codec = ProstCodec::<String, String>::default();
    let request = Request::new(message.to_owned());
    let path = PathAndQuery::from_static(WATCH);
    let mut items = client.server_streaming(request, path, codec).await?.into_inner();
    assert_eq!(items.message().await?.as_deref(), Some("first"));
    Ok(items)
}

/// The reason in a status's ErrorInfo.
pub(crate) fn reason(status: &Status) -> String {
    use tonic_types::StatusExt as _;
    let info = status.get_details_error_info().expect("a status without ErrorInfo");
    assert_eq!(info.domain, "saima");
    info.reason
}
