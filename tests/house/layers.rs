//! The layer table of ARCHITECTURE.md.

use super::sources::{Source, none, rust};

const SERVICES: [&str; 4] = ["registry", "scoring", "cadre", "notification"];

/// Files of rpc and store that stand for no noun, each with its reason.
const ROOMS: &[(&str, &str)] = &[
    // The counters of a district's ledgers, and the lock of its writers.
    ("notification", "head"),
    ("scoring", "head"),
    // Who heads a unit on a day: read from postings, never told on the wire.
    ("cadre", "headship"),
    // The last position of each ledger, and the lock of its writers.
    ("cadre", "ledger"),
    // Published results that wait for their archive.
    ("cadre", "result"),
    // What is forgotten when its time is over: rules of the kit's own contract.
    ("notification", "retention"),
    ("registry", "retention"),
];

struct Layer {
    name: &'static str,
    holds: fn(&str) -> bool,
    never: &'static [&'static str],
}

const LAYERS: &[Layer] = &[
    Layer {
        name: "engine (pure)",
        holds: |path| path.starts_with("services/engine/src/"),
        never: &[
            "async ",
            ".await",
            "tokio",
            "std::time",
            "std::fs",
            "std::net",
            "std::env",
            "jiff",
            "HashMap",
            "HashSet",
            "f32",
            "f64",
            "serde",
            "proto::",
            "prost",
            "tonic",
            "sqlx",
            "kit::",
        ],
    },
    Layer {
        name: "rulebook (conversion, pure)",
        holds: |path| path.starts_with("services/rulebook/src/"),
        never: &["async ", ".await", "sqlx", "tonic::", "HashMap", "HashSet", "f32", "f64"],
    },
    Layer {
        name: "domain",
        holds: |path| service_path(path).is_some_and(|rest| room(rest).is_none()),
        never: &["proto::", "prost", "tonic", "sqlx", "f32", "f64"],
    },
    Layer {
        name: "store",
        holds: |path| service_path(path).is_some_and(|rest| room(rest) == Some("store")),
        never: &["proto::", "tonic", "f32", "f64"],
    },
    Layer {
        name: "rpc",
        holds: |path| service_path(path).is_some_and(|rest| room(rest) == Some("rpc")),
        never: &["sqlx", "kit::execute!", "kit::fetch_", "kit::query!", "kit::insert_many!"],
    },
    Layer {
        name: "follow",
        holds: |path| service_path(path).is_some_and(|rest| room(rest) == Some("follow")),
        never: &["sqlx", "kit::execute!", "kit::fetch_", "kit::query!", "kit::insert_many!"],
    },
    Layer {
        name: "the binary",
        holds: |path| path.starts_with("services/saima/src/"),
        never: &["sqlx", "kit::execute!", "kit::fetch_", "kit::query!", "f32", "f64"],
    },
    Layer {
        name: "kit (no business word)",
        holds: |path| path.starts_with("services/kit/src/"),
        never: &[
            "proto::registry",
            "proto::scoring",
            "proto::cadre",
            "proto::notification",
            "saima.registry.",
            "saima.scoring.",
            "saima.cadre.",
            "saima.notification.",
        ],
    },
];

/// The path below `services/<service>/src/`, for the four services.
fn service_path(path: &str) -> Option<&str> {
    SERVICES.iter().find_map(|service| path.strip_prefix(&format!("services/{service}/src/")))
}

/// The room below a service's `src` that a file stands in; the domain has none, and `lib.rs`
/// and `main.rs` belong to nobody.
fn room(rest: &str) -> Option<&str> {
    match rest.split(['/', '.']).next()? {
        room @ ("store" | "rpc" | "follow" | "lib" | "main") => Some(room),
        _ => None,
    }
}

/// Everything before the unit tests at the end of a file.
fn body(source: &Source) -> impl Iterator<Item = (usize, &str)> {
    source.code().take_while(|(_, line)| line.trim() != "#[cfg(test)]")
}

fn names(line: &str, word: &str) -> bool {
    let code = line.split("//").next().unwrap_or(line);
    code.match_indices(word).any(|(at, _)| {
        let edge = |it: Option<char>| it.is_none_or(|it| !(it.is_alphanumeric() || it == '_'));
        let first = word.chars().next();
        let last = word.chars().last();
        (!first.is_some_and(char::is_alphanumeric) || edge(code[..at].chars().next_back()))
            && (!last.is_some_and(char::is_alphanumeric)
                || edge(code[at + word.len()..].chars().next()))
    })
}

#[test]
fn every_layer_knows_only_what_it_may() {
    let mut faults = Vec::new();
    let sources = rust();
    for layer in LAYERS {
        let files: Vec<_> = sources.iter().filter(|it| (layer.holds)(&it.path)).collect();
        assert!(!files.is_empty(), "no file belongs to the layer {}", layer.name);
        for source in files {
            for (number, line) in body(source) {
                for word in layer.never.iter().filter(|word| names(line, word)) {
                    let (path, layer) = (&source.path, layer.name);
                    faults.push(format!("{path}:{number}: {layer} must not know `{word}`"));
                }
            }
        }
    }
    none(faults);
}

#[test]
fn a_noun_in_rpc_or_store_is_a_noun_of_the_contract_or_the_domain() {
    let mut faults = Vec::new();
    let sources = rust();
    for source in &sources {
        let Some(service) =
            SERVICES.iter().find(|it| source.path.starts_with(&format!("services/{it}/src/")))
        else {
            continue;
        };
        let Some(rest) = service_path(&source.path) else { continue };
        let Some((_, noun)) =
            rest.split_once('/').filter(|_| matches!(room(rest), Some("rpc" | "store")))
        else {
            continue;
        };
        let Some(noun) = noun.strip_suffix(".rs").filter(|it| !it.contains('/')) else { continue };
        let proto = super::sources::root().join(format!("proto/saima/{service}/v1/{noun}.proto"));
        let domain = format!("services/{service}/src/{noun}.rs");
        let known = proto.exists() || sources.iter().any(|it| it.path == domain);
        if !known && !ROOMS.contains(&(*service, noun)) {
            faults.push(format!("{}: `{noun}` is a noun of no other layer", source.path));
        }
    }
    none(faults);
}

#[test]
fn the_word_check_finds_what_it_looks_for() {
    assert!(names("use sqlx::Row;", "sqlx"));
    assert!(names("let x: f64 = 1.0;", "f64"));
    assert!(!names("let buff64x = 1;", "f64"));
    assert!(!names("let x = 1; // never f64", "f64"));
    assert!(names("    kit::fetch_all!(tx", "kit::fetch_"));
}
