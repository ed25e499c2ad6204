//! Tests that belong to no single service.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod contract;
mod house;
mod requirements;
mod stock_clients;
