//! One event, sent to an endpoint once.

use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use kit::outbound::{Outbound, Refusal, Session};
use kit::{Error, Result};
use tokio::time::Instant;

use crate::delivery::Attempt;
use crate::endpoint::Endpoint;
use crate::event::Event;
use crate::secret::{self, Secret};

/// An endpoint as one batch reaches it.
pub(crate) struct Post<'a> {
    endpoint: &'a Endpoint,
    secrets: &'a [Secret],
    session: std::result::Result<Session, Refusal>,
}

impl<'a> Post<'a> {
    pub(crate) fn new(outbound: &Outbound, endpoint: &'a Endpoint, secrets: &'a [Secret]) -> Self {
        let target = outbound.target(&endpoint.wish.url);
        Self { endpoint, secrets, session: target.map(|target| outbound.session(target)) }
    }

    /// Sends an event; what went wrong is in the attempt.
    pub(crate) async fn send(&mut self, event: &Event, number: i64, now: Timestamp) -> Attempt {
        let begin = Instant::now();
        let mut attempt = Attempt {
            number,
            create_time: now,
            url: self.endpoint.wish.url.clone(),
            ..Attempt::default()
        };
        match self.try_to(event, now).await {
            Ok((status, reply)) => {
                attempt.status = status.as_u16().into();
                attempt.reply = reply;
                if !status.is_success() {
                    let more =
                        if status.is_redirection() { "; redirects are not followed" } else { "" };
                    attempt.reason = "STATUS".to_owned();
                    attempt.message = format!("the reply was {status}{more}");
                }
            }
            Err(Failure::Refused(refusal)) => {
                attempt.reason = refusal.reason.as_str().to_owned();
                attempt.message = refusal.message;
            }
            Err(Failure::Ours(error)) => {
                tracing::error!(endpoint = self.endpoint.name(), %error, "cannot be signed");
                attempt.reason = "NOT_SIGNED".to_owned();
                attempt.message = "the event could not be signed; rotate the secret".to_owned();
            }
        }
        attempt.duration_millis = i64::try_from(begin.elapsed().as_millis()).unwrap_or(i64::MAX);
        attempt
    }

    async fn try_to(
        &mut self,
        event: &Event,
        now: Timestamp,
    ) -> std::result::Result<(http::StatusCode, String), Failure> {
        let body = event.body(self.endpoint.wish.include_resource);
        let headers = headers(self.endpoint, self.secrets, event, &body, now)?;
        let session = self.session.as_mut().map_err(|refusal| refusal.clone())?;
        let answer = session.post(headers, body.into()).await?;
        Ok((answer.status, answer.body))
    }
}

enum Failure {
    Refused(Refusal),
    Ours(Error),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

fn headers(
    endpoint: &Endpoint,
    secrets: &[Secret],
    event: &Event,
    body: &str,
    now: Timestamp,
) -> Result<HeaderMap> {
    let signed = secret::signatures(secrets, endpoint.scheme, &event.id, now, body)?;
    let mut headers = HeaderMap::new();
    let mut put = |name: &'static str, value: &str| -> Result<()> {
        let value = HeaderValue::from_str(value).map_err(Error::internal)?;
        headers.insert(HeaderName::from_static(name), value);
        Ok(())
    };
    put("content-type", "application/cloudevents+json; charset=utf-8")?;
    put("user-agent", "saima-webhook/1")?;
    put("webhook-id", &event.id)?;
    put("webhook-timestamp", &now.as_second().to_string())?;
    put("webhook-signature", &signed)?;
    if !event.trace_parent.is_empty() {
        put("traceparent", &event.trace_parent)?;
    }
    Ok(headers)
}
