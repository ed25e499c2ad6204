//! Encryption of connections: what this process shows, and whom it believes. Its files are read
//! again as they change; connections that are open stay as they are until their age.
//!
//! Deliberately absent: lists of revoked certificates. Certificates are short-lived, and a service
//! that is not to be believed any more gets no new one.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, ServerConfig, SignatureScheme};
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_secs(2);
/// The one protocol of calls to peers; HTTP/1 is there for gRPC-Web.
const H2: &[u8] = b"h2";
const H1: &[u8] = b"http/1.1";

/// Where certificates and keys are, in PEM.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Encryption")]
pub struct TlsSource {
    /// Certificate that this process shows, with those between it and its authority; without it
    /// connections are not encrypted here
    #[arg(long, env = "SAIMA_TLS_CERTIFICATE", value_name = "FILE", requires = "tls_key")]
    pub tls_certificate: Option<PathBuf>,

    /// Its key
    #[arg(long, env = "SAIMA_TLS_KEY", value_name = "FILE", requires = "tls_certificate")]
    pub tls_key: Option<PathBuf>,

    /// Authority of the services' certificates: with it a caller is believed to be a service only
    /// with such a certificate. Others call by their tokens alone
    #[arg(
        long,
        env = "SAIMA_TLS_CLIENT_AUTHORITY",
        value_name = "FILE",
        requires = "tls_certificate"
    )]
    pub tls_client_authority: Option<PathBuf>,

    /// Authority of the certificates that peers at https addresses show
    #[arg(long, env = "SAIMA_PEER_AUTHORITY", value_name = "FILE")]
    pub peer_authority: Option<PathBuf>,
}

/// The encryption of a process. Clones share it.
#[derive(Clone, Debug)]
pub struct Tls(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    source: TlsSource,
    made: RwLock<Made>,
}

#[derive(Clone, Debug)]
struct Made {
    read: Read,
    server: Option<Arc<ServerConfig>>,
    peers: Option<Arc<ClientConfig>>,
    own: Option<Arc<ClientConfig>>,
}

/// What the files say.
#[derive(Clone, Default, PartialEq, Eq)]
struct Read {
    certificate: Option<Vec<u8>>,
    key: Option<Vec<u8>>,
    client_authority: Option<Vec<u8>>,
    peer_authority: Option<Vec<u8>>,
}

impl Tls {
    /// Reads the files.
    pub fn open(source: TlsSource) -> Result<Self, String> {
        let made = RwLock::new(make(Read::of(&source)?)?);
        Ok(Self(Arc::new(Inner { source, made })))
    }

    /// What connections that come in are met with; nothing where they are not encrypted.
    pub(crate) fn server(&self) -> Option<Arc<ServerConfig>> {
        self.made().server.clone()
    }

    /// What connections to a peer are made with; nothing without an authority of theirs.
    pub(crate) fn peers(&self) -> Option<Arc<ClientConfig>> {
        self.made().peers.clone()
    }

    /// What connections to this very process are made with: it must show what it shows.
    pub(crate) fn own(&self) -> Option<Arc<ClientConfig>> {
        self.made().own.clone()
    }

    /// Whether a service must show a certificate.
    pub(crate) fn asks_services(&self) -> bool {
        self.0.source.tls_client_authority.is_some()
    }

    /// Whether connections that come in are encrypted.
    pub(crate) fn serves(&self) -> bool {
        self.0.source.tls_certificate.is_some()
    }

    /// Reads the files again until the shutdown. What cannot be used leaves all as it was.
    pub(crate) async fn keep(self, shutdown: CancellationToken) {
        let mut refused = None;
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
            let Some(error) = self.refresh().err() else {
                refused = None;
                continue;
            };
            // Said once, not every two seconds: certificate and key may change one after another.
            if refused.as_ref() != Some(&error) {
                tracing::warn!(error, "changed certificates were not taken");
                refused = Some(error);
            }
        }
    }

    fn refresh(&self) -> Result<(), String> {
        let read = Read::of(&self.0.source)?;
        if read == self.made().read {
            return Ok(());
        }
        let made = make(read)?;
        *self.0.made.write().unwrap_or_else(PoisonError::into_inner) = made;
        tracing::info!("changed certificates were taken");
        Ok(())
    }

    fn made(&self) -> std::sync::RwLockReadGuard<'_, Made> {
        self.0.made.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Read {
    fn of(source: &TlsSource) -> Result<Self, String> {
        let read = |file: &Option<PathBuf>| {
            let Some(file) = file else { return Ok(None) };
            let bytes = std::fs::read(file);
            bytes.map(Some).map_err(|error| format!("{}: {error}", file.display()))
        };
        Ok(Self {
            certificate: read(&source.tls_certificate)?,
            key: read(&source.tls_key)?,
            client_authority: read(&source.tls_client_authority)?,
            peer_authority: read(&source.peer_authority)?,
        })
    }
}

