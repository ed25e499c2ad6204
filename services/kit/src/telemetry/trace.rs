//! Traces across processes: the W3C `traceparent`, read and written.

use std::collections::HashMap;

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator as _};
use opentelemetry::trace::TraceContextExt as _;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

const TRACE_PARENT: &str = "traceparent";

/// The current span as a W3C `traceparent`, to be kept beside an event; `None` when nothing is traced.
pub fn current_trace_parent() -> Option<String> {
    let context = Context::current();
    if !context.span().span_context().is_valid() {
        return None;
    }
    let mut carrier = HashMap::new();
    TraceContextPropagator::new().inject_context(&context, &mut carrier);
    carrier.remove(TRACE_PARENT)
}

/// Makes `span` a child of the span that `parent` names. To be called before `span` is entered;
/// an absent or malformed parent leaves it as it is.
pub fn with_trace_parent(parent: Option<&str>, span: &Span) {
    let Some(parent) = parent else { return };
    let carrier = HashMap::from([(TRACE_PARENT.to_owned(), parent.to_owned())]);
    adopt(&carrier, span);
}

/// Makes `span` a child of the caller's span, when the headers name one.
pub(crate) fn extract(headers: &HeaderMap, span: &Span) {
    if !span.is_disabled() && headers.contains_key(TRACE_PARENT) {
        adopt(&Headers(headers), span);
    }
}

/// Writes `span` into the headers of a call to a peer.
pub(crate) fn inject(span: &Span, headers: &mut HeaderMap) {
    if !span.is_disabled() {
        TraceContextPropagator::new().inject_context(&span.context(), &mut HeadersMut(headers));
    }
}

fn adopt(carrier: &dyn Extractor, span: &Span) {
    let context = TraceContextPropagator::new().extract_with_context(&Context::new(), carrier);
    if context.span().span_context().is_valid() && span.set_parent(context).is_err() {
        tracing::debug!("a span has no place for its remote parent");
    }
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

struct HeadersMut<'a>(&'a mut HeaderMap);

impl Injector for HeadersMut<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(key), Ok(value)) = (key.parse::<HeaderName>(), HeaderValue::try_from(value)) {
            self.0.insert(key, value);
        }
    }
}
