//! Issue 3, G12: the benchmark is an oracle, too. At smoke size the kernel comes to the
//! checksums that numpy and DuckDB found for three counties; no time is asserted.
#![allow(clippy::unwrap_used)]

use std::process::Command;

#[test]
fn the_kernel_comes_to_the_checksums_of_numpy_and_duckdb() {
    let bench = env!("CARGO_BIN_EXE_bench");
    let run = ["run", "--rows", "1,2,3", "--smoke", "--pairs", "1"];
    let output = Command::new(bench).args(run).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(table.contains("scoring kernel"), "{table}");
}

// G12, A1: the rows that start the suite come to their end: what they ask is answered, and their
// own checks of what was stored hold. Which ratios they print is nobody's promise here.
#[test]
fn the_rows_that_start_the_suite_come_to_their_end() {
    let bench = env!("CARGO_BIN_EXE_bench");
    if !std::path::Path::new(bench).with_file_name("saima").exists() {
        assert!(std::env::var_os("CI").is_none(), "no saima beside {bench}");
        eprintln!("SKIPPED: no saima beside {bench}; `cargo build` makes it");
        return;
    }
    let run = ["run", "--rows", "4,5,7,8,12,13", "--smoke", "--pairs", "1"];
    let output = Command::new(bench).args(run).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let table = String::from_utf8(output.stdout).unwrap();
    for row in ["| 4 |", "| 5 |", "| 7 |", "| 8 |", "| 12 |", "| 13 |"] {
        assert!(table.contains(row), "{row}: {table}");
    }
}

// G18: some two thousand webhooks are drained while the sender is killed twice; beside it a
// district's events reach it while another floods the sender.
#[test]
fn no_webhook_is_lost_when_the_sender_is_killed() {
    let bench = env!("CARGO_BIN_EXE_bench");
    if !std::path::Path::new(bench).with_file_name("saima").exists() {
        assert!(std::env::var_os("CI").is_none(), "no saima beside {bench}");
        eprintln!("SKIPPED: no saima beside {bench}; `cargo build` makes it");
        return;
    }
    let run = ["run", "--rows", "9,10", "--smoke", "--pairs", "1"];
    let output = Command::new(bench).args(run).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(table.contains("the sender killed 2 times"), "{table}");
    assert!(table.contains("beside a flooding district"), "{table}");
}
