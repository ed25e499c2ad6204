//! A PostgreSQL cluster that lives as long as the test process and leaves nothing behind.

use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::str::FromStr as _;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Postgres, QueryBuilder};
use tokio::sync::OnceCell;

use super::seed;

/// Waits on its standard input, whose other end only the test process holds: however that
/// process ends, the input ends with it, and then the cluster and its folder go.
const KEEPER: &str = r#"
trap '' INT TERM HUP
"$1/initdb" -D "$2/data" -U postgres --auth=trust --no-sync --no-locale -E UTF8 >"$2/log" 2>&1 || exit 1
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c max_connections=300 \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off >>"$2/log" 2>&1 &
cat >/dev/null
kill -QUIT $! 2>/dev/null
wait $!
rm -rf "$2"
"#;

const START: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(super) struct Cluster {
    folder: PathBuf,
    /// Holds the keeper's standard input open.
    _keeper: Child,
}

impl Cluster {
    /// The cluster of this process, started on first use; `None` when PostgreSQL is not here.
    pub(super) fn of_this_process() -> Option<&'static Self> {
        static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
        CLUSTER.get_or_init(|| Some(Self::start(&programs()?))).as_ref()
    }

    pub(super) fn url(&self, database: &str) -> String {
        format!("postgres://saima@localhost/{database}?host={}", self.folder.display())
    }

    pub(super) async fn create(&self, database: &str) {
        // Services come as an ordinary role, so that row-level security holds them. Whoever tampers
        // may silence triggers.
        const ROLE: &str = "CREATE ROLE saima LOGIN; \
                            GRANT SET ON PARAMETER session_replication_role TO saima";
        static MADE: OnceCell<()> = OnceCell::const_new();
        let make = async || {
            self.administer(ROLE, "", "").await;
            self.administer("CREATE DATABASE ", seed::DATABASE, " OWNER saima").await;
        };
        MADE.get_or_init(make).await;
        let _nobody_sows = seed::SOWN.read().await;
        let after = format!(" OWNER saima TEMPLATE {}", seed::DATABASE);
        self.administer("CREATE DATABASE ", database, &after).await;
    }

    /// Drops the database that `url` names.
    pub(super) async fn remove(&self, url: &str) {
        let options = PgConnectOptions::from_str(url).unwrap();
        let database = options.get_database().unwrap();
        self.administer("DROP DATABASE ", database, " WITH (FORCE)").await;
    }

    async fn administer(&self, before: &str, database: &str, after: &str) {
        let options = PgConnectOptions::from_str(&self.url("postgres")).unwrap();
        let options = options.username("postgres");
        let mut connection = options.connect().await.unwrap();
        let mut statement = QueryBuilder::<Postgres>::new(before);
        statement.push(database).push(after);
        sqlx::raw_sql(statement.into_sql()).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    fn start(programs: &Path) -> Self {
        let folder = tempfile::Builder::new().prefix("saima-pg-").tempdir().unwrap().keep();
        let mut command = if folder.metadata().unwrap().uid() == 0 {
            // PostgreSQL does not run as root.
            let given = Command::new("chown").arg("postgres:").arg(&folder).status().unwrap();
            assert!(given.success(), "there is no user postgres to run a cluster as");
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        let mut keeper = command
            .args(["-c", KEEPER, "sh"])
            .args([programs, &folder])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let began = Instant::now();
        // The eighth line of this file is the server's own word for its state.
        let ready = || {
            let told = std::fs::read_to_string(folder.join("data/postmaster.pid"));
            told.is_ok_and(|told| told.lines().nth(7).is_some_and(|it| it.trim() == "ready"))
        };
        while !ready() {
            let ended = keeper.try_wait().unwrap().is_some();
            if ended || began.elapsed() > START {
                let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
                panic!("PostgreSQL did not start:\n{log}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { folder, _keeper: keeper }
    }
}

/// The folder with PostgreSQL's programs: on the PATH, or where Debian keeps the newest.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut debian: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    debian.sort();
    std::env::split_paths(&path)
        .chain(debian.into_iter().rev())
        .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}
