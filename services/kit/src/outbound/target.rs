//! The address of a request, read strictly: what two readers could understand differently is
//! refused.

use std::net::IpAddr;

use http::Uri;

use super::refusal::{Reason, Refusal};

const LONGEST: usize = 1000;

/// When what is said becomes secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encryption {
    /// From the first byte.
    Whole,
    /// Once the server was asked for it, and before anything else is said (RFC 3207).
    Asked,
    /// Never.
    No,
}

/// The ways to speak a protocol, each with its usual port; the first is the one to take.
type Protocol = [(&'static str, u16, Encryption)];

static WEB: &Protocol = &[("https", 443, Encryption::Whole), ("http", 80, Encryption::No)];
static MAIL: &Protocol = &[
    ("smtps", 465, Encryption::Whole),
    ("smtp+starttls", 587, Encryption::Asked),
    ("smtp", 25, Encryption::No),
];

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    url: String,
    /// The scheme to take where this one does not do.
    sound: &'static str,
    usual_port: u16,
    encryption: Encryption,
    host: String,
    port: u16,
    path: String,
    hello: String,
}

impl Target {
    pub(super) fn parse(url: &str) -> Result<Self, Refusal> {
        Self::parse_as(url, WEB)
    }

    pub(super) fn parse_mail(url: &str) -> Result<Self, Refusal> {
        let target = Self::parse_as(url, MAIL)?;
        match target.path.as_str() {
            "/" => Ok(target),
            _ => Err(Refusal::new(Reason::UrlFormat, "must end after host and port")),
        }
    }

    fn parse_as(url: &str, protocol: &'static Protocol) -> Result<Self, Refusal> {
        let refuse = |why: &str| Err(Refusal::new(Reason::UrlFormat, why));
        if url.len() > LONGEST {
            return refuse("must have at most 1000 characters");
        }
        if !url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\' && byte != b'#') {
            return refuse("must be visible ASCII without \\ and #; write other characters as %XX");
        }
        let Ok(uri) = url.parse::<Uri>() else {
            return refuse(&format!("must look like {}://host", protocol[0].0));
        };
        let known = protocol.iter().find(|(scheme, ..)| uri.scheme_str() == Some(*scheme));
        let Some((_, usual_port, encryption)) = known.copied() else {
            return refuse(&format!("must begin with {}://", protocol[0].0));
        };
        let Some(authority) = uri.authority() else {
            return refuse("must name a host");
        };
        if authority.as_str().contains('@') {
            return refuse("must not hold credentials; the signature says who is sending");
        }
        let host = authority.host().to_ascii_lowercase();
        let rest = authority.as_str().get(authority.host().len()..).unwrap_or_default();
        let port = match (rest, authority.port_u16()) {
            ("", _) => usual_port,
            (_, Some(port)) if port > 0 => port,
            _ => return refuse("must have a port of 1 to 65535 behind the colon"),
        };
        let host = host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(&host);
        check_host(host)?;
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Self {
            url: url.to_owned(),
            sound: protocol[0].0,
            usual_port,
            encryption,
            host: host.to_owned(),
            port,
            path,
            hello: "localhost".to_owned(),
        })
    }

    /// As it was given.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its host: a name or an address.
    pub fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn encryption(&self) -> Encryption {
        self.encryption
    }

    /// The same, where the server is greeted as `domain` before the encryption.
    pub fn greeted_as(mut self, domain: &str) -> Self {
        self.hello = domain.to_owned();
        self
    }

    pub(super) fn hello(&self) -> &str {
        &self.hello
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.encryption != Encryption::No
    }

    /// Its address, when it is one.
    pub(super) fn literal(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// What the `Host` header says.
    pub(super) fn authority(&self) -> String {
        let host =
            if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        if self.port == self.usual_port { host } else { format!("{host}:{}", self.port) }
    }

    pub(super) fn plain(&self) -> Refusal {
        let message = format!("{} must be reached by {}://", self.host, self.sound);
        Refusal::new(Reason::PlainHttp, message)
    }
}

/// An address in its one usual form, or a name that nobody can take for an address.
fn check_host(host: &str) -> Result<(), Refusal> {
    if host.parse::<IpAddr>().is_ok() {
        return Ok(());
    }
    let label = |it: &str| {
        (1..=63).contains(&it.len())
            && it.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let name = host.strip_suffix('.').unwrap_or(host);
    if host.len() > 253 || !name.split('.').all(label) {
        return Err(Refusal::new(
            Reason::UrlFormat,
            "must name a host in ASCII letters and digits",
        ));
    }
    // Resolvers take 2130706433, 0x7f.1 and 0177.0.0.1 for addresses.
    let last = name.rsplit('.').next().unwrap_or_default();
    if last.starts_with(|first: char| first.is_ascii_digit()) {
        let message = format!("{host} is an address in an unusual form; write it as 203.0.113.7");
        return Err(Refusal::new(Reason::ForbiddenAddress, message));
    }
    let inner = ["localhost", "local", "internal", "localdomain", "home", "lan", "arpa"];
    if inner.contains(&last) && last == name || ["localhost", "internal", "arpa"].contains(&last) {
        let message = format!("{host} is a name of the inner network");
        return Err(Refusal::new(Reason::ForbiddenAddress, message));
    }
    Ok(())
}
