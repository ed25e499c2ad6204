//! A client's connection that says who is calling.

use std::task::{Context, Poll};

use http::header::AUTHORIZATION;
use http::{HeaderValue, Request, Response};
use tonic::body::Body;
use tonic::transport;
use tower::Service;

/// A connection to the services that sends the same credential with every call. Clones share it.
#[derive(Clone, Debug)]
pub struct Channel {
    inner: transport::Channel,
    credential: Option<HeaderValue>,
}

impl Channel {
    /// A connection that sends `token`; nothing when it is empty.
    pub fn new(inner: transport::Channel, token: &str) -> Self {
        let credential = (!token.is_empty()).then(|| format!("Bearer {token}").parse().unwrap());
        Self { inner, credential }
    }
}

impl Service<Request<Body>> for Channel {
    type Response = Response<Body>;
    type Error = transport::Error;
    type Future = <transport::Channel as Service<Request<Body>>>::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        if let Some(credential) = &self.credential {
            request.headers_mut().entry(AUTHORIZATION).or_insert_with(|| credential.clone());
        }
        // Tests say why they read persons' records.
        let purpose = HeaderValue::from_static("test");
        request.headers_mut().entry("saima-purpose").or_insert(purpose);
        self.inner.call(request)
    }
}
