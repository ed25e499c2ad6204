//! Reading a token: whose it is, whether it holds.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value};

use super::issuer::{self, Issuer};
use super::{Identity, Provider};
use crate::clock::Clock;
use crate::error::{Error, Result};

/// By how much the clocks of the suite and of an issuer may differ.
const SKEW: SignedDuration = SignedDuration::from_secs(30);
/// Longest token that is looked at.
const LONGEST: usize = 8 * 1024;

/// Whose tokens are taken. Clones share it.
#[derive(Clone, Debug)]
pub struct Trust {
    own: Option<Issuer>,
    provider: Option<Arc<Provider>>,
    clock: Arc<dyn Clock>,
}

/// Who issues tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// The suite, for its own services.
    Services,
    /// The suite, for those who have a key.
    Keys,
    /// Anybody else, for persons.
    Persons,
}

/// What one issuer's tokens must be.
pub(super) struct Terms<'a> {
    pub(super) issuer: &'a str,
    pub(super) audience: &'a str,
    pub(super) account_claim: &'a str,
    pub(super) grants_claim: &'a str,
    pub(super) longest: SignedDuration,
    pub(super) whose: Whose,
}

impl Trust {
    /// Trusts the deployment's own issuer between services, and a provider for everybody else;
    /// without a provider, the own issuer's tokens for trials.
    pub fn new(
        own: Option<Issuer>,
        provider: Option<Arc<Provider>>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { own, provider, clock }
    }

    /// The clock that tokens are held against.
    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Whose token this is. What is wrong is told as far as the caller's own token goes.
    pub fn identify(&self, token: &str) -> Result<Identity> {
        if token.len() > LONGEST {
            return Err(refused("is too long"));
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| refused("is no JWT"))?;
        let issuer = claimed_issuer(token).ok_or_else(|| refused("names no issuer"))?;
        let own = |longest, whose| Terms {
            issuer: &issuer,
            audience: issuer::AUDIENCE,
            account_claim: "sub",
            grants_claim: "grants",
            longest,
            whose,
        };
        match (&self.own, &self.provider) {
            (Some(key), _) if issuer == issuer::SERVICES => {
                let terms = own(issuer::HELD, Whose::Services);
                self.read(token, (Algorithm::EdDSA, key.public()), &terms)
            }
            (Some(key), _) if issuer == issuer::KEYS => {
                let terms = own(issuer::HELD, Whose::Keys);
                self.read(token, (Algorithm::EdDSA, key.public()), &terms)
            }
            (Some(key), None) if issuer == issuer::TRIALS => {
                let terms = own(issuer::LONGEST_TRIAL, Whose::Persons);
                self.read(token, (Algorithm::EdDSA, key.public()), &terms)
            }
            (_, Some(provider)) if issuer == provider.terms().issuer => {
                let key = provider.key(header.kid.as_deref());
                let key = key.ok_or_else(|| refused("was signed by a key that is not known"))?;
                self.read(token, (key.0, &key.1), &provider.terms())
            }
            _ => Err(refused("comes from an issuer that is not trusted here")),
        }
    }

    fn read(
        &self,
        token: &str,
        (algorithm, key): (Algorithm, &DecodingKey),
        terms: &Terms<'_>,
    ) -> Result<Identity> {
        // The algorithm is the key's, whatever the token says.
        let mut validation = Validation::new(algorithm);
        validation.set_audience(&[terms.audience]);
        validation.set_issuer(&[terms.issuer]);
        validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        // Times are held against the injected clock below.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let decoded = jsonwebtoken::decode::<Map<String, Value>>(token, key, &validation);
        let claims = decoded.map_err(|error| refused(complaint(&error)))?.claims;

        let time = |name: &str| claims.get(name).and_then(Value::as_i64);
        let instant = |seconds: i64| {
            Timestamp::from_second(seconds).map_err(|_| refused("has a time beyond the calendar"))
        };
        let expire_time = instant(time("exp").ok_or_else(|| refused("has no expiry"))?)?;
        let issue_time = instant(time("iat").ok_or_else(|| refused("has no time of issue"))?)?;
        let begin = time("nbf").map_or(Ok(issue_time), instant)?;
        let now = self.clock.now();
        if expire_time.duration_since(now) + SKEW <= SignedDuration::ZERO {
            return Err(refused("has expired; get a new one"));
        }
        if begin.duration_since(now) > SKEW || issue_time.duration_since(now) > SKEW {
            return Err(refused("does not hold yet"));
        }
        if expire_time.duration_since(issue_time) > terms.longest {
            return Err(refused("holds longer than is taken here"));
        }
        let account = claims.get(terms.account_claim).and_then(Value::as_str).unwrap_or_default();
        if account.is_empty() {
            return Err(refused("names no account"));
        }
        let grants = grants(claims.get(terms.grants_claim)).ok_or_else(|| refused(GRANTS))?;
        // Whoever has a person's word for it is no service, whatever the word is.
        let is_suite = terms.whose == Whose::Services;
        if !is_suite && grants.iter().any(|grant| grant.role == super::SERVICE) {
            return Err(refused("has the role service, which the suite alone grants"));
        }
        // Nor is he a key: those are called as their names.
        if terms.whose == Whose::Persons && account.starts_with("districts/") {
            return Err(refused("names an account that is no person's"));
        }
        let account = account.to_owned();
        Ok(Identity { account, grants, issue_time, expire_time, is_suite })
    }
}

const GRANTS: &str = "has grants that cannot be read; they must be texts like role@districts/ID";

/// A list of texts, or one text with spaces between.
fn grants(claim: Option<&Value>) -> Option<Vec<super::Grant>> {
    match claim {
        None => Some(Vec::new()),
        Some(Value::String(text)) => text.split_whitespace().map(|it| it.parse().ok()).collect(),
        Some(Value::Array(texts)) => texts.iter().map(|it| it.as_str()?.parse().ok()).collect(),
        Some(_) => None,
    }
}

/// The issuer a token claims, by which its key is chosen.
fn claimed_issuer(token: &str) -> Option<String> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Map<String, Value> = serde_json::from_slice(&payload).ok()?;
    Some(claims.get("iss")?.as_str()?.to_owned())
}

fn complaint(error: &jsonwebtoken::errors::Error) -> &'static str {
    use jsonwebtoken::errors::ErrorKind;
    match error.kind() {
        ErrorKind::InvalidAudience => "is meant for another audience",
        ErrorKind::InvalidIssuer => "comes from an issuer that is not trusted here",
        ErrorKind::InvalidAlgorithm => "is signed by an algorithm that is not taken",
        ErrorKind::MissingRequiredClaim(_) => "lacks one of iss, aud, sub, exp",
        _ => "has no valid signature",
    }
}

fn refused(what: &str) -> Error {
    Error::Unauthenticated { reason: "TOKEN_REFUSED", message: format!("the token {what}") }
}
