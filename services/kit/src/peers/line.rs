//! Connections to peers: plain to an http address, encrypted to an https one.

use std::io;

use http::Uri;
use http::uri::Scheme;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint};

use crate::tls::Tls;

/// A channel to `at` that dials when first used. Certificates are those of the moment it dials.
pub(super) fn dial(
    configure: impl FnOnce(Endpoint) -> Endpoint,
    at: Uri,
    tls: Option<&Tls>,
    is_own: bool,
) -> Channel {
    if at.scheme() != Some(&Scheme::HTTPS) {
        return configure(Endpoint::from(at)).connect_lazy();
    }
    let tls = tls.cloned();
    let connect = tower::service_fn(move |at: Uri| encrypted(at, tls.clone(), is_own));
    // What tonic takes for a plain address is encrypted by the connector.
    let mut parts = at.clone().into_parts();
    parts.scheme = Some(Scheme::HTTP);
    let plain = Uri::from_parts(parts).unwrap_or_else(|_| at.clone());
    configure(Endpoint::from(plain)).origin(at).connect_with_connector_lazy(connect)
}

async fn encrypted(
    at: Uri,
    tls: Option<Tls>,
    is_own: bool,
) -> io::Result<TokioIo<tokio_rustls::client::TlsStream<TcpStream>>> {
    let config = tls.and_then(|it| if is_own { it.own() } else { it.peers() });
    let config = config.ok_or_else(|| {
        io::Error::other("an https address needs --peer-authority, to know who may answer there")
    })?;
    let host = at.host().unwrap_or_default();
    let port = at.port_u16().unwrap_or(443);
    let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let stream = TcpStream::connect((bare.as_str(), port)).await?;
    stream.set_nodelay(true)?;
    let name = ServerName::try_from(bare).map_err(io::Error::other)?;
    Ok(TokioIo::new(TlsConnector::from(config).connect(name, stream).await?))
}
