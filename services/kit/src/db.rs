//! One door to two databases. SQL is written once, with `$1` placeholders, and
//! run by either driver through the macros of this crate.
//!
//! Instants are stored as `BIGINT` microseconds, dates as text `yyyy-mm-dd`,
//! decimals as canonical text, integers always as `i64`. `SUM` needs
//! `CAST(SUM(x) AS BIGINT)`, since PostgreSQL widens it. Columns are listed: `SELECT *`
//! fails in replicas of the release before as soon as a migration adds a column.
//!
//! A failed statement ends the transaction on both engines.
//!
//! Deliberately absent: a query language of our own, repositories, retries.

mod macros;
mod open;
mod shared;
mod wall;

use std::sync::Arc;

use jiff::Timestamp;
use sqlx::{PgPool, Postgres, QueryBuilder, SqlSafeStr, SqlStr, Sqlite, SqlitePool};

use crate::audit;
use crate::chain::{self, Ledger, Ledgers, Recorded};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::feed::{self, Event, Signal};
use crate::guard;
use crate::suite::{Hash, Suite};

use shared::{Member, Shared};
use wall::Scope;

pub use open::{Migrations, Source};

/// A service's database. Clones share the connections.
#[derive(Clone, Debug)]
pub struct Db {
    pools: Pools,
    clock: Arc<dyn Clock>,
    pub(crate) signal: Signal,
    ledgers: Arc<Ledgers>,
    suite: Suite,
    scope: Scope,
}

#[derive(Clone, Debug)]
enum Pools {
    /// SQLite has one writer; readers see the state before it.
    Sqlite {
        read: SqlitePool,
        write: SqlitePool,
        shared: Shared,
    },
    Postgres(PgPool),
}

/// A transaction; dropped without `commit`, it leaves nothing behind.
#[derive(Debug)]
pub struct Tx {
    inner: Inner,
    now: Timestamp,
    /// A statement failed: PostgreSQL would commit nothing and say nothing, SQLite might have
    /// rolled back and would go on. Neither may happen.
    failed: bool,
    outbox: Vec<Event>,
    signal: Signal,
    ledgers: Arc<Ledgers>,
    recorded: Recorded,
    /// What it does was approved by a second person.
    approved: bool,
}

#[derive(Debug)]
enum Inner {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    /// One of several that become durable together.
    Shared(Member),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// The connection under a transaction, for bulk paths that want one engine's own best.
#[derive(Debug)]
pub enum Connection<'a> {
    /// The embedded database.
    Sqlite(&'a mut sqlx::SqliteConnection),
    /// The server.
    Postgres(&'a mut sqlx::PgConnection),
}

impl Db {
    /// Begins a transaction that may write. On SQLite it waits for its turn.
    pub async fn begin_write(&self) -> Result<Tx> {
        let inner = match &self.pools {
            Pools::Sqlite { write, .. } => {
                Inner::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?)
            }
            Pools::Postgres(pool) => Inner::Postgres(pool.begin_with(self.opening("BEGIN")).await?),
        };
        Ok(self.transaction(inner))
    }

    /// Begins a transaction of a few rows. On SQLite those that wait for one another share one
    /// fsync, each still all or nothing; on PostgreSQL they run side by side as any other. Not
    /// for what takes long, since whoever is in the group waits for its end, and not for a
    /// handler that answers well without `commit`: what it saw may not be durable yet.
    pub async fn begin_small_write(&self) -> Result<Tx> {
        let inner = match &self.pools {
            Pools::Sqlite { write, shared, .. } => Inner::Shared(shared.begin(write).await?),
            Pools::Postgres(pool) => Inner::Postgres(pool.begin_with(self.opening("BEGIN")).await?),
        };
        Ok(self.transaction(inner))
    }

    /// Begins a transaction that sees one state of the whole database and writes nothing.
    pub async fn begin_read(&self) -> Result<Tx> {
        let inner = match &self.pools {
            Pools::Sqlite { read, .. } => Inner::Sqlite(read.begin().await?),
            Pools::Postgres(pool) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                Inner::Postgres(pool.begin_with(self.opening(begin)).await?)
            }
        };
        Ok(self.transaction(inner))
    }

