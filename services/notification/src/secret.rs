//! Keys of endpoints and what is signed with them, after Standard Webhooks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use kit::{Error, Result};
use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{Ed25519KeyPair, KeyPair as _};

kit::numbered! {
    /// How signatures are made.
    enum Scheme {
        /// HMAC with SHA-256.
        Symmetric = 1,
        /// Ed25519.
        Ed25519 = 2,
    }
}

/// Bytes of a key, of either scheme.
const LENGTH: usize = 32;

/// A key, valid until it expires.
#[derive(Clone)]
pub(crate) struct Secret {
    /// 1 for the endpoint's first.
    pub(crate) sequence: i64,
    pub(crate) key: Vec<u8>,
    pub(crate) create_time: Timestamp,
    pub(crate) expire_time: Option<Timestamp>,
}

impl Secret {
    /// A new key, valid for good.
    pub(crate) fn generate(sequence: i64, now: Timestamp) -> Result<Self> {
        let mut key = vec![0; LENGTH];
        let made = SystemRandom::new().fill(&mut key);
        made.map_err(|_| Error::internal("the machine gives no random numbers"))?;
        Ok(Self { sequence, key, create_time: now, expire_time: None })
    }

    /// True while things are signed with it.
    pub(crate) fn is_valid(&self, now: Timestamp) -> bool {
        self.expire_time.is_none_or(|end| now < end)
    }

    /// What the receiver needs to check signatures.
    pub(crate) fn shown(&self, scheme: Scheme) -> Result<String> {
        Ok(match scheme {
            Scheme::Symmetric => format!("whsec_{}", STANDARD.encode(&self.key)),
            Scheme::Ed25519 => format!("whpk_{}", STANDARD.encode(self.pair()?.public_key())),
        })
    }

    fn sign(&self, scheme: Scheme, text: &str) -> Result<String> {
        Ok(match scheme {
            Scheme::Symmetric => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, &self.key);
                format!("v1,{}", STANDARD.encode(hmac::sign(&key, text.as_bytes())))
            }
            Scheme::Ed25519 => {
                format!("v1a,{}", STANDARD.encode(self.pair()?.sign(text.as_bytes())))
            }
        })
    }

    fn pair(&self) -> Result<Ed25519KeyPair> {
        Ed25519KeyPair::from_seed_unchecked(&self.key).map_err(|it| Error::internal(it.to_string()))
    }
}

/// The header `webhook-signature`: one signature for each key that is valid at `now`.
pub(crate) fn signatures(
    secrets: &[Secret],
    scheme: Scheme,
    id: &str,
    now: Timestamp,
    body: &str,
) -> Result<String> {
    let text = format!("{id}.{}.{body}", now.as_second());
    let valid = secrets.iter().filter(|secret| secret.is_valid(now));
    let signed = valid.map(|secret| secret.sign(scheme, &text)).collect::<Result<Vec<_>>>()?;
    Ok(signed.join(" "))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    // A2: the example that the specification's own libraries are tried with.
    #[test]
    fn a_signature_is_that_of_the_specification() {
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let now = Timestamp::from_second(1_614_265_330).unwrap();
        let secret = Secret { sequence: 1, key, create_time: now, expire_time: None };
        let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", r#"{"test": 2432232314}"#);
        let found = signatures(&[secret], Scheme::Symmetric, id, now, body).unwrap();
        assert_eq!(found, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
