//! The other sides of channels, as a test wants them: a mail server, and operators that take
//! requests by HTTP and judge them as the real ones do.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kit::testing::eventually;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::io::{AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// An authority of the test's own, and what a server on the loopback address shows.
pub(crate) struct Authority {
    pub(crate) der: Vec<u8>,
    acceptor: TlsAcceptor,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        let shown = params.signed_by(&key, &issuer).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![shown.der().clone()], key)
            .unwrap();
        Self { der: issuer.der().to_vec(), acceptor: TlsAcceptor::from(Arc::new(config)) }
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        self.acceptor.clone()
    }
}

/// A mail that came.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    pub(crate) sender: String,
    pub(crate) recipient: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) text: String,
}

/// A mail server that knows one account and every mailbox but those of `nobody`.
#[derive(Clone, Debug)]
pub(crate) struct PostOffice {
    address: SocketAddr,
    mails: Arc<Mutex<Vec<Mail>>>,
    /// What was said to it before the encryption that it was asked for.
    plain: Arc<Mutex<Vec<String>>>,
}

/// What a mail server does about STARTTLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Upgrade {
    Offered,
    NotOffered,
    /// Offered, and then it cannot.
    Refused,
    /// Somebody between puts a reply behind that of the server.
    Injected,
}

pub(crate) const ACCOUNT: (&str, &str) = ("kaohe", "correct horse");

impl PostOffice {
    pub(crate) async fn start(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mails = Arc::new(Mutex::new(Vec::new()));
        let held = Arc::clone(&mails);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (held, tls) = (Arc::clone(&held), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, held).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, held).await;
                            }
                        }
                    }
                });
            }
        });
        Self { address, mails, plain: Arc::default() }
    }

    /// One that is asked for its encryption.
    pub(crate) async fn start_upgrading(tls: TlsAcceptor, upgrade: Upgrade) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let office = Self { address, mails: Arc::default(), plain: Arc::default() };
        let it = office.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (it, tls) = (it.clone(), tls.clone());
                tokio::spawn(async move {
                    let Some(stream) = it.until_encrypted(stream, upgrade).await else { return };
                    if let Ok(stream) = tls.accept(stream).await {
                        serve_on(stream, it.mails, String::new()).await;
                    }
                });
            }
        });
        office
    }

    /// Speaks in plain text until the encryption begins; nothing when it does not.
    async fn until_encrypted(&self, stream: TcpStream, upgrade: Upgrade) -> Option<TcpStream> {
        let mut stream = BufReader::new(stream);
        let mut reply = "220 post.example.cn ESMTP";
        loop {
            stream.write_all(format!("{reply}\r\n").as_bytes()).await.ok()?;
            stream.flush().await.ok()?;
            let mut line = String::new();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            self.plain.lock().unwrap().push(line.trim_end().to_owned());
            reply = match (line.trim_end(), upgrade) {
                ("STARTTLS", Upgrade::Offered) => break,
                ("STARTTLS", Upgrade::Injected) => "220 go on\r\n250 AUTH PLAIN LOGIN",
                ("STARTTLS", _) => "454 not now",
                (line, Upgrade::NotOffered) if line.starts_with("EHLO ") => {
                    "250-post.example.cn\r\n250 AUTH PLAIN LOGIN"
                }
                (line, _) if line.starts_with("EHLO ") => "250-post.example.cn\r\n250 STARTTLS",
                _ => "530 encrypt first",
            };
        }
        stream.write_all(b"220 go on\r\n").await.ok()?;
        stream.flush().await.ok()?;
        Some(stream.into_inner())
    }

    /// What was said to it before the encryption, a command a line.
    pub(crate) fn plain(&self) -> Vec<String> {
        self.plain.lock().unwrap().clone()
    }

    /// `smtp://127.0.0.1:2525` or the like.
    pub(crate) fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}", self.address)
    }

    pub(crate) async fn got(&self, count: usize) -> Vec<Mail> {
        eventually(async || {
            let mails = self.mails.lock().unwrap().clone();
            (mails.len() >= count).then_some(mails)
        })
        .await
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, mails: Arc<Mutex<Vec<Mail>>>) {
    serve_on(stream, mails, "220 post.example.cn ESMTP\r\n".to_owned()).await;
}

