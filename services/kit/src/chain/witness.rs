//! Checkpoints, made each minute and at a process's end, and handed to a witness.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::checkpoint::{self, Checkpoint, Signer, Stands};
use super::seal::ORIGIN;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::suite::Hash;

/// How often chains that have moved are signed.
const EVERY: Duration = Duration::from_secs(60);
/// How long a program may take to carry a line away.
const PATIENCE: Duration = Duration::from_secs(20);

/// Who keeps the checkpoints of one service.
#[derive(Debug)]
pub struct Witness {
    db: Db,
    service: &'static str,
    signer: Arc<Signer>,
    file: Option<PathBuf>,
    command: Option<String>,
    number: u64,
    previous: Hash,
    stands: Stands,
}

impl Witness {
    /// A witness that appends to a file, or hands each line to a program's standard input, or
    /// both.
    pub fn new(
        db: Db,
        service: &'static str,
        signer: Arc<Signer>,
        file: Option<PathBuf>,
        command: Option<String>,
    ) -> Self {
        let stands = Stands::new();
        Self { db, service, signer, file, command, number: 0, previous: ORIGIN, stands }
    }

    /// Signs where the chains stand and hands it over; nothing when none has moved.
    pub async fn checkpoint(&mut self) -> Result<Option<String>> {
        let mut tx = self.db.begin_read().await?;
        let stands = checkpoint::stands(&mut tx).await?;
        let feed = checkpoint::identity(&mut tx).await?;
        let time = tx.now();
        drop(tx);
        let mut moved = stands.clone();
        moved.retain(|key, stand| self.stands.get(key) != Some(stand));
        if moved.is_empty() {
            return Ok(None);
        }
        let suite = self.db.suite();
        let line = Checkpoint {
            service: self.service.to_owned(),
            feed,
            time,
            number: self.number,
            suite,
            root: checkpoint::root(suite, &stands),
            previous: self.previous,
            moved,
        }
        .sign(&self.signer);
        self.hand_over(&line).await?;
        self.previous = checkpoint::line_hash(suite, &line);
        self.number += 1;
        self.stands = stands;
        Ok(Some(line))
    }

    /// Makes a checkpoint; a failure is logged, since nobody waits for it.
    pub async fn turn(&mut self) {
        if let Err(error) = self.checkpoint().await {
            let error = match &error {
                Error::Internal(cause) => crate::error::chain(&**cause),
                error => error.to_string(),
            };
            tracing::error!(service = self.service, error, "a checkpoint was not witnessed");
        }
    }

    async fn hand_over(&self, line: &str) -> Result<()> {
        if let Some(file) = self.file.clone() {
            let line = format!("{line}\n");
            let write = move || {
                let mut file = std::fs::OpenOptions::new().append(true).create(true).open(file)?;
                // One write, so that the lines of several services do not mix.
                file.write_all(line.as_bytes()).and_then(|()| file.sync_data())
            };
            tokio::task::spawn_blocking(write)
                .await
                .map_err(Error::internal)?
                .map_err(Error::internal)?;
        }
        if let Some(command) = self.command.clone() {
            let line = format!("{line}\n");
            let carry = tokio::task::spawn_blocking(move || carry(&command, &line));
            let carried = tokio::time::timeout(PATIENCE, carry).await;
            carried.map_err(Error::internal)?.map_err(Error::internal)??;
        }
        Ok(())
    }
}

/// Hands a line to a program's standard input.
fn carry(command: &str, line: &str) -> Result<()> {
    let mut child = Command::new("sh")
        .arg("-c")
        .arg(command)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .map_err(Error::internal)?;
    // A program that wants no line ends by itself, and its status says how.
    let written = child.stdin.take().map(|mut input| input.write_all(line.as_bytes()));
    let status = child.wait().map_err(Error::internal)?;
    if status.success() {
        return written.unwrap_or(Ok(())).map_err(Error::internal);
    }
    Err(Error::internal(format!("the witness command ended with {status}")))
}

/// Makes checkpoints until `shutdown`. What a witness that is away missed, it is told of at the
/// next turn.
pub async fn keep(mut witness: Witness, shutdown: CancellationToken) {
    while shutdown.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_some() {
        witness.turn().await;
    }
}
