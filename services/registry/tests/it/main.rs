//! The registry from outside: through the generated client, over a real port, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod assignment;
mod change;
mod district;
mod fixture;
mod indicator;
mod ledger;
mod period;
mod post;
mod project;
mod rulebook;
mod scheme;
mod target;
mod unit;
