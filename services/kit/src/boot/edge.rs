//! The edge every call crosses: admitted or refused, its caller known, given its deadline, its
//! panics caught, its outcome told to telemetry.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::{Request, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::service::Routes;
use tonic::{Code, Status};
use tower::Service;
use tracing::Instrument as _;

use super::body::Reply;
use super::look::look;
use super::method::Method;
use super::rate::{Rate, Who};
use super::{answer, deadline};
use crate::audit::{Book, Told};
use crate::config::Limits;
use crate::error::{Error, Result};
use crate::guard::{self, Admitted, Caller, Guard, Origin};
use crate::telemetry::call::Call;

/// What a connection says of the calls that come by it.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) from: SocketAddr,
    /// Whether the caller showed a certificate of the services' authority.
    pub(super) shown: bool,
    /// When its calls must end, whatever they do.
    pub(super) end: CancellationToken,
}

/// The routes behind the edge. Every call has a clone of its own.
#[derive(Clone)]
pub(super) struct Edge {
    routes: Routes,
    rules: Arc<Rules>,
}

/// What calls are held to.
struct Rules {
    guard: Guard,
    book: Book,
    rate: Rate,
    /// Of how many persons an account may be told within an hour.
    persons_per_hour: NonZeroU32,
    /// Whether services are believed to be such only with a certificate.
    asks: bool,
    request_timeout: Duration,
    requests: Arc<Semaphore>,
    streams: Arc<Semaphore>,
    shutdown: CancellationToken,
}

impl Edge {
    pub(super) fn new(
        routes: Routes,
        limits: &Limits,
        (guard, book): (Guard, Book),
        asks: bool,
        shutdown: CancellationToken,
    ) -> Self {
        let permits = |count: std::num::NonZeroU32| Arc::new(Semaphore::new(count.get() as usize));
        let rules = Rules {
            guard,
            book,
            rate: Rate::new(limits),
            persons_per_hour: limits.persons_per_hour,
            asks,
            request_timeout: limits.request_timeout,
            requests: permits(limits.max_requests),
            streams: permits(limits.max_streams),
            shutdown,
        };
        Self { routes: routes.prepare(), rules: Arc::new(rules) }
    }
}

impl Rules {
    /// A place among those being worked on, or a refusal at once: who waits in line only to
    /// time out costs as much as who is served. Health is always answered, lest a prober
    /// kill a server for being busy.
    fn admit(&self, method: &Method) -> Result<Option<OwnedSemaphorePermit>> {
        let places = match method {
            method if method.is_health() => return Ok(None),
            method if method.streams() => &self.streams,
            _ => &self.requests,
        };
        let refused = |_| Error::unavailable("the server has too much to do; try again shortly");
        places.clone().try_acquire_owned().map(Some).map_err(refused)
    }

    /// Takes a call from what its caller may make. Whoever shows no valid token is known by where
    /// he calls from.
    fn count(&self, admitted: &Admitted, from: Option<SocketAddr>) -> Result<()> {
        let account = match admitted {
            Admitted::Nobody => return Ok(()),
            Admitted::Unknown(..) => "",
            Admitted::Caller(caller) | Admitted::Refused(caller, _) => match caller.counted() {
                None => return Ok(()),
                Some(account) => account,
            },
        };
        match (account, from) {
            ("", None) => Ok(()),
            ("", Some(from)) => self.rate.take(Who::at(from.ip())),
            (account, _) => self.rate.take(Who::Account(account.to_owned())),
        }
    }

    /// What ends this method's reply early; nothing for a unary one, which is one message.
    fn cut(
        &self,
        method: &Method,
        end: &CancellationToken,
        deadline: Option<Instant>,
        caller: Option<Arc<Caller>>,
    ) -> Option<BoxFuture<'static, Error>> {
        if !method.server_streaming {
            return None;
        }
        // The kit's own streams know nothing of the shutdown.
        let end = if method.is_kits() { &self.shutdown } else { end };
        let end = end.clone().cancelled_owned();
        Some(Box::pin(async move {
            tokio::select! {
                () = end => Error::unavailable("the server ends this stream; open it again"),
                () = passed(deadline) => Error::Deadline,
                error = cut_off(caller.as_deref()) => error,
            }
        }))
    }
}

