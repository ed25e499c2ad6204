//! A PostgreSQL cluster of its own for one side of a row, durable as it comes, and gone with it.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::process::family;

/// Ends with its standard input, and takes the cluster with it.
const KEEPER: &str = r#"
trap '' INT TERM HUP
"$1/initdb" -D "$2/data" -U postgres --auth=trust --no-locale -E UTF8 >"$2/log" 2>&1 || exit 1
printf '%s\n' 'CREATE ROLE saima LOGIN' 'CREATE DATABASE saima OWNER saima' |
    "$1/postgres" --single -D "$2/data" postgres >>"$2/log" 2>&1 || exit 1
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= >>"$2/log" 2>&1 &
cat >/dev/null
kill -QUIT $! 2>/dev/null
wait $!
rm -rf "$2"
"#;

/// A running cluster.
pub(crate) struct Cluster {
    folder: PathBuf,
    server: u32,
    _keeper: Child,
}

impl Cluster {
    /// Starts one; none where PostgreSQL is not installed.
    pub(crate) fn start() -> Outcome<Option<Self>> {
        let Some(programs) = programs() else { return Ok(None) };
        let folder = tempfile::Builder::new().prefix("saima-bench-pg-").tempdir()?.keep();
        let mut command = if folder.metadata()?.uid() == 0 {
            // PostgreSQL does not run as root.
            Command::new("chown").arg("postgres:").arg(&folder).status()?;
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        let keeper = command
            .args(["-c", KEEPER, "sh"])
            .args([&programs, &folder])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let began = Instant::now();
        loop {
            // The first line is the server's process, the eighth its own word for its state.
            let told = fs::read_to_string(folder.join("data/postmaster.pid")).unwrap_or_default();
            let mut lines = told.lines();
            let server = lines.next().and_then(|it| it.trim().parse().ok());
            if let (Some(server), Some("ready")) = (server, lines.nth(6).map(str::trim)) {
                return Ok(Some(Self { folder, server, _keeper: keeper }));
            }
            if began.elapsed() > Duration::from_secs(60) {
                let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
                return Err(format!("PostgreSQL did not start: {log}").into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The address of its database, as an ordinary role, whom row-level security holds.
    pub(crate) fn url(&self) -> String {
        format!("postgres://saima@localhost/saima?host={}", self.folder.display())
    }

    /// CPU used so far by all of its processes.
    pub(crate) fn cpu(&self) -> Outcome<Duration> {
        family(self.server)
    }
}

/// The folder with PostgreSQL's programs: on the PATH, or where Debian keeps the newest.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut debian: Vec<PathBuf> =
        debian.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect();
    debian.sort();
    let holds = |folder: &Path, program: &str| folder.join(program).is_file();
    std::env::split_paths(&path)
        .chain(debian.into_iter().rev())
        .find(|folder| holds(folder, "initdb") && holds(folder, "postgres"))
}
