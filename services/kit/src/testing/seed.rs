//! Schemas that are there already. A service's migrations run once a test process; each test
//! begins with a copy of what they made.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;
use std::sync::Arc;

use sqlx::{Connection as _, PgConnection, Postgres, QueryBuilder};
use tokio::sync::RwLock;

use super::cluster::Cluster;
use crate::boot::Service;
use crate::clock::System;
use crate::db::{Db, Source};

/// The database on PostgreSQL that those of tests are copies of.
pub(super) const DATABASE: &str = "seed";

/// What was sown on PostgreSQL. Whoever copies holds it for reading: nobody may be in a database
/// that is copied.
pub(super) static SOWN: Sown<()> = RwLock::const_new(BTreeMap::new());
/// Files of SQLite.
static FILES: Sown<Vec<u8>> = RwLock::const_new(BTreeMap::new());

/// By service and where its migrations lie: a stub may stand in for a service of its name.
type Sown<T> = RwLock<BTreeMap<(&'static str, usize), T>>;

/// Gives a bed the schema of a service that it has never opened; on PostgreSQL, later beds.
pub(super) async fn sow(source: &Source, service: &Service) {
    match source {
        Source::Sqlite { directory } => {
            once(&FILES, service, file(service)).await;
            let path = directory.join(format!("{}.db", service.name));
            std::fs::write(path, &FILES.read().await[&key(service)]).unwrap();
        }
        Source::Postgres { url, .. } => {
            let is_namesake = |it: &(&str, usize)| it.0 == service.name && *it != key(service);
            if SOWN.read().await.keys().any(is_namesake) {
                // The copy may have the other's.
                clear(url, service.name).await;
                return;
            }
            let seed = Cluster::of_this_process().unwrap().url(DATABASE);
            let seed = Source::Postgres { url: seed, connections: 1 };
            once(&SOWN, service, open(seed, service)).await;
        }
    }
}

fn key(service: &Service) -> (&'static str, usize) {
    (service.name, std::ptr::from_ref(service.migrations).addr())
}

async fn once<T>(sown: &Sown<T>, service: &Service, make: impl Future<Output = T>) {
    let key = key(service);
    if sown.read().await.contains_key(&key) {
        return;
    }
    let mut sown = sown.write().await;
    if let Entry::Vacant(place) = sown.entry(key) {
        place.insert(make.await);
    }
}

async fn clear(url: &str, service: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let mut statement = QueryBuilder::<Postgres>::new("DROP SCHEMA IF EXISTS ");
    statement.push(service).push(" CASCADE");
    sqlx::raw_sql(statement.into_sql()).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
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
