//! Requests to addresses that somebody typed in: what they may reach, how long they may take,
//! how much of a reply is read.
//!
//! A name is resolved here and the connection goes to an address that was looked at, so that
//! no second resolution can lead elsewhere. One address that is refused refuses the name.
//! Private, loopback, link-local and metadata addresses are refused, unless the operator
//! allows their network; only there may a request go out unencrypted.
//!
//! Deliberately absent: redirects, proxies, decompression, cookies.

mod address;
mod dial;
mod refusal;
mod session;
mod starttls;
mod target;

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

use crate::error::{Error, Result};

pub use address::{Network, forbidden};
pub use dial::{Stream, Traffic};
pub use refusal::{Reason, Refusal};
pub use session::{Answer, Session};
pub use target::Target;

/// What requests may reach. Clones share it.
#[derive(Clone, Debug)]
pub struct Outbound {
    allowed: Arc<[Network]>,
    tls: Arc<ClientConfig>,
}

impl Outbound {
    /// Public addresses, and those of `allowed`. Certificates are checked against the
    /// authorities that browsers trust.
    pub fn new(allowed: &[Network]) -> Result<Self> {
        Self::trusting(allowed, &[])
    }

    /// The same, trusting `authorities` beside those of browsers.
    pub fn trusting(allowed: &[Network], authorities: &[CertificateDer<'static>]) -> Result<Self> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        for authority in authorities {
            roots.add(authority.clone()).map_err(Error::internal)?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(Error::internal)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { allowed: allowed.into(), tls: Arc::new(tls) })
    }

    /// Reads an address of a request and refuses what can be refused without asking the network.
    pub fn target(&self, url: &str) -> std::result::Result<Target, Refusal> {
        self.accept(Target::parse(url)?)
    }

    /// The same for the address of a mail server: `smtps://host`, with encryption from the first
    /// byte; `smtp+starttls://host`, where the server is asked for it and nothing is said to one
    /// that has none; or `smtp://host` where requests may go out unencrypted.
    pub fn mail_target(&self, url: &str) -> std::result::Result<Target, Refusal> {
        self.accept(Target::parse_mail(url)?)
    }

    fn accept(&self, target: Target) -> std::result::Result<Target, Refusal> {
        if let Some(ip) = target.literal() {
            self.check(&target, ip)?;
        } else if !target.is_encrypted() && self.allowed.is_empty() {
            return Err(target.plain());
        }
        Ok(target)
    }

    /// A session with a target; dials when first used.
    pub fn session(&self, target: Target) -> Session {
        Session::new(self.clone(), target)
    }

    /// Refuses an address that the target must not lead to.
    fn check(&self, target: &Target, ip: std::net::IpAddr) -> std::result::Result<(), Refusal> {
        if self.allowed.iter().any(|network| network.contains(ip)) {
            return Ok(());
        }
        if let Some(what) = forbidden(ip) {
            let message = format!("{} leads to {ip}, which is {what}", target.host());
            return Err(Refusal::new(Reason::ForbiddenAddress, message));
        }
        if target.is_encrypted() { Ok(()) } else { Err(target.plain()) }
    }
}
