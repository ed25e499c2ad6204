//! A connection to an address that was looked at.

use std::fmt::Debug;
use std::net::SocketAddr;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::refusal::{Reason, Refusal};
use super::{Outbound, Target};

const CONNECT: Duration = Duration::from_secs(5);
/// Addresses of one name that are tried.
const ADDRESSES: usize = 3;

/// Bytes in both directions.
pub trait Traffic: AsyncRead + AsyncWrite + Send + Sync + Unpin + Debug {}

impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin + Debug> Traffic for T {}

/// A connection, encrypted where the target wants it.
pub type Stream = Box<dyn Traffic>;

impl Outbound {
    /// Connects to a target, for protocols that this module does not speak.
    pub async fn connect(&self, target: &Target) -> Result<Stream, Refusal> {
        let mut failure = Refusal::new(Reason::NotConnected, "no address was reached");
        for address in self.resolve(target).await?.into_iter().take(ADDRESSES) {
            match self.reach(target, address).await {
                Ok(stream) => return Ok(stream),
                Err(refusal) => failure = refusal,
            }
        }
        Err(failure)
    }

    /// The target's addresses, none of which is refused.
    async fn resolve(&self, target: &Target) -> Result<Vec<SocketAddr>, Refusal> {
        let (host, port) = (target.host(), target.port());
        let found = tokio::net::lookup_host((host, port));
        let unknown = |why: String| Refusal::new(Reason::NameNotFound, format!("{host}: {why}"));
        let late = |_| unknown("its address was not found in time".to_owned());
        let found = timeout(CONNECT, found).await.map_err(late)?;
        let found: Vec<_> = found.map_err(|error| unknown(error.to_string()))?.collect();
        for address in &found {
            self.check(target, address.ip())?;
        }
        if found.is_empty() { Err(unknown("it has no address".to_owned())) } else { Ok(found) }
    }

    async fn reach(&self, target: &Target, address: SocketAddr) -> Result<Stream, Refusal> {
        let failed = |why: String| Refusal::new(Reason::NotConnected, format!("{address}: {why}"));
        let late = |_| failed("no answer within 5 seconds".to_owned());
        let stream = timeout(CONNECT, TcpStream::connect(address)).await.map_err(late)?;
        let stream = stream.map_err(|error| failed(error.to_string()))?;
        let _ = stream.set_nodelay(true);
        if !target.is_encrypted() {
            return Ok(Box::new(stream));
        }
        let refuse = |why: String| Refusal::new(Reason::Tls, format!("{address}: {why}"));
        let name = ServerName::try_from(target.host().to_owned());
        let name = name.map_err(|error| refuse(error.to_string()))?;
        let connector = TlsConnector::from(self.tls.clone());
        let stream = connector.connect(name, stream).await;
        Ok(Box::new(stream.map_err(|error| refuse(error.to_string()))?))
    }
}
