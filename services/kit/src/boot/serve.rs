//! Accepting, and the drain: NOT_SERVING, a wait, no more connections, open calls
//! finish, what is left is ended.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use proto::access::v1::approval_service_server::ApprovalServiceServer;
use proto::access::v1::audit_record_service_server::AuditRecordServiceServer;
use proto::access::v1::caller_service_server::CallerServiceServer;
use proto::access::v1::retention_rule_service_server::RetentionRuleServiceServer;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::service::Routes;

use super::connection::{LAST_WORDS, Protocol};
use super::edge::Edge;
use super::gateway::Gateway;
use super::health::Health;
use super::{Shutdown, Wing};
use crate::approval::Approvals;
use crate::audit::{Auditor, Book};
use crate::config::Limits;
use crate::error::{Error, Result};
use crate::guard::{Callers, Guard};
use crate::retention::Retention;
use crate::tls::Tls;

/// Pause after the system refuses a connection, most likely for want of descriptors.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// Serves the wings on a bound listener, to whom the guard lets in, until `shutdown` has begun and the drain is over, at
/// the latest `drain_wait` and `drain_timeout` after it. Fails when a wing's task panicked.
pub async fn serve(
    listener: TcpListener,
    wings: Vec<Wing>,
    limits: &Limits,
    guard: Guard,
    shutdown: Shutdown,
) -> Result<()> {
    serve_over(listener, None, wings, limits, guard, shutdown).await
}

/// Serves as `serve` does, over connections that are encrypted as `tls` says.
pub async fn serve_over(
    listener: TcpListener,
    tls: Option<Tls>,
    wings: Vec<Wing>,
    limits: &Limits,
    guard: Guard,
    shutdown: Shutdown,
) -> Result<()> {
    let mut tasks = JoinSet::new();
    let mut routes = Routes::default().into_axum_router();
    let mut names = Vec::new();
    let mut audits = Vec::new();
    let mut revocations = Vec::new();
    let mut rules = BTreeMap::new();
    let keeps = wings.iter().any(|wing| wing.name == super::ACCOUNTS);
    for wing in wings {
        rules.insert(wing.name, wing.retention);
        audits.extend(wing.audit.map(|db| (wing.name, db)));
        revocations.extend(wing.revocations.filter(|_| !keeps || wing.name == super::ACCOUNTS));
        routes = routes.merge(wing.routes.into_axum_router().reset_fallback());
        names.extend(wing.health);
        for task in wing.tasks {
            tasks.spawn(async move {
                task.await;
                wing.name
            });
        }
    }
    // One source suffices: all of them say the same.
    if let Some(from) = revocations.into_iter().next() {
        guard.ask(&from).await;
        let follow = guard.clone().follow(from, shutdown.token());
        tasks.spawn(async move {
            follow.await;
            super::ACCOUNTS
        });
    }
    let callers = CallerServiceServer::new(Callers(guard.clone()));
    let book = Book::of(audits.into_iter());
    let count = book.clone().count_strangers(shutdown.token());
    tasks.spawn(async move {
        count.await;
        "audit"
    });
    let auditor = AuditRecordServiceServer::new(Auditor(book.clone()));
    let approvals = ApprovalServiceServer::new(Approvals(book.clone()));
    let retention = Retention { book: book.clone(), rules };
    let retention = RetentionRuleServiceServer::new(retention);
    names.extend([
        "saima.access.v1.ApprovalService",
        "saima.access.v1.AuditRecordService",
        "saima.access.v1.CallerService",
        "saima.access.v1.RetentionRuleService",
    ]);
    let routes = Routes::from(routes)
        .add_service(crate::service!(approvals))
        .add_service(crate::service!(callers))
        .add_service(crate::service!(retention))
        .add_service(crate::service!(auditor));
    let (health, routes) = Health::add(routes, names).await?;
    if let Some(tls) = tls.clone() {
        tokio::spawn(tls.keep(shutdown.token()));
    }
    let asks = tls.as_ref().is_some_and(Tls::asks_services);
    let edge = Edge::new(routes, limits, (guard, book), asks, shutdown.token());
    let door = Door {
        tls: tls.filter(Tls::serves),
        edge: Gateway::new(edge),
        protocol: Protocol::new(limits),
        most: limits.max_connections.get() as usize,
        connections: TaskTracker::new(),
        shutdown: shutdown.token(),
        end: CancellationToken::new(),
    };

    let defect = {
        let mut accepting = std::pin::pin!(door.accept(listener));
        let defect = tokio::select! {
            biased;
            () = shutdown.asked.cancelled() => None,
            defect = defect(&mut tasks) => Some(defect),
            never = &mut accepting => match never {},
        };
        health.not_serving().await;
        let Err(_over) = timeout(limits.drain_wait, accepting).await;
        defect
    };
    shutdown.come.cancel();
    door.drain(&mut tasks, limits.drain_timeout).await;
    defect.map_or(Ok(()), Err)
}

/// Where connections come in.
struct Door {
    tls: Option<Tls>,
    edge: Gateway,
    protocol: Protocol,
    most: usize,
    connections: TaskTracker,
    shutdown: CancellationToken,
    /// Ends every call that is still open.
    end: CancellationToken,
}

impl Door {
    async fn accept(&self, listener: TcpListener) -> Infallible {
        let mut full = false;
        loop {
            let (io, from) = match listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    sleep(ACCEPT_AGAIN).await;
                    continue;
                }
            };
            let was_full = std::mem::replace(&mut full, self.connections.len() >= self.most);
            if full {
                // Said once, not at every knock.
                if !was_full {
                    tracing::warn!(open = self.most, "too many connections; new ones are closed");
                }
                continue;
            }
            let (edge, protocol) = (self.edge.clone(), self.protocol.clone());
            let (shutdown, end) = (self.shutdown.clone(), self.end.clone());
            match &self.tls {
                None => self.connections.spawn(protocol.serve(io, from, edge, shutdown, end)),
                Some(tls) => {
                    // As the certificates are now.
                    let config = tls.server();
                    let served = protocol.secure(io, config, from, edge, shutdown, end);
                    self.connections.spawn(served)
                }
            };
        }
    }

    async fn drain(&self, tasks: &mut JoinSet<&'static str>, time: Duration) {
        self.connections.close();
        let mut finished = std::pin::pin!(async {
            self.connections.wait().await;
            while tasks.join_next().await.is_some() {}
        });
        if timeout(time.saturating_sub(LAST_WORDS), &mut finished).await.is_ok() {
            return;
        }
        tracing::warn!(
            connections = self.connections.len(),
            "drain time is over; ending what is open"
        );
        self.end.cancel();
        // Dropping the tasks ends those that did not return.
        if timeout(LAST_WORDS, finished).await.is_err() {
            tracing::warn!("some work did not end and was dropped");
        }
    }
}

/// Waits for a task that panicked.
async fn defect(tasks: &mut JoinSet<&'static str>) -> Error {
    loop {
        match tasks.join_next().await {
            Some(Ok(wing)) => tracing::debug!(wing, "a task has done its work"),
            Some(Err(panic)) => return Error::internal(panic),
            None => std::future::pending().await,
        }
    }
}
