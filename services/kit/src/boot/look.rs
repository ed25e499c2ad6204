//! A look at a reply before it goes out: of whom does it tell?

use std::collections::BTreeSet;

use http::Response;
use http_body_util::{BodyExt as _, Full};
use tonic::body::Body;

use crate::audit::persons;
use crate::error::{Error, Result};

/// The persons that a unary reply names, and the reply.
pub(super) async fn look(response: Response<Body>) -> Result<(BTreeSet<i64>, Response<Body>)> {
    let (parts, body) = response.into_parts();
    let body = body.collect().await.map_err(|status| Error::internal(status.to_string()))?;
    let trailers = body.trailers().cloned();
    let bytes = body.to_bytes();
    let found = persons(&bytes);
    let body = Full::new(bytes).with_trailers(async move { trailers.map(Ok) });
    Ok((found, Response::from_parts(parts, Body::new(body))))
}
