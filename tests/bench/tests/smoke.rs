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
