//! Requests to addresses that somebody typed in lead to nothing inside.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use http::HeaderMap;
use kit::outbound::{Outbound, Reason, forbidden};
use tokio::net::TcpListener;

/// Ways to write an inner IPv4 address.
fn disguises(ip: Ipv4Addr) -> Vec<String> {
    let [a, b, c, d] = ip.octets();
    let whole = ip.to_bits();
    let (high, low) = (whole >> 16, whole & 0xffff);
    let rest = whole & 0x00ff_ffff;
    vec![
        format!("{a}.{b}.{c}.{d}"),
        format!("{a}.{b}.{c}.{d}."),
        format!("{whole}"),
        format!("0x{whole:x}"),
        format!("0X{whole:X}"),
        format!("0{whole:o}"),
        format!("{a}.{b}.{low}"),
        format!("{a}.{rest}"),
        format!("0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("0{a:o}.{b}.{c}.{d}"),
        format!("0x{a:x}.{b}.0{low:o}"),
        format!("000{a:o}.{b}.{c}.{d}"),
        format!("{a}.{b}.{c}.0x{d:x}"),
        format!("{a}%2e{b}%2e{c}%2e{d}"),
        format!("{a}。{b}。{c}。{d}"),
        format!("[::ffff:{ip}]"),
        format!("[::ffff:{high:x}:{low:x}]"),
        format!("[0:0:0:0:0:ffff:{high:x}:{low:x}]"),
        format!("[::ffff:0:{high:x}:{low:x}]"),
        format!("[::{ip}]"),
        format!("[::{high:x}:{low:x}]"),
        format!("[64:ff9b::{ip}]"),
        format!("[64:ff9b::{high:x}:{low:x}]"),
        format!("[64:ff9b:1::{high:x}:{low:x}]"),
        format!("[2002:{high:x}:{low:x}::]"),
        format!("[2001:0:{high:x}:{low:x}::1]"),
        format!("[2001:470::5efe:{high:x}:{low:x}]"),
        format!("[fe80::5efe:{high:x}:{low:x}]"),
        format!("portal.example.cn@{ip}"),
        format!("user:pass@{ip}"),
        format!("{ip}#@portal.example.cn"),
        format!("{ip}\\@portal.example.cn"),
        format!(" {ip}"),
        format!("{ip}\t"),
        format!("{ip}\r\nHost: portal.example.cn"),
    ]
}

const NAMES: &[&str] = &[
    "localhost",
    "LOCALHOST",
    "localhost.",
    "a.localhost",
    "metadata.google.internal",
    "metadata.google.internal.",
    "instance-data.ec2.internal",
    "kubernetes.default.svc.internal",
    "[::]",
    "[::1]",
    "[0000::1]",
    "[0:0:0:0:0:0:0:1]",
    "[fe80::1]",
    "[fe80::1%25eth0]",
    "[fe80::1%eth0]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fec0::1]",
    "[ff02::1]",
    "[::ffff:7f00:1]",
    "[2001:db8::1]",
    "0",
    "0.0.0.0",
    "127.1",
    "127.0.1",
    "0x7f.1",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "203.0.113.1",
    "ⓛocalhost",
    "127。0。0。1",
    "①②⑦.0.0.1",
    "",
    ":80",
    "@",
    "..",
    "-",
    "a..b",
    "[]",
    "[",
    "]",
    "[::1",
    "::1",
    "1.0.0.127.in-addr.arpa",
    "ip6-localhost.localhost",
    "%6cocalhost",
];

// A2: 200 forms of an inner address, 0 connections.
#[tokio::test]
async fn two_hundred_ways_to_an_inner_address_lead_nowhere() {
    let canary = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = canary.local_addr().unwrap().port();
    let inner = [
        [127, 0, 0, 1],
        [127, 8, 9, 10],
        [10, 0, 0, 1],
        [172, 16, 5, 4],
        [192, 168, 1, 1],
        [169, 254, 169, 254],
    ];
    let mut urls = BTreeSet::new();
    for ip in inner {
        for host in disguises(ip.into()) {
            urls.insert(format!("https://{host}:{port}/hook"));
            urls.insert(format!("http://{host}:{port}/hook"));
        }
    }
    for host in NAMES {
        urls.insert(format!("https://{host}:{port}/"));
    }
    for url in [
        "file:///etc/passwd",
        "gopher://127.0.0.1:70/_x",
        "dict://127.0.0.1:11211/",
        "//127.0.0.1/",
        "127.0.0.1",
        "https:127.0.0.1",
        "https:///127.0.0.1/",
        "javascript:0",
    ] {
        urls.insert(url.to_owned());
    }
    assert!(urls.len() >= 200, "{} forms", urls.len());
    // Another network is allowed, so that unencrypted requests are not refused for that alone.
    let outbound = Outbound::new(&["127.77.0.0/16".parse().unwrap()]).unwrap();
    for url in &urls {
        let Ok(target) = outbound.target(url) else { continue };
        let outcome = outbound.session(target).post(HeaderMap::new(), "{}".into()).await;
        let refusal = outcome.expect_err(url);
        let held = matches!(refusal.reason, Reason::ForbiddenAddress | Reason::NameNotFound);
        assert!(held, "{url}: {refusal:?}");
    }
    let knocked = tokio::time::timeout(std::time::Duration::ZERO, canary.accept()).await;
    assert!(knocked.is_err(), "somebody knocked");
}

#[test]
fn the_address_filter_takes_public_addresses_and_no_others() {
    for ip in ["1.1.1.1", "114.114.114.114", "223.5.5.5", "2400:3200::1", "2606:4700::1111"] {
        assert_eq!(forbidden(ip.parse().unwrap()), None, "{ip}");
    }
    let mut refused = 0;
    for second in 0..=255 {
        for third in [0, 1, 100, 168, 255] {
            for first in [0, 10, 127, 224, 239, 240, 255] {
                let ip = IpAddr::from([first, second, third, 7]);
                assert!(forbidden(ip).is_some(), "{ip}");
                refused += 1;
            }
        }
    }
    assert_eq!(refused, 256 * 5 * 7);
}

#[test]
fn a_network_is_read_and_holds_what_it_says() {
    let network: kit::outbound::Network = "10.20.0.0/16".parse().unwrap();
    let holds = |ip: &str| network.contains(ip.parse().unwrap());
    assert!(holds("10.20.0.0") && holds("10.20.255.255") && holds("::ffff:10.20.1.1"));
    assert!(!holds("10.21.0.0") && !holds("10.19.255.255") && !holds("fd00::1"));
    for wrong in ["10.20.0.0", "10.20.0.0/33", "10.20/16", "/16", "fd00::/129", ""] {
        assert!(wrong.parse::<kit::outbound::Network>().is_err(), "{wrong}");
    }
}
