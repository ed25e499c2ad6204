//! E-mail, handed to the district's server over a connection that the address filter made.

use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};
use std::{fmt, io};

use jiff::Timestamp;
use kit::outbound::{Outbound, Stream};
use lettre::Address;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::commands::{Data, Mail as From, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{Failure, Taken};
use crate::channel::{Mail, Secrets};
use crate::dispatch::{LOGIN, REFUSED};
use crate::message::Message;

/// From the first step to the server's last word.
const WHOLE: Duration = Duration::from_secs(30);
/// What servers say when there is no such mailbox.
const NO_MAILBOX: [u16; 3] = [550, 551, 553];
/// Characters of a server's words that are kept.
const KEPT: usize = 1000;

pub(super) async fn send(
    outbound: &Outbound,
    setup: &Mail,
    secrets: &Secrets,
    message: &Message,
    address: &str,
    now: Timestamp,
) -> Taken {
    let work = Box::pin(hand_over(outbound, setup, secrets, message, address, now));
    let late = |_| Failure::new("TIMEOUT", "the mail server did not finish within 30 seconds");
    tokio::time::timeout(WHOLE, work).await.map_err(late)?
}

async fn hand_over(
    outbound: &Outbound,
    setup: &Mail,
    secrets: &Secrets,
    message: &Message,
    address: &str,
    now: Timestamp,
) -> Taken {
    let unreadable = |error: lettre::address::AddressError| {
        Failure::new("URL_FORMAT", format!("an address cannot be read: {error}"))
    };
    let sender: Address = setup.sender.parse().map_err(unreadable)?;
    let recipient: Address = address.parse().map_err(unreadable)?;
    let text = written(setup, message, &sender, &recipient, now)?;

    let target = outbound.mail_target(&setup.server)?.greeted_as(sender.domain());
    let wire = Box::new(Wire(outbound.connect(&target).await?));
    let hello = ClientId::Domain(sender.domain().to_owned());
    let connected = AsyncSmtpConnection::connect_with_transport(wire, &hello).await;
    let mut line = connected.map_err(|error| failure(&error, "BROKEN_REPLY"))?;
    if !setup.account.is_empty() {
        let password = secrets.token.reveal().clone();
        let credentials = Credentials::new(setup.account.clone(), password);
        let login = line.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await;
        login.map_err(|error| failure(&error, LOGIN))?;
    }
    let said = |error: Error| failure(&error, "STATUS");
    line.command(From::new(Some(sender), Vec::new())).await.map_err(said)?;
    let taken = line.command(Rcpt::new(recipient, Vec::new())).await;
    taken.map_err(|error| match error.status().map(u16::from) {
        Some(code) if NO_MAILBOX.contains(&code) => failure(&error, REFUSED),
        _ => failure(&error, "STATUS"),
    })?;
    line.command(Data).await.map_err(said)?;
    let reply = line.message(&text).await.map_err(said)?;
    // It is taken, whatever comes of the farewell.
    let _ = line.quit().await;
    let code = u16::from(reply.code()).into();
    Ok((code, shown(&reply.message().collect::<Vec<_>>().join(" "))))
}

fn written(
    setup: &Mail,
    message: &Message,
    sender: &Address,
    recipient: &Address,
    now: Timestamp,
) -> Result<Vec<u8>, Failure> {
    let name = Some(setup.sender_display_name.clone()).filter(|it| !it.is_empty());
    let subject: String =
        message.subject.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
    let written = lettre::Message::builder()
        .from(Mailbox::new(name, sender.clone()))
        .to(Mailbox::new(None, recipient.clone()))
        .date(SystemTime::from(now))
        .message_id(Some(format!("<saima.{}@{}>", message.id, sender.domain())))
        .subject(subject)
        .header(ContentType::TEXT_PLAIN)
        .body(message.text());
    let written = written.map_err(|error| Failure::new("NOT_WRITTEN", error.to_string()))?;
    Ok(written.formatted())
}

/// What a server said, or what became of the connection.
fn failure(error: &Error, reason: &'static str) -> Failure {
    let code = error.status().map(u16::from);
    let why =
        std::error::Error::source(error).map_or_else(|| error.to_string(), |it| it.to_string());
    let message = match code {
        Some(code) => format!("the mail server said {code}: {}", shown(&why)),
        None => format!("the mail server was not understood: {}", shown(&why)),
    };
    let reason = if code.is_none() { "BROKEN_REPLY" } else { reason };
    Failure { status: code.unwrap_or_default().into(), ..Failure::new(reason, message) }
}

/// What can be shown and stored of words that somebody else chose.
fn shown(text: &str) -> String {
    text.chars().filter(|char| !char.is_control()).take(KEPT).collect()
}

/// A connection as the mail library wants it.
struct Wire(Stream);

impl fmt::Debug for Wire {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Wire")
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for Wire {
    /// Nobody asks for it.
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
