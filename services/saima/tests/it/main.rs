//! The binary's commands, tried from outside.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod apply;
mod command;
mod demo;
mod encrypted;
mod export_person;
mod lint;
mod packs;
mod proof;
mod score;

use std::path::PathBuf;

/// A folder of the project's examples.
fn example(folder: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(folder)
}
