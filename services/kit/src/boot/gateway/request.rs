//! A JSON request, turned into the message of its RPC.

use futures::stream;
use http::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, TE,
    TRANSFER_ENCODING,
};
use http::{HeaderName, HeaderValue, Method, Request, Version};
use http_body_util::{BodyExt as _, LengthLimitError, Limited, StreamBody};
use hyper::body::{Bytes, Frame};
use prost::Message as _;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value};
use tonic::Status;
use tonic::body::Body;

use super::route::Route;
use crate::boot::BATCH_DECODE_LIMIT;
use crate::error::{Error, MALFORMED, MESSAGE_TOO_LARGE, Result};

/// Largest body: JSON says in more bytes what the message says.
const MOST: usize = 2 * BATCH_DECODE_LIMIT;

/// Headers that speak of the body as it came, or ask for a reply that we would have to unpack.
const OF_BODY: [HeaderName; 7] = [
    ACCEPT_ENCODING,
    CONNECTION,
    CONTENT_ENCODING,
    CONTENT_LENGTH,
    TRANSFER_ENCODING,
    HeaderName::from_static("grpc-encoding"),
    HeaderName::from_static("grpc-accept-encoding"),
];

/// What a request says beside its body.
struct Given {
    bound: Vec<(&'static str, String)>,
    query: Option<String>,
    /// The body is said to be JSON as it stands.
    json: bool,
}

/// The gRPC call that a request stands for.
pub(super) fn call(
    route: &'static Route,
    bound: Vec<(&'static str, String)>,
    request: Request<Body>,
) -> Request<Body> {
    let (mut parts, body) = request.into_parts();
    let kind = parts.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let json = kind.is_some_and(|it| it.starts_with(b"application/json"))
        && !parts.headers.contains_key(CONTENT_ENCODING);
    let query = parts.uri.query().map(str::to_owned);
    let given = Given { bound, query, json };
    parts.method = Method::POST;
    parts.uri = route.uri.clone();
    parts.version = Version::HTTP_2;
    for name in OF_BODY {
        parts.headers.remove(name);
    }
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    parts.headers.insert(TE, HeaderValue::from_static("trailers"));
    let frame = async move {
        let frame = frame(route, given, body).await;
        frame.map(Frame::data).map_err(Status::from)
    };
    Request::from_parts(parts, Body::new(StreamBody::new(stream::once(frame))))
}

/// The one frame of the call.
async fn frame(route: &Route, given: Given, body: Body) -> Result<Bytes> {
    let bytes = Limited::new(body, MOST).collect().await.map_err(broken)?.to_bytes();
    let mut whole = read(route, &bytes, given.json)?;
    for (field, value) in &given.bound {
        place(&route.input, &mut whole, field, value, true)?;
    }
    let query = given.query.unwrap_or_default();
    for (field, value) in form_urlencoded::parse(query.as_bytes()) {
        if route.body == "*" {
            return Err(Error::invalid(
                &*field,
                "NOT_ALLOWED",
                "stands in the body, not the query",
            ));
        }
        place(&route.input, &mut whole, &field, &value, false)?;
    }
    let message = DynamicMessage::deserialize(route.input.clone(), Value::Object(whole))
        .map_err(|fault| Error::invalid("body", MALFORMED, fault.to_string()))?;
    let size = u32::try_from(message.encoded_len()).map_err(Error::internal)?;
    let mut frame = Vec::with_capacity(5 + size as usize);
    frame.push(0);
    frame.extend(size.to_be_bytes());
    message.encode(&mut frame).map_err(Error::internal)?;
    Ok(frame.into())
}

/// What the body gives.
fn read(route: &Route, bytes: &[u8], json: bool) -> Result<Map<String, Value>> {
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    if route.body.is_empty() {
        return Err(Error::invalid("body", "NOT_ALLOWED", "this method takes no body"));
    }
    if !json {
        let message = "the body must be JSON, sent as application/json without compression";
        return Err(Error::invalid("body", "CONTENT_TYPE", message));
    }
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|fault| Error::invalid("body", MALFORMED, fault.to_string()))?;
    match (value, route.body.as_str()) {
        (Value::Object(whole), "*") => Ok(whole),
        (_, "*") => Err(Error::invalid("body", MALFORMED, "must be a JSON object")),
        (value, field) => {
            let key = route.input.get_field_by_name(field);
            let key = key.ok_or_else(|| Error::internal("a body of no field"))?;
            Ok(Map::from_iter([(key.json_name().to_owned(), value)]))
        }
    }
}

/// Puts a value of the path or the query where it belongs. What stands in the path holds.
fn place(
    message: &MessageDescriptor,
    mut at: &mut Map<String, Value>,
    path: &str,
    value: &str,
    holds: bool,
) -> Result<()> {
    let fault = |reason, text: &str| Err(Error::invalid(path, reason, text));
    let mut message = message.clone();
    let mut parts = path.split('.').peekable();
    while let Some(part) = parts.next() {
        let field = message.get_field_by_name(part);
        let Some(field) = field.or_else(|| message.get_field_by_json_name(part)) else {
            return fault("UNKNOWN_FIELD", "is no field of the request");
        };
        // A body may spell it either way.
        let key = field.json_name().to_owned();
        if field.name() != key
            && let Some(found) = at.remove(field.name())
        {
            at.insert(key.clone(), found);
        }
        if parts.peek().is_none() {
            let value = scalar(&field, value);
            if field.is_list() {
                match at.entry(key).or_insert_with(|| Value::Array(Vec::new())) {
                    Value::Array(list) => list.push(value),
                    _ => return fault(MALFORMED, "must be a list"),
                }
            } else if at.insert(key, value).is_some() && !holds {
                return fault("DUPLICATE", "is given twice");
            }
            return Ok(());
        }
        let Kind::Message(next) = field.kind() else {
            return fault("UNKNOWN_FIELD", "is no field of the request");
        };
        match at.entry(key).or_insert_with(|| Value::Object(Map::new())) {
            Value::Object(inner) => at = inner,
            _ => return fault(MALFORMED, "must be an object"),
        }
        message = next;
    }
    Ok(())
}

/// A value as JSON writes it: a text for all but truth values.
fn scalar(field: &FieldDescriptor, value: &str) -> Value {
    match (field.kind(), value) {
        (Kind::Bool, "true") => Value::Bool(true),
        (Kind::Bool, "false") => Value::Bool(false),
        (Kind::Message(message), _) if message.full_name() == "google.protobuf.FieldMask" => {
            Value::String(lower_camel(value))
        }
        _ => Value::String(value.to_owned()),
    }
}

/// A mask in the words of the protos, as JSON spells it.
fn lower_camel(mask: &str) -> String {
    let mut camel = String::new();
    let mut up = false;
    for letter in mask.chars() {
        match letter {
            '_' => up = true,
            letter if up => {
                camel.push(letter.to_ascii_uppercase());
                up = false;
            }
            letter => camel.push(letter),
        }
    }
    camel
}

fn broken(fault: Box<dyn std::error::Error + Send + Sync>) -> Error {
    match fault.is::<LengthLimitError>() {
        true => {
            let message = "the request body is larger than any method takes; send less at once";
            Error::Exhausted { reason: MESSAGE_TOO_LARGE, message: message.to_owned() }
        }
        // The caller went away: nobody reads the answer.
        false => Error::Deadline,
    }
}