impl Service<Request<Body>> for Edge {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, std::result::Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<std::result::Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let rules = Arc::clone(&self.rules);
        let method = Method::at(request.uri().path());
        let mut call = Call::begin(method, request.headers());
        let permit = match rules.admit(method) {
            Ok(permit) => permit,
            Err(error) => return Box::pin(async move { Ok(refuse(&mut call, error)) }),
        };
        let line = request.extensions().get::<Line>();
        let from = line.map(|line| line.from);
        let shown = line.is_some_and(|line| line.shown);
        let end = line.map_or_else(|| rules.shutdown.clone(), |line| line.end.clone());
        let origin = Origin::of(request.headers(), from, call.span());
        let admitted = rules.guard.admit(&method.path, request.headers(), origin);
        let counted = if rules.asks && !shown { bare_service(&admitted) } else { Ok(()) };
        if let Err(error) = counted.and_then(|()| rules.count(&admitted, from)) {
            return Box::pin(async move { Ok(refuse(&mut call, error)) });
        }
        let caller = match admitted {
            Admitted::Caller(caller) => Some(Arc::new(caller)),
            Admitted::Nobody => None,
            Admitted::Unknown(act, error) => {
                return Box::pin(async move {
                    let told = rules.book.sent_away(act).await;
                    Ok(refuse(&mut call, told.err().unwrap_or(error)))
                });
            }
            Admitted::Refused(caller, error) => {
                return Box::pin(async move {
                    let told = rules.book.ended(&caller, error.code()).await;
                    Ok(refuse(&mut call, told.err().unwrap_or(error)))
                });
            }
        };
        let now = Instant::now();
        let asked = deadline::asked(request.headers()).and_then(|time| now.checked_add(time));
        let limit = match asked {
            asked if method.client_streaming => asked,
            asked => asked.into_iter().chain(now.checked_add(rules.request_timeout)).min(),
        };
        let cut = rules.cut(method, &end, asked, caller.clone());
        let patient = method.is_kits();
        let reader = caller.clone().filter(|it| it.reads_persons() && !method.streams());
        if reader.is_some() {
            // What is looked at must not be packed.
            request.headers_mut().remove("grpc-accept-encoding");
        }

        let span = call.span().clone();
        let reply = guard::within(caller.clone(), self.routes.call(request));
        let reply = deadline::DEADLINE.scope(limit, reply);
        let reply = AssertUnwindSafe(reply).catch_unwind();
        let caller_of_stream = caller.clone().filter(|_| method.client_streaming);
        let answered = async move {
            let outcome = tokio::select! {
                biased;
                outcome = reply => outcome.map_err(|_| Error::internal("a handler panicked")),
                () = passed(limit) => Err(Error::Deadline),
                () = end.cancelled() => Err(Error::unavailable("the server is shutting down")),
                error = cut_off(caller_of_stream.as_deref()) => Err(error),
            };
            let mut response = match outcome {
                Ok(Ok(response)) => response,
                Err(error) => return Ok(refuse(&mut call, error)),
            };
            let code = answer::restate(response.headers_mut());
            let mut persons = BTreeSet::new();
            if reader.is_some() && code.is_none() {
                (persons, response) = match look(response).await {
                    Ok(looked) => looked,
                    Err(error) => return Ok(refuse(&mut call, error)),
                };
            }
            if let Some(caller) = caller {
                if code.is_none() && !caller.was_placed() {
                    let error = Error::internal("a handler answered without naming a district");
                    return Ok(refuse(&mut call, error));
                }
                let told = match caller.counted() {
                    Some(account) if !persons.is_empty() => {
                        let most = rules.persons_per_hour;
                        rules.book.told(&caller, Told { account, persons: &persons, most }).await
                    }
                    _ => rules.book.ended(&caller, code.unwrap_or(Code::Ok)).await,
                };
                if let Err(error) = told {
                    return Ok(refuse(&mut call, error));
                }
            }
            if let Some(code) = code {
                call.end(code);
                return Ok(response);
            }
            // A stream keeps its place until it ends; a message leaves it to the next call.
            let permit = permit.filter(|_| method.streams());
            Ok(response.map(|body| Body::new(Reply::new(body, cut, patient, call, permit))))
        };
        Box::pin(answered.instrument(span))
    }
}

/// Refuses a service that showed no certificate.
fn bare_service(admitted: &Admitted) -> Result<()> {
    match admitted {
        Admitted::Caller(caller) | Admitted::Refused(caller, _) if caller.counted().is_none() => {
            Err(Error::Unauthenticated {
                reason: "CERTIFICATE_REQUIRED",
                message: "a service must show a certificate of the services' authority".to_owned(),
            })
        }
        _ => Ok(()),
    }
}

fn refuse(call: &mut Call, error: Error) -> Response<Body> {
    call.end(error.code());
    Status::from(error).into_http()
}

/// Returns when the caller of a stream is cut off.
async fn cut_off(caller: Option<&Caller>) -> Error {
    match caller {
        Some(caller) => caller.cut_off().await,
        None => std::future::pending().await,
    }
}

async fn passed(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
