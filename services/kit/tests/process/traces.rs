//! What the collector sees of a call that one service passes to another.

use std::collections::HashSet;

use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span, span::SpanKind, status};
use tokio::runtime::Runtime;
use tonic::transport::Endpoint;
use tonic_prost::ProstCodec;

use super::child::{Child, command};
use super::collector::{Collector, attribute, text};
use super::desk::{GET, soon};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const OTHER_TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "b7ad6b7169203331";

pub(crate) fn a_trace_crosses_two_hops() {
    let runtime = Runtime::new().unwrap();
    let (collector, address) = runtime.block_on(Collector::start());
    let endpoint = format!("http://{address}");
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let back = Child::spawn(command("back", &one).args(["--otlp-endpoint", &endpoint]));
    let peer = format!("http://{}", back.address());
    let front = Child::spawn(command("front", &two).args([
        "--otlp-endpoint",
        &endpoint,
        "--scoring-url",
        &peer,
    ]));
    let uri = format!("http://{}", front.address());

    let seen = runtime.block_on(soon(call(&uri, "ask trace"))).unwrap();
    runtime.block_on(soon(call(&uri, "ask panic"))).unwrap_err();
    // A consumer of the feed goes on in the trace of whoever wrote the event.
    let parent = format!("00-{OTHER_TRACE}-{CALLER}-01");
    let followed = runtime.block_on(soon(call(&uri, &format!("follow {parent}")))).unwrap();
    assert!(followed.contains(OTHER_TRACE) && followed != parent, "{followed}");
    for child in [front, back] {
        child.signal("TERM");
        // What was not sent in the meantime is flushed before the end.
        let (code, log) = child.exit();
        assert_eq!(code, 0, "{log}");
    }

    let spans = collector.spans.lock().unwrap();
    let spans: Vec<_> = spans.iter().flat_map(of_service).collect();
    let find = |service: &str, kind: SpanKind, parent: &[u8]| {
        let mut found = spans.iter().filter(|(name, span)| {
            name == service && span.kind == kind as i32 && span.parent_span_id == parent
        });
        found.next().map(|(_, span)| span).unwrap_or_else(|| panic!("{kind:?} of {service}"))
    };
    let served = find("registry", SpanKind::Server, &bytes(CALLER));
    let asked = find("registry", SpanKind::Client, &served.span_id);
    let answered = find("scoring", SpanKind::Server, &asked.span_id);
    for span in [served, asked, answered] {
        assert_eq!(span.trace_id, bytes(TRACE));
        assert_eq!(span.name, GET.trim_start_matches('/'));
        assert_eq!(attribute(&span.attributes, "rpc.system"), "grpc");
        assert_eq!(
            attribute(&span.attributes, "rpc.service"),
            "saima.scoring.v1.ObservationService"
        );
        assert_eq!(attribute(&span.attributes, "rpc.method"), "GetObservation");
        assert_eq!(attribute(&span.attributes, "rpc.grpc.status_code"), "0");
    }
    // What a handler may store beside an event is the span that answers.
    let (version, rest) = seen.split_once('-').unwrap();
    let (trace, rest) = rest.split_once('-').unwrap();
    assert_eq!((version, trace), ("00", TRACE));
    assert_eq!(bytes(&rest[..16]), answered.span_id);
    let failed = spans.iter().filter(|(_, span)| {
        let failed = |it: &_| matches!(it, Some(status) if is_error(status));
        span.kind == SpanKind::Server as i32 && failed(&span.status)
    });
    let codes: Vec<_> =
        failed.map(|(_, span)| attribute(&span.attributes, "rpc.grpc.status_code")).collect();
    assert_eq!(codes, ["13", "13"]);

    metrics(&collector);
    logs(&collector);
}

pub(crate) fn without_a_collector_nothing_is_traced() {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let child = Child::spawn(&mut command("back", &folder));
    let uri = format!("http://{}", child.address());
    assert_eq!(runtime.block_on(soon(call(&uri, "trace"))).unwrap(), "");
    child.signal("TERM");
    assert_eq!(child.exit().0, 0);
}

fn metrics(collector: &Collector) {
    let metrics = collector.metrics.lock().unwrap();
    let mut counted = HashSet::new();
    for metric in metrics.iter().flat_map(|it| &it.scope_metrics).flat_map(|it| &it.metrics) {
        if metric.name != "rpc.server.duration" {
            continue;
        }
        let Some(Data::Histogram(histogram)) = &metric.data else { panic!("{metric:?}") };
        for point in &histogram.data_points {
            let method = attribute(&point.attributes, "rpc.method");
            let code = attribute(&point.attributes, "rpc.grpc.status_code");
            counted.insert((method, code, point.count));
        }
    }
    for code in ["0", "13"] {
        let answered = ("GetObservation".to_owned(), code.to_owned(), 1);
        assert!(counted.contains(&answered), "{answered:?} in {counted:?}");
    }
}

fn logs(collector: &Collector) {
    let logs = collector.logs.lock().unwrap();
    let mut told = HashSet::new();
    let mut within = HashSet::new();
    for resource in logs.iter() {
        let attributes = &resource.resource.as_ref().unwrap().attributes;
        let service = attribute(attributes, "service.name");
        for record in resource.scope_logs.iter().flat_map(|it| &it.log_records) {
            let body = record.body.as_ref().map(text).unwrap_or_default();
            if record.trace_id == bytes(TRACE) {
                within.insert((service.clone(), body.clone()));
            }
            told.insert((service.clone(), body));
        }
    }
    for service in ["registry", "scoring"] {
        assert!(told.contains(&(service.to_owned(), "serving".to_owned())), "{told:?}");
    }
    // A line written while answering belongs to the call's trace.
    let error = ("scoring".to_owned(), "internal error".to_owned());
    assert!(within.contains(&error), "{within:?} of {told:?}");
}

async fn call(uri: &str, message: &str) -> Result<String, tonic::Status> {
    let channel = Endpoint::from_shared(uri.to_owned()).unwrap().connect().await.unwrap();
    let mut client = tonic::client::Grpc::new(channel);
    client.ready().await.unwrap();
    let mut request = tonic::Request::new(message.to_owned());
    let parent = format!("00-{TRACE}-{CALLER}-01");
    request.metadata_mut().insert("traceparent", parent.parse().unwrap());
    let path = http::uri::PathAndQuery::from_static(GET);
    let codec = ProstCodec::<String, String>::default();
    client.unary(request, path, codec).await.map(tonic::Response::into_inner)
}

fn of_service(resource: &ResourceSpans) -> Vec<(String, Span)> {
    let attributes = &resource.resource.as_ref().unwrap().attributes;
    let service = attribute(attributes, "service.name");
    let spans = resource.scope_spans.iter().flat_map(|it| &it.spans);
    spans.map(|span| (service.clone(), span.clone())).collect()
}

fn is_error(status: &opentelemetry_proto::tonic::trace::v1::Status) -> bool {
    status.code == status::StatusCode::Error as i32
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}
