//! A client's connection that says who is calling.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt as _, Full};
use prost::bytes::Bytes;
use proto::access::v1 as pb;
use proto::access::v1::approval_service_client::ApprovalServiceClient;
use tonic::body::Body;
use tonic::{Status, transport};
use tonic_types::StatusExt as _;
use tower::{Service, ServiceExt as _};

/// A connection to the services that sends the same credential with every call. Clones share it.
#[derive(Clone, Debug)]
pub struct Channel {
    inner: transport::Channel,
    credential: Option<HeaderValue>,
    second: Option<Arc<Second>>,
}

/// Somebody who approves whatever needs four eyes, for tests that are about something else.
#[derive(Debug)]
struct Second {
    token: String,
    /// What was approved before, by path and request: so a request sent twice is the same twice.
    approved: Mutex<HashMap<(String, Bytes), String>>,
}

impl Channel {
    /// A connection that sends `token`; nothing when it is empty.
    pub fn new(inner: transport::Channel, token: &str) -> Self {
        let credential = (!token.is_empty()).then(|| format!("Bearer {token}").parse().unwrap());
        Self { inner, credential, second: None }
    }

    /// The same, and what it asks for is approved by whoever has `token`.
    #[must_use]
    pub fn approved_by(self, token: &str) -> Self {
        let second = Second { token: token.to_owned(), approved: Mutex::default() };
        Self { second: Some(Arc::new(second)), ..self }
    }

    /// Has somebody else approve what a call was refused for, and yields the approval's name.
    pub async fn approval(&self, refusal: &Status, second: &str) -> Result<String, Status> {
        let details = refusal.get_error_details();
        let wanted = details.error_info().map(|it| it.metadata.clone()).unwrap_or_default();
        let text = |key: &str| wanted.get(key).cloned().unwrap_or_default();
        let resource = text("resource");
        let parent = resource.split('/').take(2).collect::<Vec<_>>().join("/");
        let approval = pb::Approval {
            permission: text("permission"),
            resource,
            resource_etag: text("resource_etag"),
            reason: "test".to_owned(),
            ..Default::default()
        };
        let request =
            pb::RequestApprovalRequest { parent, approval: Some(approval), ..Default::default() };
        let own = Self { second: None, ..self.clone() };
        let asked = ApprovalServiceClient::new(own).request_approval(request).await?;
        let name = asked.into_inner().name;
        let other = Self::new(self.inner.clone(), second);
        let request = pb::ApproveApprovalRequest { name, ..Default::default() };
        let approved = ApprovalServiceClient::new(other).approve_approval(request).await?;
        Ok(approved.into_inner().name)
    }
}

impl Service<Request<Body>> for Channel {
    type Response = Response<Body>;
    type Error = transport::Error;
    type Future = BoxFuture<'static, Result<Response<Body>, transport::Error>>;

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
        match (&self.second, FIELDS.get(request.uri().path())) {
            (Some(second), Some(field)) => {
                Box::pin(self.clone().by_four_eyes(second.clone(), *field, request))
            }
            _ => Box::pin(self.inner.call(request)),
        }
    }
}

impl Channel {
    async fn by_four_eyes(
        mut self,
        second: Arc<Second>,
        field: u32,
        request: Request<Body>,
    ) -> Result<Response<Body>, transport::Error> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let key = (parts.uri.path().to_owned(), body.clone());
        let known = || second.approved.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known().get(&key).cloned();
        let first = match &before {
            Some(approval) => with_approval(&body, field, approval),
            None => body.clone(),
        };
        let mut response = self.send(&parts, first).await?;
        if before.is_some() && reason(&response).starts_with("APPROVAL_") {
            response = self.send(&parts, body.clone()).await?;
        }
        if reason(&response) != "APPROVAL_REQUIRED" {
            return Ok(response);
        }
        let refusal = Status::from_header_map(response.headers()).unwrap();
        let Ok(approval) = self.approval(&refusal, &second.token).await else {
            return Ok(response);
        };
        known().insert(key, approval.clone());
        self.send(&parts, with_approval(&body, field, &approval)).await
    }

    async fn send(
        &mut self,
        parts: &Parts,
        body: Bytes,
    ) -> Result<Response<Body>, transport::Error> {
        let request = Request::from_parts(parts.clone(), Body::new(Full::new(body)));
        self.inner.ready().await?.call(request).await
    }
}

/// The reason of a refusal; nothing of an answer.
fn reason(response: &Response<Body>) -> String {
    let status = Status::from_header_map(response.headers());
    let info = status.and_then(|it| it.get_details_error_info());
    info.map(|it| it.reason).unwrap_or_default()
}

/// A message of the wire with the field `approval` added.
fn with_approval(body: &Bytes, field: u32, approval: &str) -> Bytes {
    let mut message = body[5..].to_vec();
    prost::encoding::string::encode(field, &approval.to_owned(), &mut message);
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[0][..], &length, &message].concat().into()
}

/// The number of the field `approval` of every method that needs four eyes, by path.
static FIELDS: LazyLock<HashMap<String, u32>> = LazyLock::new(|| {
    let pool = proto::descriptors();
    let four_eyes = pool.get_extension_by_name("saima.annotations.v1.four_eyes").unwrap();
    let methods = pool.services().flat_map(|it| it.methods().collect::<Vec<_>>());
    let needing =
        methods.filter(|it| it.options().get_extension(&four_eyes).as_bool() == Some(true));
    let field = |it: prost_reflect::MethodDescriptor| {
        let path = format!("/{}/{}", it.parent_service().full_name(), it.name());
        (path, it.input().get_field_by_name("approval").unwrap().number())
    };
    needing.map(field).collect()
});
