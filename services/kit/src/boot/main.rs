//! The whole of a binary's `main`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args as _, FromArgMatches as _};
use http::Uri;
use tokio::net::TcpListener;

use super::serve::serve_over;
use super::{Context, Service, Shutdown, Wing, signals};
use crate::chain::{self, Signer, Witness};
use crate::clock::{Clock, System};
use crate::config::{Config, WitnessSource};
use crate::db::{Db, Source};
use crate::error::{Error, Result};
use crate::guard::{Guard, Policies};
use crate::identity::{Issuer, Provider, Trust};
use crate::peers::Peers;
use crate::retention;
use crate::secret::Keyring;
use crate::telemetry::Telemetry;
use crate::tls::Tls;

/// `EX_USAGE`: the settings are wrong, nothing was tried.
const USAGE: u8 = 64;

/// The whole main of a binary with one service: settings from flags and environment, then `run`.
pub fn main(service: Service) -> ExitCode {
    let command = Config::augment_args(clap::Command::new(service.name))
        .version(env!("CARGO_PKG_VERSION"))
        .about(format!("The {} service of Saima", service.name));
    let config = command.try_get_matches().and_then(|matches| Config::from_arg_matches(&matches));
    match config {
        Ok(config) => run(service.name, &config, &[service]),
        Err(error) => {
            // Standard error or output may be closed; there is nobody else to tell.
            let _ = error.print();
            if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS }
        }
    }
}

/// Runs the services in this process until a signal, as the process called `name`. The exit code
/// is 0 after a drain or a migration, 64 for wrong settings, 1 when something failed.
pub fn run(name: &'static str, config: &Config, services: &[Service]) -> ExitCode {
    if let Err(message) = judge(config, services) {
        eprintln!("error: {message}");
        return ExitCode::from(USAGE);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: no threads to run on: {error}");
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(async {
        let telemetry = match Telemetry::start(name, config) {
            Ok(telemetry) => telemetry,
            Err(error) => {
                eprintln!("error: telemetry does not start: {error:?}");
                return ExitCode::FAILURE;
            }
        };
        let outcome = if config.migrate {
            migrate(config, services).await
        } else {
            work(config, services).await
        };
        if let Err(error) = &outcome {
            tracing::error!(error = %described(error), "the process ends");
        }
        telemetry.flush().await;
        outcome.map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
    });
    // What still runs on a thread of its own was given its time by the drain.
    runtime.shutdown_background();
    code
}

/// What the flags alone cannot say: whose tokens are taken, does every service find the peers it
/// calls, and can the authorities be read that requests trust?
fn judge(config: &Config, services: &[Service]) -> std::result::Result<(), String> {
    config.outbound()?;
    Tls::open(config.tls.clone())?;
    let trusts = config.identity.identity_issuer.is_some() || config.identity.trial_tokens;
    if config.database_url.is_some() && !config.migrate && !trusts {
        return Err(
            "whose tokens are taken? Name --identity-issuer and --identity-keys, or for a \
             trial --trial-tokens"
                .to_owned(),
        );
    }
    let is_https =
        |name: &&str| config.peer_url(name).is_some_and(|url| url.scheme_str() == Some("https"));
    let peers = services.iter().flat_map(|service| service.peers);
    if let Some(name) =
        peers.copied().find(is_https).filter(|_| config.tls.peer_authority.is_none())
    {
        return Err(format!("--{name}-url is https: name the --peer-authority"));
    }
    let here = |peer: &str| services.iter().any(|service| service.name == peer);
    for service in services {
        let missing = |peer: &&&str| !here(peer) && config.peer_url(peer).is_none();
        if let Some(peer) = service.peers.iter().find(missing) {
            return Err(format!(
                "{} calls {peer}: give its address with --{peer}-url or SAIMA_{}_URL",
                service.name,
                peer.to_uppercase()
            ));
        }
    }
    Ok(())
}

async fn migrate(config: &Config, services: &[Service]) -> Result<()> {
    for service in services {
        open(config, service).await?.close().await;
    }
    tracing::info!("the schema is up to date");
    Ok(())
}

async fn work(config: &Config, services: &[Service]) -> Result<()> {
    let shutdown = Shutdown::new();
    signals::listen(shutdown.clone())?;
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| Error::internal(format!("cannot listen on {}: {error}", config.listen)))?;
    let address = listener.local_addr().map_err(Error::internal)?;
    let mut dbs = Vec::new();
    let keys = keys(config)?;
    let tls = Tls::open(config.tls.clone()).map_err(Error::internal)?;
    let (guard, issuer, provider) = guard(config, &keys, services).await?;
    if let Some(provider) = provider {
        tokio::spawn(provider.keep(shutdown.token()));
    }
    let outcome = tokio::select! {
        wings = start(config, &keys, (issuer, &tls), services, address, &shutdown, &mut dbs) => match wings {
            Ok(wings) => {
                tracing::info!(%address, "serving");
                serve_over(listener, Some(tls), wings, &config.limits, guard, shutdown).await
            }
            Err(error) => Err(error),
        },
        () = shutdown.asked.cancelled() => Ok(()),
    };
    // Everything is written; the last word on it.
    for (service, db) in services.iter().zip(&dbs) {
        if let Some(mut witness) = witness(config, &keys, service.name, db)? {
            witness.turn().await;
        }
    }
    for db in dbs {
        db.close().await;
    }
    outcome
}