    /// The same database, its rows hashed by this family of algorithms from now on.
    #[must_use]
    pub fn under(mut self, suite: Suite) -> Self {
        let ledgers = self.ledgers.iter();
        let ledgers = ledgers.map(|(name, ledger)| (name.clone(), Arc::new(ledger.under(suite))));
        self.ledgers = Arc::new(ledgers.collect());
        self.suite = suite;
        self
    }

    /// The family of algorithms that hashes its rows.
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// The names of its ledgers.
    pub(crate) fn ledgers(&self) -> Vec<String> {
        self.ledgers.keys().cloned().collect()
    }

    /// Waits for transactions under way and closes every connection.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { read, write, .. } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }

    fn transaction(&self, inner: Inner) -> Tx {
        Tx {
            inner,
            now: self.clock.now(),
            failed: false,
            outbox: Vec::new(),
            signal: self.signal.clone(),
            ledgers: Arc::clone(&self.ledgers),
            recorded: Recorded::new(),
            approved: false,
        }
    }
}

impl Tx {
    /// The instant of this transaction: everything it records carries the same.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Lets a call commit that needs a second person's approval.
    pub(crate) fn approve(&mut self) {
        self.approved = true;
    }

    /// Records who called for it, seals the rows of ledgers, writes the events appended to the feed, then makes everything durable at once. Fails
    /// when a statement failed before, even if the caller took no notice.
    pub async fn commit(mut self) -> Result<()> {
        if self.failed {
            return Err(Error::internal(after_failure()));
        }
        if !self.recorded.is_empty() || !self.outbox.is_empty() {
            // No handler can forget to ask.
            if !self.approved && guard::needs_approval() {
                return Err(Error::internal("what needs four eyes was done without an approval"));
            }
            audit::done(&mut self).await?;
        }
        let recorded = std::mem::take(&mut self.recorded);
        if !recorded.is_empty() {
            chain::seal(&mut self, recorded, false).await?;
        }
        let events = std::mem::take(&mut self.outbox);
        let position =
            if events.is_empty() { None } else { Some(feed::write(&mut self, events).await?) };
        match self.inner {
            Inner::Sqlite(tx) => tx.commit().await?,
            Inner::Shared(mut member) => member.commit().await?,
            Inner::Postgres(tx) => tx.commit().await?,
        }
        if let Some(position) = position {
            self.signal.raise(position);
        }
        Ok(())
    }

