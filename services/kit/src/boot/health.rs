//! What every server answers about itself: health by service name, and reflection
//! in both versions stock clients ask for.

use tonic::service::Routes;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;
use tonic_reflection::server::Builder;

use crate::error::{Error, Result};

/// The services' health, as probers read it. The empty name is the whole process.
pub(super) struct Health {
    reporter: HealthReporter,
    names: Vec<&'static str>,
}

impl Health {
    /// Adds health and reflection to the routes that serve `names`; all of them are well.
    pub(super) async fn add(
        routes: Routes,
        mut names: Vec<&'static str>,
    ) -> Result<(Self, Routes)> {
        let (reporter, server) = tonic_health::server::health_reporter();
        let reflection = || {
            let own = ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"];
            names.iter().copied().chain(own).fold(
                Builder::configure()
                    .register_encoded_file_descriptor_set(proto::DESCRIPTOR_SET)
                    .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
                    .register_encoded_file_descriptor_set(
                        tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
                    )
                    .with_service_name("grpc.reflection.v1alpha.ServerReflection"),
                Builder::with_service_name,
            )
        };
        let routes = routes
            .add_service(crate::service!(server))
            .add_service(crate::service!(reflection().build_v1().map_err(Error::internal)?))
            .add_service(crate::service!(reflection().build_v1alpha().map_err(Error::internal)?));
        names.push("");
        let health = Self { reporter, names };
        health.say(ServingStatus::Serving).await;
        Ok((health, routes))
    }

    /// Asks probers to send nobody here any more.
    pub(super) async fn not_serving(&self) {
        self.say(ServingStatus::NotServing).await;
    }

    async fn say(&self, status: ServingStatus) {
        for name in &self.names {
            self.reporter.set_service_status(name, status).await;
        }
    }
}
