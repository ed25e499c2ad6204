//! The algorithms, in two families: those used the world over and the national ones of China.
//! Whatever is hashed, keyed or sealed says by one byte which family made it, so the setting
//! may change and what was made before still opens.
//!
//! Deliberately absent: algorithms of our own, and any claim of certification.

use aes_gcm::AesGcm;
use aes_gcm::aead::consts::{U12, U16};
use aes_gcm::aead::{Aead, AeadCore, KeyInit, Nonce, Payload};
use aes_gcm_siv::Aes256GcmSiv;
use hmac::{Hmac, Mac};
use ring::rand::{SecureRandom, SystemRandom};
use sha2::{Digest, Sha256};
use sm3::Sm3;
use sm4::Sm4;
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// SM4-GCM as of RFC 8998.
type Sm4Gcm = AesGcm<Sm4, U12, U16>;

/// Bytes of a hash in either family.
pub const HASH: usize = 32;
/// A hash.
pub type Hash = [u8; HASH];
/// Bytes of a nonce in either family.
const NONCE: usize = 12;

/// A family of algorithms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Suite {
    /// SHA-256, HMAC-SHA-256, AES-256-GCM-SIV
    #[default]
    International,
    /// SM3, HMAC-SM3, SM4-GCM
    National,
}

impl Suite {
    /// Both.
    pub const ALL: [Self; 2] = [Self::International, Self::National];

    /// The byte that names it in whatever it made.
    pub fn byte(self) -> u8 {
        match self {
            Self::International => 1,
            Self::National => 2,
        }
    }

    /// The family a byte names.
    pub fn of(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.byte() == byte)
    }

    /// The hash of these parts, one after another. Whoever calls makes the parts unambiguous.
    pub fn hash(self, parts: &[&[u8]]) -> Hash {
        match self {
            Self::International => digest::<Sha256>(parts),
            Self::National => digest::<Sm3>(parts),
        }
    }

    /// The keyed hash of these parts, each under its length.
    pub(crate) fn keyed(self, key: &[u8], parts: &[&[u8]]) -> Result<Hash> {
        match self {
            Self::International => mac::<Hmac<Sha256>>(key, parts),
            Self::National => mac::<Hmac<Sm3>>(key, parts),
        }
    }

    /// Seals `clear` under a fresh nonce, bound to `about`: nonce, ciphertext, tag.
    pub(crate) fn seal(self, key: &Key, clear: &[u8], about: &[u8]) -> Result<Vec<u8>> {
        let mut nonce = [0; NONCE];
        fill(&mut nonce)?;
        let payload = Payload { msg: clear, aad: about };
        let cipher_key = self.keyed(&key.0[..], &[b"cipher"])?;
        let sealed = match self {
            Self::International => seal::<Aes256GcmSiv>(&cipher_key, nonce, payload),
            Self::National => seal::<Sm4Gcm>(&cipher_key[..16], nonce, payload),
        }?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Opens what `seal` made; nothing when key, bytes or `about` are others.
    pub(crate) fn open(
        self,
        key: &Key,
        sealed: &[u8],
        about: &[u8],
    ) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let Some((nonce, sealed)) = sealed.split_first_chunk::<NONCE>() else { return Ok(None) };
        let payload = Payload { msg: sealed, aad: about };
        let cipher_key = self.keyed(&key.0[..], &[b"cipher"])?;
        match self {
            Self::International => open::<Aes256GcmSiv>(&cipher_key, *nonce, payload),
            Self::National => open::<Sm4Gcm>(&cipher_key[..16], *nonce, payload),
        }
    }
}

/// A secret key of 32 bytes, wiped when it goes, never printed.
#[derive(Clone)]
pub struct Key(pub(crate) Zeroizing<[u8; 32]>);

impl Key {
    /// A new one from the system's randomness.
    pub(crate) fn random() -> Result<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        fill(&mut bytes[..])?;
        Ok(Self(bytes))
    }

    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(..)")
    }
}

fn fill(bytes: &mut [u8]) -> Result<()> {
    SystemRandom::new().fill(bytes).map_err(|_| Error::internal("the system gave no randomness"))
}

fn digest<D: Digest<OutputSize = aes_gcm::aead::consts::U32>>(parts: &[&[u8]]) -> Hash {
    let mut digest = D::new();
    for part in parts {
        digest.update(part);
    }
    digest.finalize().into()
}

