//! `saima serve`: services in this process, on one port.

use std::process::ExitCode;

use clap::ValueEnum;
use kit::boot::Service;
use kit::config::Config;

/// Every service of the suite.
pub const SERVICES: [Service; 4] =
    [registry::SERVICE, scoring::SERVICE, cadre::SERVICE, notification::SERVICE];

/// Runs the services on one port: all four, or those named
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Services to run; all four when none is named
    #[arg(value_enum, value_name = "SERVICE")]
    pub services: Vec<Role>,

    /// Settings of the process.
    #[command(flatten)]
    pub config: Config,
}

/// A service by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Role {
    /// Districts, units, indicators, schemes, periods, targets
    Registry,
    /// Observations, reconciliation, runs, results, boards, warnings
    Scoring,
    /// Persons and their archives
    Cadre,
    /// Letters and bulletins
    Notification,
}

/// Serves until a signal.
pub fn run(args: &Args) -> ExitCode {
    let mut roles = args.services.clone();
    roles.sort();
    roles.dedup();
    let mut services: Vec<Service> = roles.into_iter().map(Role::service).collect();
    let name = match services.as_slice() {
        [one] => one.name,
        _ => "saima",
    };
    if services.is_empty() {
        services.extend(SERVICES);
    }
    kit::boot::run(name, &args.config, &services)
}

impl Role {
    fn service(self) -> Service {
        match self {
            Role::Registry => registry::SERVICE,
            Role::Scoring => scoring::SERVICE,
            Role::Cadre => cadre::SERVICE,
            Role::Notification => notification::SERVICE,
        }
    }
}