/// Serves, with what is said first; nothing where that was said before.
async fn serve_on(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    mails: Arc<Mutex<Vec<Mail>>>,
    mut reply: String,
) {
    let mut stream = BufReader::new(stream);
    let (mut sender, mut recipient, mut known) = (String::new(), String::new(), false);
    loop {
        if stream.write_all(reply.as_bytes()).await.is_err() {
            return;
        }
        stream.flush().await.unwrap();
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        let line = line.trim_end();
        let path = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        reply = match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => "250-post.example.cn\r\n250 AUTH PLAIN LOGIN".to_owned(),
            "AUTH" => {
                let given = line.rsplit(' ').next().unwrap();
                let expected = STANDARD.encode(format!("\0{}\0{}", ACCOUNT.0, ACCOUNT.1));
                known = given == expected;
                if known { "235 welcome" } else { "535 who are you" }.to_owned()
            }
            "MAIL" if !known => "530 log in first".to_owned(),
            "MAIL" => {
                sender = path;
                "250 fine".to_owned()
            }
            "RCPT" if path.starts_with("nobody") => format!("550 there is no <{path}>"),
            "RCPT" => {
                recipient = path;
                "250 fine".to_owned()
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await.unwrap();
                stream.flush().await.unwrap();
                let mut text = String::new();
                while !text.ends_with("\r\n.\r\n") {
                    stream.read_line(&mut text).await.unwrap();
                }
                let mail = read(&sender, &recipient, text.trim_end_matches(".\r\n"));
                mails.lock().unwrap().push(mail);
                "250 taken".to_owned()
            }
            "QUIT" => "221 bye".to_owned(),
            _ => "500 what".to_owned(),
        } + "\r\n";
    }
}

fn read(sender: &str, recipient: &str, mail: &str) -> Mail {
    let (head, body) = mail.split_once("\r\n\r\n").unwrap();
    let head = head.replace("\r\n ", " ");
    let headers: BTreeMap<String, String> = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let text = match headers["content-transfer-encoding"].as_str() {
        "base64" => STANDARD.decode(body.replace("\r\n", "")).unwrap(),
        "7bit" => body.as_bytes().to_vec(),
        "quoted-printable" => unquoted(body),
        other => panic!("a mail encoded as {other}"),
    };
    let text = String::from_utf8(text).unwrap().replace("\r\n", "\n");
    Mail { sender: sender.to_owned(), recipient: recipient.to_owned(), headers, text }
}

fn unquoted(body: &str) -> Vec<u8> {
    let body = body.replace("=\r\n", "");
    let mut bytes = body.bytes();
    let mut out = Vec::new();
    while let Some(byte) = bytes.next() {
        if byte == b'=' {
            let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
            out.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
        } else {
            out.push(byte);
        }
    }
    out
}

/// A request that came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

/// What an operator replies to a request, having judged it.
pub(crate) type Judge = dyn Fn(&Asked) -> String + Send + Sync;

/// An operator.
#[derive(Clone)]
pub(crate) struct Operator {
    address: SocketAddr,
    taken: Arc<Mutex<Vec<(Asked, String)>>>,
}

impl Operator {
    /// One that judges each request by `judge`.
    pub(crate) async fn start(judge: impl Fn(&Asked) -> String + Send + Sync + 'static) -> Self {
        Self::start_with(None, judge).await
    }

    /// The same, encrypted.
    pub(crate) async fn start_with(
        tls: Option<TlsAcceptor>,
        judge: impl Fn(&Asked) -> String + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let (held, judge): (_, Arc<Judge>) = (Arc::clone(&taken), Arc::new(judge));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (held, judge, tls) = (Arc::clone(&held), Arc::clone(&judge), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => answer(stream, held, judge).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                answer(stream, held, judge).await;
                            }
                        }
                    }
                });
            }
        });
        Self { address, taken }
    }

    pub(crate) fn url(&self, scheme: &str, path: &str) -> String {
        format!("{scheme}://{}{path}", self.address)
    }

    /// Every request so far, with what was replied.
    pub(crate) fn taken(&self) -> Vec<(Asked, String)> {
        self.taken.lock().unwrap().clone()
    }

    /// Waits until so many requests have come.
    pub(crate) async fn took(&self, count: usize) -> Vec<(Asked, String)> {
        eventually(async || {
            let taken = self.taken();
            (taken.len() >= count).then_some(taken)
        })
        .await
    }
}

async fn answer(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    taken: Arc<Mutex<Vec<(Asked, String)>>>,
    judge: Arc<Judge>,
) {
    let mut stream = BufReader::new(stream);
    loop {
        let mut first = String::new();
        if stream.read_line(&mut first).await.unwrap_or(0) == 0 {
            return;
        }
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await.unwrap();
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.insert(name.to_lowercase(), value.to_owned());
        }
        let mut body = vec![0; headers["content-length"].parse().unwrap()];
        stream.read_exact(&mut body).await.unwrap();
        let target = first.split(' ').nth(1).unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let asked = Asked {
            path: path.to_owned(),
            query: fields(query),
            headers,
            body: String::from_utf8(body).unwrap(),
        };
        let reply = judge(&asked);
        taken.lock().unwrap().push((asked, reply.clone()));
        let reply = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{reply}", reply.len());
        if stream.write_all(reply.as_bytes()).await.is_err() {
            return;
        }
        let _ = stream.flush().await;
    }
}

/// The fields of a query or form.
pub(crate) fn fields(text: &str) -> BTreeMap<String, String> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), decoded(value))).collect()
}

fn decoded(text: &str) -> String {
    String::from_utf8(unquoted(&text.replace('%', "="))).unwrap()
}
