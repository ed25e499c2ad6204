//! `saima apply`: makes a district on a server equal to its files.
//!
//! First the difference is shown, then it is carried out through the public API, in
//! batches. What stands in the files is created or changed; what stands only on the server
//! is left alone. A second time everything is unchanged.

mod carry_out;
mod compare;
mod plan;
mod work;

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

pub use plan::Plan;

use crate::client::{Server, Suite};
use crate::failure::Result;
use crate::pack::{Pack, Source};

/// Creates or updates a district from files
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder with the district's definitions
    #[arg(short = 'f', long = "folder", value_name = "FOLDER")]
    pub folder: PathBuf,

    /// The suite
    #[command(flatten)]
    pub server: Server,

    /// Token of the caller: the assessment office, or a platform
    #[arg(
        long,
        env = "SAIMA_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true,
        default_value = ""
    )]
    pub token: String,

    /// Token of somebody else who approves what needs four eyes; without it that is asked for,
    /// and `apply` is run again when it was approved
    #[arg(
        long,
        env = "SAIMA_APPROVER_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true,
        default_value = ""
    )]
    pub approver_token: String,

    /// Why existing definitions change, kept with their history
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub reason: String,

    /// Show the difference and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<()> {
    crate::block_on(work(args))
}

async fn work(args: &Args) -> Result<()> {
    let pack = Pack::read(&Source::gather(&args.folder)?)?;
    let suite = Suite::connect(&args.server, &args.token).await?;
    let suite = suite.approved_by(&args.server, &args.approver_token).await?;
    let plan = Plan::make(&pack, &suite).await?;
    let painted = io::stdout().is_terminal();
    let mut shown = Vec::new();
    plan.print(&mut shown, painted)?;
    io::stdout().write_all(&shown)?;
    if plan.is_empty() || args.dry_run {
        return Ok(());
    }
    plan.because(&args.reason).carry_out(&suite).await?;
    writeln!(io::stdout(), "{} is now as in {}.", pack.district_id, args.folder.display())?;
    Ok(())
}
