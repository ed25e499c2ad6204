//! One connection, from its first byte to its age.
//!
//! tonic's own server is not used for this: it never asks an old connection to
//! close when a grace is set, does not bound the number of connections, and
//! cannot end one that a stream keeps open.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tower::ServiceExt as _;

use super::edge::Line;
use super::gateway::Gateway;
use crate::config::Limits;

/// Time for the first byte, and for the headers of an HTTP/1 request.
const HELLO: Duration = Duration::from_secs(10);
const KEEP_ALIVE: Duration = Duration::from_secs(30);
const KEEP_ALIVE_ANSWER: Duration = Duration::from_secs(10);
const HEADER_BYTES: u32 = 16 * 1024;
/// In a connection's whole life, what comes late for calls that were refused before their last word among
/// them: an honest caller who is refused a thousand times on a busy machine keeps his connection.
const RESETS_OF_OURS: usize = 1024;
const RESETS_PENDING: usize = 20;

/// Time for the last words once everything on a connection was ended.
pub(super) const LAST_WORDS: Duration = Duration::from_millis(500);

/// How connections are spoken to.
#[derive(Clone)]
pub(super) struct Protocol {
    builder: Builder<TokioExecutor>,
    age: Duration,
    grace: Duration,
}

impl Protocol {
    pub(super) fn new(limits: &Limits) -> Self {
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(KEEP_ALIVE)
            .keep_alive_timeout(KEEP_ALIVE_ANSWER)
            .max_concurrent_streams(limits.connection_streams.get())
            .max_local_error_reset_streams(RESETS_OF_OURS)
            .max_pending_accept_reset_streams(RESETS_PENDING)
            .max_header_list_size(HEADER_BYTES);
        // HTTP/1 is there for gRPC-Web and JSON.
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HELLO)
            .max_buf_size(HEADER_BYTES as usize);
        Self { builder, age: limits.connection_age, grace: limits.connection_grace }
    }

    /// Serves one connection until it closes, at the latest `LAST_WORDS` after `end`.
    pub(super) async fn serve(
        self,
        io: TcpStream,
        from: SocketAddr,
        edge: Gateway,
        shutdown: CancellationToken,
        end: CancellationToken,
    ) {
        // A caller who says nothing must not hold a place.
        let mut first = [0];
        tokio::select! {
            hello = timeout(HELLO, io.peek(&mut first)) => if !matches!(hello, Ok(Ok(1..))) { return },
            () = shutdown.cancelled() => return,
        }
        ready(&io);
        self.speak(io, (from, false), edge, shutdown, end).await;
    }

    /// The same behind a handshake, which takes no longer than the first byte may.
    pub(super) async fn secure(
        self,
        io: TcpStream,
        config: Option<Arc<ServerConfig>>,
        from: SocketAddr,
        edge: Gateway,
        shutdown: CancellationToken,
        end: CancellationToken,
    ) {
        let Some(config) = config else { return };
        ready(&io);
        let shaken = tokio::select! {
            shaken = timeout(HELLO, TlsAcceptor::from(config).accept(io)) => shaken,
            () = shutdown.cancelled() => return,
        };
        let io = match shaken {
            Ok(Ok(io)) => io,
            Ok(Err(error)) => return tracing::debug!(%error, %from, "no handshake"),
            Err(_) => return,
        };
        let shown = io.get_ref().1.peer_certificates().is_some_and(|it| !it.is_empty());
        self.speak(io, (from, shown), edge, shutdown, end).await;
    }

    async fn speak(
        self,
        io: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        (from, shown): (SocketAddr, bool),
        edge: Gateway,
        shutdown: CancellationToken,
        end: CancellationToken,
    ) {
        let end = end.child_token();
        let line = Line { from, shown, end: end.clone() };
        let service = edge.map_request(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(line.clone());
            request
        });
        let service = TowerToHyperService::new(service);
        let mut served = pin!(self.builder.serve_connection(TokioIo::new(io), service));

        tokio::select! {
            outcome = &mut served => return closed(outcome),
            () = sleep(spread(self.age, from)) => {}
            () = shutdown.cancelled() => {}
        }
        served.as_mut().graceful_shutdown();
        tokio::select! {
            outcome = &mut served => return closed(outcome),
            () = sleep(self.grace) => {}
            () = end.cancelled() => {}
        }
        end.cancel();
        if let Ok(outcome) = timeout(LAST_WORDS, served).await {
            closed(outcome);
        }
    }
}

/// What is written goes out at once.
fn ready(io: &TcpStream) {
    if let Err(error) = io.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY refused");
    }
}

fn closed(outcome: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(error) = outcome {
        tracing::debug!(error = %crate::error::chain(&*error), "connection ended in error");
    }
}

/// The age, up to a tenth less or more by the caller's port: connections that were opened
/// together must not all be opened anew together.
fn spread(age: Duration, from: SocketAddr) -> Duration {
    age * (90 + u32::from(from.port()) % 21) / 100
}
