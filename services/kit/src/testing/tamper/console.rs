//! The console at which tampering is done.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, PgConnection, QueryBuilder, Sqlite, SqliteConnection};

use crate::db::Source;

/// The database's owner at a console: triggers, checks and references hold nobody up.
pub(super) enum Console {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Console {
    pub(super) async fn open(source: &Source, service: &str) -> Self {
        match source {
            Source::Sqlite { directory } => {
                let options = SqliteConnectOptions::new()
                    .filename(directory.join(format!("{service}.db")))
                    .foreign_keys(false)
                    .pragma("ignore_check_constraints", "on")
                    .busy_timeout(std::time::Duration::from_secs(20));
                Self::Sqlite(options.connect().await.unwrap())
            }
            Source::Postgres { url, .. } => {
                let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
                let options = options
                    .options([("search_path", service), ("session_replication_role", "replica")]);
                Self::Postgres(options.connect().await.unwrap())
            }
        }
    }

    pub(super) async fn run(&mut self, sql: &str) {
        let safe = QueryBuilder::<Sqlite>::new(sql).into_sql();
        let outcome = match self {
            Self::Sqlite(it) => sqlx::raw_sql(safe).execute(it).await.map(|_| ()),
            Self::Postgres(it) => sqlx::raw_sql(safe).execute(it).await.map(|_| ()),
        };
        outcome.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    pub(super) async fn texts(&mut self, sql: &str) -> Vec<String> {
        let safe = QueryBuilder::<Sqlite>::new(sql).into_sql();
        let outcome = match self {
            Self::Sqlite(it) => sqlx::query_scalar(safe).fetch_all(it).await,
            Self::Postgres(it) => sqlx::query_scalar(safe).fetch_all(it).await,
        };
        outcome.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    pub(super) fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }
}
