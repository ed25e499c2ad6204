//! Services on a real port, reached through a real client connection.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tonic::transport::{self, Endpoint};

use super::{Bed, Channel, guard, issuer, seed};
use crate::boot::{self, Context, Service, Shutdown, Wing};
use crate::clock::{Clock, System};
use crate::config::Limits;
use crate::db::Db;
use crate::error::Result;
use crate::guard::Guard;
use crate::peers::Peers;

/// What lets everybody do everything, for wings without policies of their own.
const OPEN: &str = "@id(\"open\") permit(principal, action, resource);";

/// Services that answer on a loopback port until they are stopped or the test ends.
#[derive(Debug)]
pub struct Served {
    address: SocketAddr,
    channel: transport::Channel,
    dbs: Vec<(&'static str, Db)>,
    shutdown: Shutdown,
    server: JoinHandle<Result<()>>,
}

impl Bed {
    /// Starts services in one process image: one port, a database each, peers by that port.
    pub async fn start(&self, services: &[Service]) -> Served {
        self.start_with(services, Peers::default(), unhurried()).await
    }

    /// Starts services that may also call `peers` served elsewhere, under other limits.
    pub async fn start_with(&self, services: &[Service], peers: Peers, limits: Limits) -> Served {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut peers = peers.signed(issuer(), Arc::new(System));
        for service in services {
            peers = peers.with(service.name, format!("http://{address}").parse().unwrap());
        }
        let shutdown = Shutdown::new();
        let mut dbs = Vec::new();
        let mut wings = Vec::new();
        for service in services {
            if self.is_new(service.name) {
                Box::pin(seed::sow(self.source(), service)).await;
            }
            let db = self.open(service.name, service.migrations).await;
            dbs.push((service.name, db.across("test")));
            let audit = db.clone();
            let context = Context {
                db,
                clock: Arc::clone(self.clock()) as Arc<dyn Clock>,
                peers: peers.clone(),
                keys: super::keys(),
                outbound: self.outbound(),
                font: None,
                shutdown: shutdown.token(),
            };
            wings.push((service.start)(context).await.unwrap().audited(audit).asking(&peers));
        }
        let policies: Vec<&str> = services.iter().map(|service| service.policy).collect();
        serve(listener, wings, limits, guard(&policies), shutdown, dbs)
    }

    /// Serves wings that a test has put together itself, to everybody.
    pub async fn serve(&self, wings: Vec<Wing>, limits: Limits, shutdown: Shutdown) -> Served {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        serve(listener, wings, limits, guard(&[OPEN]), shutdown, Vec::new())
    }
}

impl Served {
    /// A connection to the services, to be put into a generated client; of somebody who has
    /// every role everywhere, for tests that are not about permission. Where a method needs four
    /// eyes, somebody else approves by himself.
    pub fn channel(&self) -> Channel {
        self.channel_as(&super::everybody()).approved_by(&super::second())
    }

    /// A connection of somebody else's, who has `token`; of nobody's when it is empty.
    pub fn channel_as(&self, token: &str) -> Channel {
        Channel::new(self.channel.clone(), token)
    }

    /// The port they answer on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A service's database, for looking behind the wire.
    pub fn db(&self, service: &str) -> &Db {
        let found = self.dbs.iter().find(|(name, _)| *name == service);
        &found.expect("no such service was started").1
    }

    /// Ends the services as a signal would, and waits for their end.
    pub async fn stop(self) {
        self.shutdown.begin();
        self.server.await.unwrap().unwrap();
        for (_, db) in &self.dbs {
            db.close().await;
        }
    }
}

fn serve(
    listener: TcpListener,
    wings: Vec<Wing>,
    limits: Limits,
    guard: Guard,
    shutdown: Shutdown,
    dbs: Vec<(&'static str, Db)>,
) -> Served {
    let address = listener.local_addr().unwrap();
    let ending = shutdown.clone();
    let server =
        tokio::spawn(async move { boot::serve(listener, wings, &limits, guard, ending).await });
    let channel = Endpoint::from_shared(format!("http://{address}")).unwrap().connect_lazy();
    Served { address, channel, dbs, shutdown, server }
}

/// The limits of production, but nobody needs to be told of the end in advance, and a test may
/// call as often as it likes.
fn unhurried() -> Limits {
    Limits { drain_wait: Duration::ZERO, calls_per_minute: 0, ..Limits::default() }
}
