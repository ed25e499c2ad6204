//! Where the keys come from that live outside the database.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::clock::Clock;
use crate::secret::{Keyring, Made};
use crate::suite::Suite;

/// Where keys come from. With none of the three, an embedded database gets a key file of its
/// own beside its folder, for trials; PostgreSQL then goes without.
#[derive(Clone, Default, clap::Args)]
#[command(next_help_heading = "Keys")]
pub struct KeySource {
    /// File of keys, as `saima keys new` writes it
    #[arg(long, env = "SAIMA_KEY_FILE", value_name = "FILE", group = "key_source")]
    pub key_file: Option<PathBuf>,

    /// Program that prints such a file, for a key management service; run once at the start
    #[arg(long, env = "SAIMA_KEY_COMMAND", value_name = "COMMAND", group = "key_source")]
    pub key_command: Option<String>,

    /// The text of such a file itself
    #[arg(long, env = "SAIMA_KEYS", hide = true, hide_env_values = true, group = "key_source")]
    pub keys: Option<String>,

    /// Algorithms for what is hashed and sealed from now on
    #[arg(long, env = "SAIMA_ALGORITHMS", value_enum, default_value_t = Suite::International)]
    pub algorithms: Suite,
}

impl KeySource {
    /// Reads the keys; nothing when no source is named.
    pub fn read(&self) -> Result<Option<Keyring>, String> {
        let text = match (&self.key_file, &self.key_command, &self.keys) {
            (Some(file), ..) => std::fs::read_to_string(file)
                .map_err(|error| format!("--key-file {}: {error}", file.display()))?,
            (None, Some(command), _) => printed(command)?,
            (None, None, Some(text)) => text.clone(),
            (None, None, None) => return Ok(None),
        };
        let keyring = Keyring::parse(&text, self.algorithms);
        keyring.map(Some).map_err(|error| format!("the keys: {error}"))
    }

    /// Reads the keys of an embedded database that was given none from `file`, which is made
    /// when it is not there.
    pub fn read_or_make(&self, file: PathBuf, clock: &dyn Clock) -> Result<Keyring, String> {
        if !file.exists() {
            let text = Keyring::extend("", Made::All, clock).map_err(|error| error.to_string())?;
            write(&file, &text)?;
            tracing::warn!(file = %file.display(), "made keys for a trial; for work in earnest \
                keep them away from the data and name them with --key-file");
        }
        let source = Self { key_file: Some(file), ..self.clone() };
        Ok(source.read()?.unwrap_or_default())
    }
}

impl std::fmt::Debug for KeySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeySource")
            .field("key_file", &self.key_file)
            .field("algorithms", &self.algorithms)
            .finish_non_exhaustive()
    }
}

/// Writes a file that its owner alone may read, of keys or of personal data, whole or not at all.
pub fn write(file: &std::path::Path, text: &str) -> Result<(), String> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let failed = |error: std::io::Error| format!("{}: {error}", file.display());
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let draft = file.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    let mut out =
        options.write(true).create(true).truncate(true).mode(0o600).open(&draft).map_err(failed)?;
    out.write_all(text.as_bytes()).and_then(|()| out.sync_all()).map_err(failed)?;
    std::fs::rename(&draft, file).map_err(failed)
}

fn printed(command: &str) -> Result<String, String> {
    let failed = |why: String| format!("--key-command: {why}");
    let run = Command::new("sh").arg("-c").arg(command).stderr(Stdio::inherit()).output();
    let run = run.map_err(|error| failed(error.to_string()))?;
    if !run.status.success() {
        return Err(failed(run.status.to_string()));
    }
    String::from_utf8(run.stdout).map_err(|_| failed("it printed no text".to_owned()))
}
