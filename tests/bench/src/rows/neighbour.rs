//! Row 10: how long an event takes to its receiver while another district floods the sender, beside
//! the same without the flood.

use std::time::{Duration, Instant};

use super::Bench;
use super::webhook::Stage;
use crate::Outcome;
use crate::pair::{Spread, order};
use crate::report::Line;
use crate::suite::Suite;

/// Endpoints that the noisy district floods.
const NOISY: usize = 10;

pub(super) async fn run(bench: &Bench) -> Outcome<Vec<Line>> {
    let (events, told) = if bench.smoke { (10, 3) } else { (500, 60) };
    let suite = Suite::start_with(bench.saima()?, &["--outbound-allow", "127.0.0.1/32"]).await?;
    let noisy = Stage::prepare(&suite.channel, "districts/noisy", events, NOISY).await?;
    let quiet = Stage::prepare(&suite.channel, "districts/quiet", 1, 1).await?;
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for pair in order(bench.pairs) {
        for is_beside in pair {
            if is_beside {
                noisy.replay().await?;
                beside.push(slow(&quiet, told, Some(&noisy)).await?);
                noisy.sink.wait(events * NOISY).await?;
            } else {
                alone.push(slow(&quiet, told, None).await?);
            }
        }
    }
    let ratio = |(beside, alone): (&Duration, &Duration)| {
        beside.as_secs_f64() / alone.as_secs_f64().max(1e-9)
    };
    let spread = Spread::of(beside.iter().zip(&alone).map(ratio).collect());
    let median = |waits: &[Duration]| {
        let millis = waits.iter().map(|it| it.as_secs_f64() * 1e3).collect();
        format!("{:.1} ms", Spread::of(millis).median)
    };
    let names = ["event to receipt beside a flooding district, p99", "the same alone"];
    let sizes = [median(&beside), median(&alone)];
    Ok(vec![Line::new(10, names, (spread, "wall, suite ÷ peer"), sizes, "≤ 1.2")])
}

/// The wait from telling to receipt that 99 of 100 events stay below. The flood is kept up.
async fn slow(quiet: &Stage, told: usize, noisy: Option<&Stage>) -> Outcome<Duration> {
    let mut waits = Vec::new();
    for _ in 0..told {
        if let Some(noisy) = noisy.filter(|it| it.is_through()) {
            noisy.replay().await?;
        }
        quiet.sink.clear();
        let began = Instant::now();
        quiet.tell().await?;
        quiet.sink.wait(1).await?;
        waits.push(quiet.sink.last("e0").ok_or("nothing came")? - began);
    }
    waits.sort();
    waits.get(waits.len() * 99 / 100).copied().ok_or_else(|| "nothing was told".into())
}
