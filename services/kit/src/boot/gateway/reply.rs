//! The reply of an RPC, written as JSON; a refusal as google.rpc.Status.

use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use prost_reflect::DynamicMessage;
use serde_json::{Value, json};
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::route::Route;
use crate::error::{Error, Result};

/// Length of what stands before a message.
const HEAD: usize = 5;

/// What an RPC answered.
pub(super) async fn written(route: &Route, response: Response<Body>) -> Response<Body> {
    match read(route, response).await {
        Ok((text, kept)) => {
            let mut response = shown(StatusCode::OK, text);
            if let Some(kept) = kept {
                response.headers_mut().insert(CACHE_CONTROL, kept);
            }
            response
        }
        Err(status) => refused(&status),
    }
}

/// A reply's message, and how long caches may keep it where the handler said so.
async fn read(
    route: &Route,
    response: Response<Body>,
) -> std::result::Result<(Vec<u8>, Option<HeaderValue>), Status> {
    let (mut parts, body) = response.into_parts();
    fault(Status::from_header_map(&parts.headers))?;
    let collected = body.collect().await?;
    fault(collected.trailers().and_then(Status::from_header_map))?;
    Ok((text(route, &collected.to_bytes())?, parts.headers.remove(CACHE_CONTROL)))
}

fn fault(status: Option<Status>) -> std::result::Result<(), Status> {
    match status {
        Some(status) if status.code() != Code::Ok => Err(status),
        _ => Ok(()),
    }
}

fn text(route: &Route, frame: &Bytes) -> Result<Vec<u8>> {
    let message = frame.get(HEAD..).ok_or_else(|| Error::internal("a reply without a message"))?;
    let message = DynamicMessage::decode(route.output.clone(), message).map_err(Error::internal)?;
    serde_json::to_vec(&message).map_err(Error::internal)
}

/// A refusal, with the details that gRPC callers get.
pub(super) fn refused(status: &Status) -> Response<Body> {
    let found = status.get_error_details();
    let mut details = Vec::new();
    let mut tell = |kind: &str, mut detail: Value| {
        detail["@type"] = format!("type.googleapis.com/google.rpc.{kind}").into();
        details.push(detail);
    };
    if let Some(it) = found.error_info() {
        let detail = json!({"reason": it.reason, "domain": it.domain, "metadata": it.metadata});
        tell("ErrorInfo", detail);
    }
    if let Some(it) = found.bad_request() {
        let violation = |it: &tonic_types::FieldViolation| json!({"field": it.field, "description": it.description, "reason": it.reason});
        let violations: Vec<_> = it.field_violations.iter().map(violation).collect();
        tell("BadRequest", json!({"fieldViolations": violations}));
    }
    if let Some(it) = found.precondition_failure() {
        let violation = |it: &tonic_types::PreconditionViolation| json!({"type": it.r#type, "subject": it.subject, "description": it.description});
        let violations: Vec<_> = it.violations.iter().map(violation).collect();
        tell("PreconditionFailure", json!({"violations": violations}));
    }
    if let Some(it) = found.resource_info() {
        let (kind, name) = (&it.resource_type, &it.resource_name);
        let detail =
            json!({"resourceType": kind, "resourceName": name, "description": it.description});
        tell("ResourceInfo", detail);
    }
    let wait = found.retry_info().and_then(|it| it.retry_delay).map(|it| it.as_secs().max(1));
    if let Some(seconds) = wait {
        tell("RetryInfo", json!({"retryDelay": format!("{seconds}s")}));
    }
    let code = status.code() as i32;
    let body = json!({"code": code, "message": status.message(), "details": details});
    let mut response = shown(http_code(status.code()), body.to_string().into_bytes());
    if let Some(seconds) = wait {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

fn shown(code: StatusCode, text: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::new(Full::new(Bytes::from(text))));
    *response.status_mut() = code;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// As google.rpc.Code says.
fn http_code(code: Code) -> StatusCode {
    match code {
        Code::Ok => StatusCode::OK,
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => {
            StatusCode::BAD_REQUEST
        }
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::AlreadyExists | Code::Aborted => StatusCode::CONFLICT,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        Code::Cancelled | Code::Unknown | Code::Internal | Code::DataLoss => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}
