//! Encrypted connections: who is believed, and what a change of certificates does.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Uri;
use kit::clock::System;
use kit::config::{Limits, TlsSource};
use kit::peers::{Peer, Peers};
use kit::testing::{Channel, eventually, issuer, token};
use kit::tls::Tls;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;
use tonic::{Code, Status};

use super::desk::{Desk, GET, House, reason, soon, unary, watch};

/// An authority and the folder that its files lie in.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("authority"), pem("CERTIFICATE", issuer.der())).unwrap();
        Self { issuer, folder }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("authority")
    }

    /// Writes a certificate and its key for 127.0.0.1 into a folder.
    fn issue(&self, into: &Path) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        let shown = params.signed_by(&key, &self.issuer).unwrap();
        std::fs::write(into.join("certificate"), pem("CERTIFICATE", shown.der())).unwrap();
        std::fs::write(into.join("key"), pem("PRIVATE KEY", &key.serialize_der())).unwrap();
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|it| std::str::from_utf8(it).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// What a process shows from a folder, and whom it believes.
fn source(own: Option<&Path>, clients: Option<&Authority>, peers: Option<&Authority>) -> TlsSource {
    TlsSource {
        tls_certificate: own.map(|it| it.join("certificate")),
        tls_key: own.map(|it| it.join("key")),
        tls_client_authority: clients.map(Authority::file),
        peer_authority: peers.map(Authority::file),
    }
}

async fn house(source: TlsSource) -> (House, Uri) {
    let (desk, tls) = (Desk::new(), Tls::open(source).unwrap());
    let wing = desk.wing();
    let house = House::over(Some(tls), desk, vec![wing], Limits::default()).await;
    let uri = format!("https://{}", house.address).parse().unwrap();
    (house, uri)
}

/// A peer as another process dials it: as a service, or as whoever sends a token of his own.
fn peer(source: TlsSource, at: &Uri, is_service: bool) -> Peer {
    let peers = Peers::default().secured(Tls::open(source).unwrap());
    let peers = if is_service { peers.signed(issuer(), Arc::new(System)) } else { peers };
    peers.with("scoring", at.clone()).get("scoring")
}

async fn hello(peer: Peer) -> Result<String, Status> {
    soon(unary(peer, GET, "hello")).await
}

// A1, A4
#[tokio::test]
async fn connections_are_encrypted_and_both_sides_known() {
    let (home, other) = (Authority::new(), Authority::new());
    let own = tempfile::tempdir().unwrap();
    home.issue(own.path());
    let (house, uri) = house(source(Some(own.path()), Some(&home), None)).await;

    // Plain, or believing another authority, nobody gets in.
    let plain = tonic::transport::Endpoint::from(house.uri()).connect_lazy();
    assert!(soon(unary(plain, GET, "hello")).await.is_err());
    for authority in [Some(&other), None] {
        let refused = hello(peer(source(None, None, authority), &uri, true)).await.unwrap_err();
        assert_eq!(refused.code(), Code::Unavailable, "{refused}");
    }

    // A service shows a certificate of the services' authority, or it is none.
    let with = source(Some(own.path()), None, Some(&home));
    assert_eq!(hello(peer(with, &uri, true)).await.unwrap(), "hello");
    let without = hello(peer(source(None, None, Some(&home)), &uri, true)).await.unwrap_err();
    assert_eq!(without.code(), Code::Unauthenticated);
    assert_eq!(reason(&without), "CERTIFICATE_REQUIRED");
    let foreign = tempfile::tempdir().unwrap();
    other.issue(foreign.path());
    let foreign = source(Some(foreign.path()), None, Some(&home));
    let refused = hello(peer(foreign, &uri, true)).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable, "{refused}");

    // Everybody else calls by his token alone.
    let bare = peer(source(None, None, Some(&home)), &uri, false);
    assert_eq!(hello(bare).await.unwrap(), "hello");
    let authority = tonic::transport::Certificate::from_pem(pem("CERTIFICATE", home.issuer.der()));
    let tls = tonic::transport::ClientTlsConfig::new().ca_certificate(authority);
    let stock = tonic::transport::Endpoint::from(uri).tls_config(tls).unwrap().connect_lazy();
    let stock = Channel::new(stock, &token("li.na", &["inspector@*"]));
    assert_eq!(soon(unary(stock, GET, "hello")).await.unwrap(), "hello");
}

// A4
#[tokio::test]
async fn certificates_change_while_the_server_runs() {
    let (before, after) = (Authority::new(), Authority::new());
    let own = tempfile::tempdir().unwrap();
    before.issue(own.path());
    let (house, uri) = house(source(Some(own.path()), None, None)).await;
    let authority =
        tonic::transport::Certificate::from_pem(pem("CERTIFICATE", before.issuer.der()));
    let tls = tonic::transport::ClientTlsConfig::new().ca_certificate(authority);
    let stock = tonic::transport::Endpoint::from(uri.clone()).tls_config(tls).unwrap();
    let mut items = watch(stock.connect_lazy(), "polite").await.unwrap();
    let believing = |authority: &Authority| peer(source(None, None, Some(authority)), &uri, true);
    hello(believing(&before)).await.unwrap();
    hello(believing(&after)).await.unwrap_err();

    // A key that does not fit its certificate is not taken, and breaks nothing.
    let next = tempfile::tempdir().unwrap();
    after.issue(next.path());
    let take = |file: &str| std::fs::copy(next.path().join(file), own.path().join(file)).unwrap();
    take("key");
    tokio::time::sleep(std::time::Duration::from_millis(2500)).await;
    hello(believing(&before)).await.unwrap();

    take("certificate");
    eventually(async || hello(believing(&after)).await.ok()).await;
    hello(believing(&before)).await.unwrap_err();
    // What was open goes on.
    house.desk.gate.add_permits(1);
    assert_eq!(soon(items.message()).await.unwrap().as_deref(), Some("more"));
}

// A4: one process calls itself whatever its certificate is made out to.
#[tokio::test]
async fn a_process_believes_itself_alone_at_its_own_address() {
    let home = Authority::new();
    let (own, next) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    home.issue(own.path());
    home.issue(next.path());
    let mine = source(Some(own.path()), Some(&home), None);
    let (_house, uri) = house(mine.clone()).await;
    let call = |source: TlsSource| {
        let peers = Peers::default().secured(Tls::open(source).unwrap());
        let peers = peers.signed(issuer(), Arc::new(System)).with_own("scoring", uri.clone());
        hello(peers.get("scoring"))
    };
    assert_eq!(call(mine).await.unwrap(), "hello");
    let refused = call(source(Some(next.path()), Some(&home), None)).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable);
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let home = Authority::new();
    let own = tempfile::tempdir().unwrap();
    home.issue(own.path());
    let told = |source: TlsSource| Tls::open(source).unwrap_err();
    std::fs::write(own.path().join("key"), "no key").unwrap();
    assert!(told(source(Some(own.path()), None, None)).contains("--tls-key"));
    let none = told(source(Some(Path::new("/nowhere")), None, None));
    assert!(none.contains("/nowhere/certificate"), "{none}");
    let empty = tempfile::tempdir().unwrap();
    std::fs::write(empty.path().join("authority"), "").unwrap();
    let source =
        TlsSource { peer_authority: Some(empty.path().join("authority")), ..TlsSource::default() };
    assert!(told(source).contains("--peer-authority: holds no certificate"));
}
