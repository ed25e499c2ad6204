//! What one server process bears before it refuses.

use std::num::NonZeroU32;
use std::time::Duration;

use jiff::SignedDuration;

/// Limits of one server process. The names of the fields are the flags.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Longest time a unary call may take
    #[arg(long, env = "SAIMA_REQUEST_TIMEOUT", value_name = "TIME", default_value = "10s", value_parser = some_time)]
    pub request_timeout: Duration,

    /// Calls worked on at once; more are refused with UNAVAILABLE
    #[arg(long, env = "SAIMA_MAX_REQUESTS", value_name = "COUNT", default_value = "512")]
    pub max_requests: NonZeroU32,

    /// Streams open at once; more are refused with UNAVAILABLE
    #[arg(long, env = "SAIMA_MAX_STREAMS", value_name = "COUNT", default_value = "4096")]
    pub max_streams: NonZeroU32,

    /// Connections open at once; more are closed as they come
    #[arg(long, env = "SAIMA_MAX_CONNECTIONS", value_name = "COUNT", default_value = "16384")]
    pub max_connections: NonZeroU32,

    /// Calls that an account may make in a minute, and an address without one; the services
    /// themselves are not counted. 0 for as many as they like
    #[arg(long, env = "SAIMA_CALLS_PER_MINUTE", value_name = "COUNT", default_value = "6000")]
    pub calls_per_minute: u32,

    /// Calls it may make at once after a pause; more are refused with RESOURCE_EXHAUSTED
    #[arg(long, env = "SAIMA_CALL_BURST", value_name = "COUNT", default_value = "2000")]
    pub call_burst: NonZeroU32,

    /// Persons whose records an account may read in an hour; beyond it is refused and the auditor
    /// told
    #[arg(long, env = "SAIMA_PERSONS_PER_HOUR", value_name = "COUNT", default_value = "2000")]
    pub persons_per_hour: NonZeroU32,

    /// HTTP/2 streams open at once on one connection
    #[arg(long, env = "SAIMA_CONNECTION_STREAMS", value_name = "COUNT", default_value = "100")]
    pub connection_streams: NonZeroU32,

    /// Age at which a connection is asked to close, so that load spreads anew
    #[arg(long, env = "SAIMA_CONNECTION_AGE", value_name = "TIME", default_value = "10m", value_parser = some_time)]
    pub connection_age: Duration,

    /// Time its open calls still have before they are ended
    #[arg(long, env = "SAIMA_CONNECTION_GRACE", value_name = "TIME", default_value = "5m", value_parser = some_time)]
    pub connection_grace: Duration,

    /// On shutdown: time between NOT_SERVING and no longer accepting
    #[arg(long, env = "SAIMA_DRAIN_WAIT", value_name = "TIME", default_value = "0s", value_parser = time)]
    pub drain_wait: Duration,

    /// On shutdown: time open calls have to finish before they are ended
    #[arg(long, env = "SAIMA_DRAIN_TIMEOUT", value_name = "TIME", default_value = "20s", value_parser = some_time)]
    pub drain_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let count = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        Self {
            request_timeout: Duration::from_secs(10),
            max_requests: count(512),
            max_streams: count(4096),
            max_connections: count(16_384),
            calls_per_minute: 6000,
            call_burst: count(2000),
            persons_per_hour: count(2000),
            connection_streams: count(100),
            connection_age: Duration::from_secs(600),
            connection_grace: Duration::from_secs(300),
            drain_wait: Duration::ZERO,
            drain_timeout: Duration::from_secs(20),
        }
    }
}

fn time(text: &str) -> Result<Duration, String> {
    let refuse = || "must be a time such as 500ms, 10s or 5m".to_owned();
    let given: SignedDuration = text.parse().map_err(|_| refuse())?;
    Duration::try_from(given).map_err(|_| refuse())
}

fn some_time(text: &str) -> Result<Duration, String> {
    match time(text)? {
        Duration::ZERO => Err("must be longer than nothing".to_owned()),
        some => Ok(some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(clap::Parser)]
    struct Flags {
        #[command(flatten)]
        limits: Limits,
    }

    #[test]
    fn defaults_of_flags_and_of_code_are_the_same() {
        use clap::Parser as _;
        assert_eq!(Flags::parse_from(["test"]).limits, Limits::default());
    }
}