impl std::fmt::Debug for Read {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Read(..)")
    }
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn make(read: Read) -> Result<Made, String> {
    let provider = Arc::new(ring::default_provider());
    let identity = match (&read.certificate, &read.key) {
        (Some(certificate), Some(key)) => {
            let key = PrivateKeyDer::from_pem_slice(key);
            let key = key.map_err(|error| format!("--tls-key: {error}"))?;
            Some((certificates("--tls-certificate", certificate)?, key))
        }
        _ => None,
    };
    let server = match &identity {
        None => None,
        Some(identity) => Some(server(&provider, identity, read.client_authority.as_deref())?),
    };
    let peers = match &read.peer_authority {
        None => None,
        Some(authority) => {
            let roots = roots("--peer-authority", authority)?;
            let config = client(&provider)?.with_root_certificates(roots);
            Some(present(config, identity.as_ref())?)
        }
    };
    let own = match &identity {
        None => None,
        Some((shown, _)) => {
            let shown = shown.first().cloned().ok_or("--tls-certificate: holds none")?;
            let pinned = Arc::new(Pinned(shown, provider.clone()));
            let config = client(&provider)?.dangerous().with_custom_certificate_verifier(pinned);
            Some(present(config, identity.as_ref())?)
        }
    };
    Ok(Made { read, server: server.map(Arc::new), peers, own })
}

fn server(
    provider: &Arc<CryptoProvider>,
    (shown, key): &Identity,
    authority: Option<&[u8]>,
) -> Result<ServerConfig, String> {
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let builder = match authority {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let roots = Arc::new(roots("--tls-client-authority", authority)?);
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider.clone());
            let verifier = verifier.allow_unauthenticated().build();
            builder.with_client_cert_verifier(
                verifier.map_err(|error| format!("--tls-client-authority: {error}"))?,
            )
        }
    };
    let config = builder.with_single_cert(shown.clone(), key.clone_key());
    let mut config = config.map_err(|error| format!("--tls-certificate, --tls-key: {error}"))?;
    config.alpn_protocols = vec![H2.to_vec(), H1.to_vec()];
    Ok(config)
}

fn client(
    provider: &Arc<CryptoProvider>,
) -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, String> {
    ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())
}

/// A client that shows what this process shows.
fn present(
    builder: rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert>,
    identity: Option<&Identity>,
) -> Result<Arc<ClientConfig>, String> {
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some((shown, key)) => builder
            .with_client_auth_cert(shown.clone(), key.clone_key())
            .map_err(|error| format!("--tls-certificate, --tls-key: {error}"))?,
    };
    config.alpn_protocols = vec![H2.to_vec()];
    Ok(Arc::new(config))
}

fn certificates(flag: &str, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(found) if found.is_empty() => Err(format!("{flag}: holds no certificate")),
        Ok(found) => Ok(found),
        Err(error) => Err(format!("{flag}: {error}")),
    }
}

fn roots(flag: &str, pem: &[u8]) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for authority in certificates(flag, pem)? {
        roots.add(authority).map_err(|error| format!("{flag}: {error}"))?;
    }
    Ok(roots)
}

/// Believes one certificate, whatever it is called: that of this process.
#[derive(Debug)]
struct Pinned(CertificateDer<'static>, Arc<CryptoProvider>);

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if *shown == self.0 {
            return Ok(ServerCertVerified::assertion());
        }
        Err(rustls::Error::General("somebody else answers at this process's address".to_owned()))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.1.signature_verification_algorithms;
        verify_tls12_signature(message, shown, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.1.signature_verification_algorithms;
        verify_tls13_signature(message, shown, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.1.signature_verification_algorithms.supported_schemes()
    }
}
