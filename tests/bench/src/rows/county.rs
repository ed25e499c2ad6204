//! Row 1 by the suite's own path: S1 is defined in registry, reported into the ledger and closed
//! as a district does it; then every county's year is scored by `CreateRun`, from the sheets in
//! the store to durable scores, ranks, grades and the pinned input, beside DuckDB.

use std::time::Instant;

use engine::{Kernel, Points};
use proto::scoring::v1 as scoring;
use scoring::bulk_create_observations_request::{Content, Header};
use scoring::reconciliation_service_client::ReconciliationServiceClient;
use scoring::run_service_client::RunServiceClient;

use super::{Bench, bulk};
use crate::Outcome;
use crate::pair::{Cost, Spread, order};
use crate::peer::Python;
use crate::process::Process;
use crate::report::Line;
use crate::s1::{self, Checksums, wire};
use crate::suite::{Channel, Definitions, Suite, unit_in};

const WHAT: &str = "every county's CreateRun over gRPC";

pub(super) async fn run(bench: &Bench) -> Outcome<Vec<Line>> {
    let counties = if bench.smoke { 1 } else { 10 };
    let saima = match bench.saima() {
        Ok(saima) => saima,
        Err(reason) => return Ok(vec![Line::absent(1, [WHAT, "DuckDB"], reason.to_string())]),
    };
    let suite = Suite::start(saima).await?;
    for t in 0..counties {
        report(&suite.channel, t).await?;
    }
    let sums = sums(&suite.channel, &score(&suite.channel, 1).await?).await?;
    let one = suite.process.peak()?;
    let sums = if counties == 1 { sums } else { all(&suite.channel, counties).await? };
    let many = suite.process.peak()?;
    let expected = kernel(counties)?;
    if sums != expected {
        return Err(format!("the suite comes to {sums}, the kernel to {expected}").into());
    }
    let python = match Python::beside(&bench.here, bench.smoke) {
        Ok(python) => python,
        Err(reason) => return Ok(vec![Line::absent(1, [WHAT, "DuckDB"], reason)]),
    };
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("duckdb").to_string_lossy().into_owned();
    let arguments = [&python.script("s1.py"), "duckdb", &file];
    let mut peer = Process::converse(&python.program(), &arguments)?;
    peer.ask(&format!("make {counties}"))?;
    let theirs = peer.ask("whole 1")?;
    if theirs != sums.to_string() {
        return Err(format!("checksums differ: the suite {sums}, DuckDB {theirs}").into());
    }
    let (mut ours, mut costs) = (Vec::new(), Vec::new());
    for pair in order(bench.pairs) {
        for is_suite in pair {
            let process = if is_suite { &suite.process } else { &peer.process };
            let (cpu, wall) = (process.cpu()?, Instant::now());
            if is_suite {
                score(&suite.channel, counties).await?;
                ours.push(Cost { wall: wall.elapsed(), cpu: suite.process.cpu()? - cpu });
            } else {
                peer.ask("whole 1")?;
                costs.push(Cost { wall: wall.elapsed(), cpu: peer.process.cpu()? - cpu });
            }
        }
    }
    let values = u32::try_from(counties * s1::COUNTY / 1000)?;
    let costs = (ours.as_slice(), costs.as_slice());
    let mut lines: Vec<Line> =
        Line::costs(1, [WHAT, "DuckDB, at once"], costs, (values, "1000 values"), "≥ 10").into();
    let peaks = Spread::of(vec![many as f64 / one as f64]);
    let memory = [many, one].map(|peak| format!("{:.1} MiB", peak as f64 / 1024.0));
    lines.push(Line::new(1, [WHAT, "one county's"], (peaks, "peak RSS"), memory, "≤ 1.1"));
    Ok(lines)
}

/// What the engine's kernel comes to in memory.
fn kernel(counties: usize) -> Outcome<Checksums> {
    let (track, mut table) = (s1::track()?, s1::table());
    let kernel = Kernel::of(&track);
    let (mut points, mut sums, mut values) = (Points::default(), Checksums::default(), Vec::new());
    for t in 0..counties {
        values.clear();
        s1::county(t, &mut values);
        for (k, cohort) in values.chunks(s1::COHORT).enumerate() {
            let scored = s1::score(&kernel, (&mut table, &mut points), cohort)?;
            sums.add((t, k), &points, &scored)?;
        }
    }
    Ok(sums)
}

