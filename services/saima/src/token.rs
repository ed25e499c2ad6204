//! `saima token`: a token for trials, where no identity provider is.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use kit::clock::System;
use kit::config::KeySource;
use kit::guard::roles;
use kit::identity::{Grant, Issuer, Place};

use crate::failure::{Failure, Result};

/// Prints a token for trials, signed with the deployment's own key. A process that was given an
/// identity provider takes no such tokens
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What the holder is: assessment-office, office-leader, unit-reporter …; may be repeated
    #[arg(long = "role", value_name = "ROLE", required_unless_present = "list")]
    pub roles: Vec<String>,

    /// List the roles and end
    #[arg(long)]
    pub list: bool,

    /// The district; every district when not given
    #[arg(long, value_name = "ID")]
    pub district: Option<String>,

    /// The unit that the roles are bound to
    #[arg(long, value_name = "ID", requires = "district")]
    pub unit: Option<String>,

    /// Account of the holder
    #[arg(long, value_name = "NAME", default_value = "trial")]
    pub account: String,

    /// Minutes for which it holds
    #[arg(long, value_name = "COUNT", default_value = "60", value_parser = clap::value_parser!(u64).range(1..=720))]
    pub minutes: u64,

    /// Folder of the embedded databases, beside which the keys of a trial are
    #[arg(long, env = "SAIMA_DATA_DIR", value_name = "FOLDER", default_value = "data")]
    pub data_dir: PathBuf,

    /// The keys.
    #[command(flatten)]
    pub keys: KeySource,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<()> {
    let mut out = io::stdout();
    if args.list {
        for role in roles() {
            writeln!(out, "{role}")?;
        }
        return Ok(());
    }
    let place = match (&args.district, &args.unit) {
        (None, _) => Place::Everywhere,
        (Some(district), None) => Place::District(district.clone()),
        (Some(district), Some(unit)) => Place::Unit(district.clone(), unit.clone()),
    };
    let mut grants = Vec::new();
    for role in &args.roles {
        if !roles().contains(&role.as_str()) {
            let known = roles().join(", ");
            return Err(Failure::input(format!("--role {role}: there are only {known}")));
        }
        if role == "service" {
            return Err(Failure::input("--role service: only the services themselves are that"));
        }
        grants.push(Grant { role: role.clone(), place: place.clone() });
    }
    let keys = match args.keys.read().map_err(Failure::data)? {
        Some(keys) => keys,
        // As `saima serve` does, so that either may come first.
        None => {
            let file = args.data_dir.with_added_extension("keys");
            args.keys.read_or_make(file, &System).map_err(Failure::other)?
        }
    };
    let issuer = Issuer::new(&keys)?;
    let issuer = issuer.ok_or_else(|| Failure::data("the keys have no sign key"))?;
    let time = Duration::from_secs(args.minutes * 60);
    writeln!(out, "{}", issuer.trial(&args.account, &grants, time, &System)?)?;
    Ok(())
}
