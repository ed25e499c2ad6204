//! From `main` to exit: what a service offers, how it is served, how it ends.
//!
//! A process reads its settings, binds its port, opens its databases, starts its
//! services, answers until a signal, and drains. Deliberately absent: any choice
//! between runtimes, transports or orders of start.

mod answer;
mod body;
mod connection;
pub(crate) mod deadline;
mod edge;
mod gateway;
mod health;
mod look;
mod main;
pub(crate) mod method;
mod rate;
mod serve;
mod signals;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::server::NamedService;
use tonic::service::Routes;

use crate::clock::Clock;
use crate::db::{Db, Migrations};
use crate::error::Result;
use crate::guard::Revocations;
use crate::outbound::Outbound;
use crate::peers::Peers;
use crate::retention::Rule;
use crate::secret::Keyring;

pub use answer::next;
pub use main::{main, run};
pub use serve::{serve, serve_over};

/// Who keeps the accounts that were cut off.
const ACCOUNTS: &str = "registry";

/// Largest request message.
pub const DECODE_LIMIT: usize = 1024 * 1024;
/// Largest request message of a method that takes batches.
pub const BATCH_DECODE_LIMIT: usize = 4 * DECODE_LIMIT;
/// Largest reply message.
pub const ENCODE_LIMIT: usize = 4 * 1024 * 1024;
/// Largest reply between services that must be one consistent reading and cannot be paged.
pub const DOCUMENT_LIMIT: usize = 16 * ENCODE_LIMIT;

/// A generated server with the suite's message limits, taking and sending gzip:
/// `kit::service!(UnitServiceServer::new(units))`; for methods that take batches
/// `kit::service!(server, kit::boot::BATCH_DECODE_LIMIT)`.
#[macro_export]
macro_rules! service {
    ($server:expr) => {
        $crate::service!($server, $crate::boot::DECODE_LIMIT)
    };
    ($server:expr, $decode:expr) => {
        $server
            .accept_compressed($crate::reexport::tonic::codec::CompressionEncoding::Gzip)
            .send_compressed($crate::reexport::tonic::codec::CompressionEncoding::Gzip)
            .max_decoding_message_size($decode)
            .max_encoding_message_size($crate::boot::ENCODE_LIMIT)
    };
}

/// What a service's library offers its binaries.
#[derive(Clone, Copy)]
pub struct Service {
    /// Its name to peers, telemetry and its database: `registry`.
    pub name: &'static str,
    /// The services it calls; a process without an address for one of them does not start.
    pub peers: &'static [&'static str],
    /// Its schema.
    pub migrations: &'static Migrations,
    /// Who may do what in it, in Cedar.
    pub policy: &'static str,
    /// Starts it.
    pub start: fn(Context) -> BoxFuture<'static, Result<Wing>>,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Service").field(&self.name).finish()
    }
}

/// What a service is given when it starts.
#[derive(Clone, Debug)]
pub struct Context {
    /// Its database, schema up to date.
    pub db: Db,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The services it calls.
    pub peers: Peers,
    /// The keys of personal values and signatures.
    pub keys: Keyring,
    /// The world outside.
    pub outbound: Outbound,
    /// The font for what is printed; one of the machine when absent.
    pub font: Option<PathBuf>,
    /// Cancelled when streams must end and tasks return.
    pub shutdown: CancellationToken,
}

/// A started service: what it answers and what it does unasked.
pub struct Wing {
    name: &'static str,
    routes: Routes,
    health: Vec<&'static str>,
    tasks: Vec<BoxFuture<'static, ()>>,
    audit: Option<Db>,
    proven: &'static [&'static str],
    revocations: Option<Revocations>,
    retention: &'static [Rule],
}

impl Wing {
    /// A wing that answers nothing yet.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            routes: Routes::default(),
            health: Vec::new(),
            tasks: Vec::new(),
            audit: None,
            proven: &[],
            revocations: None,
            retention: &[],
        }
    }

    /// Adds a gRPC service, which health and reflection then know by its full name.
    #[must_use]
    pub fn service<S>(mut self, service: S) -> Self
    where
        S: tower::Service<
                http::Request<Body>,
                Response = http::Response<Body>,
                Error = std::convert::Infallible,
            > + NamedService
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send + 'static,
    {
        self.health.push(S::NAME);
        self.routes = self.routes.add_service(service);
        self
    }

    /// Gives proofs of rows in these ledgers.
    #[must_use]
    pub fn proven(mut self, ledgers: &'static [&'static str]) -> Self {
        self.proven = ledgers;
        self
    }

    /// Forgets these when their time is over.
    #[must_use]
    pub fn forgetting(mut self, retention: &'static [Rule]) -> Self {
        self.retention = retention;
        self
    }

    /// Keeps the audit of its calls in this database.
    #[must_use]
    pub fn audited(mut self, db: Db) -> Self {
        self.audit = Some(db);
        self
    }

    /// Tells the process who was cut off.
    #[must_use]
    pub fn revoking(mut self, revocations: Revocations) -> Self {
        self.revocations = Some(revocations);
        self
    }

    /// Tells the process who was cut off as another one knows it, where this wing does not.
    #[must_use]
    pub(crate) fn asking(mut self, peers: &Peers) -> Self {
        if self.revocations.is_none() && self.name != ACCOUNTS && peers.has(ACCOUNTS) {
            self.revocations = Some(Revocations::of(peers.get(ACCOUNTS)));
        }
        self
    }

    /// Adds work to do until `Context::shutdown` is cancelled. It may return earlier; a panic
    /// ends the process, since nobody would notice the work missing.
    #[must_use]
    pub fn task(mut self, task: impl Future<Output = ()> + Send + 'static) -> Self {
        self.tasks.push(Box::pin(task));
        self
    }
}

impl fmt::Debug for Wing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, health, .. } = self;
        f.debug_struct("Wing").field("name", name).field("services", health).finish()
    }
}

/// The end of a process in two moments: it is asked for, and it comes. Between the two the
/// server says NOT_SERVING and still serves.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    asked: CancellationToken,
    come: CancellationToken,
}

impl Shutdown {
    /// A shutdown nobody has asked for.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for the end.
    pub fn begin(&self) {
        self.asked.cancel();
    }

    /// Cancelled when streams must end and tasks return: what `Context::shutdown` holds.
    pub fn token(&self) -> CancellationToken {
        self.come.clone()
    }
}
