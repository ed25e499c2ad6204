//! SIGTERM and SIGINT: the first asks, the second does not.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Shutdown;
use crate::error::{Error, Result};

/// Listens from now on: the first signal begins the shutdown, the second ends the process at
/// once with 128 and the signal's number.
pub(super) fn listen(shutdown: Shutdown) -> Result<()> {
    let mut interrupts = signal(SignalKind::interrupt()).map_err(Error::internal)?;
    let mut terminations = signal(SignalKind::terminate()).map_err(Error::internal)?;
    tokio::spawn(async move {
        let first = either(&mut interrupts, &mut terminations).await;
        tracing::info!(signal = first, "shutting down; a second signal ends at once");
        shutdown.begin();
        let second = either(&mut interrupts, &mut terminations).await;
        std::process::exit(128 + second);
    });
    Ok(())
}

async fn either(interrupts: &mut Signal, terminations: &mut Signal) -> i32 {
    tokio::select! {
        _ = interrupts.recv() => SignalKind::interrupt().as_raw_value(),
        _ = terminations.recv() => SignalKind::terminate().as_raw_value(),
    }
}
