//! A signed line that says where every chain stood.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

use super::leaf;
use super::merkle::Tree;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::secret::Keyring;
use crate::suite::{Hash, Suite};

/// A line of which every word is signed.
const WHOLE: &str = "saima-checkpoint-1";
/// A line of which the first words are signed, the last of them the hash of the chains that follow.
const SPLIT: &str = "saima-checkpoint-2";
/// The signed words of a split line.
const SIGNED: usize = 9;

/// Where one chain stands: number of seals, rows, head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stand {
    pub(super) number: i64,
    pub(super) rows: i64,
    pub(super) head: Hash,
}

/// Where chains stand, by district and ledger.
pub(super) type Stands = BTreeMap<(String, String), Stand>;

/// What signs checkpoints.
pub struct Signer(Ed25519KeyPair);

impl Signer {
    /// The signer of a keyring; nothing when it has no `sign` key.
    pub fn new(keys: &Keyring) -> Result<Option<Self>> {
        let Some(seed) = keys.signing() else { return Ok(None) };
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed.0[..]);
        pair.map(|pair| Some(Self(pair))).map_err(|error| Error::internal(error.to_string()))
    }

    /// The key that checks its signatures, in base64.
    pub fn public_key(&self) -> String {
        BASE64.encode(self.0.public_key())
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Signer").field(&self.public_key()).finish()
    }
}

/// One line of a witness: words between blanks, the last of them the signature of those before.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    pub(super) service: String,
    /// Which database it is of.
    pub(super) feed: String,
    /// When it was made.
    pub(super) time: Timestamp,
    /// Lines of this witness before it since the process started.
    pub(super) number: u64,
    pub(super) suite: Suite,
    /// The tree over all chains' ends.
    pub(super) root: Hash,
    /// The hash of the line before; zeros for a process's first.
    pub(super) previous: Hash,
    /// Where those chains stand that have moved since the line before; the first has all.
    pub(super) moved: Stands,
}

impl Checkpoint {
    /// The line, signed, and the same without the chains: what is signed, and the signature.
    pub(super) fn sign(&self, signer: &Signer) -> (String, String) {
        let mut chains = String::new();
        for ((district, ledger), stand) in &self.moved {
            let head = BASE64.encode(stand.head);
            let (number, rows) = (stand.number, stand.rows);
            chains.push_str(&format!(" {district}/{ledger}:{number}:{rows}:{head}"));
        }
        let signed = format!(
            "{SPLIT} {} {} {} {} {} {} {} {}",
            self.service,
            self.feed,
            self.time,
            self.number,
            self.suite.byte(),
            BASE64.encode(self.root),
            BASE64.encode(self.previous),
            BASE64.encode(self.suite.hash(&[chains.as_bytes()]))
        );
        let signature = BASE64.encode(signer.0.sign(signed.as_bytes()));
        (format!("{signed}{chains} {signature}"), format!("{signed} {signature}"))
    }

    /// Reads a line and checks its signature.
    pub fn read(line: &str, public_key: &str) -> std::result::Result<Self, String> {
        let point = Self::signed(line, public_key)?;
        let body = line.rsplit_once(' ').map_or(line, |(body, _)| body);
        if let Some((signed, chains)) = split(body)
            && !signed.ends_with(&BASE64.encode(point.suite.hash(&[chains.as_bytes()])))
        {
            return Err("has other chains than were signed".to_owned());
        }
        Ok(point)
    }

