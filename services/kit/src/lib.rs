//! What every Saima service needs and no service should write twice: errors,
//! fields, names, pages, two databases behind one SQL text, the change feed,
//! start and drain.
//!
//! Deliberately absent: any business word, any generated service but the one that
//! tells callers who they are, any rule of assessment. A reader who knows only this crate must not be able to guess
//! what the suite is for.

pub mod approval;
mod audit;
pub mod boot;
pub mod chain;
pub mod clock;
pub mod condition;
pub mod config;
pub mod date;
pub mod db;
pub mod decimal;
pub mod definition;
pub mod error;
pub mod etag;
pub mod feed;
pub mod field;
pub mod guard;
pub mod id;
pub mod identity;
pub mod json;
pub mod mask;
pub mod name;
mod numbered;
pub mod outbound;
pub mod page;
pub mod peers;
pub mod request_id;
pub mod retention;
pub mod secret;
pub mod suite;
pub mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
pub mod tls;

pub use error::{Error, Result, Violation};

/// Names the macros of this crate need wherever they expand.
#[doc(hidden)]
pub mod reexport {
    pub use sqlx;
    pub use tonic;
}
