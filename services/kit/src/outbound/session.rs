//! A connection to one target, used again for as long as both sides like.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::time::{Instant, timeout_at};
use tokio_util::task::AbortOnDropHandle;

use super::dial::Stream;
use super::refusal::{Reason, Refusal};
use super::{Outbound, Target};

/// From the first step to the last byte of a reply.
const WHOLE: Duration = Duration::from_secs(15);
/// Largest head of a reply.
const HEAD: usize = 16 * 1024;
/// Beyond this much a reply is not read, and its connection not used again.
const BODY: usize = 64 * 1024;
/// What is kept of a reply to something sent.
const KEPT: usize = 1024;

/// A reply.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// The beginning of its body.
    pub body: String,
}

/// Requests to one target, one after another.
#[derive(Debug)]
pub struct Session {
    outbound: Outbound,
    target: Target,
    line: Option<Line>,
}

#[derive(Debug)]
struct Line {
    sender: SendRequest<Full<Bytes>>,
    /// Moves the bytes until the line is dropped.
    _driver: AbortOnDropHandle<()>,
}

impl Session {
    pub(super) fn new(outbound: Outbound, target: Target) -> Self {
        Self { outbound, target, line: None }
    }

    /// Sends a request and reads the reply, within fifteen seconds.
    pub async fn post(&mut self, headers: HeaderMap, body: Bytes) -> Result<Answer, Refusal> {
        self.send(Method::POST, headers, body, KEPT).await
    }

    /// Asks for what is there, at most 64 KiB, within fifteen seconds.
    pub async fn get(&mut self) -> Result<Answer, Refusal> {
        self.send(Method::GET, HeaderMap::new(), Bytes::new(), BODY).await
    }

    async fn send(
        &mut self,
        method: Method,
        headers: HeaderMap,
        body: Bytes,
        kept: usize,
    ) -> Result<Answer, Refusal> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = self.target.path().parse().map_err(unreadable)?;
        *request.headers_mut() = headers;
        let host = HeaderValue::from_str(&self.target.authority()).map_err(unreadable)?;
        request.headers_mut().insert(header::HOST, host);
        let deadline = Instant::now() + WHOLE;
        let late = |_| Refusal::new(Reason::Timeout, "no whole reply came within 15 seconds");
        timeout_at(deadline, self.exchange(request, kept)).await.map_err(late)?
    }

    async fn exchange(
        &mut self,
        request: Request<Full<Bytes>>,
        kept: usize,
    ) -> Result<Answer, Refusal> {
        // A line on which anything goes wrong is dropped with what was sent on it. One that was
        // used before may have been closed meanwhile: then there is a new one.
        if let Some(mut line) = self.line.take()
            && line.sender.ready().await.is_ok()
            && let Ok(reply) = line.sender.send_request(request.clone()).await
        {
            return self.finish(line, reply, kept).await;
        }
        let mut line = handshake(self.outbound.connect(&self.target).await?).await?;
        let broken = |error: hyper::Error| Refusal::new(Reason::BrokenReply, error.to_string());
        let reply = line.sender.send_request(request).await.map_err(broken)?;
        self.finish(line, reply, kept).await
    }

    async fn finish(
        &mut self,
        line: Line,
        reply: Response<Incoming>,
        kept: usize,
    ) -> Result<Answer, Refusal> {
        let status = reply.status();
        let (body, whole) = read(reply.into_body(), kept).await?;
        if whole {
            self.line = Some(line);
        }
        Ok(Answer { status, body })
    }
}

async fn handshake(stream: Stream) -> Result<Line, Refusal> {
    let io = TokioIo::new(stream);
    let broken = |error: hyper::Error| Refusal::new(Reason::BrokenReply, error.to_string());
    let (sender, connection) =
        Builder::new().max_buf_size(HEAD).handshake(io).await.map_err(broken)?;
    let driver = tokio::spawn(async move {
        // How it ends is told to whoever waits for the reply.
        let _ = connection.await;
    });
    Ok(Line { sender, _driver: AbortOnDropHandle::new(driver) })
}

/// The beginning of a reply's body, and whether the rest was read as well.
async fn read(mut body: Incoming, most: usize) -> Result<(String, bool), Refusal> {
    let (mut kept, mut length) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Refusal::new(Reason::BrokenReply, error.to_string()))?;
        let Some(data) = frame.data_ref() else { continue };
        length += data.len();
        let room = most.saturating_sub(kept.len()).min(data.len());
        kept.extend_from_slice(&data[..room]);
        if length > BODY {
            return Ok((text(&kept), false));
        }
    }
    Ok((text(&kept), true))
}

/// What can be shown and stored of bytes that somebody else chose.
fn text(bytes: &[u8]) -> String {
    let shown = String::from_utf8_lossy(bytes);
    shown.chars().filter(|char| !char.is_control() || *char == '\n').collect()
}

fn unreadable(error: impl std::error::Error) -> Refusal {
    Refusal::new(Reason::UrlFormat, error.to_string())
}
