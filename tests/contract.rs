//! The contract read off its descriptors: what every RPC and every field owes its reader.

use std::collections::BTreeMap;

use prost_reflect::{DescriptorPool, MethodDescriptor, Value};

fn pool() -> DescriptorPool {
    DescriptorPool::decode(proto::DESCRIPTOR_SET).unwrap()
}

fn methods(pool: &DescriptorPool) -> Vec<MethodDescriptor> {
    let found: Vec<_> = pool.services().flat_map(|it| it.methods().collect::<Vec<_>>()).collect();
    assert!(found.len() > 40, "only {} RPCs were found", found.len());
    found
}

fn paths(rule: &Value) -> Vec<String> {
    let rule = rule.as_message().unwrap();
    ["get", "put", "post", "delete", "patch"]
        .iter()
        .filter_map(|verb| {
            let path = rule.get_field_by_name(verb)?;
            let path = path.as_str()?.to_owned();
            (!path.is_empty()).then(|| format!("{verb} {path}"))
        })
        .collect()
}

#[test]
fn every_rpc_has_a_permission_and_an_http_path_of_its_own() {
    // A2, G13
    let pool = pool();
    let permission = pool.get_extension_by_name("saima.annotations.v1.permission").unwrap();
    let http = pool.get_extension_by_name("google.api.http").unwrap();
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    for method in methods(&pool) {
        let name = method.full_name().to_owned();
        let options = method.options();
        let granted = options.get_extension(&permission).as_str().unwrap().to_owned();
        let service = name.split('.').nth(1).unwrap();
        assert_eq!(granted.split('.').next(), Some(service), "{name}");
        let paths = paths(&options.get_extension(&http));
        assert_eq!(paths.len(), 1, "{name} has the paths {paths:?}");
        for key in paths.into_iter().chain([granted]) {
            if let Some(other) = taken.insert(key.clone(), name.clone()) {
                panic!("{name} and {other} share `{key}`");
            }
        }
    }
}

#[test]
fn every_request_field_says_how_it_behaves() {
    let pool = pool();
    let behaviour = pool.get_extension_by_name("google.api.field_behavior").unwrap();
    let mut silent = Vec::new();
    for method in methods(&pool) {
        for field in method.input().fields().filter(|it| it.containing_oneof().is_none()) {
            if !field.options().has_extension(&behaviour) {
                silent.push(field.full_name().to_owned());
            }
        }
    }
    assert!(silent.is_empty(), "without field_behavior: {silent:?}");
}

#[test]
fn every_custom_or_create_method_takes_a_request_id() {
    let pool = pool();
    let read_only = [
        "Get",
        "List",
        "Check",
        "Watch",
        "Explain",
        "Update",
        "Compare",
        "Measure",
        "Screen",
        "Simulate",
        "VerifyRun",
    ];
    // A ballot's token works once, which is all a request id could do; a stored reply would tie
    // the ballot to an instant.
    // A token is made anew each time, and a stored reply would keep it.
    let anonymous = ["CastBallot", "IssueToken"];
    for method in methods(&pool) {
        if read_only.iter().any(|it| method.name().starts_with(it))
            || anonymous.contains(&method.name())
        {
            continue;
        }
        let takes = |message: &prost_reflect::MessageDescriptor| {
            message.get_field_by_name("request_id").is_some()
        };
        let header = method.input().child_messages().find(|it| it.name() == "Header");
        assert!(
            takes(&method.input()) || header.is_some_and(|it| takes(&it)),
            "{} takes no request_id",
            method.full_name()
        );
    }
}
