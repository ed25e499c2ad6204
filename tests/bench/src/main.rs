//! What Saima costs beside a peer that does the same in the same run.
//!
//! `cargo run --release -p saima-bench -- run --rows 5,8,11 --pairs 7 --out report.json`
//!
//! Every row starts the suite and its peer as processes of their own, alternates them A B B A,
//! reads their CPU from `/proc`, and prints the median ratio with its spread. A ratio of
//! CPU holds on a noisy machine; wall time stands beside it. An A/A control of the peer
//! says how far the run can be trusted. Linux only.
//!
//! Deliberately absent: assertions on time. A benchmark informs; tests are elsewhere.
#![allow(clippy::print_stdout)]

mod cluster;
mod pair;
mod peer;
mod process;
mod report;
mod rows;
mod s1;
mod sink;
mod suite;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio::runtime::Builder;

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[derive(Parser)]
#[command(version, about = "Benchmarks of Saima beside peers measured in the same run")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run rows and print the table.
    Run(Run),
    /// Drain webhooks while the sender is killed: nothing may be lost, no id may change (G18).
    Drain(Drain),
    /// Be a peer (started by `run`).
    Peer(peer::Arguments),
}

#[derive(clap::Args)]
struct Run {
    /// Rows of the table: 1 national recompute, 2 kernel, 3 growth, 4 one correction, 5 bulk report into SQLite, 6 into PostgreSQL, 7 single
    /// reports of many callers, 8 unary read, 9 webhooks, 10 a noisy district, 11 start and idle memory, 12 what the edge costs, 13 what the chain costs and how long a million rows take to verify.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])]
    rows: Vec<u32>,
    /// Interleaved pairs of each row.
    #[arg(long, default_value_t = 7)]
    pairs: usize,
    /// Counties of the greater nation in row 4.
    #[arg(long, default_value_t = 2850)]
    counties: u32,
    /// Small sizes that show correctness only.
    #[arg(long)]
    smoke: bool,
    /// Counties of S1; each row has its own usual number.
    #[arg(long)]
    s1: Option<usize>,
    /// Where to write the figures as JSON.
    #[arg(long)]
    out: Option<PathBuf>,
    /// The binary under test; `saima` beside this program when absent.
    #[arg(long)]
    saima: Option<PathBuf>,
}

#[derive(clap::Args)]
struct Drain {
    /// Webhooks to drain.
    #[arg(long, default_value_t = 100_000)]
    events: usize,
    /// How often the sender is killed.
    #[arg(long, default_value_t = 5)]
    kills: usize,
    /// The binary under test; `saima` beside this program when absent.
    #[arg(long)]
    saima: Option<PathBuf>,
}

fn main() -> ExitCode {
    match work(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What asks takes one thread; who is asked has as many as any server has by default.
fn work(command: Command) -> Outcome<()> {
    let mut runtime = match command {
        Command::Peer(_) => Builder::new_multi_thread(),
        Command::Run(_) | Command::Drain(_) => Builder::new_current_thread(),
    };
    runtime.enable_all().build()?.block_on(async {
        match command {
            Command::Run(arguments) => run(arguments).await,
            Command::Drain(arguments) => drain(arguments).await,
            Command::Peer(arguments) => peer::run(arguments).await,
        }
    })
}

async fn run(arguments: Run) -> Outcome<()> {
    let here = std::env::current_exe()?;
    let saima = arguments.saima.unwrap_or(here.with_file_name("saima"));
    let Run { pairs, counties, s1, smoke, .. } = arguments;
    let (pairs, counties) = (pairs.max(1), counties.max(1));
    let bench = rows::Bench { saima, here, pairs, counties, s1, smoke };
    let mut lines = Vec::new();
    for row in arguments.rows {
        lines.extend(rows::run(row, &bench).await?);
    }
    report::print(&lines);
    if let Some(path) = arguments.out {
        report::write(&path, &lines)?;
    }
    Ok(())
}

async fn drain(arguments: Drain) -> Outcome<()> {
    let here = std::env::current_exe()?;
    let saima = arguments.saima.unwrap_or(here.with_file_name("saima"));
    let bench = rows::Bench { saima, here, pairs: 1, counties: 1, s1: None, smoke: false };
    let shape = rows::webhook::Drain::of(arguments.events, arguments.kills);
    report::print(&[rows::webhook::drain(&bench, shape).await?]);
    Ok(())
}
