//! Row 6: the bulk report into PostgreSQL. A first load beside COPY in its binary form,
//! corrections beside a raw upsert from UNNEST. Each side has a cluster of its own, whose CPU
//! counts as its own.

use std::time::Instant;

use super::Bench;
use super::bulk::{Form, Report, months, report};
use crate::Outcome;
use crate::cluster::Cluster;
use crate::pair::{Cost, order};
use crate::process::{Conversation, Process};
use crate::report::Line;
use crate::suite::{DISTRICT, Size, Suite, define};

pub(super) async fn run(bench: &Bench) -> Outcome<Vec<Line>> {
    let (Some(ours), Some(theirs)) = (Cluster::start()?, Cluster::start()?) else {
        println!("row 6: absent, there is no PostgreSQL on this machine");
        return Ok(Vec::new());
    };
    let size = bench.bulk_size();
    let months = months(bench.pairs + 1);
    let suite = Suite::on_postgres(bench.saima()?, &ours.url()).await?;
    define(&suite.channel, size, &months).await?;
    let mut peer = Process::converse(&bench.here, &["peer", "postgres", &theirs.url()])?;
    let (mut first, mut corrections) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for (what, costs) in [("copy", &mut first), ("upsert", &mut corrections)] {
        let corrects = what == "upsert";
        // One batch of each side is not counted.
        suite_reports(&suite, size, &months[0], corrects).await?;
        ask(&mut peer, size, what, &months[0])?;
        for (pair, month) in order(bench.pairs).zip(&months[1..]) {
            for is_suite in pair {
                let wall = Instant::now();
                if is_suite {
                    let before = suite.process.cpu()? + ours.cpu()?;
                    suite_reports(&suite, size, month, corrects).await?;
                    let cpu = suite.process.cpu()? + ours.cpu()? - before;
                    costs[0].push(Cost { wall: wall.elapsed(), cpu });
                } else {
                    let before = peer.process.cpu()? + theirs.cpu()?;
                    ask(&mut peer, size, what, month)?;
                    let cpu = peer.process.cpu()? + theirs.cpu()? - before;
                    costs[1].push(Cost { wall: wall.elapsed(), cpu });
                }
            }
        }
    }
    let line = |what: &str, against: &str, [ours, theirs]: &[Vec<Cost>; 2]| {
        let units = (size.units * size.indicators, "row");
        Line::costs(6, [what, against], (ours, theirs), units, "≥ 0.8")
    };
    let first = line("first load over gRPC into PostgreSQL", "COPY binary", &first);
    let mut lines = Vec::from(first);
    lines.extend(line("corrections over gRPC into PostgreSQL", "UNNEST upsert", &corrections));
    Ok(lines)
}

async fn suite_reports(suite: &Suite, size: Size, month: &str, corrects: bool) -> Outcome<()> {
    let form = Form::Columns;
    report(&suite.channel, Report { district: DISTRICT, size, month, form, corrects }).await
}

fn ask(peer: &mut Conversation, size: Size, what: &str, month: &str) -> Outcome<()> {
    let answer = peer.ask(&format!("{what} {month} {} {}", size.units, size.indicators))?;
    if answer != (size.units * size.indicators).to_string() {
        return Err(format!("the peer stored {answer} rows").into());
    }
    Ok(())
}
