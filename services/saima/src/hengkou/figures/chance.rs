//! Chance without randomness: numbers that depend on words alone (64-bit FNV-1a, mixed).

/// A number from 0 to `sides` − 1.
pub(super) fn draw(words: &[&str], sides: u64) -> i64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in words.join("|").bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash ^= hash >> 29;
    hash = hash.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash ^= hash >> 32;
    i64::try_from(hash % sides).unwrap_or(0)
}

/// A number from −`span` to `span`, more often near 0.
pub(super) fn noise(words: &[&str], span: u64) -> i64 {
    let half = |salt| draw(&[&[salt], words].concat(), span + 1);
    half("up") - half("down")
}