fn county(t: usize) -> String {
    format!("districts/county-{t:04}")
}

/// Defines a county, reports its year, and closes it.
async fn report(channel: &Channel, t: usize) -> Outcome<()> {
    let district = county(t);
    let mut periods = wire::months();
    periods.push(wire::YEAR.to_owned());
    let definitions = Definitions {
        units: wire::units(&district),
        indicators: wire::indicators(&district),
        periods: periods.clone(),
        targets: wire::targets(&district),
        scheme_id: "s1",
        scheme: wire::scheme(&district),
    };
    definitions.create(channel, &district).await?;
    for m in 0..s1::MONTHS {
        let (rows, columns) = wire::month(&district, t, m);
        let header = Header {
            parent: district.clone(),
            row_count: i32::try_from(rows)?,
            request_id: uuid::Uuid::new_v4().to_string(),
            ..Default::default()
        };
        bulk::send(channel, header.row_count, vec![Content::Header(header), columns]).await?;
    }
    let mut reconciliations = ReconciliationServiceClient::new(channel.clone());
    // The evaluating unit agrees with every figure, as many at a time as it may.
    let figures: Vec<String> =
        (1..=s1::COUNTY).map(|it| format!("{district}/observations/{it}")).collect();
    for names in figures.chunks(5000) {
        let request = scoring::VerifyObservationsRequest {
            parent: district.clone(),
            names: names.to_vec(),
            evaluating_unit: unit_in(&district, 0),
            ..Default::default()
        };
        reconciliations.verify_observations(request).await?;
    }
    for period in periods {
        let name = format!("{district}/reconciliations/{period}");
        let request = scoring::CloseReconciliationRequest { name, ..Default::default() };
        reconciliations.close_reconciliation(request).await?;
    }
    Ok(())
}

/// Scores the counties one after another; yields the runs.
async fn score(channel: &Channel, counties: usize) -> Outcome<Vec<String>> {
    let mut runs = RunServiceClient::new(channel.clone());
    let mut names = Vec::new();
    for district in (0..counties).map(county) {
        let run = scoring::Run {
            scheme: format!("{district}/schemes/s1"),
            period: format!("{district}/periods/{}", wire::YEAR),
            ..Default::default()
        };
        let request =
            scoring::CreateRunRequest { parent: district, run: Some(run), ..Default::default() };
        names.push(runs.create_run(request).await?.into_inner().name);
    }
    Ok(names)
}

async fn all(channel: &Channel, counties: usize) -> Outcome<Checksums> {
    sums(channel, &score(channel, counties).await?).await
}

/// What the runs of county 0, 1, … add up to, as the suite tells their results.
async fn sums(channel: &Channel, names: &[String]) -> Outcome<Checksums> {
    let mut runs = RunServiceClient::new(channel.clone());
    let mut sums = Checksums::default();
    for (t, parent) in names.iter().enumerate() {
        let request = scoring::ListResultsRequest {
            parent: parent.clone(),
            page_size: 1000,
            ..Default::default()
        };
        let results = runs.list_results(request).await?.into_inner().results;
        if results.len() != s1::UNITS {
            return Err(format!("{parent} has {} results", results.len()).into());
        }
        for result in results {
            let unit = result.unit.rsplit_once("/u").ok_or("a unit of another name")?.1;
            let number = |it: Option<proto::google::r#type::Decimal>| it.ok_or("no number");
            let mut score: rust_decimal::Decimal = number(result.score)?.value.parse()?;
            score.rescale(2);
            let rank: i128 = number(result.rank)?.value.parse()?;
            let grade = result.grade.ok_or("no grade")?.grade_id;
            let grade =
                ["c", "b", "a"].iter().position(|id| *id == grade).ok_or("no such grade")?;
            sums.add_one((t, unit.parse()?), score.mantissa(), rank, grade as i128 + 1);
        }
    }
    Ok(sums)
}
