//! Schemas that are there already. A service's migrations run once a test process; each test
//! begins with a copy of what they made.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use tokio::sync::RwLock;

use super::cluster::Cluster;
use crate::boot::Service;
use crate::clock::System;
use crate::db::{Db, Migrations, Source};

/// The database on PostgreSQL that those of tests are copies of.
pub(super) const DATABASE: &str = "seed";

/// What was sown on PostgreSQL, by service. Whoever copies holds it for reading: nobody may be in
/// a database that is copied.
pub(super) static SOWN: Sown<()> = RwLock::const_new(BTreeMap::new());
/// Files of SQLite, by service.
static FILES: Sown<Vec<u8>> = RwLock::const_new(BTreeMap::new());

type Sown<T> = RwLock<BTreeMap<&'static str, (&'static Migrations, T)>>;

/// Gives a bed the schema of a service, where it has none yet; on PostgreSQL, later beds.
pub(super) async fn sow(source: &Source, service: &Service) {
    match source {
        Source::Sqlite { directory } => {
            once(&FILES, service, file(service)).await;
            let path = directory.join(format!("{}.db", service.name));
            if !path.exists() {
                std::fs::write(path, &FILES.read().await[service.name].1).unwrap();
            }
        }
        Source::Postgres { .. } => {
            let cluster = Cluster::of_this_process().unwrap();
            let url = cluster.url(DATABASE);
            once(&SOWN, service, open(Source::Postgres { url, connections: 1 }, service)).await;
        }
    }
}

async fn once<T>(sown: &Sown<T>, service: &Service, make: impl Future<Output = T>) {
    let is_known = |sown: &BTreeMap<&str, (&Migrations, T)>| {
        let known = sown.get(service.name);
        let is_same = known.is_none_or(|(it, _)| std::ptr::eq(*it, service.migrations));
        assert!(is_same, "two services of one process are called {}", service.name);
        known.is_some()
    };
    if is_known(&*sown.read().await) {
        return;
    }
    let mut sown = sown.write().await;
    if !is_known(&sown) {
        let made = make.await;
        sown.insert(service.name, (service.migrations, made));
    }
}

async fn file(service: &Service) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    open(Source::Sqlite { directory: folder.path().to_owned() }, service).await;
    let path = folder.path().join(format!("{}.db", service.name));
    // The last connection that went took the log with it.
    assert!(!Path::exists(&path.with_extension("db-wal")));
    std::fs::read(path).unwrap()
}

async fn open(source: Source, service: &Service) {
    let db = Db::open(&source, service.name, service.migrations, Arc::new(System)).await;
    db.unwrap().close().await;
}
