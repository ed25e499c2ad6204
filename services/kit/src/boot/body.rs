//! A reply's body on its way out: ended when its time is over, its final status
//! seen by telemetry.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use http::HeaderMap;
use hyper::body::{Body as HttpBody, Bytes, Frame, SizeHint};
use tokio::sync::OwnedSemaphorePermit;
use tonic::Status;
use tonic::body::Body;

use super::answer;
use crate::error::Error;
use crate::telemetry::call::Call;

/// The body of one reply.
pub(super) struct Reply {
    /// `None` once the last frame is out.
    body: Option<Body>,
    /// Resolves when the reply must end early, and says why.
    cut: Option<BoxFuture<'static, Error>>,
    /// What the stream has ready goes out before it is cut.
    patient: bool,
    call: Call,
    /// Held as long as the stream is open.
    _permit: Option<OwnedSemaphorePermit>,
}

impl Reply {
    pub(super) fn new(
        body: Body,
        cut: Option<BoxFuture<'static, Error>>,
        patient: bool,
        call: Call,
        permit: Option<OwnedSemaphorePermit>,
    ) -> Self {
        Self { body: Some(body), cut, patient, call, _permit: permit }
    }

    fn end(&mut self) {
        self.body = None;
        self.cut = None;
    }

    fn poll_cut(&mut self, cx: &mut Context<'_>) -> Poll<Frame<Bytes>> {
        let Some(cut) = &mut self.cut else {
            return Poll::Pending;
        };
        cut.as_mut().poll(cx).map(|error| {
            self.end();
            self.call.end(error.code());
            let mut trailers = HeaderMap::new();
            answer::write(error, &mut trailers);
            Frame::trailers(trailers)
        })
    }

    fn poll_body(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        // What the stream logs and asks of peers belongs to the call's span.
        let _entered = self.call.span().clone().entered();
        let mut frame = std::task::ready!(Pin::new(body).poll_frame(cx));
        match &mut frame {
            Some(Ok(frame)) => {
                if let Some(trailers) = frame.trailers_mut()
                    && let Some(code) = answer::restate(trailers)
                {
                    self.call.end(code);
                    self.end();
                }
            }
            Some(Err(status)) => {
                self.call.end(status.code());
                self.end();
            }
            None => self.end(),
        }
        Poll::Ready(frame)
    }
}

impl HttpBody for Reply {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if !self.patient
            && let Poll::Ready(last) = self.poll_cut(cx)
        {
            return Poll::Ready(Some(Ok(last)));
        }
        match self.poll_body(cx) {
            Poll::Pending if self.patient => self.poll_cut(cx).map(|last| Some(Ok(last))),
            polled => polled,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::new, HttpBody::size_hint)
    }
}
