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
    proven: &'static [&'static str],
    /// Of which ends the way to the root is still to be kept.
    unkept: Vec<Kept>,
}

/// The way from a chain's end to the root of a checkpoint.
#[derive(Debug)]
struct Kept {
    district: String,
    ledger: String,
    number: i64,
    place: usize,
    chains: usize,
    line: String,
    path: Vec<u8>,
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
        let (number, previous) = (0, ORIGIN);
        let (proven, unkept) = (&[][..], Vec::new());
        let db = db.across("witness");
        Self { db, service, signer, file, command, number, previous, stands, proven, unkept }
    }

    /// Keeps in the database what leads from the rows of these ledgers to its checkpoints.
    #[must_use]
    pub fn proving(self, proven: &'static [&'static str]) -> Self {
        Self { proven, ..self }
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
            self.keep().await?;
            return Ok(None);
        }
        let suite = self.db.suite();
        let tree = checkpoint::tree(suite, &stands);
        let proven = stands
            .iter()
            .enumerate()
            .filter(|(_, ((_, ledger), _))| self.proven.contains(&ledger.as_str()));
        let proven = proven.filter(|(_, (key, stand))| self.stands.get(key) != Some(stand));
        let kept = proven.map(|(place, ((district, ledger), stand))| Kept {
            district: district.clone(),
            ledger: ledger.clone(),
            number: stand.number,
            place,
            chains: stands.len(),
            line: String::new(),
            path: tree.path(place).concat(),
        });
        let kept: Vec<Kept> = kept.filter(|kept| kept.number > 0).collect();
        let (line, signed) = Checkpoint {
            service: self.service.to_owned(),
            feed,
            time,
            number: self.number,
            suite,
            root: tree.root(),
            previous: self.previous,
            moved,
        }
        .sign(&self.signer);
        self.hand_over(&line).await?;
        self.previous = checkpoint::line_hash(suite, &line);
        self.number += 1;
        self.stands = stands;
        self.unkept.extend(kept.into_iter().map(|kept| Kept { line: signed.clone(), ..kept }));
        // The line is given away: what follows may fail and be done at the next turn.
        self.keep().await?;
        Ok(Some(line))
    }

    async fn keep(&mut self) -> Result<()> {
        if self.unkept.is_empty() {
            return Ok(());
        }
        let mut tx = self.db.begin_write().await?;
        crate::insert_many!(
            tx,
            "INSERT INTO kit_checkpoint (district, ledger, number, place, chain_count, line, path) ",
            &self.unkept,
            |row, kept| {
                row.push_bind(kept.district.clone())
                    .push_bind(kept.ledger.clone())
                    .push_bind(kept.number)
                    .push_bind(kept.place as i64)
                    .push_bind(kept.chains as i64)
                    .push_bind(kept.line.clone())
                    .push_bind(kept.path.clone());
            },
            "ON CONFLICT DO NOTHING"
        )?;
        tx.commit().await?;
        self.unkept.clear();
        Ok(())
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
