//! What tests stand on: both databases, a clock that stands still, a server on a
//! loopback port.
//!
//! ```ignore
//! kit::both! {
//!     // H1
//!     async fn creates_a_unit(bed: &Bed) {
//!         let served = bed.start(&[registry::SERVICE]).await;
//!         let mut units = UnitServiceClient::new(served.channel());
//!         units.create_unit(…).await.unwrap();
//!     }
//! }
//! ```
//!
//! gives the tests `creates_a_unit::sqlite` and `creates_a_unit::postgres`. Without
//! PostgreSQL's programs on the machine the latter says so and passes, unless `CI` is set.

// Tests may fail by panicking; that is what tests are for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod channel;
mod cluster;
mod listen;
mod seed;
mod serve;
mod stub;
mod tamper;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rustls::pki_types::CertificateDer;
use tempfile::TempDir;

use crate::clock::{Fixed, System};
use crate::db::{Db, Migrations, Source};
use crate::guard::{self, Guard, Policies};
use crate::identity::{Grant, Issuer, Trust};
use crate::outbound::{Network, Outbound};
use crate::secret::Keyring;
use crate::suite::Suite;
use cluster::Cluster;

pub use channel::Channel;
pub use listen::{Told, listen};
pub use serve::Served;
pub use stub::{DOCS, Stub};
pub use tamper::tamper;

const PATIENCE: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(10);
const CONNECTIONS: u32 = 5;
/// A debug build keeps much of the longest tests on the stack, more than a test's thread has.
const STACK: usize = 16 << 20;

/// Declares tests that run on both databases.
#[macro_export]
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($bed:ident: $kind:ty) $body:block)*) => {
        $(mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn $name($bed: $kind) $body

            $(#[$meta])*
            #[test]
            fn sqlite() {
                $crate::testing::run($crate::testing::Engine::Sqlite, async |bed| $name(bed).await);
            }

            $(#[$meta])*
            #[test]
            fn postgres() {
                $crate::testing::run($crate::testing::Engine::Postgres, async |bed| $name(bed).await);
            }
        })*
    };
}

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file in a folder of the test's own.
    Sqlite,
    /// A database of the test's own in the test process's throwaway cluster.
    Postgres,
}

/// A test's ground: a database server or folder, and a clock.
#[derive(Debug)]
pub struct Bed {
    engine: Engine,
    source: Source,
    clock: Arc<Fixed>,
    open: Mutex<Vec<Db>>,
    /// Services that were opened here before.
    known: Mutex<BTreeSet<&'static str>>,
    allowed: Mutex<Vec<Network>>,
    trusted: Mutex<Vec<CertificateDer<'static>>>,
    _folder: Option<TempDir>,
}

impl Bed {
    /// Where the services' data lives.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Which engine this is, for what only one of them does.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The clock of everything on this bed; it stands at 2023-04-01T00:00:00Z until it is set.
    pub fn clock(&self) -> &Arc<Fixed> {
        &self.clock
    }

    /// Lets services started from now on send requests into this network; at first they may not
    /// leave for any inner one.
    pub fn allow_outbound(&self, network: &str) {
        self.allowed.lock().unwrap().push(network.parse().unwrap());
    }

    /// Takes back what `allow_outbound` allowed.
    pub fn forbid_outbound(&self) {
        self.allowed.lock().unwrap().clear();
    }

    /// Lets services started from now on trust this authority, a certificate in DER.
    pub fn trust_outbound(&self, authority: &[u8]) {
        self.trusted.lock().unwrap().push(authority.to_vec().into());
    }

    fn outbound(&self) -> Outbound {
        let (allowed, trusted) = (self.allowed.lock().unwrap(), self.trusted.lock().unwrap());
        Outbound::trusting(&allowed, &trusted).unwrap()
    }

    /// Opens a service's database, for a look at all districts; again, it is the same one over
    /// other connections.
    pub async fn db(&self, service: &'static str, migrations: &Migrations) -> Db {
        self.open(service, migrations).await.across("test")
    }

    /// True for a service that was never opened here.
    fn is_new(&self, service: &'static str) -> bool {
        !self.known.lock().unwrap().contains(service)
    }

    /// Opens it as a service does.
    async fn open(&self, service: &'static str, migrations: &Migrations) -> Db {
        self.known.lock().unwrap().insert(service);
        let clock = Arc::clone(&self.clock);
        let db = Db::open(&self.source, service, migrations, clock).await.unwrap();
        let db = db.under(keys().suite());
        self.open.lock().unwrap().push(db.clone());
        db
    }

