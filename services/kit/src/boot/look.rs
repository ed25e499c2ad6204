//! A look at a reply before it goes out: of whom does it tell?

use http::Response;
use http_body_util::{BodyExt as _, Full};
use tonic::body::Body;

use crate::error::{Error, Result};
use crate::guard::{Caller, Readers, persons};

/// Counts the persons that a unary reply names, and refuses one too many.
pub(super) async fn look(
    response: Response<Body>,
    readers: &Readers,
    caller: &Caller,
) -> Result<Response<Body>> {
    let (parts, body) = response.into_parts();
    let body = body.collect().await.map_err(|status| Error::internal(status.to_string()))?;
    let trailers = body.trailers().cloned();
    let bytes = body.to_bytes();
    if let Some(account) = caller.counted() {
        readers.read(account, &persons(&bytes))?;
    }
    let body = Full::new(bytes).with_trailers(async move { trailers.map(Ok) });
    Ok(Response::from_parts(parts, Body::new(body)))
}
