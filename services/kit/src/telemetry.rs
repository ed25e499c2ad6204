//! What the process tells about itself: a log on standard error, and traces,
//! metrics and logs to an OTLP collector when one is configured.
//!
//! Without a collector no span is built, no metric counted, no header written:
//! a call then costs what it costs. No span or metric names a person or carries
//! a request's content.

pub(crate) mod call;
mod trace;

use std::io::IsTerminal as _;
use std::time::Duration;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry::{KeyValue, global};
use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use opentelemetry_otlp::{LogExporter, MetricExporter, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::filter::{EnvFilter, LevelFilter, Targets};
use tracing_subscriber::layer::{Layer, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{Config, LogFormat};
use crate::error::{Error, Result};

pub(crate) use trace::inject;
pub use trace::{current_trace_parent, with_trace_parent};

/// The target of the spans around calls: kept from the log, which has lines of its own.
pub(crate) const RPC: &str = "saima::rpc";

/// Crates whose doings while exporting would be exported in turn.
const EXPORTERS: [&str; 5] = ["h2", "hyper", "opentelemetry", "tonic", "tower"];

/// How long the last export may take.
const FLUSH: Duration = Duration::from_secs(5);

/// The telemetry of this process, to be flushed last.
#[must_use]
pub(crate) struct Telemetry(Option<Providers>);

struct Providers {
    tracer: SdkTracerProvider,
    meter: SdkMeterProvider,
    logger: SdkLoggerProvider,
}

impl Telemetry {
    /// Starts logging and, when a collector is configured, exporting. Within a runtime, once
    /// a process.
    pub(crate) fn start(name: &'static str, config: &Config) -> Result<Self> {
        let providers = match &config.otlp_endpoint {
            Some(endpoint) => Some(Providers::connect(name, &endpoint.to_string())?),
            None => None,
        };
        let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
        let log = match config.log_format {
            LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).boxed(),
            LogFormat::Json => log.json().flatten_event(true).boxed(),
        };
        // A list, not layers that may be absent: an absent one asks for every span to be built.
        let mut layers = vec![log.with_filter(filter(&config.log_level, &[RPC])?).boxed()];
        if let Some(providers) = &providers {
            let quiet = EXPORTERS.map(|name| (name, LevelFilter::OFF));
            let traced = Targets::new().with_default(LevelFilter::INFO).with_targets(quiet);
            let tracer = providers.tracer.tracer("saima");
            let traces = tracing_opentelemetry::layer().with_tracer(tracer);
            layers.push(traces.with_filter(traced).boxed());
            let logs = OpenTelemetryTracingBridge::new(&providers.logger);
            layers.push(logs.with_filter(filter(&config.log_level, &EXPORTERS)?).boxed());
        }
        tracing_subscriber::registry().with(layers).try_init().map_err(Error::internal)?;
        std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "panicked")));
        if let Some(providers) = &providers {
            global::set_tracer_provider(providers.tracer.clone());
            global::set_meter_provider(providers.meter.clone());
            call::count();
        }
        Ok(Self(providers))
    }

    /// Sends what is still here; what a collector does not take in time is lost.
    pub(crate) async fn flush(self) {
        let Some(Providers { tracer, meter, logger }) = self.0 else {
            return;
        };
        // The exporters block their thread and need this runtime's others meanwhile.
        let flush = tokio::task::spawn_blocking(move || {
            let outcomes = [
                tracer.shutdown_with_timeout(FLUSH),
                meter.shutdown_with_timeout(FLUSH),
                logger.shutdown_with_timeout(FLUSH),
            ];
            outcomes.into_iter().find_map(std::result::Result::err)
        });
        if let Ok(Some(error)) = flush.await {
            tracing::warn!(%error, "the last telemetry was not taken");
        }
    }
}

impl Providers {
    fn connect(name: &'static str, endpoint: &str) -> Result<Self> {
        let resource = Resource::builder()
            .with_service_name(name)
            .with_attribute(KeyValue::new("service.namespace", "saima"))
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let spans = SpanExporter::builder().with_tonic().with_endpoint(endpoint);
        let metrics = MetricExporter::builder().with_tonic().with_endpoint(endpoint);
        let logs = LogExporter::builder().with_tonic().with_endpoint(endpoint);
        Ok(Self {
            tracer: SdkTracerProvider::builder()
                .with_batch_exporter(spans.build().map_err(Error::internal)?)
                .with_resource(resource.clone())
                .build(),
            meter: SdkMeterProvider::builder()
                .with_periodic_exporter(metrics.build().map_err(Error::internal)?)
                .with_resource(resource.clone())
                .build(),
            logger: SdkLoggerProvider::builder()
                .with_batch_exporter(logs.build().map_err(Error::internal)?)
                .with_resource(resource)
                .build(),
        })
    }
}

/// The configured directives, with `quiet` off unless they say otherwise.
fn filter(directives: &str, quiet: &[&str]) -> Result<EnvFilter> {
    let quiet = quiet.iter().map(|name| format!("{name}=off,"));
    let text = quiet.chain([directives.to_owned()]).collect::<String>();
    EnvFilter::try_new(text).map_err(Error::internal)
}
