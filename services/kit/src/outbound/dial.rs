//! A connection to an address that was looked at.

use std::fmt::Debug;
use std::net::SocketAddr;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::refusal::{Reason, Refusal};
use super::target::Encryption;
use super::{Outbound, Target, starttls};

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
        let mut stream = stream.map_err(|error| failed(error.to_string()))?;
        let _ = stream.set_nodelay(true);
        let refuse = |why: String| Refusal::new(Reason::Tls, format!("{address}: {why}"));
        match target.encryption() {
            Encryption::No => Ok(Box::new(stream)),
            Encryption::Whole => Ok(Box::new(self.encrypt(target, stream).await.map_err(refuse)?)),
            Encryption::Asked => {
                starttls::ask(&mut stream, target.hello()).await.map_err(refuse)?;
                Ok(starttls::greeting(self.encrypt(target, stream).await.map_err(refuse)?))
            }
        }
    }

    async fn encrypt(
        &self,
        target: &Target,
        stream: TcpStream,
    ) -> Result<TlsStream<TcpStream>, String> {
        let name = ServerName::try_from(target.host().to_owned());
        let name = name.map_err(|error| error.to_string())?;
        let connector = TlsConnector::from(self.tls.clone());
        connector.connect(name, stream).await.map_err(|error| error.to_string())
    }
}