    /// Reads a line whose chains may be left out, and checks its signature.
    pub(super) fn signed(line: &str, public_key: &str) -> std::result::Result<Self, String> {
        let key = BASE64.decode(public_key.trim()).map_err(|_| "the public key is no base64")?;
        let (body, signature) = line.rsplit_once(' ').ok_or("is no checkpoint")?;
        let signature =
            BASE64.decode(signature).map_err(|_| "has a signature that is no base64")?;
        let signed = split(body).map_or(body, |(signed, _)| signed);
        UnparsedPublicKey::new(&ED25519, key)
            .verify(signed.as_bytes(), &signature)
            .map_err(|_| "is not signed by this key, or was altered")?;
        let mut words = body.split(' ');
        let mut word = || words.next().ok_or("ends early");
        let is_split = match word()? {
            WHOLE => false,
            SPLIT => true,
            _ => return Err("is of another form".to_owned()),
        };
        let (service, feed) = (word()?.to_owned(), word()?.to_owned());
        let time = word()?.parse().map_err(|_| "has no time")?;
        let number = word()?.parse().map_err(|_| "has no number")?;
        let suite = word()?.parse().ok().and_then(Suite::of).ok_or("names no algorithms")?;
        let (root, previous) = (hash(word()?)?, hash(word()?)?);
        if is_split {
            hash(word()?)?;
        }
        let mut moved = Stands::new();
        for word in words {
            let (key, stand) = stand(word).ok_or("has a chain that cannot be read")?;
            moved.insert(key, stand);
        }
        Ok(Self { service, feed, time, number, suite, root, previous, moved })
    }
}

/// What is signed of a split line, and what follows.
fn split(body: &str) -> Option<(&str, &str)> {
    body.strip_prefix(SPLIT)?;
    let end = body.match_indices(' ').nth(SIGNED - 1).map_or(body.len(), |(at, _)| at);
    body.split_at_checked(end)
}

/// The hash that the next line names.
pub(super) fn line_hash(suite: Suite, line: &str) -> Hash {
    suite.hash(&[line.as_bytes()])
}

fn hash(text: &str) -> std::result::Result<Hash, String> {
    let bytes = BASE64.decode(text).ok().and_then(|bytes| Hash::try_from(bytes).ok());
    bytes.ok_or_else(|| "has a hash that cannot be read".to_owned())
}

fn stand(word: &str) -> Option<((String, String), Stand)> {
    let (key, stand) = word.split_once(':')?;
    let (district, ledger) = key.split_once('/')?;
    let (number, rest) = stand.split_once(':')?;
    let (rows, head) = rest.split_once(':')?;
    let stand =
        Stand { number: number.parse().ok()?, rows: rows.parse().ok()?, head: hash(head).ok()? };
    Some(((district.to_owned(), ledger.to_owned()), stand))
}

/// The root over all chains' ends, in the order of their names.
pub(super) fn root(suite: Suite, stands: &Stands) -> Hash {
    tree(suite, stands).root()
}

/// The tree over all chains' ends, in the order of their names.
pub(super) fn tree(suite: Suite, stands: &Stands) -> Tree {
    let leaves: Vec<Hash> = stands
        .iter()
        .map(|((district, ledger), stand)| end(suite, district, ledger, stand))
        .collect();
    Tree::over(suite, &leaves)
}

/// The leaf of a chain's end.
pub(super) fn end(suite: Suite, district: &str, ledger: &str, stand: &Stand) -> Hash {
    let mut bytes = vec![0];
    leaf::text(&mut bytes, district.as_bytes());
    leaf::text(&mut bytes, ledger.as_bytes());
    bytes.extend_from_slice(&stand.number.to_be_bytes());
    bytes.extend_from_slice(&stand.rows.to_be_bytes());
    bytes.extend_from_slice(&stand.head);
    suite.hash(&[&bytes])
}

/// Where every chain of a database stands.
pub(super) async fn stands(tx: &mut Tx) -> Result<Stands> {
    let rows = crate::fetch_all!(
        tx,
        (String, String, i64, i64, Vec<u8>),
        "SELECT district, ledger, number, row_count, head FROM kit_chain"
    )?;
    let mut stands = Stands::new();
    for (district, ledger, number, rows, head) in rows {
        // A head of another length is no head that was ever signed.
        let head = head.try_into().unwrap_or_default();
        stands.insert((district, ledger), Stand { number, rows, head });
    }
    Ok(stands)
}

/// Which database this is.
pub(super) async fn identity(tx: &mut Tx) -> Result<String> {
    Ok(crate::fetch_one!(tx, (String,), "SELECT uid FROM kit_feed_head")?.0)
}
