//! Tokens of the suite's own: for calls between its services, and for trials without an
//! identity provider.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde::Serialize;

use super::{Grant, SERVICE};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::secret::Keyring;
use crate::suite::Suite;

/// Who issues what the services say to each other.
pub(super) const SERVICES: &str = "saima-services";
/// Who issues tokens for trials.
pub(super) const TRIALS: &str = "saima-trials";
/// Who issues tokens for API keys.
pub(super) const KEYS: &str = "saima-keys";
/// For whom all of it is.
pub(super) const AUDIENCE: &str = "saima";
/// The longest that a token for trials holds.
pub(super) const LONGEST_TRIAL: SignedDuration = SignedDuration::from_hours(12);

/// The account of all services.
const ACCOUNT: &str = "services";
/// How long a service's token holds, and how long it is used.
pub(super) const HELD: SignedDuration = SignedDuration::from_mins(5);
const USED: SignedDuration = SignedDuration::from_mins(2);

/// What begins the PKCS #8 form of an Ed25519 seed.
const PKCS8: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// Signs tokens by a key that follows from the keyring's signing key. Clones share it.
#[derive(Clone)]
pub struct Issuer(Arc<Inner>);

struct Inner {
    key: EncodingKey,
    public: DecodingKey,
    /// The token of this process's services, and until when it is used.
    current: Mutex<Option<(Timestamp, String)>>,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    iat: i64,
    exp: i64,
    grants: Vec<String>,
}

impl Issuer {
    /// The issuer of a deployment's keyring; none where that has no signing key.
    pub fn new(keys: &Keyring) -> Result<Option<Self>> {
        let Some(sign) = keys.signing() else { return Ok(None) };
        // Always the same family: a change of algorithms must not part the services.
        let seed = Suite::International.keyed(&sign.0[..], &[b"saima tokens"])?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed)
            .map_err(|error| Error::internal(error.to_string()))?;
        let public = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        let public = DecodingKey::from_ed_components(&public).map_err(Error::internal)?;
        let key = EncodingKey::from_ed_der(&[&PKCS8[..], &seed].concat());
        let current = Mutex::default();
        Ok(Some(Self(Arc::new(Inner { key, public, current }))))
    }

    /// A token for trials, that holds for `time`, at most twelve hours.
    pub fn trial(
        &self,
        account: &str,
        grants: &[Grant],
        time: Duration,
        clock: &dyn Clock,
    ) -> Result<String> {
        let time = SignedDuration::try_from(time).unwrap_or(LONGEST_TRIAL).min(LONGEST_TRIAL);
        self.sign(TRIALS, account, grants, clock.now(), time)
    }

    /// A token for whoever showed an API key, and its end: in five minutes, or with the key.
    pub fn key(
        &self,
        account: &str,
        grants: &[Grant],
        (now, until): (Timestamp, Timestamp),
    ) -> Result<(String, Timestamp)> {
        let time = until.duration_since(now).min(HELD);
        let token = self.sign(KEYS, account, grants, now, time)?;
        Ok((token, now + time))
    }

    /// The token that this process's services show to their peers.
    pub(crate) fn services(&self, clock: &dyn Clock) -> Result<String> {
        let now = clock.now();
        let mut current = self.0.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((until, token)) = &*current
            && (*until - USED..*until).contains(&now)
        {
            return Ok(token.clone());
        }
        let token = self.sign(SERVICES, ACCOUNT, &[Grant::everywhere(SERVICE)], now, HELD)?;
        *current = Some((now + USED, token.clone()));
        Ok(token)
    }

    /// A service's token with other grants than all of them.
    #[cfg(feature = "testing")]
    pub(crate) fn service(&self, grants: &[Grant], clock: &dyn Clock) -> Result<String> {
        self.sign(SERVICES, ACCOUNT, grants, clock.now(), HELD)
    }

    pub(super) fn public(&self) -> &DecodingKey {
        &self.0.public
    }

    fn sign(
        &self,
        issuer: &str,
        account: &str,
        grants: &[Grant],
        now: Timestamp,
        time: SignedDuration,
    ) -> Result<String> {
        let claims = Claims {
            iss: issuer,
            aud: AUDIENCE,
            sub: account,
            iat: now.as_second(),
            exp: now.as_second() + time.as_secs(),
            grants: grants.iter().map(ToString::to_string).collect(),
        };
        let header = Header::new(Algorithm::EdDSA);
        jsonwebtoken::encode(&header, &claims, &self.0.key).map_err(Error::internal)
    }
}

impl std::fmt::Debug for Issuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Issuer(..)")
    }
}
