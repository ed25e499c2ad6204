//! The whole suite in this process: four services, one port, the embedded database.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use kit::boot::{Context, Shutdown, serve};
use kit::clock::{Clock, System};
use kit::config::{KeySource, Limits};
use kit::db::{Db, Source};
use kit::guard::{self, Guard, Policies};
use kit::identity::{Grant, Issuer, Trust};
use kit::outbound::Outbound;
use kit::peers::Peers;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;

use super::clock::StoryClock;
use crate::failure::{Failure, Result};
use crate::serve::SERVICES;

/// How long the story's teller may tell.
const HELD: Duration = Duration::from_secs(12 * 3600);

/// The running suite.
pub(super) struct House {
    address: SocketAddr,
    clock: Arc<StoryClock>,
    shutdown: Shutdown,
    server: JoinHandle<kit::Result<()>>,
    databases: Vec<Db>,
    issuer: Issuer,
    _folder: Option<TempDir>,
}

impl House {
    /// Starts the suite with its data in `folder`, or in one that goes with it.
    pub(super) async fn open(folder: Option<&Path>, listen: SocketAddr) -> Result<Self> {
        let temporary = if folder.is_none() { Some(tempfile::tempdir()?) } else { None };
        let directory =
            folder.or(temporary.as_ref().map(TempDir::path)).unwrap_or(Path::new("data"));
        let source = Source::Sqlite { directory: directory.to_owned() };
        let bound = TcpListener::bind(listen).await;
        let listener =
            bound.map_err(|error| Failure::other(format!("cannot listen on {listen}: {error}")))?;
        let address = listener.local_addr()?;
        let clock = Arc::new(StoryClock::default());
        let shutdown = Shutdown::new();
        let url = url(address)?;
        // What is thrown away takes its keys along.
        let vault = match &temporary {
            Some(folder) => folder.path().join("keys"),
            None => directory.with_added_extension("keys"),
        };
        let keys = KeySource::default().read_or_make(vault, &*clock).map_err(Failure::other)?;
        let issuer = Issuer::new(&keys)?.ok_or_else(|| Failure::other("the keys sign nothing"))?;
        // Tokens go by the machine's clock: the story's jumps over months.
        let now: Arc<dyn Clock> = Arc::new(System);
        let peers =
            SERVICES.iter().fold(Peers::default(), |it, one| it.with(one.name, url.clone()));
        let peers = peers.signed(issuer.clone(), now.clone());
        let policies: Vec<&str> = SERVICES.iter().map(|service| service.policy).collect();
        let policies = Policies::read(&policies, "").map_err(Failure::other)?;
        let guard = Guard::new(Trust::new(Some(issuer.clone()), None, now), policies);
        let (mut databases, mut wings) = (Vec::new(), Vec::new());
        for service in &SERVICES {
            let time: Arc<dyn Clock> = clock.clone();
            let db = Db::open(&source, service.name, service.migrations, time.clone()).await?;
            databases.push(db.clone());
            let audit = db.clone();
            let context = Context {
                db,
                clock: time,
                peers: peers.clone(),
                keys: keys.clone(),
                outbound: Outbound::new(&[])?,
                font: None,
                shutdown: shutdown.token(),
            };
            wings.push((service.start)(context).await?.audited(audit));
        }
        let ending = shutdown.clone();
        // Nobody is waiting for a balancer to notice, so the drain need not either.
        // A debug build on a busy machine may take its time.
        let limits = Limits {
            drain_wait: Duration::ZERO,
            request_timeout: Duration::from_secs(120),
            // The teller plays a year in a minute.
            calls_per_minute: 0,
            ..Limits::default()
        };
        let server =
            tokio::spawn(async move { serve(listener, wings, &limits, guard, ending).await });
        Ok(Self { address, clock, shutdown, server, databases, issuer, _folder: temporary })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens, for clients.
    pub(super) fn url(&self) -> Result<Uri> {
        url(self.address)
    }

    /// A token of somebody who plays every part of a story.
    pub(super) fn token(&self) -> Result<String> {
        self.token_of("demo")
    }

    /// A token of another who may do as much: he approves what needs four eyes.
    pub(super) fn second(&self) -> Result<String> {
        self.token_of("demo-second")
    }

    fn token_of(&self, account: &str) -> Result<String> {
        let people = guard::roles().iter().filter(|role| **role != "service");
        let grants: Vec<Grant> = people.map(|role| Grant::everywhere(role)).collect();
        Ok(self.issuer.trial(account, &grants, HELD, &System)?)
    }

    /// Its clock.
    pub(super) fn clock(&self) -> Arc<StoryClock> {
        self.clock.clone()
    }

    /// Drains and closes everything.
    pub(super) async fn close(self) -> Result<()> {
        self.shutdown.begin();
        self.server.await.map_err(Failure::other)??;
        for db in self.databases {
            db.close().await;
        }
        Ok(())
    }
}

/// Returns when the process is asked to end.
pub(super) async fn asked_to_end() -> Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        asked = tokio::signal::ctrl_c() => Ok(asked?),
        _ = terminate.recv() => Ok(()),
    }
}

fn url(address: SocketAddr) -> Result<Uri> {
    format!("http://{address}").parse().map_err(Failure::other)
}
