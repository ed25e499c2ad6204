//! Who keeps the signed checkpoints.

use std::path::PathBuf;

/// Where checkpoints go. With neither, an embedded database has a file beside its folder.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Witness")]
pub struct WitnessSource {
    /// File that signed checkpoints are appended to; keep it where the database's administrator cannot write
    #[arg(long, env = "SAIMA_WITNESS_FILE", value_name = "FILE")]
    pub witness_file: Option<PathBuf>,

    /// Program that is given each checkpoint on its standard input, to carry it elsewhere
    #[arg(long, env = "SAIMA_WITNESS_COMMAND", value_name = "COMMAND")]
    pub witness_command: Option<String>,
}
