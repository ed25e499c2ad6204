//! One message, sent by a channel once.

mod mail;
mod robot;
mod sms;

use jiff::Timestamp;
use kit::outbound::{Answer, Outbound, Refusal};
use kit::secret::Personal;
use tokio::time::Instant;

use crate::channel::{Channel, Secrets, Setup};
use crate::contact;
use crate::delivery::Attempt;
use crate::message::Message;

/// A channel as one batch uses it.
pub(crate) struct Carrier<'a> {
    outbound: &'a Outbound,
    channel: &'a Channel,
}

/// What the other side said, or why it was not reached.
struct Failure {
    reason: &'static str,
    message: String,
    status: i64,
    reply: String,
}

/// What the other side said when it took a message: a status and the beginning of a text.
type Taken = Result<(i64, String), Failure>;

impl Failure {
    fn new(reason: &'static str, message: impl Into<String>) -> Self {
        Self { reason, message: message.into(), status: 0, reply: String::new() }
    }

    fn of(answer: Answer, reason: &'static str, message: impl Into<String>) -> Self {
        let status = answer.status.as_u16().into();
        Self { reason, message: message.into(), status, reply: answer.body }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.reason.as_str(), refusal.message)
    }
}

impl<'a> Carrier<'a> {
    pub(crate) fn new(outbound: &'a Outbound, channel: &'a Channel) -> Self {
        Self { outbound, channel }
    }

    /// Sends a message; what went wrong is in the attempt, which holds no secret.
    pub(crate) async fn send(
        &self,
        message: &Message,
        address: &Personal<String>,
        number: i64,
        now: Timestamp,
    ) -> Attempt {
        let begin = Instant::now();
        let mut attempt = Attempt {
            number,
            create_time: now,
            url: self.channel.wish.setup.url().to_owned(),
            ..Attempt::default()
        };
        match self.try_to(message, address.reveal(), now).await {
            Ok((status, reply)) => (attempt.status, attempt.reply) = (status, reply),
            Err(failure) => {
                attempt.reason = failure.reason.to_owned();
                attempt.message = failure.message;
                (attempt.status, attempt.reply) = (failure.status, failure.reply);
            }
        }
        for told in [&mut attempt.message, &mut attempt.reply] {
            *told = self.redacted(told, address.reveal());
        }
        attempt.duration_millis = i64::try_from(begin.elapsed().as_millis()).unwrap_or(i64::MAX);
        attempt
    }

    /// What the other side said, without the address and the secrets that it may have repeated.
    fn redacted(&self, text: &str, address: &str) -> String {
        let mut text = text.to_owned();
        if !address.is_empty() {
            text = text.replace(address, &contact::masked(address));
        }
        let Secrets { token, signing } = &self.channel.secrets;
        for secret in [token, signing].map(Personal::reveal).into_iter().filter(|it| !it.is_empty())
        {
            text = text.replace(secret, "***");
        }
        text
    }

    async fn try_to(&self, message: &Message, address: &str, now: Timestamp) -> Taken {
        let secrets = &self.channel.secrets;
        match &self.channel.wish.setup {
            Setup::Mail(setup) => {
                mail::send(self.outbound, setup, secrets, message, address, now).await
            }
            Setup::Dingtalk { url } => {
                robot::dingtalk(self.outbound, url, secrets, message, now).await
            }
            Setup::Wecom { url } => robot::wecom(self.outbound, url, secrets, message).await,
            Setup::Sms(setup) => sms::send(self.outbound, setup, secrets, message, address).await,
        }
    }
}

/// Sends a body to an address and reads the reply; a reply that is not 2xx is a failure.
async fn post(
    outbound: &Outbound,
    url: &str,
    headers: http::HeaderMap,
    body: String,
) -> Result<Answer, Failure> {
    let target = outbound.target(url)?;
    let answer = outbound.session(target).post(headers, body.into()).await?;
    if answer.status.is_success() {
        return Ok(answer);
    }
    let more = if answer.status.is_redirection() { "; redirects are not followed" } else { "" };
    let message = format!("the reply was {}{more}", answer.status);
    Err(Failure::of(answer, "STATUS", message))
}

/// Everything but what needs no escaping anywhere in a query or form.
fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte.into());
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
