//! Asking a mail server for encryption (RFC 3207), before anything else is said.
//!
//! A server that does not offer it, or says no, is left: there is no way back to plain text. What it
//! says beyond its reply is refused, for somebody between could have put it there to be taken for a
//! reply of the encrypted part.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

use super::dial::Stream;

/// From the server's greeting to its word that the encryption may begin.
const WHOLE: Duration = Duration::from_secs(15);
/// Largest reply.
const REPLY: usize = 8 * 1024;
/// Characters of a server's words that are shown.
const SHOWN: usize = 200;

/// Asks until the server awaits the handshake; says else why there is none.
pub(super) async fn ask(stream: &mut TcpStream, hello: &str) -> Result<(), String> {
    if hello.is_empty() || !hello.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("the name to greet the server with cannot be said".to_owned());
    }
    let late = |_| "the server did not get to STARTTLS within 15 seconds".to_owned();
    timeout(WHOLE, talk(stream, hello)).await.map_err(late)?
}

async fn talk(stream: &mut TcpStream, hello: &str) -> Result<(), String> {
    listen(stream, "220").await?;
    let offered = say(stream, &format!("EHLO {hello}"), "250").await?;
    let offers = |line: &str| line.get(4..).is_some_and(|it| it.eq_ignore_ascii_case("STARTTLS"));
    if !offered.lines().skip(1).any(|line| offers(line.trim_end())) {
        return Err("the server does not offer STARTTLS, and nothing is sent without".to_owned());
    }
    say(stream, "STARTTLS", "220").await.map(|_| ())
}

async fn say(stream: &mut TcpStream, command: &str, awaited: &str) -> Result<String, String> {
    let said = stream.write_all(format!("{command}\r\n").as_bytes()).await;
    said.map_err(|error| error.to_string())?;
    listen(stream, awaited).await
}

/// Reads one reply, and nothing behind it.
async fn listen(stream: &mut TcpStream, awaited: &str) -> Result<String, String> {
    let mut read = Vec::new();
    loop {
        let room = REPLY.saturating_sub(read.len()) as u64;
        let count = (&mut *stream).take(room).read_buf(&mut read).await;
        if count.map_err(|error| error.to_string())? == 0 {
            return Err("the server broke off, or said too much, before STARTTLS".to_owned());
        }
        let text = String::from_utf8_lossy(&read);
        let Some(end) = end(&text) else { continue };
        if end < text.len() {
            return Err("the server said more than its reply before STARTTLS".to_owned());
        }
        if !text.starts_with(awaited) {
            let shown = text.chars().filter(|it| !it.is_control()).take(SHOWN).collect::<String>();
            return Err(format!("the server said before STARTTLS: {shown}"));
        }
        return Ok(text.into_owned());
    }
}

/// Where a reply ends: behind the first whole line whose number no hyphen follows.
fn end(text: &str) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
        at += line.len();
        if line.as_bytes().get(3) != Some(&b'-') {
            return Some(at);
        }
    }
    None
}

/// The encrypted connection as one that was so from the first byte: with a greeting, which a server
/// gives only once.
pub(super) fn greeting(stream: TlsStream<TcpStream>) -> Stream {
    let (from, to) = tokio::io::split(stream);
    Box::new(tokio::io::join((&b"220 encrypted\r\n"[..]).chain(from), to))
}
