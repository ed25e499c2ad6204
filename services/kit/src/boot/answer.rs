//! What the transport says for us, said again in our own words.
//!
//! tonic answers for a malformed or over-large message before any handler sees
//! it, and calls both faults of the server's. Its answers carry no details; ours
//! always do, and are left alone. So does what a peer's client says of a reply it
//! cannot take, once it is an `Error`: a handler never returns a peer's bare status.

use http::{HeaderMap, HeaderName};
use tonic::{Code, Status, Streaming};

use crate::error::{Error, MALFORMED, MESSAGE_TOO_LARGE, Result};

const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const DETAILS: HeaderName = HeaderName::from_static("grpc-status-details-bin");

/// The next message of a caller's stream; `None` at its end. A malformed or over-large
/// message is the caller's fault: INVALID_ARGUMENT or RESOURCE_EXHAUSTED.
pub async fn next<M>(stream: &mut Streaming<M>) -> Result<Option<M>> {
    stream.message().await.map_err(|status| match fault(&status) {
        Some(error) => error,
        // The caller went away or its deadline passed: nobody reads the answer.
        None => Error::Deadline,
    })
}

/// The code the headers or trailers carry; `None` when the reply goes on.
pub(super) fn code(headers: &HeaderMap) -> Option<Code> {
    Some(Code::from_bytes(headers.get(STATUS)?.as_bytes()))
}

/// Replaces the transport's own answer in the headers or trailers, and returns the code they carry then.
pub(super) fn restate(headers: &mut HeaderMap) -> Option<Code> {
    let code = code(headers)?;
    if code == Code::Ok || headers.contains_key(DETAILS) {
        return Some(code);
    }
    let Some(error) = Status::from_header_map(headers).as_ref().and_then(fault) else {
        return Some(code);
    };
    write(error, headers);
    self::code(headers)
}

/// Writes an error where a reply's status stands.
pub(super) fn write(error: Error, headers: &mut HeaderMap) {
    for name in [STATUS, MESSAGE, DETAILS] {
        headers.remove(name);
    }
    // Adding fails only for a message that no header can hold; the code then speaks alone.
    let status = Status::from(error);
    if status.add_header(headers).is_err() {
        headers.insert(STATUS, http::HeaderValue::from(status.code() as i32));
    }
}

/// What the transport's complaint about a request means; `None` for any other status.
fn fault(status: &Status) -> Option<Error> {
    let message = status.message();
    let begins = |with: &str| message.starts_with(with);
    match status.code() {
        Code::OutOfRange if begins("Error, decoded message length too large") => Some(too_large(
            "the request message is larger than this method takes; send less at once",
        )),
        Code::OutOfRange if begins("Error, encoded message length too large") => {
            Some(too_large("the reply would be larger than a message may be; ask for less at once"))
        }
        Code::ResourceExhausted if begins("Error decompressing") => Some(too_large(
            "the request message unpacks to more than this method takes; send less at once",
        )),
        Code::Internal
            if begins("failed to decode Protobuf message")
                || begins("Missing request message")
                || begins("Unexpected EOF decoding stream")
                || begins("Error decompressing")
                || begins("protocol error: received message with") =>
        {
            Some(malformed(message))
        }
        _ => None,
    }
}

fn too_large(message: &str) -> Error {
    Error::Exhausted { reason: MESSAGE_TOO_LARGE, message: message.to_owned() }
}

fn malformed(found: &str) -> Error {
    let message = format!("the request body is not the message this method takes: {found}");
    Error::invalid("request", MALFORMED, message)
}
