//! The keys that live outside the database.

use std::fmt;
use std::fmt::Write as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use zeroize::Zeroizing;

use crate::clock;
use crate::error::{Error, Result};
use crate::suite::{Key, Suite};

/// The keys of a deployment. Clones share them. As text it is one key a line, `kind name key`
/// with 32 bytes in base64; `wrap` wraps the keys of records, the last one wraps new ones;
/// `blind` keys the hashes for look-ups; `sign` is the seed that signs checkpoints. Lines that
/// begin with `#` are remarks.
#[derive(Clone, Default)]
pub struct Keyring(Arc<Keys>);

#[derive(Default)]
struct Keys {
    suite: Suite,
    wrap: Vec<(String, Key)>,
    blind: Option<Key>,
    sign: Option<Key>,
}

/// Which keys a text of a keyring is given anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// All: a new keyring.
    All,
    /// A wrapping key behind those there are.
    Wrap,
}

impl Keyring {
    /// Reads a keyring. What is wrong is named by its line, never by what it says.
    pub fn parse(text: &str, suite: Suite) -> std::result::Result<Self, String> {
        let mut keys = Keys { suite, ..Keys::default() };
        for (number, line) in (1..).zip(text.lines()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let (kind, name, key) = match words[..] {
                [] => continue,
                [first, ..] if first.starts_with('#') => continue,
                [kind, name, key] => (kind, name, key),
                _ => return Err(format!("line {number}: must be a kind, a name and a key")),
            };
            let bytes = BASE64.decode(key).map(Zeroizing::new).ok();
            let key = bytes.and_then(|bytes| Key::from_slice(&bytes));
            let key = key.ok_or(format!("line {number}: the key must be 32 bytes in base64"))?;
            match kind {
                "wrap" if keys.wrap.iter().any(|(it, _)| it == name) => {
                    return Err(format!("line {number}: there is a wrapping key {name} before"));
                }
                "wrap" => keys.wrap.push((name.to_owned(), key)),
                "blind" if keys.blind.is_none() => keys.blind = Some(key),
                "sign" if keys.sign.is_none() => keys.sign = Some(key),
                "blind" | "sign" => return Err(format!("line {number}: a second {kind} key")),
                _ => return Err(format!("line {number}: a key is of kind wrap, blind or sign")),
            }
        }
        Ok(Self(Arc::new(keys)))
    }

    /// `text` with new keys behind it, of names that carry the instant.
    pub fn extend(text: &str, made: Made, clock: &dyn clock::Clock) -> Result<String> {
        let mut text = text.to_owned();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        let kinds: &[&str] = match made {
            Made::All => &["wrap", "blind", "sign"],
            Made::Wrap => &["wrap"],
        };
        let name = clock.now();
        for kind in kinds {
            let key = Zeroizing::new(BASE64.encode(&Key::random()?.0[..]));
            writeln!(text, "{kind} {name} {}", *key).map_err(Error::internal)?;
        }
        Ok(text)
    }

    /// The family of algorithms that seals what is new.
    pub fn suite(&self) -> Suite {
        self.0.suite
    }

    /// The keyed hash of a value, by which it is found while nobody can read it. It differs
    /// by district and by field, so that equal values of two fields do not look alike.
    pub fn blind(&self, district: &str, field: &str, value: &str) -> Result<Vec<u8>> {
        self.blinded(self.0.suite, district, field, value)
    }

    /// The keyed hashes a value may be stored under, for a look-up after the family of
    /// algorithms has changed; the first is the one of today.
    pub fn blinds(&self, district: &str, field: &str, value: &str) -> Result<[Vec<u8>; 2]> {
        let [mut first, mut second] = Suite::ALL;
        if first != self.0.suite {
            std::mem::swap(&mut first, &mut second);
        }
        Ok([
            self.blinded(first, district, field, value)?,
            self.blinded(second, district, field, value)?,
        ])
    }

    fn blinded(&self, suite: Suite, district: &str, field: &str, value: &str) -> Result<Vec<u8>> {
        let key = self.0.blind.as_ref().ok_or_else(|| missing("blind"))?;
        let parts = [b"blind", district.as_bytes(), field.as_bytes(), value.as_bytes()];
        let hash = suite.keyed(&key.0[..], &parts)?;
        Ok([&[suite.byte()][..], &hash].concat())
    }

    /// The key that wraps what is new, and its name.
    pub(super) fn newest(&self) -> Result<(&str, &Key)> {
        let (name, key) = self.0.wrap.last().ok_or_else(|| missing("wrap"))?;
        Ok((name, key))
    }

    /// The wrapping key of this name.
    pub(super) fn wrapping(&self, name: &str) -> Result<&Key> {
        let found = self.0.wrap.iter().find(|(it, _)| it == name);
        found.map(|(_, key)| key).ok_or_else(|| {
            Error::internal(format!("the keyring has no wrapping key {name}, which a record needs"))
        })
    }

    /// The seed of the key that signs checkpoints, if there is one.
    pub fn signing(&self) -> Option<&Key> {
        self.0.sign.as_ref()
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.wrap.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Keyring").field("suite", &self.0.suite).field("wrap", &names).finish()
    }
}

fn missing(kind: &str) -> Error {
    Error::precondition(
        "KEY_MISSING",
        "keyring",
        format!("the service has no {kind} key: start it with --key-file or --key-command"),
    )
}
