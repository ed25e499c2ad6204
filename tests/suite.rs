//! Tests that belong to no single service.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod audit;
mod canary;
mod contract;
mod house;
mod permission;
mod requirements;
mod revocation;
mod stock_clients;
mod wall;
