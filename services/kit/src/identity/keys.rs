//! The keys of the district's identity provider: a JSON Web Key Set, read again as it changes.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jiff::SignedDuration;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm};
use jsonwebtoken::{Algorithm, DecodingKey};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::token::{Terms, Whose};
use crate::outbound::Outbound;

/// How often the keys are read again, and how soon at the earliest for a key not known.
const REFRESH: Duration = Duration::from_secs(300);
const SOONEST: Duration = Duration::from_secs(5);

/// A provider of OpenID Connect.
#[derive(Debug)]
pub struct Provider {
    /// The `iss` of its tokens.
    pub issuer: String,
    /// The `aud` they must be for.
    pub audience: String,
    /// The claim that names the account.
    pub account_claim: String,
    /// The claim that lists the grants.
    pub grants_claim: String,
    /// The longest that a token may hold.
    pub longest: SignedDuration,
    source: Source,
    keys: RwLock<HashMap<String, Arc<Key>>>,
    wanted: Notify,
}

type Key = (Algorithm, DecodingKey);

/// Where the keys are.
#[derive(Clone, Debug)]
pub enum Source {
    /// In a file.
    File(PathBuf),
    /// At an address.
    Address(String, Outbound),
}

impl Provider {
    /// A provider whose keys are in a file or at a URL. Nothing is read yet.
    pub fn new(issuer: &str, audience: &str, source: Source) -> Self {
        Self {
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            account_claim: "sub".to_owned(),
            grants_claim: "grants".to_owned(),
            longest: SignedDuration::from_mins(5),
            source,
            keys: RwLock::default(),
            wanted: Notify::new(),
        }
    }

    /// Reads the keys. What cannot be used among them is left out and said.
    pub async fn refresh(&self) -> Result<(), String> {
        let text = match &self.source {
            Source::File(file) => tokio::fs::read_to_string(file)
                .await
                .map_err(|error| format!("{}: {error}", file.display()))?,
            Source::Address(url, outbound) => {
                let told = |refusal: crate::outbound::Refusal| format!("{url}: {refusal}");
                let target = outbound.target(url).map_err(told)?;
                let answer = outbound.session(target).get().await.map_err(told)?;
                if !answer.status.is_success() {
                    return Err(format!("{url}: {}", answer.status));
                }
                answer.body
            }
        };
        let set: JwkSet =
            serde_json::from_str(&text).map_err(|error| format!("is no key set: {error}"))?;
        let keys: HashMap<_, _> = set.keys.iter().filter_map(usable).collect();
        if keys.is_empty() {
            return Err("holds no key that signs by RS256, PS256, ES256, ES384 or EdDSA".to_owned());
        }
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    /// Keeps the keys fresh until the shutdown; keys once read serve until others are.
    pub async fn keep(self: Arc<Self>, shutdown: CancellationToken) {
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(REFRESH) => {}
                () = self.wanted.notified() => {}
            }
            if let Err(error) = self.refresh().await {
                tracing::warn!(error, "the identity provider's keys were not read");
            }
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(SOONEST) => {}
            }
        }
    }

    /// The key of this name; the only one there is, where a token names none.
    pub(super) fn key(&self, name: Option<&str>) -> Option<Arc<Key>> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let found = match name {
            Some(name) => keys.get(name),
            None if keys.len() == 1 => keys.values().next(),
            None => None,
        };
        if found.is_none() {
            self.wanted.notify_one();
        }
        found.cloned()
    }

    pub(super) fn terms(&self) -> Terms<'_> {
        Terms {
            issuer: &self.issuer,
            audience: &self.audience,
            account_claim: &self.account_claim,
            grants_claim: &self.grants_claim,
            longest: self.longest,
            whose: Whose::Persons,
        }
    }
}

/// A key's name and algorithm, if it is one of those taken: no shared secrets, no short curves.
fn usable(jwk: &Jwk) -> Option<(String, Arc<Key>)> {
    let natural = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        AlgorithmParameters::EllipticCurve(key) => match key.curve {
            EllipticCurve::P256 => Algorithm::ES256,
            EllipticCurve::P384 => Algorithm::ES384,
            _ => return None,
        },
        AlgorithmParameters::OctetKeyPair(_) => Algorithm::EdDSA,
        _ => return None,
    };
    let algorithm = match (natural, jwk.common.key_algorithm) {
        (natural, None) => natural,
        (Algorithm::RS256, Some(KeyAlgorithm::RS256)) => Algorithm::RS256,
        (Algorithm::RS256, Some(KeyAlgorithm::PS256)) => Algorithm::PS256,
        (Algorithm::ES256, Some(KeyAlgorithm::ES256)) => Algorithm::ES256,
        (Algorithm::ES384, Some(KeyAlgorithm::ES384)) => Algorithm::ES384,
        (Algorithm::EdDSA, Some(KeyAlgorithm::EdDSA)) => Algorithm::EdDSA,
        _ => return None,
    };
    let key = DecodingKey::from_jwk(jwk).ok()?;
    Some((jwk.common.key_id.clone().unwrap_or_default(), Arc::new((algorithm, key))))
}
