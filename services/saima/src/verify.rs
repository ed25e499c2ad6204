//! `saima verify`: databases against their seals and the checkpoints of a witness, without
//! services.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kit::chain;
use kit::clock::System;
use kit::db::{Db, Source};
use proto::access::v1::RowProof;
use proto::scoring::v1 as pb;

use crate::failure::{Failure, Result};
use crate::keys::{At, told};
use crate::message;
use crate::serve::SERVICES;

/// Check that no ledger row was changed, removed, added or rebuilt past the services
///
/// Every row of every ledger is hashed again and compared with its seal, and the seals with the
/// heads that were signed. Ends with 0 when all is as it was, with 1 when not.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where the databases are.
    #[command(flatten)]
    at: At,

    /// File of checkpoints, from the witness; without it the databases are compared with themselves alone
    #[arg(long, value_name = "FILE", requires = "public_key")]
    checkpoints: Option<PathBuf>,

    /// Key that checks the checkpoints, as `saima keys public` prints it
    #[arg(long, alias = "key", env = "SAIMA_PUBLIC_KEY", value_name = "KEY")]
    public_key: Option<String>,

    /// Check one published result instead, with no database: the reply of GetResultProof, as JSON
    #[arg(long, value_name = "FILE", requires = "public_key", conflicts_with = "checkpoints")]
    result: Option<PathBuf>,
}

/// Verifies.
pub fn run(args: &Args) -> Result<()> {
    crate::block_on(work(args))
}

async fn work(args: &Args) -> Result<()> {
    if let Some((file, key)) = args.result.as_deref().zip(args.public_key.as_deref()) {
        return of_result(file, key);
    }
    // Before the databases are looked at, so that these are never behind it by right.
    let lines = args.checkpoints.as_ref().map(|file| {
        std::fs::read_to_string(file)
            .map_err(|error| Failure::input(format!("{}: {error}", file.display())))
    });
    let lines = lines.transpose()?;
    let checkpoints = lines.as_deref().zip(args.public_key.as_deref());
    let source = args.at.source();
    let mut out = std::io::stdout();
    let (mut faults, mut met) = (0, 0);
    for service in &SERVICES {
        if let Source::Sqlite { directory } = &source
            && !directory.join(format!("{}.db", service.name)).exists()
        {
            writeln!(out, "{}: no database here", service.name)?;
            continue;
        }
        met += 1;
        let failed = |error| told(&error).during(service.name);
        let db = Db::inspect(&source, service.name, Arc::new(System)).await.map_err(failed)?;
        let report = chain::verify(&db, service.name, checkpoints).await;
        db.close().await;
        let report = report.map_err(failed)?;
        for fault in &report.faults {
            writeln!(out, "{fault}")?;
        }
        faults += report.faults.len();
        writeln!(
            out,
            "{}: {} rows under {} seals, {} checkpoints; {} rows adopted, {} not yet witnessed; {}",
            service.name,
            report.rows,
            report.seals,
            report.checkpoints,
            report.adopted,
            report.unwitnessed,
            if report.faults.is_empty() { "all as sealed" } else { "NOT as sealed" }
        )?;
    }
    match (met, faults) {
        (0, _) => Err(Failure::input("there is no database to verify")),
        (_, 0) => Ok(()),
        _ => Err(Failure::other(format!("{faults} faults"))),
    }
}

/// Says what a proven result says, or where its proof does not hold.
fn of_result(file: &Path, key: &str) -> Result<()> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::input(format!("{}: {error}", file.display())))?;
    let proof: pb::ResultProof = message::from_json("saima.scoring.v1.ResultProof", &text)
        .map_err(|what| Failure::data(format!("{}: {what}", file.display())))?;
    let shown = |row: &Option<RowProof>, ledger: &str| {
        let row = row.as_ref().filter(|row| row.ledger == ledger);
        let row =
            row.ok_or_else(|| Failure::other(format!("there is no proof of the {ledger}")))?;
        chain::check(row, "scoring", key).map_err(|what| Failure::other(what).during(ledger))
    };
    let (result, run) = (shown(&proof.result, "result")?, shown(&proof.run, "run")?);
    let [district, number, unit] = ["district", "run", "unit"].map(|it| result.text(it));
    if [&district, &number] != [&run.text("district"), &run.text("sequence")] {
        return Err(Failure::other("the result is of another run than the one that is proven"));
    }
    let name = format!("districts/{district}/runs/{number}/results/{unit}");
    if proof.name != format!("{name}/proof") {
        return Err(Failure::other(format!("the proof is of {name}, not of {}", proof.name)));
    }
    let told = |text: String| if text.is_empty() { "none".to_owned() } else { text };
    let mut out = std::io::stdout();
    writeln!(out, "{name}: {}", result.text("unit_display_name"))?;
    writeln!(
        out,
        "period {}, scheme {}, track {}: score {}, rank {} of {}",
        run.text("period"),
        run.text("scheme"),
        result.text("track"),
        told(result.text("score")),
        told(result.text("rank")),
        result.text("track_size"),
    )?;
    for (ledger, shown) in [("result", &result), ("run", &run)] {
        let adopted = if shown.adopted { ", adopted from before there were seals" } else { "" };
        let (number, time) = (shown.number, shown.time);
        writeln!(out, "{ledger}: as sealed, under checkpoint {number} signed at {time}{adopted}")?;
    }
    Ok(())
}
