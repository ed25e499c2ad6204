//! The echo behind the suite's whole edge: token, permission, limits, audit, telemetry.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use kit::boot::{Service, Wing};
use kit::config::Config;
use kit::db::Migrations;
use proto::scoring::v1::run_service_server::RunServiceServer;
use sqlx::migrate::Migrator;

use super::echo::Echo;
use crate::Outcome;

/// Who may do what is decided as everywhere, and everybody may.
const POLICY: &str = "@id(\"everybody\") permit(principal, action, resource);";

static NO_TABLES: Migrations =
    Migrations { sqlite: Migrator::DEFAULT, postgres: Migrator::DEFAULT };

const SERVICE: Service = Service {
    name: "echo",
    peers: &[],
    migrations: &NO_TABLES,
    policy: POLICY,
    start: |_| {
        Box::pin(async {
            Ok(Wing::new("echo").service(kit::service!(RunServiceServer::new(Echo))))
        })
    },
};

/// Settings as every process of the suite has them.
#[derive(Parser)]
struct Settings {
    #[command(flatten)]
    config: Config,
}

/// Serves until a signal, with the suite's keys.
pub(crate) async fn serve(listen: SocketAddr, data: PathBuf, keys: PathBuf) -> Outcome<()> {
    let (listen, data, keys) = (listen.to_string(), data.into_os_string(), keys.into_os_string());
    let settings = Settings::try_parse_from([
        "edge".into(),
        "--listen".into(),
        listen.into(),
        "--data-dir".into(),
        data,
        "--key-file".into(),
        keys,
        // Calls are counted, and none is too many.
        "--calls-per-minute".into(),
        "4000000000".into(),
        "--call-burst".into(),
        "4000000000".into(),
    ])?;
    // The kit brings the process up by itself, run time and all.
    let run = move || kit::boot::run("echo", &settings.config, &[SERVICE]);
    match tokio::task::spawn_blocking(run).await? {
        ExitCode::SUCCESS => Ok(()),
        code => Err(format!("the edge ended with {code:?}").into()),
    }
}
