//! One call as telemetry sees it: a span, a duration, a code.

use std::sync::OnceLock;

use http::HeaderMap;
use opentelemetry::metrics::Histogram;
use opentelemetry::{KeyValue, global};
use tokio::time::Instant;
use tonic::Code;
use tracing::{Span, field};

use super::{RPC, trace};
use crate::boot::method::Method;

static DURATION: OnceLock<Histogram<f64>> = OnceLock::new();

/// Begins to measure calls; until then they are not.
pub(super) fn count() {
    let duration = global::meter("saima")
        .f64_histogram("rpc.server.duration")
        .with_unit("ms")
        .with_description("Time from a call's headers to its status; counted by method and code")
        .with_boundaries(vec![
            1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0, 10000.0,
        ])
        .build();
    // A process starts telemetry once.
    let _ = DURATION.set(duration);
}

/// A call being answered. Dropped without an end, its caller went away.
pub(crate) struct Call {
    method: &'static Method,
    span: Span,
    began: Instant,
    ended: bool,
}

impl Call {
    /// A call that comes in, part of the caller's trace.
    pub(crate) fn begin(method: &'static Method, headers: &HeaderMap) -> Self {
        let span = tracing::info_span!(
            target: RPC,
            "rpc",
            otel.name = method.path,
            otel.kind = "server",
            otel.status_code = field::Empty,
            rpc.system = "grpc",
            rpc.service = method.service,
            rpc.method = method.name,
            rpc.grpc.status_code = field::Empty,
        );
        trace::extract(headers, &span);
        Self { method, span, began: Instant::now(), ended: false }
    }

    /// The span of everything done for this call.
    pub(crate) fn span(&self) -> &Span {
        &self.span
    }

    /// The call has its final status; only the first is told.
    pub(crate) fn end(&mut self, code: Code) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        finish(&self.span, code, is_fault(code));
        let took = self.began.elapsed();
        if let Some(duration) = DURATION.get() {
            let attributes = [
                KeyValue::new("rpc.system", "grpc"),
                KeyValue::new("rpc.service", self.method.service.as_str()),
                KeyValue::new("rpc.method", self.method.name.as_str()),
                KeyValue::new("rpc.grpc.status_code", code as i64),
            ];
            duration.record(took.as_secs_f64() * 1000.0, &attributes);
        }
        let method = self.method.path.as_str();
        tracing::debug!(target: RPC, parent: &self.span, method, ?code, ?took, "answered");
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.end(Code::Cancelled);
    }
}

/// The span around a call to a peer; its parent is the current one.
pub(crate) fn client_span(method: &Method, peer: &str) -> Span {
    tracing::info_span!(
        target: RPC,
        "call",
        otel.name = method.path,
        otel.kind = "client",
        otel.status_code = field::Empty,
        rpc.system = "grpc",
        rpc.service = method.service,
        rpc.method = method.name,
        rpc.grpc.status_code = field::Empty,
        peer.service = peer,
    )
}

/// Writes the outcome into a span.
pub(crate) fn finish(span: &Span, code: Code, fault: bool) {
    span.record("rpc.grpc.status_code", code as i64);
    if fault {
        span.record("otel.status_code", "ERROR");
    }
}

/// The codes that are the server's fault rather than an answer.
fn is_fault(code: Code) -> bool {
    matches!(
        code,
        Code::Unknown
            | Code::DeadlineExceeded
            | Code::Unimplemented
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
    )
}
