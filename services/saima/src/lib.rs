//! The one binary of Saima: the four services in one process, and the command line.
//!
//! Deliberately absent: arithmetic, rules of assessment, SQL. What the commands know of a
//! district they read through the public API, and what they compute they leave to
//! `rulebook` and `engine`.

pub mod apply;
pub mod approval;
pub mod client;
mod definitions;
pub mod demo;
pub mod explain;
pub mod export_person;
pub mod failure;
pub mod keys;
pub mod lint;
pub mod message;
pub mod names;
pub mod pack;
pub mod packs;
pub mod problem;
pub mod score;
pub mod serve;
pub mod story;
pub mod table;
pub mod token;
pub mod verify;
pub mod yaml;

use std::future::Future;

use crate::failure::Result;

/// Runs a command that talks to others. Here rather than in the binary, which would otherwise
/// be compiled with everything that the command awaits once more.
fn block_on(command: impl Future<Output = Result<()>>) -> Result<()> {
    tokio::runtime::Runtime::new()?.block_on(command)
}
