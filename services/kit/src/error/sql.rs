//! What a driver's failure means to the caller.

use std::time::Duration;

use sqlx::migrate::MigrateError;

use super::Error;

impl From<sqlx::Error> for Error {
    fn from(cause: sqlx::Error) -> Self {
        use sqlx::Error as Sql;
        match meaning(&cause) {
            Meaning::Full => Self::storage_full(),
            Meaning::Away => {
                tracing::warn!(error = %cause, "database unavailable");
                Self::Unavailable {
                    message: "the database is unavailable or too busy; try again".to_owned(),
                    retry_after: Duration::from_secs(1),
                }
            }
            Meaning::Late => Self::Deadline,
            Meaning::Fault => match cause {
                Sql::Migrate(cause) => (*cause).into(),
                cause => Self::Internal(Box::new(cause)),
            },
        }
    }
}

impl Error {
    /// The disk is full.
    pub(crate) fn storage_full() -> Self {
        Self::Exhausted {
            reason: "STORAGE_FULL",
            message: "the database has no room left; nothing was stored".to_owned(),
        }
    }
}

impl From<MigrateError> for Error {
    fn from(cause: MigrateError) -> Self {
        match cause {
            MigrateError::Execute(cause) => cause.into(),
            cause => Self::Internal(Box::new(cause)),
        }
    }
}

enum Meaning {
    Full,
    Away,
    Late,
    Fault,
}

fn meaning(cause: &sqlx::Error) -> Meaning {
    use sqlx::Error as Sql;
    match cause {
        Sql::Io(_) | Sql::Tls(_) | Sql::PoolTimedOut | Sql::PoolClosed | Sql::WorkerCrashed => {
            Meaning::Away
        }
        Sql::Database(cause) => {
            let code = cause.code().unwrap_or_default();
            match cause.try_downcast_ref::<sqlx::postgres::PgDatabaseError>() {
                Some(_) => postgres(&code),
                None => sqlite(code.parse().unwrap_or_default()),
            }
        }
        _ => Meaning::Fault,
    }
}

/// The low byte of an extended result code is the primary one.
fn sqlite(code: u32) -> Meaning {
    match code & 0xff {
        5 | 6 => Meaning::Away, // SQLITE_BUSY, SQLITE_LOCKED
        13 => Meaning::Full,    // SQLITE_FULL
        _ => Meaning::Fault,
    }
}

fn postgres(state: &str) -> Meaning {
    match state {
        "53100" | "53200" => Meaning::Full, // disk full, out of memory
        "57014" => Meaning::Late,           // statement time-out
        // Serialization failure, deadlock, lock not to be had, a standby that may only read.
        "40001" | "40P01" | "55P03" | "25006" => Meaning::Away,
        // Too many connections, the server going down or coming up.
        "53300" | "57P01" | "57P02" | "57P03" => Meaning::Away,
        _ if state.starts_with("08") => Meaning::Away,
        _ => Meaning::Fault,
    }
}
