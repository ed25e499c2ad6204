//! Tokens: whose are taken, and how one that is not says why.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use kit::clock::{Clock, Fixed};
use kit::identity::{Grant, Identity, Provider, Source, Trust};
use kit::testing::{issuer, keys};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};

const ISSUER: &str = "https://identity.example.org";
const NOW: &str = "2023-04-01T00:00:00Z";

/// A provider's key pair by its seed.
struct Pair {
    name: &'static str,
    seed: [u8; 32],
}

impl Pair {
    fn public(&self) -> String {
        let pair = Ed25519KeyPair::from_seed_unchecked(&self.seed).unwrap();
        URL_SAFE_NO_PAD.encode(pair.public_key().as_ref())
    }

    fn jwk(&self) -> Value {
        json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": self.name, "x": self.public()})
    }

    fn sign(&self, claims: &Value) -> String {
        let prefix = [
            0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22,
            0x04, 0x20,
        ];
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(self.name.to_owned());
        let key = EncodingKey::from_ed_der(&[&prefix[..], &self.seed].concat());
        jsonwebtoken::encode(&header, claims, &key).unwrap()
    }
}

const FIRST: Pair = Pair { name: "first", seed: [1; 32] };
const SECOND: Pair = Pair { name: "second", seed: [2; 32] };

fn claims() -> Value {
    let now = NOW.parse::<Timestamp>().unwrap().as_second();
    json!({
        "iss": ISSUER, "aud": "saima", "sub": "wang.wei", "iat": now, "exp": now + 300,
        "grants": ["unit-reporter@districts/hengkou/units/finance"],
    })
}

fn with(change: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[change] = value;
    claims
}

struct Desk {
    trust: Trust,
    provider: Arc<Provider>,
    clock: Arc<Fixed>,
    file: tempfile::NamedTempFile,
}

impl Desk {
    async fn open(pairs: &[&Pair]) -> Self {
        let file = tempfile::NamedTempFile::new().unwrap();
        let source = Source::File(file.path().to_owned());
        let provider = Arc::new(Provider::new(ISSUER, "saima", source));
        let clock = Arc::new(Fixed::new(NOW.parse().unwrap()));
        let time: Arc<dyn Clock> = clock.clone();
        let trust = Trust::new(Some(issuer()), Some(provider.clone()), time);
        let desk = Self { trust, provider, clock, file };
        desk.publish(pairs).await;
        desk
    }

    async fn publish(&self, pairs: &[&Pair]) {
        let keys: Vec<Value> = pairs.iter().map(|it| it.jwk()).collect();
        std::fs::write(self.file.path(), json!({ "keys": keys }).to_string()).unwrap();
        self.provider.refresh().await.unwrap();
    }

    fn read(&self, token: &str) -> Result<Identity, String> {
        self.trust.identify(token).map_err(|error| {
            assert_eq!(error.code(), tonic::Code::Unauthenticated);
            error.to_string()
        })
    }
}

#[tokio::test]
async fn a_providers_token_says_who_is_calling() {
    let desk = Desk::open(&[&FIRST]).await;
    let caller = desk.read(&FIRST.sign(&claims())).unwrap();
    assert_eq!(caller.account, "wang.wei");
    let grant: Grant = "unit-reporter@districts/hengkou/units/finance".parse().unwrap();
    assert_eq!(caller.grants, [grant]);
    let spaced = with("grants", json!("inspector@districts/a office-leader@districts/b"));
    assert_eq!(desk.read(&FIRST.sign(&spaced)).unwrap().grants.len(), 2);
}

#[tokio::test]
async fn a_token_that_is_not_in_order_is_refused_with_what_is_wrong() {
    let desk = Desk::open(&[&FIRST]).await;
    let now = NOW.parse::<Timestamp>().unwrap().as_second();
    let cases = [
        (with("exp", json!(now - 31)), "has expired"),
        (with("exp", json!(now + 3600)), "holds longer"),
        (with("iat", json!(now + 120)), "does not hold yet"),
        (with("nbf", json!(now + 120)), "does not hold yet"),
        (with("aud", json!("payroll")), "another audience"),
        (with("iss", json!("https://elsewhere.example.org")), "not trusted here"),
        (with("sub", json!("")), "names no account"),
        (with("grants", json!(["finance"])), "cannot be read"),
        (with("grants", json!(["service@*"])), "the suite alone grants"),
        (with("exp", json!("tomorrow")), "lacks one of"),
    ];
    for (claims, told) in cases {
        let refused = desk.read(&FIRST.sign(&claims)).unwrap_err();
        assert!(refused.contains(told), "{claims}: {refused}");
    }
    for nonsense in ["", "x", "a.b.c", &"x".repeat(9000)] {
        desk.read(nonsense).unwrap_err();
    }
}

