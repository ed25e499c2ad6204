//! JSON over HTTP on the port of gRPC (A2): each unary RPC at the path that the contract gives it.
//!
//! A request is turned into the call that it stands for and crosses the same edge, so that guard,
//! limits, deadlines and audit know no other way in. Its body is read and translated when the
//! handler asks for it, behind the guard. Messages are read and written by their descriptors.

mod reply;
mod request;
mod route;

use std::convert::Infallible;
use std::task::{Context, Poll};

use futures::future::{BoxFuture, Either};
use http::{Request, Response};
use tonic::Status;
use tonic::body::Body;
use tonic_web::{GrpcWebLayer, GrpcWebService};
use tower::{Layer as _, Service};

use self::route::Tongue;
use super::edge::Edge;
use crate::error::Error;

/// The edge, for those who speak gRPC, gRPC-Web or JSON.
#[derive(Clone)]
pub(super) struct Gateway {
    edge: Edge,
    web: GrpcWebService<Edge>,
}

impl Gateway {
    pub(super) fn new(edge: Edge) -> Self {
        Self { web: GrpcWebLayer::new().layer(edge.clone()), edge }
    }
}

type Outcome = Result<Response<Body>, Infallible>;

impl Service<Request<Body>> for Gateway {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Either<
        <GrpcWebService<Edge> as Service<Request<Body>>>::Future,
        BoxFuture<'static, Outcome>,
    >;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        match route::tongue(&request) {
            Tongue::Grpc => Either::Right(self.edge.call(request)),
            Tongue::Json => Either::Right(Box::pin(answer(self.edge.clone(), request))),
            Tongue::Web => Either::Left(self.web.call(request)),
        }
    }
}

async fn answer(mut edge: Edge, request: Request<Body>) -> Outcome {
    let path = request.uri().path();
    let Some((route, bound)) = route::find(request.method(), path) else {
        let error = Error::not_found("path", format!("{} {path}", request.method()));
        return Ok(reply::refused(&Status::from(error)));
    };
    if route.streams {
        let message = "this method streams; call it over gRPC";
        return Ok(reply::refused(&Status::unimplemented(message)));
    }
    let response = edge.call(request::call(route, bound, request)).await?;
    Ok(reply::written(route, response).await)
}