async fn start(
    config: &Config,
    keys: &Keyring,
    (issuer, tls): (Issuer, &Tls),
    services: &[Service],
    address: SocketAddr,
    shutdown: &Shutdown,
    dbs: &mut Vec<Db>,
) -> Result<Vec<Wing>> {
    let mut peers = Peers::default().signed(issuer, clock()).secured(tls.clone());
    for name in services.iter().flat_map(|service| service.peers) {
        peers = match config.peer_url(name) {
            Some(url) => peers.with(name, url.clone()),
            None => peers.with_own(name, dial(address, tls.serves())?),
        };
    }
    let opened = services.iter().map(|service| open(config, service));
    dbs.extend(futures::future::try_join_all(opened).await?);
    let mut wings = Vec::new();
    for (service, db) in services.iter().zip(&*dbs) {
        let db = db.clone();
        let witness = witness(config, keys, service.name, &db)?;
        let audit = db.clone();
        let context = Context {
            db,
            clock: clock(),
            peers: peers.clone(),
            keys: keys.clone(),
            outbound: config.outbound().map_err(Error::internal)?,
            font: config.font.clone(),
            shutdown: shutdown.token(),
        };
        let old = audit.clone();
        let wing = (service.start)(context).await?.audited(audit).asking(&peers);
        let keep = retention::keep(old, wing.retention, shutdown.token());
        let wing = wing.task(keep);
        wings.push(match witness {
            Some(witness) => {
                let witness = witness.proving(wing.proven);
                wing.task(chain::keep(witness, shutdown.token()))
            }
            None => wing,
        });
    }
    Ok(wings)
}

/// Who may do what in this process, and who signs for its services.
async fn guard(
    config: &Config,
    keys: &Keyring,
    services: &[Service],
) -> Result<(Guard, Issuer, Option<Arc<Provider>>)> {
    let issuer = Issuer::new(keys)?.ok_or_else(|| {
        Error::internal("the services sign what they say to each other: name a --key-file")
    })?;
    let outbound = config.outbound().map_err(Error::internal)?;
    let provider = config.identity.provider(&outbound).await?;
    if provider.is_none() {
        tracing::warn!("no identity provider: tokens for trials are taken (saima token)");
    }
    let own = config.identity.policies()?;
    let policies: Vec<&str> = services.iter().map(|service| service.policy).collect();
    let policies = Policies::read(&policies, &own).map_err(Error::internal)?;
    let trust = Trust::new(Some(issuer.clone()), provider.clone(), clock());
    Ok((Guard::new(trust, policies), issuer, provider))
}

/// The witness of a service's database; none without a key to sign with or a place to write to.
fn witness(
    config: &Config,
    keys: &Keyring,
    service: &'static str,
    db: &Db,
) -> Result<Option<Witness>> {
    let WitnessSource { witness_file, witness_command } = config.witness.clone();
    let file = match &config.database_url {
        None if witness_file.is_none() && witness_command.is_none() => {
            Some(config.data_dir.with_added_extension("checkpoints"))
        }
        _ => witness_file,
    };
    let Some(signer) = Signer::new(keys)? else { return Ok(None) };
    if file.is_none() && witness_command.is_none() {
        tracing::warn!(service, "nobody witnesses the ledgers: name a --witness-file");
        return Ok(None);
    }
    Ok(Some(Witness::new(db.clone(), service, Arc::new(signer), file, witness_command)))
}

async fn open(config: &Config, service: &Service) -> Result<Db> {
    let source = match &config.database_url {
        Some(url) => Source::Postgres {
            url: url.as_str().to_owned(),
            connections: config.database_connections.get(),
        },
        None => Source::Sqlite { directory: config.data_dir.clone() },
    };
    let db = Db::open(&source, service.name, service.migrations, clock()).await?;
    Ok(db.under(config.keys.algorithms))
}

fn keys(config: &Config) -> Result<Keyring> {
    let keys = match config.keys.read() {
        Ok(None) if config.database_url.is_none() => {
            // Beside the folder, so that a copy of the data is not a copy of the keys.
            let file = config.data_dir.with_added_extension("keys");
            let keys = config.keys.read_or_make(file, &System);
            Ok(keys.inspect_err(|error| tracing::warn!(error, "no keys could be made")).ok())
        }
        read => read,
    };
    let keys = keys.map_err(Error::internal)?;
    if keys.is_none() {
        tracing::warn!("no keys: personal values are refused; name a --key-file or --key-command");
    }
    Ok(keys.unwrap_or_default())
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(System)
}

/// The address under which a listener is reached from its own process.
fn dial(mut address: SocketAddr, is_encrypted: bool) -> Result<Uri> {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    let scheme = if is_encrypted { "https" } else { "http" };
    format!("{scheme}://{address}").parse().map_err(Error::internal)
}

/// The error with its causes: whoever starts the process may see what no caller may.
fn described(error: &Error) -> String {
    match error {
        Error::Internal(cause) => crate::error::chain(&**cause),
        error => error.to_string(),
    }
}