    async fn new(engine: Engine) -> Option<Self> {
        let (source, folder) = match engine {
            Engine::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let directory = folder.path().to_owned();
                (Source::Sqlite { directory }, Some(folder))
            }
            Engine::Postgres => {
                static NEXT: AtomicU32 = AtomicU32::new(1);
                let cluster = Cluster::of_this_process()?;
                let database = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
                cluster.create(&database).await;
                let url = cluster.url(&database);
                (Source::Postgres { url, connections: CONNECTIONS }, None)
            }
        };
        Some(Self {
            engine,
            source,
            clock: Arc::new(Fixed::new("2023-04-01T00:00:00Z".parse().unwrap())),
            open: Mutex::default(),
            known: Mutex::default(),
            allowed: Mutex::default(),
            trusted: Mutex::default(),
            _folder: folder,
        })
    }

    async fn end(self) {
        let open = std::mem::take(&mut *self.open.lock().unwrap());
        for db in open {
            db.close().await;
        }
        if let Source::Postgres { url, .. } = &self.source {
            Cluster::of_this_process().unwrap().remove(url).await;
        }
    }
}

/// The keys of every test; the algorithms are those that `SAIMA_ALGORITHMS` names.
pub fn keys() -> Keyring {
    let key = |fill: u8| BASE64.encode([fill; 32]);
    let text = format!("wrap test {}\nblind test {}\nsign test {}\n", key(1), key(2), key(3));
    let suite = match std::env::var("SAIMA_ALGORITHMS").as_deref() {
        Ok("national") => Suite::National,
        _ => Suite::International,
    };
    Keyring::parse(&text, suite).unwrap()
}

/// Who signs the tokens of every test.
pub fn issuer() -> Issuer {
    Issuer::new(&keys()).unwrap().unwrap()
}

/// A token of `account` with these grants, for an hour of the machine's time.
pub fn token(account: &str, grants: &[&str]) -> String {
    let grants: Vec<Grant> = grants.iter().map(|it| it.parse().unwrap()).collect();
    issuer().trial(account, &grants, Duration::from_secs(3600), &System).unwrap()
}

/// A token of somebody who has every role of people everywhere.
pub fn everybody() -> String {
    static TOKEN: OnceLock<String> = OnceLock::new();
    TOKEN.get_or_init(|| of_all_roles("tester")).clone()
}

/// A token of another who has every role, too: he approves what `everybody` asks for.
pub fn second() -> String {
    static TOKEN: OnceLock<String> = OnceLock::new();
    TOKEN.get_or_init(|| of_all_roles("second")).clone()
}

fn of_all_roles(account: &str) -> String {
    let roles = guard::roles().iter().filter(|role| **role != "service");
    let grants: Vec<String> = roles.map(|role| format!("{role}@*")).collect();
    token(account, &grants.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The guard of services with these policies. Tokens go by the machine's time, whatever the
/// bed's clock says.
pub fn guard(policies: &[&str]) -> Guard {
    // Policies are the same in nearly all tests of a process, and take their time to be read.
    static KNOWN: Mutex<BTreeMap<String, Guard>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let guard = known.entry(policies.join("\n")).or_insert_with(|| {
        let trust = Trust::new(Some(issuer()), None, Arc::new(System));
        Guard::new(trust, Policies::read(policies, "").unwrap())
    });
    // What one server learns of accounts is no affair of another test's.
    guard.anew()
}

/// A token of a service of the suite with these grants.
pub fn service_token(grants: &[&str]) -> String {
    let grants: Vec<Grant> = grants.iter().map(|it| it.parse().unwrap()).collect();
    issuer().service(&grants, &System).unwrap()
}

/// Runs a test's body on a bed of its own; `both!` calls this.
pub fn run(engine: Engine, body: impl AsyncFnOnce(&Bed) + Send) {
    let name = std::thread::current().name().unwrap_or_default().to_owned();
    let test = std::thread::Builder::new().name(name).stack_size(STACK);
    let ended = std::thread::scope(|scope| {
        test.spawn_scoped(scope, || run_here(engine, body)).unwrap().join()
    });
    ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

fn run_here(engine: Engine, body: impl AsyncFnOnce(&Bed)) {
    listen::start();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let Some(bed) = Bed::new(engine).await else {
            assert!(std::env::var_os("CI").is_none(), "CI without PostgreSQL's programs");
            // Not `eprintln!`: the test harness would swallow it.
            let _ = writeln!(std::io::stderr(), "SKIPPED on PostgreSQL: no initdb on this machine");
            return;
        };
        body(&bed).await;
        bed.end().await;
    });
    runtime.shutdown_background();
}

/// Looks until there is something to see, and fails the test after twenty seconds.
pub async fn eventually<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let seen = async {
        loop {
            if let Some(seen) = look().await {
                return seen;
            }
            tokio::time::sleep(GLANCE).await;
        }
    };
    tokio::time::timeout(PATIENCE, seen).await.expect("it did not come to pass in time")
}
