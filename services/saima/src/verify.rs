//! `saima verify`: databases against their seals and the checkpoints of a witness, without
//! services.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use kit::chain;
use kit::clock::System;
use kit::db::{Db, Source};

use crate::failure::{Failure, Result};
use crate::keys::{At, told};
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
    #[arg(long, env = "SAIMA_PUBLIC_KEY", value_name = "KEY")]
    public_key: Option<String>,
}

/// Verifies.
pub async fn run(args: &Args) -> Result<()> {
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
