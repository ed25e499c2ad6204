//! Rows 1 and 3: a national recompute by the engine's kernel alone, from sheets in a store to
//! durable scores, ranks and grades, beside DuckDB from its file into its file; and what ten times
//! as many counties cost. What the suite itself takes for a county is `county.rs`.

use std::path::Path;
use std::time::Instant;

use super::Bench;
use crate::Outcome;
use crate::pair::{Cost, Spread, order};
use crate::peer::Python;
use crate::process::{Conversation, Process};
use crate::report::Line;
use crate::s1;

const WHAT: &str = "kernel alone: sheets of a nation to durable scores";

/// Row 1.
pub(super) async fn run(bench: &Bench) -> Outcome<Vec<Line>> {
    let counties = bench.s1(285, 3);
    let values = u32::try_from(counties * s1::COUNTY / 1000)?;
    let folder = tempfile::tempdir()?;
    let mut suite = start(bench, folder.path(), counties)?;
    let sums = suite.ask("score 1")?;
    if counties == 3 && sums != s1::THREE {
        return Err(format!("three counties come to {}, not to {sums}", s1::THREE).into());
    }
    let python = match Python::beside(&bench.here, bench.smoke) {
        Ok(python) => python,
        Err(reason) => return Ok(vec![Line::absent(1, [WHAT, "DuckDB"], reason)]),
    };
    let file = folder.path().join("duckdb").to_string_lossy().into_owned();
    let arguments = [&python.script("s1.py"), "duckdb", &file];
    let mut peer = Process::converse(&python.program(), &arguments)?;
    peer.ask(&format!("make {counties}"))?;
    let mut lines = Vec::new();
    for (word, name) in [("whole", "DuckDB, at once"), ("tenths", "DuckDB, in ten chunks")] {
        let theirs = peer.ask(&format!("{word} 1"))?;
        if theirs != sums {
            return Err(format!("checksums differ: the suite {sums}, {name} {theirs}").into());
        }
        let (mut ours, mut costs) = (Vec::new(), Vec::new());
        for pair in order(bench.pairs) {
            for is_suite in pair {
                if is_suite {
                    ours.push(cost(&mut suite, "score")?);
                } else {
                    costs.push(cost(&mut peer, word)?);
                }
            }
        }
        let names = [WHAT, name];
        lines.extend(Line::costs(1, names, (&ours, &costs), (values, "1000 values"), "≥ 10"));
    }
    Ok(lines)
}

/// Row 3: each size in a process of its own, so that the peak of its memory is its own.
pub(super) async fn growth(bench: &Bench) -> Outcome<Vec<Line>> {
    let counties = bench.s1(2850, 10);
    let folder = tempfile::tempdir()?;
    let (small, large) = (folder.path().join("small"), folder.path().join("large"));
    for (path, counties) in [(&small, counties / 10), (&large, counties)] {
        std::fs::create_dir(path)?;
        drop(start(bench, path, counties)?);
    }
    let (mut times, mut peaks, mut last) = (Vec::new(), Vec::new(), [(0.0, 0); 2]);
    for pair in order(bench.pairs) {
        for is_large in pair {
            let path = if is_large { &large } else { &small };
            let mut process = open(bench, path)?;
            let cost = cost(&mut process, "score")?;
            last[usize::from(is_large)] = (cost.cpu.as_secs_f64(), process.process.peak()?);
        }
        times.push(last[1].0 / last[0].0.max(1e-3));
        peaks.push(last[1].1 as f64 / last[0].1 as f64);
    }
    let names = [WHAT, "a tenth of the counties"];
    let seconds = last.map(|(seconds, _)| format!("{seconds:.2} s"));
    let memory = last.map(|(_, peak)| format!("{:.1} MiB", peak as f64 / 1024.0));
    let turned = |[small, large]: [String; 2]| [large, small];
    Ok(vec![
        Line::new(3, names, (Spread::of(times), "CPU, large ÷ small"), turned(seconds), "≤ 10.5"),
        Line::new(3, names, (Spread::of(peaks), "peak RSS"), turned(memory), "≤ 1.1"),
    ])
}

fn start(bench: &Bench, folder: &Path, counties: usize) -> Outcome<Conversation> {
    let mut process = open(bench, folder)?;
    process.ask(&format!("make {counties}"))?;
    Ok(process)
}

fn open(bench: &Bench, folder: &Path) -> Outcome<Conversation> {
    let file = folder.join("sheets").to_string_lossy().into_owned();
    Process::converse(&bench.here, &["peer", "national", &file])
}

fn cost(conversation: &mut Conversation, word: &str) -> Outcome<Cost> {
    let (cpu, wall) = (conversation.process.cpu()?, Instant::now());
    conversation.ask(&format!("{word} 1"))?;
    Ok(Cost { cpu: conversation.process.cpu()? - cpu, wall: wall.elapsed() })
}
