//! The macros that compile one SQL text for either driver. Each awaits inside the
//! calling async function and yields a `kit::Result`.

/// Runs a statement and yields the number of rows it touched.
///
/// `kit::execute!(tx, "DELETE FROM t WHERE id = $1", id)?`
#[macro_export]
macro_rules! execute {
    ($tx:expr, $sql:expr $(, $arg:expr)* $(,)?) => {
        match $tx.returning($sql) {
            (sql, ledger) => {
                let written = $crate::__either!($tx, query, connection => {
                    $crate::reexport::sqlx::query::<Driver>(sql)$(.bind($arg))*
                } => {
                    $crate::chain::run::<Driver>(connection, query, ledger.as_deref()).await
                });
                written.map(|written| $tx.hashed(ledger.as_ref(), written))
            }
        }
    };
}

/// Yields every row as a `Vec` of the row type, a `sqlx::FromRow` or a tuple.
///
/// `kit::fetch_all!(tx, UnitRow, "SELECT id, title FROM unit WHERE district = $1", district)?`
#[macro_export]
macro_rules! fetch_all {
    ($tx:expr, $row:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        $crate::__either!($tx, query, connection => {
            $crate::reexport::sqlx::query_as::<Driver, $row>($sql)$(.bind($arg))*
        } => {
            query.fetch_all(connection).await
        })
    };
}

/// Yields the first row, if there is one.
#[macro_export]
macro_rules! fetch_optional {
    ($tx:expr, $row:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        $crate::__either!($tx, query, connection => {
            $crate::reexport::sqlx::query_as::<Driver, $row>($sql)$(.bind($arg))*
        } => {
            query.fetch_optional(connection).await
        })
    };
}

/// Yields the row that must be there, as of an aggregate or `RETURNING`; its absence is `Internal`.
#[macro_export]
macro_rules! fetch_one {
    ($tx:expr, $row:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        $crate::__either!($tx, query, connection => {
            $crate::reexport::sqlx::query_as::<Driver, $row>($sql)$(.bind($arg))*
        } => {
            query.fetch_one(connection).await
        })
    };
}

/// Builds a query from parts and yields every row: for lists with filters.
///
/// ```ignore
/// kit::query!(tx, UnitRow, |q| {
///     q.push("SELECT id, title FROM unit WHERE district = ").push_bind(district);
///     if let Some(after) = page.after() {
///         q.push(" AND id > ").push_bind(after);
///     }
///     q.push(" ORDER BY id LIMIT ").push_bind(page.limit());
/// })?
/// ```
///
/// Values go through `push_bind`, never through `push`.
#[macro_export]
macro_rules! query {
    ($tx:expr, $row:ty, |$q:ident| $body:block) => {
        $crate::__either!($tx, query, connection => {
            let mut $q = $crate::reexport::sqlx::QueryBuilder::<Driver>::default();
            $body;
            $q
        } => {
            let mut query = query;
            query.build_query_as::<$row>().persistent(false).fetch_all(connection).await
        })
    };
}

/// Inserts many rows with few statements and yields how many were inserted. At most 60
/// columns; the last argument, if given, follows the values, e.g. `"ON CONFLICT DO NOTHING"`.
///
/// ```ignore
/// kit::insert_many!(tx, "INSERT INTO target (district, id, value) ", rows, |b, row| {
///     b.push_bind(district).push_bind(row.id).push_bind(row.value);
/// })?
/// ```
#[macro_export]
macro_rules! insert_many {
    ($tx:expr, $sql:expr, $rows:expr, |$b:ident, $row:pat_param| $body:block $(, $suffix:expr)? $(,)?) => {
        match $tx.target($sql) {
        ledger => {
        let written = $crate::__either!($tx, rows, connection => {
            ::std::iter::IntoIterator::into_iter($rows)
        } => {
            let mut rows = rows.peekable();
            let mut inserted = Ok((0, Vec::new()));
            while let (Ok((sum, leaves)), Some(_)) = (&mut inserted, rows.peek()) {
                let mut builder = $crate::reexport::sqlx::QueryBuilder::<Driver>::new($sql);
                let chunk = rows.by_ref().take($crate::db::CHUNK);
                builder.push_values(chunk, |mut $b, $row| $body);
                $(builder.push(" ").push($suffix);)?
                if let Some(ledger) = &ledger {
                    builder.push(" RETURNING ").push(ledger.listed());
                }
                let query = builder.build().persistent(false);
                let ledger = ledger.as_deref();
                match $crate::chain::run::<Driver>(&mut *connection, query, ledger).await {
                    Ok((count, more)) => {
                        *sum += count;
                        leaves.extend(more);
                    }
                    Err(error) => inserted = Err(error),
                }
            }
            inserted
        });
        written.map(|written| $tx.hashed(ledger.as_ref(), written))
        }
        }
    };
}

/// Expands both blocks once per driver, with `Driver` naming its type. The first is done
/// before the connection is borrowed, so that arguments may still ask the transaction.
#[doc(hidden)]
#[macro_export]
macro_rules! __either {
    ($tx:expr, $ready:ident, $connection:ident => $prepare:block => $run:block) => {
        if $tx.is_sqlite() {
            #[allow(dead_code)]
            type Driver = $crate::reexport::sqlx::Sqlite;
            let $ready = $prepare;
            let outcome = match $tx.sqlite() {
                Ok($connection) => $run,
                Err(error) => Err(error),
            };
            $tx.settle(outcome)
        } else {
            #[allow(dead_code)]
            type Driver = $crate::reexport::sqlx::Postgres;
            let $ready = $prepare;
            let outcome = match $tx.postgres() {
                Ok($connection) => $run,
                Err(error) => Err(error),
            };
            $tx.settle(outcome)
        }
    };
}
