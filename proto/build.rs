//! Compiles the contract without protoc, and refuses an RPC that declares no
//! permission, no HTTP mapping, or a permission that is not `service.collection.verb`.

use std::{env, error::Error, fmt::Write as _, fs, path::PathBuf};

use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, ExtensionDescriptor, MethodDescriptor};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=saima");
    println!("cargo::rerun-if-changed=google");

    let mut compiler = protox::Compiler::new(["."])?;
    compiler.include_imports(true).include_source_info(true).open_files(protos("saima")?)?;
    // `file_descriptor_set()` drops custom options; the encoded form keeps them.
    let encoded = compiler.encode_file_descriptor_set();
    let pool = DescriptorPool::decode(encoded.as_slice())?;
    check(&pool)?;

    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("descriptors.bin"), &encoded)?;
    fs::write(out.join("methods.rs"), methods(&pool)?)?;
    tonic_prost_build::configure()
        // Encoded bytes are digested: their order must not be chance.
        .btree_map(".")
        .compile_fds(prost_types::FileDescriptorSet::decode(encoded.as_slice())?)?;
    Ok(())
}

fn protos(folder: &str) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "proto") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The tables of `method.rs`: what every process asks at once, without reading the descriptors.
fn methods(pool: &DescriptorPool) -> Result<String, Box<dyn Error>> {
    let extension = |name: &str| {
        let name = format!("saima.annotations.v1.{name}");
        pool.get_extension_by_name(&name).ok_or(format!("{name} is not defined"))
    };
    let permission = extension("permission")?;
    let (by_unit, needs_purpose) = (extension("by_unit")?, extension("needs_purpose")?);
    let four_eyes = extension("four_eyes")?;
    let mut text = "pub static METHODS: &[Method] = &[\n".to_owned();
    for service in pool.services() {
        for method in service.methods() {
            let options: DynamicMessage = method.options();
            let is = |option| options.get_extension(option).as_bool().unwrap_or_default();
            writeln!(
                text,
                "Method {{ service: {:?}, name: {:?}, permission: {:?}, by_unit: {}, \
                 needs_purpose: {}, four_eyes: {}, client_streaming: {}, server_streaming: {} }},",
                service.full_name(),
                method.name(),
                options.get_extension(&permission).as_str().unwrap_or_default(),
                is(&by_unit),
                is(&needs_purpose),
                is(&four_eyes),
                method.is_client_streaming(),
                method.is_server_streaming(),
            )?;
        }
    }
    let roles = pool.get_enum_by_name("saima.annotations.v1.Role").ok_or("there are no roles")?;
    let named = roles.values().filter(|role| role.number() != 0);
    let named = named
        .map(|role| role.name().trim_start_matches("ROLE_").to_ascii_lowercase().replace('_', "-"));
    let named: Vec<String> = named.collect();
    writeln!(text, "];\npub static ROLES: &[&str] = &{named:?};")?;
    Ok(text)
}

fn check(pool: &DescriptorPool) -> Result<(), Box<dyn Error>> {
    let extension =
        |name: &str| pool.get_extension_by_name(name).ok_or(format!("{name} is not defined"));
    let permission = extension("saima.annotations.v1.permission")?;
    let http = extension("google.api.http")?;
    let faults: Vec<String> = pool
        .services()
        .flat_map(|service| service.methods().collect::<Vec<_>>())
        .filter_map(|method| fault(&method, &permission, &http))
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n").into()) }
}

fn fault(
    method: &MethodDescriptor,
    permission: &ExtensionDescriptor,
    http: &ExtensionDescriptor,
) -> Option<String> {
    let options: DynamicMessage = method.options();
    let name = method.full_name();
    if !options.has_extension(http) {
        return Some(format!("{name} has no google.api.http option"));
    }
    let value = options.get_extension(permission);
    let value = value.as_str().unwrap_or_default();
    let service = name.split('.').nth(1).unwrap_or_default();
    let segments: Vec<&str> = value.split('.').collect();
    (segments.len() != 3 || segments[0] != service || segments.iter().any(|it| it.is_empty())).then(
        || {
            format!(
                "{name} needs a permission `{service}.collection.verb`, \
                 it declares `{value}`"
            )
        },
    )
}
