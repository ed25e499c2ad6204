//! The other services, as clients see them: dialled when first called, within the
//! caller's deadline, in the caller's trace.
//!
//! Deliberately absent: retries. Only the caller knows what may be done twice.

mod line;

use std::collections::HashMap;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::future::BoxFuture;
use http::header::AUTHORIZATION;
use http::{HeaderValue, Request, Response, Uri};
use tokio::time::{Instant, timeout_at};
use tonic::body::Body;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};
use tower::Service;
use tracing::Instrument as _;

use crate::boot::deadline::{self, GRPC_TIMEOUT};
use crate::boot::method::Method;
use crate::clock::Clock;
use crate::error::Error;
use crate::identity::Issuer;
use crate::telemetry::call;
use crate::tls::Tls;

/// Why a service reads what needs a reason.
const PURPOSE: &str = "saima-purpose";

/// Longest time a unary call to a peer may take.
const UNARY: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(2);
const KEEP_ALIVE: Duration = Duration::from_secs(30);
const KEEP_ALIVE_ANSWER: Duration = Duration::from_secs(10);

/// A client of a peer that takes gzip, and replies as large as ours:
/// `kit::client!(UnitServiceClient, ctx.peers.get("registry"))`.
#[macro_export]
macro_rules! client {
    ($client:ident, $peer:expr) => {
        $client::new($peer)
            .accept_compressed($crate::reexport::tonic::codec::CompressionEncoding::Gzip)
            .max_decoding_message_size($crate::boot::ENCODE_LIMIT)
            .max_encoding_message_size($crate::boot::BATCH_DECODE_LIMIT)
    };
}

/// The services this one may call, by name.
#[derive(Clone, Debug, Default)]
pub struct Peers {
    channels: Arc<HashMap<&'static str, Channel>>,
    badge: Option<Badge>,
    tls: Option<Tls>,
}

/// How this process's services show who they are.
#[derive(Clone, Debug)]
struct Badge {
    issuer: Issuer,
    clock: Arc<dyn Clock>,
}

impl Peers {
    /// Adds the service `name`, listening at `at`. Needs a runtime; dials nothing yet.
    #[must_use]
    pub fn with(self, name: &'static str, at: Uri) -> Self {
        self.add(name, at, false)
    }

    /// Adds the service `name` of this very process, listening at `at`.
    #[must_use]
    pub fn with_own(self, name: &'static str, at: Uri) -> Self {
        self.add(name, at, true)
    }

    /// Services added from now on are believed and shown what `tls` says, at https addresses.
    #[must_use]
    pub fn secured(self, tls: Tls) -> Self {
        Self { tls: Some(tls), ..self }
    }

    fn add(self, name: &'static str, at: Uri, is_own: bool) -> Self {
        let configure = |endpoint: Endpoint| {
            endpoint
                .connect_timeout(CONNECT)
                .http2_keep_alive_interval(KEEP_ALIVE)
                .keep_alive_timeout(KEEP_ALIVE_ANSWER)
                .keep_alive_while_idle(true)
        };
        let channel = line::dial(configure, at, self.tls.as_ref(), is_own);
        let mut channels = Arc::unwrap_or_clone(self.channels);
        channels.insert(name, channel);
        Self { channels: Arc::new(channels), badge: self.badge, tls: self.tls }
    }

    /// Calls go out with the token of the deployment's own services.
    #[must_use]
    pub fn signed(self, issuer: Issuer, clock: Arc<dyn Clock>) -> Self {
        Self { badge: Some(Badge { issuer, clock }), ..self }
    }

    /// Whether the service `name` was added.
    pub fn has(&self, name: &str) -> bool {
        self.channels.contains_key(name)
    }

    /// The service `name`, to be put into a generated client. One that was not added
    /// answers every call with UNAVAILABLE and says so.
    pub fn get(&self, name: &'static str) -> Peer {
        Peer { name, channel: self.channels.get(name).cloned(), badge: self.badge.clone() }
    }
}

/// A service to call. Clones share its connection.
#[derive(Clone, Debug)]
pub struct Peer {
    name: &'static str,
    channel: Option<Channel>,
    badge: Option<Badge>,
}

impl Service<Request<Body>> for Peer {
    type Response = Response<Body>;
    type Error = tonic::transport::Error;
    type Future = BoxFuture<'static, Result<Response<Body>, tonic::transport::Error>>;

    /// Ready at once: waiting for the connection is part of the call, under its deadline.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let method = Method::at(request.uri().path());
        let deadline = deadline_of(method, &request);
        if let Some(left) = deadline.map(|at| at.saturating_duration_since(Instant::now()))
            && let Some(value) = deadline::header(left)
        {
            request.headers_mut().insert(GRPC_TIMEOUT, value);
        }
        if let Some(badge) = &self.badge
            && let Some(credential) = badge.credential()
        {
            request.headers_mut().insert(AUTHORIZATION, credential);
            request.headers_mut().insert(PURPOSE, HeaderValue::from_static("service"));
        }
        let span = call::client_span(method, self.name);
        crate::telemetry::inject(&span, request.headers_mut());
        let (name, channel) = (self.name, self.channel.clone());
        let recorded = span.clone();
        let called = async move {
            let outcome = match channel {
                None => Err(unknown(name)),
                Some(channel) => within(deadline, name, channel, request).await,
            };
            let response = outcome.unwrap_or_else(|error| Status::from(error).into_http());
            // The code of a reply with a body comes behind it, and is told by the peer's own span.
            let status = Status::from_header_map(response.headers());
            let code = status.map_or(Code::Ok, |status| status.code());
            call::finish(&recorded, code, code != Code::Ok);
            Ok(response)
        };
        Box::pin(called.instrument(span))
    }
}

impl Badge {
    /// What a call says of its caller. Without it the peer refuses the call, and says so.
    fn credential(&self) -> Option<HeaderValue> {
        let token = self.issuer.services(&*self.clock);
        let token = token.inspect_err(|error| tracing::error!(%error, "no token for a peer"));
        let mut value = HeaderValue::try_from(format!("Bearer {}", token.ok()?)).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

/// The earliest of: what the request itself asks, the deadline of the call being answered,
/// and the longest a unary call may take.
fn deadline_of(method: &Method, request: &Request<Body>) -> Option<Instant> {
    let now = Instant::now();
    let asked = deadline::asked(request.headers()).and_then(|time| now.checked_add(time));
    let unary = (!method.streams()).then(|| now + UNARY);
    // A stream to a peer outlives the call that opened it.
    let current = deadline::current().filter(|_| !method.streams());
    [asked, unary, current].into_iter().flatten().min()
}

async fn within(
    deadline: Option<Instant>,
    name: &str,
    mut channel: Channel,
    request: Request<Body>,
) -> Result<Response<Body>, Error> {
    let called = async {
        std::future::poll_fn(|cx| channel.poll_ready(cx)).await?;
        channel.call(request).await
    };
    let outcome = match deadline {
        Some(deadline) => timeout_at(deadline, called).await.map_err(|_| Error::Deadline)?,
        None => called.await,
    };
    outcome.map_err(|error| {
        // The channel watches the same header and may be a tick earlier.
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return Error::Deadline;
        }
        tracing::warn!(peer = name, error = %crate::error::chain(&error), "peer out of reach");
        Error::unavailable(format!("the service {name} cannot be reached; try again"))
    })
}

fn unknown(name: &str) -> Error {
    Error::unavailable(format!(
        "the service {name} is not configured here; its address is given with --{name}-url"
    ))
}
