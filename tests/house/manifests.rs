//! Who may depend on whom, read off the manifests.

use super::sources::{files, none};

const SERVICES: [&str; 4] = ["registry", "scoring", "cadre", "notification"];

/// The names under `[dependencies]`.
fn dependencies(manifest: &str) -> Vec<&str> {
    manifest
        .split("[dependencies]")
        .nth(1)
        .unwrap_or_default()
        .lines()
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty() && !name.starts_with('#'))
        .collect()
}

#[test]
fn services_know_each_other_by_generated_clients_only() {
    // A1
    let mut faults = Vec::new();
    for manifest in files("services", &["Cargo.toml"]) {
        let Some(service) =
            SERVICES.iter().find(|it| manifest.path == format!("services/{it}/Cargo.toml"))
        else {
            continue;
        };
        for name in dependencies(&manifest.text).iter().filter(|it| SERVICES.contains(it)) {
            faults.push(format!("{service} depends on the crate {name}"));
        }
    }
    none(faults);
}

#[test]
fn the_engine_depends_on_numbers_alone() {
    let engine = files("services/engine", &["Cargo.toml"]);
    assert_eq!(dependencies(&engine[0].text), ["num-bigint", "rust_decimal"]);
}

#[test]
fn every_crate_takes_its_lints_and_versions_from_the_workspace() {
    let mut faults = Vec::new();
    for manifest in files("", &["Cargo.toml"]).iter().filter(|it| it.path != "Cargo.toml") {
        if !manifest.text.contains("[lints]\nworkspace = true") {
            faults.push(format!("{} has lints of its own", manifest.path));
        }
        for line in manifest.text.lines().filter(|line| line.contains("version = \"")) {
            faults.push(format!("{}: a version of its own: {line}", manifest.path));
        }
    }
    none(faults);
}
