//! A district's other system, as a test wants it: it takes webhooks on a loopback port, keeps what
//! came, and answers what the test says.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kit::testing::eventually;
use ring::{hmac, signature};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A request that came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    pub(crate) fn event(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn signed(&self) -> String {
        format!("{}.{}.{}", self.id(), self.headers["webhook-timestamp"], self.body)
    }

    /// True when one of its signatures was made with this secret, as a receiver would check it.
    pub(crate) fn is_signed_by(&self, key: &str) -> bool {
        let text = self.signed();
        self.headers["webhook-signature"].split(' ').any(|it| {
            let (version, signature) = it.split_once(',').unwrap();
            let signature = STANDARD.decode(signature).unwrap();
            let key = STANDARD.decode(key.split_once('_').unwrap().1).unwrap();
            match version {
                "v1" => {
                    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
                    hmac::verify(&key, text.as_bytes(), &signature).is_ok()
                }
                "v1a" => signature::UnparsedPublicKey::new(&signature::ED25519, key)
                    .verify(text.as_bytes(), &signature)
                    .is_ok(),
                other => panic!("a signature of version {other}"),
            }
        })
    }
}

#[derive(Debug, Default)]
struct Desk {
    seen: Vec<Seen>,
    script: VecDeque<String>,
    usual: String,
}

/// The system.
#[derive(Clone, Debug)]
pub(crate) struct Receiver {
    address: SocketAddr,
    desk: Arc<Mutex<Desk>>,
}

impl Receiver {
    /// One that answers this status to everything.
    pub(crate) async fn start(usual: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let desk = Arc::new(Mutex::new(Desk { usual: usual.to_owned(), ..Desk::default() }));
        let held = Arc::clone(&desk);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, Arc::clone(&held)));
            }
        });
        Self { address, desk }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hooks?from=saima", self.address)
    }

    /// What it answers from now on.
    pub(crate) fn answer(&self, status: &str) {
        self.desk.lock().unwrap().usual = status.to_owned();
    }

    /// What it answers next, once each.
    pub(crate) fn answer_next(&self, statuses: &[&str]) {
        let statuses = statuses.iter().map(|it| (*it).to_owned());
        self.desk.lock().unwrap().script.extend(statuses);
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.desk.lock().unwrap().seen.clone()
    }

    /// Waits until so many requests have come.
    pub(crate) async fn saw(&self, count: usize) -> Vec<Seen> {
        eventually(async || {
            let seen = self.seen();
            (seen.len() >= count).then_some(seen)
        })
        .await
    }
}

async fn talk(stream: TcpStream, desk: Arc<Mutex<Desk>>) {
    let mut stream = BufReader::new(stream);
    loop {
        let mut headers = BTreeMap::new();
        let mut first = String::new();
        if stream.read_line(&mut first).await.unwrap_or(0) == 0 {
            return;
        }
        assert!(first.starts_with("POST /hooks?from=saima "), "{first}");
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await.unwrap();
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.insert(name.to_lowercase(), value.to_owned());
        }
        let mut body = vec![0; headers["content-length"].parse().unwrap()];
        stream.read_exact(&mut body).await.unwrap();
        let body = String::from_utf8(body).unwrap();
        let status = {
            let mut desk = desk.lock().unwrap();
            desk.seen.push(Seen { headers, body });
            desk.script.pop_front().unwrap_or_else(|| desk.usual.clone())
        };
        if status == "hang" {
            std::future::pending::<()>().await;
        }
        let reply = format!(
            "HTTP/1.1 {status}\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 5\r\n\r\nthere"
        );
        if stream.write_all(reply.as_bytes()).await.is_err() {
            return;
        }
    }
}
