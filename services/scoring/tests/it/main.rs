//! Scoring through its clients, on both databases, with the real registry beside it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod activity;
mod award;
mod board;
mod bulk;
mod change;
mod columns;
mod comparison;
mod correction;
mod district;
mod feedback;
mod fixture;
mod ledger;
mod lock;
mod objection;
mod observation;
mod quarter;
mod reconciliation;
mod run;
mod sheet;
mod subject;
mod warning;
