//! Row 12: what token, permission, audit, limits and telemetry cost. Nobody can turn them off in
//! the suite; so an echo is asked with the whole edge before it and without, and what lies between
//! the two is taken from a unary read's cost.

use super::{Bench, read};
use crate::Outcome;
use crate::pair::Spread;
use crate::process::{Process, free_port};
use crate::report::Line;
use crate::suite::{Channel, Suite, reach};

pub(super) async fn run(bench: &Bench) -> Outcome<Vec<Line>> {
    let calls = if bench.smoke { 40 } else { 16_000 };
    let suite = Suite::start(bench.saima()?).await?;
    let name = read::publish(&suite.channel).await?;
    let (bare_at, edge_at) =
        (format!("127.0.0.1:{}", free_port()?), format!("127.0.0.1:{}", free_port()?));
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("echo").to_string_lossy().into_owned();
    let bare = Process::start(&bench.here, &["peer", "echo", &bare_at])?;
    let edge = Process::start(&bench.here, &["peer", "edge", &edge_at, &data, &suite.keys()])?;
    // Both are asked by the same caller, who sends his token either way.
    let bare = (bare, reach(&bare_at, &suite.token).await?);
    let edge = (edge, reach(&edge_at, &suite.token).await?);
    let whole = (suite.process, suite.channel);

    let (mut with, mut without, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=bench.pairs {
        let mut costs = Vec::new();
        for side in [&whole, &edge, &bare] {
            costs.push(cost(side, &name, calls).await?);
        }
        // The first round is not counted.
        if let ([whole, edge, bare], true) = (costs.as_slice(), round > 0) {
            let off = whole - (edge - bare).max(0.0);
            ratios.push(whole / off.max(1e-9));
            with.push(*whole);
            without.push(off);
        }
    }
    let micros = |costs: Vec<f64>| format!("{:.2} µs/call", Spread::of(costs).median);
    let names = ["unary GetResult, everything on", "the same without its edge"];
    let ratio = (Spread::of(ratios), "CPU, on ÷ off");
    Ok(vec![Line::new(12, names, ratio, [micros(with), micros(without)], "≤ 1.25")])
}

/// Microseconds of CPU a call.
async fn cost(side: &(Process, Channel), name: &str, calls: u32) -> Outcome<f64> {
    let (process, channel) = side;
    let before = process.cpu()?;
    read::read(channel, name, calls).await?;
    let cpu = process.cpu()? - before;
    Ok(cpu.as_secs_f64() * 1e6 / f64::from(calls))
}
