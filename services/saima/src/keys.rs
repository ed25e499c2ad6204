//! `saima keys`: the keys that live outside the databases.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use kit::chain::Signer;
use kit::clock::System;
use kit::config::{DatabaseUrl, KeySource, keys as file};
use kit::db::{Db, Source};
use kit::secret::{self, Keyring, Made};

use crate::failure::{Failure, Result};
use crate::serve::SERVICES;

/// Makes the keys for personal values and signatures, shows the public one, or rotates them
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Write a new file of keys
    New {
        /// File to write; it must not be there
        file: PathBuf,
    },
    /// Print the public key that checkpoints are verified with
    Public {
        #[command(flatten)]
        keys: KeySource,
    },
    /// Add a wrapping key to the file of keys. Restart the services then, and wrap with `rewrap`
    Rotate {
        /// File of keys
        file: PathBuf,
    },
    /// Wrap the keys of all records by the newest wrapping key; the older ones can be destroyed after it
    Rewrap {
        #[command(flatten)]
        keys: KeySource,
        #[command(flatten)]
        at: At,
    },
}

/// Where the databases are.
#[derive(Debug, clap::Args)]
pub struct At {
    /// Folder of the embedded databases
    #[arg(long, env = "SAIMA_DATA_DIR", value_name = "FOLDER", default_value = "data")]
    pub data_dir: PathBuf,

    /// PostgreSQL to use instead
    #[arg(long, env = "SAIMA_DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<DatabaseUrl>,
}

impl At {
    /// The databases as the kit opens them.
    pub fn source(&self) -> Source {
        match &self.database_url {
            Some(url) => Source::Postgres { url: url.as_str().to_owned(), connections: 1 },
            None => Source::Sqlite { directory: self.data_dir.clone() },
        }
    }
}

/// Does what was asked.
pub fn run(args: &Args) -> Result<()> {
    crate::block_on(work(args))
}

async fn work(args: &Args) -> Result<()> {
    let mut out = std::io::stdout();
    match &args.command {
        Command::New { file } if file.exists() => {
            return Err(Failure::other(format!("{} is there already", file.display())));
        }
        Command::New { file } => {
            let text = Keyring::extend("", Made::All, &System).map_err(Failure::other)?;
            file::write(file, &text).map_err(Failure::other)?;
        }
        Command::Public { keys } => {
            let signer = Signer::new(&given(keys)?).map_err(Failure::other)?;
            let signer = signer.ok_or_else(|| Failure::data("the keys have no sign key"))?;
            writeln!(out, "{}", signer.public_key())?;
        }
        Command::Rotate { file } => {
            let text = std::fs::read_to_string(file)
                .map_err(|error| Failure::input(format!("{}: {error}", file.display())))?;
            Keyring::parse(&text, <_>::default()).map_err(Failure::data)?;
            let text = Keyring::extend(&text, Made::Wrap, &System).map_err(Failure::other)?;
            file::write(file, &text).map_err(Failure::other)?;
        }
        Command::Rewrap { keys, at } => {
            let keys = given(keys)?;
            for service in &SERVICES {
                let clock = Arc::new(System);
                let db = Db::open(&at.source(), service.name, service.migrations, clock).await;
                let db = db.map_err(|error| told(&error).during(service.name))?;
                let count = secret::rewrap(&db, &keys).await;
                db.close().await;
                let count = count.map_err(|error| told(&error).during(service.name))?;
                writeln!(out, "{}: {count} keys of records wrapped anew", service.name)?;
            }
        }
    }
    Ok(())
}

fn given(keys: &KeySource) -> Result<Keyring> {
    let read = keys.read().map_err(Failure::data)?;
    read.ok_or_else(|| Failure::input("name the keys with --key-file or --key-command"))
}

/// The error with its cause: whoever runs the command may see it.
pub(crate) fn told(error: &kit::Error) -> Failure {
    match error {
        kit::Error::Internal(cause) => Failure::other(cause),
        error => Failure::other(error),
    }
}
