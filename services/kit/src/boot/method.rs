//! The methods this build knows, read from the descriptors it was compiled from:
//! their names for telemetry and whether they stream.
//!
//! A path that no descriptor names is nobody's: it is counted under one name, so
//! that a caller cannot grow the metrics by inventing paths.

use std::collections::HashMap;
use std::sync::LazyLock;

use prost::Message as _;
use prost_types::FileDescriptorSet;

/// One RPC.
#[derive(Debug)]
pub(crate) struct Method {
    /// The full name of its service, `_OTHER` when unknown.
    pub(crate) service: String,
    /// Its own name, `_OTHER` when unknown.
    pub(crate) name: String,
    /// Both, `package.Service/Method`.
    pub(crate) path: String,
    /// The caller sends a stream: how long the reply takes is the caller's affair.
    pub(crate) client_streaming: bool,
    /// The reply is a stream.
    pub(crate) server_streaming: bool,
}

impl Method {
    /// The method at the path `/package.Service/Method`.
    pub(crate) fn at(path: &str) -> &'static Method {
        METHODS.get(path).unwrap_or(&OTHER)
    }

    /// Either side sends a stream.
    pub(crate) fn streams(&self) -> bool {
        self.client_streaming || self.server_streaming
    }

    /// Answered by the kit itself: health and reflection.
    pub(crate) fn is_kits(&self) -> bool {
        self.service.starts_with("grpc.")
    }

    /// Answered whatever else the server does.
    pub(crate) fn is_health(&self) -> bool {
        self.service == "grpc.health.v1.Health"
    }
}

static METHODS: LazyLock<HashMap<String, Method>> = LazyLock::new(|| {
    let own = proto::method::METHODS.iter().map(|method| {
        let path = format!("{}/{}", method.service, method.name);
        let known = Method {
            service: method.service.to_owned(),
            name: method.name.to_owned(),
            path: path.clone(),
            client_streaming: method.client_streaming,
            server_streaming: method.server_streaming,
        };
        (format!("/{path}"), known)
    });
    let kits = [
        tonic_health::pb::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
    ];
    own.chain(kits.into_iter().flat_map(methods)).collect()
});

static OTHER: LazyLock<Method> = LazyLock::new(|| Method {
    service: "_OTHER".to_owned(),
    name: "_OTHER".to_owned(),
    path: "_OTHER".to_owned(),
    client_streaming: false,
    // Cut like a stream on shutdown: nothing is known about its reply.
    server_streaming: true,
});

fn methods(descriptors: &[u8]) -> Vec<(String, Method)> {
    // What the build itself wrote decodes; a set that does not leaves its methods unknown.
    let files = FileDescriptorSet::decode(descriptors).unwrap_or_default().file;
    let mut found = Vec::new();
    for file in files {
        for service in &file.service {
            let full = format!("{}.{}", file.package(), service.name());
            found.extend(service.method.iter().map(|method| {
                let path = format!("{full}/{}", method.name());
                let known = Method {
                    service: full.clone(),
                    name: method.name().to_owned(),
                    path: path.clone(),
                    client_streaming: method.client_streaming(),
                    server_streaming: method.server_streaming(),
                };
                (format!("/{path}"), known)
            }));
        }
    }
    found
}