    /// The connection underneath, past the macros. Whoever meets an error on it must return it,
    /// and hand what it writes to a ledger to `record`.
    pub fn connection(&mut self) -> Result<Connection<'_>> {
        Ok(match &mut self.inner {
            Inner::Sqlite(tx) => Connection::Sqlite(tx),
            Inner::Shared(member) => Connection::Sqlite(member.connection()?),
            Inner::Postgres(tx) => Connection::Postgres(tx),
        })
    }

    /// Returns when what this transaction saw is durable; nothing can follow.
    pub(crate) async fn settle_seen(&mut self) -> Result<()> {
        match &mut self.inner {
            Inner::Shared(member) => member.commit().await,
            Inner::Sqlite(_) | Inner::Postgres(_) => Ok(()),
        }
    }

    /// The ledger of this name, for rows that are written past the macros.
    pub fn ledger(&self, name: &str) -> Option<Arc<Ledger>> {
        self.ledgers.get(name).cloned()
    }

    /// Has rows of a ledger sealed with this transaction: districts and `Ledger::leaf`s in the
    /// order of insertion. The macros do this by themselves.
    pub fn record(&mut self, ledger: &Arc<Ledger>, leaves: Vec<(String, Hash)>) {
        for (district, leaf) in leaves {
            let key = (district, ledger.name().to_owned());
            let entry = self.recorded.entry(key);
            entry.or_insert_with(|| (Arc::clone(ledger), Vec::new())).1.push(leaf);
        }
    }

    /// The ledger a statement inserts into.
    #[doc(hidden)]
    pub fn target(&self, sql: &str) -> Option<Arc<Ledger>> {
        let table = sql.trim_start().strip_prefix("INSERT INTO ")?.trim_start();
        let end = table.find(|it: char| it.is_whitespace() || it == '(').unwrap_or(table.len());
        self.ledger(&table[..end])
    }

    /// A statement, with the hashed columns returned if it inserts into a ledger.
    #[doc(hidden)]
    pub fn returning(&self, sql: impl SqlSafeStr) -> (SqlStr, Option<Arc<Ledger>>) {
        let sql = sql.into_sql_str();
        match self.target(sql.as_str()) {
            None => (sql, None),
            Some(ledger) => {
                let mut whole = QueryBuilder::<Sqlite>::new(sql.as_str());
                whole.push(" RETURNING ").push(ledger.listed());
                (whole.into_sql(), Some(ledger))
            }
        }
    }

    #[doc(hidden)]
    pub fn hashed(&mut self, ledger: Option<&Arc<Ledger>>, done: Written) -> u64 {
        let (count, leaves) = done;
        if let Some(ledger) = ledger {
            self.record(ledger, leaves);
        }
        count
    }

    #[doc(hidden)]
    pub fn is_sqlite(&self) -> bool {
        matches!(self.inner, Inner::Sqlite(_) | Inner::Shared(_))
    }

    #[doc(hidden)]
    pub fn sqlite(&mut self) -> std::result::Result<&mut sqlx::SqliteConnection, sqlx::Error> {
        match &mut self.inner {
            Inner::Sqlite(tx) if !self.failed => Ok(tx),
            Inner::Shared(member) if !self.failed => member.connection(),
            Inner::Sqlite(_) | Inner::Shared(_) => Err(after_failure()),
            Inner::Postgres(_) => Err(other_engine()),
        }
    }

    #[doc(hidden)]
    pub fn postgres(&mut self) -> std::result::Result<&mut sqlx::PgConnection, sqlx::Error> {
        match &mut self.inner {
            Inner::Postgres(tx) if !self.failed => Ok(tx),
            Inner::Postgres(_) => Err(after_failure()),
            Inner::Sqlite(_) | Inner::Shared(_) => Err(other_engine()),
        }
    }

    /// A failed statement ends the transaction on both engines.
    #[doc(hidden)]
    pub fn settle<T>(&mut self, outcome: std::result::Result<T, sqlx::Error>) -> Result<T> {
        self.failed |= outcome.is_err();
        outcome.map_err(Error::from)
    }

    pub(crate) fn post(&mut self, event: Event) {
        self.outbox.push(event);
    }
}

/// How many rows a statement wrote, and the leaves of those in a ledger.
#[doc(hidden)]
pub type Written = (u64, Vec<(String, Hash)>);

fn other_engine() -> sqlx::Error {
    sqlx::Error::Protocol("the transaction runs on the other engine".to_owned())
}

fn after_failure() -> sqlx::Error {
    sqlx::Error::Protocol("a statement of the transaction failed before".to_owned())
}

/// Rows per statement of `insert_many!`: SQLite binds at most 32,766 values.
#[doc(hidden)]
pub const CHUNK: usize = 500;

/// True when `error` is a violated UNIQUE or PRIMARY KEY constraint. The transaction is lost
/// then: return an error. Where both outcomes are right, `ON CONFLICT DO NOTHING` tells by its count.
pub fn is_unique(error: &Error) -> bool {
    let Error::Internal(cause) = error else { return false };
    let cause = cause.downcast_ref::<sqlx::Error>().and_then(sqlx::Error::as_database_error);
    cause.is_some_and(|cause| cause.is_unique_violation())
}
