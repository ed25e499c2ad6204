//! Stock clients that know only the protos, over TCP against the running suite (A2).
//!
//! They need Python packages and npm packages (`tests/clients/`). Where those are missing
//! the test says so and passes; with `CI` set it fails.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use kit::boot::Service;
use kit::testing::Bed;

use crate::house::sources::root;

const SUITE: [Service; 4] =
    [registry::SERVICE, scoring::SERVICE, cadre::SERVICE, notification::SERVICE];

/// A folder that `.ci/run` fills; anybody may do the same by hand (README).
fn installed() -> PathBuf {
    root().join("target/clients")
}

fn missing(what: &Path) -> bool {
    let missing = !what.exists();
    if missing {
        let text = format!("{} is not there: run `tests/clients/install`", what.display());
        assert!(std::env::var_os("CI").is_none(), "{text}");
        println!("SKIPPED: {text}");
    }
    missing
}

async fn run(mut command: Command) -> String {
    let output: Output =
        tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{out}\n{error}", output.status);
    out
}

kit::both! {
    // H1, H2, H3, H5, H6, H7, H10, B1, A1, A2, A3: a Python client runs the quarter, then a
    // JavaScript client and grpcurl read what it published.
    async fn stock_clients_run_a_quarter(bed: &Bed) {
        let python = installed().join("venv/bin/python");
        let grpcurl = installed().join("venv/bin/grpcurl");
        let modules = installed().join("node_modules");
        if missing(&python) || missing(&grpcurl) || missing(&modules) {
            return;
        }
        let suite = bed.start(&SUITE).await;
        let address = suite.address().to_string();
        let token = kit::testing::everybody();
        let (clients, protos) = (root().join("tests/clients"), root().join("proto"));

        let mut quarter = Command::new(python);
        quarter.env("SAIMA_TOKEN", &token);
        quarter.env("SAIMA_APPROVER_TOKEN", kit::testing::second());
        quarter.arg(clients.join("quarter.py")).arg(&address).arg(&protos);
        assert!(run(quarter).await.contains("quarter: done"));

        let board_name = "districts/qingtan/boards/2023-v1.2023Q1";
        let mut board = Command::new("node");
        board.env("NODE_PATH", &modules).env("SAIMA_TOKEN", &token);
        board.arg(clients.join("board.js")).arg(&address).arg(&protos).arg(board_name);
        let seen = run(board).await;
        assert!(seen.contains("1 东岭村 100 COLOUR_GREEN"), "{seen}");
        assert!(seen.contains("board: done"), "{seen}");

        let mut call = Command::new(grpcurl);
        call.args(["-H", &format!("authorization: Bearer {token}")]);
        call.args(["-plaintext", "-d", &format!(r#"{{"name": "{board_name}"}}"#), &address]);
        call.arg("saima.scoring.v1.BoardService/GetBoard");
        let seen = run(call).await;
        assert!(seen.contains("东岭村"), "{seen}");
        suite.stop().await;
    }
}
