//! Row 11: the whole suite from exec to the first good call, and its memory at rest, beside
//! a tonic echo.

use std::time::{Duration, Instant};

use super::Bench;
use crate::Outcome;
use crate::pair::{Cost, Spread, order, ratios};
use crate::process::{Process, free_port};
use crate::report::Line;
use crate::suite::{Suite, reach};

pub(super) async fn run(bench: &Bench) -> Outcome<Vec<Line>> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let mut memory = Vec::new();
    let (mut our_memory, mut their_memory) = (0, 0);
    for pair in order(bench.pairs) {
        for is_suite in pair {
            let start = Instant::now();
            let (wall, cpu, resident) = if is_suite {
                let suite = Suite::start(bench.saima()?).await?;
                let wall = start.elapsed();
                (wall, suite.process.cpu()?, rest(&suite.process).await?)
            } else {
                let listen = format!("127.0.0.1:{}", free_port()?);
                let echo = Process::start(&bench.here, &["peer", "echo", &listen])?;
                let _channel = reach(&listen, "").await?;
                (start.elapsed(), echo.cpu()?, rest(&echo).await?)
            };
            let (costs, memory) = if is_suite {
                (&mut ours, &mut our_memory)
            } else {
                (&mut theirs, &mut their_memory)
            };
            costs.push(Cost { cpu, wall });
            *memory = resident;
        }
        memory.push(our_memory as f64 / their_memory as f64);
    }
    let inverse =
        |it: Spread| Spread { min: 1.0 / it.max, median: 1.0 / it.median, max: 1.0 / it.min };
    let times = inverse(ratios(&ours, &theirs, |it| it.wall));
    let millis = |costs: &[Cost]| {
        let values = costs.iter().map(|it| it.wall.as_secs_f64() * 1e3).collect();
        format!("{:.1} ms", Spread::of(values).median)
    };
    let mebibytes = |kibibytes: u64| format!("{:.1} MiB", kibibytes as f64 / 1024.0);
    Ok(vec![
        Line::new(
            11,
            ["exec to first good call, empty database made", "tonic echo"],
            (times, "wall, suite ÷ peer"),
            [millis(&ours), millis(&theirs)],
            "≤ 5",
        ),
        Line::new(
            11,
            ["idle memory", "tonic echo"],
            (Spread::of(memory), "RSS, suite ÷ peer"),
            [mebibytes(our_memory), mebibytes(their_memory)],
            "≤ 10",
        ),
    ])
}

async fn rest(process: &Process) -> Outcome<u64> {
    tokio::time::sleep(Duration::from_millis(300)).await;
    process.resident()
}
