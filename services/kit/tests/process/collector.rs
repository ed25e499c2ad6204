//! An OTLP collector that keeps what it is told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::{logs, metrics, trace};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::metrics::v1::ResourceMetrics;
use opentelemetry_proto::tonic::{logs::v1::ResourceLogs, trace::v1::ResourceSpans};
use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

#[derive(Clone, Default)]
pub(crate) struct Collector {
    pub(crate) spans: Arc<Mutex<Vec<ResourceSpans>>>,
    pub(crate) metrics: Arc<Mutex<Vec<ResourceMetrics>>>,
    pub(crate) logs: Arc<Mutex<Vec<ResourceLogs>>>,
}

impl Collector {
    pub(crate) async fn start() -> (Self, SocketAddr) {
        let this = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tonic::transport::Server::builder()
            .add_service(trace::v1::trace_service_server::TraceServiceServer::new(this.clone()))
            .add_service(metrics::v1::metrics_service_server::MetricsServiceServer::new(
                this.clone(),
            ))
            .add_service(logs::v1::logs_service_server::LogsServiceServer::new(this.clone()))
            .serve_with_incoming(TcpIncoming::from(listener));
        tokio::spawn(server);
        (this, address)
    }
}

#[tonic::async_trait]
impl trace::v1::trace_service_server::TraceService for Collector {
    async fn export(
        &self,
        request: Request<trace::v1::ExportTraceServiceRequest>,
    ) -> Result<Response<trace::v1::ExportTraceServiceResponse>, Status> {
        self.spans.lock().unwrap().extend(request.into_inner().resource_spans);
        Ok(Response::new(Default::default()))
    }
}

#[tonic::async_trait]
impl metrics::v1::metrics_service_server::MetricsService for Collector {
    async fn export(
        &self,
        request: Request<metrics::v1::ExportMetricsServiceRequest>,
    ) -> Result<Response<metrics::v1::ExportMetricsServiceResponse>, Status> {
        self.metrics.lock().unwrap().extend(request.into_inner().resource_metrics);
        Ok(Response::new(Default::default()))
    }
}

#[tonic::async_trait]
impl logs::v1::logs_service_server::LogsService for Collector {
    async fn export(
        &self,
        request: Request<logs::v1::ExportLogsServiceRequest>,
    ) -> Result<Response<logs::v1::ExportLogsServiceResponse>, Status> {
        self.logs.lock().unwrap().extend(request.into_inner().resource_logs);
        Ok(Response::new(Default::default()))
    }
}

/// The attribute `key` as text; empty when it is not there.
pub(crate) fn attribute(attributes: &[KeyValue], key: &str) -> String {
    let found = attributes.iter().find(|attribute| attribute.key == key);
    found.and_then(|attribute| attribute.value.as_ref()).map(text).unwrap_or_default()
}

pub(crate) fn text(value: &AnyValue) -> String {
    match &value.value {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    }
}
