//! Rebuilds when a migration is added: the compiler does not look into that folder by itself.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
