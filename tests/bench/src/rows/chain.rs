//! Row 13: what the chain costs. A bulk report beside itself without its chain, whose cost is
//! measured by itself, since nobody can turn it off in the suite; and `saima verify` over a ledger
//! of many rows.

use std::process::Command;
use std::time::Instant;

use super::Bench;
use super::bulk::{Form, Report, months, report};
use crate::Outcome;
use crate::pair::Spread;
use crate::process::Process;
use crate::report::Line;
use crate::suite::{DISTRICT, Suite, define};

const BULK: &str = "bulk report in columns, chain and all";

pub(super) async fn run(bench: &Bench) -> Outcome<Vec<Line>> {
    let size = bench.bulk_size();
    let rows = size.units * size.indicators;
    // The first month is not counted; a million rows are ten.
    let months = months(if bench.smoke { 2 } else { 10.max(bench.pairs + 1) });
    let suite = Suite::start(bench.saima()?).await?;
    define(&suite.channel, size, &months).await?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().to_string_lossy().into_owned();
    let mut chain = Process::converse(&bench.here, &["peer", "chain", &path])?;
    let (mut whole, mut sealing, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for (at, month) in months.iter().enumerate() {
        let before = suite.process.cpu()?;
        let form = Form::Columns;
        report(&suite.channel, Report { district: DISTRICT, size, month, form, corrects: false })
            .await?;
        let on = (suite.process.cpu()? - before).as_secs_f64();
        let before = chain.process.cpu()?;
        let sealed = chain.ask(&format!("{month} {} {}", size.units, size.indicators))?;
        if sealed != rows.to_string() {
            return Err(format!("{sealed} rows were sealed").into());
        }
        let seal = (chain.process.cpu()? - before).as_secs_f64();
        if at > 0 {
            ratios.push((on - seal).max(0.0) / on.max(1e-9));
            whole.push(on);
            sealing.push(seal);
        }
    }
    let micros = |costs: Vec<f64>| {
        let each = costs.iter().map(|it| it * 1e6 / f64::from(rows)).collect();
        format!("{:.2} µs/row", Spread::of(each).median)
    };
    let ratio = (Spread::of(ratios), "CPU, off ÷ on");
    let figures = [micros(whole), format!("{} of it the chain's", micros(sealing))];
    let mut lines = vec![Line::new(13, [BULK, "the same without it"], ratio, figures, "≥ 0.8")];
    lines.push(verify(bench, suite, rows * u32::try_from(months.len())?)?);
    Ok(lines)
}

/// Every row of every ledger against its seal, by the command alone, once the suite is gone.
fn verify(bench: &Bench, suite: Suite, rows: u32) -> Outcome<Line> {
    let folder = suite.stop();
    let data = folder.path().join("data");
    let begin = Instant::now();
    let done = Command::new(bench.saima()?).arg("verify").arg("--data-dir").arg(&data).output()?;
    let wall = begin.elapsed().as_secs_f64();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let scoring = said.lines().find(|it| it.starts_with("scoring:")).unwrap_or_default();
    let counted = scoring.split(' ').nth(1).and_then(|it| it.parse::<u32>().ok());
    if !done.status.success() || counted.is_none_or(|it| it < rows) {
        return Err(format!("saima verify, over {rows} rows: {said}").into());
    }
    let names = ["saima verify, all databases", "a minute for a million rows"];
    let minute = 60.0 * f64::from(rows) / 1e6;
    let ratio = (Spread::of(vec![wall / minute.max(1e-9)]), "wall, suite ÷ goal");
    let figures = [format!("{wall:.2} s, {rows} observations"), format!("{minute:.1} s")];
    Ok(Line::new(13, names, ratio, figures, "≤ 1"))
}
