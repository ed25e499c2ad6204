//! Which addresses are no business of a request to the outside.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A range of addresses, such as `10.20.0.0/16`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    bits: u32,
}

impl Network {
    /// True when it holds the address. An IPv4 address written as IPv6 is the IPv4 address.
    pub fn contains(&self, ip: IpAddr) -> bool {
        match (self.base, ip.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(ip)) => {
                same(base.to_bits().into(), ip.to_bits().into(), 32 - self.bits)
            }
            (IpAddr::V6(base), IpAddr::V6(ip)) => {
                same(base.to_bits(), ip.to_bits(), 128 - self.bits)
            }
            _ => false,
        }
    }
}

fn same(base: u128, ip: u128, free: u32) -> bool {
    (base ^ ip).checked_shr(free).unwrap_or_default() == 0
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let complaint = || format!("{text:?} is no network such as 10.20.0.0/16");
        let (base, bits) = text.split_once('/').ok_or_else(complaint)?;
        let base: IpAddr = base.parse().map_err(|_| complaint())?;
        let bits: u32 = bits.parse().map_err(|_| complaint())?;
        let most = if base.is_ipv4() { 32 } else { 128 };
        if bits > most { Err(complaint()) } else { Ok(Self { base, bits }) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.base, self.bits)
    }
}

/// What an address is that requests may not reach; none when they may.
pub fn forbidden(ip: IpAddr) -> Option<&'static str> {
    match ip {
        IpAddr::V4(ip) => forbidden_v4(ip),
        IpAddr::V6(ip) => forbidden_v6(ip),
    }
}

fn forbidden_v4(ip: Ipv4Addr) -> Option<&'static str> {
    match ip.octets() {
        [0, ..] => Some("an address of this machine"),
        [127, ..] => Some("a loopback address"),
        [10, ..] | [192, 168, ..] => Some("a private address"),
        [172, second, ..] if second & 0xf0 == 16 => Some("a private address"),
        [169, 254, ..] => Some("a link-local or metadata address"),
        // Metadata services of clouds that do not use the link-local one.
        [100, 100, 100, 200] | [168, 63, 129, 16] => Some("a metadata address"),
        [100, second, ..] if second & 0xc0 == 64 => Some("an address shared behind a provider"),
        [192, 0, 0, _] | [192, 88, 99, _] => Some("a reserved address"),
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => {
            Some("an address of documentation")
        }
        [198, 18 | 19, ..] => Some("an address of measurements"),
        [224..=239, ..] => Some("a multicast address"),
        [240..=255, ..] => Some("a reserved or broadcast address"),
        _ => None,
    }
}

fn forbidden_v6(ip: Ipv6Addr) -> Option<&'static str> {
    let parts = ip.segments();
    let low = || v4(parts[6], parts[7]);
    match parts {
        [0, 0, 0, 0, 0, 0, 0, 0] => Some("an address of this machine"),
        [0, 0, 0, 0, 0, 0, 0, 1] => Some("a loopback address"),
        // IPv4 in other clothes: mapped, translated, compatible.
        [0, 0, 0, 0, 0, 0xffff, ..] | [0, 0, 0, 0, 0xffff, 0, ..] => {
            forbidden_v4(low()).or(Some("an IPv4 address in disguise"))
        }
        [0, 0, 0, 0, 0, 0, ..] => Some("an IPv4 address in disguise"),
        [0x64, 0xff9b, ..] => Some("an IPv4 address behind a translator"),
        [0x100, 0, 0, ..] => Some("an address that discards"),
        [0x2001, 0, ..] | [0x2002, ..] => Some("an IPv4 address behind a tunnel"),
        [0x2001, second, ..] if second < 0x200 => Some("a reserved address"),
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Some("an address of documentation"),
        [0x5f00, ..] => Some("a reserved address"),
        [first, ..] if first & 0xfe00 == 0xfc00 => Some("a private address"),
        [first, ..] if first & 0xffc0 == 0xfe80 => Some("a link-local address"),
        [first, ..] if first & 0xffc0 == 0xfec0 => Some("a private address"),
        [first, ..] if first & 0xff00 == 0xff00 => Some("a multicast address"),
        [first, ..] if first & 0xe000 != 0x2000 => Some("a reserved address"),
        // The address of a neighbour on the same link, made from an IPv4 address (ISATAP).
        [_, _, _, _, 0 | 0x200, 0x5efe, ..] => Some("an IPv4 address behind a tunnel"),
        _ => None,
    }
}

fn v4(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))
}
