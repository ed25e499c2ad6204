//! Settings, from flags and from the environment (`SAIMA_*`), read and judged
//! wholly before a port is bound. What is wrong here ends the process with exit
//! code 64 and a sentence that says what to change.

mod identity;
pub mod keys;
mod limits;
mod witness;

use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;

use http::Uri;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

pub use identity::IdentitySource;
pub use keys::KeySource;
pub use limits::Limits;
pub use witness::WitnessSource;

use crate::outbound::{Network, Outbound};
pub use crate::tls::TlsSource;

/// The settings every binary of the suite takes.
#[derive(Clone, Debug, clap::Args)]
pub struct Config {
    /// Address to listen on
    #[arg(long, env = "SAIMA_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:50051")]
    pub listen: SocketAddr,

    /// Folder of the embedded databases, one file a service; not used with --database-url
    #[arg(long, env = "SAIMA_DATA_DIR", value_name = "FOLDER", default_value = "data")]
    pub data_dir: PathBuf,

    /// PostgreSQL to use instead of the embedded databases, one schema a service
    #[arg(long, env = "SAIMA_DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<DatabaseUrl>,

    /// Connections to that PostgreSQL, for each service
    #[arg(long, env = "SAIMA_DATABASE_CONNECTIONS", value_name = "COUNT", default_value = "10")]
    pub database_connections: NonZeroU32,

    /// Where the registry listens; the own listener when it runs in this process
    #[arg(long, env = "SAIMA_REGISTRY_URL", value_name = "URL", value_parser = peer_address)]
    pub registry_url: Option<Uri>,

    /// Where scoring listens; the own listener when it runs in this process
    #[arg(long, env = "SAIMA_SCORING_URL", value_name = "URL", value_parser = peer_address)]
    pub scoring_url: Option<Uri>,

    /// Where cadre listens; the own listener when it runs in this process
    #[arg(long, env = "SAIMA_CADRE_URL", value_name = "URL", value_parser = peer_address)]
    pub cadre_url: Option<Uri>,

    /// Where notification listens; the own listener when it runs in this process
    #[arg(long, env = "SAIMA_NOTIFICATION_URL", value_name = "URL", value_parser = peer_address)]
    pub notification_url: Option<Uri>,

    /// Networks beside the public ones that webhooks and messages may go to, such as 10.20.0.0/16
    #[arg(long, env = "SAIMA_OUTBOUND_ALLOW", value_name = "NETWORK", value_delimiter = ',')]
    pub outbound_allow: Vec<Network>,

    /// Certificates in PEM of authorities to trust beside the public ones, for receivers inside
    #[arg(long, env = "SAIMA_OUTBOUND_ROOTS", value_name = "FILE")]
    pub outbound_roots: Option<PathBuf>,

    /// Font for what is printed as PDF, with every character of the texts; one of the machine otherwise
    #[arg(long, env = "SAIMA_FONT", value_name = "FILE")]
    pub font: Option<PathBuf>,

    /// OTLP collector (gRPC) for traces, metrics and logs; none are sent without it
    #[arg(long, env = "SAIMA_OTLP_ENDPOINT", value_name = "URL", value_parser = plain_http)]
    pub otlp_endpoint: Option<Uri>,

    /// Form of the log on standard error
    #[arg(long, env = "SAIMA_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,

    /// What is logged: a level, or directives such as "info,sqlx=debug"
    #[arg(long, env = "SAIMA_LOG_LEVEL", value_name = "LEVEL", default_value = "info", value_parser = directives)]
    pub log_level: String,

    /// Bring the database schema up to date and exit
    #[arg(long, env = "SAIMA_MIGRATE", value_parser = clap::builder::BoolishValueParser::new())]
    pub migrate: bool,

    /// Where the keys come from.
    #[command(flatten)]
    pub keys: KeySource,

    /// Whose tokens are taken.
    #[command(flatten)]
    pub identity: IdentitySource,

    /// How connections are encrypted.
    #[command(flatten)]
    pub tls: TlsSource,

    /// Who keeps the checkpoints.
    #[command(flatten)]
    pub witness: WitnessSource,

    /// What the server bears.
    #[command(flatten)]
    pub limits: Limits,
}

impl Config {
    /// What requests to the outside may reach.
    pub fn outbound(&self) -> Result<Outbound, String> {
        let mut authorities = Vec::new();
        if let Some(file) = &self.outbound_roots {
            let failed =
                |why: &dyn fmt::Display| format!("--outbound-roots {}: {why}", file.display());
            let found = CertificateDer::pem_file_iter(file).map_err(|error| failed(&error))?;
            authorities = found.collect::<Result<_, _>>().map_err(|error| failed(&error))?;
            if authorities.is_empty() {
                return Err(failed(&"holds no certificate"));
            }
        }
        let outbound = Outbound::trusting(&self.outbound_allow, &authorities);
        outbound.map_err(|error| format!("--outbound-roots: {}", crate::error::chain(&error)))
    }

    /// The configured address of the service `name`, if it was given one.
    pub fn peer_url(&self, name: &str) -> Option<&Uri> {
        match name {
            "registry" => self.registry_url.as_ref(),
            "scoring" => self.scoring_url.as_ref(),
            "cadre" => self.cadre_url.as_ref(),
            "notification" => self.notification_url.as_ref(),
            _ => None,
        }
    }
}

/// The form of the log on standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line, for collectors.
    Json,
}

/// The address of a PostgreSQL server. Its password is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The whole address, password included.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DatabaseUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self(text.to_owned()));
        }
        Err("must begin with postgres:// or postgresql://".to_owned())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl(..)")
    }
}

/// As `plain_http`, or with https.
fn peer_address(text: &str) -> Result<Uri, String> {
    match text.strip_prefix("https://") {
        None => plain_http(text),
        Some(rest) => {
            plain_http(&format!("http://{rest}"))?;
            text.parse().map_err(|error| format!("{error}"))
        }
    }
}

/// An address such as `http://registry:50051`: a scheme, a host, nothing behind.
fn plain_http(text: &str) -> Result<Uri, String> {
    let uri: Uri = text.parse().map_err(|error| format!("{error}"))?;
    if uri.scheme_str() != Some("http") || uri.host().is_none_or(str::is_empty) {
        return Err("must look like http://host:port".to_owned());
    }
    if uri.path_and_query().is_some_and(|rest| rest.as_str() != "/") {
        return Err("must end after the port".to_owned());
    }
    Ok(uri)
}

fn directives(text: &str) -> Result<String, String> {
    tracing_subscriber::EnvFilter::try_new(text)
        .map(|_| text.to_owned())
        .map_err(|error| error.to_string())
}
