//! Receivers of webhooks within the bench: they take everything and note what came when.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::Outcome;

/// How long nothing may come before the wait is given up.
const PATIENCE: Duration = Duration::from_secs(150);

#[derive(Default)]
struct Seen {
    /// Ids by the path that they came to.
    ids: HashMap<String, HashSet<String>>,
    /// When each of them came first.
    times: Vec<(String, Instant)>,
    /// How often anything came.
    requests: usize,
}

/// A server on a loopback port; each path is an endpoint.
#[derive(Clone)]
pub(crate) struct Sink {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

impl Sink {
    pub(crate) async fn start() -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let sink = Self { address, seen: Arc::default() };
        let held = Arc::clone(&sink.seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let seen = Arc::clone(&held);
                tokio::spawn(async move {
                    let _ = talk(stream, &seen).await;
                });
            }
        });
        Ok(sink)
    }

    /// The address of an endpoint.
    pub(crate) fn url(&self, endpoint: &str) -> String {
        format!("http://{}/{endpoint}", self.address)
    }

    /// Forgets what came.
    pub(crate) fn clear(&self) {
        *self.lock() = Seen::default();
    }

    /// Different events that each endpoint got, added up.
    pub(crate) fn count(&self) -> usize {
        self.lock().ids.values().map(HashSet::len).sum()
    }

    /// Requests, repetitions included.
    pub(crate) fn requests(&self) -> usize {
        self.lock().requests
    }

    /// What one endpoint got.
    pub(crate) fn ids(&self, endpoint: &str) -> HashSet<String> {
        self.lock().ids.get(endpoint).cloned().unwrap_or_default()
    }

    /// When something came to an endpoint last, if ever.
    pub(crate) fn last(&self, endpoint: &str) -> Option<Instant> {
        self.lock().times.iter().rev().find(|(it, _)| it == endpoint).map(|(_, time)| *time)
    }

    /// Waits until so many different events have come.
    pub(crate) async fn wait(&self, count: usize) -> Outcome<()> {
        let (mut known, mut since) = (0, Instant::now());
        loop {
            let found = self.count();
            if found >= count {
                return Ok(());
            }
            if found > known {
                (known, since) = (found, Instant::now());
            }
            if since.elapsed() > PATIENCE {
                return Err(format!("{found} of {count} webhooks came").into());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn talk(stream: TcpStream, seen: &Mutex<Seen>) -> Outcome<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    let mut body = Vec::new();
    loop {
        let mut first = String::new();
        if stream.read_line(&mut first).await? == 0 {
            return Ok(());
        }
        let path = first.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
        let (mut length, mut id) = (0, String::new());
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse()?,
                "webhook-id" => id = value.to_owned(),
                _ => {}
            }
        }
        body.resize(length, 0);
        stream.read_exact(&mut body).await?;
        {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.requests += 1;
            if seen.ids.entry(path.clone()).or_default().insert(id) {
                seen.times.push((path, Instant::now()));
            }
        }
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await?;
    }
}
