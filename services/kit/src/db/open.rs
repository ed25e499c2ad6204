//! Opening a database: where it is, how its connections behave, its migrations.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{Migrate, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};

use super::{Db, Pools, Scope, Shared, wall};
use crate::chain::{self, Ledgers};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::feed::Signal;
use crate::suite::Suite;

pub(super) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const SQLITE_READERS: u32 = 4;

/// Where a service's data lives.
#[derive(Clone, Debug)]
pub enum Source {
    /// A folder with one file per service.
    Sqlite {
        /// The folder; created when absent.
        directory: PathBuf,
    },
    /// A PostgreSQL database with one schema per service.
    Postgres {
        /// `postgres://user:password@host/database`
        url: String,
        /// How many connections this service may hold.
        connections: u32,
    },
}

/// The same migrations twice, in each engine's DDL, under the same numbers.
#[derive(Debug)]
pub struct Migrations {
    /// `sqlx::migrate!("migrations/sqlite")`
    pub sqlite: Migrator,
    /// `sqlx::migrate!("migrations/postgres")`
    pub postgres: Migrator,
}

/// The kit's own tables: change feed, request ids, cursors.
static KIT: Migrations = Migrations {
    sqlite: sqlx::migrate!("migrations/sqlite"),
    postgres: sqlx::migrate!("migrations/postgres"),
};

impl Db {
    /// Opens the database of `service` and brings its schema up to date.
    pub async fn open(
        source: &Source,
        service: &'static str,
        migrations: &Migrations,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let pools = match source {
            Source::Sqlite { directory } => sqlite(directory, service, migrations).await?,
            Source::Postgres { url, connections } => {
                postgres(url, *connections, service, migrations).await?
            }
        };
        let mut db = Self::over(pools, clock);
        let ledgers = chain::ledgers(&mut db.begin_read().await?, db.suite).await?;
        chain::adopt(&db.across("adopt"), &ledgers).await?;
        db.ledgers = Arc::new(ledgers);
        Ok(db)
    }

    /// Opens a database to look at it, as it is: nothing is made, changed or brought up to date.
    pub async fn inspect(
        source: &Source,
        service: &'static str,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let pools = match source {
            Source::Sqlite { directory } => {
                let options = SqliteConnectOptions::new()
                    .filename(directory.join(format!("{service}.db")))
                    .pragma("query_only", "on")
                    .busy_timeout(BUSY_TIMEOUT);
                let pool = SqlitePoolOptions::new().max_connections(1);
                let pool = pool.connect_with(options).await?;
                Pools::Sqlite { read: pool.clone(), write: pool, shared: Shared::default() }
            }
            Source::Postgres { url, .. } => {
                let options: PgConnectOptions = url.parse()?;
                let options = options.options([("search_path", service)]);
                let pool = PgPoolOptions::new().max_connections(1);
                Pools::Postgres(pool.connect_with(options).await?)
            }
        };
        Ok(Self::over(pools, clock))
    }

    fn over(pools: Pools, clock: Arc<dyn Clock>) -> Self {
        let (signal, suite) = (Signal::default(), Suite::default());
        let (ledgers, scope) = (Arc::new(Ledgers::new()), Scope::default());
        Self { pools, clock, signal, ledgers, suite, scope }
    }
}

async fn sqlite(directory: &Path, service: &str, migrations: &Migrations) -> Result<Pools> {
    std::fs::create_dir_all(directory).map_err(Error::internal)?;
    let options = SqliteConnectOptions::new()
        .filename(directory.join(format!("{service}.db")))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        // INSERT OR REPLACE deletes a row without its triggers otherwise.
        .pragma("recursive_triggers", "on")
        .busy_timeout(BUSY_TIMEOUT);

    // sqlx's migration lock does nothing on SQLite; two processes may start at once.
    let lock = directory.join(format!("{service}.db.lock"));
    let lock = tokio::task::spawn_blocking(move || {
        let file = File::create(lock)?;
        file.lock().map(|()| file)
    });
    let lock = lock.await.map_err(Error::internal)?.map_err(Error::internal)?;
    let mut connection = options.connect().await?;
    // All of them or none, and one fsync.
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    migrate(&mut *transaction, None, &KIT.sqlite, "kit_migration").await?;
    migrate(&mut *transaction, None, &migrations.sqlite, "migration").await?;
    transaction.commit().await?;
    connection.close().await?;
    drop(lock);

    // Connections that come and go would checkpoint the log each time; keep them.
    let pool = SqlitePoolOptions::new()
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        // On a full disk SQLite rolls back by itself; the driver then fails to, and from there on
        // takes the connection for one in a transaction.
        .before_acquire(|connection, _| {
            let sound = !connection.is_in_transaction();
            Box::pin(async move { Ok(sound) })
        });
    let write = pool.clone().max_connections(1).connect_with(options.clone()).await?;
    let read = pool
        .max_connections(SQLITE_READERS)
        .connect_with(options.pragma("query_only", "on"))
        .await?;
    Ok(Pools::Sqlite { read, write, shared: Shared::default() })
}

async fn postgres(
    url: &str,
    connections: u32,
    service: &'static str,
    migrations: &Migrations,
) -> Result<Pools> {
    let options: PgConnectOptions = url.parse()?;
    let options =
        options.application_name(&format!("saima-{service}")).options([("search_path", service)]);

    // A connection of its own: closing it gives the advisory lock back even after a failure.
    let mut connection = options.connect().await?;
    migrate(&mut connection, Some(service), &KIT.postgres, "kit_migration").await?;
    migrate(&mut connection, None, &migrations.postgres, "migration").await?;
    wall::raise(&mut connection).await?;
    connection.close().await?;

    let options = options.options([
        // No district, until a transaction is told of one.
        (wall::SETTING, ""),
        ("statement_timeout", "15s"),
        ("lock_timeout", "5s"),
        ("idle_in_transaction_session_timeout", "30s"),
    ]);
    let pool = PgPoolOptions::new()
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .max_connections(connections)
        .connect_with(options)
        .await?;
    Ok(Pools::Postgres(pool))
}

/// Migrations that a newer release applied are left alone, so that the release before can
/// still start beside it.
async fn migrate<C: Migrate>(
    connection: &mut C,
    schema: Option<&'static str>,
    migrations: &Migrator,
    table: &'static str,
) -> Result<()> {
    let mut migrator = Migrator::with_migrations(migrations.iter().cloned().collect());
    migrator.set_ignore_missing(true);
    migrator.dangerous_set_table_name(table);
    if let Some(schema) = schema {
        migrator.create_schema(schema);
    }
    migrator.run_direct(None, connection, false).await?;
    Ok(())
}
