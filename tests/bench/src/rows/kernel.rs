//! Row 2: the kernel alone, over S1 in memory, beside one read of that memory, numpy and
//! DuckDB. Checksums of scores, ranks and grades must be equal before a time is taken.

use std::path::PathBuf;
use std::time::Instant;

use super::Bench;
use crate::Outcome;
use crate::pair::{Cost, order};
use crate::peer::Python;
use crate::process::{Conversation, Process};
use crate::report::Line;
use crate::s1;

const WHAT: &str = "scoring kernel, S1 in memory";

/// One side of a pair.
struct Side {
    conversation: Conversation,
    word: &'static str,
    /// How often it works in one measurement, so that a measurement is long enough.
    times: u32,
}

pub(super) async fn run(bench: &Bench) -> Outcome<Vec<Line>> {
    let counties = bench.s1(285, 3);
    let values = u32::try_from(counties * s1::COUNTY / 1000)?;
    let mut suite = bench.side(&bench.here.clone(), &["peer", "s1"], "score", 8)?;
    let mut read = bench.side(&bench.here.clone(), &["peer", "s1"], "read", 8)?;
    suite.conversation.ask(&format!("make {counties}"))?;
    read.conversation.ask(&format!("make {counties}"))?;
    let sums = suite.conversation.ask("score 1")?;
    if counties == 3 && sums != s1::THREE {
        return Err(format!("three counties come to {}, not to {sums}", s1::THREE).into());
    }

    let mut lines = pairs(bench, values, (&mut suite, &mut read), "one read of it", "≥ 0.67")?;
    drop(read);
    for (name, times, goal) in [("numpy", 4, "≥ 2"), ("duckdb", 1, "≥ 30")] {
        let python = match Python::beside(&bench.here, bench.smoke) {
            Ok(python) => python,
            Err(reason) => {
                lines.push(Line::absent(2, [WHAT, name], reason));
                continue;
            }
        };
        let program: PathBuf = python.program();
        let mut peer = bench.side(&program, &[&python.script("s1.py"), name], "score", times)?;
        peer.conversation.ask(&format!("make {counties}"))?;
        let theirs = peer.conversation.ask("score 1")?;
        if theirs != sums {
            return Err(format!("checksums differ: the kernel {sums}, {name} {theirs}").into());
        }
        lines.extend(pairs(bench, values, (&mut suite, &mut peer), name, goal)?);
    }
    Ok(lines)
}

fn pairs(
    bench: &Bench,
    values: u32,
    (suite, peer): (&mut Side, &mut Side),
    name: &str,
    goal: &'static str,
) -> Outcome<Vec<Line>> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for pair in order(bench.pairs) {
        for is_suite in pair {
            if is_suite { ours.push(suite.cost()?) } else { theirs.push(peer.cost()?) }
        }
    }
    Ok(Line::costs(2, [WHAT, name], (&ours, &theirs), (values, "1000 values"), goal).into())
}

impl Side {
    fn cost(&mut self) -> Outcome<Cost> {
        let (cpu, wall) = (self.conversation.process.cpu()?, Instant::now());
        self.conversation.ask(&format!("{} {}", self.word, self.times))?;
        let cpu = self.conversation.process.cpu()? - cpu;
        Ok(Cost { cpu: cpu / self.times, wall: wall.elapsed() / self.times })
    }
}

impl Bench {
    fn side(
        &self,
        program: &std::path::Path,
        arguments: &[&str],
        word: &'static str,
        times: u32,
    ) -> Outcome<Side> {
        let conversation = Process::converse(program, arguments)?;
        Ok(Side { conversation, word, times: if self.smoke { 1 } else { times } })
    }
}