#[tokio::test]
async fn a_signature_is_by_a_known_key_and_its_own_algorithm() {
    let desk = Desk::open(&[&FIRST]).await;
    let unknown = desk.read(&SECOND.sign(&claims())).unwrap_err();
    assert!(unknown.contains("not known"), "{unknown}");
    // Under the name of a key that is known.
    let forged = Pair { name: "first", seed: [3; 32] }.sign(&claims());
    assert!(desk.read(&forged).unwrap_err().contains("no valid signature"));
    // The public key taken for a shared secret.
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some("first".to_owned());
    let secret = EncodingKey::from_secret(FIRST.public().as_bytes());
    let confused = jsonwebtoken::encode(&header, &claims(), &secret).unwrap();
    desk.read(&confused).unwrap_err();
    // No signature at all.
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let unsigned = format!("{}.{}.", part(json!({"alg": "none", "kid": "first"})), part(claims()));
    desk.read(&unsigned).unwrap_err();
    // A word changed behind the signature.
    let token = FIRST.sign(&claims());
    let parts: Vec<&str> = token.split('.').collect();
    let other = part(with("sub", json!("li.na")));
    desk.read(&format!("{}.{other}.{}", parts[0], parts[2])).unwrap_err();
}

#[tokio::test]
async fn keys_rotate_while_tokens_of_both_hold() {
    let desk = Desk::open(&[&FIRST]).await;
    desk.publish(&[&FIRST, &SECOND]).await;
    desk.read(&FIRST.sign(&claims())).unwrap();
    desk.read(&SECOND.sign(&claims())).unwrap();
    desk.publish(&[&SECOND]).await;
    desk.read(&FIRST.sign(&claims())).unwrap_err();
    // What cannot be read leaves the keys as they were.
    std::fs::write(desk.file.path(), "no keys").unwrap();
    desk.provider.refresh().await.unwrap_err();
    desk.read(&SECOND.sign(&claims())).unwrap();
    // A token ends by the clock.
    desk.clock.set("2023-04-01T00:06:00Z".parse().unwrap());
    assert!(desk.read(&SECOND.sign(&claims())).unwrap_err().contains("has expired"));
}

#[tokio::test]
async fn tokens_for_trials_are_taken_where_no_provider_is() {
    let clock = Arc::new(Fixed::new(NOW.parse().unwrap()));
    let grants = ["assessment-office@districts/hengkou".parse::<Grant>().unwrap()];
    let trial = issuer().trial("li.na", &grants, Duration::from_secs(60), &*clock).unwrap();
    let time: Arc<dyn Clock> = clock.clone();
    let without = Trust::new(Some(issuer()), None, time);
    assert_eq!(without.identify(&trial).unwrap().account, "li.na");
    // Nor does it make a service of anybody.
    let service = [Grant::everywhere("service")];
    let service = issuer().trial("li.na", &service, Duration::from_secs(60), &*clock).unwrap();
    assert!(without.identify(&service).unwrap_err().to_string().contains("the suite alone"));
    let with = Desk::open(&[&FIRST]).await;
    assert!(with.read(&trial).unwrap_err().contains("not trusted here"));
    // Those of another deployment are not.
    assert!(keys().signing().is_some());
    let other = "sign other AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=\n";
    let other = kit::secret::Keyring::parse(other, <_>::default()).unwrap();
    let other = kit::identity::Issuer::new(&other).unwrap().unwrap();
    let foreign = other.trial("li.na", &grants, Duration::from_secs(60), &*clock).unwrap();
    without.identify(&foreign).unwrap_err();
}
