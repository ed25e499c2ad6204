//! The registry from outside: through the generated client, over a real port, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod assignment;
mod change;
mod community;
mod district;
mod fixture;
mod indicator;
mod ledger;
mod lesson;
mod milestone;
mod order;
mod period;
mod phase;
mod plate;
mod post;
mod project;
mod reference;
mod rulebook;
mod scheme;
mod seat;
mod target;
mod task;
mod task_list;
mod unit;
mod whistle;