fn mac<M: Mac<OutputSize = aes_gcm::aead::consts::U32> + hmac::KeyInit>(
    key: &[u8],
    parts: &[&[u8]],
) -> Result<Hash> {
    let mut mac = <M as hmac::KeyInit>::new_from_slice(key).map_err(Error::internal)?;
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    Ok(mac.finalize().into_bytes().into())
}

fn seal<C>(key: &[u8], nonce: [u8; NONCE], payload: Payload<'_, '_>) -> Result<Vec<u8>>
where
    C: Aead + AeadCore<NonceSize = U12> + KeyInit,
{
    let cipher = C::new_from_slice(key).map_err(Error::internal)?;
    let sealed = cipher.encrypt(&Nonce::<C>::from(nonce), payload);
    sealed.map_err(|_| Error::internal("the value is too long to be sealed"))
}

fn open<C>(
    key: &[u8],
    nonce: [u8; NONCE],
    payload: Payload<'_, '_>,
) -> Result<Option<Zeroizing<Vec<u8>>>>
where
    C: Aead + AeadCore<NonceSize = U12> + KeyInit,
{
    let cipher = C::new_from_slice(key).map_err(Error::internal)?;
    Ok(cipher.decrypt(&Nonce::<C>::from(nonce), payload).ok().map(Zeroizing::new))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let hex: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
        hex.chunks(2)
            .map(|it| u8::from_str_radix(std::str::from_utf8(it).unwrap(), 16).unwrap())
            .collect()
    }

    // Issue 4, national algorithms: GB/T 32905 examples A.1 and A.2; FIPS 180-4 "abc".
    #[test]
    fn hashes_give_the_published_answers() {
        let abc = Suite::National.hash(&[b"a", b"bc"]);
        let known = "66c7f0f4 62eeedd9 d1f2d46b dc10e4e2 4167c487 5cf2f7a2 297da02b 8f4ba8e0";
        assert_eq!(abc.to_vec(), bytes(known));
        let long = Suite::National.hash(&[&b"abcd".repeat(16)]);
        let known = "debe9ff9 2275b8a1 38604889 c18e5a4d 6fdb70e5 387e5765 293dcba3 9c0c5732";
        assert_eq!(long.to_vec(), bytes(known));
        let abc = Suite::International.hash(&[b"abc"]);
        let known = "ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad";
        assert_eq!(abc.to_vec(), bytes(known));
    }

    // Issue 4, national algorithms: RFC 8998 appendix A.1.
    #[test]
    fn sm4_gcm_gives_the_published_answer() {
        let key = bytes("0123456789abcdeffedcba9876543210");
        let nonce = bytes("00001234567800000000abcd").try_into().unwrap();
        let about = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        let clear = bytes(
            "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd
             eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
        );
        let known = bytes(
            "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735
             d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d
             83de3541e4c2b58177e065a9bf7b62ec",
        );
        let sealed = seal::<Sm4Gcm>(&key, nonce, Payload { msg: &clear, aad: &about }).unwrap();
        assert_eq!(sealed, known);
    }

    // Issue 4, privacy: RFC 8452 appendix C.2, the first vector with a text.
    #[test]
    fn aes_gcm_siv_gives_the_published_answer() {
        let mut key = [0; 32];
        key[0] = 1;
        let mut nonce = [0; 12];
        nonce[0] = 3;
        let clear = bytes("0100000000000000");
        let sealed = seal::<Aes256GcmSiv>(&key, nonce, Payload { msg: &clear, aad: b"" }).unwrap();
        assert_eq!(sealed, bytes("c2ef328e5c71c83b 843122130f7364b7 61e0b97427e3df28"));
    }

    // Issue 4, national algorithms: what one family sealed the other does not open.
    #[test]
    fn a_sealed_value_opens_with_its_own_key_bytes_and_place_only() {
        for suite in Suite::ALL {
            let key = Key::random().unwrap();
            let sealed = suite.seal(&key, "青云路".as_bytes(), b"here").unwrap();
            let open = |key: &Key, sealed: &[u8], about| suite.open(key, sealed, about).unwrap();
            assert_eq!(open(&key, &sealed, b"here").unwrap()[..], *"青云路".as_bytes());
            assert!(open(&Key::random().unwrap(), &sealed, b"here").is_none());
            assert!(open(&key, &sealed, b"elsewhere").is_none());
            for at in 0..sealed.len() {
                let mut other = sealed.clone();
                other[at] ^= 1;
                assert!(open(&key, &other, b"here").is_none(), "byte {at}");
            }
            assert!(open(&key, &sealed[..NONCE], b"here").is_none());
            assert!(open(&key, b"", b"here").is_none());
        }
    }
}
