//! The kit as its users see it: over the wire, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod data;
mod runtime;
